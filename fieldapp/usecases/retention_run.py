"""A retention run: archive, read back, remove in batches, wipe the bytes. Stopped anywhere, the next one goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import User, utc_text, uuid7
from fieldapp.settings import Settings
from fieldapp.store import audit, meta
from fieldapp.store import retention as store
from fieldapp.store import retention_rows as due
from fieldapp.store.connection import Database, writing
from fieldapp.store.retention_rows import Due
from fieldapp.usecases import retention_archive as archive
from fieldapp.usecases.retention import kept_words, plan
from fieldapp.usecases.retention_backups import delete_expired
from fieldapp.usecases.retention_coarse import coarse_values
from fieldapp.usecases.retention_parts import remove_parts
from fieldapp.usecases.retention_staff import remove_staff
from fieldapp.usecases.retention_work import Tell, Work, batches, permitted
from fieldapp.usecases.services import Services

_WIPE_TRIES = 4


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: how many of each, the archive if one was made, and whether the bytes are gone from the file."""

    counts: dict[str, int]
    archive: Path | None
    wiped: bool


def run(
    *,
    db: Database,
    settings: Settings,
    services: Services,
    actor: User,
    now: datetime,
    tell: Tell = lambda step, count: None,
    pause: Callable[[float], None] = time.sleep,
) -> Done:
    """Remove all that is past its lifetime; `tell` hears of each step. Run again, it finds nothing more to do.

    Raises `retention_off` without an authorisation, `retention_busy` beside another run, `archive_failed` when no good
    archive can be made: then nothing is removed.
    """
    with store.only_one(settings.database):
        leave = store.in_force(db)
        if leave is None:
            raise Problem("retention_off")
        work = Work(db, settings, services, leave, actor.id, now, tell)
        left = [old for old in store.unfinished(db) if _go_on(old, work)]
        if not (left or meta.get(db, meta.REMOVAL_LEFT)) and plan(db=db, settings=settings, now=now).empty:
            return _nothing(work)
        current = _begin(work)
        made = _archive(current, work) if leave.archive_required else None
        _remove(current, work, made)
        counts = _others(current, work)
        work.tell("wiping", 0)
        wiped = wipe(settings.database, pause)
        _end([*left, current], work, wiped=wiped)
        return Done(counts, made, wiped)


def _nothing(work: Work) -> Done:
    with writing(work.db):
        _note_end(work)
    return Done({}, None, True)


def _note_end(work: Work) -> None:
    meta.put(work.db, meta.RETENTION_NEEDED, None)
    meta.put(work.db, meta.RETENTION_LAST, utc_text(work.now))


def _begin(work: Work) -> str:
    run_id = uuid7(work.now)
    with writing(work.db):
        due.keep_retired_account(work.db, at=work.now)
        state = "archiving" if work.leave.archive_required else "removing"
        store.begin_run(work.db, run_id, work.leave.id, state, at=work.now)
    work.tell("begun", 0)
    return run_id


def _go_on(old: store.Run, work: Work) -> bool:
    """Finish what an interrupted run had archived; True when it had begun to remove."""
    if old.state == "removing" and old.archive:
        made = work.settings.archive_folder / old.archive
        if _is_good(made, old.archive_sha256):
            _remove(old.id, work, made)
        # Otherwise what is left is archived anew by the run that comes now.
    if old.state == "archiving":
        with writing(work.db):
            store.set_state(work.db, old.id, "failed", at=work.now)
    return old.state != "archiving"


def _is_good(path: Path, digest: bytes | None) -> bool:
    try:
        return archive.digest_of(path) == digest and bool(archive.verify(path))
    except (OSError, Problem):
        return False


def _archive(run_id: str, work: Work) -> Path | None:
    """The archive of all that is due; None when nothing is that belongs in one."""
    cuts = work.cuts
    older = due.old_audit(work.db, cuts["audit"], limit=1)
    if not (older or any(kept_words(work.db, cuts).values()) or due.counted(work.db, cuts)):
        return None
    try:
        made = archive.write(
            work.settings.archive_folder,
            run_id,
            db=work.db,
            cuts=cuts,
            months=store.months(work.db),
            leave=work.leave,
            now=work.now,
        )
    except Problem:
        with writing(work.db):
            store.set_state(work.db, run_id, "failed", at=work.now)
        raise
    work.tell("archived", sum(made.counts.values()))
    with writing(work.db):
        store.set_archive(work.db, run_id, made.path.name, made.digest)
    return made.path


