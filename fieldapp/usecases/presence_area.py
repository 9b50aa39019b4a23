"""Which 250 m squares of which districts an entry of presence covers, by sample points 50 m apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
import shapely  # type: ignore[import-untyped]

from fieldapp import geo
from fieldapp.districts import District
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model.presence import SQUARE_M, Area, Presence, Share, spread
from fieldapp.usecases.observations import NEAREST_PLACE_M, grid_cell
from fieldapp.usecases.services import Services

STEP_M = 50
_PER_SQUARE = SQUARE_M // STEP_M
_NOTHING: tuple[Share, ...] = ()


def located(presence: Presence, *, services: Services) -> Presence:
    """The entry with district and nearest place filled in; raises a Problem for a place that cannot be used."""
    on = _day(presence)
    if presence.lat is None or presence.lon is None:
        district = services.districts.by_id(presence.district or "", on)
        if district is None or not district.valid(on):
            raise Problem("invalid", field="district", why="vælg et distrikt fra listen")
        return replace(presence, place=None)
    if grid_cell(presence.lat, presence.lon) is None:
        raise Problem("invalid", field="lat", why="stedet skal ligge i Danmark")
    found = services.districts.locate(presence.lat, presence.lon, on).district_id
    if presence.reach_m == 0 and found is None:
        raise Problem("invalid", field="reach_m", why="stedet ligger uden for distrikterne; vælg et mindre område")
    near = services.gazetteer.nearest(presence.lat, presence.lon, within_m=NEAREST_PLACE_M)
    # A whole district is not spent at one place in it.
    place = near[0].name if near and presence.reach_m else None
    return replace(presence, district=found, place=place)


def shares(presence: Presence, *, services: Services) -> tuple[Share, ...]:
    """The entry shared out: nothing while it runs or when it is withdrawn."""
    if presence.ended_at is None or presence.status != "active":
        return _NOTHING
    return spread(presence, area(presence, services=services))


def area(presence: Presence, *, services: Services) -> Area:
    """Weights by (district, north, east): the phone's own squares where there are enough, else disc or district."""
    on = _day(presence)
    if presence.tracked:
        return _of_track(presence.track, on, services)
    if presence.reach_m == 0:
        district = services.districts.by_id(presence.district or "", on)
        found = _of_district(district) if district else {}
        if found:
            return found
    if presence.lat is None or presence.lon is None:
        raise Problem("invalid", field="district", why="vælg et distrikt fra listen")
    return _of_disc(presence.lat, presence.lon, presence.reach_m or 500, on, services)


def _of_disc(lat: float, lon: float, reach_m: int, on: date, services: Services) -> Area:
    east, north = (float(one[0]) for one in geo.to_utm32([lat], [lon]))
    rows, columns = _grid(north - reach_m, north + reach_m, east - reach_m, east + reach_m)
    inside = np.hypot((rows + 0.5) * STEP_M - north, (columns + 0.5) * STEP_M - east) <= reach_m
    return _weights(rows[inside], columns[inside], on, services)


def _of_track(track: tuple[tuple[int, int, int], ...], on: date, services: Services) -> Area:
    """Each square's minutes, divided over the districts that its 25 sample points lie in."""
    found: dict[tuple[str, int, int], int] = {}
    for north, east, minutes in track:
        rows, columns = (_PER_SQUARE * one + part for one, part in zip((north, east), _parts(), strict=True))
        for key, points in _weights(rows, columns, on, services).items():
            found[key] = points * minutes
    return found


def _parts() -> tuple[geo.Ints, geo.Ints]:
    rows, columns = np.indices((_PER_SQUARE, _PER_SQUARE))
    return rows.ravel(), columns.ravel()


@lru_cache(maxsize=64)
def _of_district(district: District) -> Area:
    west, south, east, north = shapely.total_bounds([district.geometry])
    eastings, northings = geo.to_utm32([south, south, north, north], [west, east, west, east])
    rows, columns = _grid(northings.min(), northings.max(), eastings.min(), eastings.max())
    lats, lons = geo.from_utm32((columns + 0.5) * STEP_M, (rows + 0.5) * STEP_M)
    inside = shapely.contains_xy(district.geometry, lons, lats)
    return _counted([district.id] * int(inside.sum()), rows[inside], columns[inside])


def _grid(south: float, north: float, west: float, east: float) -> tuple[geo.Ints, geo.Ints]:
    """Every 50 m square of a box of metres."""
    rows = np.arange(np.floor(south / STEP_M), np.floor(north / STEP_M) + 1, dtype=np.int64)
    columns = np.arange(np.floor(west / STEP_M), np.floor(east / STEP_M) + 1, dtype=np.int64)
    across, down = np.meshgrid(columns, rows)
    return down.ravel(), across.ravel()


def _weights(rows: geo.Ints, columns: geo.Ints, on: date, services: Services) -> Area:
    lats, lons = geo.from_utm32((columns + 0.5) * STEP_M, (rows + 0.5) * STEP_M)
    names = [one.id for one in services.districts.current(on)]
    indexes = services.districts.locate_many(lats, lons, on)
    return _counted([names[index] if index >= 0 else "" for index in indexes], rows, columns)


def _counted(districts: list[str], rows: geo.Ints, columns: geo.Ints) -> Area:
    found: dict[tuple[str, int, int], int] = {}
    for district, row, column in zip(districts, rows.tolist(), columns.tolist(), strict=True):
        key = (district, row // _PER_SQUARE, column // _PER_SQUARE)
        found[key] = found.get(key, 0) + 1
    return found


def _day(presence: Presence) -> date:
    return presence.started_at.astimezone(COPENHAGEN).date()
