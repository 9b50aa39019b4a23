"""Squares → what stands out: our chain beside esda.G_Local on the same map, and the same rates by statsmodels.

The peers' numbers are checked as well: Gi*'s z against our own small one of `bench.simulating`, q and e-test against
statsmodels, empirical Bayes against esda. A peer that is not installed is left out.
"""

from __future__ import annotations

import gc
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy import special

from fieldapp import hotspots

SIDE, LAYERS, REPEATS = 120, 16, 7
Array = Any


def run() -> dict[str, Any]:
    """Milliseconds (median, least, most) of each step on 14 400 squares, the ratio to esda, and the agreements."""
    rng = np.random.default_rng(7)
    hours = rng.lognormal(2, 1, (SIDE, SIDE))
    counts = rng.multinomial(10_000, (hours / hours.sum()).ravel()).reshape(SIDE, SIDE)
    layers = rng.multinomial(10_000, np.repeat(hours.ravel() / hours.sum() / LAYERS, LAYERS)).reshape(
        SIDE, SIDE, LAYERS
    )
    layers = np.ascontiguousarray(layers.transpose(2, 0, 1))
    steps: dict[str, Callable[[], Any]] = {
        "window test 3×3, exact, BH": lambda: hotspots.window_test(counts, hours, hours_error=0, widths=(3,)),
        "whole chain, 1 layer": lambda: _chain(counts, hours),
        f"whole chain, {LAYERS} layers": lambda: _chain(layers, hours),
        "clustering of 12 months": lambda: hotspots.clustering(np.repeat(counts[None], 12, axis=0)),
        "scan, 99 permutations": lambda: hotspots.scan(counts, hours, rng=np.random.default_rng(1), permutations=99),
    }
    peers = {"esda.G_Local (weights + statistic)": lambda: _esda(counts)} if find_spec("esda") else {}
    times: dict[str, list[float]] = {name: [] for name in (*steps, *peers)}
    for repeat in range(REPEATS):  # turn about, so that other load on the machine hits all
        for name, work in {**steps, **peers}.items():
            if repeat < 2 or "scan" not in name:
                times[name].append(_milliseconds(work))
    figures: dict[str, Any] = {f"{name} ms": _spread(one) for name, one in times.items()}
    for name in peers:
        theirs = statistics.median(times[name])
        figures["ratio to esda, same 3×3"] = round(theirs / statistics.median(times["window test 3×3, exact, BH"]), 1)
        figures["ratio to esda, whole chain"] = round(theirs / statistics.median(times["whole chain, 1 layer"]), 1)
    return figures | (_agreement(counts) if peers and find_spec("statsmodels") else {})


def _chain(counts: Array, hours: Array) -> Array:
    """Test, adjustment, smoothed rates and all guards, as the page asks for them."""
    test = hotspots.window_test(counts, hours)
    enough = np.full((SIDE, SIDE), 9)
    for layer, q in zip(counts.reshape(-1, SIDE, SIDE), test.q.reshape(-1, SIDE, SIDE), strict=True):
        rates = hotspots.smooth(layer, hours, q, ranges=False)
        flags = hotspots.stands_out(q, rates.rate, rates.mean, enough, enough)
    return flags


def _esda(counts: Array) -> Array:
    """Gi* with binary weights and normal p, as its manual does it."""
    from esda.getisord import G_Local
    from libpysal.weights import lat2W

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = lat2W(*counts.shape, rook=False)
        return G_Local(counts.ravel().astype(float), weights, transform="B", star=True, permutations=0)


def _agreement(counts: Array) -> dict[str, float]:
    """The largest differences between the peers' numbers and ours."""
    from esda.smoothing import Empirical_Bayes
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.rates import test_poisson_2indep as two_rates

    near, sizes = hotspots.window_sums(counts), hotspots.window_sums(np.ones(counts.shape))
    n, spread = counts.size, counts.std()
    z = (near - counts.mean() * sizes) / (spread * np.sqrt((n * sizes - sizes**2) / (n - 1)))
    p = special.ndtr(-z).ravel()
    births = np.random.default_rng(3).integers(500, 5000, counts.size)
    bayes = np.asarray(Empirical_Bayes(counts.ravel(), births).r).ravel()
    adjusted = multipletests(p, method="fdr_bh")[1]
    pairs = [(6, 2), (41, 15), (9, 30), (120, 90)]
    return {
        "largest difference, Gi* z": float(np.abs(_esda(counts).Zs - z.ravel()).max()),
        "largest difference, BH q": float(np.abs(adjusted - hotspots.benjamini_hochberg(p)).max()),
        "largest difference, EB": float(np.abs(bayes - hotspots.empirical_bayes(counts.ravel(), births).rate).max()),
        "largest difference, e-test": max(
            abs(two_rates(a, 1, b, 1, method="etest-wald").pvalue - hotspots.e_test(a, b)) for a, b in pairs
        ),
        "largest difference, conditional p": max(
            abs(two_rates(a, 3, b, 4, method="exact-cond").pvalue - hotspots.compare_rates(a, 3, b, 4).p)
            for a, b in pairs
        ),
    }


def _milliseconds(work: Callable[[], Any]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _spread(times: list[float]) -> list[float]:
    return [round(value, 1) for value in (statistics.median(times), min(times), max(times))]


if __name__ == "__main__":
    print(run())
