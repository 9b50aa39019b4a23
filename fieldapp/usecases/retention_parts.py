"""A retention run's part about walks, those who came, follow-ups and tips."""

from __future__ import annotations

from pathlib import Path

from fieldapp.store import retention_parts as parts
from fieldapp.store import retention_rows as due
from fieldapp.store.connection import writing
from fieldapp.usecases import retention_archive as archive
from fieldapp.usecases.retention_staff import on_record
from fieldapp.usecases.retention_work import Work, batches, permitted


def remove_parts(run_id: str, work: Work, made: Path | None, allowed: set[int] | None) -> None:
    """What the archive lists, or all that is due where none is required; each batch is one transaction."""
    for part in parts.PARTS:
        cut = work.cuts[part.key]
        for some in batches(archive.listed_in(made, part.file) if made else parts.due(work.db, part, cut)):
            with writing(work.db):
                # First, since the trail is found by what is about to go.
                seqs = {one: parts.audit_of(work.db, part, [one]) for one, _ in some}
                gone = parts.forget(work.db, part, some, cut)
                trail = permitted((seq for one in gone for seq in seqs[one]), allowed)
                on_record(run_id, part.key, len(gone), trail, work)
                due.touched(work.db)
            work.tell(part.key, len(some))
