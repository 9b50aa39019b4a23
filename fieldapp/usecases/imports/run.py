"""Store what a plan found good: everything in one transaction, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from fieldapp.errors import Problem
from fieldapp.formats import number
from fieldapp.model import Observation, Role, User, uuid7
from fieldapp.store import accounts, audit, bulk, meta
from fieldapp.store.connection import Database, writing
from fieldapp.texts import translator
from fieldapp.usecases import gate_counts
from fieldapp.usecases.imports.plan import BadRow, ImportPlan, Progress, without_note
from fieldapp.usecases.imports.spool import Spool
from fieldapp.usecases.observations import may_record

IMPORT_NAME = "Import"
# What becomes of the rows whose note may be about a person: refused, stored without the note, or stored as they are.
Soft = Literal["refuse", "blank", "keep"]
_COUNTED: dict[Soft, gate_counts.Outcome] = {"refuse": "stopped", "blank": "removed", "keep": "passed"}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many rows were stored, were there already, and were left out."""

    new: int
    same: int
    skipped: int


def summary(result: ImportResult, language: str = "da") -> str:
    """«Gemt 1.234 observationer, 3 sprunget over, 5 var der allerede.»"""
    _ = translator(language)
    parts = [
        _("Gemt {count} observationer").format(count=number(result.new, language=language)),
        _("{count} sprunget over").format(count=number(result.skipped, language=language)),
    ]
    if result.same:
        parts.append(_("{count} var der allerede").format(count=number(result.same, language=language)))
    return ", ".join(parts) + "."


def run_import(
    plan: ImportPlan,
    *,
    user: User,
    db: Database,
    now: datetime,
    skip_bad: bool = False,
    soft: Soft = "refuse",
    fictional: bool = False,
    actor: str | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Store the good rows as `user`'s; Problem `bad_rows` when there are bad ones and they are not to be skipped.

    `soft` says what becomes of `plan.unsure`. Running a plan again stores nothing new.
    """
    may_record(user)
    left_out = refused(plan, soft)
    if left_out and not skip_bad:
        raise Problem("bad_rows", count=len(left_out))
    # What can be worked out before the transaction is: everybody else waits while it lasts.
    ready = Spool[bulk.Ready]()
    for batch in plan.kept.batches():
        ready.add([bulk.ready(seen) for seen in _owned(_answered(batch, plan, soft), user, now)])
    new = same = 0
    bulk.make_room(db)
    with writing(db):
        for rows in ready.batches():
            fresh = _new_ones(db, rows)
            bulk.insert_within(db, fresh, actor=actor or user.id, at=now)
            new, same = new + len(fresh), same + len(rows) - len(fresh)
            if progress:
                progress(new + same)
        if new:
            _leave_a_trace(plan, new, skipped=len(left_out), actor=actor or user.id, db=db, now=now)
            _count(plan, soft, db=db, now=now)
            meta.touch(db)
        if fictional:
            meta.mark_fictional(db)
    return ImportResult(new, same + plan.same, len(left_out))


def refused(plan: ImportPlan, soft: Soft) -> list[BadRow]:
    """The rows that are not stored, in the file's order."""
    return sorted([*plan.bad, *(plan.unsure if soft == "refuse" else ())], key=lambda bad: bad.row)


def _answered(batch: list[tuple[int, Observation]], plan: ImportPlan, soft: Soft) -> Iterator[Observation]:
    for row, seen in batch:
        if row not in plan.unsure_kinds or soft == "keep":
            yield seen
        elif soft == "blank":
            yield without_note(seen)


def _count(plan: ImportPlan, soft: Soft, *, db: Database, now: datetime) -> None:
    gate_counts.count_within(db, plan.stopped, "stopped", origin="import", now=now)
    asked = Counter(kind for kinds in plan.unsure_kinds.values() for kind in kinds)
    gate_counts.count_within(db, asked, _COUNTED[soft], origin="import", now=now)


def _owned(observations: Iterable[Observation], user: User, now: datetime) -> Iterator[Observation]:
    moment = now.replace(microsecond=0)
    return (replace(seen, reporter=user.id, recorded_at=moment) for seen in observations)


def _new_ones(db: Database, rows: list[bulk.Ready]) -> list[bulk.Ready]:
    """Those not stored since the plan was made; other content under the same id stops the import."""
    stored = bulk.known(db, [row.id for row in rows])
    if any(row.id in stored and stored[row.id] not in (None, row.content_hash) for row in rows):
        raise Problem("conflict", field="id")
    return [row for row in rows if row.id not in stored]


def _leave_a_trace(plan: ImportPlan, new: int, *, skipped: int, actor: str, db: Database, now: datetime) -> None:
    """One row for the import as a whole; not the file's name, which may hold a person's."""
    after = {"new": new, "same": plan.same, "skipped": skipped, "fields": sorted(plan.columns.index)}
    audit.append(db, at=now, actor=actor, action="import", entity="file", entity_id=uuid7(now), after=after)


def import_user(*, db: Database, now: datetime) -> User:
    """The account that imported observations belong to when no person is named; nobody can sign in with it."""
    found = accounts.find(db, IMPORT_NAME)
    if found is None:
        user = User(uuid7(now), IMPORT_NAME, Role.COORDINATOR, active=False)
        with writing(db):
            accounts.insert(db, user, at=now)
            accounts.set_active(db, user.id, False)
            audit.append(db, at=now, actor="system", action="user.added", entity="user", entity_id=user.id)
    else:
        user = found[0]
        if found[1] is not None:
            raise Problem("name_taken", field="name")
    return replace(user, active=True)
