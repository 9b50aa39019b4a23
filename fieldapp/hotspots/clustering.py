"""Do situations come in bunches? Then ranges are widened and tests made harder, or chance would look like a pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Floats, amounts, function
from fieldapp.hotspots.parameters import PARAMETERS


@dataclass(frozen=True, slots=True)
class Dispersion:
    """φ, the variance as a multiple of a Poisson count's, and the chance `p` of as much where φ is truly 1."""

    phi: float
    p: float

    @property
    def factor(self) -> float:
        """What variances are multiplied by: φ where it is above 1 beyond chance, else 1."""
        return self.phi if self.phi > 1 and self.p < PARAMETERS.alpha else 1.0


_NONE = Dispersion(1.0, 1.0)


def dispersion(observed: ArrayLike, expected: ArrayLike, *, estimated: int = 1) -> Dispersion:
    """Pearson's φ = Σ(o − e)²/e / (n − estimated) with its χ² test; for cells whose expected count is 1 or more.

    `estimated` is how many numbers the expected ones were reckoned from. A situation where none is expected raises
    ValueError; no cells beyond the estimated give φ = 1, p = 1.
    """
    o, e = np.broadcast_arrays(amounts(observed, "observed"), amounts(expected, "expected"))
    if (o[e == 0] > 0).any():
        raise ValueError("something was observed where nothing is expected")
    used = e > 0
    freedom = int(used.sum()) - estimated
    if freedom < 1:
        return _NONE
    chi = float(((o[used] - e[used]) ** 2 / e[used]).sum())
    return Dispersion(chi / freedom, float(function("chdtrc", freedom, chi)))


def clustering(counts: ArrayLike, hours: ArrayLike | None = None, *, block: int = PARAMETERS.window) -> Dispersion:
    """φ from how unevenly each place's situations fall over `counts[months, rows, columns]` (or `[months, places]`).

    A place is a block of block × block squares, since bunches spill over their square's edge. Its months are compared
    with everybody's months (and with its own hours in them, where known), so that neither a season nor a lasting
    hotspot raises φ; bunches do. φ = Σ nX² / Σ nE[X²] over places with n situations, which is unbiased for bunches of
    one size and for negative binomial counts; its p comes from the exact variance of X² given n (Haldane 1937).
    """
    k, h = _places(amounts(counts, "counts"), block), None
    if hours is not None:
        h = _places(amounts(hours, "hours"), block)
        k = np.where(h > 0, k, 0.0)
    kept = np.ix_(k.sum(axis=1) > 0, k.sum(axis=0) > 0)
    k = k[kept]
    months, places = k.shape
    if months < 2 or places < 2:
        return _NONE
    return _over_months(k, np.ones_like(k) if h is None else h[kept])


def _over_months(k: Floats, h: Floats) -> Dispersion:
    n, everything = k.sum(axis=0), float(k.sum())
    shares = h * (k.sum(axis=1) / h.sum(axis=1))[:, None]
    shares /= shares.sum(axis=0)
    used = shares > 0
    safe = np.where(used, shares, 1.0)
    chi = np.where(used, (k - n * shares) ** 2 / (n * safe), 0.0).sum(axis=0)
    months = used.sum(axis=0)
    usual = (months - 1) * (everything - n) / (everything - 1)
    freedom = months - 1
    inverse = np.where(used, 1 / safe, 0.0).sum(axis=0)
    variance = 2 * freedom + (inverse - months**2 - 2 * months + 2) / n
    spread = float(np.sqrt((n**2 * np.maximum(variance, 0.0)).sum()))
    if spread == 0 or (n * usual).sum() == 0:
        return _NONE
    excess = float((n * (chi - usual)).sum())
    return Dispersion(max(0.0, 1 + excess / float((n * usual).sum())), float(function("ndtr", -excess / spread)))


def _places(values: Floats, block: int) -> Floats:
    """[months, rows, columns] as [months, places] of block × block squares."""
    if values.ndim == 2:
        return values
    if values.ndim != 3:
        raise ValueError("months, rows and columns are needed")
    months, rows, columns = values.shape
    whole = np.zeros((months, -(-rows // block) * block, -(-columns // block) * block))
    whole[:, :rows, :columns] = values
    blocks = whole.reshape(months, whole.shape[1] // block, block, whole.shape[2] // block, block)
    return np.asarray(blocks.sum(axis=(2, 4)).reshape(months, -1))


def widened(low: ArrayLike, value: ArrayLike, high: ArrayLike, found: Dispersion) -> tuple[Floats, Floats]:
    """A range widened by √φ round its value on the log scale (quasi-Poisson); at value 0 its upper end is × φ."""
    below, middle, above = np.broadcast_arrays(*(amounts(part, "a range") for part in (low, value, high)))
    root, some = np.sqrt(found.factor), middle > 0
    safe = np.where(some, middle, 1.0)
    wide_low = np.where(below > 0, safe * np.exp(root * np.log(np.where(below > 0, below, 1.0) / safe)), 0.0)
    wide_high = safe * np.exp(root * np.log(np.where(some, above, 1.0) / safe))
    return np.where(some, wide_low, 0.0), np.where(some, wide_high, above * found.factor)
