"""«Skiller sig ud»: does a square, or the window round it, hold more situations than its hours explain?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fieldapp.hotspots.checks import Bools, Floats, amounts, function, upper_binomial, upper_clustered
from fieldapp.hotspots.discovery import benjamini_hochberg
from fieldapp.hotspots.parameters import PARAMETERS
from fieldapp.hotspots.strata import Strata, stratified
from fieldapp.hotspots.sums import window_sums

WIDTHS = (1, PARAMETERS.window)
_SLUD = 0.25
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class WindowTest:
    """Arrays shaped like the counts, each square's unit being itself (`width` 1) or its window, whichever says more.

    `observed`, `expected` and `hours` are the unit's situations, what equal risk per hour would give, and its hours
    (or squares, where hours are not used). `p` is the chance of as many or more, given as 1 within one standard
    deviation of the expected; `q` the same after all tests were taken together. Squares that were not `tested` have
    0, 0, 0 and p = q = 1.
    """

    observed: Floats
    expected: Floats
    hours: Floats
    width: NDArray[np.int64]
    p: Floats
    q: Floats
    tested: Bools


def window_test(
    counts: ArrayLike,
    hours: ArrayLike | None,
    inside: ArrayLike | None = None,
    *,
    dispersion: ArrayLike = 1.0,
    hours_error: float = PARAMETERS.hours_error,
    widths: Sequence[int] = WIDTHS,
) -> WindowTest:
    """Test each square and window of `counts[layers…, rows, columns]` against equal risk in `hours[rows, columns]`.

    Under equal risk a unit with the share π of the N situations' hours has X ~ Binomial(N, π), and p = P(X ≥ observed)
    exactly. Where a layer's `dispersion` φ > 1 (see `clustering`), or a square's hours may be wrong by the share
    `hours_error`, p is at least that of a negative binomial with variance (φ + Nπ·error²/width²)·Nπ.
    q: Benjamini–Hochberg over all tested squares × layers × widths. Squares outside, or with fewer hours than
    `least_hours_square`, are not tested and their situations and hours are in no sum; without hours (None) each inside
    square weighs 1, without error. NaN, infinite or negative input raises ValueError.
    """
    k = amounts(counts, "counts")
    if k.ndim < 2:
        raise ValueError("counts have rows and columns")
    return stratified_test(
        k[None],
        None if hours is None else amounts(hours, "hours")[None],
        inside,
        dispersion=dispersion,
        hours_error=hours_error,
        widths=widths,
    )


def stratified_test(
    counts: ArrayLike,
    hours: ArrayLike | None,
    inside: ArrayLike | None = None,
    *,
    dispersion: ArrayLike = 1.0,
    hours_error: float = PARAMETERS.hours_error,
    widths: Sequence[int] = WIDTHS,
) -> WindowTest:
    """The window test by parts of the day: `counts[parts, layers…, rows, columns]` and `hours[parts, rows, columns]`.

    Expected is Σ N_s π_is over the parts s. The sum of binomials is referred to the one binomial with the same mean and
    N = Σ N_s, which never gives a smaller p for a count one or more above its expectation (Hoeffding 1956).
    A square is tested where any part has hours enough there; see `stratified`.
    """
    strata = stratified(counts, hours, inside)
    return strata_test(strata, dispersion=dispersion, hours_error=hours_error, widths=widths)


def strata_test(
    strata: Strata,
    *,
    dispersion: ArrayLike = 1.0,
    hours_error: float = PARAMETERS.hours_error,
    widths: Sequence[int] = WIDTHS,
    findings_only: bool = False,
) -> WindowTest:
    """The same of what `stratified` made.

    `findings_only` (for whole counts) leaves every q ≤ α as it is, but gives p as 1 wherever no finding can come of it,
    which saves nearly all of the exact tails.
    """
    phi = np.maximum(amounts(dispersion, "a dispersion"), 1.0)
    error = hours_error if strata.by_hours else 0.0
    units = [_unit(strata, width) for width in widths]
    n = strata.totals.sum(axis=0)
    beyond = [_deviations(unit, n) for unit in units]
    least = _least_deviation(beyond) if findings_only else 1.0
    wide = np.broadcast_to(phi, n.shape)
    p = [
        _tails(unit, n, far > least, wide, error / width)
        for unit, far, width in zip(units, beyond, widths, strict=True)
    ]
    return _strongest(units, p, widths, strata.tested, strata.judged.shape)


@dataclass(frozen=True, slots=True)
class _Unit:
    """Observed, expected and hours of every tested square at one width, as [layers…, tested squares]."""

    observed: Floats
    expected: Floats
    hours: Floats


def _unit(strata: Strata, width: int) -> _Unit:
    expected = strata.expected(width)
    observed = window_sums(strata.judged, width)[..., strata.tested]
    hours = window_sums(strata.hours, width)[strata.tested]
    return _Unit(observed, expected, np.broadcast_to(hours, observed.shape))


def _deviations(unit: _Unit, total: Floats) -> Floats:
    """How many standard deviations lie between the observed and the expected; ∞ where `_least_deviation` holds not."""
    share = np.divide(unit.expected, total[..., None], out=np.zeros_like(unit.expected), where=total[..., None] > 0)
    spread = np.sqrt(np.maximum(unit.expected * (1 - share), np.finfo(float).tiny))
    beyond = np.asarray((unit.observed - unit.expected) / spread)
    beyond[(share > _SLUD) & (beyond > 1)] = np.inf
    return beyond


def _least_deviation(beyond: list[Floats]) -> float:
    """Below so many standard deviations nothing can be found.

    P(X ≥ k) is at least the normal tail at k's deviation where π ≤ ¼ (Slud 1977), so no more p are ≤ t than there are
    deviations as large as t's. Benjamini–Hochberg's threshold is α times the share of p ≤ it, and so at most α times
    the share of those deviations; what that leaves makes the threshold smaller again.
    """
    left = np.concatenate([one.ravel() for one in beyond])
    tests, bound = left.size, PARAMETERS.alpha
    while True:
        least = max(1.0, -float(function("ndtri", bound)) - _ROUNDING)
        left = left[left > least]
        fewer = PARAMETERS.alpha * left.size / tests if tests else 0.0
        if fewer > 0.8 * bound or fewer == 0:
            return least
        bound = fewer


def _tails(unit: _Unit, total: Floats, far: Bools, phi: Floats, error: float) -> Floats:
    """p of the units that lie far out, 1 of all others; widened only where ≤ α.

    `total` and `phi` are [layers…].
    """
    p = np.ones(far.shape)
    where = np.flatnonzero(far)
    layer = where // max(1, far.shape[-1])
    o, e, n = unit.observed.ravel()[where], unit.expected.ravel()[where], total.ravel()[layer]
    tail = upper_binomial(o, n, e / n)
    small = tail <= PARAMETERS.alpha
    factor = phi.ravel()[layer[small]] + e[small] * error**2
    tail[small] = np.maximum(tail[small], upper_clustered(o[small], e[small], factor))
    p.ravel()[where] = tail
    return p


def _strongest(
    units: list[_Unit], p: list[Floats], widths: Sequence[int], tested: Bools, shape: tuple[int, ...]
) -> WindowTest:
    """Each square by the width with the smallest p; q is reckoned over all widths first."""
    q = benjamini_hochberg(np.stack(p))
    best = [np.array(part) for part in (units[0].observed, units[0].expected, units[0].hours, p[0], q[0])]
    width = np.full(p[0].shape, widths[0])
    for number, unit in enumerate(units[1:], 1):
        better = p[number] < best[3]
        width[better] = widths[number]
        for part, other in zip(best, (unit.observed, unit.expected, unit.hours, p[number], q[number]), strict=True):
            part[better] = other[better]
    observed, expected, hours, best_p, best_q = best
    return WindowTest(
        observed=_spread(observed, tested, shape, 0.0),
        expected=_spread(expected, tested, shape, 0.0),
        hours=_spread(hours, tested, shape, 0.0),
        width=_spread(width, tested, shape, 1).astype(np.int64),
        p=_spread(best_p, tested, shape, 1.0),
        q=_spread(best_q, tested, shape, 1.0),
        tested=tested,
    )


def _spread(values: NDArray[Any], tested: Bools, shape: tuple[int, ...], missing: float) -> NDArray[Any]:
    """The tested squares' values back on the map."""
    full = np.full(shape, missing, dtype=values.dtype)
    full[..., tested] = values
    return full
