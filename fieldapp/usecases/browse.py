"""Looking at observations: the list by pages, the map as areas or points; one filter, released for one reader."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.model import ObservationFilter, User, parse_time, utc_text
from fieldapp.privacy.areas import ReleasedCell, reaching_a_month, squares, whole_months
from fieldapp.privacy.releasing import ReleasedPoint, point_grants, release, sees_all
from fieldapp.store import aggregates, meta
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.areas import blocks_shown, hides
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
    """What a map may draw: points when few, else squares of them; `total` counts the observations so drawn.

    `areas` are squares of what the reader does not see one by one, of several sizes, counts rounded down to fives.
    """

    points: tuple[ReleasedPoint, ...]
    cells: tuple[ReleasedCell, ...]
    areas: tuple[ReleasedCell, ...]
    total: int


def map_view(
    wanted: ObservationFilter, *, reader: User, db: Database, now: datetime, points: bool, size_m: int = 100
) -> MapView:
    """Squares of at least `size_m`, or at most 500 points; coarser squares where there would be too many."""
    seen = wanted.only(granted=point_grants(reader))
    # All of them, not those in view: a square that is cut by the edge of the screen would vanish on the way in.
    shown = areas(_for_areas(wanted, now).only(bbox=None), reader=reader, db=db, now=now)
    if points and seen.granted and rows.count(db, seen, at_most=POINTS_MAX + 1) <= POINTS_MAX:
        found = release(rows.find(db, seen), reader).points
        return MapView(found, (), shown, len(found))
    cells = _cells(seen, db, size_m) if seen.granted else ()
    return MapView((), cells, shown, sum(cell.count for cell in cells))


def _cells(seen: ObservationFilter, db: Database, size_m: int) -> tuple[ReleasedCell, ...]:
    for size in (size for size in _CELL_SIZES if size >= size_m):
        cells = tuple(ReleasedCell(size, *cell) for cell in aggregates.by_cell(db, seen, size_m=size))
        if len(cells) <= CELLS_MAX:
            break
    return cells


def areas(wanted: ObservationFilter, *, reader: User, db: Database, now: datetime) -> tuple[ReleasedCell, ...]:
    """The squares of the blocks that lie wholly inside the filter: what the reader may not see one by one."""
    return squares(blocks_shown(wanted, reader=reader, db=db, now=now))


def _for_areas(wanted: ObservationFilter, now: datetime) -> ObservationFilter:
    return reaching_a_month(wanted, now.astimezone(COPENHAGEN).date())


def area_months(wanted: ObservationFilter, *, reader: User, now: datetime) -> tuple[date, date] | None:
    """First and last day of the months that a map's areas are of (`date.min`: from the first); None for no areas."""
    today = now.astimezone(COPENHAGEN).date()
    return whole_months(reaching_a_month(wanted, today), today) if hides(reader) else None


def version(*, reader: User, db: Database, now: datetime) -> str:
    """A mark that changes when what this reader may see does, so that nobody can count the rest by watching it."""
    if sees_all(reader):
        return str(meta.data_version(db))
    seen = aggregates.state(db, ObservationFilter(granted=point_grants(reader)))
    today = now.astimezone(COPENHAGEN).date()
    return sha256(f"{seen} {today - timedelta(days=today.weekday())}".encode()).hexdigest()[:16]


def latest(*, reader: User, db: Database) -> ReleasedPoint | None:
    """The reader's own newest observation: for «samme sted som sidst»."""
    found = rows.latest_by(db, reader.id)
    return release([found], reader).points[0] if found else None


def nearest(
    wanted: ObservationFilter, lat: float, lon: float, *, reader: User, db: Database, within_m: float = 2000
) -> list[tuple[float, ReleasedPoint]]:
    """(metres, point) round a place, nearest first, at most fifty; widening until there are enough."""
    for reach in (200.0, 600.0, within_m):
        box = wanted.only(bbox=geo.bounding_box(lat, lon, reach), granted=point_grants(reader))
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
    """Blocks in words: the place their square of `size_m` lies at, or their whole district, and how many at least.

    `district` is None outside the municipality.
    """

    size_m: int | None
    place: str | None
    district: str | None
    count: int


def areas_in_words(
    wanted: ObservationFilter, *, reader: User, db: Database, services: Services, now: datetime
) -> list[Area]:
    """What the reader sees only as areas, fullest first: the squares of the map, and districts for the rest."""
    blocks = blocks_shown(_for_areas(wanted, now), reader=reader, db=db, now=now)
    whole = Counter[str | None]()
    for block in blocks:
        if block.square is None:
            whole[block.district] += block.shown
    named = [Area(cell.size_m, _place_of(cell, services), None, cell.count) for cell in squares(blocks)]
    named += [Area(None, None, district, count) for district, count in whole.items()]
    return sorted(named, key=lambda area: (-area.count, area.size_m or 0, area.place or "", area.district or ""))


def _place_of(cell: ReleasedCell, services: Services) -> str | None:
    half = cell.size_m / 2
    lats, lons = geo.from_utm32([cell.east * cell.size_m + half], [cell.north * cell.size_m + half])
    near = services.gazetteer.nearest(float(lats[0]), float(lons[0]), within_m=500)
    return near[0].name if near else None
