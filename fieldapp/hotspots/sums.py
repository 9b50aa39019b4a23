"""Sums over windows of squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Floats


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
