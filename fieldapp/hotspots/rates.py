"""Situations per hour with ranges: exact for one place (Garwood), smoothed for many (empirical Bayes, Marshall)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Floats, amounts, function
from fieldapp.hotspots.parameters import PARAMETERS

_TAIL = (1 - PARAMETERS.range_level) / 2


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Smoothed situations per hour with a 95 % range, beside the mean they are drawn to and the variance of places.

    `variance` 0 means no difference between places beyond chance: every rate is the mean, with the mean's own range.
    """

    rate: Floats
    low: Floats
    high: Floats
    mean: float
    variance: float


def poisson_interval(count: ArrayLike, exposure: ArrayLike = 1.0) -> tuple[Floats, Floats]:
    """Exact 95 % range of a Poisson count per unit of exposure (Garwood 1936); no exposure gives 0 to infinity."""
    k, h = np.broadcast_arrays(amounts(count, "a count"), amounts(exposure, "exposure"))
    low = np.where(k > 0, function("gammaincinv", np.where(k > 0, k, 1.0), _TAIL), 0.0)
    high = function("gammaincinv", k + 1, 1 - _TAIL)
    known = h > 0
    safe = np.where(known, h, 1.0)
    return np.where(known, low / safe, 0.0), np.where(known, high / safe, np.inf)


def empirical_bayes(counts: ArrayLike, hours: ArrayLike, *, least_spread: float = 0.0, ranges: bool = True) -> Smoothed:
    """Rates per hour drawn towards the common mean, the more the fewer hours a place has (Marshall 1991, global).

    m = Σk/Σh, a = max(0, Σh(r − m)²/Σh − m/h̄), rate = m + a/(a + m/h)·(k/h − m); ranges from the gamma posterior with
    the same mean and variance. `least_spread` puts a floor under √a as a share of m (see `smooth`). Places without
    hours are in no sum and get the mean. Without `ranges` low and high are the rate (twenty times quicker).
    """
    k, h = np.broadcast_arrays(amounts(counts, "counts"), amounts(hours, "hours"))
    known = h > 0
    n, exposure, events = int(known.sum()), float(h.sum()), float(k[known].sum())
    if n == 0 or events == 0:
        mean = 0.0
        low, high = poisson_interval(0.0, exposure)
        return Smoothed(np.zeros(h.shape), np.full(h.shape, low), np.full(h.shape, high), mean, 0.0)
    mean = events / exposure
    raw = np.divide(k, h, out=np.full(h.shape, mean), where=known)
    variance = max(0.0, float((h * (raw - mean) ** 2).sum()) / exposure - mean / (exposure / n))
    variance = max(variance, (least_spread * mean) ** 2)
    if variance == 0:
        low, high = poisson_interval(events, exposure)
        return Smoothed(np.full(h.shape, mean), np.full(h.shape, low), np.full(h.shape, high), mean, 0.0)
    rate, low, high = gamma_posterior(mean**2 / variance, mean, np.where(known, k, 0.0), h, ranges=ranges)
    return Smoothed(rate, low, high, mean, variance)


def gamma_posterior(
    shape: float, mean: ArrayLike, counts: Floats, hours: Floats, *, ranges: bool = True
) -> tuple[Floats, Floats, Floats]:
    """Rate and 95 % range from a gamma prior of that shape and mean (above 0) and a Poisson count in some hours."""
    after, scale = shape + counts, 1 / (shape / np.asarray(mean, dtype=np.float64) + hours)
    rate = after * scale
    if not ranges:
        return rate, rate, rate
    low, high = (function("gammaincinv", after, share) * scale for share in (_TAIL, 1 - _TAIL))
    return rate, low, high
