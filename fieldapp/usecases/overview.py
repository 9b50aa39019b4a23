"""«Overblik»: how things are in one district or in all, counted and released for one reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, Role, User, parse_time
from fieldapp.privacy.release import ReleasedPoint, area_grants, point_grants, release
from fieldapp.store import observations as rows
from fieldapp.store import summaries
from fieldapp.store.connection import Database
from fieldapp.usecases.overview_changes import Change, Judgement, judge
from fieldapp.usecases.overview_compare import Normal
from fieldapp.usecases.overview_periods import Days, Period
from fieldapp.usecases.overview_release import Shown, rest, show, total
from fieldapp.usecases.overview_scope import Scope
from fieldapp.usecases.overview_trend import Week, trend
from fieldapp.usecases.services import Services

ENOUGH = 5
ALL_DISTRICTS = "Alle distrikter"
STORIES = 5
PLACES = 10
REPEATED = 2
BLOCKS = [(weekday, hour) for weekday in range(1, 8) for hour in range(0, 24, summaries.BLOCK_HOURS)]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a category key or a district id (None: outside), and its counts per period column."""

    key: str | None
    counts: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the page draws, released: counts per column are now, the period before, a year before.

    `others` are the categories not shown one by one, as one group. `enough` is False below five: then there are no
    weekday, place or comparison figures at all. `districts` is empty for a reader to whom no others exist.
    """

    district: str | None
    period: Period
    total: tuple[Shown, ...]
    enough: bool
    registered_since: date | None
    newest: datetime | None
    categories: tuple[Row, ...]
    others: tuple[Shown, ...]
    judgement: Judgement
    weeks: tuple[Week, ...]
    normal: Normal | None
    blocks: Mapping[tuple[int, int], Shown]
    places: tuple[Row, ...]
    districts: tuple[Row, ...]
    good: Shown
    stories: tuple[ReleasedPoint, ...]

    @property
    def held_back(self) -> bool:
        """Is any figure left out because too few lie behind it?"""
        tables = (self.categories, self.districts)
        cells = [cell for table in tables for row in table for cell in row.counts]
        return not all(cell.exact for cell in (*cells, *self.blocks.values(), *(week.shown for week in self.weeks)))

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.judgement.changes


def choices(*, reader: User, services: Services, today: date) -> tuple[tuple[str | None, str], ...]:
    """(district id, name) the reader may choose, in Danish order; first None, for all of them, where it is offered."""
    names = services.districts.names(today)
    own = reader.role is Role.SSP
    found = [(key, name) for key, name in names.items() if reader.active and (not own or key in reader.districts)]
    ordered = sorted(found, key=lambda pair: danish(pair[1]))
    return tuple(ordered) if own or not reader.active else ((None, ALL_DISTRICTS), *ordered)


def danish(text: str) -> str:
    """A key that sorts as Danish does: æ, ø, å (and aa) after z."""
    return text.casefold().replace("aa", "å").translate({ord("æ"): "{a", ord("ø"): "{b", ord("å"): "{c"})


def overview(
    *, district: str | None, period: Period, reader: User, db: Database, services: Services, now: datetime
) -> Overview:
    """The dashboard of one district (None: all); raises `not_found` for one that does not exist for the reader."""
    today = now.astimezone(COPENHAGEN).date()
    offered = [key for key, _ in choices(reader=reader, services=services, today=today)]
    if district not in offered:
        raise Problem("not_found")
    wanted = ObservationFilter(districts=frozenset({district} if district else ()))
    scope = Scope(db, wanted, point_grants(reader), area_grants(reader))
    columns = period.columns
    tables, others = _categories(scope, columns, services)
    totals = tuple(total(table, group) for table, group in zip(tables, others, strict=True))
    enough = totals[0].count >= ENOUGH
    first = summaries.first_day(db)
    weeks, normal = trend(scope, period=period, today=today, first=first)
    newest = summaries.newest(db, scope.seen(wanted)) if scope.mine else None
    return Overview(
        district=district,
        period=period,
        total=totals,
        enough=enough,
        registered_since=first,
        newest=parse_time("observed_at", newest) if newest else None,
        categories=_rows(tables),
        others=others,
        judgement=judge(scope, tables, rows=totals[0].count, period=period, first=first, normal=normal),
        weeks=weeks,
        normal=normal,
        blocks=show(*scope.both(summaries.by_block, period.now), keys=BLOCKS) if enough else {},
        places=_places(scope, period.now) if enough else (),
        districts=_districts(scope, columns, services, today) if None in offered else (),
        good=_good(tables[0], services),
        stories=_stories(scope, period.now, reader),
    )


def _categories(
    scope: Scope, columns: tuple[Days, ...], services: Services
) -> tuple[list[dict[str, Shown]], tuple[Shown, ...]]:
    counted = [scope.both(summaries.by_category, days) for days in columns]
    known = [category.key for category in services.catalogue]
    # A category taken out of the file has lost its kind: it is never counted as seen in full.
    extra = sorted({key for parts in counted for part in parts for key in part or {}} - set(known))
    keys = [*known, *extra]
    whole = {category.key for category in services.catalogue if scope.sees(category.kind)}
    tables = [show(*parts, keys=keys, whole=whole) for parts in counted]
    return tables, tuple(rest(areas, [key for key in keys if key not in whole]) for _seen, areas in counted)


def _rows(tables: list[dict[Any, Shown]]) -> tuple[Row, ...]:
    """Most first; what has no count in any column and nothing held back is left out."""
    lines = [Row(key, tuple(table[key] for table in tables)) for key in tables[0]]
    kept = [row for row in lines if any(cell.count or not cell.exact for cell in row.counts)]
    return tuple(sorted(kept, key=lambda row: -row.counts[0].count))


def _places(scope: Scope, days: Days) -> tuple[Row, ...]:
    """Places named more than once (or in groups of five, where only groups are seen), most first."""
    table = show(*scope.both(summaries.by_place, days))
    kept = [(name, cell) for name, cell in table.items() if cell.count >= (REPEATED if cell.exact else ENOUGH)]
    ordered = sorted(kept, key=lambda pair: (-pair[1].count, danish(pair[0])))
    return tuple(Row(name, (cell,)) for name, cell in ordered[:PLACES])


def _districts(scope: Scope, columns: tuple[Days, ...], services: Services, today: date) -> tuple[Row, ...]:
    """All districts, by name, never by number; outside the municipality last."""
    everywhere = replace(scope, wanted=ObservationFilter())
    counted = [everywhere.both(summaries.by_district, days) for days in columns]
    names = dict(services.districts.names(today))
    for key in {key for parts in counted for part in parts for key in part or {}} - {None} - set(names):
        former = services.districts.by_id(key)
        names[key] = former.name if former else key
    keys: list[str | None] = [*sorted(names, key=lambda key: danish(names[key])), None]
    tables = [show(*parts, keys=keys) for parts in counted]
    return tuple(Row(key, tuple(table[key] for table in tables)) for key in keys)


def _good(table: dict[str, Shown], services: Services) -> Shown:
    cells = [cell for key, cell in table.items() if services.catalogue[key].kind is Kind.GOOD]
    return Shown(sum(cell.count for cell in cells), all(cell.exact for cell in cells))


def _stories(scope: Scope, days: Days, reader: User) -> tuple[ReleasedPoint, ...]:
    wanted = scope.wanted.only(since=days.since, until=days.until, kinds=frozenset({Kind.GOOD}), granted=scope.mine)
    return release(rows.find(scope.db, wanted, limit=STORIES), reader).points if scope.mine else ()
