"""A hotspot's level: the rule that proposes it, what staff say of it week by week, and what each level promises.

Practice behind it: Køge's weekly traffic light for places. All limits stand in `LIMITS`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fieldapp.formats import iso_week
from fieldapp.model.categories import Kind
from fieldapp.model.people import Role
from fieldapp.texts import N_

# A hotspot of all problem categories together.
ALL = "all"
REASON_MAX = 300
PRESENCE_M = 250
Square = tuple[int, int, int]


class Level(StrEnum):
    """Lowest first; shown with its shape and word, never by colour alone."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def height(self) -> int:
        return list(Level).index(self)


class Known(StrEnum):
    """The answer to «Genkender vi det?»."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Because(StrEnum):
    """Which line of the rule gave the level; `KEPT`: nobody was there, so it may rise but not fall."""

    KNOWN = "known"
    SOME = "some"
    ACTIVE = "active"
    KEPT = "kept"


LEVEL_NAMES = {
    Level.GREEN: N_("Grøn – kendt"),
    Level.YELLOW: N_("Gul – nogen aktivitet"),
    Level.RED: N_("Rød – aktiv"),
}
SHAPES = {Level.GREEN: "●", Level.YELLOW: "▲", Level.RED: "■"}
KNOWN_NAMES = {Known.YES: N_("Ja"), Known.NO: N_("Nej"), Known.UNSURE: N_("Ved ikke")}
# Visits a week.
PROMISES: Mapping[Level, int] = {Level.GREEN: 1, Level.YELLOW: 2, Level.RED: 3}


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of levels and hotspots over time."""

    weeks: int = 4
    unvisited_days: int = 14
    red_weeks: int = 3
    red_per_visit: float = 0.2
    red_severe_weeks: int = 2
    yellow_situations: int = 2
    verdict_weeks: int = 2
    match_m: int = 300
    close_after_days: int = 92


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A place found by `usecases.hotspots.detect`, kept from the first day it was found until it is closed.

    `squares` are (size in metres, north, east) in EPSG:25832; `category` is a key, or `ALL`.
    """

    id: str
    category: str
    kind: Kind
    district: str | None
    place: str | None
    squares: tuple[Square, ...]
    found_on: date
    last_found_on: date


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rule reads: the situations and visits of the last `LIMITS.weeks` × 7 days, and the level before.

    `weeks` had a situation, `severe_weeks` one of severity 3 or a conflict. `last_visit` is days ago, None for never.
    """

    situations: int = 0
    weeks: int = 0
    severe: int = 0
    severe_weeks: int = 0
    visits: int = 0
    last_visit: int | None = None
    before: Level | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The level that the rule proposes, and why."""

    level: Level
    because: Because


def level_by_rule(seen: Seen, limits: Limits = LIMITS) -> Rule:
    """Red over several weeks or with several severe weeks, yellow for some activity, else green.

    Situations count per visit, so that looking in more often does not make a place red. Where nobody has been for two
    weeks the level may rise and never fall, and a new place is yellow: having seen nothing is not a reason for green.

    >>> level_by_rule(Seen(situations=1, weeks=1, visits=5, last_visit=2)).level
    <Level.GREEN: 'green'>
    """
    red = seen.weeks >= limits.red_weeks and seen.situations >= limits.red_per_visit * seen.visits
    if red or seen.severe_weeks >= limits.red_severe_weeks:
        found = Rule(Level.RED, Because.ACTIVE)
    elif seen.situations >= limits.yellow_situations or seen.severe:
        found = Rule(Level.YELLOW, Because.SOME)
    else:
        found = Rule(Level.GREEN, Because.KNOWN)
    if seen.last_visit is not None and seen.last_visit < limits.unvisited_days:
        return found
    before = seen.before or Level.YELLOW
    return found if found.level.height > before.height else Rule(before, Because.KEPT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer in one ISO week, by a role, never by a name; `level` None: only «Genkender vi det?» was answered."""

    iso_week: str
    rule_level: Level
    level: Level | None
    known: Known
    reason: str | None
    role: Role | None

    @property
    def changed(self) -> bool:
        return self.level not in (None, self.rule_level)


def in_effect(day: date, verdicts: Iterable[Verdict], rules: Mapping[str, Level]) -> Level | None:
    """The level in the week of `day`: staff's last word of that week or the one before, else the rule's newest.

    `verdicts` are oldest first, `rules` is ISO week → level by rule. None before the rule has said anything.
    """
    heard = weeks_to(day, LIMITS.verdict_weeks)
    if said := [verdict.level for verdict in verdicts if verdict.level and verdict.iso_week in heard]:
        return said[-1]
    known = [week for week in rules if week <= heard[-1]]
    return rules[max(known)] if known else None


@dataclass(frozen=True, slots=True)
class Promise:
    """«Lovet og gjort» of one ISO week, in visits; `over` is False while the week still runs."""

    iso_week: str
    promised: int
    done: int
    over: bool

    @property
    def missing(self) -> int:
        return max(self.promised - self.done, 0)


def weeks_to(day: date, count: int) -> list[str]:
    """The last `count` ISO weeks, that of `day` last."""
    return [iso_week(day - timedelta(weeks=back)) for back in range(count - 1, -1, -1)]


def gap_m(one: Sequence[Square], other: Sequence[Square]) -> float:
    """Metres between the nearest edges of two sets of squares; 0 where they touch or overlap."""
    return min(math.hypot(_apart(a[0], a[1], b[0], b[1]), _apart(a[0], a[2], b[0], b[2])) for a in one for b in other)


def _apart(size: int, index: int, other_size: int, other: int) -> int:
    return max(index * size - (other + 1) * other_size, other * other_size - (index + 1) * size, 0)


def presence_squares(squares: Iterable[Square]) -> frozenset[tuple[int, int]]:
    """The 250 m squares (north, east) that presence is known by and that touch these squares."""
    return frozenset(
        (row, column)
        for size, north, east in squares
        for row in range(north * size // PRESENCE_M, ((north + 1) * size - 1) // PRESENCE_M + 1)
        for column in range(east * size // PRESENCE_M, ((east + 1) * size - 1) // PRESENCE_M + 1)
    )
