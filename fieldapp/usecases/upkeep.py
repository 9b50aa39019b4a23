"""Keeping the database well: migrate, back up, restore, and check everything that can be checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fieldapp.districts import check_file
from fieldapp.errors import Problem
from fieldapp.settings import Settings
from fieldapp.store import audit, meta, situations
from fieldapp.store import backup as copies
from fieldapp.store.connection import Database, assert_sqlite_version, migrate, opened, writing
from fieldapp.store.retention import authorisations
from fieldapp.usecases import retention


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its Danish name, and what was wrong (nothing: in order)."""

    name: str
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


def prepare_database(settings: Settings) -> list[str]:
    """Create or bring up to date, refusing what is newer than this version; returns the steps taken."""
    assert_sqlite_version()
    if settings.database.exists():
        with copies.opened_to_read(settings.database) as db:
            _refuse_newer(db, settings.database)
    taken = migrate(settings.database)
    _settle(settings.database)
    return taken


def _settle(database: Path) -> None:
    """A backup that was put in the database's place, by `restore` or by hand, must not be taken for a backup."""
    with opened(database) as db:
        situations.settle(db)
        if meta.get(db, meta.BACKUP_MADE) is not None:
            with writing(db):
                copies.settle(db, needed=bool(authorisations(db)))


def back_up(out: Path, *, db: Database, actor: str, now: datetime, overwrite: bool = False) -> int:
    """Write a whole, checked copy and return its size in bytes; safe while the app is in use."""
    if out.exists() and not overwrite:
        raise Problem("exists", field=out.name)
    with writing(db):
        audit.append(db, at=now, actor=actor, action="backup", entity="database", entity_id="*")
    copies.copy_to(db, out, at=now)
    _require_whole(out)
    return out.stat().st_size


def restore(source: Path, settings: Settings, *, actor: str, now: datetime, overwrite: bool = False) -> Path | None:
    """Put a backup in the database's place, if it is whole; returns where the database it replaced is kept."""
    assert_sqlite_version()
    _require_whole(source)
    target, kept = settings.database, None
    if target.exists() and source.samefile(target):
        raise Problem("invalid", field=source.name, why="det er selve databasen")
    if target.exists() and target.stat().st_size:
        if not overwrite:
            raise Problem("exists", field=target.name)
        kept = target.with_name(f"{target.stem}.foer-{now:%Y%m%dT%H%M%SZ}{target.suffix}")
        with opened(target) as db:
            copies.copy_to(db, kept, at=now)
    migrate(target)
    with opened(target) as db:
        authorised = bool(authorisations(db))
    copies.copy_over(source, target)
    migrate(target)
    with opened(target) as db:
        situations.settle(db)
    with opened(target) as db, writing(db):
        copies.settle(db, needed=authorised or bool(authorisations(db)))
        audit.append(db, at=now, actor=actor, action="restore", entity="database", entity_id="*")
    return kept


def _require_whole(path: Path) -> None:
    """Raise Problem `bad_file` unless the file is a sound database of this app, with an unbroken trail."""
    if not path.is_file():
        raise Problem("bad_file", field=path.name, why="den findes ikke; kontrollér navnet")
    try:
        with copies.opened_to_read(path) as db:
            if not copies.is_ours(db):
                raise Problem("bad_file", field=path.name, why="det er ikke en sikkerhedskopi fra fieldapp")
            _refuse_newer(db, path)
            if copies.database_faults(db):
                raise Problem("bad_file", field=path.name, why="databasen er beskadiget; brug en anden kopi")
            if copies.audit_fault(db)[1] is not None:
                raise Problem("bad_file", field=path.name, why="revisionssporet er brudt; brug en anden kopi")
    except Problem as problem:
        if problem.code == "storage_unavailable":
            raise Problem("bad_file", field=path.name, why="det er ikke en hel SQLite-database") from problem
        raise


def _refuse_newer(db: Database, path: Path) -> None:
    if copies.steps_unknown(db):
        raise Problem("bad_file", field=path.name, why="den er fra en nyere udgave; opdatér appen først")


def warnings(settings: Settings) -> list[str]:
    """What an operator should do soon though nothing is broken, as Danish sentences."""
    if not settings.database.is_file():
        return []
    with copies.opened_to_read(settings.database) as db:
        if copies.steps_missing(db):
            return []
        return [told for told in (retention.warning(db=db),) if told]


def check(settings: Settings) -> list[Check]:
    """Everything that can be checked, each with its faults in words."""
    if not settings.database.is_file():
        raise Problem("bad_file", field=settings.database.name, why="den findes ikke; kør «migrate» først")
    with copies.opened_to_read(settings.database) as db:
        missing = tuple(copies.steps_missing(db))
        faults = tuple(copies.database_faults(db))
        broken = None if missing else copies.audit_fault(db)[1]
    trail = () if broken is None else (f"række {broken} er ændret eller mangler",)
    districts = tuple(fault.text() for fault in check_file(settings.data / "districts.geojson"))
    return [
        Check("Databasens filer", faults),
        Check("Databasens udgave", tuple(f"mangler trinnet {name}" for name in missing)),
        Check("Revisionssporet", trail),
        Check("Distrikterne", districts),
    ]
