"""Presence past its lifetime: who was where is removed, the sums by square and by day stay as they are.

With it goes who made an event that is as long over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import RETIRED, utc_text
from fieldapp.store import retention_rows

_DUE = "FROM presence WHERE started_at < ?"
_DUE_EVENTS = "FROM event WHERE ends_at < ? AND created_by != ?"
_PARTS = ("presence_share", "presence_track", "presence_pause")


def count(db: Database, before: datetime) -> int:
    """How many entries are past their lifetime."""
    return int(db.conn.execute(f"SELECT count(*) {_DUE}", [utc_text(before)]).fetchone()[0])


def due(db: Database, before: datetime) -> list[tuple[str, int]]:
    """Id and version of each of them, the oldest first."""
    found = db.conn.execute(f"SELECT id, version {_DUE} ORDER BY started_at, id", [utc_text(before)])
    return [(row[0], row[1]) for row in found]


def rows(db: Database, before: datetime) -> Iterator[dict[str, Any]]:
    """Each of them whole, as the archive keeps it."""
    for row in db.query(f"SELECT * {_DUE} ORDER BY started_at, id", [utc_text(before)]):
        parts = {name: list(db.query(f"SELECT * FROM {name} WHERE presence = ?", [row["id"]])) for name in _PARTS}
        yield {**row, **parts}


def count_events(db: Database, before: datetime) -> int:
    """How many events are over as long and still say who made them."""
    return int(db.conn.execute(f"SELECT count(*) {_DUE_EVENTS}", [utc_text(before), RETIRED]).fetchone()[0])


def due_events(db: Database, before: datetime) -> list[tuple[str, int]]:
    """Id and version of each of those."""
    return [(row["id"], row["version"]) for row in event_rows(db, before)]


def event_rows(db: Database, before: datetime) -> Iterator[dict[str, Any]]:
    """Each of those whole, as the archive keeps it."""
    yield from db.query(f"SELECT * {_DUE_EVENTS} ORDER BY ends_at, id", [utc_text(before), RETIRED])


def audit_of(db: Database, before: datetime) -> list[int]:
    """The whole trail rows of such presence and such events."""
    ids = [one for one, _ in due(db, before)]
    planned = [one for one, _ in due_events(db, before)]
    return retention_rows.audit_of(db, ids, entity="presence") + retention_rows.audit_of(db, planned, entity="event")


def remove(db: Database, stays: Iterable[tuple[str, int]]) -> list[str]:
    """Delete entries that are still as they were listed, inside `writing`; their ids.

    Marked `expired` first, so that the trigger leaves their hours in the sums.
    """
    gone = []
    for stay, version in stays:
        marked = db.conn.execute("UPDATE presence SET status = 'expired' WHERE id = ? AND version = ?", [stay, version])
        if marked.rowcount:
            for part in _PARTS:
                db.conn.execute(f"DELETE FROM {part} WHERE presence = ?", [stay])
            db.conn.execute("DELETE FROM presence WHERE id = ?", [stay])
            gone.append(stay)
    return gone


def forget_planners(db: Database, events: Iterable[tuple[str, int]]) -> list[str]:
    """Events that are still as they were listed keep title, place and plan, but not who made them; their ids.

    Inside `writing`.
    """
    sql = "UPDATE event SET created_by = ? WHERE id = ? AND version = ? AND created_by != ?"
    return [one for one, version in events if db.conn.execute(sql, [RETIRED, one, version, RETIRED]).rowcount]
