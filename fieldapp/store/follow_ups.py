"""Follow-ups in the database: each change with its event and its line in the trail, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import Grant, Kind, parse_time, utc_text
from fieldapp.model.follow_ups import Event, FollowUp, State
from fieldapp.store import audit
from fieldapp.store.connection import one
from fieldapp.store.granting import among, any_of
from fieldapp.store.values import stored

_COLUMNS = (
    "id title detail lat lon place district kind source source_id responsible assignee deadline state state_at "
    "reopened reported_by reported_at walk tip created_by created_at version"
).split()
_TIMES = ("state_at", "reported_at", "created_at")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM follow_up"
# Free text stays out of the trail, which is kept for ever.
_NOT_IN_TRAIL = frozenset({"id", "title", "detail", "created_by", "created_at"})
_ORDERS = {
    "deadline": "deadline IS NULL, deadline, created_at, id",
    "newest": "created_at DESC, id DESC",
    "changed": "state_at DESC, id DESC",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which follow-ups are asked for; empty means all. `late_on` asks for those past their deadline on that day.

    `granted` narrows to what a reader may see (None: no narrowing, empty: nothing); `bbox` is west, south, east, north.
    """

    states: frozenset[State] = frozenset()
    responsible: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    source_ids: frozenset[str] = frozenset()
    assignee: str | None = None
    late_on: date | None = None
    bbox: tuple[float, float, float, float] | None = None
    granted: tuple[Grant, ...] | None = None


def insert_within(db: Database, follow_up: FollowUp, event: Event, *, actor: str) -> None:
    """A new follow-up with the first line of its history; inside `writing`."""
    marks = ", ".join("?" * len(_COLUMNS))
    db.execute(f"INSERT INTO follow_up ({', '.join(_COLUMNS)}) VALUES ({marks})", _row(follow_up))
    _log(db, follow_up, event, None, actor)


def change_within(db: Database, follow_up: FollowUp, event: Event, *, actor: str) -> int:
    """The next version over the one before, and its event, whose number comes back; inside `writing`.

    Raises Problem `task_changed` when somebody else was first.
    """
    before = get(db, follow_up.id)
    if before is None or before.version != follow_up.version - 1:
        raise Problem("task_changed", field="version")
    values = dict(zip(_COLUMNS, _row(follow_up), strict=True))
    changes = ", ".join(f"{name} = :{name}" for name in _COLUMNS[1:])
    db.execute(f"UPDATE follow_up SET {changes} WHERE id = :id", values)
    return _log(db, follow_up, event, before, actor)


def log_within(db: Database, follow_up: FollowUp, event: Event, *, actor: str) -> int:
    """An event that changes nothing but the history; its number; inside `writing`."""
    return _log(db, follow_up, event, None, actor)


def _log(db: Database, follow_up: FollowUp, event: Event, before: FollowUp | None, actor: str) -> int:
    cursor = db.execute(
        "INSERT INTO follow_up_event (follow_up, at, who, action, before, after, text) VALUES (?,?,?,?,?,?,?)",
        [follow_up.id, utc_text(event.at), event.who, event.action, event.before, event.after, event.text],
    )
    audit.append(
        db,
        at=event.at,
        actor=actor,
        action=f"follow_up.{event.action}",
        entity="follow_up",
        entity_id=follow_up.id,
        before=_trail(before) if before else None,
        after=_trail(follow_up),
    )
    return int(cursor.lastrowid or 0)


def get(db: Database, follow_up_id: str) -> FollowUp | None:
    """One follow-up by id."""
    row = one(db, f"{_SELECT} WHERE id = ?", follow_up_id)
    return _follow_up(row) if row else None


def find(db: Database, wanted: Wanted, *, order: str = "deadline", limit: int = -1) -> list[FollowUp]:
    """Those that fit, in the order asked for: `deadline`, `newest` or `changed`."""
    where, arguments = _conditions(wanted)
    sql = f"{_SELECT} WHERE {where} ORDER BY {_ORDERS[order]} LIMIT ?"
    return [_follow_up(row) for row in db.query(sql, [*arguments, limit])]


