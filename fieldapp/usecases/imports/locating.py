"""District, nearest place and square for many observations at once: the answers of `observations.locate`, faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from fieldapp import geo
from fieldapp.model import Observation
from fieldapp.places import Gazetteer
from fieldapp.usecases.observations import GRID_M, NEAREST_PLACE_M, grid_cell
from fieldapp.usecases.services import Services

Floats = NDArray[np.float64]
# UTM distances differ from geodesic ones by at most 0.1 % in Denmark; what is closer than this is measured exactly.
_DOUBT_M = 4.0
_NEAR_DENMARK = (53, 59, 6, 17)


def locate_all(observations: Sequence[Observation], services: Services) -> list[Observation]:
    """The observations with district, place and cell filled in, in the same order."""
    if not observations:
        return []
    lats = np.array([observation.lat for observation in observations])
    lons = np.array([observation.lon for observation in observations])
    districts = _districts(observations, lats, lons, services)
    places = _places(lats, lons, services.gazetteer)
    cells = _cells(lats, lons)
    return [
        replace(observation, district=district[0], near_border=district[1], place=place, cell=cell)
        for observation, district, place, cell in zip(observations, districts, places, cells, strict=True)
    ]


def _districts(
    observations: Sequence[Observation], lats: Floats, lons: Floats, services: Services
) -> list[tuple[str | None, bool]]:
    """(district id, taken from up to 300 m outside) by the districts in force on each one's day."""
    found: list[tuple[str | None, bool]] = [(None, False)] * len(observations)
    days = [observation.local_time.date() for observation in observations]
    for day, rows in _by_period(days, services).items():
        current = services.districts.current(day)
        at = np.array(rows)
        indexes = services.districts.locate_many(lats[at], lons[at], day)
        inside = np.zeros(len(at), dtype=bool)
        for index, district in enumerate(current):
            own = np.flatnonzero(indexes == index)
            inside[own] = shapely.intersects_xy(district.geometry, lons[at[own]], lats[at[own]])
        for row, index, certain in zip(rows, indexes, inside, strict=True):
            if certain:
                found[row] = (current[index].id, False)
            elif index >= 0:
                exact = services.districts.locate(float(lats[row]), float(lons[row]), day)
                found[row] = (exact.district_id, exact.approximate)
    return found


def _by_period(days: Sequence[date], services: Services) -> dict[date, list[int]]:
    """Rows grouped by the set of districts in force; each group under one of its days."""
    first: dict[tuple[int, ...], date] = {}
    stands_for: dict[date, date] = {}
    for day in set(days):
        key = tuple(id(district) for district in services.districts.current(day))
        stands_for[day] = first.setdefault(key, day)
    groups: dict[date, list[int]] = {}
    for row, day in enumerate(days):
        groups.setdefault(stands_for[day], []).append(row)
    return groups


def _places(lats: Floats, lons: Floats, gazetteer: Gazetteer) -> list[str | None]:
    """The name of the nearest place within NEAREST_PLACE_M."""
    places = gazetteer.places
    if not places:
        return [None] * len(lats)
    eastings, northings = geo.to_utm32(lats, lons)
    their_eastings, their_northings = geo.to_utm32([place.lat for place in places], [place.lon for place in places])
    away = np.hypot(eastings[:, None] - their_eastings, northings[:, None] - their_northings)
    nearest = away.argmin(axis=1)
    rows = np.arange(len(lats))
    closest = away[rows, nearest].copy()
    away[rows, nearest] = np.inf
    clear = (closest < NEAREST_PLACE_M - _DOUBT_M) & (away.min(axis=1) - closest > _DOUBT_M)
    doubtful = ~clear & (closest < NEAREST_PLACE_M + _DOUBT_M)
    names: list[str | None] = [places[index].name if sure else None for index, sure in zip(nearest, clear, strict=True)]
    for row in np.flatnonzero(doubtful):
        place = gazetteer.nearest(float(lats[row]), float(lons[row]), within_m=NEAREST_PLACE_M)
        names[row] = place[0].name if place else None
    return names


def _cells(lats: Floats, lons: Floats) -> list[tuple[int, int] | None]:
    south, north, west, east = _NEAR_DENMARK
    rows, columns = geo.cell_numbers(lats, lons, GRID_M)
    known = (lats >= south) & (lats <= north) & (lons >= west) & (lons <= east)
    cells = zip(rows.tolist(), columns.tolist(), known.tolist(), lats.tolist(), lons.tolist(), strict=True)
    return [(row, column) if inside else grid_cell(lat, lon) for row, column, inside, lat, lon in cells]
