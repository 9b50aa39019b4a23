"""Areas: the one fixed table of groups («blocks») by which a reader learns of what may not be seen one by one.

The rows are laid into a tree that knows nothing of any filter: kind, district, month and table at the top, then LEVELS.
Blocks are nodes of the tree, none inside another, each of at least `AREA_MINIMUM` rows, shown rounded down to fives.
Every figure of every door is a sum of whole blocks. docs/data-protection.md says why nothing small follows from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from fieldapp import geo
from fieldapp.model import Kind, ObservationFilter

AREA_MINIMUM = 5
ENTRY_M = 500
# What a block is cut by, in this order; a number is a square of so many metres. None is finer than a row keeps
# for life (100 m), nor may a smaller square cross the edge of a larger one.
LEVELS: tuple[int | str, ...] = (1000, "category", 500)
# A cut is made only where at most one row in so many is lost in pieces too small to show.
ONE_LOST_IN = 5
# A month's table waits so many days into the next month, a late row so many days (it may be amended for one of
# them); both then wait for the next Monday.
MONTH_WAITS, ROW_WAITS = 3, 3
_EARLIEST = date(1900, 1, 1)
_UNDERSTOOD = frozenset("since until categories districts kinds reporter bbox granted withheld".split())


@dataclass(frozen=True, slots=True)
class Entry:
    """So many rows alike: `month` is its first day, `north` and `east` index 500 m squares (None: no square).

    `table` is the Monday they are shown from; it never changes for a row.
    """

    kind: Kind
    district: str | None
    month: date
    table: date
    category: str
    north: int | None
    east: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Block:
    """At least five rows that are shown together or not at all; None is «not told apart».

    `square` is size in metres, northing and easting index. `count` is true and for this package; `shown` goes out.
    """

    kind: Kind
    district: str | None
    month: date
    table: date
    count: int
    category: str | None = None
    square: tuple[int, int, int] | None = None

    @property
    def shown(self) -> int:
        """Rounded down to whole fives."""
        return self.count // AREA_MINIMUM * AREA_MINIMUM


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """A square of the Danish grid (EPSG:25832, `size_m` metres; indices are northing and easting divided by it)."""

    size_m: int
    north: int
    east: int
    count: int


def blocks_of(entries: Iterable[Entry]) -> tuple[Block, ...]:
    """The blocks of these rows: disjoint; rows in none of them are in no figure at all."""
    tops = _grouped(entries, lambda one: (one.kind, one.district, one.month, one.table))
    found: list[Block] = []
    for (kind, district, month, table), rows in tops.items():
        if (count := _count(rows)) >= AREA_MINIMUM:
            found.extend(_cut(Block(kind, district, month, table, count), rows, LEVELS))
    return tuple(found)


def _cut(block: Block, rows: Sequence[Entry], levels: Sequence[int | str]) -> Iterator[Block]:
    """The block, or its pieces of five and more where few enough are lost beside them."""
    if not levels:
        yield block
        return
    level, *finer = levels
    parts = _grouped(rows, lambda row: _piece(row, level))
    standing = [(key, part, count) for key, part in parts.items() if (count := _count(part)) >= AREA_MINIMUM]
    lost = block.count - sum(count for _, _, count in standing)
    if lost * ONE_LOST_IN > block.count:
        # Nor by a smaller square: that it worked where this did not would tell what lies beside it.
        yield from _cut(block, rows, [one for one in finer if type(one) is not type(level)])
        return
    for key, part, count in standing:
        narrower = {"category" if level == "category" else "square": key, "count": count}
        yield from _cut(replace(block, **narrower), part, finer)


def _piece(row: Entry, level: int | str) -> Hashable:
    if isinstance(level, str):
        return row.category
    if row.north is None or row.east is None:
        return None
    return level, row.north * ENTRY_M // level, row.east * ENTRY_M // level


def _grouped(rows: Iterable[Entry], key: Callable[[Entry], Hashable]) -> dict[Any, list[Entry]]:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _count(rows: Iterable[Entry]) -> int:
    return sum(row.count for row in rows)


def chosen(blocks: Iterable[Block], wanted: ObservationFilter) -> tuple[Block, ...]:
    """The blocks that lie wholly inside the filter; none where it asks for something that blocks do not tell apart.

    A field added to the filter later is such a thing until `_UNDERSTOOD` names it.
    """
    blank = ObservationFilter()
    names = {field.name for field in fields(wanted)} - _UNDERSTOOD
    if wanted.reporter is not None or any(getattr(wanted, name) != getattr(blank, name) for name in names):
        return ()
    return tuple(block for block in blocks if _inside(block, wanted))


def _inside(block: Block, wanted: ObservationFilter) -> bool:
    return (
        (wanted.since is None or wanted.since <= block.month)
        and (wanted.until is None or last_day(block.month) <= wanted.until)
        and (not wanted.categories or block.category in wanted.categories)
        and (not wanted.districts or block.district in wanted.districts)
        and (not wanted.kinds or block.kind in wanted.kinds)
        and (wanted.bbox is None or (block.square is not None and _within(block.square, wanted.bbox)))
    )


@lru_cache(maxsize=4096)
def _corners(square: tuple[int, int, int]) -> tuple[float, float, float, float]:
    size, north, east = square
    lats, lons = geo.from_utm32(
        [size * (east + right) for right in (0, 1, 1, 0)], [size * (north + up) for up in (0, 0, 1, 1)]
    )
    return float(lons.min()), float(lats.min()), float(lons.max()), float(lats.max())


def _within(square: tuple[int, int, int], bbox: tuple[float, float, float, float]) -> bool:
    west, south, east, north = _corners(square)
    return bbox[0] <= west and bbox[1] <= south and east <= bbox[2] and north <= bbox[3]


def squares(blocks: Iterable[Block]) -> tuple[ReleasedCell, ...]:
    """The blocks that lie in a square, added up by square; a small square is not part of a larger one's count."""
    counts: dict[tuple[int, int, int], int] = defaultdict(int)
    for block in blocks:
        if block.square:
            counts[block.square] += block.shown
    return tuple(ReleasedCell(*square, count) for square, count in sorted(counts.items(), reverse=True))


