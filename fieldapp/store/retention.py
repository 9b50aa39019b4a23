"""Lifetimes in the database: the rules, the authorisation they wait for, every run, and the bytes that must go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import Authorisation, parse_time, utc_text
from fieldapp.store.connection import one, open_database, storage_failures

try:
    import fcntl
except ImportError:  # pragma: no cover - not on Windows
    fcntl = None  # type: ignore[assignment]

_CHECKPOINT_MS = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what became of it (`archiving`, `removing`, `wiping`, `done`, `failed`), its archive and its counts."""

    id: str
    authorisation: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    archive: str | None
    archive_sha256: bytes | None
    counts: dict[str, int]


def months(db: Database) -> dict[str, int]:
    """Rule key → months."""
    return {row["key"]: row["months"] for row in db.query("SELECT key, months FROM retention_rule")}


def set_months(db: Database, key: str, months: int) -> None:
    """Inside `writing`."""
    db.execute("UPDATE retention_rule SET months = ? WHERE key = ?", [months, key])


def in_force(db: Database) -> Authorisation | None:
    """The authorisation that counts now."""
    row = one(db, "SELECT * FROM retention_authorisation WHERE withdrawn_at IS NULL")
    return _authorisation(row) if row else None


def authorisations(db: Database) -> list[Authorisation]:
    """All of them, the newest first."""
    return [_authorisation(row) for row in db.query("SELECT * FROM retention_authorisation ORDER BY id DESC")]


def add_authorisation(
    db: Database, *, reference: str, given_on: date, given_by: str, archive_required: bool, at: datetime, actor: str
) -> int:
    """Record one and return its number; inside `writing`."""
    cursor = db.execute(
        "INSERT INTO retention_authorisation "
        "(reference, given_on, given_by, archive_required, recorded_at, recorded_by) VALUES (?,?,?,?,?,?)",
        [reference, given_on.isoformat(), given_by, int(archive_required), utc_text(at), actor],
    )
    return int(cursor.lastrowid or 0)


def withdraw_authorisation(db: Database, *, at: datetime, actor: str) -> None:
    """End the one in force; inside `writing`."""
    db.execute(
        "UPDATE retention_authorisation SET withdrawn_at = ?, withdrawn_by = ? WHERE withdrawn_at IS NULL",
        [utc_text(at), actor],
    )


def begin_run(db: Database, run_id: str, authorisation: int, state: str, *, at: datetime) -> None:
    """Inside `writing`."""
    db.execute(
        "INSERT INTO retention_run (id, authorisation, state, started_at) VALUES (?,?,?,?)",
        [run_id, authorisation, state, utc_text(at)],
    )


def set_archive(db: Database, run_id: str, name: str, digest: bytes) -> None:
    """The archive is whole on disk: from now on removing may begin; inside `writing`."""
    db.execute(
        "UPDATE retention_run SET state = 'removing', archive = ?, archive_sha256 = ? WHERE id = ?",
        [name, digest, run_id],
    )


def count_more(db: Database, run_id: str, counts: dict[str, int]) -> None:
    """Add to what a run has removed; inside `writing`."""
    row = one(db, "SELECT counts FROM retention_run WHERE id = ?", run_id)
    known = json.loads(row["counts"]) if row else {}
    summed = {name: known.get(name, 0) + counts.get(name, 0) for name in {*known, *counts}}
    db.execute("UPDATE retention_run SET counts = ? WHERE id = ?", [json.dumps(summed, sort_keys=True), run_id])


def set_state(db: Database, run_id: str, state: str, *, at: datetime | None = None) -> None:
    """`at` when it is over; inside `writing`."""
    ended = utc_text(at) if at else None
    db.execute("UPDATE retention_run SET state = ?, finished_at = ? WHERE id = ?", [state, ended, run_id])


def runs(db: Database, *, last: int = 10) -> list[Run]:
    """The last runs, newest first."""
    rows = db.query("SELECT * FROM retention_run ORDER BY started_at DESC, id DESC LIMIT ?", [last])
    return [_run(row) for row in rows]


def unfinished(db: Database) -> list[Run]:
    """Runs that were interrupted, oldest first."""
    rows = db.query("SELECT * FROM retention_run WHERE finished_at IS NULL ORDER BY started_at, id")
    return [_run(row) for row in rows]


@contextmanager
def only_one(database: Path) -> Iterator[None]:
    """Hold the run's lock, which the system drops with the process; raises Problem `retention_busy` when it is held."""
    path = database.with_name(database.name + ".retention")
    try:
        with path.open("a") as file:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError:
        raise Problem("retention_busy") from None


def vacuum(database: Path) -> None:
    """Write the whole file anew, so that no removed byte is left between the rows (`secure_delete` alone misses some).

    Needs the file's size in free space twice over for as long as it takes.
    """
    db = open_database(database)
    try:
        # Live pages would otherwise be gathered in memory, all of them.
        db.execute("PRAGMA temp_store = FILE")
        with storage_failures():
            db.execute("VACUUM")
    finally:
        db.conn.close()


def checkpoint(database: Path) -> bool:
    """Bring the log into the file and empty it; False when a reader holds it."""
    db = open_database(database)
    try:
        db.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_MS}")
        return bool(db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    finally:
        db.conn.close()


def _authorisation(row: dict[str, Any]) -> Authorisation:
    return Authorisation(
        id=row["id"],
        reference=row["reference"],
        given_on=date.fromisoformat(row["given_on"]),
        given_by=row["given_by"],
        archive_required=bool(row["archive_required"]),
        recorded_at=parse_time("recorded_at", row["recorded_at"]),
        recorded_by=row["recorded_by"],
        withdrawn_at=parse_time("withdrawn_at", row["withdrawn_at"]) if row["withdrawn_at"] else None,
        withdrawn_by=row["withdrawn_by"],
    )


def _run(row: dict[str, Any]) -> Run:
    return Run(
        id=row["id"],
        authorisation=row["authorisation"],
        state=row["state"],
        started_at=parse_time("started_at", row["started_at"]),
        finished_at=parse_time("finished_at", row["finished_at"]) if row["finished_at"] else None,
        archive=row["archive"],
        archive_sha256=row["archive_sha256"],
        counts=json.loads(row["counts"]),
    )
