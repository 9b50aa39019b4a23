"""Districts side by side: doubles, overlaps and gaps, each with its place; only whole files come through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import shapely  # type: ignore[import-untyped]

from fieldapp import geo
from fieldapp.districts.faults import Fault, place, shown
from fieldapp.districts.lookup import TOLERANCE_M
from fieldapp.districts.model import District, DistrictSet
from fieldapp.districts.reading import Reading, read_file
from fieldapp.errors import Problem
from fieldapp.texts import later

GAP_WIDTH_M = 120.0  # open gaps between neighbours up to this wide are found; 0.001° is 63–111 m here
LEAST_AREA_M2 = 1.0
_MOST_GAPS = 20


def check_file(
    path: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    name_ids: Callable[[str], str] | None = None,
    gap_width_m: float = GAP_WIDTH_M,
) -> list[Fault]:
    """Every fault that keeps the file from being used, the file's own before the districts' between them."""
    reading = read_file(path, mapping=mapping, name_ids=name_ids)
    return reading.faults + between(reading, gap_width_m=gap_width_m)


def load_districts(path: Path) -> DistrictSet:
    """The districts of a faultless file; else Problem `bad_file` with the first fault and how many more there are."""
    reading = read_file(path)
    refuse(path, reading.faults + between(reading))
    return DistrictSet(tuple(reading.districts), tuple(reading.network_groups), reading.attribution)


def refuse(path: Path, faults: Sequence[Fault]) -> None:
    """Raise Problem `bad_file` if there is a fault."""
    if faults:
        first = faults[0].later
        why = later("{first} (og {count} fejl mere)", first=first, count=len(faults) - 1) if faults[1:] else first
        raise Problem("bad_file", field=path.name, why=why, faults=list(faults))


def between(reading: Reading, *, gap_width_m: float = GAP_WIDTH_M) -> list[Fault]:
    """Faults between districts that are in force on the same day."""
    districts = reading.districts
    found = [*_doubles(districts), *_lost_groups(reading)]
    if districts:
        plane = _Plane.of(districts)
        shapes = [plane.flat(district.geometry) for district in districts]
        found += _overlaps(districts, shapes, plane)
        # A district left out for a fault of its own would look like a hole.
        for period in periods(districts) if not reading.faults else ():
            found += _gaps([shapes[index] for index in period], plane, gap_width_m)
    return list(dict.fromkeys(found))


def periods(districts: Sequence[District]) -> list[tuple[int, ...]]:
    """The different sets of districts (by index) that are in force together on some day."""
    day = timedelta(days=1)
    starts = {date.min} | {district.valid_from for district in districts if district.valid_from}
    starts |= {district.valid_to + day for district in districts if district.valid_to and district.valid_to < date.max}
    sets = (tuple(i for i, district in enumerate(districts) if district.valid(start)) for start in sorted(starts))
    return list(dict.fromkeys(chosen for chosen in sets if chosen))


def significant(shape: Any) -> list[Any]:
    """The parts wider than the tolerance and larger than 1 m²; the rest is what simplification leaves."""
    wide = shapely.get_parts(shape.buffer(-TOLERANCE_M / 2))
    parts = [part.buffer(TOLERANCE_M / 2, join_style="mitre") for part in wide]
    return [part for part in parts if part.area > LEAST_AREA_M2]


@dataclass(frozen=True, slots=True)
class _Plane:
    """Degrees stretched to metres, true at the middle: what is straight in the file stays straight."""

    east: float
    north: float

    @classmethod
    def of(cls, districts: Sequence[District]) -> _Plane:
        west, south, east, north = shapely.total_bounds([district.geometry for district in districts])
        lat, lon = float(south + north) / 2, float(west + east) / 2
        return cls(
            geo.distance_m(lat, lon - 0.005, lat, lon + 0.005) * 100,
            geo.distance_m(lat - 0.005, lon, lat + 0.005, lon) * 100,
        )

    def flat(self, shape: Any) -> Any:
        return shapely.transform(shape, lambda points: points * (self.east, self.north))

    def fault(self, code: str, parts: Sequence[Any], **values: str) -> Fault:
        """A fault with the area of all the parts and a place inside the largest."""
        spot = max(parts, key=lambda part: part.area).representative_point()
        values["area"] = str(round(sum(part.area for part in parts)))
        values["place"] = place(spot.x / self.east, spot.y / self.north)
        return Fault(code, tuple(sorted(values.items())))


def _together(one: District, other: District) -> bool:
    starts, ends = (one.valid_from or date.min, other.valid_from or date.min), (one.valid_to, other.valid_to)
    return max(starts) <= min(end or date.max for end in ends)


def _doubles(districts: Sequence[District]) -> Iterator[Fault]:
    for one, other in combinations(districts, 2):
        if one.id == other.id and _together(one, other):
            yield Fault("double_id", (("name", shown(other.name)),))
        if one.name.casefold() == other.name.casefold() and _together(one, other):
            yield Fault("double_name", (("name", shown(other.name)),))


def _lost_groups(reading: Reading) -> Iterator[Fault]:
    known = {district.id for district in reading.districts}
    for group in reading.network_groups:
        if group.district is not None and group.district not in known and not reading.faults:
            yield Fault("unknown_group_district", (("name", shown(group.name)),))


def _overlaps(districts: Sequence[District], shapes: Sequence[Any], plane: _Plane) -> Iterator[Fault]:
    for first, second in sorted(map(tuple, shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist())):
        if first < second and _together(districts[first], districts[second]):
            parts = significant(shapes[first].intersection(shapes[second]))
            if parts:
                names = {"name": shown(districts[first].name), "other": shown(districts[second].name)}
                yield plane.fault("overlap", parts, **names)


def _gaps(shapes: Sequence[Any], plane: _Plane, gap_width_m: float) -> Iterator[Fault]:
    """Holes that no district fills, and cracks between two districts that are open to the outside."""
    union = shapely.union_all(shapes)
    outer = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(union)])
    holes = significant(outer.difference(union))
    cracks = _Cracks(shapes, outer, gap_width_m).found()
    for gap in (holes + cracks)[:_MOST_GAPS]:
        yield plane.fault("gap", [gap])


@dataclass(frozen=True, slots=True)
class _Cracks:
    """Long narrow bays of the outline with one district on either side.

    A bay is what closing (buffer out, buffer in) adds. Rounded corners are bays too: a crack is at least four radii
    long, so a corner wider than 40° is none. Several widths are tried, so that a narrow crack may also be short.
    """

    shapes: Sequence[Any]
    outer: Any
    width_m: float

    def found(self) -> list[Any]:
        """The cracks, widest search first, none twice."""
        if len(self.shapes) < 2 or self.width_m <= 0:
            return []
        cracks: list[Any] = []
        for radius in (self.width_m / 2, self.width_m / 8, self.width_m / 32):
            bays = significant(self.outer.buffer(radius).buffer(-radius).difference(self.outer))
            new = (bay for bay in bays if not any(bay.intersects(known) for known in cracks))
            cracks += [bay for bay in new if bay.length >= 8 * radius and self._sides(bay, radius) >= 2]
        return cracks

    def _sides(self, bay: Any, radius: float) -> int:
        rim = bay.buffer(TOLERANCE_M)
        return sum(bool(shape.boundary.intersection(rim).length >= radius) for shape in self.shapes)
