"""Open websockets by session, so that a revoked device is cut off at once and not at its next tap."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from anyio import to_thread
from starlette.types import Message, Send

from fieldapp.errors import Problem
from fieldapp.store import sessions
from fieldapp.store.connection import opened
from fieldapp.web.context import utc_now

LOOK_EVERY_S = 3.0
REVOKED = 4401


@dataclass(slots=True)
class Socket:
    """One open websocket: `send` is what the app below uses, silent once we have closed."""

    below: Send
    closed: bool = False

    async def send(self, message: Message) -> None:
        if not self.closed:
            self.closed = message["type"] == "websocket.close"
            await self.below(message)

    async def close(self) -> None:
        await self.send({"type": "websocket.close", "code": REVOKED})


@dataclass(slots=True)
class Registry:
    """Which sockets belong to which session."""

    _open: defaultdict[str, list[Socket]] = field(default_factory=lambda: defaultdict(list))

    async def during(self, session_id: str, socket: Socket, run: Callable[[Send], Awaitable[None]]) -> None:
        """Run the app below with this socket listed."""
        self._open[session_id].append(socket)
        try:
            await run(socket.send)
        finally:
            self._open[session_id].remove(socket)
            if not self._open[session_id]:
                del self._open[session_id]

    async def close_ended(self, database: Path) -> None:
        """Close the sockets of sessions that the database no longer knows as living."""
        ids = list(self._open)
        if not ids:
            return
        alive = await to_thread.run_sync(_alive, database, ids)
        for session_id in set(ids) - alive:
            for socket in list(self._open.get(session_id, ())):
                await socket.close()

    async def watch(self, database: Path) -> None:
        """`close_ended`, for ever; sessions end in other threads and processes too."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.close_ended(database)
            except (Problem, OSError, RuntimeError):
                continue


def _alive(database: Path, ids: list[str]) -> set[str]:
    with opened(database) as db:
        return sessions.alive(db, ids, at=utc_now())
