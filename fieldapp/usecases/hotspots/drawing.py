"""Each square's shade and marks, from released counts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.usecases.hotspots.analysis import Analysis, Floats
from fieldapp.usecases.hotspots.grouping import index_of
from fieldapp.usecases.hotspots.shapes import COUNT_BREAKS, HotPlace, Mark, Square

# A shade ends where the rate is so many times the municipality's.
SHADES = (0.5, 0.8, 1.25, 2.0)
ALIKE = 2
# By number: putting an IntFlag together costs as much as all else of a square.
_MARKS = tuple(Mark(number) for number in range(16))
Bools = NDArray[np.bool_]


def drawn(
    analysis: Analysis,
    shown: Bools,
    counts: Floats,
    judged: Floats,
    layers: list[int],
    places: Iterable[HotPlace],
) -> tuple[tuple[Square, ...], tuple[float, ...]]:
    """The shown squares, and the rates between the shades; `counts` are those released, of these layers together.

    A square is shaded by those of them that were `judged`.
    """
    exposure = analysis.exposure(layers)
    smoothed = _smoothed(analysis, shown, judged, exposure, layers)
    breaks = tuple(_round(smoothed.mean * share) for share in SHADES) if analysis.known and smoothed.variance else ()
    rated = analysis.known & (judged >= hotspots.PARAMETERS.least_shown) & (exposure > 0)
    shades = _shades(analysis.known, counts, smoothed.rate, breaks) * (rated | (not analysis.known))
    marks = _marks(analysis, places)
    figures = (counts, analysis.hours, smoothed.rate, smoothed.low, smoothed.high, shades, rated, marks)
    return _squares(analysis, shown, *figures), breaks


def _shades(known: bool, counts: Floats, rates: Floats, breaks: tuple[float, ...]) -> NDArray[np.int64]:
    """1 to 5 by rate, ALIKE where there are no breaks; where hours are not known 0 to 5 by count."""
    if not known:
        return np.searchsorted(COUNT_BREAKS, counts, side="right")
    return 1 + np.searchsorted(breaks, rates, side="right") if breaks else np.full(counts.shape, ALIKE)


def _smoothed(
    analysis: Analysis, shown: Bools, judged: Floats, exposure: Floats, layers: list[int]
) -> hotspots.Smoothed:
    """Rates of the shown squares, drawn towards what the whole municipality has."""
    everywhere = analysis.judged[layers].sum(axis=0)
    used = np.where(exposure > 0, np.where(shown, judged, everywhere), 0.0)
    q = analysis.q[layers].min(axis=0, initial=1.0)[analysis.weights > 0]
    return hotspots.smooth(used, exposure, q)


def _marks(analysis: Analysis, places: Iterable[HotPlace]) -> NDArray[np.int64]:
    """The number of each square's mark."""
    marks = np.zeros(analysis.grid.frame.shape, dtype=np.int64)
    if analysis.known:
        marks[analysis.hours < hotspots.PARAMETERS.least_hours_square] = Mark.LOW_PRESENCE
        marks[analysis.hours == 0] = Mark.NOT_VISITED
    frame = analysis.grid.frame
    for place in places:
        if place.lifecycle != "fading":
            norths, easts = index_of(place.squares)
            mark = Mark.STANDS_OUT if place.stands_out else Mark.MANY
            marks[norths - frame.north, easts - frame.east] |= mark.value
    return marks


def _squares(analysis: Analysis, shown: Bools, *figures: NDArray[Any]) -> tuple[Square, ...]:
    frame, names, known = analysis.grid.frame, analysis.grid.districts, analysis.known
    columns = (*np.nonzero(shown), *(part[shown] for part in (*figures, analysis.grid.owner)))
    told = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(
        Square(
            north=frame.north + row,
            east=frame.east + column,
            district=names[owner] if owner >= 0 else None,
            situations=None if 0 < count < hotspots.PARAMETERS.least_shown else int(count),
            hours=hours if known else None,
            rate=rate if rated else None,
            low=low if rated else None,
            high=high if rated else None,
            shade=shade,
            mark=_MARKS[mark],
        )
        for row, column, count, hours, rate, low, high, shade, rated, mark, owner in told
    )


def _round(rate: float) -> float:
    """Two digits that count, so that what the legend says is what was used."""
    return round(rate, 1 - math.floor(math.log10(rate))) if rate > 0 else 0.0
