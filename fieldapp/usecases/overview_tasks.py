"""«Overblik»: how many follow-ups are open, late or waiting to be seen in the field, as one reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.model.follow_ups import OPEN
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import Database
from fieldapp.store.follow_ups import Wanted
from fieldapp.usecases.follow_ups_reading import granted


@dataclass(frozen=True, slots=True)
class Tasks:
    """Open follow-ups as they stand now, whatever the period: all, past their deadline, reported but not yet seen."""

    open: int = 0
    late: int = 0
    look: int = 0


def tasks(district: str | None, *, reader: User, db: Database, now: datetime) -> dict[str | None, Tasks]:
    """District (None: outside the districts) → its open follow-ups; of one district, or of all (None).

    They are counted anew at each look, one indexed sum: so that a task done does not make everything else be worked out
    again. Raises `not_allowed` for roles without follow-ups.
    """
    asked = Wanted(states=OPEN, districts=frozenset({district} if district else ()))
    counted = rows.by_district(db, granted(asked, reader), today=now.astimezone(COPENHAGEN).date())
    return {key: Tasks(*counts) for key, counts in counted.items()}


def together(some: dict[str | None, Tasks]) -> Tasks:
    """The sum of these districts."""
    parts = some.values()
    return Tasks(sum(one.open for one in parts), sum(one.late for one in parts), sum(one.look for one in parts))
