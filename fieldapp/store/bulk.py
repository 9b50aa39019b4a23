"""Many observations at a time, inside one transaction of the caller's; memory stays that of one batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from fieldapp.model import Observation
from fieldapp.store import audit, situations
from fieldapp.store.observations import COLUMNS, to_row, trail

BATCH = 1000
_INSERT = f"INSERT INTO observation ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


class Ready(NamedTuple):
    """An observation as it will be written: its row, and what the audit keeps of it."""

    row: tuple[Any, ...]
    trail: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.row[0])

    @property
    def content_hash(self) -> bytes:
        return bytes(self.row[-1])


def ready(observation: Observation) -> Ready:
    """All that can be worked out before the transaction."""
    return Ready(to_row(observation), trail(observation))


def known(db: Database, ids: Sequence[str]) -> dict[str, bytes | None]:
    """Id → content hash of those that are stored; None where it has been changed since it was recorded."""
    found: dict[str, bytes | None] = {}
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        sql = f"SELECT id, content_hash, version FROM observation WHERE id IN ({','.join('?' * len(some))})"
        for stored_id, content, version in db.conn.execute(sql, list(some)):
            found[stored_id] = content if version == 1 else None
    return found


def make_room(db: Database) -> None:
    """Let this connection keep 64 MB of pages: the ids of foreign rows fall all over the index."""
    db.conn.execute("PRAGMA cache_size = -65536")


def insert_within(
    db: Database, observations: Sequence[Ready], *, actor: str, at: datetime, action: str = "import"
) -> None:
    """Store observations whose ids are new, with their situations and audit rows; inside `writing`."""
    db.conn.executemany(_INSERT, [ready.row for ready in observations])
    situations.join(db, [ready.id for ready in observations])
    entries = ((action, "observation", ready.id, None, ready.trail) for ready in observations)
    audit.append_many(db, entries, at=at, actor=actor)
