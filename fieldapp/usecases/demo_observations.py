"""The demonstration's observations: the process written down, and the few rows of the story told one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import numpy as np

from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, Observation, Role, User, uuid7
from fieldapp.privacy import require_clean
from fieldapp.usecases.demo_presence import Stay
from fieldapp.usecases.demo_process import process, spot
from fieldapp.usecases.demo_story import planted
from fieldapp.usecases.demo_texts import NOTES, PATTERNS
from fieldapp.usecases.imports.locating import locate_all
from fieldapp.usecases.services import Services

# So few rows cannot tell a story.
STORY_FROM = 600
_NOTED, _TOLD_TWICE, _LINKED = 0.45, 0.3, 0.5
_WEEK_S_METRES = 180.0


@dataclass(frozen=True, slots=True)
class _Told:
    """One row of the story: whose, how many days ago and at what hour, metres north and east of the spot."""

    key: str
    role: Role
    days_ago: int
    hour: int
    north: float = 0.0
    east: float = 0.0
    position_source: str = "gps"


_TOLD = (
    _Told("three_parties", Role.WORKER, 121, 20),
    _Told("three_parties", Role.HOUSING, 64, 17, 12, 9, "map"),
    _Told("three_parties", Role.COORDINATOR, 33, 19, -8, 14, "walk"),
    _Told("burglaries", Role.WORKER, 24, 12),
    _Told("burglaries", Role.HOUSING, 18, 10, 22, 12),
    _Told("burglaries", Role.WORKER, 9, 15, -15, 25),
    _Told("burglaries", Role.WORKER, 4, 13, 10, -18),
    _Told("unvisited", Role.COORDINATOR, 290, 11, 0, 0, "address"),
    _Told("unvisited", Role.HOUSING, 150, 13, 30, -20, "map"),
    _Told("unvisited", Role.COORDINATOR, 65, 10, -25, 15, "address"),
)
# Weekday and hour of what happened all over one district in the last whole week.
_ONE_WEEK = ((0, 19), (1, 20), (2, 21), (2, 19), (3, 20), (4, 21), (4, 22), (5, 20), (5, 22), (6, 18))


def observe(
    count: int, stays: Sequence[Stay], users: Sequence[User], *, random: Random, services: Services, now: datetime
) -> list[Observation]:
    """Exactly `count` observations in the order of time, located as real ones are."""
    for notes in NOTES.values():
        for note in notes:
            require_clean(note, "note")
    seen = [*_story(users, random, services, now)] if count >= STORY_FROM else []
    seen += _happened(count - len(seen), stays, random, services, now)
    seen.sort(key=lambda one: (one.observed_at, one.repeat_of is not None, one.id))
    return locate_all(seen, services)


def _happened(
    count: int, stays: Sequence[Stay], random: Random, services: Services, now: datetime
) -> list[Observation]:
    """What was met during the stays; of two who went together now and then both write the same thing."""
    if not stays or not count:
        return []
    patterns = [pattern for pattern in PATTERNS if pattern.category in services.catalogue]
    rng = np.random.default_rng(random.getrandbits(64))
    met = process(count, stays, patterns, rng=rng, services=services, now=now)
    lats, lons = geo.from_utm32(met.east, met.north)
    partner = _partners(stays)
    seen: list[Observation] = []
    found = zip(
        met.stay.tolist(), met.pattern.tolist(), met.seconds.tolist(), lats.tolist(), lons.tolist(), strict=True
    )
    for number, pattern, seconds, lat, lon in found:
        stay = stays[number]
        moment = stay.started_at + timedelta(minutes=seconds // 60)
        one = _written(patterns[pattern].category, lat, lon, moment, stay.worker, random, services, now)
        seen.append(one)
        if number in partner and random.random() < _TOLD_TWICE:
            seen.append(_again(one, partner[number], random, now))
    return seen[:count]


def _partners(stays: Sequence[Stay]) -> dict[int, User]:
    """Number of a stay → who went along."""
    together: dict[int, list[int]] = {}
    for number, stay in enumerate(stays):
        if stay.together is not None:
            together.setdefault(stay.together, []).append(number)
    pairs = [pair for pair in together.values() if len(pair) == 2]
    return {one: stays[other].worker for pair in pairs for one, other in (pair, pair[::-1])}


def _written(
    category: str,
    lat: float,
    lon: float,
    moment: datetime,
    reporter: User,
    random: Random,
    services: Services,
    now: datetime,
) -> Observation:
    kind = services.catalogue[category].kind
    people = kind is Kind.PEOPLE
    gps = random.random() < 0.8
    noted = random.random() < _NOTED and category in NOTES
    return Observation(
        id=uuid7(moment, random.randbytes),
        category=category,
        lat=round(lat, 7),
        lon=round(lon, 7),
        observed_at=moment,
        accuracy_m=float(random.randint(4, 40)) if gps else None,
        position_source="gps" if gps else "map",
        severity=random.choices((None, 1, 2, 3), (5, 3, 2, 1))[0],
        group_size=random.choice(("1-2", "3-5", "3-5", "6-10", None)) if people else None,
        age_band=random.choice(("under13", "13-17", "13-17", "mixed", "unknown", None)) if people else None,
        note=random.choice(NOTES[category]) if noted else None,
        origin="demo",
        kind=kind,
        reporter=reporter.id,
        recorded_at=min(now.replace(microsecond=0), moment + timedelta(minutes=random.randint(0, 40))),
    )


def _again(one: Observation, reporter: User, random: Random, now: datetime) -> Observation:
    """The same situation by a colleague, some metres and minutes away; half of them say so («set igen»)."""
    moment = min(one.observed_at + timedelta(minutes=random.randint(1, 25)), now.replace(second=0, microsecond=0))
    return replace(
        one,
        id=uuid7(moment, random.randbytes),
        lat=round(one.lat + random.uniform(-1, 1) * 0.00015, 7),
        lon=round(one.lon + random.uniform(-1, 1) * 0.00025, 7),
        observed_at=moment,
        note=None,
        repeat_of=one.id if random.random() < _LINKED else None,
        reporter=reporter.id,
        recorded_at=min(now.replace(microsecond=0), moment + timedelta(minutes=random.randint(0, 40))),
    )


def _story(users: Sequence[User], random: Random, services: Services, now: datetime) -> Iterator[Observation]:
    today = now.astimezone(COPENHAGEN).date()
    for told in _TOLD:
        reporter = random.choice([user for user in users if user.role is told.role])
        day = today - timedelta(days=told.days_ago)
        moment = datetime.combine(day, time(told.hour, random.randrange(60)), COPENHAGEN).astimezone(UTC)
        one = _at_spot(told.key, (told.north, told.east), moment, reporter, random, services, now)
        gps = told.position_source == "gps"
        accuracy = float(random.randint(4, 20)) if gps else None
        yield from (replace(found, position_source=told.position_source, accuracy_m=accuracy) for found in one)
    monday = today - timedelta(days=today.weekday() + 7)
    workers = [user for user in users if user.role is Role.WORKER]
    for weekday, hour in _ONE_WEEK:
        day = monday + timedelta(days=weekday)
        moment = datetime.combine(day, time(hour, random.randrange(60)), COPENHAGEN).astimezone(UTC)
        away = (random.uniform(-1, 1) * _WEEK_S_METRES, random.uniform(-2, 0.5) * _WEEK_S_METRES)
        yield from _at_spot("one_week", away, moment, random.choice(workers), random, services, now)


def _at_spot(
    key: str,
    away: tuple[float, float],
    moment: datetime,
    reporter: User,
    random: Random,
    services: Services,
    now: datetime,
) -> Iterator[Observation]:
    """One observation so many metres north and east of what is planted; none where its place is not in the file."""
    one = planted(key)
    at = spot(one, services)
    if at is not None:
        lats, lons = geo.from_utm32([at[0] + away[1]], [at[1] + away[0]])
        yield _written(one.categories[0], float(lats[0]), float(lons[0]), moment, reporter, random, services, now)
