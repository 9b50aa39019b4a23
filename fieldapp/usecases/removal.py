"""Taking out what must not be here: a note, a finding's proposal, photos or a whole observation, on request, for good.

The one deletion outside the lifetimes. It cannot be undone; what was answered before stays answered: a phone that
sends the same again is told that it is there, and nothing comes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import Role, User, parse_id
from fieldapp.settings import Settings
from fieldapp.store import audit, meta
from fieldapp.store import photos as stored_photos
from fieldapp.store import removal as store
from fieldapp.store import retention_rows as kept
from fieldapp.store.connection import Database, writing
from fieldapp.store.retention import only_one
from fieldapp.texts import N_, later
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.retention_coarse import EMPTY, empty_values
from fieldapp.usecases.retention_run import wipe

ACTION = "remove"
MAY_REMOVE = frozenset({Role.COORDINATOR})
PARTS = {
    "note": N_("Teksten"),
    "proposal": N_("Forslaget"),
    "photos": N_("Billederne"),
    "all": N_("Hele observationen"),
}
REASONS = {
    "indsigelse": N_("Den, det angår, har gjort indsigelse"),
    "fejl": N_("Registreret ved en fejl"),
    "persondata": N_("Persondata, der ikke måtte stå her"),
    "andet": N_("Andet"),
}


@dataclass(frozen=True, slots=True)
class Removed:
    """What went: names of the parts that were there, how many photos; and whether the bytes are gone from the file."""

    parts: tuple[str, ...]
    photos: int
    wiped: bool


def remove(
    actor: User,
    observation_id: object,
    part: object,
    reason: object,
    *,
    db: Database,
    settings: Settings,
    now: datetime,
    pause: Callable[[float], None] = time.sleep,
) -> Removed:
    """Take out one part of an observation, or all of it, and rewrite the file; what is gone already is no fault.

    Raises `not_allowed`, `not_found`, `invalid` for an unknown part or reason, and `removal_busy` beside another
    removal or a retention run: then nothing was removed.
    """
    _may_remove(actor)
    wanted = parse_id("observation", observation_id)
    chosen, why = _one_of("del", part, PARTS), _one_of("grund", reason, REASONS)
    with _alone(settings.database):
        with writing(db):
            parts, photos = _take_out(wanted, chosen, why, actor=actor, db=db, now=now)
            if parts:
                meta.put(db, meta.REMOVAL_LEFT, wanted)
        return Removed(parts, photos, _wiped(db, settings.database, pause))


def has_proposal(observation_id: str, *, db: Database) -> bool:
    """Is it a walk's finding with a proposal?"""
    return store.has_proposal(db, observation_id)


def may_remove(actor: User) -> bool:
    """The coordinator, and the operator at the server's keyboard; everybody else asks the coordinator."""
    return actor.active and (actor.role in MAY_REMOVE or actor.id == SYSTEM.id)


def _may_remove(actor: User) -> None:
    if not may_remove(actor):
        raise Problem("not_allowed")


def _one_of(field: str, value: object, known: dict[str, str]) -> str:
    # Never told what was given: a reason in own words could name somebody.
    if value not in known:
        raise Problem("invalid", field=field, why=later("vælg en af: {choices}", choices=", ".join(known)))
    return str(value)


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Retention's own lock: a run and a removal would archive, remove and wipe into each other."""
    try:
        with only_one(database):
            yield
    except Problem as problem:
        if problem.code != "retention_busy":
            raise
        raise Problem("removal_busy") from problem
    except PermissionError as error:
        raise Problem("storage_readonly") from error


def _take_out(
    wanted: str, part: str, reason: str, *, actor: User, db: Database, now: datetime
) -> tuple[tuple[str, ...], int]:
    row = store.whole_row(db, wanted)
    if row is None:
        raise Problem("not_found", field="ID")
    gone = store.remove_photos(db, wanted) if part in ("photos", "all") else []
    drafts = _from_drafts(wanted, part, db)
    tasks = store.forget_in_tasks(db, wanted) if part != "photos" else []
    proposal = part != "photos" and (store.forget_proposal(db, wanted) or (part == "proposal" and bool(tasks)))
    parts = _parts(row, part, photos=bool(gone), drafts=bool(drafts or tasks), proposal=proposal)
    if not parts:
        return (), 0
    _change_row(row, part, db=db, now=now)
    if part in ("photos", "all"):
        seqs = store.trail_of(db, wanted, gone, whole=part == "all")
        audit.redact(db, seqs, at=now, actor=actor.id, run=wanted)
    entries: list[audit.Entry] = [(stored_photos.REMOVED, "photo", one, None, {"reason": reason}) for one in gone]
    entries += [("follow_up.forget", "follow_up", one, None, {"reason": reason}) for one in tasks]
    after = {"reason": reason, "removed": parts, "photos": len(gone)}
    entries.append((ACTION, "observation", wanted, {"version": row["version"]}, after))
    audit.append_many(db, entries, at=now, actor=actor.id)
    kept.touched(db)
    return parts, len(gone)


def _from_drafts(wanted: str, part: str, db: Database) -> int:
    """A form that lies open on another screen has its own copy under the same id."""
    if part == "all":
        return store.remove_drafts(db, wanted)
    return store.remove_draft_notes(db, wanted) if part == "note" else 0


def _parts(row: dict[str, Any], part: str, *, photos: bool, drafts: bool, proposal: bool) -> tuple[str, ...]:
    there = {
        "note": part in ("note", "all") and (row["note"] is not None or (drafts and part == "note")),
        "proposal": proposal,
        "photos": photos,
        "all": part == "all" and (drafts or not _is_empty(row)),
    }
    return tuple(name for name, goes in there.items() if goes)


def _is_empty(row: dict[str, Any]) -> bool:
    return row["status"] == "withdrawn" and row["coarsened_at"] is not None and row["category"] == EMPTY


def _change_row(row: dict[str, Any], part: str, *, db: Database, now: datetime) -> None:
    if part == "all":
        kept.keep_retired_account(db, at=now)
        store.empty_finding(db, row["id"])
        kept.coarsen(db, store.due_of(row, "detail"), empty_values(row), at=now)
    elif part == "note" and row["note"] is not None:
        kept.coarsen(db, store.due_of(row, "note"), {}, at=now)
    else:
        store.raise_version(db, row["id"])


def _wiped(db: Database, database: Path, pause: Callable[[float], None]) -> bool:
    """Also what an earlier removal had to leave; what was removed stays removed when the disk is full."""
    if meta.get(db, meta.REMOVAL_LEFT) is None:
        return True
    try:
        if not wipe(database, pause):
            return False
        with writing(db):
            meta.put(db, meta.REMOVAL_LEFT, None)
    except Problem:
        return False
    return True
