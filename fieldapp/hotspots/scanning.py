"""The scan statistic: where is the one rectangle that is least like chance, and how often does chance show as much?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fieldapp.hotspots.checks import Bools, Floats, amounts, function
from fieldapp.hotspots.parameters import PARAMETERS

_BATCH = 500_000  # squares of simulated maps held at once: they stay in the processor's cache
_Box = tuple[int, int, int, int]
Counts = NDArray[np.integer[Any]]
Counted = NDArray[Any]  # whole numbers or floats


@dataclass(frozen=True, slots=True)
class Scan:
    """The likeliest box as (first row, first column, last row, last column), both ends in it, with its numbers.

    `ratio` is the rate inside over the rate outside; `p` is one for the whole map. `box` is None where nothing lies
    above its expectation.
    """

    box: tuple[int, int, int, int] | None
    observed: float
    expected: float
    ratio: float
    p: float


def scan(
    counts: ArrayLike,
    hours: ArrayLike,
    *,
    rng: np.random.Generator,
    permutations: int = PARAMETERS.permutations,
    side: int = PARAMETERS.scan_side,
) -> Scan:
    """Kulldorff's Poisson scan statistic (1997) with hours as population, over all boxes up to side × side squares.

    A box holds at most half of the hours. Chance is `permutations` maps with the same number of situations thrown by
    hours; p = (1 + maps with as high a likelihood ratio) / (1 + maps). Squares without hours hold nothing.
    """
    h = amounts(hours, "hours")
    k = np.where(h > 0, amounts(counts, "counts"), 0.0)
    total = float(k.sum())
    if total == 0 or h.ndim != 2:
        return Scan(None, 0.0, 0.0, 1.0, 1.0)
    share = h / h.sum()
    best, box = _highest(k, share, total, side)
    if box is None:
        return Scan(None, 0.0, 0.0, 1.0, 1.0)
    needed = list(_needed(share, total, side, best))
    higher, done, size = 0, 0, max(1, _BATCH // h.size)
    while done < permutations:
        some = min(size, permutations - done)
        maps = rng.multinomial(round(total), share.ravel(), size=some).reshape(some, *h.shape)
        higher += int(_as_high(maps, needed).sum())
        done += some
    row, column, last_row, last_column = box
    inside = np.s_[row : last_row + 1, column : last_column + 1]
    observed, expected = float(k[inside].sum()), total * float(share[inside].sum())
    outside = (total - observed) / (total - expected)
    ratio = observed / expected / outside if outside else float("inf")
    return Scan(box, observed, expected, ratio, (1 + higher) / (1 + permutations))


def _highest(counts: Floats, share: Floats, total: float, side: int) -> tuple[float, _Box | None]:
    """The highest log likelihood ratio and the box that has it."""
    integral, shares = _integral(counts), _integral(share)
    best, box = 0.0, None
    for high, wide in _sides(side, share.shape):
        part = _boxes(shares, high, wide)
        ratios = np.where(_allowed(part), _log_ratio(_boxes(integral, high, wide), part * total, total), 0.0)
        row, column = (int(one) for one in np.unravel_index(int(ratios.argmax()), part.shape))
        if ratios[row, column] > best:
            best, box = float(ratios[row, column]), (row, column, row + high - 1, column + wide - 1)
    return best, box


def _needed(share: Floats, total: float, side: int, best: float) -> Iterator[tuple[int, int, Counts]]:
    """For each size of box the fewest situations with which each box has a likelihood ratio as high as `best`.

    It rises with the count above the expectation, so that a simulated map needs a comparison only, and no logarithm.
    """
    shares = _integral(share)
    for high, wide in _sides(side, share.shape):
        part = _boxes(shares, high, wide)
        low = np.floor(part * total)
        # The ratio is at least d²/(2E + 2d/3) for d above the expected E (Bernstein), which bounds the search.
        far = best / 3 + np.sqrt(best**2 / 9 + 2 * best * part * total)
        enough = np.minimum(np.ceil(part * total + far) + 1, total + 1)
        while (enough - low > 1).any():
            middle = np.floor((low + enough) / 2)
            reached = _log_ratio(middle, part * total, total) >= best - 1e-9
            low, enough = np.where(reached, low, middle), np.where(reached, middle, enough)
        yield high, wide, np.where(_allowed(part), enough, total + 1).astype(np.int32)


def _as_high(maps: Counts, needed: list[tuple[int, int, Counts]]) -> Bools:
    """Which of the maps have any box with as many as it needs."""
    integral, reached = _integral(maps), np.zeros(maps.shape[0], dtype=bool)
    for high, wide, enough in needed:
        reached |= (_boxes(integral, high, wide) >= enough).any(axis=(1, 2))
    return reached


def _allowed(part: Floats) -> Bools:
    return np.asarray((part > 0) & (part <= 0.5 + 1e-12))


def _sides(side: int, shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    for high in range(1, min(side, shape[0]) + 1):
        for wide in range(1, min(side, shape[1]) + 1):
            yield high, wide


def _integral(maps: Counted) -> Counted:
    """Sums of all squares above and to the left, with a row and a column of zeros first."""
    kind = np.int32 if np.issubdtype(maps.dtype, np.integer) else np.float64
    full = np.zeros((*maps.shape[:-2], maps.shape[-2] + 1, maps.shape[-1] + 1), dtype=kind)
    np.cumsum(np.cumsum(maps, axis=-2, dtype=kind), axis=-1, out=full[..., 1:, 1:])
    return full


def _boxes(integral: Counted, high: int, wide: int) -> Counted:
    """The sum of every box of that size, by its first row and column (Crow's summed areas)."""
    rows = integral[..., high:, :] - integral[..., :-high, :]
    return np.asarray(rows[..., wide:] - rows[..., :-wide])


def _log_ratio(observed: Floats, expected: Floats, total: float) -> Floats:
    """k log(k/E) + (N − k) log((N − k)/(N − E)) where k > E, else 0."""
    inside = function("xlogy", observed, observed) - function("xlogy", observed, np.maximum(expected, 1e-300))
    left, right = np.maximum(total - observed, 0.0), np.maximum(total - expected, 1e-300)
    value = inside + function("xlogy", left, left) - function("xlogy", left, right)
    return np.where(observed > expected, value, 0.0)