def count(db: Database, wanted: Wanted) -> int:
    """How many fit."""
    where, arguments = _conditions(wanted)
    row = one(db, f"SELECT count(*) AS n FROM follow_up WHERE {where}", *arguments)
    return int(row["n"]) if row else 0


def by_district(db: Database, wanted: Wanted, *, today: date) -> dict[str | None, tuple[int, int, int]]:
    """District (None: none) → how many fit, how many of them are past their deadline, how many wait to be seen."""
    where, arguments = _conditions(wanted)
    sql = (
        "SELECT district, count(*) AS n, count(*) FILTER (WHERE deadline < ? AND state IN ('new','active')) AS late, "
        f"count(*) FILTER (WHERE state = 'reported') AS look FROM follow_up WHERE {where} GROUP BY district"
    )
    rows = db.query(sql, [today.isoformat(), *arguments])
    return {row["district"]: (row["n"], row["late"], row["look"]) for row in rows}


def events(db: Database, follow_up_id: str) -> list[Event]:
    """The whole history, oldest first."""
    sql = "SELECT seq, at, who, action, before, after, text FROM follow_up_event WHERE follow_up = ? ORDER BY seq"
    return [_event(row) for row in db.query(sql, [follow_up_id])]


def forget_words_within(db: Database, seq: int) -> None:
    """The words of one event go, the event stays; inside `writing`."""
    db.execute("UPDATE follow_up_event SET text = NULL WHERE seq = ?", [seq])


def last_words(db: Database, ids: Collection[str]) -> dict[str, str]:
    """Follow-up → what was said when it came into the state it is in, where something was."""
    if not ids:
        return {}
    marks = ",".join("?" * len(ids))
    sql = (
        "SELECT event.follow_up, event.text FROM follow_up_event AS event WHERE event.seq IN (SELECT max(seq) FROM "
        f"follow_up_event WHERE follow_up IN ({marks}) AND (before IS NULL OR before != after) GROUP BY follow_up) "
        "AND event.text IS NOT NULL"
    )
    return {row["follow_up"]: row["text"] for row in db.query(sql, list(ids))}


def _conditions(wanted: Wanted) -> tuple[str, list[Any]]:
    where: list[str] = []
    arguments: list[Any] = []
    for column, values in (
        ("state", wanted.states),
        ("responsible", wanted.responsible),
        ("district", wanted.districts),
        ("source", wanted.sources),
        ("source_id", wanted.source_ids),
    ):
        if values:
            where.append(among(column, values, arguments))
    if wanted.assignee is not None:
        where.append("assignee = ?")
        arguments.append(wanted.assignee)
    if wanted.late_on is not None:
        where.append("deadline < ? AND state IN ('new','active')")
        arguments.append(wanted.late_on.isoformat())
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        where.append("lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?")
        arguments.extend((west, east, south, north))
    if wanted.granted is not None:
        where.append(any_of(wanted.granted, arguments, maker="created_by"))
    return " AND ".join(where) or "1", arguments


def _row(follow_up: FollowUp) -> Sequence[Any]:
    return [stored(getattr(follow_up, name)) for name in _COLUMNS]


def _follow_up(row: dict[str, Any]) -> FollowUp:
    read = {name: row[name] and parse_time(name, row[name]) for name in _TIMES}
    read |= {"kind": Kind(row["kind"]), "state": State(row["state"]), "reopened": bool(row["reopened"])}
    read["deadline"] = row["deadline"] and date.fromisoformat(row["deadline"])
    return FollowUp(**{**row, **read})


def _event(row: dict[str, Any]) -> Event:
    before = State(row["before"]) if row["before"] else None
    return Event(**{**row, "at": parse_time("at", row["at"]), "before": before, "after": State(row["after"])})


def _trail(follow_up: FollowUp) -> dict[str, Any]:
    kept = dict(zip(_COLUMNS, _row(follow_up), strict=True))
    return {name: value for name, value in kept.items() if name not in _NOT_IN_TRAIL}
