"""What «Overblik» says per hour of presence: how much, where and when, this year against last, and the districts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from fieldapp import hotspots
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, User
from fieldapp.privacy.releasing import point_grants
from fieldapp.store import presence, summaries
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.months import months_of
from fieldapp.usecases.overview_compare import ALPHA, Verdict
from fieldapp.usecases.overview_periods import Days, Period
from fieldapp.usecases.overview_scope import Scope
from fieldapp.usecases.services import Services

HOUR, BLOCK_HOURS, AREAS, LEAST_DISTRICTS = 3600, 3, 12, 3
_BLOCKS = [(weekday, block) for weekday in range(1, 8) for block in range(24 // BLOCK_HOURS)]
# District ('' outside) → Monday → seconds.
Weekly = defaultdict[str, Counter[date]]
LIMITS = hotspots.PARAMETERS
PROBLEMS = frozenset({Kind.PLACE, Kind.PEOPLE})
# (z.995 + z.8) / (z.975 + z.8): a comparing word needs p < 0.01, the smallest change is reckoned with 0.05.
STRICTER = 1.22


@dataclass(frozen=True, slots=True)
class Block:
    """One 3-hour block of one weekday: situations, hours, and situations per hour where both are enough."""

    situations: int
    hours: float
    rate: float | None


@dataclass(frozen=True, slots=True)
class Blocks:
    """Weekday × hour over these days, by (ISO weekday, first hour)."""

    days: Days
    cells: Mapping[tuple[int, int], Block]


@dataclass(frozen=True, slots=True)
class Compared:
    """Situations and hours of two periods, what may be said, and the smallest change that would have been seen.

    `visible` is how many times as many there would have to be; None where they are not alike, or too few.
    """

    situations: tuple[int, int]
    hours: tuple[float, float]
    verdict: Verdict
    visible: float | None


@dataclass(frozen=True, slots=True)
class Dot:
    """One district in the funnel: rate with its 95 % range per hour, and the band of its hours; None for too few.

    A rate without a band: too few to be called over or under anything.
    """

    district: str
    situations: int | None
    hours: float
    rate: float | None = None
    range: tuple[float, float] | None = None
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The districts that the reader sees whole, by name, and the municipality's rate and band by hours."""

    mean: float
    band: tuple[tuple[float, float, float], ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Presence:
    """Hours of the period, by named area (None: no area is named), and what is divided by them.

    `share_of_two` is the share of the hours that the two fullest areas have.
    """

    hours: float
    areas: tuple[tuple[str | None, float], ...]
    share_of_two: float | None
    blocks: Blocks | None
    year: Compared | None
    funnel: Funnel | None


def per_hour(
    *,
    district: str | None,
    period: Period,
    categories: frozenset[str],
    reader: User,
    db: Database,
    services: Services,
    now: datetime,
) -> Presence:
    """The figures of one district (None: all) for this reader, of problems only: good stories are never netted."""
    today = now.astimezone(COPENHAGEN).date()
    districts = frozenset({district}) if district else None
    wanted = ObservationFilter(districts=districts or frozenset(), categories=categories)
    scope = Scope(db, wanted, point_grants(reader))
    ends = (period.now, period.year_before)
    situations = [sum(scope.count(summaries.by_category, days, "situations", kinds=PROBLEMS).values()) for days in ends]
    weekly = [_weekly_seconds(db, days) for days in ends]
    hours = [_hours(seconds, districts) for seconds in weekly]
    areas = _areas(db, period.now, districts, hours[0])
    named = [part for name, part in areas if name is not None]
    return Presence(
        hours=hours[0],
        areas=areas,
        share_of_two=sum(named[:2]) / hours[0] if len(named) > 2 and hours[0] >= LIMITS.least_hours_district else None,
        blocks=_blocks(scope, _long(period, today), districts),
        year=compared((situations[0], situations[1]), (hours[0], hours[1])),
        funnel=_funnel(period, categories, reader, db, services, today, weekly[0]),
    )


def _weekly_seconds(db: Database, days: Days) -> Weekly:
    found: Weekly = defaultdict(Counter)
    for (district, monday), seconds in presence.hours_by_week(db, f"{days.since}", f"{days.until}").items():
        found[district][monday] = seconds
    return found


def _hours(weekly: Weekly, districts: frozenset[str] | None) -> float:
    return sum(sum(weekly[name].values()) for name in (weekly if districts is None else districts)) / HOUR


def _areas(
    db: Database, days: Days, districts: frozenset[str] | None, hours: float
) -> tuple[tuple[str | None, float], ...]:
    """Named areas with most hours first; the others, and what has no name, as the last."""
    found = presence.hours_by_place(db, days.since.isoformat(), days.until.isoformat(), districts)
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:AREAS]
    named: list[tuple[str | None, float]] = [(name, seconds / HOUR) for name, seconds in ordered]
    rest = hours - sum(part for _name, part in named)
    return (*named, (None, rest)) if rest > 0.05 else tuple(named)


def _long(period: Period, today: date) -> Days:
    """The map's months: a week's 56 blocks need more than a short period."""
    months = months_of(period, today=today)
    return Days(months.since, min(months.until, today))


