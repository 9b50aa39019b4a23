"""Positions → school districts: `locate_many` beside geopandas.sjoin on the same polygons and the same positions."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import geopandas
import numpy as np

from fieldapp.districts import DistrictSet, load_districts
from fieldapp.settings import Settings

SIZES = (100_000, 1_000_000)
REPEATS = 5
ON = date(2026, 11, 22)


def run() -> dict[str, Any]:
    """Milliseconds (median, least, most) per number of positions, the ratio, and the share of equal answers."""
    path = Settings().data / "districts.geojson"
    ours, theirs = load_districts(path), geopandas.read_file(path)[["id", "geometry"]]
    started = time.perf_counter()
    ours.locate_many([55.6], [12.3], ON)
    figures: dict[str, Any] = {"raster_ms": round((time.perf_counter() - started) * 1000, 1), "positions": {}}
    for size in SIZES:
        figures["positions"][size] = _pair(size, ours, theirs)
    _show(figures)
    return figures


def _pair(size: int, ours: DistrictSet, theirs: geopandas.GeoDataFrame) -> dict[str, Any]:
    lats, lons = _positions(size, ours)
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lons, lats), crs=theirs.crs)
    mine, joined = [], []
    for _ in range(REPEATS):  # turn about, so that other load on the machine hits both
        mine.append(_milliseconds(lambda: ours.locate_many(lats, lons, ON)))
        joined.append(_milliseconds(lambda: geopandas.sjoin(points, theirs, how="left", predicate="intersects")))
    medians = statistics.median(mine), statistics.median(joined)
    return {
        "locate_many_ms": _spread(mine),
        "sjoin_ms": _spread(joined),
        "ratio": round(medians[1] / medians[0], 1),
        "agreement": _agreement(ours, lats, lons, points, theirs),
    }


def _positions(size: int, ours: DistrictSet) -> tuple[Any, Any]:
    """As an import has them: nine in ten inside the districts' box, one in ten a few kilometres round it."""
    bounds = ours.bounds(ON)
    assert bounds is not None
    west, south, east, north = bounds
    rng, outside = np.random.default_rng(7), size // 10
    lats = np.concatenate([rng.uniform(south, north, size - outside), rng.uniform(south - 0.05, north + 0.05, outside)])
    lons = np.concatenate([rng.uniform(west, east, size - outside), rng.uniform(west - 0.1, east + 0.1, outside)])
    return lats, lons


def _agreement(ours: DistrictSet, lats: Any, lons: Any, points: Any, theirs: Any) -> float:
    """Share of the positions sjoin finds that get the same district (sjoin has no «300 m outside»)."""
    joined = geopandas.sjoin(points, theirs, how="left", predicate="intersects").groupby(level=0)["id"].min()
    names = np.array([*(district.id for district in ours.current(ON)), ""])
    answers, found = names[ours.locate_many(lats, lons, ON)], joined.notna().to_numpy()
    return float((answers[found] == joined.to_numpy()[found]).mean())


def _milliseconds(work: Callable[[], Any]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _spread(times: list[float]) -> list[float]:
    return [round(value, 1) for value in (statistics.median(times), min(times), max(times))]


def _show(figures: dict[str, Any]) -> None:
    print(f"Positions → districts (raster drawn once: {figures['raster_ms']} ms); ms median (min–max)")
    for size, figure in figures["positions"].items():
        cells = ["{} ({}–{})".format(*figure[key]) for key in ("locate_many_ms", "sjoin_ms")]
        print(
            f"{size:>9}: locate_many {cells[0]}, geopandas.sjoin {cells[1]}, "
            f"{figure['ratio']}×, agreement {figure['agreement']:.2%}"
        )


if __name__ == "__main__":
    run()
