"""Who may see what, at which grain: the one place that decides, for pages, API, exports, maps and photos.

A reader sees an observation as a point, only within an area that holds at least `AREA_MINIMUM` of them, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from fieldapp.model import Grant, Kind, Observation, Role, User

AREA_MINIMUM = 5
_HARMLESS = frozenset({Kind.PLACE, Kind.GOOD})
_ALL = (Grant(),)


@dataclass(frozen=True, slots=True)
class ReleasedPoint:
    """An observation as its reader may see it, position and text included; times are aware UTC."""

    id: str
    category: str
    kind: Kind
    lat: float
    lon: float
    accuracy_m: float | None
    place: str | None
    district: str | None
    observed_at: datetime
    recorded_at: datetime
    severity: int | None
    group_size: str | None
    age_band: str | None
    note: str | None
    repeat_of: str | None
    near_border: bool
    own: bool
    version: int


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """A square of the Danish grid (EPSG:25832, `size_m` metres; indices are northing and easting divided by it)."""

    size_m: int
    north: int
    east: int
    count: int


@dataclass(frozen=True, slots=True)
class Released:
    """What a reader may be shown: points where allowed, else areas, else nothing."""

    points: tuple[ReleasedPoint, ...] = ()
    cells: tuple[ReleasedCell, ...] = ()


def point_grants(reader: User) -> tuple[Grant, ...]:
    """What this reader may see as points, with text and photos."""
    if not reader.active:
        return ()
    return _POINTS[reader.role](reader)


def area_grants(reader: User) -> tuple[Grant, ...]:
    """What this reader may see only inside areas of at least `AREA_MINIMUM`, beyond `point_grants`."""
    if not reader.active or reader.role is Role.SSP:
        return ()
    return _ALL


def _own(reader: User) -> Grant:
    return Grant(reporter=reader.id)


def _districts(reader: User) -> frozenset[str] | None:
    return reader.districts or None


_POINTS: dict[Role, Callable[[User], tuple[Grant, ...]]] = {
    Role.COORDINATOR: lambda reader: _ALL,
    Role.WORKER: lambda reader: (Grant(districts=_districts(reader)), Grant(kinds=_HARMLESS), _own(reader)),
    Role.HOUSING: lambda reader: (Grant(kinds=_HARMLESS, districts=_districts(reader)), _own(reader)),
    Role.SSP: lambda reader: (Grant(districts=reader.districts),),
    Role.ADMIN: lambda reader: (),
}


def sees_point(observation: Observation, reader: User) -> bool:
    """May the reader see this one as a point?"""
    return observation.status == "active" and any(grant.holds(observation) for grant in point_grants(reader))


def release(rows: Iterable[Observation], reader: User) -> Released:
    """Rows → points the reader may see, and 100 m areas of the rest where at least `AREA_MINIMUM` lie together."""
    points, counts = [], dict[tuple[int, int], int]()
    areas = area_grants(reader)
    for row in rows:
        if sees_point(row, reader):
            points.append(_point(row, reader))
        elif row.status == "active" and row.cell and any(grant.holds(row) for grant in areas):
            square = row.cell[0] // 2, row.cell[1] // 2
            counts[square] = counts.get(square, 0) + 1
    return Released(tuple(points), release_cells(((*cell, 0, n) for cell, n in counts.items()), size_m=100))


def release_cells(counts: Iterable[tuple[int, int, int, int]], *, size_m: int) -> tuple[ReleasedCell, ...]:
    """(north, east, seen as points, seen only as area) → squares; too few of the latter are left out of the count."""
    cells = []
    for north, east, open_count, area_count in counts:
        count = open_count + (area_count if area_count >= AREA_MINIMUM else 0)
        if count:
            cells.append(ReleasedCell(size_m, north, east, count))
    return tuple(cells)


def _point(row: Observation, reader: User) -> ReleasedPoint:
    return ReleasedPoint(
        own=row.reporter == reader.id,
        **{name: getattr(row, name) for name in ReleasedPoint.__dataclass_fields__ if name != "own"},
    )
