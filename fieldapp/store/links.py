"""Links for those who have no account: of each code only its hash; and how often unknown codes were tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import parse_time, utc_text
from fieldapp.store import audit
from fieldapp.store.connection import one

_COLUMNS = (
    "id purpose target generation code_hash valid_from adds_until reads_until revoked_at created_by created_at".split()
)
_TIMES = ("valid_from", "adds_until", "reads_until", "revoked_at", "created_at")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM public_link"


@dataclass(frozen=True, slots=True)
class Link:
    """What a code opens: `purpose` and `target` (the id of a walk, a task …), from when, for adding and for reading."""

    id: str
    purpose: str
    target: str
    generation: int
    code_hash: bytes
    valid_from: datetime
    adds_until: datetime
    reads_until: datetime
    revoked_at: datetime | None
    created_by: str
    created_at: datetime

    def adds(self, now: datetime) -> bool:
        """May something be added by it now?"""
        return self.reads(now) and now < self.adds_until

    def reads(self, now: datetime) -> bool:
        """May it be read by now?"""
        return self.revoked_at is None and self.valid_from <= now < self.reads_until


def put_within(db: Database, link: Link, *, action: str, actor: str, at: datetime) -> None:
    """Write a link new or anew, and its line in the trail, which never holds the code's hash; inside `writing`."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    db.execute(
        f"INSERT INTO public_link ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes}",
        [_value(getattr(link, name)) for name in _COLUMNS],
    )
    kept = ("purpose", "target", "generation", "valid_from", "adds_until", "reads_until", "revoked_at")
    after = {name: _value(getattr(link, name)) for name in kept}
    audit.append(db, at=at, actor=actor, action=action, entity="public_link", entity_id=link.id, after=after)


def by_code(db: Database, code_hash: bytes) -> Link | None:
    """The link of a code."""
    return _link(one(db, f"{_SELECT} WHERE code_hash = ?", code_hash))


def of(db: Database, purpose: str, target: str) -> Link | None:
    """The link to a thing, also one that was taken back or has run out."""
    return _link(one(db, f"{_SELECT} WHERE purpose = ? AND target = ?", purpose, target))


def get(db: Database, link_id: str) -> Link | None:
    """One link by id."""
    return _link(one(db, f"{_SELECT} WHERE id = ?", link_id))


def _value(value: Any) -> Any:
    return utc_text(value) if isinstance(value, datetime) else value


def _link(row: dict[str, Any] | None) -> Link | None:
    if row is None:
        return None
    return Link(**{**row, **{name: row[name] and parse_time(name, row[name]) for name in _TIMES}})
