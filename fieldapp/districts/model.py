"""Districts and the set of them: which is valid when, and which one a position belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import ArrayLike, NDArray

from fieldapp.districts.lookup import Coverage


@dataclass(frozen=True, slots=True)
class District:
    """One school district in one period (both days included; None is open), in WGS 84 degrees (lon, lat)."""

    id: str
    name: str
    geometry: Any
    school: str = ""
    network_group: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    indicative: bool = False

    def valid(self, on: date) -> bool:
        """Whether the district is in force that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class NetworkGroup:
    """One SSP network group; `district` is None until somebody names its district."""

    id: str
    name: str
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """Where a position belongs: `approximate` when it lies `outside_m` metres outside the district it was given."""

    district_id: str | None
    outside_m: float
    approximate: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A district near a position, and how many metres away its border is."""

    district_id: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class DistrictSet:
    """Every district of a file, past ones too; safe to share between threads."""

    districts: tuple[District, ...]
    network_groups: tuple[NetworkGroup, ...] = ()
    attribution: str = ""
    _coverages: dict[tuple[int, ...], Coverage] = field(default_factory=dict, compare=False, repr=False)

    def current(self, on: date) -> tuple[District, ...]:
        """The districts in force that day, by id."""
        return tuple(self.districts[index] for index in self._indexes(on))

    def by_id(self, district_id: str, on: date | None = None) -> District | None:
        """The district in force that day, else the newest one that had the id, else None."""
        same = [district for district in self.districts if district.id == district_id]
        valid = [district for district in same if on is not None and district.valid(on)]
        return max(valid or same, key=lambda district: district.valid_from or date.min, default=None)

    def names(self, on: date) -> dict[str, str]:
        """Id → name of the districts in force that day."""
        return {district.id: district.name for district in self.current(on)}

    def locate(self, lat: float, lon: float, on: date) -> Located:
        """The district that covers the position (the lowest id on a shared border), or within 300 m the nearest."""
        coverage = self._coverage(on)
        found, outside = coverage.exact(np.array([lat], dtype=float), np.array([lon], dtype=float))
        outside_m = float(outside[0])
        if found[0] < 0:
            return Located(None, outside_m, approximate=False)
        return Located(self.current(on)[int(found[0])].id, outside_m, approximate=outside_m > 0)

    def locate_many(self, lats: ArrayLike, lons: ArrayLike, on: date) -> NDArray[np.int64]:
        """For each position the index in `current(on)` that `locate` would give, −1 where it gives none."""
        return self._coverage(on).many(np.asarray(lats, dtype=float), np.asarray(lons, dtype=float))

    def neighbours_within(self, lat: float, lon: float, on: date, metres: float) -> list[Neighbour]:
        """The other districts whose border is at most so far away, nearest first: the choices beside the one given."""
        own = self.locate(lat, lon, on).district_id
        distances = self._coverage(on).distances(lat, lon)
        near = [
            Neighbour(district.id, district.name, float(distance))
            for district, distance in zip(self.current(on), distances, strict=True)
            if district.id != own and distance <= metres
        ]
        return sorted(near, key=lambda neighbour: (neighbour.distance_m, neighbour.district_id))

    def feature_collection(self, on: date) -> dict[str, Any]:
        """GeoJSON of the districts in force that day, with attribution and whether any shape is only indicative."""
        current = self.current(on)
        return {
            "type": "FeatureCollection",
            "attribution": self.attribution,
            "indicative": any(district.indicative for district in current),
            "network_groups": [group_to_wire(group) for group in self.network_groups],
            "features": [feature(district) for district in current],
        }

    def bounds(self, on: date) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees of that day's districts; None when there are none."""
        current = self.current(on)
        if not current:
            return None
        west, south, east, north = shapely.total_bounds([district.geometry for district in current])
        return float(west), float(south), float(east), float(north)

    def _indexes(self, on: date) -> tuple[int, ...]:
        valid = [index for index, district in enumerate(self.districts) if district.valid(on)]
        return tuple(sorted(valid, key=lambda index: self.districts[index].id))

    def _coverage(self, on: date) -> Coverage:
        key = self._indexes(on)
        if key not in self._coverages:
            self._coverages[key] = Coverage([self.districts[index].geometry for index in key])
        return self._coverages[key]


def feature(district: District) -> dict[str, Any]:
    """One district as a GeoJSON feature, as files and the API hold it."""
    properties = {
        "id": district.id,
        "name": district.name,
        "school": district.school,
        "network_group": district.network_group,
        "valid_from": district.valid_from.isoformat() if district.valid_from else None,
        "valid_to": district.valid_to.isoformat() if district.valid_to else None,
        "source": district.source,
        "indicative": district.indicative,
    }
    return {
        "type": "Feature",
        "id": district.id,
        "properties": properties,
        "geometry": shapely.geometry.mapping(district.geometry),
    }


def group_to_wire(group: NetworkGroup) -> dict[str, Any]:
    """One network group as files and the API hold it."""
    return {"id": group.id, "name": group.name, "district": group.district}
