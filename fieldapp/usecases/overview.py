"""«Overblik»: how things are in one district or in all, counted and released for one reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, Role, User, parse_time
from fieldapp.privacy.releasing import ReleasedPoint, point_grants, release
from fieldapp.store import observations as rows
from fieldapp.store import summaries
from fieldapp.store.connection import Database
from fieldapp.store.rollups import Unit
from fieldapp.usecases.overview_changes import Change, Judgement, judge
from fieldapp.usecases.overview_compare import Normal
from fieldapp.usecases.overview_groups import Grouped, grouped
from fieldapp.usecases.overview_periods import Days, Period
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
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the page draws, released: counts per column are now, the period before, a year before.

    All of it is about what the reader sees one by one; `groups` alone is about the rest (None: nothing is kept from
    them in groups). `enough` is False below five: then there are no weekday, place or comparison figures at all.
    `districts` is empty for a reader to whom no others exist. `total` counts observations, `situations` what they are
    about: every comparison is of those.
    """

    district: str | None
    period: Period
    total: tuple[int, ...]
    situations: tuple[int, ...]
    enough: bool
    registered_since: date | None
    newest: datetime | None
    categories: tuple[Row, ...]
    judgement: Judgement
    weeks: tuple[Week, ...]
    normal: Normal | None
    blocks: Mapping[tuple[int, int], int]
    places: tuple[Row, ...]
    districts: tuple[Row, ...]
    good: int
    stories: tuple[ReleasedPoint, ...]
    groups: Grouped | None

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
    *,
    district: str | None,
    period: Period,
    reader: User,
    db: Database,
    services: Services,
    now: datetime,
    categories: frozenset[str] = frozenset(),
) -> Overview:
    """The dashboard of one district (None: all) and of these categories (none: all of them).

    Raises `not_found` for a district that does not exist for the reader.
    """
    today = now.astimezone(COPENHAGEN).date()
    offered = [key for key, _ in choices(reader=reader, services=services, today=today)]
    if district not in offered:
        raise Problem("not_found")
    wanted = ObservationFilter(districts=frozenset({district} if district else ()), categories=categories)
    scope = Scope(db, wanted, point_grants(reader))
    shown = _seen(scope, period, today, services, None in offered)
    stories = _stories(scope, period.now, reader)
    return replace(shown, stories=stories, groups=grouped(wanted, period.columns, reader=reader, db=db, now=now))


def _seen(scope: Scope, period: Period, today: date, services: Services, all_districts: bool) -> Overview:
    """Everything about what the reader sees one by one, but for the stories."""
    columns = period.columns
    tables = _categories(scope, columns, services)
    situations = _categories(scope, columns, services, "situations")
    totals, once = (tuple(sum(table.values()) for table in some) for some in (tables, situations))
    enough = totals[0] >= ENOUGH
    first = summaries.first_day(scope.db, replace(scope, wanted=ObservationFilter()).seen(ObservationFilter()))
    weekly = trend(scope, period=period, today=today, first=first)
    newest = summaries.newest(scope.db, scope.seen(scope.wanted)) if scope.mine else None
    return Overview(
        district=next(iter(scope.wanted.districts), None),
        period=period,
        total=totals,
        situations=once,
        enough=enough,
        registered_since=first,
        newest=parse_time("observed_at", newest) if newest else None,
        categories=_rows(tables),
        judgement=judge(
            scope, tables[0], counts=tuple(situations), period=period, first=first, normal=weekly.normal_situations
        ),
        weeks=weekly.weeks,
        normal=weekly.normal,
        blocks=dict.fromkeys(BLOCKS, 0) | scope.count(summaries.by_block, period.now) if enough else {},
        places=_places(scope, period.now) if enough else (),
        districts=_districts(scope, columns, services, today) if all_districts else (),
        good=_good(tables[0], services),
        stories=(),
        groups=None,
    )


def _categories(
    scope: Scope, columns: tuple[Days, ...], services: Services, unit: Unit = "rows"
) -> list[dict[str, int]]:
    """Counts per column, with the same keys in all."""
    counted = [scope.count(summaries.by_category, days, unit) for days in columns]
    known = [category.key for category in services.catalogue]
    extra = sorted({key for count in counted for key in count} - set(known))
    return [{key: count.get(key, 0) for key in (*known, *extra)} for count in counted]


def _rows(tables: list[dict[str, int]]) -> tuple[Row, ...]:
    """Most first; what has no count in any column is left out."""
    lines = [Row(key, tuple(table[key] for table in tables)) for key in tables[0]]
    return tuple(sorted((row for row in lines if any(row.counts)), key=lambda row: -row.counts[0]))


def _places(scope: Scope, days: Days) -> tuple[Row, ...]:
    """Places named more than once, most first."""
    kept = [pair for pair in scope.count(summaries.by_place, days).items() if pair[1] >= REPEATED]
    ordered = sorted(kept, key=lambda pair: (-pair[1], danish(pair[0])))
    return tuple(Row(name, (count,)) for name, count in ordered[:PLACES])


def _districts(scope: Scope, columns: tuple[Days, ...], services: Services, today: date) -> tuple[Row, ...]:
    """All districts, by name, never by number; outside the municipality last."""
    everywhere = replace(scope, wanted=scope.wanted.only(districts=frozenset()))
    counted = [everywhere.count(summaries.by_district, days) for days in columns]
    names = dict(services.districts.names(today))
    for key in {key for count in counted for key in count} - {None} - set(names):
        former = services.districts.by_id(key)
        names[key] = former.name if former else key
    keys: list[str | None] = [*sorted(names, key=lambda key: danish(names[key])), None]
    return tuple(Row(key, tuple(count.get(key, 0) for count in counted)) for key in keys)


def _good(table: dict[str, int], services: Services) -> int:
    return sum(table[category.key] for category in services.catalogue if category.kind is Kind.GOOD)


def _stories(scope: Scope, days: Days, reader: User) -> tuple[ReleasedPoint, ...]:
    wanted = scope.wanted.only(since=days.since, until=days.until, kinds=frozenset({Kind.GOOD}), granted=scope.mine)
    return release(rows.find(scope.db, wanted, limit=STORIES), reader).points if scope.mine else ()
