"""Small answers are sent at once: Streamlit's own listening socket waits up to 40 ms for the browser's acknowledgement.

asyncio switches the waiting off for sockets that name TCP as their protocol; Streamlit's is made without a name. What
is set on a listening socket holds for every connection it accepts.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

_DESCRIPTORS = Path("/dev/fd")


def send_at_once() -> int:
    """Set TCP_NODELAY on every TCP socket this process has bound; returns how many. Never raises."""
    try:
        descriptors = [int(path.name) for path in _DESCRIPTORS.iterdir()]
    except (OSError, ValueError):
        return 0
    return sum(_set(number) for number in descriptors)


def _set(number: int) -> bool:
    """True where this descriptor is a bound TCP socket; the descriptor itself stays as it was."""
    with suppress(OSError):
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            return False
        with socket.socket(fileno=os.dup(number)) as same:
            if same.family in (socket.AF_INET, socket.AF_INET6) and same.type == socket.SOCK_STREAM:
                if not same.getsockname()[1]:
                    return False
                same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return True
    return False
