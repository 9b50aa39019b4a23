"""A bad line and a server that dies: a fault proxy on loopback, and the app's own routes in a process to kill.

Both are for tests and benches of what is sent again; all chance is seeded.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import serving

API = "/api/"
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})
# What happens to one request. «after» means that the server has already done what it was asked to.
FAULTS = (
    "drop_request",  # the line breaks in the middle of the body
    "drop_answer",  # after
    "cut_answer",  # after: half of the answer's body arrives
    "error_500",
    "error_500_after",
    "error_503",
    "portal",  # a captive portal's page, 200
    "redirect",  # to the sign-in page
    "signed_out",  # 401
    "duplicate",  # it arrives twice at the same moment
    "late",  # the line breaks, and it arrives all the same, after what is sent next
)
LOSS = {"drop_request": 0.15, "drop_answer": 0.15}
EVERYTHING = LOSS | {
    "cut_answer": 0.03,
    "error_500": 0.03,
    "error_500_after": 0.03,
    "error_503": 0.03,
    "portal": 0.02,
    "redirect": 0.01,
    "signed_out": 0.02,
    "duplicate": 0.1,
    "late": 0.05,
}
_ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "error_500": (500, {"Content-Type": "text/html"}, b"<h1>Internal Server Error</h1>"),
    "error_500_after": (500, {"Content-Type": "text/html"}, b"<h1>Internal Server Error</h1>"),
    "error_503": (503, {"Content-Type": "text/plain", "Retry-After": "1"}, b"busy"),
    "portal": (200, {"Content-Type": "text/html"}, b"<h1>Velkommen til gratis wifi</h1>"),
    "redirect": (302, {"Location": "/login"}, b""),
    "signed_out": (401, {"Content-Type": "application/problem+json"}, b'{"code":"sign_in_needed","status":401}'),
}


@dataclass
class Line:
    """What the proxy does to requests below `/api/`: first what is `planned`, then by chance; `seen` remembers."""

    upstream: str
    chances: Mapping[str, float] = field(default_factory=dict)
    latency_s: tuple[float, float] = (0, 0)
    rng: Random = field(default_factory=lambda: Random(1))
    planned: deque[tuple[str, str]] = field(default_factory=deque)  # (part of the path, fault or "")
    seen: list[tuple[str, str, str]] = field(default_factory=list)  # (method, path, fault)
    cut: bool = False
    port: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plan(self, path: str, *faults: str) -> None:
        """The next requests whose path holds `path` meet these; an empty one means none."""
        with self._guard:
            self.planned.extend((path, fault) for fault in faults)

    def next_fault(self, method: str, path: str) -> tuple[str, float]:
        """What this request meets, and how many seconds later than it would."""
        with self._guard:
            if not path.startswith(API):
                return "", 0
            if self.planned and self.planned[0][0] in path:
                fault = self.planned.popleft()[1]
            else:
                names = list(self.chances)
                weights = [self.chances[name] for name in names]
                fault = self.rng.choices([*names, ""], [*weights, max(0.0, 1 - sum(weights))])[0]
            self.seen.append((method, path, fault))
            return fault, self.rng.uniform(*self.latency_s)

    def posts(self, part: str) -> list[str]:
        """The faults that POSTs to paths with `part` in them have met, in order."""
        return [fault for method, path, fault in self.seen if method == "POST" and part in path]


@contextmanager
def faulty(upstream: str, **more: object) -> Iterator[Line]:
    """A proxy in front of a server's address, until the block ends."""
    line = Line(upstream.removeprefix("http://"), **more)  # type: ignore[arg-type]
    handler = type("Handler", (_Handler,), {"line": line})
    with _Listener(("127.0.0.1", 0), handler) as listener:
        line.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.cut = True
            listener.shutdown()
            thread.join(10)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no news here."""


class _Handler(BaseHTTPRequestHandler):
    line: Line
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        self._meet()

    def do_POST(self) -> None:
        self._meet()

    def _meet(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault, wait = self.line.next_fault(self.command, self.path)
        # A browser sends again by itself what breaks on a connection it has used before.
        self.close_connection = True
        time.sleep(wait)
        if self.line.cut:
            return
        with suppress(OSError, http.client.HTTPException):
            self._under(fault, body)

    def _under(self, fault: str, body: bytes) -> None:
        if fault == "drop_request":
            self._break_off(body)
        elif fault == "late":
            threading.Thread(target=self._later, args=(body,), daemon=True).start()
        elif fault in _ANSWERS and not fault.endswith("_after"):
            self._answer(*_ANSWERS[fault])
        else:
            if fault == "duplicate":
                threading.Thread(target=self._later, args=(body, 0.0), daemon=True).start()
            found = self._forward(body)
            if fault in _ANSWERS:
                self._answer(*_ANSWERS[fault])
            elif fault != "drop_answer":
                self._answer(*found, half=fault == "cut_answer")

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.line.upstream, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            connection.request(self.command, self.path, body=body or None, headers=headers)
            reply = connection.getresponse()
            kept = {name: value for name, value in reply.getheaders() if name.lower() not in HOP}
            return reply.status, kept, reply.read()
        finally:
            connection.close()

    def _later(self, body: bytes, wait: float = 0.3) -> None:
        time.sleep(wait)
        with suppress(OSError, http.client.HTTPException):
            self._forward(body)

    def _break_off(self, body: bytes) -> None:
        """Half of the request reaches the server, and then nothing more."""
        host, port = self.line.upstream.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as upstream:
            head = f"{self.command} {self.path} HTTP/1.1\r\n{self.headers}".replace("\r\n", "\n").replace("\n", "\r\n")
            upstream.sendall(head.encode() + body[: len(body) // 2] if body else head.encode()[:-2])

    def _answer(self, status: int, headers: dict[str, str], body: bytes, *, half: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)


@dataclass
class Mortal:
    """The app's routes and middleware without Streamlit, in a process that can be killed and is back in a moment."""

    url: str
    database: Path
    process: subprocess.Popen[str]

    def crash(self) -> None:
        """kill -9, and a new one on the same port."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("crash\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "up\n"


@contextmanager
def mortal(folder: Path) -> Iterator[Mortal]:
    """A server to kill, on a database of its own in `folder`, until the block ends."""
    database = folder / "fieldapp.sqlite3"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
    path = os.pathsep.join([str(serving.ROOT), str(serving.ROOT / "tests")])
    more = {"FIELDAPP_DATABASE": str(database), "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    with (folder / "mortal.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=serving.ROOT,
            env=kept | more,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdin and process.stdout
    port = process.stdout.readline().strip()
    assert port, (folder / "mortal.log").read_text(errors="replace")
    try:
        assert process.stdout.readline() == "up\n"
        yield Mortal(f"http://127.0.0.1:{port}", database, process)
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def _serve(listener: socket.socket) -> None:
    import uvicorn
    from starlette.applications import Starlette

    from fieldapp.settings import Settings
    from fieldapp.web.assembly import assemble

    parts = assemble(Settings.from_env(os.environ))
    # Without the lifespan: its background work would begin anew after each crash.
    app = Starlette(routes=parts.routes, middleware=parts.middleware, exception_handlers=parts.exception_handlers)
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])


def _nursery() -> None:
    """Everything is loaded once; each server is a fork of this process and takes over the listening socket."""
    from fieldapp.settings import Settings
    from fieldapp.web.assembly import prepare

    prepare(Settings.from_env(os.environ))
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    child = 0
    try:
        while True:
            child = os.fork()
            if child == 0:
                os.dup2(os.open(os.devnull, os.O_RDWR), 0)
                os.dup2(2, 1)
                _serve(listener)
                os._exit(0)
            sys.stdout.write("up\n")
            sys.stdout.flush()
            if not sys.stdin.readline():
                return
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    finally:
        if child:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    _nursery()
