"""Places again and again: how much is at a few of them, and whether a found place is new, lasting or fading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import amounts, upper_binomial
from fieldapp.hotspots.parameters import PARAMETERS

Lifecycle = Literal["new", "lasting", "fading"]


@dataclass(frozen=True, slots=True)
class RepeatShare:
    """How many places are repeat places, how many situations they hold and the share of all that is.

    `chance` is the share they would hold if every place given were alike; `half` the fewest places with half of all.
    """

    places: int
    situations: int
    share: float
    chance: float
    half: int


def repeat_share(counts: ArrayLike, *, least: int = PARAMETERS.repeat_count) -> RepeatShare:
    """Share of the situations that lie at places with `least` or more; `counts` has one number a place, zeros too."""
    k = amounts(counts, "counts").ravel()
    total = float(k.sum())
    if total == 0:
        return RepeatShare(0, 0, 0.0, 0.0, 0)
    repeated = k >= least
    held = float(k[repeated].sum())
    half = int(np.searchsorted(np.cumsum(np.sort(k)[::-1]), total / 2)) + 1
    # A situation lies at a repeat place when at least `least − 1` of the others fell at the same one.
    chance = float(upper_binomial(least - 1, total - 1, 1 / k.size))
    return RepeatShare(int(repeated.sum()), int(held), held / total, chance, half)


def lifecycle(found_months: Sequence[bool]) -> Lifecycle | None:
    """A place's state from whether each month's run found it, oldest first: new, lasting, fading, or None.

    Found now is lasting with `lasting_months` earlier finds in the sequence, else new; not found now is fading when
    one of the `fading_months` before did; anything else is nothing to speak of.
    """
    if not found_months:
        return None
    *earlier, now = found_months
    if now:
        return "lasting" if sum(earlier) >= PARAMETERS.lasting_months else "new"
    return "fading" if any(earlier[-PARAMETERS.fading_months :]) else None
