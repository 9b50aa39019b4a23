"""Copies of the whole database, safe while it is in use, and the checks that say a file is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from db.migrations import migrations
from fieldapp.errors import Problem
from fieldapp.model import utc_text
from fieldapp.store import audit, meta
from fieldapp.store.connection import BUSY_MS, opened, storage_failures

FAULTS_SHOWN = 20
_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a backup says of itself: of which database it is, and when it was made (UTC text)."""

    database_id: str
    made_at: str


def copy_to(db: Database, out: Path, *, at: datetime) -> None:
    """Write a compact, marked copy beside `out`, see it on disk, then give it its name; deleted text is not in it."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with storage_failures():
            db.execute("VACUUM INTO ?", [str(part)])
            _mark(part, at)
        sync(part)
        part.replace(out)
        sync(out.absolute().parent)
    except OSError as error:
        raise Problem("bad_file", field=out.name, why="der kan ikke skrives dér; vælg et andet sted") from error
    finally:
        part.unlink(missing_ok=True)


def _mark(path: Path, at: datetime) -> None:
    """Write into the copy that it is one, and of when; retention knows its own backups by this."""
    connection = sqlite3.connect(str(path), isolation_level=None)
    try:
        # Nobody else knows of the file yet, and no journal may be left beside it.
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?,?)", [meta.BACKUP_MADE, moment(at)])
    finally:
        connection.close()


def moment(at: datetime) -> str:
    """A time as marks write it; text order is time order."""
    return utc_text(at)


def is_sqlite(path: Path) -> bool:
    """Does the file begin as an SQLite database does?"""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def mark_of(path: Path) -> Mark | None:
    """The mark inside a backup of ours; None for every other file, and for one that is in use."""
    beside = path.with_name(path.name + "-wal")
    if not is_sqlite(path) or (beside.exists() and beside.stat().st_size):
        return None
    try:
        with opened_to_read(path) as db:
            if not is_ours(db):
                return None
            known = dict(db.conn.execute("SELECT key, value FROM meta"))
    except Problem:
        return None
    if meta.BACKUP_MADE not in known or meta.DATABASE_ID not in known:
        return None
    return Mark(known[meta.DATABASE_ID], known[meta.BACKUP_MADE])


def settle(db: Database, *, needed: bool) -> None:
    """A backup that stands in the database's place is no backup any more; inside `writing`."""
    meta.put(db, meta.BACKUP_MADE, None)
    if needed:
        meta.put(db, meta.RETENTION_NEEDED, "1")


@contextmanager
def opened_to_read(path: Path) -> Iterator[Database]:
    """A database file that is looked at and left as it is."""
    with storage_failures():
        connection = sqlite3.connect(_uri(path), uri=True, timeout=BUSY_MS / 1000)
        try:
            yield Database(connection)
        finally:
            connection.close()


def copy_over(source: Path, target: Path) -> None:
    """Put the content of `source` into `target` in one transaction; a server may have `target` open meanwhile."""
    with storage_failures(), opened(target) as into:
        from_file = sqlite3.connect(_uri(source), uri=True, timeout=BUSY_MS / 1000)
        try:
            from_file.backup(into.conn)
        finally:
            from_file.close()
        into.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync(target)
    sync(target.absolute().parent)


def database_faults(db: Database) -> list[str]:
    """What is wrong inside the file, in SQLite's words; empty when nothing is."""
    found = [str(row[0]) for row in db.conn.execute(f"PRAGMA integrity_check({FAULTS_SHOWN})")]
    faults = [fault for fault in found if fault != "ok"]
    rows = db.conn.execute("PRAGMA foreign_key_check").fetchmany(FAULTS_SHOWN)
    return faults + [f"foreign key: {table} row {row} -> {parent}" for table, row, parent, _ in rows]


def audit_fault(db: Database) -> tuple[int, int | None]:
    """How many rows the trail has, and the first that was tampered with (None: whole)."""
    return audit.verify(db)


def steps_missing(db: Database) -> list[str]:
    """Migrations that this file has not been through."""
    return [step.name for step in migrations.pending(db)]


def steps_unknown(db: Database) -> list[str]:
    """Migrations the file has been through that this version does not know: it is from a newer one."""
    ours = {step.name for step in migrations.pending(Database(memory=True))}
    return [step.name for step in migrations.applied(db) if step.name not in ours]


def is_ours(db: Database) -> bool:
    """Is it a database of this app at all?"""
    return {"observation", "audit", "meta"} <= set(db.table_names())


def _uri(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


def sync(path: Path) -> None:
    """See the file or folder on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
