"""The guards of a finding that need rows: two different reporters and three different days behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.store import squares as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.months import Months

ENTRY_M = 50
# The hours of each part, by how many parts the day is divided into (`hotspots.divided`).
_DAY, _EVENING, _NIGHT = (frozenset(part) for part in (range(6, 18), range(18, 24), range(6)))
_HOURS = {3: (_DAY, _EVENING, _NIGHT), 2: (_DAY, _EVENING | _NIGHT)}
_LEAST = {"reporter": hotspots.PARAMETERS.least_reporters, "local_date": hotspots.PARAMETERS.least_days}


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One layer's q and smoothed rates, the width of what was tested round each square, and its category keys.

    `enough` tells which of the `parts` of the day were judged in each square.
    """

    q: NDArray[np.float64]
    width: NDArray[np.int64]
    smoothed: hotspots.Smoothed
    categories: tuple[str, ...]
    parts: int
    enough: NDArray[np.bool_]

    def hours(self, row: int, column: int) -> frozenset[int] | None:
        """The hours of the day that were judged anywhere in a square's window; None where that is all."""
        reach = int(self.width[row, column]) // 2
        near = np.s_[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
        among = [
            hours for hours, there in zip(_HOURS.get(self.parts, ()), self.enough, strict=False) if there[near].any()
        ]
        return None if len(among) == len(_HOURS.get(self.parts, ())) else frozenset[int]().union(*among)


def passed(unit: Unit, *, frame: rows.Frame, months: Months, db: Database) -> NDArray[np.bool_]:
    """Which squares stand out; rows are read only for those whose q and rate have passed, and only until enough."""
    counted = {column: np.full(unit.q.shape, float(least)) for column, least in _LEAST.items()}
    for row, column in np.argwhere(_stands_out(unit, counted)):
        window = _window(frame, int(row), int(column), int(unit.width[row, column]), months)
        hours = unit.hours(int(row), int(column))
        for name, least in _LEAST.items():
            counted[name][row, column] = rows.distinct(
                db, name, window, categories=unit.categories, most=least, hours=hours
            )
    return _stands_out(unit, counted)


def own_merit(
    found: NDArray[np.bool_],
    width: NDArray[np.int64],
    counts: NDArray[np.float64],
    by_part: NDArray[np.float64],
    hours: NDArray[np.float64] | None,
    inside: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Without the squares that were found only because their window reaches into a square found by itself.

    A square with fewer than five that touches one with more is no finding of its own. Those found by themselves are
    then taken away, counts and hours; a neighbour stays where its window still holds more than its share (p ≤ α).
    """
    few = counts < hotspots.PARAMETERS.least_shown
    found = found & ~(few & _touches(found & ~few))
    alone = found & (width == 1)
    beside = found & ~alone & _touches(alone)
    if not beside.any():
        return found
    rest = hotspots.stratified_test(np.where(alone, 0.0, by_part), hours, inside & ~alone)
    return np.asarray(found & (~beside | (rest.p <= hotspots.PARAMETERS.alpha)))


def _touches(squares: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(hotspots.window_sums(squares.astype(float)) > 0)


def _stands_out(unit: Unit, counted: dict[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    smoothed = unit.smoothed
    return hotspots.stands_out(
        unit.q, smoothed.rate, smoothed.mean, reporters=counted["reporter"], days=counted["local_date"]
    )


def _window(frame: rows.Frame, row: int, column: int, width: int, months: Months) -> rows.Window:
    step, reach = frame.size_m // ENTRY_M, width // 2
    north, east = (frame.north + row - reach) * step, (frame.east + column - reach) * step
    last = width * step - 1
    return rows.Window((north, north + last), (east, east + last), months.since, months.until)