def _remove(run_id: str, work: Work, made: Path | None) -> None:
    """Photos, observations, staff's data, walks, tasks, the old trail: what the archive lists, or all without one."""
    if made is None and work.leave.archive_required:
        return
    of_photos = due.audit_of_photos(work.db)
    photos = archive.photos_in(made) if made else due.photo_ids(work.db, work.cuts)
    listed = archive.due_in(made) if made else [one for one, _ in due.observations(work.db, work.cuts)]
    trail = archive.audit_in(made) if made else due.old_audit(work.db, work.cuts["audit"])
    allowed = set(trail) if made else None
    for some in batches(photos):
        _remove_photos(run_id, some, work, allowed)
    for batch in batches(listed):
        _coarsen(run_id, batch, work, of_photos, allowed)
    remove_staff(run_id, work, made, allowed)
    remove_parts(run_id, work, made, allowed)
    old = set(due.old_audit(work.db, work.cuts["audit"]))
    for seqs in batches([seq for seq in trail if seq in old]):
        with writing(work.db):
            count = audit.redact(work.db, seqs, at=work.now, actor=work.actor, run=run_id)
            store.count_more(work.db, run_id, {"audit": count})
        work.tell("audit", len(seqs))


def _remove_photos(run_id: str, ids: list[str], work: Work, allowed: set[int] | None) -> None:
    with writing(work.db):
        gone = due.remove_photos(work.db, ids)
        entries: list[audit.Entry] = [("photo.removed", "photo", one, None, {"run": run_id}) for one in gone]
        seqs = permitted(due.audit_of(work.db, gone, entity="photo"), allowed)
        audit.redact(work.db, seqs, at=work.now, actor=work.actor, run=run_id)
        audit.append_many(work.db, entries, at=work.now, actor=work.actor)
        store.count_more(work.db, run_id, {"photo": len(gone)})
        due.touched(work.db)
    work.tell("photos", len(ids))


def _coarsen(
    run_id: str, batch: list[Due], work: Work, of_photos: dict[str, list[int]], allowed: set[int] | None
) -> None:
    # Worked out before the transaction, which others wait for; the version says whether it still holds.
    values = {one.id: _values(one, work) for one in batch}
    with writing(work.db):
        done = [one for one in batch if due.coarsen(work.db, one, values[one.id], at=work.now)]
        detailed = [one.id for one in done if "detail" in one.remove]
        seqs = due.audit_of(work.db, detailed) + [seq for one in detailed for seq in of_photos.get(one, ())]
        audit.redact(work.db, permitted(seqs, allowed), at=work.now, actor=work.actor, run=run_id)
        entries: list[audit.Entry] = [
            ("coarsen", "observation", one.id, {"version": one.version}, {"run": run_id, "removed": one.remove})
            for one in done
        ]
        audit.append_many(work.db, entries, at=work.now, actor=work.actor)
        notes = sum("note" in one.remove for one in done)
        store.count_more(work.db, run_id, {"note": notes, "detail": len(detailed)})
        due.touched(work.db)
    work.tell("observations", len(batch))


def _values(one: Due, work: Work) -> dict[str, Any]:
    row = due.whole_row(work.db, one)
    return coarse_values(row, work.services) if row else {}


def _others(run_id: str, work: Work) -> dict[str, int]:
    """Working things and expired backups, which belong in no archive; and all that this run has counted."""
    cuts = work.cuts
    with writing(work.db):
        gone = due.remove_working(work.db, cuts, now=work.now)
        if any(gone.values()):
            audit.append(
                work.db,
                at=work.now,
                actor=work.actor,
                action="retention.working",
                entity="retention",
                entity_id=run_id,
                after=gone,
            )
        store.count_more(work.db, run_id, gone)
    work.tell("working", sum(gone.values()))
    backups = delete_expired(work.db, work.settings, before=cuts["backup"], actor=work.actor, now=work.now)
    with writing(work.db):
        store.count_more(work.db, run_id, {"backup": backups})
        store.set_state(work.db, run_id, "wiping")
    work.tell("backups", backups)
    return next(one.counts for one in store.runs(work.db) if one.id == run_id)


def wipe(database: Path, pause: Callable[[float], None]) -> bool:
    """Rewrite the file and empty its log; a reader in the middle of something is waited for, a few seconds.

    False when a reader held it too long.
    """
    try:
        store.vacuum(database)
    except Problem as problem:
        if problem.code == "storage_unavailable":
            return False
        raise
    for attempt in range(_WIPE_TRIES):
        if store.checkpoint(database):
            return True
        if attempt + 1 < _WIPE_TRIES:
            pause(0.5 * (attempt + 1))
    return False


def _end(run_ids: list[Any], work: Work, *, wiped: bool) -> None:
    ids = [one.id if isinstance(one, store.Run) else one for one in run_ids]
    with writing(work.db):
        for one in ids:
            store.set_state(work.db, one, "done" if wiped else "wiping", at=work.now if wiped else None)
        if wiped:
            meta.put(work.db, meta.REMOVAL_LEFT, None)
            _note_end(work)
    if wiped:
        store.checkpoint(work.settings.database)
