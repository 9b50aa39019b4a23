"""What the database holds about one account, and the trail's rows of one account or observation.

Never a text of an observation; of walks, tasks and tips the words that the account itself wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from fieldapp.store import insight_walks, presence
from fieldapp.store.audit import NEVER_KEPT
from fieldapp.store.connection import one

# Names of accounts stand in the trail where an account was added or renamed; whose they are the id says.
_HIDDEN = NEVER_KEPT | {"name"}
_COLUMNS = "seq, at, actor, action, entity, entity_id, before, after"


def of_account(db: Database, user_id: str) -> Iterator[dict[str, Any]]:
    """Rows of the trail by this account, and those about it, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM audit WHERE actor = ? OR (entity = 'user' AND entity_id = ?) ORDER BY seq"
    yield from (_told(row) for row in db.query(sql, [user_id, user_id]))


def of_observation(db: Database, observation_id: str, *, by: str | None = None) -> Iterator[dict[str, Any]]:
    """Rows of the trail about this observation and its photos, oldest first; `by` names one account."""
    sql = (
        f"SELECT {_COLUMNS} FROM audit WHERE ((entity = 'observation' AND entity_id = ?) OR "
        "(entity = 'photo' AND json_extract(after, '$.observation') = ?)) AND (? IS NULL OR actor = ?) ORDER BY seq"
    )
    yield from (_told(row) for row in db.query(sql, [observation_id, observation_id, by, by]))


def every(db: Database) -> Iterator[dict[str, Any]]:
    """The whole trail, oldest first."""
    yield from (_told(row) for row in db.query(f"SELECT {_COLUMNS} FROM audit ORDER BY seq"))


def held(db: Database, user_id: str) -> dict[str, Any]:
    """What stands under this account outside the trail: numbers, times, choices, own words of walks and tasks."""
    return {
        "observations": dict(
            db.conn.execute("SELECT status, count(*) FROM observation WHERE reporter = ? GROUP BY 1", [user_id])
        ),
        "first_and_last_recorded": list(
            db.conn.execute(
                "SELECT min(recorded_at), max(recorded_at) FROM observation WHERE reporter = ?", [user_id]
            ).fetchone()
        ),
        "presence": presence.held(db, user_id),
        "hotspot_answers": _answers(db, user_id),
        "events_planned": _count(db, "event WHERE created_by = ?", user_id),
        **insight_walks.held(db, user_id),
        "alerts_seen": _count(db, "alert_seen WHERE user_id = ?", user_id),
        "draft": _draft(db, user_id),
        "sessions": _rows(
            db, "SELECT device, created_at, seen_at, expires_at, revoked_at FROM session WHERE user_id = ?", user_id
        ),
        "links": _rows(db, "SELECT purpose, created_at, expires_at, used_at FROM link WHERE user_id = ?", user_id),
    }


def _answers(db: Database, user_id: str) -> dict[str, Any]:
    """How many answers about hotspots, and when the first and the last was given; never a reason."""
    return next(
        db.query(
            "SELECT count(*) AS count, min(at) AS first, max(at) AS last FROM hotspot_level WHERE by = ?", [user_id]
        )
    )


def _count(db: Database, which: str, user_id: str) -> int:
    return int(db.conn.execute(f"SELECT count(*) FROM {which}", [user_id]).fetchone()[0])


def _draft(db: Database, user_id: str) -> dict[str, Any] | None:
    """When it was last written, which fields are filled, and how many photos wait."""
    row = one(db, "SELECT updated_at, content FROM draft WHERE user_id = ?", user_id)
    if row is None:
        return None
    photos = db.conn.execute("SELECT count(*) FROM draft_photo WHERE user_id = ?", [user_id]).fetchone()[0]
    return {"updated_at": row["updated_at"], "fields": sorted(json.loads(row["content"])), "photos": photos}


def _rows(db: Database, sql: str, user_id: str) -> list[dict[str, Any]]:
    return list(db.query(f"{sql} ORDER BY created_at", [user_id]))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "before": _values(row["before"]), "after": _values(row["after"])}


def _values(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    return {name: value for name, value in json.loads(text).items() if name not in _HIDDEN}
