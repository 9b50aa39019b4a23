"""An observation past its lifetime: category, 100 m square and week, and nothing more."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fieldapp import geo
from fieldapp.model import RETIRED, Kind, parse_time, utc_text
from fieldapp.model.retention import monday_noon
from fieldapp.usecases.observations import NEAREST_PLACE_M
from fieldapp.usecases.services import Services

COARSE_M = 100
# The category of a row of which nothing is kept.
EMPTY = "removed"
# What is known of a position outside Denmark's grid when only its surroundings are kept: about a kilometre.
_COARSE_DEGREES = 2


def coarse_values(row: dict[str, Any], services: Services) -> dict[str, Any]:
    """What an observation is once only category, 100 m square and week are kept: columns and their new values.

    The position becomes the square's middle and the times Monday noon, so that queries go on working;
    `coarsened_at` is what tells screens and files not to show them as a point and a time.
    """
    lat, lon, cell = _coarse_position(row)
    return {
        **_without_detail(row),
        "lat": lat,
        "lon": lon,
        "cell_n": cell[0] if cell else None,
        "cell_e": cell[1] if cell else None,
        "place": None if lat is None or lon is None else _place(lat, lon, services),
    }


def empty_values(row: dict[str, Any]) -> dict[str, Any]:
    """What an observation is once all of it was removed: its id, a week, and that it is not to come back."""
    nowhere = dict.fromkeys(("lat", "lon", "cell_n", "cell_e", "place", "district"))
    return {**_without_detail(row), **nowhere, "status": "withdrawn", "category": EMPTY, "kind": str(Kind.PLACE)}


def _without_detail(row: dict[str, Any]) -> dict[str, Any]:
    seen = monday_noon(parse_time("observed_at", row["observed_at"]))
    return {
        "accuracy_m": None,
        "position_source": "map",
        "near_border": 0,
        "observed_at": utc_text(seen),
        "local_date": seen.date().isoformat(),
        "weekday": 1,
        "hour": 12,
        "phone_observed_at": None,
        "recorded_at": utc_text(monday_noon(parse_time("recorded_at", row["recorded_at"]))),
        "reporter": RETIRED,
        "severity": None,
        "group_size": None,
        "age_band": None,
        "note": None,
        "repeat_of": None,
    }


def _coarse_position(row: dict[str, Any]) -> tuple[float | None, float | None, tuple[int, int] | None]:
    if row["lat"] is None:
        return None, None, None
    if row["cell_n"] is None:
        return round(row["lat"], _COARSE_DEGREES), round(row["lon"], _COARSE_DEGREES), None
    north, east = row["cell_n"] // 2, row["cell_e"] // 2
    return *_middle(north, east), (north * 2, east * 2)


@lru_cache(maxsize=4096)
def _middle(north: int, east: int) -> tuple[float, float]:
    lat, lon = geo.cell_center(f"{COARSE_M}m_{north}_{east}")
    return round(lat, 6), round(lon, 6)


@lru_cache(maxsize=4096)
def _place(lat: float, lon: float, services: Services) -> str | None:
    """The same few squares come again and again."""
    found = services.gazetteer.nearest(lat, lon, within_m=NEAREST_PLACE_M)
    return found[0].name if found else None
