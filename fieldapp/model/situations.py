"""Situations: which observations are about one and the same thing, so that it is counted once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product

# WGS 84; positions are compared as points in space, which holds at every latitude and longitude.
_SEMI_MAJOR_M, _ECCENTRICITY_2 = 6378137.0, 0.00669437999014
Point = tuple[float, float, float]
Cube = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class MergeRule:
    """When two observations of one category are one situation: near in place and time, or linked by «set igen»."""

    within_m: float
    within: timedelta
    linked_within: timedelta

    @property
    def within_s(self) -> int:
        return int(self.within.total_seconds())

    @property
    def linked_s(self) -> int:
        return int(self.linked_within.total_seconds())


MERGE = MergeRule(within_m=50, within=timedelta(hours=2), linked_within=timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class Sighting:
    """What of an observation decides its situation; `at` is seconds since 1970, `lat` None where no place is known."""

    id: str
    category: str
    lat: float | None
    lon: float | None
    at: int
    repeat_of: str | None = None

    @property
    def order(self) -> tuple[int, str]:
        return self.at, self.id


class Together:
    """Sets of ids that only grow together (union–find)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, one: str) -> str:
        """The id that stands for the set this one is in."""
        above = self._above
        while (parent := above.get(one, one)) != one:
            above[one] = above.get(parent, parent)
            one = above[one]
        return one

    def join(self, one: str, other: str) -> None:
        """From now on they are in one set."""
        self._above[self.root(one)] = self.root(other)


def same_situation(one: Sighting, other: Sighting, rule: MergeRule = MERGE) -> bool:
    """Does the rule join these two directly?"""
    apart = abs(one.at - other.at)
    if one.category != other.category or apart > max(rule.within_s, rule.linked_s):
        return False
    if apart <= rule.linked_s and (one.repeat_of == other.id or other.repeat_of == one.id):
        return True
    first, second = _point(one), _point(other)
    near = first is not None and second is not None and math.dist(first, second) <= rule.within_m
    return near and apart <= rule.within_s


def situations(seen: Iterable[Sighting], rule: MergeRule = MERGE) -> list[list[Sighting]]:
    """The sightings by situation (single linkage), each with its earliest, by time and then id, first.

    The answer does not depend on the order they come in; many at one place and time cost little more than few.
    """
    ordered = sorted(seen, key=lambda one: (one.category, one.order))
    by_id, together = {one.id: one for one in ordered}, Together()
    window, category = _Window(rule, together), ""
    for one in ordered:
        if one.category != category:
            window, category = _Window(rule, together), one.category
        window.take(one)
        linked = by_id.get(one.repeat_of or "")
        if linked and same_situation(one, linked, rule):
            together.join(one.id, linked.id)
    found: dict[str, list[Sighting]] = {}
    for one in ordered:
        found.setdefault(together.root(one.id), []).append(one)
    return list(found.values())


@dataclass(slots=True)
class _Pile:
    """Sightings of the last hours in a cube so small that all of them are within reach of each other.

    They are one situation already, so one of them stands for all; of those at exactly one point the latest will do.
    """

    latest: Sighting
    points: dict[Point, int] = field(default_factory=dict)


class _Window:
    """The sightings of one category that those to come, in the order of time, may still join."""

    def __init__(self, rule: MergeRule, together: Together) -> None:
        self._rule, self._together = rule, together
        self._side = rule.within_m / math.sqrt(3)
        self._blocks: dict[Cube, dict[Cube, _Pile]] = {}

    def take(self, one: Sighting) -> None:
        """Join it with all in reach, and keep it for the next."""
        point = _point(one)
        if point is None:
            return
        small = _cube(point, self._side)
        for cube, pile in self._around(point, one.at - self._rule.within_s):
            known = self._together.root(pile.latest.id) == self._together.root(one.id)
            if not known and (cube == small or self._reaches(pile, point, one.at)):
                self._together.join(one.id, pile.latest.id)
        piles = self._blocks.setdefault(_cube(point, 2 * self._side), {})
        pile = piles.setdefault(small, _Pile(one))
        pile.latest = one
        pile.points[point] = one.at

    def _around(self, point: Point, oldest: int) -> Iterator[tuple[Cube, _Pile]]:
        """Piles in the block and its neighbours; those that no more can join are forgotten."""
        x, y, z = _cube(point, 2 * self._side)
        for dx, dy, dz in _NEXT:
            piles = self._blocks.get((x + dx, y + dy, z + dz))
            if piles:
                for cube in [cube for cube, pile in piles.items() if pile.latest.at < oldest]:
                    del piles[cube]
                yield from piles.items()

    def _reaches(self, pile: _Pile, point: Point, at: int) -> bool:
        within, oldest = self._rule.within_m, at - self._rule.within_s
        return any(then >= oldest and math.dist(point, other) <= within for other, then in pile.points.items())


_NEXT = tuple(product((-1, 0, 1), repeat=3))


def _cube(point: Point, side: float) -> Cube:
    x, y, z = point
    return math.floor(x / side), math.floor(y / side), math.floor(z / side)


def _point(one: Sighting) -> Point | None:
    """Metres from the middle of the earth along three axes."""
    if one.lat is None or one.lon is None:
        return None
    sin_lat, cos_lat = math.sin(math.radians(one.lat)), math.cos(math.radians(one.lat))
    radius = _SEMI_MAJOR_M / math.sqrt(1 - _ECCENTRICITY_2 * sin_lat * sin_lat)
    lon = math.radians(one.lon)
    return radius * cos_lat * math.cos(lon), radius * cos_lat * math.sin(lon), radius * (1 - _ECCENTRICITY_2) * sin_lat
