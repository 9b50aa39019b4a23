"""One way to open the database and one way to write: safe pragmas, BEGIN IMMEDIATE, failures as Problems."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from db.migrations import migrations
from fieldapp.errors import Problem
from fieldapp.texts import later

__all__ = [
    "BUSY_MS",
    "OLDEST_SQLITE",
    "Database",
    "assert_sqlite_version",
    "migrate",
    "one",
    "open_database",
    "opened",
    "schema",
    "sqlite3",
    "storage_failures",
    "writing",
]
# Older builds can corrupt a WAL when it is reset under load (fixed in 3.51.3).
OLDEST_SQLITE = (3, 51, 3)
BUSY_MS = 15_000
IDLE_MOST = 12
FileKey = tuple[str, int, int, int]
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)
_FAILURES = (
    ("disk is full", "storage_full"),
    ("disk i/o", "storage_full"),
    ("readonly", "storage_readonly"),
    ("read-only", "storage_readonly"),
)


def assert_sqlite_version() -> None:
    """Refuse to start on a SQLite that can lose data; raises Problem `bad_setting`."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        found = sqlite3.sqlite_version
        raise Problem(
            "bad_setting", field="SQLite", why=later("version {found} er for gammel; kør «make run» igen", found=found)
        )


def open_database(path: Path, *, any_thread: bool = False) -> Database:
    """A connection for one run in one thread; the caller closes it (or uses `opened`)."""
    with storage_failures():
        connection = sqlite3.connect(
            str(path), isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=not any_thread
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except sqlite3.OperationalError as error:
            # A read-only file or a full disk refuses WAL, yet what is there can still be read.
            if _code(error) == "storage_unavailable":
                connection.close()
                raise
            connection.execute("PRAGMA foreign_keys = ON")
        return Database(connection, recursive_triggers=False)


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A connection for one piece of work; kept afterwards for the next one, since opening costs a millisecond."""
    key = _file(path)
    db = _idle.take(key) or open_database(path, any_thread=True)
    try:
        with storage_failures():
            yield db
    except BaseException:
        db.conn.close()
        raise
    _idle.give(key if key == _file(path) else None, db)


def _file(path: Path) -> FileKey | None:
    """Which file a path names now, in this process: a connection must follow neither a rename nor a fork."""
    try:
        status = path.stat()
    except OSError:
        return None
    return str(path), status.st_dev, status.st_ino, os.getpid()


class _Idle:
    """Connections that nobody uses just now; each is used by one thread at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[FileKey, list[Database]] = {}

    def take(self, key: FileKey | None) -> Database | None:
        with self._lock:
            kept = self._kept.get(key) if key else None
            return kept.pop() if kept else None

    def give(self, key: FileKey | None, db: Database) -> None:
        if key is None or db.conn.in_transaction:
            db.conn.close()
            return
        with self._lock:
            # Those of a parent process are left alone: a child may not even close them.
            old = [other for other in self._kept if other != key and other[-1] == key[-1]]
            dropped = [one for other in old for one in self._kept.pop(other)]
            kept = self._kept.setdefault(key, [])
            (kept if len(kept) < IDLE_MOST else dropped).append(db)
        for one in dropped:
            one.conn.close()


_idle = _Idle()


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """One transaction: all of it is on disk when the block ends, or none of it."""
    with storage_failures():
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.conn.execute("COMMIT")
        except BaseException:
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")
            raise


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn SQLite's own failures into Problems; programming errors stay what they are."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = _code(error)
        if code == "storage_unavailable" and "no such" in str(error):
            raise
        raise Problem(code) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise
        raise Problem("storage_unavailable") from error


def _code(error: Exception) -> str:
    text = str(error).lower()
    return next((code for part, code in _FAILURES if part in text), "storage_unavailable")


def migrate(path: Path) -> list[str]:
    """Create or bring up to date; returns the names of the steps taken."""
    with storage_failures():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    with opened(path) as db:
        pending = [step.name for step in migrations.pending(db)]
        if pending:
            migrations.apply(db)
        return pending


def schema(path: Path) -> str:
    """The schema as SQL text, as `db/schema.sql` keeps it."""
    with opened(path) as db:
        return str(db.schema).strip() + "\n"


def one(db: Database, sql: str, *arguments: Any) -> dict[str, Any] | None:
    """The first row as a dict, or None."""
    return next(iter(db.query(sql, arguments)), None)
