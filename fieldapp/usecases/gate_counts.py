"""How often the gate stopped a text, asked, and was told that it was no person: so that its lists can be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, iso_week
from fieldapp.model import Role, User
from fieldapp.store import gate_counts as kept
from fieldapp.store.connection import Database, writing
from fieldapp.texts import N_

# Stopped: refused for good. The others are what became of a question.
Outcome = Literal["stopped", "removed", "rewritten", "passed"]
OUTCOMES: dict[str, str] = {
    "stopped": N_("stoppet"),
    "removed": N_("fjernet"),
    "rewritten": N_("skrevet om"),
    "passed": N_("ikke en person"),
}
ORIGINS: dict[str, str] = {
    "form": N_("formularen"), "api": N_("API'et"), "import": N_("indlæsning"), "walk": N_("tryghedsvandring")
}  # fmt: skip
READERS = frozenset({Role.COORDINATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class GateCount:
    """How often one kind had one outcome in one ISO week (`2026-W47`), and by which door."""

    week: str
    origin: str
    kind: str
    outcome: str
    count: int


def count(kinds: Iterable[str], outcome: Outcome, *, origin: str, db: Database, now: datetime) -> None:
    """Count these kinds, each once; a full disk must not turn a refusal into another failure."""
    if counted := Counter(kinds):
        with suppress(Problem), writing(db):
            count_within(db, counted, outcome, origin=origin, now=now)


def count_within(db: Database, kinds: Mapping[str, int], outcome: Outcome, *, origin: str, now: datetime) -> None:
    """`count` for a caller that already holds the transaction; the demo has no door of its own."""
    if origin in ORIGINS:
        kept.add_within(db, kinds, outcome=outcome, origin=origin, week=iso_week(now.astimezone(COPENHAGEN)))


def counts(*, reader: User, db: Database) -> list[GateCount]:
    """Every count, newest week first, for those who look after the lists."""
    if reader.role not in READERS:
        raise Problem("not_allowed")
    return [GateCount(**row) for row in kept.read(db)]
