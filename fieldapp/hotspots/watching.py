"""Looking at many series without crying wolf: weekly alarms, and a funnel for districts instead of a league table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Floats, amounts, function, upper_binomial
from fieldapp.hotspots.clustering import dispersion
from fieldapp.hotspots.parameters import PARAMETERS


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a week like the earlier ones would hold, the fewest situations that raise an alarm, and whether this did."""

    expected: float
    limit: int
    raised: bool


def weekly_alarm(
    history: ArrayLike, current: int, *, hours: ArrayLike | None = None, current_hours: float | None = None
) -> Alarm | None:
    """Whether a week lies 3σ or more above its own earlier weeks, one-sided (1 in 741), per hour where hours are given.

    current | current + Σ history is binomial at an unchanged rate, so a short history makes the limit higher; both
    counts are divided by the history's φ where that is above 1 beyond chance. The limit is never under
    `least_shown`. None before `least_weeks` weeks (with hours, where given) are known, or with no hours this week.
    """
    k, now = amounts(history, "history"), float(amounts(current, "a count"))
    h = np.ones_like(k) if hours is None else amounts(hours, "hours")
    k, h = k[h > 0], h[h > 0]
    h_now = 1.0 if current_hours is None else float(amounts(current_hours, "hours"))
    if k.size < PARAMETERS.least_weeks or h_now == 0:
        return None
    expected = float(k.sum() / h.sum())
    phi = dispersion(k, expected * h).factor if expected else 1.0
    share = h_now / (h_now + float(h.sum()))
    limit = _limit(float(k.sum()) / phi, share, phi, expected * h_now)
    return Alarm(expected * h_now, limit, now >= limit)


def _limit(history: float, share: float, phi: float, expected: float) -> int:
    chance = float(function("ndtr", -PARAMETERS.alert_sigma))
    low, high = 0, max(PARAMETERS.least_shown, 2 * int(expected))

    def rare(count: int) -> bool:
        return float(upper_binomial(count / phi, history + count / phi, share)) <= chance

    while not rare(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if rare(middle) else (middle, high)
    return max(high, PARAMETERS.least_shown)


def funnel_limits(
    mean_rate: float, hours: ArrayLike, *, level: float = PARAMETERS.range_level, phi: float = 1.0
) -> tuple[Floats, Floats]:
    """Between which rates a district with so many hours falls `level` of the times, if all had the mean rate.

    Exact Poisson limits, interpolated so that the funnel is smooth (Spiegelhalter 2005, Appendix A.1), and moved √φ
    times as far from the mean where φ > 1. No hours: 0 to infinity.
    """
    h, mean = amounts(hours, "hours"), float(amounts(mean_rate, "a rate"))
    root = np.sqrt(max(1.0, float(amounts(phi, "φ"))))
    safe = np.where(h > 0, h, 1.0)
    low, high = (_poisson_point(mean * safe, share) / safe for share in ((1 - level) / 2, (1 + level) / 2))
    low, high = mean - root * (mean - low), mean + root * (high - mean)
    return np.where(h > 0, np.maximum(low, 0.0), 0.0), np.where(h > 0, np.maximum(high, mean), np.inf)


def _poisson_point(mean: Floats, share: float) -> Floats:
    """The share's quantile of a Poisson count, moved within its last step to where the share is met."""
    guess = np.maximum(np.floor(mean + np.sqrt(2) * function("erfinv", 2 * share - 1) * np.sqrt(mean)) - 3, 0.0)
    short = function("pdtr", guess, mean) >= share
    guess = np.where(short, 0.0, guess)
    for _ in range(400):
        more = function("pdtr", guess, mean) < share
        if not more.any():
            break
        guess = guess + more
    reached = function("pdtr", guess, mean)
    chance = np.where(mean > 0, np.exp(function("xlogy", guess, mean) - mean - function("gammaln", guess + 1)), 1.0)
    return np.maximum(guess - (reached - share) / np.maximum(chance, 1e-300), 0.0)
