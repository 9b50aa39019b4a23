"""A real server for tests: the app started as its users start it, on a free port and a database of its own."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from fieldapp.model import Role, User
from fieldapp.store.connection import migrate, opened
from fieldapp.usecases import accounts, sessions

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "en meget lang adgangskode til prøver"
START_SECONDS = 60


@dataclass
class Server:
    """One running server; `log` holds what it has printed."""

    url: str
    database: Path
    process: subprocess.Popen[bytes]
    log: Path
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | Iterable[bytes] | None = None,
        headers: dict[str, str] | None = None,
        cookie: str | None = None,
        host: str | None = None,
    ) -> Answer:
        """One plain HTTP request, redirects not followed; `cookie` is a session token."""
        connection = http.client.HTTPConnection(host or self.host, timeout=30)
        given = dict(headers or {})
        if cookie is not None:
            given["Cookie"] = f"fieldapp={cookie}"
        try:
            connection.request(method, path, body=body, headers=given, encode_chunked=_chunked(body))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **more: object) -> Answer:
        return self.request("GET", path, **more)  # type: ignore[arg-type]

    def post_form(self, path: str, fields: dict[str, str], **more: object) -> Answer:
        """A form sent as the app's own page sends it."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        headers |= more.pop("headers", {})  # type: ignore[operator]
        return self.request("POST", path, body=urlencode(fields).encode(), headers=headers, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def start_server(tmp_path: Path, *, command: list[str] | None = None, port: int | None = None, **env: str) -> Server:
    """Start `python -m streamlit run app.py` on a free port; `env` adds or replaces environment variables."""
    port = port or free_port()
    database = Path(env.pop("FIELDAPP_DATABASE", str(tmp_path / "fieldapp.sqlite3")))
    log = tmp_path / "server.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FIELDAPP_", "STREAMLIT_"))}
    environ = kept | {"FIELDAPP_DATABASE": str(database), "FIELDAPP_PORT": str(port), "PYTHONUNBUFFERED": "1"} | env
    command = command or [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", database, process, log)
    _wait_until_answering(server)
    return server


def make_user(
    database: Path,
    role: Role | str,
    districts: Iterable[str] = (),
    *,
    name: str | None = None,
    password: str = PASSWORD,
) -> User:
    """An account that can sign in with `password`."""
    migrate(database)
    now = datetime.now(UTC)
    chosen = name or f"prøve {Role(role).value} {os.urandom(3).hex()}"
    with opened(database) as db:
        token = accounts.add_user(accounts.SYSTEM, chosen, Role(role), frozenset(districts), db=db, now=now)
        return accounts.accept_invite(token, password, db=db, now=now)


def signed_in_cookie(database: Path, user: User, *, device: str = "Prøvebrowser") -> str:
    """A session token for this user, as the sign-in page would have set it."""
    with opened(database) as db:
        return sessions.open_session(user, device, db=db, now=datetime.now(UTC))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _chunked(body: object) -> bool:
    return body is not None and not isinstance(body, bytes | str)


def _wait_until_answering(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            if server.get("/healthz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    server.stop()
    raise AssertionError("the server did not start:\n" + server.log.read_text(errors="replace"))
