"""The squares in short, for a page that leaves the drawing of them to the map: places, and where nobody has been."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp import geo, hotspots
from fieldapp.store import squares as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.guards import ENTRY_M
from fieldapp.usecases.hotspots.months import Months
from fieldapp.usecases.hotspots.shapes import HotPlace, Spot, Squares
from fieldapp.usecases.overview_changes import Peak, peak_of
from fieldapp.usecases.services import Services

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Told:
    """A place that the first sentences name, and when most of it was registered, where that can be said."""

    place: HotPlace
    peak: Peak | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands out and what is fading, how the shades are divided, and how many squares had no visit (of all).

    `unvisited` names the known places in squares without a visit. `told` are the places of the first sentences.
    `parts` of the day as in `Squares`.
    """

    size_m: int
    months: tuple[str, str]
    running: bool
    known: bool
    kinds: frozenset[str]
    breaks: tuple[float, ...]
    spots: tuple[Spot, ...]
    fading: tuple[HotPlace, ...]
    told: tuple[Told, ...]
    empty: int
    all: int
    unvisited: tuple[str, ...]
    parts: int = 1


def summary(shown: Squares, *, db: Database, services: Services) -> Summary:
    """The short form of what one reader may see."""
    standing = [spot for spot in shown.spots if all(found.stands_out for found in spot.findings)]
    told = [_first(spot) for spot in standing[:MOST_TOLD]]
    return Summary(
        size_m=shown.size_m,
        months=shown.months,
        running=shown.running,
        known=shown.known,
        kinds=shown.kinds,
        breaks=shown.breaks,
        spots=shown.spots,
        fading=tuple(place for place in shown.places if place.lifecycle == "fading"),
        told=tuple(Told(place, _peak(place, shown, db, services)) for place in told),
        empty=sum(not one.visited for one in shown.squares),
        all=len(shown.squares),
        unvisited=_unvisited(shown, services) if shown.known else (),
        parts=shown.parts,
    )


def comparable(place: HotPlace) -> bool:
    """May a ratio, or when most of it was, be told of this place: 20 situations or more, and 5 or more expected?"""
    limits = hotspots.PARAMETERS
    return place.situations >= limits.least_count and place.expected >= limits.least_expected


def _first(spot: Spot) -> HotPlace:
    """One category where there is one: «Knallertkørsel» says more than «alle kategorier»."""
    return max(spot.findings, key=lambda found: (found.category is not None, found.situations))


def _peak(place: HotPlace, shown: Squares, db: Database, services: Services) -> Peak | None:
    if not comparable(place):
        return None
    step, months = shown.size_m // ENTRY_M, Months(*shown.months)
    keys = [place.category] if place.category else [one.key for one in services.catalogue if one.kind in shown.kinds]
    counts: dict[tuple[int, int], int] = {}
    for north, east in ((north * step, east * step) for north, east in place.squares):
        window = rows.Window((north, north + step - 1), (east, east + step - 1), months.since, months.until)
        for block, count in rows.blocks(db, window, categories=keys).items():
            counts[block] = counts.get(block, 0) + count
    return peak_of(counts)


def _unvisited(shown: Squares, services: Services) -> tuple[str, ...]:
    """Named places in squares nobody was in, as the gazetteer has them."""
    places = services.gazetteer.places
    north, east = geo.cell_numbers([one.lat for one in places], [one.lon for one in places], shown.size_m)
    cells = list(zip(north.tolist(), east.tolist(), strict=True))
    named = set(cells)
    empty = {(one.north, one.east) for one in shown.squares if (one.north, one.east) in named and not one.visited}
    return tuple(place.name for place, cell in zip(places, cells, strict=True) if cell in empty)
