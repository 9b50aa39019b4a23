"""Released things as GeoJSON and as the map's compact arrays; nothing raw passes here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fieldapp import geo
from fieldapp.formats import COPENHAGEN, iso_week
from fieldapp.model import Catalogue, utc_text
from fieldapp.privacy.areas import ReleasedCell
from fieldapp.privacy.releasing import ReleasedPoint
from fieldapp.usecases.browse import MapView

E5 = 100_000
COARSE_M = 100


def point_feature(point: ReleasedPoint, catalogue: Catalogue, language: str) -> dict[str, Any]:
    """One observation as a GeoJSON Feature; one past its lifetime is its 100 m square and its week."""
    names = (
        "category kind accuracy_m place district severity group_size age_band note repeat_of near_border own version"
    )
    properties = {name: getattr(point, name) for name in names.split()}
    return {
        "type": "Feature",
        "id": point.id,
        "geometry": _square(point) if point.coarse else {"type": "Point", "coordinates": [point.lon, point.lat]},
        "properties": {
            **properties,
            "category_label": catalogue[point.category].label(language),
            "observed_at": None if point.coarse else utc_text(point.observed_at),
            "observed_week": week_of(point),
            "grid_m": COARSE_M if point.coarse else None,
        },
    }


def week_of(point: ReleasedPoint) -> str:
    """`2025-W37`: all that is known of the time of an observation past its lifetime."""
    return iso_week(point.observed_at.astimezone(COPENHAGEN))


def _square(point: ReleasedPoint) -> dict[str, Any]:
    """The 100 m square that a coarse position is the middle of."""
    ring = geo.cell_polygon(geo.cell(point.lat, point.lon, COARSE_M))
    return {"type": "Polygon", "coordinates": [[[lon, lat] for lon, lat in ring]]}


def cell_feature(cell: ReleasedCell) -> dict[str, Any]:
    """One area as a GeoJSON Feature: a square of the Danish grid and how many observations it holds."""
    name = cell_name(cell)
    ring = [[lon, lat] for lon, lat in geo.cell_polygon(name)]
    return {
        "type": "Feature",
        "id": name,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"count": cell.count, "size_m": cell.size_m},
    }


def cell_name(cell: ReleasedCell) -> str:
    """`100m_61662_7059`."""
    return f"{cell.size_m}m_{cell.north}_{cell.east}"


def feature_collection(features: Iterable[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """RFC 7946, with further members such as `next`."""
    return {"type": "FeatureCollection", "features": list(features), **members}


def map_payload(view: MapView, catalogue: Catalogue, language: str) -> dict[str, Any]:
    """What the map in the browser draws (docs/maps.md): integers where it can, ids and no text of anybody's."""
    keys = sorted({point.category for point in view.points})
    return {
        "grain": "points" if view.points else "cells",
        "total": view.total,
        "size": view.cells[0].size_m if view.cells else 0,
        "cells": [_cell(cell) for cell in view.cells],
        "areas": [[*_cell(cell), cell.size_m] for cell in view.areas],
        "categories": [
            {
                "key": key,
                "label": catalogue[key].label(language),
                "icon": catalogue[key].icon,
                "kind": catalogue[key].kind,
            }
            for key in keys
        ],
        "points": [_point(point, keys) for point in view.points],
    }


def _cell(cell: ReleasedCell) -> list[int]:
    half = cell.size_m / 2
    lats, lons = geo.from_utm32([cell.east * cell.size_m + half], [cell.north * cell.size_m + half])
    return [round(float(lats[0]) * E5), round(float(lons[0]) * E5), cell.count]


def _point(point: ReleasedPoint, keys: list[str]) -> list[Any]:
    position = [round(point.lat * E5), round(point.lon * E5)]
    week = int(week_of(point).replace("-W", "")) if point.coarse else 0
    return [point.id, *position, keys.index(point.category), int(point.observed_at.timestamp()), int(point.own), week]
