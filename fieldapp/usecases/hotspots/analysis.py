"""The one family of tests over all squares and categories, made once per state of the data and kept for all readers."""

from __future__ import annotations

from datetime import date

import numpy as np

from fieldapp import hotspots
from fieldapp.store import meta
from fieldapp.store import squares as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.grid import grid_of
from fieldapp.usecases.hotspots.judging import Analysis, Bools, judged
from fieldapp.usecases.hotspots.keeping import Kept
from fieldapp.usecases.hotspots.months import Months, earlier
from fieldapp.usecases.hotspots.reading import PROBLEMS, SUMS, Floats, Layer, file_of, read, read_in
from fieldapp.usecases.services import Services

__all__ = ["PROBLEMS", "SUMS", "Analysis", "Floats", "Layer", "analysed", "counted_in", "flagged_before"]


def analysed(months: Months, *, today: date, db: Database, services: Services) -> Analysis | None:
    """The analysis of these months, kept until the data change; None where there are no districts."""
    key = (file_of(db), meta.data_version(db), rows.marks(db, months.first, months.last), months, today, services)
    found: Analysis | None = _kept.get(key, lambda: _made(months, today, db, services))
    return found


def flagged_before(
    analysis: Analysis, count: int, *, today: date, db: Database, services: Services
) -> tuple[dict[Layer, Bools], ...]:
    """What stood out by layer as if it were `count` months ago, and so on to one; oldest first, made once a day.

    The past hardly changes within a day, and all of these together take several times as long as the one of today.
    """
    key = (file_of(db), analysis.months, analysis.grid.frame, count, today, services)
    found: tuple[dict[Layer, Bools], ...] = _kept.get(key, lambda: _before(analysis, count, db))
    return found


def _before(analysis: Analysis, count: int, db: Database) -> tuple[dict[Layer, Bools], ...]:
    grid, length = analysis.grid, analysis.months.length
    everything = read(grid, Months(earlier(analysis.months, count).first, earlier(analysis.months, 1).last), db)
    runs = []
    for start in range(count):
        then = judged(earlier(analysis.months, count - start), everything.part(start, length), db)
        runs.append(dict(zip(then.layers, then.flagged, strict=True)) if then.known else {})
    return tuple(runs)


def _made(months: Months, today: date, db: Database, services: Services) -> Analysis | None:
    size = hotspots.square_size(rows.total(db, months.first, months.last, kinds=PROBLEMS))
    grid = grid_of(services, today, size)
    return None if grid is None else judged(months, read(grid, months, db), db)


def counted_in(analysis: Analysis, districts: frozenset[str], *, db: Database) -> tuple[Floats, Floats]:
    """The same counts of rows in these districts only, shaped as `counts` and `judged`."""
    found: tuple[Floats, Floats] = _kept.get((analysis, districts), lambda: _limited(analysis, districts, db))
    return found


def _limited(analysis: Analysis, districts: frozenset[str], db: Database) -> tuple[Floats, Floats]:
    found = read_in(analysis.grid, analysis.layers, analysis.months, districts, db)
    by_part = hotspots.divided(found, analysis.parts)[: len(analysis.enough)]
    return found.sum(axis=0), np.asarray((by_part * analysis.enough[:, None]).sum(axis=0))


_kept = Kept(most=16)
