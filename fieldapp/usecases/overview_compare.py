"""What may be said about two counts: an exact test, and the rules for when a comparing word is allowed at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln  # type: ignore[import-untyped]

LEAST_EXPECTED = 5
LEAST_COUNT = 20
ALPHA = 0.01
LEAST_WEEKS = 8
_TIES = 1e-7
_FARTHEST = 40.0  # standard deviations


class Verdict(StrEnum):
    """The outcome of a comparison; only MORE and FEWER allow a comparing word."""

    MORE = "more"
    FEWER = "fewer"
    ALIKE = "alike"
    TOO_FEW = "too_few"
    NO_HISTORY = "no_history"


@dataclass(frozen=True, slots=True)
class Normal:
    """Weekly counts of earlier weeks: quartiles and how many weeks they are of."""

    low: float
    median: float
    high: float
    weeks: int


def binomial_p(first: int, second: int, *, first_days: int, second_days: int) -> float:
    """Exact two-sided p of `first` given `first + second` when both have the same rate per day.

    Conditional binomial (Przyborowski & Wilenski 1940); two-sided by adding all outcomes no likelier than the one seen.

    >>> round(binomial_p(11, 21, first_days=800, second_days=3011), 4)
    0.0797
    """
    trials, share = first + second, first_days / (first_days + second_days)
    # What lies farther out than this is too unlikely to be added to anything.
    reach = _FARTHEST * (1 + math.sqrt(trials * share * (1 - share)))
    k = np.arange(max(0, math.floor(trials * share - reach)), min(trials, math.ceil(trials * share + reach)) + 1)
    logs, own = (_log_binomial(counts, trials, share) for counts in (k, np.array([first])))
    return float(min(1.0, np.exp(logs[logs <= own[0] + _TIES]).sum()))


def _log_binomial(k: NDArray[np.int64], trials: int, share: float) -> NDArray[np.float64]:
    ways = gammaln(trials + 1) - gammaln(k + 1) - gammaln(trials - k + 1)
    return np.asarray(ways + k * math.log(share) + (trials - k) * math.log1p(-share))


def compare(first: int, second: int, *, first_days: int, second_days: int, tests: int = 1) -> Verdict:
    """May `first` be called more or fewer than `second`, when `tests` such questions are asked at once?

    Not below 20 or where fewer than 5 were to be expected; then only where the exact test rejects at 0.01, shared
    between the tests (Bonferroni), so that looking at sixteen categories does not find a difference in one by luck.
    """
    if not comparable(first, second, first_days=first_days, second_days=second_days):
        return Verdict.TOO_FEW
    if binomial_p(first, second, first_days=first_days, second_days=second_days) >= ALPHA / tests:
        return Verdict.ALIKE
    return Verdict.MORE if first * second_days > second * first_days else Verdict.FEWER


def comparable(first: int, second: int, *, first_days: int, second_days: int) -> bool:
    """Are there enough to compare at all: 20 counted, and 5 to be expected had nothing changed?"""
    expected = (first + second) * first_days / (first_days + second_days)
    return first >= LEAST_COUNT and expected >= LEAST_EXPECTED


def normal_of(weekly: Sequence[int]) -> Normal | None:
    """Median and quartiles of earlier weeks' counts; None when there are fewer than eight."""
    if len(weekly) < LEAST_WEEKS:
        return None
    ordered = sorted(weekly)
    low, median, high = (_quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    return Normal(low, median, high, len(ordered))


def _quantile(ordered: Sequence[int], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
