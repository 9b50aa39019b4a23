"""From numbers to what may be said: which hours count as known, how rates are smoothed, and what stands out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Bools, amounts
from fieldapp.hotspots.parameters import PARAMETERS
from fieldapp.hotspots.rates import Smoothed, empirical_bayes, gamma_posterior
from fieldapp.hotspots.window import window_sums


def hours_known(counts: ArrayLike, hours: ArrayLike) -> bool:
    """Whether hours can be divided by: enough in all, and most situations in squares that have enough of them."""
    k, h = amounts(counts, "counts"), amounts(hours, "hours")
    situations = float(k.sum())
    covered = float(np.where(h >= PARAMETERS.least_hours_square, k, 0.0).sum())
    return float(h.sum()) >= PARAMETERS.least_hours_known and covered >= PARAMETERS.least_covered * situations


def parts_known(hours: ArrayLike) -> bool:
    """Whether day, evening and night, `hours[parts, …]`, can be told apart: each has hours enough."""
    h = amounts(hours, "hours")
    return h.shape[0] > 1 and bool((h.reshape(h.shape[0], -1).sum(axis=1) >= PARAMETERS.least_hours_part).all())


def smooth(counts: ArrayLike, hours: ArrayLike, q: ArrayLike, *, ranges: bool = True) -> Smoothed:
    """One layer's rates as the map shades them and `stands_out` judges them: `counts` and `hours` as [rows, columns].

    Marshall's global estimate while no q ≤ α. One hotspot among thousands of even squares leaves its variance at
    nothing, and would be smoothed away after the test had found it. So where places are known to differ, the spread is
    at least `least_spread`, and each square is drawn to its window's smoothed rate instead (Marshall's local estimate):
    the fewer its own hours, the more its neighbours say.
    """
    if not (amounts(q, "q") <= PARAMETERS.alpha).any():
        return empirical_bayes(counts, hours, ranges=ranges)
    k, h = amounts(counts, "counts"), amounts(hours, "hours")
    common = empirical_bayes(k, h, least_spread=PARAMETERS.least_spread, ranges=False)
    if common.mean == 0:
        return common
    near = empirical_bayes(
        *(window_sums(values, PARAMETERS.window) for values in (np.where(h > 0, k, 0.0), h)),
        least_spread=PARAMETERS.least_spread,
        ranges=False,
    )
    shape = common.mean**2 / common.variance
    rate, low, high = gamma_posterior(shape, near.rate, np.where(h > 0, k, 0.0), h, ranges=ranges)
    return Smoothed(rate, low, high, common.mean, common.variance)


def stands_out(q: ArrayLike, smoothed: ArrayLike, mean: float, reporters: ArrayLike, days: ArrayLike) -> Bools:
    """Squares that pass all four guards: q, the square's own smoothed rate over the mean, reporters and days.

    `reporters` and `days` are the distinct ones behind the square's unit in the test (its `width`): the square or
    its window.
    """
    return np.asarray(
        (amounts(q, "q") <= PARAMETERS.alpha)
        & (amounts(smoothed, "rates") >= PARAMETERS.least_ratio * mean)
        & (mean > 0)
        & (amounts(reporters, "reporters") >= PARAMETERS.least_reporters)
        & (amounts(days, "days") >= PARAMETERS.least_days),
        dtype=np.bool_,
    )
