"""Small facts about the database itself: its data version, and whether it holds fictional data."""

from __future__ import annotations

from sqlite_utils import Database

from fieldapp.store.connection import one


def data_version(db: Database) -> int:
    """A number that grows with every change of observations; what caches are keyed by."""
    return int(_get(db, "data_version"))


def touch(db: Database) -> None:
    """Mark that observations changed; inside `writing`."""
    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'data_version'")


def is_fictional(db: Database) -> bool:
    """Is this the demonstration database, to be marked «FIKTIVE DATA» everywhere?"""
    return _get(db, "fictional") == "1"


def mark_fictional(db: Database) -> None:
    """From now on every screen says «FIKTIVE DATA»; inside `writing`."""
    db.execute("UPDATE meta SET value = '1' WHERE key = 'fictional'")


def answers(db: Database) -> bool:
    """Can the database be read?"""
    return one(db, "SELECT 1 AS yes FROM meta LIMIT 1") is not None


def _get(db: Database, key: str) -> str:
    row = one(db, "SELECT value FROM meta WHERE key = ?", key)
    return str(row["value"]) if row else "0"
