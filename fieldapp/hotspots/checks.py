"""Numbers as they must be finite and not negative; scipy's functions, typed, come in here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def amounts(values: ArrayLike, what: str) -> Floats:
    """The values as floats; ValueError where one is not a number, not finite or negative."""
    found = np.asarray(values, dtype=np.float64)
    if not np.isfinite(found).all() or (found < 0).any():
        raise ValueError(f"{what} must be finite and not negative")
    return found


def upper_binomial(observed: ArrayLike, total: ArrayLike, share: ArrayLike) -> Floats:
    """P(X ≥ observed) for X ~ Binomial(total, share), by the incomplete beta function; counts may be broken numbers."""
    k, n, pi = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (observed, total, share)))
    safe = np.clip(k, np.finfo(float).tiny, None)
    tail = special.betainc(safe, np.maximum(n - k + 1, np.finfo(float).tiny), np.clip(pi, 0, 1))
    return np.where(k <= 0, 1.0, np.where(k > n, 0.0, tail))


def upper_clustered(observed: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """P(X ≥ observed) for a negative binomial with this mean and variance dispersion × mean; 0 where φ is 1."""
    k, mu, phi = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (observed, mean, dispersion)))
    tiny = np.finfo(float).tiny
    over = np.maximum(phi - 1, 1e-9)
    tail = special.betainc(np.maximum(k, tiny), np.maximum(mu / over, tiny), over / phi)
    return np.where(k <= 0, 1.0, np.where((mu <= 0) | (phi <= 1), 0.0, tail))


def function(name: str, *values: Any) -> Floats:
    """One of scipy.special's functions by name, its answer as floats."""
    return np.asarray(getattr(special, name)(*values), dtype=np.float64)
