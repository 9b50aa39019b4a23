"""Positions → districts: an exact test, and a raster in front of it that answers where it cannot be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, tan
from typing import Any

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from fieldapp import geo

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR_M = 300.0  # farther outside than this is outside the municipality
TOLERANCE_M = 0.5  # slivers this narrow between neighbours are the drawing's, not the world's
CELL_M = 12.5
_MOST_CELLS = 4_000_000  # 8 MB; a larger area gets larger cells
_RIM_M = NEAR_M * 1.5
_COARSEST = 32  # cells along one side of the first blocks tried
_EXACT, _NONE = -2, -1
_METRES_A_DEGREE = 111_320.0
_EARTH_RADIUS_M = 6_371_000.0


def to_metres(geometry: Any) -> Any:
    """The geometry (or array of them) with its vertices in UTM zone 32 metres."""
    return shapely.transform(geometry, lambda lonlat: np.column_stack(geo.to_utm32(lonlat[:, 1], lonlat[:, 0])))


class Coverage:
    """The districts of one day, in the order whose lowest index wins on a shared border."""

    def __init__(self, geometries: Sequence[Any]) -> None:
        self._degrees = np.array(geometries, dtype=object)
        self._metres = to_metres(self._degrees) if geometries else self._degrees
        self._tree = shapely.STRtree(self._degrees)
        self._edges, self._edge_owners = _edges(self._metres)

    def exact(self, lats: Floats, lons: Floats) -> tuple[Ints, Floats]:
        """Index of the covering district, else of the nearest within 300 m, else −1; and the metres outside."""
        found = np.full(lats.shape, _NONE, dtype=np.int64)
        outside = np.full(lats.shape, np.inf)
        usable = np.flatnonzero((np.abs(lats) <= 90) & (np.abs(lons) <= 180))
        if not len(self._degrees) or not usable.size:
            return found, outside
        points, districts = self._tree.query(shapely.points(lons[usable], lats[usable]), predicate="intersects")
        lowest = np.full(usable.size, len(self._degrees))
        np.minimum.at(lowest, points, districts)
        inside = lowest < len(self._degrees)
        found[usable[inside]], outside[usable[inside]] = lowest[inside], 0.0
        rest = usable[~inside]
        nearest, metres = self._nearest(lats[rest], lons[rest])
        found[rest] = np.where(metres <= NEAR_M, nearest, _NONE)
        outside[rest] = np.where(metres <= TOLERANCE_M, 0.0, metres)
        return found, outside

    def many(self, lats: Floats, lons: Floats) -> Ints:
        """The same index as `exact`, for many positions at once."""
        if not len(self._degrees):
            return np.full(lats.shape, _NONE, dtype=np.int64)
        cells = self._raster.look_up(lats, lons)
        doubtful = np.flatnonzero(cells == _EXACT)
        answers: Ints = cells.astype(np.int64)
        if doubtful.size:
            answers[doubtful] = self.exact(lats[doubtful], lons[doubtful])[0]
        return answers

    def distances(self, lat: float, lon: float) -> Floats:
        """Metres to each district, 0 inside; inf for a position that is none."""
        if not geo.valid_position(lat, lon) or not len(self._degrees):
            return np.full(len(self._degrees), np.inf)
        row: Floats = self._distance_table(np.array([lat]), np.array([lon]))[0]
        return row

    def _nearest(self, lats: Floats, lons: Floats) -> tuple[Ints, Floats]:
        """Index of the nearest district (the lowest where several are as near) and metres to it."""
        middles = shapely.points(np.column_stack(geo.to_utm32(lats, lons)))
        (points, edges), metres = self._edges.query_nearest(middles, return_distance=True)
        nearest, away = np.full(lats.shape, len(self._degrees)), np.full(lats.shape, np.inf)
        np.minimum.at(nearest, points, self._edge_owners[edges])
        away[points] = metres
        return nearest, away

    def _distance_table(self, lats: Floats, lons: Floats) -> Floats:
        points = shapely.points(np.column_stack(geo.to_utm32(lats, lons)))
        return np.asarray(shapely.distance(points[:, None], self._metres[None, :]), dtype=float)

    @cached_property
    def _raster(self) -> Raster:
        return draw_raster(self._degrees, self._metres)


@dataclass(frozen=True, slots=True)
class Raster:
    """Rows of square cells in degrees: an index of a district, −1 for none, −2 for «ask the exact test»."""

    west: float
    south: float
    cells_a_degree: tuple[float, float]
    values: NDArray[np.int16]

    def look_up(self, lats: Floats, lons: Floats) -> NDArray[np.int16]:
        """The cell's value for each position; beyond the raster (and for NaN) there is no district."""
        height, width = self.values.shape
        rows = (lats - self.south) * self.cells_a_degree[0]
        columns = (lons - self.west) * self.cells_a_degree[1]
        if rows.size and rows.min() >= 0 <= columns.min() and rows.max() < height and columns.max() < width:
            return self._take(rows, columns)
        known = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        answers = np.full(lats.shape, _NONE, dtype=np.int16)
        answers[known] = self._take(rows[known], columns[known])
        return answers

    def _take(self, rows: Floats, columns: Floats) -> NDArray[np.int16]:
        flat = rows.astype(np.intp)
        flat *= self.values.shape[1]
        flat += columns.astype(np.intp)
        return self.values.ravel().take(flat)


