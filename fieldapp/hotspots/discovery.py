"""Many tests at once: how many of the findings may be chance (Benjamini & Hochberg 1995)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Floats, amounts


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjusted values q of all `p` (any shape) as one family: q ≤ α keeps the expected share of false findings ≤ α.

    J. R. Stat. Soc. B 57 (1995) 289–300. Holds for independent tests and for overlapping windows, which are
    positively dependent (Benjamini & Yekutieli 2001). A p outside 0–1 raises ValueError.
    """
    values = amounts(p, "p")
    if (values > 1).any():
        raise ValueError("p must be between 0 and 1")
    adjusted = np.ones(values.shape)
    below = values < 1  # a p of 1 stays 1 and changes no other; most of a map's are
    some = values[below]
    order = np.argsort(some, kind="stable")
    raised = some[order] * values.size / np.arange(1, some.size + 1)
    some[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    adjusted[below] = some
    return adjusted
