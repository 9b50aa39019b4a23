"""A GeoPackage file (OGC 12-128r18, version 1.3) with one layer of points or squares in WGS 84."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

APPLICATION_ID = 0x47504B47  # «GPKG»
USER_VERSION = 10300
SRS = 4326
Ring = list[tuple[float, float]]
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's name, kind (`POINT` or `POLYGON`) and columns: name → SQL type of the specification (TEXT, REAL, …)."""

    name: str
    title: str
    geometry: str
    columns: Mapping[str, str]


@dataclass(slots=True)
class _Bounds:
    west: float = 180.0
    south: float = 90.0
    east: float = -180.0
    north: float = -90.0

    def widen(self, ring: Ring) -> None:
        for lon, lat in ring:
            self.west, self.east = min(self.west, lon), max(self.east, lon)
            self.south, self.north = min(self.south, lat), max(self.north, lat)


def write(path: Path, layer: Layer, features: Iterable[tuple[Ring, tuple[Any, ...]]], *, now: datetime) -> int:
    """Write a new file and count its features; each is its (lon, lat) positions and the values of the columns."""
    connection = sqlite3.connect(str(path), isolation_level=None)
    try:
        for pragma in (f"application_id = {APPLICATION_ID}", f"user_version = {USER_VERSION}", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        _describe(connection, layer, now)
        bounds = _Bounds()
        marks = ",".join("?" * (len(layer.columns) + 1))
        names = ",".join(_quoted(name) for name in ("geom", *layer.columns))
        rows = _rows(layer, features, bounds)
        cursor = connection.executemany(f"INSERT INTO {_quoted(layer.name)} ({names}) VALUES ({marks})", rows)
        count = max(int(cursor.rowcount), 0)
        if count:
            connection.execute(
                "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?",
                [bounds.west, bounds.south, bounds.east, bounds.north],
            )
        connection.execute("COMMIT")
        return count
    finally:
        connection.close()


def _describe(connection: Any, layer: Layer, now: datetime) -> None:
    """The tables every GeoPackage has, and the layer's own."""
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)",
        [
            ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
            ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
            ("WGS 84 geodetic", SRS, "EPSG", SRS, _WGS84, "longitude/latitude coordinates in decimal degrees"),
        ],
    )
    columns = "".join(f", {_quoted(name)} {kind}" for name, kind in layer.columns.items())
    connection.execute(
        f"CREATE TABLE {_quoted(layer.name)} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
        f"geom {layer.geometry} NOT NULL{columns})"
    )
    changed = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
        "VALUES (?,'features',?,?,?)",
        [layer.name, layer.title, changed, SRS],
    )
    connection.execute("INSERT INTO gpkg_geometry_columns VALUES (?,'geom',?,?,0,0)", [layer.name, layer.geometry, SRS])


def _rows(layer: Layer, features: Iterable[tuple[Ring, tuple[Any, ...]]], bounds: _Bounds) -> Iterator[tuple[Any, ...]]:
    encode = point if layer.geometry == "POINT" else polygon
    for ring, values in features:
        bounds.widen(ring)
        yield encode(ring), *values


def point(ring: Ring) -> bytes:
    """The GeoPackage binary of the first position: header without envelope, then little-endian WKB."""
    return _header(0) + struct.pack("<BI2d", 1, 1, *ring[0])


def polygon(ring: Ring) -> bytes:
    """The GeoPackage binary of one closed ring: header with its envelope, then little-endian WKB."""
    lons, lats = zip(*ring, strict=True)
    envelope = struct.pack("<4d", min(lons), max(lons), min(lats), max(lats))
    positions = struct.pack(f"<{2 * len(ring)}d", *(number for position in ring for number in position))
    return _header(1) + envelope + struct.pack("<BIII", 1, 3, 1, len(ring)) + positions


def _header(envelope: int) -> bytes:
    """`GP`, version 0, flags (little-endian, envelope kind), SRS id."""
    return b"GP" + struct.pack("<BBi", 0, envelope << 1 | 1, SRS)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