def _edges(shapes: NDArray[Any]) -> tuple[Any, Ints]:
    """A tree of every border's straight pieces, and which shape each belongs to."""
    rings, ring_owners = shapely.get_parts(shapely.boundary(shapes), return_index=True)
    points, owners = shapely.get_coordinates(rings, return_index=True)
    same_ring = owners[1:] == owners[:-1]
    pieces = shapely.linestrings(np.stack((points[:-1], points[1:]), axis=1)[same_ring])
    return shapely.STRtree(pieces), np.asarray(ring_owners[owners[:-1][same_ring]], dtype=np.int64)


def draw_raster(degrees: NDArray[Any], metres: NDArray[Any]) -> Raster:
    """Blocks of cells from coarse to fine: a block is answered when no border can reach its middle's circle."""
    west, south, east, north = shapely.total_bounds(degrees)
    degree = np.array([_METRES_A_DEGREE, _METRES_A_DEGREE * cos(radians((south + north) / 2))])
    span = np.array([north - south, east - west]) * degree + 2 * _RIM_M
    cell_m = max(CELL_M, float(np.sqrt(span.prod() / _MOST_CELLS)))
    step = cell_m / degree
    south, west = np.array([south, west]) - _RIM_M / degree
    blocks = (span / (_COARSEST * cell_m)).astype(int) + 1
    values = np.full((blocks[0] * _COARSEST, blocks[1] * _COARSEST), _EXACT, dtype=np.int16)
    rows, columns = (grid.ravel() * _COARSEST for grid in np.indices(tuple(blocks)))
    size, bend = _COARSEST, _bend_m(degrees, north)
    while rows.size:
        lats, lons = south + (rows + size / 2) * step[0], west + (columns + size / 2) * step[1]
        answers = _settle(metres, lats, lons, reach=size * cell_m * 0.75 + 1.0 + bend)
        for row, column, answer in zip(*(part[answers != _EXACT] for part in (rows, columns, answers)), strict=True):
            values[row : row + size, column : column + size] = answer
        rows, columns = _quarter(rows[answers == _EXACT], columns[answers == _EXACT], size)
        size //= 2
    return Raster(float(west), float(south), (float(1 / step[0]), float(1 / step[1])), values)


def _quarter(rows: Ints, columns: Ints, size: int) -> tuple[Ints, Ints]:
    """The four halves-by-halves of each block; none when it is a single cell."""
    half = size // 2
    if not half:
        return rows[:0], columns[:0]
    return (
        np.concatenate([rows, rows, rows + half, rows + half]),
        np.concatenate([columns, columns + half, columns, columns + half]),
    )


def _settle(metres: NDArray[Any], lats: Floats, lons: Floats, *, reach: float) -> Ints:
    """The one answer that holds for every position within `reach` metres of each middle, else «exact»."""
    middles = shapely.points(np.column_stack(geo.to_utm32(lats, lons)))[:, None]
    away = np.asarray(shapely.distance(middles, metres[None, :]), dtype=float)
    nearest = away.argmin(axis=1)
    picked = np.arange(nearest.size), nearest
    closest = away[picked].copy()
    border = shapely.distance(middles[:, 0], shapely.boundary(metres)[nearest])
    away[picked] = np.inf
    second = away.min(axis=1)
    deep_inside = (closest == 0) & (border > reach) & (second > reach)
    close_outside = (closest > reach + TOLERANCE_M) & (closest + reach < NEAR_M) & (second - closest > 2 * reach)
    far_outside = closest > NEAR_M + reach
    answers: Ints = np.select([deep_inside | close_outside, far_outside], [nearest, _NONE], _EXACT).astype(np.int64)
    return answers


def _bend_m(degrees: NDArray[Any], north: float) -> float:
    """How far a border that is straight in degrees can be from the same border straight in metres."""
    longest = max(float(np.hypot(*np.diff(shapely.get_coordinates(shape), axis=0).T).max()) for shape in degrees)
    length = longest * _METRES_A_DEGREE
    return length**2 * tan(radians(north)) / (8 * _EARTH_RADIUS_M)
