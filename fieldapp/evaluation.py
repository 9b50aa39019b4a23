"""Before and after an initiative: the weighted displacement difference (Wheeler & Ratcliffe 2018)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Measured:
    """Situations before and after in one area, with what they are divided by (hours, or days, or area; 1 for none)."""

    before: float
    after: float
    before_weight: float = 1.0
    after_weight: float = 1.0

    def change(self) -> float:
        """After less before, each per unit of its weight."""
        return self.after / self.after_weight - self.before / self.before_weight

    def variance(self) -> float:
        """The change's variance if both counts are Poisson."""
        return self.after / self.after_weight**2 + self.before / self.before_weight**2


@dataclass(frozen=True, slots=True)
class Displacement:
    """The net change of the treated area and its surroundings beyond the control's, its error, z and range.

    Below 0 is fewer situations. `p` is the two-sided chance of as much where nothing changed.
    """

    difference: float
    error: float
    z: float
    low: float
    high: float
    p: float


def displacement_difference(
    treated: Measured,
    control: Measured,
    displaced: Measured | None = None,
    displaced_control: Measured | None = None,
    *,
    level: float = 0.95,
) -> Displacement:
    """WDD = (ΔT − ΔC) + (ΔD_T − ΔD_C) with the sum of the counts (over weights squared) as variance.

    Crime Science 7:11, with the weights of Wheeler's later note for unequal times or areas. Use hours as weights: an
    initiative that brings more staff sees more, and would look like a failure by counts. Nothing counted anywhere
    gives error 0, z 0 and p 1; a weight that is not above 0 or a negative count raises ValueError.
    """
    areas = [(1, treated), (-1, control), (1, displaced or Measured(0, 0)), (-1, displaced_control or Measured(0, 0))]
    for _, area in areas:
        _checked(area)
    difference = sum(sign * area.change() for sign, area in areas)
    error = math.sqrt(sum(area.variance() for _, area in areas))
    z = difference / error if error else 0.0
    reach = float(special.ndtri((1 + level) / 2)) * error
    return Displacement(difference, error, z, difference - reach, difference + reach, float(2 * special.ndtr(-abs(z))))


def _checked(area: Measured) -> None:
    numbers = np.array([area.before, area.after, area.before_weight, area.after_weight], dtype=np.float64)
    if not np.isfinite(numbers).all() or (numbers[:2] < 0).any() or (numbers[2:] <= 0).any():
        raise ValueError("counts must be 0 or more and weights above 0, all finite")
