"""Squares as others read them: integers for the map's frame, and plain values for programs."""

from __future__ import annotations

from typing import Any

import numpy as np

from fieldapp import geo
from fieldapp.usecases.hotspots.shapes import ALL, HotPlace, Mark, Square, Squares
from fieldapp.usecases.hotspots.words import explained, months_said, spot_lines, where_text
from fieldapp.usecases.services import Services

HIDDEN = -1


def squares_payload(shown: Squares, services: Services, language: str, *, area: str = "") -> dict[str, Any]:
    """What docs/maps.md describes: a frame of squares, one number a square and property, and texts of the spots.

    `area` is the chosen district: another one is another place to look at.
    """
    north, east = (min((getattr(one, name) for one in shown.squares), default=0) for name in ("north", "east"))
    high, wide = (max((getattr(one, name) for one in shown.squares), default=0) + 1 for name in ("north", "east"))
    numbers = {(one.north, one.east): number for number, one in enumerate(shown.squares)}
    return {
        "area": area,
        "size": shown.size_m,
        "months": months_said(shown.months, language),
        "known": shown.known,
        "height": high - north,
        "width": wide - east,
        "corners": _corners(shown.size_m, (north, high), (east, wide)),
        "n": [one.north - north for one in shown.squares],
        "e": [one.east - east for one in shown.squares],
        "shade": [one.shade for one in shown.squares],
        "mark": [int(one.mark) for one in shown.squares],
        "situations": [HIDDEN if one.situations is None else one.situations for one in shown.squares],
        "hours": [_tenths(one) for one in shown.squares],
        "spots": [
            {
                "letter": spot.letter,
                "name": where_text(spot, services, language),
                "sure": all(found.stands_out for found in spot.findings),
                "lines": list(spot_lines(spot, services.catalogue, language)),
                "squares": [numbers[cell] for cell in spot.squares],
            }
            for spot in shown.spots
        ],
    }


def _tenths(square: Square) -> int:
    return HIDDEN if square.hours is None else round(square.hours * 10)


def _corners(size_m: int, north: tuple[int, int], east: tuple[int, int]) -> list[list[int]]:
    """Latitude and longitude in 1e-6 degrees at the west, middle and east of the southern edge, then the northern."""
    eastings = np.array([east[0], (east[0] + east[1]) / 2, east[1]] * 2) * size_m
    northings = np.repeat(north, 3) * size_m
    lats, lons = geo.from_utm32(eastings, northings)
    return [[round(float(lat) * 1e6), round(float(lon) * 1e6)] for lat, lon in zip(lats, lons, strict=True)]


def squares_json(shown: Squares, services: Services, language: str = "da") -> dict[str, Any]:
    """Places and the squares that stand out, for a program."""
    marked = Mark.STANDS_OUT | Mark.MANY
    return {
        "size_m": shown.size_m,
        "months": list(shown.months),
        "hours_known": shown.known,
        "notes": list(explained(shown, language)),
        "places": [_place(place, services, language) for place in shown.places],
        "squares": [_square(one, shown.size_m) for one in shown.squares if one.mark & marked],
    }


def _place(place: HotPlace, services: Services, language: str) -> dict[str, Any]:
    return {
        "place": where_text(place, services, language),
        "category": place.category or ALL,
        "district": place.district,
        "situations": place.situations,
        "hours": None if place.hours is None else round(place.hours, 1),
        "expected": place.expected,
        "lifecycle": place.lifecycle,
        "stands_out": place.stands_out,
        "squares": [list(cell) for cell in place.squares],
    }


def _square(one: Square, size_m: int) -> dict[str, Any]:
    name = f"{size_m}m_{one.north}_{one.east}"
    rate = None if one.rate is None else {"per_hour": one.rate, "low": one.low, "high": one.high}
    hours = None if one.hours is None else round(one.hours, 1)
    return {"square": name, "situations": one.situations, "hours": hours, "rate": rate, "stands_out": one.stands_out}
