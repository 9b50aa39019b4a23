"""«Skiller sig ud»: does a square, or the window round it, hold more situations than its hours explain?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fieldapp.hotspots.checks import Bools, Floats, amounts, upper_binomial, upper_clustered
from fieldapp.hotspots.discovery import benjamini_hochberg
from fieldapp.hotspots.parameters import PARAMETERS


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


def window_sums(values: ArrayLike, width: int = 3) -> Floats:
    """Sums over width × width squares round each square of the last two axes; beyond the edge is nothing."""
    if width < 1 or width % 2 == 0:
        raise ValueError("a window is an odd number of squares wide")
    sums, reach = np.asarray(values, dtype=np.float64), width // 2
    if width == 1:
        return sums
    for axis in (-2, -1):
        padded = np.zeros((*sums.shape[:axis], sums.shape[axis] + 2 * reach, *sums.shape[sums.ndim + axis + 1 :]))
        np.copyto(np.moveaxis(padded, axis, 0)[reach : reach + sums.shape[axis]], np.moveaxis(sums, axis, 0))
        moved, size = np.moveaxis(padded, axis, 0), sums.shape[axis]
        total = moved[:size].copy()
        for step in range(1, width):
            total += moved[step : step + size]
        sums = np.moveaxis(total, 0, axis)
    return sums


def window_test(
    counts: ArrayLike,
    hours: ArrayLike | None,
    inside: ArrayLike | None = None,
    *,
    dispersion: ArrayLike = 1.0,
    hours_error: float = PARAMETERS.hours_error,
    widths: Sequence[int] = (1, PARAMETERS.window),
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
    widths: Sequence[int] = (1, PARAMETERS.window),
) -> WindowTest:
    """The window test by parts of the day: `counts[parts, layers…, rows, columns]` and `hours[parts, rows, columns]`.

    Expected is Σ N_s π_is over the parts s. The sum of binomials is referred to the one binomial with the same mean and
    N = Σ N_s, which never gives a smaller p for a count one or more above its expectation (Hoeffding 1956).
    A square is tested where any part has hours enough there.
    """
    k = amounts(counts, "counts")
    parts, grid = k.shape[0], k.shape[-2:]
    within = np.ones(grid, dtype=bool) if inside is None else np.asarray(inside, dtype=bool)
    h = np.broadcast_to(within.astype(float), (parts, *grid)) if hours is None else amounts(hours, "hours")
    if within.shape != grid or h.shape != (parts, *grid):
        raise ValueError("counts, hours and inside must have the same rows and columns")
    known = within & (h >= (PARAMETERS.least_hours_square if hours is not None else 0.5))
    h, k = np.where(known, h, 0.0), np.where(_beside(known, k.ndim), k, 0.0)
    tested: Bools = np.asarray(known.any(axis=0))
    phi = np.maximum(amounts(dispersion, "a dispersion"), 1.0)
    error = hours_error if hours is not None else 0.0
    units = [_unit(k, h, tested, width, phi, error / width) for width in widths]
    return _strongest(units, widths, tested, k.shape[1:])


@dataclass(frozen=True, slots=True)
class _Unit:
    """Observed, expected, hours and p of every tested square at one width, as [layers…, tested squares]."""

    observed: Floats
    expected: Floats
    hours: Floats
    p: Floats


def _unit(counts: Floats, hours: Floats, tested: Bools, width: int, phi: Floats, error: float) -> _Unit:
    total, all_hours = counts.sum(axis=(-2, -1)), hours.sum(axis=(-2, -1))
    near = window_sums(hours, width)[:, tested]
    share = np.divide(near, all_hours[:, None], out=np.zeros_like(near), where=all_hours[:, None] > 0)
    expected = (total[..., None] * _beside(share, total.ndim + 1)).sum(axis=0)
    observed = window_sums(counts.sum(axis=0), width)[..., tested]
    p = _tails(observed, expected, total.sum(axis=0), np.broadcast_to(phi, total.shape[1:]), error)
    return _Unit(observed, expected, np.broadcast_to(near.sum(axis=0), observed.shape), p)


def _tails(observed: Floats, expected: Floats, total: Floats, phi: Floats, error: float) -> Floats:
    """p where it can matter: within one standard deviation it is above 0.15 and given as 1; widened only where ≤ α.

    `observed` and `expected` are [layers…, squares], `total` and `phi` [layers…].
    """
    p = np.ones(observed.shape)
    where = np.flatnonzero(observed > expected)
    o, e, n = observed.ravel()[where], expected.ravel()[where], total.ravel()[where // observed.shape[-1]]
    far = (o - e) ** 2 > e * (1 - e / n)
    where, o, e, n = where[far], o[far], e[far], n[far]
    tail = upper_binomial(o, n, e / n)
    small = tail <= PARAMETERS.alpha
    factor = phi.ravel()[where[small] // observed.shape[-1]] + e[small] * error**2
    tail[small] = np.maximum(tail[small], upper_clustered(o[small], e[small], factor))
    p.ravel()[where] = tail
    return p


def _beside(parts: NDArray[np.generic], dimensions: int) -> NDArray[np.generic]:
    """[parts, …] with empty axes for the layers after the first, so that it meets an array of so many dimensions."""
    return parts.reshape(parts.shape[0], *(1,) * (dimensions - parts.ndim), *parts.shape[1:])


def _strongest(units: list[_Unit], widths: Sequence[int], tested: Bools, shape: tuple[int, ...]) -> WindowTest:
    """Each square by the width with the smallest p; q is reckoned over all widths first."""
    q = benjamini_hochberg(np.stack([unit.p for unit in units]))
    first = units[0]
    best = [np.array(part) for part in (first.observed, first.expected, first.hours, first.p, q[0])]
    width = np.full(first.p.shape, widths[0])
    for unit, size, unit_q in zip(units[1:], widths[1:], q[1:], strict=True):
        better = unit.p < best[3]
        width[better] = size
        for part, other in zip(best, (unit.observed, unit.expected, unit.hours, unit.p, unit_q), strict=True):
            part[better] = other[better]
    observed, expected, hours, p, best_q = best
    return WindowTest(
        observed=_spread(observed, tested, shape, 0.0),
        expected=_spread(expected, tested, shape, 0.0),
        hours=_spread(hours, tested, shape, 0.0),
        width=_spread(width, tested, shape, 1).astype(np.int64),
        p=_spread(p, tested, shape, 1.0),
        q=_spread(best_q, tested, shape, 1.0),
        tested=tested,
    )


def _spread(values: NDArray[Any], tested: Bools, shape: tuple[int, ...], missing: float) -> NDArray[Any]:
    """The tested squares' values back on the map."""
    full = np.full(shape, missing, dtype=values.dtype)
    full[..., tested] = values
    return full
