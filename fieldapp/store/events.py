"""Events in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import parse_time, utc_text
from fieldapp.model.events import Event
from fieldapp.store import audit
from fieldapp.store.connection import one

_COLUMNS = (
    "id title plan starts_at ends_at lat lon reach_m place district planned_minutes created_by created_at status "
    "version"
).split()
_TIMES = ("starts_at", "ends_at", "created_at")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM event"


def put_within(db: Database, event: Event, *, actor: str, at: datetime) -> None:
    """A new event (version 1), or a newer version over the one before; Problem `conflict` when it is not the next."""
    before = get(db, event.id)
    if (before.version if before else 0) != event.version - 1:
        raise Problem("conflict", field="version")
    changes = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    db.execute(
        f"INSERT INTO event ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes}",
        list(_row(event)),
    )
    action = "event.withdraw" if event.status == "withdrawn" else "event.amend" if before else "event.add"
    told = _trail(before) if before else None
    audit.append(
        db, at=at, actor=actor, action=action, entity="event", entity_id=event.id, before=told, after=_trail(event)
    )


def get(db: Database, event_id: str) -> Event | None:
    """One event by id, withdrawn ones too."""
    row = one(db, f"{_SELECT} WHERE id = ?", event_id)
    return _event(row) if row else None


def between(db: Database, since: datetime, until: datetime) -> list[Event]:
    """Active events that go on at some time between the two, the earliest first."""
    sql = f"{_SELECT} WHERE status = 'active' AND starts_at < ? AND ends_at > ? ORDER BY starts_at, id"
    return [_event(row) for row in db.query(sql, [utc_text(until), utc_text(since)])]


def _row(event: Event) -> tuple[Any, ...]:
    return tuple(utc_text(getattr(event, name)) if name in _TIMES else getattr(event, name) for name in _COLUMNS)


def _event(row: dict[str, Any]) -> Event:
    return Event(**{**row, **{name: parse_time(name, row[name]) for name in _TIMES}})


def _trail(event: Event) -> dict[str, Any]:
    """Where and when; title and plan are free text and stay out."""
    kept = dict(zip(_COLUMNS, _row(event), strict=True))
    return {name: kept[name] for name in _COLUMNS if name not in ("id", "title", "plan", "created_by", "created_at")}
