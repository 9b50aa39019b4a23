"""The squares of the municipality: which of the national grid lie in a district of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fieldapp import geo
from fieldapp.store.squares import Frame
from fieldapp.usecases.services import Services

_REACH_M = 300  # an observation so far outside belongs to the nearest district


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A frame, and for each square the number of its district in `districts` (−1: none); middles in degrees."""

    frame: Frame
    districts: tuple[str, ...]
    owner: NDArray[np.int64]
    lats: NDArray[np.float64]
    lons: NDArray[np.float64]

    @property
    def inside(self) -> NDArray[np.bool_]:
        return np.asarray(self.owner >= 0)


@lru_cache(maxsize=16)
def grid_of(services: Services, today: date, size_m: int) -> Grid | None:
    """The squares whose middle is in a district of today, or within 300 m of one; None where there are none."""
    bounds = services.districts.bounds(today)
    if bounds is None:
        return None
    west, south, east, north = bounds
    eastings, northings = geo.to_utm32([south, south, north, north], [west, east, west, east])
    low = [int((part.min() - _REACH_M) // size_m) for part in (northings, eastings)]
    high = [int((part.max() + _REACH_M) // size_m) for part in (northings, eastings)]
    frame = Frame(size_m, low[0], low[1], high[0] - low[0] + 1, high[1] - low[1] + 1)
    rows, columns = np.indices(frame.shape)
    lats, lons = geo.from_utm32((frame.east + columns + 0.5) * size_m, (frame.north + rows + 0.5) * size_m)
    owner = services.districts.locate_many(lats.ravel(), lons.ravel(), today).reshape(frame.shape)
    names = tuple(district.id for district in services.districts.current(today))
    return Grid(frame, names, owner, lats, lons)
