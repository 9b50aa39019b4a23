"""Each square's shade and marks, from released counts."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.usecases.hotspots.analysis import Analysis, Floats
from fieldapp.usecases.hotspots.grouping import Cell, cells_of, district_at, index_of
from fieldapp.usecases.hotspots.shapes import COUNT_BREAKS, HotPlace, Mark, Square

# A shade ends where the rate is so many times the municipality's.
SHADES = (0.5, 0.8, 1.25, 2.0)
ALIKE = 2
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
    marks = _marks(analysis, places)
    rated = analysis.known & (judged >= hotspots.PARAMETERS.least_shown) & (exposure > 0)
    shades = _shades(analysis.known, counts, smoothed.rate, breaks) * (rated | (not analysis.known))
    cells = cells_of(shown)
    where = index_of(cells)
    parts = (counts, analysis.hours, smoothed.rate, smoothed.low, smoothed.high, shades, rated)
    told = zip(cells, *(part[where].tolist() for part in parts), strict=True)
    return tuple(_square(analysis, marks, *values) for values in told), breaks


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


def _marks(analysis: Analysis, places: Iterable[HotPlace]) -> dict[Cell, Mark]:
    frame = analysis.grid.frame
    return {
        (north - frame.north, east - frame.east): Mark.STANDS_OUT if place.stands_out else Mark.MANY
        for place in places
        if place.lifecycle != "fading"
        for north, east in place.squares
    }


def _square(
    analysis: Analysis,
    marks: dict[Cell, Mark],
    cell: Cell,
    count: float,
    hours: float,
    rate: float,
    low: float,
    high: float,
    shade: int,
    rated: bool,
) -> Square:
    frame, known = analysis.grid.frame, analysis.known
    return Square(
        north=frame.north + cell[0],
        east=frame.east + cell[1],
        district=district_at(cell, analysis.grid),
        situations=None if 0 < count < hotspots.PARAMETERS.least_shown else int(count),
        hours=hours if known else None,
        rate=rate if rated else None,
        low=low if rated else None,
        high=high if rated else None,
        shade=shade,
        mark=marks.get(cell, Mark.NONE) | (_presence(hours) if known else Mark.NONE),
    )


def _presence(hours: float) -> Mark:
    if hours == 0:
        return Mark.NOT_VISITED
    return Mark.LOW_PRESENCE if hours < hotspots.PARAMETERS.least_hours_square else Mark.NONE


def _round(rate: float) -> float:
    """Two digits that count, so that what the legend says is what was used."""
    return round(rate, 1 - math.floor(math.log10(rate))) if rate > 0 else 0.0
