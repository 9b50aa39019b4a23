"""A line on loopback that can be cut: browsers' own «offline» spares open websockets and service workers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Line:
    """Passes bytes on to the server until it is cut, and again when it is mended."""

    upstream: tuple[str, int]
    listener: socket.socket
    whole: bool = True
    open: set[socket.socket] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def cut(self) -> None:
        """Every connection ends now, and new ones as soon as they are made."""
        self.whole = False
        for one in list(self.open):
            _end(one)

    def mend(self) -> None:
        self.whole = True

    def serve(self) -> None:
        """Until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            if not self.whole:
                return
            with socket.create_connection(self.upstream) as far:
                self.open |= {near, far}
                back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
                back.start()
                _pass_on(near, far)
                back.join()
                self.open -= {near, far}


@contextlib.contextmanager
def cuttable(url: str) -> Iterator[Line]:
    """A line in front of a server's address, until the block ends."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line((host, int(port)), listener)
        threading.Thread(target=line.serve, daemon=True).start()
        yield line
        line.cut()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    _end(target)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
