"""The demonstration's observations as a Poisson process: hours of presence times each place's true risk an hour.

Candidates are thrown evenly over the presence (its time, and the area within its reach) and kept with a chance that
follows the risk; the first so many kept are the process given its number. So counts follow presence, and rates truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, Role
from fieldapp.model.presence import SQUARE_M
from fieldapp.usecases.demo_presence import Stay
from fieldapp.usecases.demo_story import STORY, Planted
from fieldapp.usecases.demo_texts import Pattern
from fieldapp.usecases.services import Services

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_MOST_AT_A_TIME = 400_000
_AT_THE_SPOT_M = 28.0
_DAY_S = 86_400
_FRIDAY, _THURSDAY = 4, 3  # 1 January 1970 was a Thursday
_AWAKE = slice(8, 24)


@dataclass(frozen=True, slots=True)
class Met:
    """Situations met during stays, one an element: stay and pattern by number, seconds into the stay, UTM metres."""

    stay: Ints
    pattern: Ints
    seconds: Ints
    east: Floats
    north: Floats

    def only(self, kept: Bools | slice) -> Met:
        """Those marked, or a slice of them."""
        return Met(*(getattr(self, one.name)[kept] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class _Stays:
    """The stays as arrays; `begun` are seconds of Copenhagen's clock since 1970."""

    begun: Ints
    seconds: Ints
    east: Floats
    north: Floats
    reach: Floats
    housing: Bools

    @classmethod
    def of(cls, stays: Sequence[Stay]) -> _Stays:
        begun = [_clock(stay.started_at) for stay in stays]
        lasted = [int((stay.ended_at - stay.started_at).total_seconds()) for stay in stays]
        east, north, reach = np.array([(stay.east, stay.north, stay.reach_m) for stay in stays], dtype=np.float64).T
        housing = np.array([stay.worker.role is Role.HOUSING for stay in stays])
        return cls(np.array(begun), np.array(lasted), east, north, reach, housing)


@dataclass(frozen=True, slots=True)
class _Spot:
    """What is planted and where: easting and northing in metres."""

    planted: Planted
    east: float
    north: float


def process(
    count: int,
    stays: Sequence[Stay],
    patterns: Sequence[Pattern],
    *,
    rng: np.random.Generator,
    services: Services,
    now: datetime,
) -> Met:
    """`count` situations met during the stays, in no order."""
    arrays = _Stays.of(stays)
    risk = _Risk(patterns, services, _clock(now))
    parts: list[Met] = []
    while sum(part.stay.size for part in parts) < count:
        thrown = _throw(min(_MOST_AT_A_TIME, 60 * count), arrays, risk.chances, rng)
        parts.append(risk.kept(thrown, arrays, rng))
    return Met(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Met))).only(slice(count))


def spot(planted: Planted, services: Services) -> tuple[float, float] | None:
    """Easting and northing of what is planted, in metres (EPSG:25832); None where the place is not in the file."""
    place = services.gazetteer.by_id(planted.place)
    if place is None:
        return None
    east, north = geo.to_utm32([place.lat], [place.lon])
    return float(east[0]) + planted.offset_m[1], float(north[0]) + planted.offset_m[0]


def _clock(moment: datetime) -> int:
    """Seconds since 1970 by Copenhagen's own clock."""
    return int(moment.astimezone(COPENHAGEN).replace(tzinfo=UTC).timestamp())


def _throw(count: int, stays: _Stays, chances: Floats, rng: np.random.Generator) -> Met:
    stay = rng.choice(stays.seconds.size, count, p=stays.seconds / stays.seconds.sum())
    pattern = rng.choice(chances.size, count, p=chances)
    seconds = (rng.random(count) * stays.seconds[stay]).astype(np.int64)
    away = stays.reach[stay] * np.sqrt(rng.random(count))
    angle = rng.random(count) * 2 * np.pi
    east, north = stays.east[stay] + away * np.cos(angle), stays.north[stay] + away * np.sin(angle)
    return Met(stay, pattern, seconds, east, north)


class _Risk:
    """The risk of a situation an hour, by pattern, time and place; only its proportions matter."""

    def __init__(self, patterns: Sequence[Pattern], services: Services, now: int) -> None:
        self._patterns, self._now = patterns, now
        hours = np.array([pattern.hours for pattern in patterns], dtype=np.float64)
        self._hours = hours / hours.max(axis=1, keepdims=True)
        self._months = np.array([pattern.months for pattern in patterns])
        self._early_week = np.array([pattern.weekday for pattern in patterns])
        kinds = [services.catalogue[pattern.category].kind for pattern in patterns]
        self._people = np.array([kind is Kind.PEOPLE for kind in kinds])
        found = ((one, spot(one, services)) for one in STORY if one.times > 1)
        self._spots = [_Spot(one, *at) for one, at in found if at is not None]
        self._most = max((one.planted.times for one in self._spots), default=1.0)
        # Thrown so much more often as its hours and months are fewer, that a pattern keeps its share of all.
        weights = np.array([pattern.weight for pattern in patterns], dtype=np.float64)
        thrown = weights / (self._months.mean(axis=1) * self._hours[:, _AWAKE].mean(axis=1))
        self.chances: Floats = thrown / thrown.sum()

    def kept(self, thrown: Met, stays: _Stays, rng: np.random.Generator) -> Met:
        """Those candidates that happened; what happened because of something planted lies at its spot."""
        clock = stays.begun[thrown.stay] + thrown.seconds
        weekday, hour = (clock // _DAY_S + _THURSDAY) % 7, clock % _DAY_S // 3600
        month = clock.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
        risk = self._months[thrown.pattern, month] * self._hours[thrown.pattern, hour]
        risk = risk * np.where(weekday >= _FRIDAY, 1.0, self._early_week[thrown.pattern])
        risk = risk * ~(self._people[thrown.pattern] & stays.housing[thrown.stay])
        times = np.ones(risk.size)
        east, north = thrown.east, thrown.north
        for one in self._spots:
            here = self._at(one, thrown, weekday, hour, (self._now - clock) / _DAY_S)
            times[here] = one.planted.times
            drawn = here & (rng.random(risk.size) < 1 - 1 / one.planted.times)
            east = np.where(drawn, _near(one.east, rng, risk.size), east)
            north = np.where(drawn, _near(one.north, rng, risk.size), north)
        happened = rng.random(risk.size) < risk * times / self._most
        return Met(thrown.stay, thrown.pattern, thrown.seconds, east, north).only(happened)

    def _at(self, one: _Spot, thrown: Met, weekday: Ints, hour: Ints, days_ago: Floats) -> Bools:
        planted = one.planted
        square = (thrown.east // SQUARE_M == one.east // SQUARE_M) & (thrown.north // SQUARE_M == one.north // SQUARE_M)
        about = [number for number, pattern in enumerate(self._patterns) if pattern.category in planted.categories]
        when = np.isin(weekday, planted.weekdays) & (hour >= planted.hours[0]) & (hour < planted.hours[1])
        lasting = (days_ago <= planted.began_days_ago) & (days_ago > planted.ended_days_ago)
        return np.asarray(square & np.isin(thrown.pattern, about) & when & lasting)


def _near(middle: float, rng: np.random.Generator, count: int) -> Floats:
    """Metres round the middle, kept within its square."""
    low = middle // SQUARE_M * SQUARE_M
    return np.clip(rng.normal(middle, _AT_THE_SPOT_M, count), low + 1, low + SQUARE_M - 1)