def _blocks(scope: Scope, days: Days, districts: frozenset[str] | None) -> Blocks | None:
    seconds = presence.hours_by_weekday(scope.db, days.since.isoformat(), days.until.isoformat(), districts)
    if sum(seconds.values()) < LIMITS.least_hours_known * HOUR:
        return None
    counts = scope.count(summaries.by_block, days, "situations", kinds=PROBLEMS)
    hours = {(day, block * BLOCK_HOURS): seconds.get((day, block), 0) / HOUR for day, block in _BLOCKS}
    return Blocks(days, {key: _block(counts.get(key, 0), hours[key]) for key in hours})


def _block(situations: int, hours: float) -> Block:
    enough = hours >= LIMITS.least_hours_square and situations >= LIMITS.least_shown
    return Block(situations, hours, situations / hours if enough else None)


def compared(situations: tuple[int, int], hours: tuple[float, float]) -> Compared | None:
    """Now against then, per hour; None where hours are too few on either side to divide by."""
    if min(hours) < LIMITS.least_hours_district:
        return None
    (now, then), total = situations, sum(situations)
    expected = total * hours[0] / sum(hours)
    if now < LIMITS.least_count or expected < LIMITS.least_expected:
        return Compared(situations, hours, Verdict.TOO_FEW, None)
    ratio = hotspots.compare_rates(now, hours[0], then, hours[1])
    verdict = Verdict.ALIKE if ratio.p >= ALPHA else Verdict.MORE if ratio.ratio > 1 else Verdict.FEWER
    # Told of nothing else, and looking for it takes longer than all the rest.
    visible = _visible(then, hours[0] / hours[1]) if verdict is Verdict.ALIKE and then else None
    return Compared(situations, hours, verdict, visible)


@lru_cache(maxsize=256)
def _visible(then: int, hours_ratio: float) -> float:
    return float(hotspots.smallest_visible_change(then, hours_ratio=hours_ratio) ** STRICTER)


def _funnel(
    period: Period,
    categories: frozenset[str],
    reader: User,
    db: Database,
    services: Services,
    today: date,
    seconds: Weekly,
) -> Funnel | None:
    """Of the kinds that the reader sees in all their districts; the mean is of the whole municipality."""
    names = services.districts.names(today)
    own = [name for name in names if name in reader.districts] if reader.districts else list(names)
    kinds = frozenset(kind for kind in PROBLEMS if _sees(reader, kind, own))
    if not kinds or not own or not reader.active:
        return None
    days = period.now
    wanted = ObservationFilter(since=days.since, until=days.until, kinds=kinds, categories=categories)
    counts = summaries.by_district(db, wanted, "situations")
    hours = {name: sum(seconds[name].values()) / HOUR for name in names}
    known = [name for name in names if hours[name] >= LIMITS.least_hours_district]
    if len(known) < LEAST_DISTRICTS or not any(counts.get(name) for name in known):
        return None
    mean = sum(counts.get(name, 0) for name in known) / sum(hours[name] for name in known)
    phi = _phi(db, wanted, known, seconds)
    dots = tuple(_dot(name, counts.get(name, 0), hours[name], mean, phi) for name in own)
    return Funnel(mean, _band(mean, phi, max(hours.values())), dots)


def _phi(db: Database, wanted: ObservationFilter, known: list[str], seconds: Weekly) -> float:
    """How much situations come in bunches from week to week; that districts differ is what is asked, not part of it."""
    weekly = [summaries.by_week(db, wanted.only(districts=frozenset({name})), "situations") for name in known]
    # Only whole weeks: at the ends of the period the counts of a week would meet the hours of a part of it.
    since, until = wanted.since or date.min, (wanted.until or date.max) - timedelta(days=6)
    mondays = sorted({monday for name in known for monday in seconds[name] if since <= monday <= until})
    if not mondays:
        return 1.0
    counts = np.array([[[weeks.get(monday, 0) for weeks in weekly]] for monday in mondays])
    hours = np.array([[[seconds[name][monday] for name in known]] for monday in mondays])
    return hotspots.clustering(counts, hours, block=1).factor


def _sees(reader: User, kind: Kind, districts: list[str]) -> bool:
    grants = [grant for grant in point_grants(reader) if kind in grant.kinds and grant.reporter is None]
    return any(grant.districts is None or grant.districts >= set(districts) for grant in grants)


def _dot(district: str, situations: int, hours: float, mean: float, phi: float) -> Dot:
    few = situations < LIMITS.least_shown
    if few or hours < LIMITS.least_hours_district:
        return Dot(district, None if few else situations, hours)
    low, high = hotspots.poisson_interval(situations, hours)
    rate, ends = situations / hours, (float(low), float(high))
    if situations < LIMITS.least_count or mean * hours < LIMITS.least_expected:
        return Dot(district, situations, hours, rate, ends)
    band_low, band_high = hotspots.funnel_limits(mean, hours, phi=phi)
    return Dot(district, situations, hours, rate, ends, (float(band_low), float(band_high)))


def _band(mean: float, phi: float, most: float) -> tuple[tuple[float, float, float], ...]:
    """(hours, low, high) from few hours to the most any district has."""
    points = [most * share / 24 for share in range(2, 25)]
    low, high = hotspots.funnel_limits(mean, points, phi=phi)
    return tuple(zip(points, low.tolist(), high.tolist(), strict=True))
