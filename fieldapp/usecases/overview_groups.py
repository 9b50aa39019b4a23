"""What a reader of «Overblik» does not see one by one: whole months of it in groups, beside the other figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, User
from fieldapp.privacy.areas import reaching_a_month, whole_months
from fieldapp.store.connection import Database
from fieldapp.usecases.areas import blocks_shown, hides
from fieldapp.usecases.overview_periods import Days


@dataclass(frozen=True, slots=True)
class Group:
    """A category, or None for those of a kind that are not told apart, and at least so many per period column."""

    kind: Kind
    category: str | None
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Sums of blocks, rounded down to fives; `months` are the whole months each column is of (None: it holds none).

    What is in no block is in no sum, so a 0 is «too few to show».
    """

    months: tuple[Days | None, ...]
    rows: tuple[Group, ...]

    @property
    def total(self) -> tuple[int, ...]:
        return tuple(sum(row.counts[place] for row in self.rows) for place in range(len(self.months)))


def grouped(
    wanted: ObservationFilter, columns: tuple[Days, ...], *, reader: User, db: Database, now: datetime
) -> Grouped | None:
    """The groups of each period column; None for a reader who is never told of groups.

    The first column shows the newest month where its period ends today and holds no whole one.
    """
    if not hides(reader):
        return None
    today = now.astimezone(COPENHAGEN).date()
    asked = [wanted.only(since=days.since, until=days.until) for days in columns]
    asked[0] = reaching_a_month(asked[0], today)
    counts: list[Counter[tuple[Kind, str | None]]] = [Counter() for _ in asked]
    for count, one in zip(counts, asked, strict=True):
        for block in blocks_shown(one, reader=reader, db=db, now=now):
            count[block.kind, block.category] += block.shown
    keys = sorted({key for count in counts for key in count}, key=lambda key: (-counts[0][key], key[0], key[1] or ""))
    rows = (Group(*key, tuple(count[key] for count in counts)) for key in keys)
    return Grouped(tuple(_months(one, today) for one in asked), tuple(rows))


def _months(wanted: ObservationFilter, today: date) -> Days | None:
    found = whole_months(wanted, today)
    return Days(*found) if found else None
