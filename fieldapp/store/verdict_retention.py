"""Answers about hotspots past their lifetime: who, why and the hour go; level, «known» and week stay as history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import RETIRED, parse_time, utc_text
from fieldapp.model.retention import monday_noon
from fieldapp.store.connection import one

_OLD = "at < ? AND by != ?"
# The trail tells of the hotspot, not of the answer: its row is the one by the same account at the same time.
_TRAIL = (
    "SELECT audit.seq FROM hotspot_level JOIN audit ON entity = 'hotspot' AND entity_id = hotspot "
    "AND action = 'verdict' AND audit.at = hotspot_level.at AND actor = by "
    "WHERE hotspot_level.id = ? AND seq NOT IN (SELECT seq FROM audit_redaction)"
)


def count(db: Database, before: datetime) -> int:
    """How many answers are past their lifetime."""
    sql = f"SELECT count(*) FROM hotspot_level WHERE {_OLD}"
    return int(db.conn.execute(sql, [utc_text(before), RETIRED]).fetchone()[0])


def due(db: Database, before: datetime) -> list[str]:
    """The id of each of them, the oldest first."""
    return [row["id"] for row in rows(db, before)]


def rows(db: Database, before: datetime) -> Iterator[dict[str, Any]]:
    """Each of them whole, as the archive keeps it."""
    yield from db.query(f"SELECT * FROM hotspot_level WHERE {_OLD} ORDER BY at, id", [utc_text(before), RETIRED])


def audit_of(db: Database, ids: Iterable[str]) -> list[int]:
    """The whole trail rows of these answers, while they still say who gave them."""
    return [row[0] for one_id in ids for row in db.conn.execute(_TRAIL, [one_id])]


def forget(db: Database, ids: Iterable[str]) -> list[str]:
    """Take reason, account and hour out of answers that still have them, inside `writing`; their ids."""
    gone = []
    for one_id in ids:
        if row := one(db, "SELECT at FROM hotspot_level WHERE id = ? AND by != ?", one_id, RETIRED):
            week = utc_text(monday_noon(parse_time("at", row["at"])))
            sql = "UPDATE hotspot_level SET reason = NULL, by = ?, at = ? WHERE id = ?"
            db.conn.execute(sql, [RETIRED, week, one_id])
            gone.append(one_id)
    return gone
