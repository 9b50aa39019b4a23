"""Backups past their lifetime: found by the mark inside the file, never by its name, and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from fieldapp.settings import Settings
from fieldapp.store import audit, backup, meta
from fieldapp.store.connection import Database, writing


def expired(db: Database, settings: Settings, *, before: datetime) -> list[Path]:
    """Our backups of this database, made before then, in the folders the settings name."""
    own = meta.get(db, meta.DATABASE_ID)
    return [path for path in _files(settings) if _is_expired(path, own, before)]


def delete_expired(db: Database, settings: Settings, *, before: datetime, actor: str, now: datetime) -> int:
    """Delete them; each leaves a row in the trail, without the file's name. How many."""
    count = 0
    for path in expired(db, settings, before=before):
        mark = backup.mark_of(path)
        with writing(db):
            after = {"made_at": mark.made_at if mark else None}
            audit.append(
                db, at=now, actor=actor, action="retention.backup", entity="database", entity_id="*", after=after
            )
        path.unlink(missing_ok=True)
        backup.sync(path.parent)
        count += 1
    return count


def _files(settings: Settings) -> Iterator[Path]:
    """Files that could be a backup; the database in use never is."""
    for folder in settings.backup_folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_symlink() or not path.is_file() or not backup.is_sqlite(path):
                continue
            if settings.database.exists() and path.samefile(settings.database):
                continue
            yield path


def _is_expired(path: Path, own: str | None, before: datetime) -> bool:
    mark = backup.mark_of(path)
    return mark is not None and own is not None and mark.database_id == own and mark.made_at < backup.moment(before)
