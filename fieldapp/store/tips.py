"""Tips in the database: each change with its event and its line in the trail, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import Kind, parse_time, utc_text
from fieldapp.model.tips import Event, State, Tip, TipSource
from fieldapp.store import audit
from fieldapp.store.connection import one
from fieldapp.store.values import stored

_COLUMNS = (
    "id source category kind text place place_text lat lon position_source district seen_on seen_at content_hash "
    "state state_at look_on observation created_at version"
).split()
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM tip"
# Free text stays out of the trail, which is kept for ever.
_NOT_IN_TRAIL = frozenset({"id", "text", "place_text", "content_hash", "created_at"})


@dataclass(frozen=True, slots=True)
class Counted:
    """A source with how many tips it has given, and when the last one came."""

    source: TipSource
    tips: int
    last_at: datetime | None


def add_source_within(db: Database, source: TipSource, *, actor: str) -> None:
    """A new institution; its name stays out of the trail; inside `writing`."""
    row = [source.id, source.name, source.district, source.created_by, utc_text(source.created_at)]
    db.execute("INSERT INTO tip_source (id, name, district, created_by, created_at) VALUES (?,?,?,?,?)", row)
    audit.append(
        db,
        at=source.created_at,
        actor=actor,
        action="tip_source.make",
        entity="tip_source",
        entity_id=source.id,
        after={"district": source.district},
    )


def source(db: Database, source_id: str) -> TipSource | None:
    """One institution by id."""
    row = one(db, "SELECT id, name, district, created_by, created_at FROM tip_source WHERE id = ?", source_id)
    return _source(row) if row else None


def sources(db: Database) -> list[Counted]:
    """All institutions, the latest first."""
    sql = (
        "SELECT s.id, s.name, s.district, s.created_by, s.created_at, count(t.id) AS tips, "
        "max(t.created_at) AS last_at FROM tip_source AS s LEFT JOIN tip AS t ON t.source = s.id GROUP BY s.id "
        "ORDER BY s.created_at DESC, s.id DESC"
    )
    return [_counted(row) for row in db.query(sql)]


def insert_within(db: Database, tip: Tip, event: Event, *, actor: str) -> None:
    """A new tip with the first line of its history; inside `writing`."""
    marks = ", ".join("?" * len(_COLUMNS))
    db.execute(f"INSERT INTO tip ({', '.join(_COLUMNS)}) VALUES ({marks})", _row(tip))
    _log(db, tip, event, None, actor)


def change_within(db: Database, tip: Tip, event: Event, *, actor: str) -> None:
    """The next version over the one before, and its event; inside `writing`.

    Raises Problem `tip_changed` when somebody else was first.
    """
    before = get(db, tip.id)
    if before is None or before.version != tip.version - 1:
        raise Problem("tip_changed", field="version")
    values = dict(zip(_COLUMNS, _row(tip), strict=True))
    changes = ", ".join(f"{name} = :{name}" for name in _COLUMNS[1:])
    db.execute(f"UPDATE tip SET {changes} WHERE id = :id", values)
    _log(db, tip, event, before, actor)


def forget_within(db: Database, tip_id: str, *, actor: str, at: datetime) -> None:
    """All words of a tip and of its history go, and what could tell them again; its rows stay; inside `writing`."""
    db.execute(
        "UPDATE tip SET text = NULL, place_text = NULL, content_hash = zeroblob(32), "
        "version = version + 1 WHERE id = ?",
        [tip_id],
    )
    db.execute("UPDATE tip_event SET text = NULL WHERE tip = ?", [tip_id])
    audit.append(db, at=at, actor=actor, action="tip.forget", entity="tip", entity_id=tip_id)


def get(db: Database, tip_id: str) -> Tip | None:
    """One tip by id."""
    row = one(db, f"{_SELECT} WHERE id = ?", tip_id)
    return _tip(row) if row else None


def every(db: Database) -> list[Tip]:
    """What waits first (new, then planned), the latest of each first."""
    order = "CASE state WHEN 'new' THEN 0 WHEN 'planned' THEN 1 ELSE 2 END, created_at DESC, id DESC"
    return [_tip(row) for row in db.query(f"{_SELECT} ORDER BY {order}")]


def count_since(db: Database, source_id: str, since: datetime) -> int:
    """How many tips an institution's link has brought since then."""
    row = one(db, "SELECT count(*) AS n FROM tip WHERE source = ? AND created_at > ?", source_id, utc_text(since))
    return int(row["n"]) if row else 0


def events(db: Database, tip_id: str) -> list[Event]:
    """The whole history, oldest first."""
    sql = "SELECT seq, at, who, action, before, after, day, text FROM tip_event WHERE tip = ? ORDER BY seq"
    return [_event(row) for row in db.query(sql, [tip_id])]


def _log(db: Database, tip: Tip, event: Event, before: Tip | None, actor: str) -> None:
    day = event.day.isoformat() if event.day else None
    db.execute(
        "INSERT INTO tip_event (tip, at, who, action, before, after, day, text) VALUES (?,?,?,?,?,?,?,?)",
        [tip.id, utc_text(event.at), event.who, event.action, event.before, event.after, day, event.text],
    )
    audit.append(
        db,
        at=event.at,
        actor=actor,
        action=f"tip.{event.action}",
        entity="tip",
        entity_id=tip.id,
        before=_trail(before) if before else None,
        after=_trail(tip),
    )


def _row(tip: Tip) -> list[Any]:
    return [stored(getattr(tip, name)) for name in _COLUMNS]


def _trail(tip: Tip) -> dict[str, Any]:
    return {name: value for name, value in zip(_COLUMNS, _row(tip), strict=True) if name not in _NOT_IN_TRAIL}


def _tip(row: dict[str, Any]) -> Tip:
    read = {name: row[name] and parse_time(name, row[name]) for name in ("seen_at", "state_at", "created_at")}
    read |= {name: row[name] and date.fromisoformat(row[name]) for name in ("seen_on", "look_on")}
    return Tip(**{**row, **read, "kind": Kind(row["kind"]), "state": State(row["state"])})


def _event(row: dict[str, Any]) -> Event:
    before = State(row["before"]) if row["before"] else None
    day = date.fromisoformat(row["day"]) if row["day"] else None
    return Event(
        **{**row, "at": parse_time("at", row["at"]), "before": before, "after": State(row["after"]), "day": day}
    )


def _source(row: dict[str, Any]) -> TipSource:
    at = parse_time("created_at", row["created_at"])
    return TipSource(row["id"], row["name"], row["district"], row["created_by"], at)


def _counted(row: dict[str, Any]) -> Counted:
    last = parse_time("last_at", row["last_at"]) if row["last_at"] else None
    return Counted(_source(row), row["tips"], last)
