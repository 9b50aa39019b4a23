"""Free text on its way into the database: checked as it was sent and as it will be stored, refusals counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from fieldapp.errors import Problem
from fieldapp.privacy import check, clean_text
from fieldapp.store.connection import Database
from fieldapp.usecases import asking, gate_counts


def gated(
    texts: Mapping[str, str | None],
    *,
    db: Database,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
    origin: str = "form",
) -> dict[str, str | None]:
    """The texts by field name as they may be stored; raises `personal_data` or `personal_data_unsure` of the field.

    What can never be stored is told before anything is asked about.
    """
    ordered = sorted(texts.items(), key=lambda pair: not check(pair[1] or "").blocked)
    try:
        for name, text in ordered:
            asking.require_answered(text or "", name, spared=spared)
            asking.require_answered(clean_text(text or ""), name, spared=spared)
    except Problem as problem:
        if problem.code == asking.REFUSED:
            gate_counts.count(asking.kinds_of(problem).elements(), "stopped", origin=origin, db=db, now=now)
        raise
    return {name: clean_text(text or "").strip() or None for name, text in texts.items()}


def passed(texts: Mapping[str, str | None], spared: asking.Words) -> Counter[str]:
    """What the writer has answered for in these texts, to be counted when they are stored."""
    found = (one.kind for text in texts.values() for one in check(text or "").findings)
    return Counter(found) if spared else Counter()
