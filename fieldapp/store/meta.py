"""Small facts about the database itself: its data version, and whether it holds fictional data."""

from __future__ import annotations

from sqlite_utils import Database

from fieldapp.store.connection import one

# Tells a database's own backups from others'.
DATABASE_ID = "database_id"
# Stands only in a backup: when it was made.
BACKUP_MADE = "backup_made_at"
# A backup was put back: what it brings along may be past its lifetime.
RETENTION_NEEDED = "retention_needed"
# When a run last came to its end, also one that found nothing to do.
RETENTION_LAST = "retention_last"
# Something was removed on request, and its bytes may still lie in the file or its log.
REMOVAL_LEFT = "removal_left"


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


def get(db: Database, key: str) -> str | None:
    """One fact, if it is known."""
    row = one(db, "SELECT value FROM meta WHERE key = ?", key)
    return str(row["value"]) if row else None


def put(db: Database, key: str, value: str | None) -> None:
    """Remember a fact, or forget it (None); inside `writing`."""
    if value is None:
        db.execute("DELETE FROM meta WHERE key = ?", [key])
    else:
        db.execute("INSERT INTO meta VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [key, value])


def _get(db: Database, key: str) -> str:
    return get(db, key) or "0"
