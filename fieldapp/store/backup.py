"""Copies of the whole database, safe while it is in use, and the checks that say a file is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from db.migrations import migrations
from fieldapp.errors import Problem
from fieldapp.store import audit
from fieldapp.store.connection import BUSY_MS, opened, storage_failures

FAULTS_SHOWN = 20


def copy_to(db: Database, out: Path) -> None:
    """Write a compact copy beside `out`, see it on disk, then give it its name; deleted text is not in it."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with storage_failures():
            db.execute("VACUUM INTO ?", [str(part)])
        sync(part)
        part.replace(out)
        sync(out.absolute().parent)
    except OSError as error:
        raise Problem("bad_file", field=out.name, why="der kan ikke skrives dér; vælg et andet sted") from error
    finally:
        part.unlink(missing_ok=True)


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
