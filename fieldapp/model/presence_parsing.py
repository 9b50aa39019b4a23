"""How each field of a presence is read from what a phone or a form sent; nothing finer than 250 m squares gets in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import parsing

REACHES_M = (100, 250, 500, 0)
PAUSES_MAX = 50
SQUARES_MAX = 400
MINUTES_MAX = 16 * 60
# Denmark in 250 m squares of EPSG:25832; indices of a finer grid are larger, and fall outside.
NORTH, EAST = range(23_600, 26_101), range(1_200, 4_001)


@dataclass(frozen=True, slots=True)
class Pause:
    """A break; `ended_at` None while it lasts."""

    started_at: datetime
    ended_at: datetime | None = None


def read_track(name: str, value: object) -> tuple[tuple[int, int, int], ...]:
    """(north, east, minutes) of each square once, sorted, so that the order of a walk is lost."""
    if value in (None, []):
        return ()
    if not isinstance(value, list | tuple) or len(value) > SQUARES_MAX:
        raise Problem("invalid", field=name, why="det skal være en liste af [nord, øst, minutter]")
    minutes: dict[tuple[int, int], int] = {}
    for north, east, count in (_square(name, one) for one in value):
        minutes[north, east] = minutes.get((north, east), 0) + count
    return tuple((north, east, count) for (north, east), count in sorted(minutes.items()))


def _square(name: str, value: Any) -> tuple[int, int, int]:
    if not isinstance(value, list | tuple) or len(value) != 3 or any(type(part) is not int for part in value):
        raise Problem("invalid", field=name, why="det skal være en liste af [nord, øst, minutter]")
    north, east, minutes = value
    if north not in NORTH or east not in EAST:
        raise Problem("invalid", field=name, why="kun felter på 250 m i Danmark kan bruges, ikke noget finere")
    if not 1 <= minutes <= MINUTES_MAX:
        raise Problem("invalid", field=name, why="minutter skal være et helt tal fra 1 til 960")
    return north, east, minutes


def _pauses(name: str, value: object) -> tuple[Pause, ...]:
    if value in (None, []):
        return ()
    if not isinstance(value, list | tuple) or len(value) > PAUSES_MAX:
        raise Problem("invalid", field=name, why="det skal være en liste af [start, slut]")
    # A pause without length says nothing.
    said = (one for one in _pause_of(name, value) if one.started_at != one.ended_at)
    return tuple(sorted(said, key=lambda one: one.started_at))


def _pause_of(name: str, value: list[object] | tuple[object, ...]) -> Iterator[Pause]:
    for one in value:
        if not isinstance(one, list | tuple) or len(one) != 2:
            raise Problem("invalid", field=name, why="det skal være en liste af [start, slut]")
        yield Pause(parsing.parse_time(name, one[0]), _optional_time(name, one[1]))


def _optional_time(name: str, value: object) -> datetime | None:
    return None if value in (None, "") else parsing.parse_time(name, value)


def _reach(name: str, value: object) -> int:
    if value is None:
        raise Problem("missing", field=name)
    if type(value) is not int or value not in REACHES_M:
        raise Problem("invalid", field=name, why="vælg 100, 250, 500 eller 0 (hele distriktet)")
    return value


def _optional(parse: Callable[[str, object], Any]) -> Callable[[str, object], Any]:
    return lambda name, value: None if value in (None, "") else parse(name, value)


PARSERS: dict[str, Callable[[str, object], Any]] = {
    "id": parsing.parse_id,
    "activity": parsing.PARSERS["category"],
    "started_at": parsing.parse_time,
    "ended_at": _optional_time,
    "lat": _optional(parsing.PARSERS["lat"]),
    "lon": _optional(parsing.PARSERS["lon"]),
    "reach_m": _reach,
    "district": parsing.PARSERS["district_choice"],
    "event": _optional(parsing.parse_id),
    "pauses": _pauses,
    "track": read_track,
}
