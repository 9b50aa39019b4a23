"""A few routes behind a real server on loopback, for tests of one route without the whole app."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import brotli
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `content` is unpacked, `size` is what came over the wire."""

    status_code: int
    headers: dict[str, str]
    content: bytes
    size: int


@dataclass(frozen=True)
class Client:
    """Sends one request at a time, the path exactly as given."""

    port: int

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {})
            reply = connection.getresponse()
            body = reply.read()
        finally:
            connection.close()
        found = {name.lower(): value for name, value in reply.getheaders()}
        unpack = UNPACK.get(found.get("content-encoding", ""), bytes)
        return Answer(reply.status, found, unpack(body), len(body))


@contextmanager
def serving(routes: list[BaseRoute]) -> Iterator[Client]:
    """The routes on a free port until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Client(listener.getsockname()[1])
        server.should_exit = True
        thread.join(10)
