"""Walks and their guests in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import parse_time, utc_text
from fieldapp.model.walks import ChecklistItem, Guest, State, Walk, WalkKind
from fieldapp.store import audit, meta
from fieldapp.store.connection import one

_COLUMNS = (
    "id title kind starts_at local_date district area route length_m meeting_point meeting_lat meeting_lon leader "
    "company invited themes checklist size before state track_on track started_at ended_at closed_at created_by "
    "created_at version"
).split()
_TIMES = ("starts_at", "started_at", "ended_at", "closed_at", "created_at")
_JSON = ("area", "route", "invited", "themes", "checklist", "track")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM walk"
# What the trail may keep: no title, names of places, themes or lines.
_TRAIL = "kind starts_at district length_m leader size before state track_on version".split()


def put_within(db: Database, walk: Walk, *, actor: str, at: datetime, action: str = "") -> None:
    """A new walk (version 1), or a newer version over the one before; Problem `conflict` when it is not the next."""
    before = get(db, walk.id)
    if (before.version if before else 0) != walk.version - 1:
        raise Problem("conflict", field="version")
    changes = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    db.execute(
        f"INSERT INTO walk ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes}",
        list(_row(walk).values()),
    )
    audit.append(
        db,
        at=at,
        actor=actor,
        action=action or ("walk.amend" if before else "walk.plan"),
        entity="walk",
        entity_id=walk.id,
        before=_trail(before) if before else None,
        after=_trail(walk),
    )
    meta.touch(db)


def get(db: Database, walk_id: str) -> Walk | None:
    """One walk by id."""
    row = one(db, f"{_SELECT} WHERE id = ?", walk_id)
    return _walk(row) if row else None


def between(db: Database, since: date, until: date) -> list[Walk]:
    """Walks of these days, the latest first."""
    sql = f"{_SELECT} WHERE local_date BETWEEN ? AND ? ORDER BY starts_at DESC, id DESC"
    return [_walk(row) for row in db.query(sql, [since.isoformat(), until.isoformat()])]


def add_guest_within(db: Database, guest: Guest, token_hash: bytes) -> None:
    """Somebody joined; inside `writing`."""
    moment = utc_text(guest.joined_at)
    db.execute(
        "INSERT INTO guest (id, walk, token_hash, role, joined_at, seen_at) VALUES (?,?,?,?,?,?)",
        [guest.id, guest.walk, token_hash, guest.role, moment, moment],
    )
    audit.append(
        db, at=guest.joined_at, actor=f"g:{guest.id}", action="walk.join", entity="walk", entity_id=guest.walk,
        after={"role": guest.role},
    )  # fmt: skip


def guest_by_token(db: Database, token_hash: bytes) -> Guest | None:
    """Whose token this is."""
    row = one(db, "SELECT * FROM guest WHERE token_hash = ?", token_hash)
    if row is None:
        return None
    looked = parse_time("looked_at", row["looked_at"]) if row["looked_at"] else None
    return Guest(row["id"], row["walk"], row["role"], parse_time("joined_at", row["joined_at"]), looked)


def guest_looked_within(db: Database, guest_id: str, *, at: datetime) -> None:
    """The guest has read the answers; inside `writing`."""
    db.execute("UPDATE guest SET looked_at = ?, seen_at = ? WHERE id = ?", [utc_text(at), utc_text(at), guest_id])


def change_guest_role_within(db: Database, guest_id: str, role: str) -> None:
    """The guest chose another role; inside `writing`."""
    db.execute("UPDATE guest SET role = ? WHERE id = ?", [role, guest_id])


def roles_of(db: Database, walk_id: str) -> dict[str, int]:
    """Role → how many joined."""
    rows = db.query("SELECT role, count(*) AS n FROM guest WHERE walk = ? GROUP BY role ORDER BY role", [walk_id])
    return {row["role"]: row["n"] for row in rows}


def guest_count(db: Database, walk_ids: Iterable[str]) -> dict[str, int]:
    """Walk → how many joined."""
    ids = list(walk_ids)
    marks = ",".join("?" * len(ids))
    rows = db.query(f"SELECT walk, count(*) AS n FROM guest WHERE walk IN ({marks}) GROUP BY walk", ids)
    return {row["walk"]: row["n"] for row in rows}


def _row(walk: Walk) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(walk, name) for name in _COLUMNS}
    values["checklist"] = [_item(item) for item in walk.checklist]
    for name in _TIMES:
        values[name] = utc_text(values[name]) if values[name] else None
    for name in _JSON:
        values[name] = None if values[name] is None else json.dumps(values[name], ensure_ascii=False)
    return values | {
        "kind": str(walk.kind),
        "state": str(walk.state),
        "local_date": walk.local_date.isoformat(),
        "track_on": int(walk.track_on),
    }


def _item(item: ChecklistItem) -> dict[str, str]:
    return {name: getattr(item, name) for name in ChecklistItem.__dataclass_fields__}


def _walk(row: Mapping[str, Any]) -> Walk:
    values = {name: value for name, value in row.items() if name != "local_date"}
    for name in _TIMES:
        values[name] = parse_time(name, values[name]) if values[name] else None
    for name in _JSON:
        values[name] = None if values[name] is None else json.loads(values[name])
    for name in ("area", "route", "track"):
        values[name] = None if values[name] is None else tuple((lon, lat) for lon, lat in values[name])
    values |= {
        "themes": tuple(values["themes"]),
        "checklist": tuple(ChecklistItem(**item) for item in values["checklist"]),
        "kind": WalkKind(values["kind"]),
        "state": State(values["state"]),
        "track_on": bool(values["track_on"]),
    }
    return Walk(**values)


def _trail(walk: Walk) -> dict[str, Any]:
    row = _row(walk)
    return {name: row[name] for name in _TRAIL}
