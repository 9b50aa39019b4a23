"""Places that share squares, under one letter, so that map and table can point at each other."""

from __future__ import annotations

from collections.abc import Iterable

from fieldapp.usecases.hotspots.grouping import touching
from fieldapp.usecases.hotspots.shapes import HotPlace, Spot
from fieldapp.usecases.overview import danish


def spots_of(places: Iterable[HotPlace]) -> tuple[Spot, ...]:
    """Every place that stands out now, gathered where squares touch; letters in the order of the names."""
    now = [place for place in places if place.lifecycle != "fading"]
    groups = list(touching(cell for place in now for cell in place.squares))
    gathered = [[place for place in now if place.squares[0] in set(group)] for group in groups]
    pairs = sorted(zip(groups, gathered, strict=True), key=lambda pair: (_name(pair[1]), pair[0]))
    return tuple(
        Spot(letter(number), _first(found).near, _first(found).district, group, tuple(found))
        for number, (group, found) in enumerate(pairs)
    )


def letter(number: int) -> str:
    """A, B … Z, AA, AB …

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    rest, last = divmod(number, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)


def _first(found: list[HotPlace]) -> HotPlace:
    """The place that names the spot: all categories together where that is one of them, else the fullest."""
    return min(found, key=lambda place: (place.category is not None, -place.situations))


def _name(found: list[HotPlace]) -> str:
    return danish(_first(found).near or "\uffff")
