"""Was a place found before? The same analysis as if it were one month ago, two, and so on to half a year."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.analysis import Analysis, Layer, flagged_before
from fieldapp.usecases.hotspots.grouping import Cell, index_of
from fieldapp.usecases.services import Services

LOOK_BACK = 6
Bools = NDArray[np.bool_]


def flags_before(
    analysis: Analysis, *, today: date, db: Database, services: Services
) -> tuple[dict[Layer, Bools], ...]:
    """What stood out by layer in each of the runs before, oldest first; only where hours are used now."""
    if not analysis.known:
        return ()
    return flagged_before(analysis, LOOK_BACK, today=today, db=db, services=services)


def lifecycle_of(cells: tuple[Cell, ...], layer: Layer, before: tuple[dict[Layer, Bools], ...]) -> str | None:
    """New or lasting, for a place found now; None where hours are not known."""
    if not before:
        return None
    where = index_of(cells)
    return hotspots.lifecycle([*(layer in flags and bool(flags[layer][where].any()) for flags in before), True])


def faded(layer: Layer, now: Bools, before: tuple[dict[Layer, Bools], ...]) -> Bools:
    """Squares that were lasting and found within `fading_months`, and now neither stand out nor touch one that does.

    What was found once or twice in half a year may have been chance, and is not told of again.
    """
    runs = np.stack([flags.get(layer, np.zeros_like(now)) for flags in before] or [np.zeros_like(now)])
    lasting = runs.sum(axis=0) >= hotspots.PARAMETERS.lasting_months
    recent = runs[-hotspots.PARAMETERS.fading_months :].any(axis=0)
    return np.asarray(lasting & recent & (hotspots.window_sums(now.astype(float)) == 0))
