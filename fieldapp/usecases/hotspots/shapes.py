"""What hotspots are to those who ask: squares and places as one reader may see them, and the official list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

ALL = "all"
"""Instead of a category: every problem category taken together."""


COUNT_BREAKS = (5, 10, 20, 50, 100)
"""Situations from which a shade begins where hours are not known."""


class Mark(IntFlag):
    """What the map draws on a square besides its shade."""

    NONE = 0
    NOT_VISITED = 1
    LOW_PRESENCE = 2
    STANDS_OUT = 4
    MANY = 8


# Plain numbers: `&` of two flags makes a third, which a map of thousands of squares need not pay for.
_NOT_VISITED, _LOW_PRESENCE, _STANDS_OUT = Mark.NOT_VISITED.value, Mark.LOW_PRESENCE.value, Mark.STANDS_OUT.value


@dataclass(frozen=True, slots=True)
class Square:
    """One square: numbers of the national grid, situations (None: 1 to 4), hours (None: unknown), and its rate if any.

    Rates are situations per hour, smoothed, with their 95 % range; `shade` is 0 (none) to 5.
    """

    north: int
    east: int
    district: str | None
    situations: int | None
    hours: float | None
    rate: float | None
    low: float | None
    high: float | None
    shade: int
    mark: Mark

    @property
    def visited(self) -> bool:
        return not self.mark.value & _NOT_VISITED

    @property
    def low_presence(self) -> bool:
        return bool(self.mark.value & _LOW_PRESENCE)

    @property
    def stands_out(self) -> bool:
        return bool(self.mark.value & _STANDS_OUT)


@dataclass(frozen=True, slots=True)
class HotPlace:
    """Touching squares that stand out for one category (None: all taken together), named by the nearest place.

    `expected` is what the hours (or the squares, where hours are not known) would give were all squares alike.
    `lifecycle` is new, lasting, fading or None. `stands_out` is False where hours are not known (then there are only
    many registrations) and of a fading one, which has no numbers. `squares` are (north, east) of the grid.
    """

    near: str | None
    category: str | None
    district: str | None
    lifecycle: str | None
    squares: tuple[tuple[int, int], ...]
    situations: int = 0
    hours: float | None = None
    expected: float = 0.0
    stands_out: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Touching squares that stand out for whatever reason: a letter on the map and the findings that are there.

    Letters go by name and mean nothing more.
    """

    letter: str
    near: str | None
    district: str | None
    squares: tuple[tuple[int, int], ...]
    findings: tuple[HotPlace, ...]


@dataclass(frozen=True, slots=True)
class Squares:
    """What a reader may see of the squares: side in metres, first and last month, whether hours are used.

    `running`: the last month is not over and counts to date.
    `kinds` are those counted: all that the reader sees as points everywhere in the chosen district or districts.
    `breaks` are the four rates (situations per hour) between the five shades; empty when there is no difference
    beyond chance, or when hours are not known (then shades go by COUNT_BREAKS). `parts` is how many parts of the day
    were each compared by their own hours: 3, 2 (evening and night together) or 1.
    """

    size_m: int
    months: tuple[str, str]
    running: bool
    known: bool
    kinds: frozenset[str]
    breaks: tuple[float, ...]
    squares: tuple[Square, ...]
    places: tuple[HotPlace, ...]
    spots: tuple[Spot, ...]
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One place of the official list: `category` is a key, or ALL; `kind` decides who may be told of it.

    `north`, `east` are the grid numbers of its fullest square; `expected` as in `HotPlace`, of all its squares.
    """

    category: str
    kind: str
    district: str | None
    place: str
    size_m: int
    north: int
    east: int
    squares: tuple[tuple[int, int], ...]
    situations: int
    expected: float
    hours: float | None
