"""A small language for tests: things with sensible values, of which a test names only what it is about."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from fieldapp.model import Catalogue, Observation, Role, User, uuid7
from fieldapp.settings import ROOT, Settings
from fieldapp.store.connection import migrate, open_database, writing
from fieldapp.usecases.services import Services, load_services

SHARED = Path(__file__).resolve().parents[2] / "shared"
NOW = datetime(2026, 11, 20, 21, 10, tzinfo=UTC)
STATION = (55.6133, 12.3580)
CATALOGUE = Catalogue.load(ROOT / "data" / "categories.json")


def a_database(folder: Path) -> Database:
    """A fresh, migrated SQLite file."""
    path = folder / "fieldapp.sqlite3"
    migrate(path)
    return open_database(path)


def some_services(**changes: Any) -> Services:
    """The shipped districts, places and categories."""
    return load_services(Settings(**changes))


def a_user(db: Database, role: Role | str = Role.WORKER, *districts: str, name: str = "") -> User:
    """An account in the database, without a way to sign in."""
    user = User(uuid7(NOW), name or f"Prøve {secrets.token_hex(4)}", Role(role), frozenset(districts))
    with writing(db):
        db.execute(
            "INSERT INTO user (id, name, role, created_at) VALUES (?,?,?,'2026-01-01T00:00:00Z')",
            [user.id, user.name, str(user.role)],
        )
        for district in districts:
            db.execute("INSERT INTO user_district VALUES (?,?)", [user.id, district])
    return user


def a_wire(**changes: Any) -> dict[str, Any]:
    """An observation as a phone sends it; `None` takes a field away."""
    wire = {
        "id": uuid7(NOW),
        "category": "vandalism",
        "lat": STATION[0],
        "lon": STATION[1],
        "observed_at": NOW.isoformat(),
    }
    return {name: value for name, value in (wire | changes).items() if value is not None}


def an_observation(**changes: Any) -> Observation:
    """The same, parsed; `now` is when it is parsed."""
    now = changes.pop("now", NOW)
    return Observation.from_wire(a_wire(**changes), catalogue=CATALOGUE, now=now)
