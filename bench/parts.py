"""Made-up maps on which staff are in other places by day than in the evening, for `bench/calibration.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.simulating import DAYS, REPORTERS, Array, Judged, judged, planted, presence, thrown
from fieldapp import hotspots

LARGE = 120
Figures = dict[str, Any]
# Side, situations by day, evening and night.
PART_SETTINGS = (
    (40, (1_000, 3_000, 200)),
    (40, (3_000, 6_000, 1_000)),
    (LARGE, (3_000, 6_000, 1_000)),
    (20, (500, 1_400, 100)),
)


def parts_of_the_day(maps: int) -> Figures:
    """Nothing is planted, but staff are elsewhere in the evening than by day, and the category belongs to the evening.

    «wrong by 30 %»: each part's hours are written down up to so much too high or low. «mixed»: a tenth of the rows
    have lost their hour.
    """
    found: Figures = {}
    for side, totals in PART_SETTINGS:
        rng, shown = np.random.default_rng(17), dict.fromkeys(("by part", "together", "wrong by 30 %", "mixed"), 0)
        dropped = 0.0
        for _ in range(maps):
            hours = shifts(rng, side)
            counts = np.stack([thrown(rng, total, part) for total, part in zip(totals, hours, strict=True)])
            wrong = hours * rng.uniform(0.7, 1.3, hours.shape)
            lost = rng.binomial(counts.astype(int), 0.1).astype(float)
            mixed = np.concatenate([counts - lost, lost.sum(axis=0)[None]])
            shown["by part"] += bool(judged_by_part(rng, counts, hours).stands_out.any())
            shown["together"] += bool(judged(rng, counts.sum(axis=0), hours.sum(axis=0)).stands_out.any())
            shown["wrong by 30 %"] += bool(judged_by_part(rng, counts, wrong).stands_out.any())
            shown["mixed"] += bool(judged_by_part(rng, mixed, hours).stands_out.any())
            dropped += 1 - float(hotspots.stratified(counts, hours).judged.sum()) / sum(totals)
        said = {name: round(100 * many / maps, 1) for name, many in shown.items()}
        found[_parts_name(side, totals)] = said | {"left out %": round(100 * dropped / maps, 1)}
    return found


def parts_power(maps: int) -> Figures:
    """Five times the risk per hour in one block, in the evening only, where staff are in the evening: how often found,
    and anything else shown; beside it all hours together.
    """
    found: Figures = {}
    for side, totals in PART_SETTINGS:
        for width in (1, 3):
            rng, hits, together, far, far_together = np.random.default_rng(19), 0, 0, 0, 0
            for _ in range(maps):
                hours = shifts(rng, side)
                risk, block = planted(rng, hours[1], width, 5, float(hours[1].mean()))
                risks = np.stack([np.ones_like(risk), risk, np.ones_like(risk)])
                parts = zip(totals, hours, risks, strict=True)
                counts = np.stack([thrown(rng, total, part * times) for total, part, times in parts])
                flags = judged_by_part(rng, counts, hours).stands_out
                pooled = judged(rng, counts.sum(axis=0), hours.sum(axis=0)).stands_out
                near = hotspots.window_sums((risk > 1).astype(float), 3) > 0
                hits, far = hits + bool(flags[block].any()), far + bool((flags & ~near).any())
                together += bool(pooled[block].any())
                far_together += bool((pooled & ~near).any())
            found[f"{_parts_name(side, totals)}, {width}×{width}"] = {
                "by part": round(100 * hits / maps, 1), "elsewhere": round(100 * far / maps, 1),
                "together": round(100 * together / maps, 1), "together, elsewhere": round(100 * far_together / maps, 1),
            }  # fmt: skip
    return found


def _parts_name(side: int, totals: tuple[int, ...]) -> str:
    return f"{side}×{side}, {'+'.join(str(total) for total in totals)}"


def shifts(rng: np.random.Generator, side: int) -> Array:
    """Hours by day, evening and night: by day everywhere, in the evening in the western half, at night in a fifth.

    Each is log-normal by itself, so that who is much about by day says nothing of the evening.
    """
    hours = np.stack([presence(rng, side, "log-normal") * share for share in (0.7, 0.5, 0.3)])
    hours[1, :, side // 2 :] = 0.0
    hours[2, :, side // 5 :] = 0.0
    return hours


def judged_by_part(rng: np.random.Generator, counts: Array, hours: Array) -> Judged:
    """What the app says of one layer when day, evening and night are each set against their own hours."""
    strata = hotspots.stratified(counts, hours)
    test = hotspots.strata_test(strata, findings_only=True)
    expected = strata.expected_map()
    exposure = expected * (strata.hours.sum() / max(expected.sum(), 1e-300))
    smoothed = hotspots.smooth(strata.judged, exposure, test.q, ranges=False)
    reporters, days = np.zeros(test.q.shape), np.zeros(test.q.shape)
    for place in zip(*np.nonzero(test.q <= hotspots.PARAMETERS.alpha), strict=True):
        many = int(test.observed[place])
        reporters[place] = np.unique(rng.integers(0, REPORTERS, many)).size
        days[place] = np.unique(rng.integers(0, DAYS, many)).size
    flags = hotspots.stands_out(test.q, smoothed.rate, smoothed.mean, reporters, days)
    return Judged(flags, test.q <= hotspots.PARAMETERS.alpha, np.zeros(flags.shape, dtype=bool))
