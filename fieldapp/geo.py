"""Distances, UTM zone 32 and square grid cells: pure functions on WGS 84 degrees."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from geopy.distance import geodesic  # type: ignore[import-untyped]
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# GRS 80 and EPSG:25832 (ETRS89 / UTM zone 32N); ETRS89 and WGS 84 differ by less than a metre.
_SEMI_MAJOR = 6378137.0
_FLATTENING = 1 / 298.257222101
_CENTRAL_MERIDIAN = 9.0
_SCALE = 0.9996
_FALSE_EASTING = 500_000.0
_FARTHEST = 60.0  # degrees from the central meridian; the series diverges at 90

_N = _FLATTENING / (2 - _FLATTENING)
_RADIUS = _SCALE * _SEMI_MAJOR / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)
_ECCENTRICITY = 2 * math.sqrt(_N) / (1 + _N)
# Krüger's series to the fourth order in n (Karney 2011, «Transverse Mercator with an accuracy of a few nanometers»)
_FORWARD = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_INVERSE = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
_CELL = re.compile(r"(\d{1,6})(km|m)_(-?\d{1,9})_(-?\d{1,9})", re.ASCII)
_METRES_PER_DEGREE = 111_195  # of latitude, on the sphere


def valid_position(lat: Any, lon: Any) -> bool:
    """Whether both are finite numbers (not booleans) within ±90 and ±180 degrees."""
    return _number_within(lat, 90) and _number_within(lon, 180)


def _number_within(value: Any, limit: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return bool(-limit <= value <= limit)


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres along the WGS 84 ellipsoid; latitudes beyond ±90 raise ValueError."""
    return float(geodesic((lat1, lon1), (lat2, lon2)).meters)


def bounding_box(lat: float, lon: float, metres: float) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a box that reaches at least so far."""
    north = metres / _METRES_PER_DEGREE
    east = north / max(math.cos(math.radians(lat)), 0.01)
    return lon - east, lat - north, lon + east, lat + north


def to_utm32(lats: ArrayLike, lons: ArrayLike) -> tuple[Floats, Floats]:
    """Eastings and northings in metres (EPSG:25832), within 1 mm over Denmark.

    Positions more than 60° from 9° E are pulled to that meridian: finite, but no real coordinates.
    """
    sin_lat = np.sin(np.radians(np.clip(np.asarray(lats, dtype=float), -89.99999, 89.99999)))
    turned = (np.asarray(lons, dtype=float) - _CENTRAL_MERIDIAN + 180) % 360 - 180
    turn = np.radians(np.clip(turned, -_FARTHEST, _FARTHEST))
    tangent = np.sinh(np.arctanh(sin_lat) - _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sin_lat))
    xi = np.arctan2(tangent, np.cos(turn))
    eta = np.arctanh(np.sin(turn) / np.hypot(1.0, tangent))
    north, east = xi + 0.0, eta + 0.0
    for order, factor in enumerate(_FORWARD, start=1):
        north = north + factor * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
        east = east + factor * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
    return _FALSE_EASTING + _RADIUS * east, _RADIUS * north


def from_utm32(eastings: ArrayLike, northings: ArrayLike) -> tuple[Floats, Floats]:
    """Latitudes and longitudes in degrees of EPSG:25832 metres; the inverse of `to_utm32`."""
    xi = np.asarray(northings, dtype=float) / _RADIUS
    eta = (np.asarray(eastings, dtype=float) - _FALSE_EASTING) / _RADIUS
    north, east = xi + 0.0, eta + 0.0
    for order, factor in enumerate(_INVERSE, start=1):
        north = north - factor * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
        east = east - factor * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
    conformal = np.sin(north) / np.cosh(east)
    lats = _geodetic(conformal / np.sqrt(1 - conformal**2))
    return lats, _CENTRAL_MERIDIAN + np.degrees(np.arctan2(np.sinh(east), np.cos(north)))


def _geodetic(conformal_tangent: Floats) -> Floats:
    """Degrees from the tangent of the conformal latitude, by fixed-point steps (each gains two digits or more)."""
    isometric = np.arcsinh(conformal_tangent)
    sine = np.tanh(isometric)
    for _ in range(7):
        sine = np.tanh(isometric + _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))
    return np.asarray(np.degrees(np.arcsin(sine)))


def cell(lat: float, lon: float, size_m: int = 100) -> str:
    """The Danish square grid's name of the cell, `100m_61662_7059`: size, northing and easting in whole cells."""
    rows, columns = cell_numbers([lat], [lon], size_m)
    return _cell_name(size_m, int(rows[0]), int(columns[0]))


def cell_numbers(lats: ArrayLike, lons: ArrayLike, size_m: int = 100) -> tuple[Ints, Ints]:
    """Row and column of each position's cell: northing and easting divided by the size, downwards."""
    eastings, northings = to_utm32(lats, lons)
    return np.floor(northings / size_m).astype(np.int64), np.floor(eastings / size_m).astype(np.int64)


def cells(lats: ArrayLike, lons: ArrayLike, size_m: int = 100) -> NDArray[np.str_]:
    """The cell names of many positions; each name is written once."""
    rows, columns = cell_numbers(lats, lons, size_m)
    if rows.size == 0:
        return np.empty(0, dtype="U1")
    first, width = int(columns.min()), int(columns.max() - columns.min()) + 1
    keys, where = np.unique(rows * width + (columns - first), return_inverse=True)
    return np.array([_cell_name(size_m, int(key // width), int(key % width) + first) for key in keys])[where]


def cell_polygon(name: str) -> list[tuple[float, float]]:
    """The cell's closed ring of (lon, lat), counter-clockwise from the south-west; a bad name raises ValueError."""
    size, row, column = _parse_cell(name)
    eastings = np.array([column, column + 1, column + 1, column, column]) * float(size)
    northings = np.array([row, row, row + 1, row + 1, row]) * float(size)
    lats, lons = from_utm32(eastings, northings)
    return [(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]


def cell_center(name: str) -> tuple[float, float]:
    """Latitude and longitude of the cell's middle; a bad name raises ValueError."""
    size, row, column = _parse_cell(name)
    lats, lons = from_utm32([(column + 0.5) * size], [(row + 0.5) * size])
    return float(lats[0]), float(lons[0])


def _cell_name(size_m: int, row: int, column: int) -> str:
    label = f"{size_m // 1000}km" if size_m % 1000 == 0 else f"{size_m}m"
    return f"{label}_{row}_{column}"


def _parse_cell(name: str) -> tuple[int, int, int]:
    match = _CELL.fullmatch(name)
    if match is None or int(match[1]) == 0:
        raise ValueError("not a cell name")
    return int(match[1]) * (1000 if match[2] == "km" else 1), int(match[3]), int(match[4])
