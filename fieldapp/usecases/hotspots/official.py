"""The official list: what stands out in the whole municipality in the last twelve months, for levels and promises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fieldapp import hotspots
from fieldapp.formats import COPENHAGEN
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.analysis import Analysis, Layer, analysed
from fieldapp.usecases.hotspots.grouping import Cell, cells_of, district_at, fullest, index_of, place_near, touching
from fieldapp.usecases.hotspots.months import last_year
from fieldapp.usecases.hotspots.shapes import ALL, Found
from fieldapp.usecases.services import Services


def detect(*, db: Database, services: Services, now: datetime) -> tuple[Found, ...]:
    """Every place that stands out; none where hours are not known, since nothing can be told apart then.

    Of all categories together only those places where no single category stands out.
    """
    today = now.astimezone(COPENHAGEN).date()
    analysis = analysed(last_year(today), today=today, db=db, services=services)
    if analysis is None or not analysis.known:
        return ()
    return tuple(_found(analysis, number, layer, cells, services) for number, layer, cells in _groups(analysis))


def _groups(analysis: Analysis) -> Iterator[tuple[int, Layer, tuple[Cell, ...]]]:
    taken: set[Cell] = set()
    for number, layer in enumerate(analysis.layers):
        for cells in touching(cells_of(analysis.flagged[number])):
            if analysis.judged[number][index_of(cells)].sum() < hotspots.PARAMETERS.least_shown:
                continue
            if layer.category != ALL or not taken & set(cells):
                taken |= set(cells)
                yield number, layer, cells


def _found(analysis: Analysis, number: int, layer: Layer, cells: tuple[Cell, ...], services: Services) -> Found:
    counts, where, frame = analysis.counts[number], index_of(cells), analysis.grid.frame
    top = fullest(cells, counts)
    district = district_at(top, analysis.grid)
    near = place_near(cells, counts, analysis.grid, services)
    return Found(
        category=layer.category,
        kind="place" if layer.kinds == {"place"} else "people",
        district=district,
        place=near or services.district_name(district),
        size_m=frame.size_m,
        north=frame.north + top[0],
        east=frame.east + top[1],
        squares=tuple((frame.north + row, frame.east + column) for row, column in cells),
        situations=int(analysis.judged[number][where].sum()),
        expected=float(analysis.expected[number][where].sum()),
        hours=float(analysis.weights[where].sum()),
    )
