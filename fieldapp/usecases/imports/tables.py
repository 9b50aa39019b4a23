"""CSV and GeoJSON as one thing: a header and numbered rows of text cells, read anew each time they are asked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from fieldapp.errors import Problem
from fieldapp.texts import Later, later
from fieldapp.usecases.imports.files import Source, encoding_of

GEOJSON_MAX = 50_000_000
_CSV_SUFFIXES = (".csv", ".txt", ".tsv")
_GEOJSON_SUFFIXES = (".geojson", ".json")
_DELIMITERS = (";", ",", "\t")
_CRS = ("CRS84", "EPSG::4326", "EPSG:4326")
Cells = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file to import; a row's number is the one a spreadsheet shows (the header is 1), in GeoJSON the feature's."""

    name: str
    header: tuple[str, ...]
    notices: tuple[Later, ...]
    _read: Callable[[], Iterator[tuple[int, Cells]]]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Each row that holds anything, with its number."""
        return self._read()


def read_table(content: Path | bytes, *, name: str = "") -> Table:
    """Recognise the file by its name and its first bytes; raises Problem `bad_file` or `too_large`."""
    source = Source(content, name or (content.name if isinstance(content, Path) else "fil.csv"))
    if source.suffix in _GEOJSON_SUFFIXES:
        return _geojson(source)
    if source.suffix in _CSV_SUFFIXES:
        return _csv(source)
    raise Problem("bad_file", field=source.name, why="kun .csv, .csv.gz og .geojson kan indlæses")


def _csv(source: Source) -> Table:
    encoding, notice = encoding_of(source)
    with source.text(encoding) as text:
        start = text.read(65536)
    lines = start.splitlines()
    declared = lines[0][4:5] if lines and lines[0].lower().startswith("sep=") else ""
    first = next((line for line in lines[1 if declared else 0 :] if line.strip()), "")
    delimiter = declared or _delimiter(first)

    def read() -> Iterator[tuple[int, Cells]]:
        with source.text(encoding) as text:
            yield from _records(csv.reader(text, delimiter=delimiter), source.name, 1 if declared else 0)

    header = next(read(), None)
    if header is None:
        raise Problem("bad_file", field=source.name, why="den er tom; den første række skal være kolonnernes navne")
    names = tuple(cell.strip() for cell in header[1])
    return Table(source.name, names, (notice,) if notice else (), lambda: _after(header[0], read()))


def _records(reader: Any, name: str, skip: int) -> Iterator[tuple[int, Cells]]:
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > skip and any(cell and not cell.isspace() for cell in cells):
                yield number, cells
    except csv.Error as error:
        why = later("række {row} kan ikke læses; se efter et anførselstegn, der ikke er lukket", row=number + 1)
        raise Problem("bad_file", field=name, why=why) from error


def _after(header: int, rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    return (row for row in rows if row[0] > header)


def _delimiter(line: str) -> str:
    """The delimiter that occurs most in the header outside quotes."""
    outside = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _geojson(source: Source) -> Table:
    features = _features(source)
    names = dict.fromkeys(key for feature in features for key in _properties(feature))
    header = ("id", "lat", "lon", *(name for name in names if name not in ("id", "lat", "lon")))

    def read() -> Iterator[tuple[int, Cells]]:
        for number, feature in enumerate(features, start=1):
            properties = _properties(feature)
            lon, lat = _position(feature)
            identity = properties.get("id", feature.get("id") if isinstance(feature, dict) else None)
            yield number, [_cell(value) for value in (identity, lat, lon, *map(properties.get, header[3:]))]

    return Table(source.name, header, (), read)


def _features(source: Source) -> list[Any]:
    with source.open() as stream:
        data = stream.read(GEOJSON_MAX + 1)
    if len(data) > GEOJSON_MAX:
        limit = later("{size} MB; brug CSV til større filer", size=GEOJSON_MAX // 1_000_000)
        raise Problem("too_large", field=source.name, limit=limit)
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Problem("bad_file", field=source.name, why="den er ikke gyldig GeoJSON i UTF-8") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection" or not features:
        raise Problem("bad_file", field=source.name, why="den skal være en GeoJSON FeatureCollection med punkter")
    crs = str(content.get("crs") or "CRS84")
    if not any(known in crs for known in _CRS):
        raise Problem("bad_file", field=source.name, why="koordinaterne skal være WGS 84 (EPSG:4326)")
    return features


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _position(feature: Any) -> tuple[Any, Any]:
    """Longitude and latitude of a Point; nothing for anything else, which the row check then names."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None, None
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None, None
    return coordinates[0], coordinates[1]


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
