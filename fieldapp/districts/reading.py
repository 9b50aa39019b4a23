"""A GeoJSON file → districts in WGS 84, with every fault of form that stands in the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely  # type: ignore[import-untyped]

from fieldapp import geo
from fieldapp.districts.faults import Fault, FaultError, place, shown
from fieldapp.districts.model import District, NetworkGroup
from fieldapp.districts.properties import read_group, read_properties

MAX_MEGABYTES = 20
DENMARK = (8.0, 54.5, 15.3, 57.8)
_SWAPPED = (54.5, 8.0, 57.8, 15.3)
_UTM32_DENMARK = (200_000.0, 5_900_000.0, 1_200_000.0, 6_600_000.0)
_FARTHEST = 1e8  # no coordinate in degrees or metres is larger
_DEGREES = ("EPSG:4326", "CRS84", "CRS:84", "EPSG:4258")
_METRES = ("EPSG:25832",)
T = TypeVar("T")


@dataclass(slots=True)
class Reading:
    """What a file held; `faults` in the order found, `double_points` counts the repeated vertices left out."""

    districts: list[District] = field(default_factory=list)
    network_groups: list[NetworkGroup] = field(default_factory=list)
    attribution: str = ""
    faults: list[Fault] = field(default_factory=list)
    double_points: int = 0
    converted: bool = False

    def attempt(self, step: Callable[..., T], *args: Any, **options: Any) -> T | None:
        """The step's answer, or None with its fault noted (once)."""
        try:
            return step(*args, **options)
        except FaultError as error:
            if error.fault not in self.faults:
                self.faults.append(error.fault)
            return None


def read_file(
    path: Path, *, mapping: Mapping[str, str] | None = None, name_ids: Callable[[str], str] | None = None
) -> Reading:
    """Read districts; `mapping` is our property name → theirs, `name_ids` makes an id of a name where there is none."""
    reading = Reading()
    document = reading.attempt(load_json, path)
    if document is None:
        return reading
    metres = reading.attempt(_in_metres, document)
    if metres is None:
        return reading
    reading.converted = metres
    reading.attribution = shown(str(document.get("attribution") or ""), 300)
    for number, feature in enumerate(document["features"], start=1):
        _read_feature(reading, feature, f"Område {number}", mapping or {}, name_ids)
    for group in reading.attempt(_groups, document) or ():
        reading.network_groups.append(group)
    return reading


def load_json(path: Path) -> dict[str, Any]:
    """The file's FeatureCollection; FaultError for anything that is not one."""
    try:
        if path.stat().st_size > MAX_MEGABYTES * 1_000_000:
            raise FaultError("too_large", limit=str(MAX_MEGABYTES))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FaultError("unreadable") from error
    except UnicodeDecodeError as error:
        raise FaultError("not_utf8") from error
    document = _parse(text)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise FaultError("not_collection")
    if not isinstance(document.get("features"), list):
        raise FaultError("not_collection")
    if not document["features"]:
        raise FaultError("empty")
    return document


def _parse(text: str) -> Any:
    def refuse(_constant: str) -> None:
        raise FaultError("not_a_number")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise FaultError("not_json", line=str(error.lineno)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; brackets without end
        raise FaultError("not_json", line="1") from error


def _in_metres(document: dict[str, Any]) -> bool:
    """Whether the declared coordinate system is UTM 32; undeclared is WGS 84; another is a fault."""
    crs = document.get("crs")
    if crs is None:
        return False
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    code = ":".join(part for part in name.upper().replace("URN:OGC:DEF:CRS:", "").split(":") if part)
    if code.endswith(_METRES):
        return True
    if code.endswith(_DEGREES):
        return False
    raise FaultError("unknown_crs")


def _read_feature(
    reading: Reading, feature: Any, label: str, mapping: Mapping[str, str], name_ids: Callable[[str], str] | None
) -> None:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        reading.attempt(_refuse, "not_feature", name=label)
        return
    properties = read_properties(feature, label, mapping=mapping, name_ids=name_ids, attempt=reading.attempt)
    label = properties["name"] or label
    geometry = reading.attempt(_geometry, reading, feature.get("geometry"), shown(label))
    if geometry is not None and properties["id"] and properties["name"]:
        reading.districts.append(District(geometry=geometry, **properties))


def _refuse(code: str, **values: str) -> None:
    raise FaultError(code, **values)


def _geometry(reading: Reading, geometry: Any, label: str) -> Any:
    """A valid Polygon or MultiPolygon in degrees inside Denmark."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list) or not coordinates:
        raise FaultError("not_polygon", name=label)
    polygons = [_polygon(reading, part, label) for part in (coordinates if kind == "MultiPolygon" else [coordinates])]
    shape = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if reading.converted:
        shape = shapely.transform(shape, _to_degrees)
    _refuse_elsewhere(shape, label)
    if not shape.is_valid:
        raise _invalid(shape, label)
    return shape


def _polygon(reading: Reading, rings: Any, label: str) -> Any:
    if not isinstance(rings, list) or not rings:
        raise FaultError("not_polygon", name=label)
    clean = [_ring(reading, ring, label) for ring in rings]
    return shapely.Polygon(clean[0], clean[1:])


def _ring(reading: Reading, ring: Any, label: str) -> list[tuple[float, float]]:
    """The ring without repeated vertices (simplified files are full of them)."""
    if not isinstance(ring, list) or len(ring) < 3:
        raise FaultError("few_points", name=label)
    points = list(_positions(ring, label))
    if points[0] != points[-1]:
        raise FaultError("unclosed", name=label)
    distinct = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    if len(distinct) < 4:
        raise FaultError("few_points", name=label)
    reading.double_points += len(points) - len(distinct)
    return distinct


def _positions(ring: list[Any], label: str) -> Iterator[tuple[float, float]]:
    for position in ring:
        if not isinstance(position, list) or len(position) < 2 or not all(map(_is_number, position[:2])):
            raise FaultError("bad_position", name=label)
        if not all(abs(value) < _FARTHEST for value in position[:2]):
            raise FaultError("not_finite", name=label)
        yield float(position[0]), float(position[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _to_degrees(metres: Any) -> Any:
    lats, lons = geo.from_utm32(metres[:, 0], metres[:, 1])
    return np.round(np.column_stack((lons, lats)), 8)


def _refuse_elsewhere(shape: Any, label: str) -> None:
    """Name the mistake behind coordinates that are not in Denmark."""
    if _inside(shape, DENMARK):
        return
    if _inside(shape, _UTM32_DENMARK):
        raise FaultError("looks_utm")
    if _inside(shape, _SWAPPED):
        raise FaultError("swapped")
    raise FaultError("outside_denmark", name=label, place=place(*shape.bounds[:2]))


def _inside(shape: Any, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = shape.bounds
    return bool(box[0] <= west and east <= box[2] and box[1] <= south and north <= box[3])


def _invalid(shape: Any, label: str) -> FaultError:
    """GEOS says «Self-intersection[12.35 55.61]»."""
    reason, _, spot = str(shapely.is_valid_reason(shape)).partition("[")
    try:
        lon, lat = (float(part) for part in spot.rstrip("]").split()[:2])
    except ValueError:
        lon, lat = shape.bounds[:2]
    code = "crosses_itself" if reason.endswith("elf-intersection") else "bad_shape"
    return FaultError(code, name=label, place=place(lon, lat))


def _groups(document: dict[str, Any]) -> list[NetworkGroup]:
    listed = document.get("network_groups", [])
    if not isinstance(listed, list):
        raise FaultError("bad_groups")
    return [read_group(group) for group in listed]
