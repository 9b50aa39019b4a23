"""From numbers to what may be said: which hours count as known, how rates are smoothed, and what stands out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Bools, Floats, amounts
from fieldapp.hotspots.parameters import PARAMETERS
from fieldapp.hotspots.rates import Smoothed, empirical_bayes, gamma_posterior
from fieldapp.hotspots.strata import stratified
from fieldapp.hotspots.sums import window_sums


def hours_known(counts: ArrayLike, hours: ArrayLike) -> bool:
    """Whether hours can be divided by: enough in all, and most situations in squares that have enough of them."""
    k, h = amounts(counts, "counts"), amounts(hours, "hours")
    situations = float(k.sum())
    covered = float(np.where(h >= PARAMETERS.least_hours_square, k, 0.0).sum())
    return float(h.sum()) >= PARAMETERS.least_hours_known and covered >= PARAMETERS.least_covered * situations


def parts_known(hours: ArrayLike, counts: ArrayLike | None = None) -> bool:
    """Whether the parts of the day, `hours[parts, …]`, can be told apart: each has hours enough.

    With `counts[parts, rows, columns]` most of the situations must also lie where their own part has hours enough;
    else more would be left out than is gained.
    """
    h = amounts(hours, "hours")
    each = h.reshape(h.shape[0], -1).sum(axis=1)
    if h.shape[0] < 2 or (each < PARAMETERS.least_hours_part).any():
        return False
    if counts is None:
        return True
    strata = stratified(counts, h)
    return bool(strata.judged.sum() >= PARAMETERS.least_covered * amounts(counts, "counts").sum())


def divided(values: Floats, parts: int) -> Floats:
    """Day, evening and night, `values[3, …]`, as so many parts: 3, 2 (evening and night together) or 1.

    A fourth, of which the part is not known, stays one of its own until there is only 1.
    """
    if parts == 1:
        return np.asarray(values.sum(axis=0, keepdims=True))
    return values if parts == 3 else np.concatenate([values[:1], values[1:3].sum(axis=0, keepdims=True), values[3:]])


def parts_of_day(hours: Floats, counts: Floats) -> int:
    """Into how many parts (see `divided`) the day can be divided: 3, else 2, else 1."""
    return next((n for n in (3, 2) if parts_known(divided(hours, n), divided(counts, n))), 1)


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
