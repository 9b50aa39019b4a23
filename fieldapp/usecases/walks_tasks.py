"""From a finding to its follow-up: what a «ja» at the closing meeting asks of whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fieldapp.model import User, uuid7
from fieldapp.model.follow_up_parsing import TEXT_MOST, TITLE_MOST
from fieldapp.model.follow_ups import FollowUp
from fieldapp.model.walks import Finding, Walk
from fieldapp.store.connection import Database
from fieldapp.usecases import asking, follow_ups
from fieldapp.usecases.services import Services

SOURCE = "finding"


def tasks_for(
    found: Sequence[Finding], walk: Walk, *, user: User, db: Database, services: Services, now: datetime
) -> list[FollowUp]:
    """The follow-ups of findings that were answered with a yes, ready for `follow_ups.put_within`.

    What its writer answered for when the finding was added is not asked again.
    """
    wires = [_wire(one, walk, now) for one in found if one.decision == "yes" and one.responsible]
    texts = [text for one in found for text in (one.observation.note, one.proposal, one.observation.place) if text]
    spared = frozenset().union(*(asking.soft_words(text) for text in [*texts, *(wire["title"] for wire in wires)]))
    return follow_ups.prepared(wires, user=user, db=db, services=services, now=now, spared=spared)


def _wire(one: Finding, walk: Walk, now: datetime) -> dict[str, Any]:
    place = f", {one.observation.place}" if one.observation.place else ""
    # Stored in Danish, whoever decides: a party reads it.
    proposal = f"Forslag: {one.proposal}" if one.proposal else ""
    note = one.observation.note or ""
    if note and proposal and note[-1] not in ".!?":
        note += "."
    detail = "\n".join(part for part in (note, proposal) if part)
    return {
        "id": uuid7(now),
        "title": f"{walk.item(one.item).da}{place}"[:TITLE_MOST],
        "detail": detail[:TEXT_MOST],
        "source": SOURCE,
        "source_id": one.id,
        "responsible": one.responsible,
        "deadline": one.deadline,
        "walk": walk.id,
    }
