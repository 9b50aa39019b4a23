"""How often «skiller sig ud» is wrong and how often it finds what is there, on made-up maps with fixed seeds.

`python -m bench.calibration` prints the table of docs/statistics.md and writes `bench/results/calibration.json`;
`python -m bench.calibration 0.1` with a tenth of the maps.
"""

from __future__ import annotations

import json
import math
import sys
import time
from typing import Any

import numpy as np

from bench.__main__ import RESULTS, machine, table
from bench.parts import parts_of_the_day, parts_power
from bench.simulating import badges, flips, in_bunches, judged, planted, presence, thrown, town
from fieldapp import hotspots

SIDE = 120
DENSITIES = (0.02, 0.1, 0.7, 2.0, 10.0)
KINDS = ("uniform", "log-normal")
MAPS = 200
Figures = dict[str, Any]


def run(scale: float = 1.0) -> Figures:
    """Shares of maps in per cent, each with the number of maps; `scale` shrinks the number."""
    maps = max(10, round(MAPS * scale))
    limit = 5 + 2 * math.sqrt(5 * 95 / maps)
    return {
        "maps a setting": maps,
        "limit for random maps % (5 + 2 SE)": round(limit, 1),
        **{f"random maps, {kind} presence": random_maps(kind, maps) for kind in KINDS},
        "two rows a situation": doubled(maps),
        "bunches": bunched(maps),
        "planted ×5 found %": power(maps),
        "top square in the true top tenth %": {f"{d:g} a square": top_tenth(d, maps) for d in DENSITIES[1:]},
        "half-square shift": {
            f"{kind} ×{times:g}": shifted(kind, times, maps // 4) for kind in KINDS for times in (5, 8)
        },
        "hours wrong by 30 %": wrong_hours(maps),
        "parts of the day, nothing planted: maps with anything %": parts_of_the_day(maps),
        "parts of the day, planted ×5 found %": parts_power(maps),
    }


def random_maps(kind: str, maps: int) -> Figures:
    """Nothing is planted: the share of maps that show anything, by situations a square."""
    found: Figures = {}
    for density in DENSITIES:
        rng, ours, window, naive = np.random.default_rng(int(density * 1000)), 0, 0, 0
        for _ in range(maps):
            hours = presence(rng, SIDE, kind)
            counts = thrown(rng, round(density * SIDE**2), hours)
            one = judged(rng, counts, hours)
            ours, naive = ours + bool(one.stands_out.any()), naive + bool(one.naive.any())
            window += bool(one.unguarded.any())
        found[f"{density:g} a square"] = {
            "stands out": _percent(ours, maps),
            "q alone": _percent(window, maps),
            "Gi*+FDR": _percent(naive, maps),
        }
    return found


def doubled(maps: int) -> Figures:
    """Every situation seen twice: counted as rows, and as situations of which one in 33 was not merged."""
    rng, rows, merged, left = np.random.default_rng(2), 0, 0, 0
    for _ in range(maps):
        hours = presence(rng, SIDE, "log-normal")
        counts = thrown(rng, 10_000, hours)
        rows += bool(judged(rng, 2 * counts, hours).stands_out.any())
        merged += bool(judged(rng, counts, hours).stands_out.any())
        left += bool(judged(rng, counts + rng.binomial(counts.astype(int), 0.03), hours).stands_out.any())
    return {"rows counted": _percent(rows, maps), "merged": _percent(merged, maps), "3 % missed": _percent(left, maps)}


def bunched(maps: int) -> Figures:
    """Situations in geometric bunches, places alike: with φ measured and used, and without."""
    found: Figures = {}
    settings = (
        (40, 1.3, False),
        (40, 1.3, True),
        (40, 2.0, False),
        (40, 2.0, True),
        (SIDE, 2.0, False),
        (40, 4.0, False),
    )
    for side, size, spills in settings:
        rng, ours, blind, phis = np.random.default_rng(3), 0, 0, []
        for _ in range(maps):
            hours = presence(rng, side, KINDS[not spills])
            months = in_bunches(rng, 10_000, hours, size, spills=spills)
            phi = hotspots.clustering(months)
            phis.append(phi.phi)
            ours += bool(judged(rng, months.sum(axis=0), hours, dispersion=phi.factor).stands_out.any())
            blind += bool(judged(rng, months.sum(axis=0), hours).stands_out.any())
        found[f"{size:g}, {side}×{side}{', over squares' * spills}"] = {
            "φ true": round(2 * size - 1, 1),
            "φ found": round(float(np.mean(phis)), 2),
            "widened": _percent(ours, maps),
            "not widened": _percent(blind, maps),
        }
    return found


def power(maps: int) -> Figures:
    """A block with five times the risk per hour: how often one of its squares stands out, and any far from it."""
    settings = (
        (40, 10_000, 1, 5), (40, 10_000, 3, 5), (51, 10_000, 1, 5), (51, 10_000, 3, 5), (SIDE, 10_000, 1, 5),
        (SIDE, 10_000, 3, 5), (40, 2_000, 1, 5), (20, 2_000, 1, 5), (20, 5_000, 1, 5), (40, 10_000, 3, 2),
    )  # fmt: skip
    return {f"{side}×{side}, {total}, {width}×{width} ×{times}": _power(side, total, width, times, maps)
            for side, total, width, times in settings}  # fmt: skip


def _power(side: int, total: int, width: int, times: float, maps: int) -> Figures:
    found: Figures = {}
    for kind, usual in (("uniform", np.mean), ("log-normal", np.mean), ("log-normal, median", np.median)):
        rng, hits, window_only, far = np.random.default_rng(5), 0, 0, 0
        for _ in range(maps):
            hours = presence(rng, side, kind.partition(",")[0])
            risk, block = planted(rng, hours, width, times, float(usual(hours)) - 1e-9)
            counts = thrown(rng, total, hours * risk)
            flags = judged(rng, counts, hours).stands_out
            hits += bool(flags[block].any())
            window_only += bool(judged(rng, counts, hours, widths=(3,)).stands_out[block].any())
            near = hotspots.window_sums((risk > 1).astype(float), 3) > 0
            far += bool((flags & ~near).any())
        found |= {f"{kind}": _percent(hits, maps), f"{kind}, 3×3 test only": _percent(window_only, maps),
                  f"{kind}, elsewhere": _percent(far, maps)}  # fmt: skip
    return found


def top_tenth(density: float, maps: int) -> Figures:
    """Risk differs log-normally (σ 0.5) from square to square: is the square on top by each measure truly on top?"""
    rng, hits, silent = np.random.default_rng(7), np.zeros(3), 0
    for _ in range(maps):
        hours = presence(rng, 40, "log-normal")
        risk = rng.lognormal(0, 0.5, hours.shape)
        counts = thrown(rng, round(density * 1600), hours * risk)
        true = risk >= np.quantile(risk, 0.9)
        smoothed = hotspots.empirical_bayes(counts, hours, ranges=False)
        if smoothed.variance == 0:  # «no difference beyond chance»: the app names no square
            silent += 1
            continue
        hits += [true.ravel()[one.argmax()] for one in (smoothed.rate, counts / hours, counts)]
    shares = (_percent(int(hit), maps - silent) for hit in hits)
    found = dict(zip(("EB", "raw rate", "raw count"), shares, strict=True))
    return {**found, "EB sees no difference": _percent(silent, maps)}


def shifted(kind: str, times: float, maps: int) -> Figures:
    """Round hotspots under a grid and under the same moved half a square both ways: groups that come or go."""
    rng, gone, shown, first = np.random.default_rng(11), 0, 0, 0
    for _ in range(maps):
        place = town(rng, 10_000, kind, times=times)
        maps_of = [(judged(rng, *place.on_grid(offset)).stands_out, offset) for offset in (0.0, 50.0)]
        ours, theirs = (badges(flags, offset) for flags, offset in maps_of)
        gone += flips(ours, theirs) + flips(theirs, ours)
        shown += len(ours) + len(theirs)
        first += len(ours)
    return {"groups a map": round(first / maps, 2), "flipped %": _percent(gone, shown)}


def wrong_hours(maps: int) -> Figures:
    """Random maps again, but each square's hours are written down up to 30 % too high or too low."""
    found: Figures = {}
    for side, density in ((SIDE, 0.7), (40, 6.25), (SIDE, 10.0), (40, 60.0)):
        rng, ours, squares = np.random.default_rng(13), 0, 0
        for _ in range(maps):
            hours = presence(rng, side, "log-normal")
            counts = thrown(rng, round(density * side**2), hours)
            flags = judged(rng, counts, hours * rng.uniform(0.7, 1.3, hours.shape)).stands_out
            ours, squares = ours + bool(flags.any()), squares + int(flags.sum())
        found[f"{side}×{side}, {density:g} a square"] = {
            "maps %": _percent(ours, maps), "squares a map": round(squares / maps, 2),
        }  # fmt: skip
    return found


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else math.nan


if __name__ == "__main__":
    started, surroundings = time.perf_counter(), machine()
    figures = run(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
    print(table("calibration", figures))
    figures["seconds"] = round(time.perf_counter() - started)
    text = json.dumps({"machine": surroundings, "figures": figures}, indent=2, ensure_ascii=False, default=float)
    (RESULTS / "calibration.json").write_text(text + "\n", encoding="utf-8")
