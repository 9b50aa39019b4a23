"""A yearly look at ourselves: how much of next year lay where we pointed (prediction accuracy and efficiency)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fieldapp.hotspots.checks import Floats, amounts


@dataclass(frozen=True, slots=True)
class Prediction:
    """For the first 1, 2, … n squares by prediction: PAI, and PEI = PAI over the best so many squares can have."""

    pai: Floats
    pei: Floats


def prediction(observed: ArrayLike, predicted: ArrayLike) -> Prediction:
    """PAI (Chainey, Tompson & Uhlig 2008) = share of what came / share of the area; PEI (Hunt 2016); equal squares.

    Squares that were predicted alike share what they held, so that the order of the list gives nobody luck. Nothing
    observed gives 0s.
    """
    came, ahead = amounts(observed, "observed").ravel(), amounts(predicted, "predicted").ravel()
    if came.size != ahead.size:
        raise ValueError("as many observed as predicted")
    if came.sum() == 0:
        return Prediction(np.zeros(came.size), np.zeros(came.size))
    area = np.arange(1, came.size + 1) / came.size
    _, group, sizes = np.unique(-ahead, return_inverse=True, return_counts=True)
    shared = np.bincount(group, weights=came) / sizes
    hits, best = np.cumsum(np.repeat(shared, sizes)), np.cumsum(np.sort(came)[::-1])
    return Prediction(hits / came.sum() / area, hits / best)
