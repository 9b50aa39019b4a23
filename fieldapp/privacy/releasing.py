"""Who may see what, at which grain: the one place that decides, for pages, API, exports, maps and photos.

A reader sees an observation as a point, only as one of a block of at least `AREA_MINIMUM` (areas.py), or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from fieldapp.model import Grant, Kind, Observation, Role, User
from fieldapp.privacy.areas import ENTRY_M, Entry, ReleasedCell, blocks_of, squares, table_of

CELL_M = 50
_HARMLESS = frozenset({Kind.PLACE, Kind.GOOD})
_ALL = (Grant(),)


@dataclass(frozen=True, slots=True)
class ReleasedPoint:
    """An observation as its reader may see it, position and text included; times are aware UTC.

    `coarse`: past its lifetime, so only the 100 m square round the position and the week of the time are true.
    """

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
    coarse: bool = False
    phone_observed_at: datetime | None = None


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


def sees_all(reader: User) -> bool:
    """Does the reader see every observation as a point?"""
    return Grant() in point_grants(reader)


def release(rows: Iterable[Observation], reader: User) -> Released:
    """Rows → points the reader may see, and the squares of the blocks that the rest of these rows make."""
    points, others = [], []
    areas = area_grants(reader)
    for row in rows:
        if sees_point(row, reader):
            points.append(_point(row, reader))
        elif row.status == "active" and row.cell and any(grant.holds(row) for grant in areas):
            others.append(_entry(row))
    return Released(tuple(points), squares(blocks_of(others)))


def _entry(row: Observation) -> Entry:
    month = row.local_time.date().replace(day=1)
    north, east = (index * CELL_M // ENTRY_M for index in row.cell or (0, 0))
    table = table_of(month, row.recorded_at.date())
    return Entry(row.kind, row.district, month, table, row.category, north, east, 1)


def _point(row: Observation, reader: User) -> ReleasedPoint:
    return ReleasedPoint(
        own=row.reporter == reader.id,
        **{name: getattr(row, name) for name in ReleasedPoint.__dataclass_fields__ if name != "own"},
    )
