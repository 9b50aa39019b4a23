"""Two places or two periods: is the difference more than chance, and how large would it have to be to be seen?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fieldapp.hotspots.checks import Floats, amounts, function, upper_binomial
from fieldapp.hotspots.parameters import PARAMETERS

_TAIL = (1 - PARAMETERS.range_level) / 2
_ROUNDING = 1e-7  # R's own allowance when it asks which outcomes are no likelier than the one seen


@dataclass(frozen=True, slots=True)
class RateRatio:
    """First rate over second, its exact 95 % range, and the two-sided chance of as unlikely a split at equal rates."""

    ratio: float
    low: float
    high: float
    p: float


def compare_rates(count_1: int, hours_1: float, count_2: int, hours_2: float) -> RateRatio:
    """Exact conditional comparison of two Poisson rates: count_1 of both counts ~ Bin(hours_1/(hours_1 + hours_2)).

    The range is Clopper & Pearson's, p sums all splits no likelier than the one seen, as R's poisson.test does.
    Hours must be above 0. Nothing seen in either gives ratio NaN, range 0 to infinity and p = 1.
    """
    k1, k2 = (_whole(count) for count in (count_1, count_2))
    h1, h2 = _hours(hours_1), _hours(hours_2)
    total, share = k1 + k2, h1 / (h1 + h2)
    if total == 0:
        return RateRatio(math.nan, 0.0, math.inf, 1.0)
    low = float(function("betaincinv", k1, k2 + 1, _TAIL)) if k1 else 0.0
    high = float(function("betaincinv", k1 + 1, k2, 1 - _TAIL)) if k2 else 1.0
    ratio = (k1 / h1) / (k2 / h2) if k2 else math.inf
    return RateRatio(ratio, _odds(low) * h2 / h1, _odds(high) * h2 / h1, _two_sided(k1, total, share))


def e_test(count_1: int, count_2: int, hours_1: float = 1.0, hours_2: float = 1.0) -> float:
    """Two-sided p of the E-test for two Poisson means (Krishnamoorthy & Thomson 2004): more power than the conditional.

    |T| ≥ |t| under both rates at their common estimate, T = (x1/h1 − x2/h2)/√(x1/h1² + x2/h2²) and 0 where both are 0.
    """
    k1, k2, h1, h2 = _whole(count_1), _whole(count_2), _hours(hours_1), _hours(hours_2)
    apart = k1 / h1 - k2 / h2
    if apart == 0:
        return 1.0
    squared = apart**2 / (k1 / h1**2 + k2 / h2**2) * (1 - 1e-12)
    rate = (k1 + k2) / (h1 + h2)
    reach = 9 * math.sqrt(rate * h1) + 20
    first = np.arange(max(0, math.floor(rate * h1 - reach)), math.ceil(rate * h1 + reach) + 1, dtype=np.float64)
    # For each x1 the outcomes x2 that are as far apart lie outside the two roots of a quadratic in x2/h2.
    middle = first / h1 + squared / (2 * h2)
    root = np.sqrt(np.maximum(middle**2 - (first / h1) ** 2 + squared * first / h1**2, 0.0))
    below, above = np.floor((middle - root) * h2 + 1e-9), np.ceil((middle + root) * h2 - 1e-9)
    below = np.where(first == 0, -1.0, below)
    mean = rate * h2
    tails = np.where(below >= 0, function("pdtr", np.maximum(below, 0), mean), 0.0)
    tails = tails + np.where(above > 0, function("pdtrc", np.maximum(above - 1, 0), mean), 1.0)
    weights = np.exp(first * math.log(rate * h1) - rate * h1 - function("gammaln", first + 1))
    return min(1.0, float((weights * tails).sum()))


def smallest_visible_change(count: float, *, hours_ratio: float = 1.0) -> float:
    """How many times as many there must come, after `count` expected before, to be noticed 80 % of the times.

    By the exact conditional test, two-sided at 5 %; `hours_ratio` is the hours after over the hours before. From an
    expected 0 nothing can be multiplied: infinity.
    """
    before, hours = float(amounts(count, "a count")), _hours(hours_ratio)
    if before == 0:
        return math.inf
    low, high = 1.0, 2.0
    while _power(before, high * before * hours, hours) < PARAMETERS.power:
        low, high = high, high * 2
    while high - low > 5e-4 * low:
        middle = (low + high) / 2
        seen = _power(before, middle * before * hours, hours) >= PARAMETERS.power
        low, high = (low, middle) if seen else (middle, high)
    return high


def _power(before: float, after: float, hours: float) -> float:
    """Share of the times a rise from one expected count to the other is noticed."""
    mean, share = before + after, hours / (1 + hours)
    reach = 6 * math.sqrt(mean) + 5
    totals = np.unique(np.linspace(max(0, mean - reach), mean + reach, num=min(int(2 * reach) + 1, 121)).round())
    least = _critical(totals, share)
    noticed = np.where(least <= totals, upper_binomial(least, totals, after / mean), 0.0)
    weights = np.exp(totals * math.log(mean) - mean - function("gammaln", totals + 1))
    return float((weights * noticed).sum() / weights.sum())


def _critical(totals: Floats, share: float) -> Floats:
    """For each total the fewest after that the one-sided test at half of 5 % calls a rise; total + 1 where none is."""
    low = np.floor(totals * share)
    high = np.minimum(low + np.ceil(5 * np.sqrt(totals)) + 3, totals + 1)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        rise = upper_binomial(middle, totals, share) <= _TAIL
        low, high = np.where(rise, low, middle), np.where(rise, middle, high)
    return np.asarray(high)


def _two_sided(k: int, n: int, share: float) -> float:
    """Sum of the binomial probabilities of all outcomes no likelier than k, found from both ends."""
    if k == n * share:
        return 1.0
    limit = _log_chance(k, n, share) + math.log1p(_ROUNDING)
    if k < n * share:
        low, high = math.ceil(n * share) - 1, n + 1  # the first outcome above the mean that is no likelier
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if _log_chance(middle, n, share) <= limit else (middle, high)
        return min(1.0, _below(k, n, share) + _at_least(high, n, share))
    low, high = -1, math.floor(n * share) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _log_chance(middle, n, share) <= limit else (low, middle)
    return min(1.0, _below(low, n, share) + _at_least(k, n, share))


def _below(k: int, n: int, share: float) -> float:
    return float(upper_binomial(n - k, n, 1 - share)) if k >= 0 else 0.0


def _at_least(k: int, n: int, share: float) -> float:
    return float(upper_binomial(k, n, share))


def _log_chance(k: int, n: int, share: float) -> float:
    choices = -math.log1p(n) - float(function("betaln", n - k + 1, k + 1))
    return choices + k * math.log(share) + (n - k) * math.log1p(-share)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf


def _whole(count: int) -> int:
    if not amounts(count, "a count") == math.floor(count):
        raise ValueError("a count is a whole number")
    return int(count)


def _hours(hours: float) -> float:
    if not amounts(hours, "hours") > 0:
        raise ValueError("hours must be above 0")
    return float(hours)
