"""Situations and hours that may be set against each other, part of the day by part of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Bools, Floats, amounts
from fieldapp.hotspots.parameters import PARAMETERS
from fieldapp.hotspots.sums import window_sums


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """What a test compares: of each square only the parts of the day (`enough`) with hours enough there.

    `judged` [layers…, rows, columns] are the situations in those, `totals` [parts, layers…] their sums; `part_hours`
    [parts, rows, columns] the hours that each part is set against, and `hours` [rows, columns] all of them.
    """

    enough: Bools
    judged: Floats
    totals: Floats
    part_hours: Floats
    hours: Floats
    by_hours: bool

    @property
    def tested(self) -> Bools:
        return np.asarray(self.enough.any(axis=0))

    def expected(self, width: int = 1) -> Floats:
        """Situations at equal risk per hour in windows so many squares wide, as [layers…, tested squares]."""
        near = window_sums(self.part_hours, width)[:, self.tested]
        whole = self.part_hours.sum(axis=(-2, -1))[:, None]
        share = np.divide(near, whole, out=np.zeros_like(near), where=whole > 0)
        return np.asarray(np.tensordot(self.totals, share, axes=(0, 0)))

    def expected_map(self) -> Floats:
        """The same of each square by itself, as [layers…, rows, columns]."""
        full = np.zeros(self.judged.shape)
        full[..., self.tested] = self.expected()
        return full


def stratified(counts: ArrayLike, hours: ArrayLike | None, inside: ArrayLike | None = None) -> Strata:
    """`counts[parts, layers…, rows, columns]` and `hours[parts, rows, columns]`, without what cannot be judged.

    A square has a part where it has `least_hours_square` hours in it. Counts may have one part more than hours: those
    whose time of day is not known, set against the hours of all parts together, where a square has any part. Without
    hours (None) each inside square weighs 1.
    """
    k = amounts(counts, "counts")
    if k.ndim < 3:
        raise ValueError("counts have rows and columns")
    grid = k.shape[-2:]
    within = np.ones(grid, dtype=bool) if inside is None else np.asarray(inside, dtype=bool)
    h = np.broadcast_to(within.astype(float), (k.shape[0], *grid)) if hours is None else amounts(hours, "hours")
    if within.shape != grid or h.shape[1:] != grid or k.shape[0] - h.shape[0] not in (0, 1):
        raise ValueError("counts, hours and inside must have the same rows and columns")
    enough: Bools = np.asarray(within & (h >= (PARAMETERS.least_hours_square if hours is not None else 0.5)))
    used = np.where(enough, h, 0.0).sum(axis=0)
    if k.shape[0] > h.shape[0]:
        enough = np.concatenate([enough, np.asarray(enough.any(axis=0))[None]])
        h = np.concatenate([h, h.sum(axis=0)[None]])
    judged, totals = np.zeros(k.shape[1:]), np.zeros(k.shape[:-2])
    for place, there in enumerate(enough):
        part = k[place] * there
        judged += part
        totals[place] = part.sum(axis=(-2, -1))
    return Strata(enough, judged, totals, np.where(enough, h, 0.0), used, hours is not None)
