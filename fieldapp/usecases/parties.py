"""Who can be responsible, and the coordinator's list of their inboxes, which nobody else is shown."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from fieldapp.errors import Problem
from fieldapp.model import Role, User
from fieldapp.model.parties import Parties, parse_email
from fieldapp.settings import ROOT, Settings
from fieldapp.store import parties as rows
from fieldapp.store.connection import Database, writing
from fieldapp.texts import N_

FILE = "parties.json"


def parties_of(settings: Settings) -> Parties:
    """The parties of FIELDAPP_DATA, or the shipped ones where it has no such file; raises Problem `bad_file`."""
    own = settings.data / FILE
    path = own if own.exists() else ROOT / "data" / FILE
    status = path.stat()
    return _loaded(path, status.st_mtime_ns, status.st_size)


def require_party(key: str, *, settings: Settings) -> None:
    """Raises a Problem for who is not in the list."""
    if key not in parties_of(settings):
        raise Problem("invalid", field=N_("ansvarlig"), why="vælg en ansvarlig fra listen")


def inboxes(*, user: User, db: Database) -> dict[str, str]:
    """Party key → mail address, for the coordinator."""
    _may_set(user)
    return rows.inboxes(db)


def set_inbox(party: str, email: str, *, user: User, db: Database, settings: Settings, now: datetime) -> None:
    """Where reminders to a party go: an inbox of the party, never a person's; empty takes it away."""
    _may_set(user)
    require_party(party, settings=settings)
    address = parse_email("email", email) if email.strip() else None
    with writing(db):
        rows.set_inbox_within(db, party, address, actor=user.id, at=now)


def _may_set(user: User) -> None:
    if not user.active or user.role is not Role.COORDINATOR:
        raise Problem("not_allowed")


@lru_cache(maxsize=8)
def _loaded(path: Path, _changed: int, _size: int) -> Parties:
    return Parties.load(path)
