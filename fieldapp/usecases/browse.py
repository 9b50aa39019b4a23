"""Looking at observations: the list by pages, the map as areas or points; one filter, released for one reader."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp import geo
from fieldapp.model import Grant, ObservationFilter, User, parse_time, utc_text
from fieldapp.privacy.release import (
    ReleasedCell,
    ReleasedPoint,
    area_grants,
    point_grants,
    release,
    release_cells,
)
from fieldapp.store import aggregates
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.observations import bounding_box
from fieldapp.usecases.services import Services

PAGE = 25
NEAREST_MAX = 50
POINTS_MAX = 500
_CELL_SIZES = (100, 250, 500, 1000)
CELLS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the points a reader may see, newest first; `next` asks for the following page, `total` counts all."""

    points: tuple[ReleasedPoint, ...]
    total: int
    next: str | None


def page(wanted: ObservationFilter, *, reader: User, db: Database, limit: int = PAGE, after: str | None = None) -> Page:
    """One page of the list under this filter."""
    granted = wanted.only(granted=point_grants(reader))
    found = rows.find(db, granted, limit=limit + 1, after=_cursor(after))
    more = len(found) > limit
    points = release(found[:limit], reader).points
    last = f"{utc_text(found[limit - 1].observed_at)}_{found[limit - 1].id}" if more else None
    return Page(points, rows.count(db, granted), last)


def _cursor(after: str | None) -> tuple[str, str] | None:
    if not after:
        return None
    moment, _, observation_id = after.partition("_")
    return utc_text(parse_time("next", moment)), observation_id


@dataclass(frozen=True, slots=True)
class MapView:
    """What a map may draw: points when few and permitted, else areas; `total` counts the rows drawn."""

    points: tuple[ReleasedPoint, ...]
    cells: tuple[ReleasedCell, ...]
    total: int
    areas_hide_some: bool


def map_view(wanted: ObservationFilter, *, reader: User, db: Database, points: bool, size_m: int = 100) -> MapView:
    """Areas of at least `size_m`, or at most 500 points; coarser squares where there would be too many."""
    mine, theirs = point_grants(reader), area_grants(reader)
    seen = wanted.only(granted=mine)
    if points and mine and rows.count(db, seen, at_most=POINTS_MAX + 1) <= POINTS_MAX:
        cells = _cells(wanted, reader, db, (), size_m)
        shown = release(rows.find(db, seen), reader).points
        return MapView(shown, cells, len(shown) + sum(cell.count for cell in cells), bool(theirs))
    for size in (size for size in _CELL_SIZES if size >= size_m):
        cells = _cells(wanted, reader, db, mine, size)
        if len(cells) <= CELLS_MAX:
            break
    return MapView((), cells, sum(cell.count for cell in cells), bool(theirs))


def areas(wanted: ObservationFilter, *, reader: User, db: Database, size_m: int = 500) -> tuple[ReleasedCell, ...]:
    """Only what the reader may not see one by one, as squares of at least `AREA_MINIMUM`."""
    return _cells(wanted, reader, db, (), size_m)


def _cells(
    wanted: ObservationFilter, reader: User, db: Database, shown_in_full: tuple[Grant, ...], size_m: int
) -> tuple[ReleasedCell, ...]:
    counts: dict[tuple[int, int], list[int]] = {}
    mine, theirs = point_grants(reader), area_grants(reader)
    parts = [(0, wanted.only(granted=shown_in_full))] if shown_in_full else []
    if theirs and mine != theirs:
        parts.append((1, wanted.only(granted=theirs, withheld=mine)))
    for place, part in parts:
        for north, east, count in aggregates.by_cell(db, part, size_m=size_m):
            counts.setdefault((north, east), [0, 0])[place] += count
    return release_cells(((*cell, both[0], both[1]) for cell, both in counts.items()), size_m=size_m)


def latest(*, reader: User, db: Database) -> ReleasedPoint | None:
    """The reader's own newest observation: for «samme sted som sidst»."""
    found = rows.latest_by(db, reader.id)
    return release([found], reader).points[0] if found else None


def nearest(
    wanted: ObservationFilter, lat: float, lon: float, *, reader: User, db: Database, within_m: float = 2000
) -> list[tuple[float, ReleasedPoint]]:
    """(metres, point) round a place, nearest first, at most fifty; widening until there are enough."""
    for reach in (200.0, 600.0, within_m):
        box = wanted.only(bbox=bounding_box(lat, lon, reach), granted=point_grants(reader))
        points = release(rows.find(db, box, limit=POINTS_MAX), reader).points
        measured = sorted(
            ((geo.distance_m(lat, lon, point.lat, point.lon), point) for point in points), key=lambda pair: pair[0]
        )
        found = [pair for pair in measured if pair[0] <= reach]
        if len(found) >= NEAREST_MAX:
            break
    return found[:NEAREST_MAX]


@dataclass(frozen=True, slots=True)
class Area:
    """A square in words: the place it lies at, and how many observations it holds that are not shown one by one."""

    place: str | None
    count: int


def areas_in_words(wanted: ObservationFilter, *, reader: User, db: Database, services: Services) -> list[Area]:
    """The 500 m squares of what the reader sees only as areas, fullest first."""
    cells = sorted(areas(wanted, reader=reader, db=db), key=lambda cell: -cell.count)
    return [Area(_place_of(cell, services), cell.count) for cell in cells]


def _place_of(cell: ReleasedCell, services: Services) -> str | None:
    half = cell.size_m / 2
    lats, lons = geo.from_utm32([cell.east * cell.size_m + half], [cell.north * cell.size_m + half])
    near = services.gazetteer.nearest(float(lats[0]), float(lons[0]), within_m=500)
    return near[0].name if near else None