# The calendar of the tables: the same for all, whatever is in them.


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def last_day(month: date) -> date:
    """The last day of the month of this day."""
    return next_month(month) - timedelta(days=1)


@lru_cache(maxsize=4096)
def table_of(month: date, recorded: date | None = None) -> date:
    """The Monday from which a row observed in `month` (and recorded on that UTC day, if later) is shown.

    >>> table_of(date(2026, 9, 1))
    datetime.date(2026, 10, 5)
    """
    first = next_month(month) + timedelta(days=MONTH_WAITS)
    if recorded:
        first = max(first, recorded + timedelta(days=ROW_WAITS))
    return first + timedelta(days=-first.weekday() % 7)


def latest_month(today: date) -> date:
    """The newest month whose table is out."""
    month = _month_before(today)
    return month if table_of(month) <= today else _month_before(month)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def whole_months(wanted: ObservationFilter, today: date) -> tuple[date, date] | None:
    """First and last day of the whole months with a table that lie in the filter's period; None where there are none.

    Where the period has no beginning, the first day is `date.min`.
    """
    since, until = wanted.since or date.min, min(wanted.until or today, today)
    if not since <= until or until < _EARLIEST:
        return None
    first = since if since.day == 1 else next_month(since)
    last = min(latest_month(today), until.replace(day=1))
    last = last if last_day(last) <= until else _month_before(last)
    return (first, last_day(last)) if first <= last else None


def reaching_a_month(wanted: ObservationFilter, today: date) -> ObservationFilter:
    """The filter; a period up to today that holds no whole month asks for the newest that is out instead.

    Decided by the calendar alone.
    """
    if wanted.since is None or (wanted.until is not None and wanted.until < today) or whole_months(wanted, today):
        return wanted
    month = latest_month(today)
    return wanted.only(since=month, until=last_day(month))
