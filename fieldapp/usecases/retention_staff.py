"""A retention run's part about staff: who was where, who made an event, who said what of a hotspot and why."""

from __future__ import annotations

from pathlib import Path

from fieldapp.store import audit
from fieldapp.store import presence_retention as presence
from fieldapp.store import retention as store
from fieldapp.store import retention_rows as due
from fieldapp.store import verdict_retention as verdicts
from fieldapp.store.connection import writing
from fieldapp.usecases import retention_archive as archive
from fieldapp.usecases.retention_work import Work, batches, permitted


def remove_staff(run_id: str, work: Work, made: Path | None, allowed: set[int] | None) -> None:
    """What the archive lists, or all that is due where none is required; each batch is one transaction."""
    _presence(run_id, work, made, allowed)
    _events(run_id, work, made, allowed)
    _verdicts(run_id, work, made, allowed)


def _presence(run_id: str, work: Work, made: Path | None, allowed: set[int] | None) -> None:
    """The hours by square and by day stay, without a name."""
    for some in batches(archive.presence_in(made) if made else presence.due(work.db, work.cuts["presence"])):
        with writing(work.db):
            gone = presence.remove(work.db, some)
            seqs = due.audit_of(work.db, gone, entity="presence")
            on_record(run_id, "presence", len(gone), permitted(seqs, allowed), work)
        work.tell("presence", len(some))


def _events(run_id: str, work: Work, made: Path | None, allowed: set[int] | None) -> None:
    for some in batches(archive.events_in(made) if made else presence.due_events(work.db, work.cuts["presence"])):
        with writing(work.db):
            gone = presence.forget_planners(work.db, some)
            seqs = due.audit_of(work.db, gone, entity="event")
            on_record(run_id, "event", len(gone), permitted(seqs, allowed), work)
        work.tell("events", len(some))


def _verdicts(run_id: str, work: Work, made: Path | None, allowed: set[int] | None) -> None:
    for some in batches(archive.verdicts_in(made) if made else verdicts.due(work.db, work.cuts["verdict"])):
        with writing(work.db):
            # First, since an answer finds its trail row by the account that is about to go.
            seqs = verdicts.audit_of(work.db, some)
            gone = verdicts.forget(work.db, some)
            on_record(run_id, "verdict", len(gone), permitted(seqs, allowed), work)
            due.touched(work.db)
        work.tell("verdicts", len(some))


def on_record(run_id: str, name: str, count: int, seqs: list[int], work: Work) -> None:
    """Blunt the trail rows, tell of the batch in the trail, and count it; inside `writing`."""
    if not count:
        return
    audit.redact(work.db, seqs, at=work.now, actor=work.actor, run=run_id)
    entry: audit.Entry = (f"retention.{name}", "retention", run_id, None, {"run": run_id, name: count})
    audit.append_many(work.db, [entry], at=work.now, actor=work.actor)
    store.count_more(work.db, run_id, {name: count})
