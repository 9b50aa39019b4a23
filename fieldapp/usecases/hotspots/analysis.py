"""The one family of tests over all squares and categories, made once per state of the data and kept for all readers."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.model import Kind
from fieldapp.store import aggregates, meta
from fieldapp.store import squares as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.grid import Grid, grid_of
from fieldapp.usecases.hotspots.guards import Unit, own_merit, passed
from fieldapp.usecases.hotspots.keeping import Kept
from fieldapp.usecases.hotspots.months import Months, earlier
from fieldapp.usecases.hotspots.shapes import ALL
from fieldapp.usecases.services import Services

HOUR_SECONDS = 3600
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Layer:
    """What is counted together: one category, or ALL of the kinds that a reader may see."""

    category: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Counts of shape (layers, rows, columns), and hours, rates and flags of the whole municipality.

    `weights` are the hours, or 1 a square where hours are not `known`; `flagged` has passed all four guards.
    """

    grid: Grid
    months: Months
    known: bool
    layers: tuple[Layer, ...]
    counts: Floats
    hours: Floats
    weights: Floats
    flagged: Bools
    q: Floats

    @property
    def categories(self) -> dict[str, str]:
        """Category → kind of the layers that are one category."""
        return {layer.category: next(iter(layer.kinds)) for layer in self.layers if layer.category != ALL}

    def rate(self, layer: int) -> float:
        """Situations per hour (or per square) of the whole municipality."""
        weights = float(self.weights.sum())
        return float(self.counts[layer][self.weights > 0].sum()) / weights if weights else 0.0


PROBLEMS = frozenset({Kind.PLACE.value, Kind.PEOPLE.value})
SUMS = (Layer(ALL, PROBLEMS), Layer(ALL, frozenset({Kind.PLACE.value})))


def analysed(months: Months, *, today: date, db: Database, services: Services) -> Analysis | None:
    """The analysis of these months, kept until the data change; None where there are no districts."""
    key = (_file(db), meta.data_version(db), months, today, services)
    found: Analysis | None = _kept.get(key, lambda: _made(months, today, db, services))
    return found


def flagged_before(
    analysis: Analysis, count: int, *, today: date, db: Database, services: Services
) -> tuple[dict[Layer, Bools], ...]:
    """What stood out by layer as if it were `count` months ago, and so on to one; oldest first, made once a day.

    The past hardly changes within a day, and all of these together take several times as long as the one of today.
    """
    key = (_file(db), analysis.months, analysis.grid.frame, count, today, services)
    found: tuple[dict[Layer, Bools], ...] = _kept.get(key, lambda: _before(analysis, count, db))
    return found


def _before(analysis: Analysis, count: int, db: Database) -> tuple[dict[Layer, Bools], ...]:
    grid, length = analysis.grid, analysis.months.length
    everything = _read(grid, Months(earlier(analysis.months, count).first, earlier(analysis.months, 1).last), db)
    runs = []
    for start in range(count):
        then = _tested(grid, earlier(analysis.months, count - start), everything.part(start, length), db)
        runs.append(dict(zip(then.layers, then.flagged, strict=True)) if then.known else {})
    return tuple(runs)


def _made(months: Months, today: date, db: Database, services: Services) -> Analysis | None:
    size = hotspots.square_size(rows.total(db, months.first, months.last, kinds=PROBLEMS))
    grid = grid_of(services, today, size)
    return None if grid is None else _tested(grid, months, _read(grid, months, db), db)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """Counts as (layers, months, rows, columns), hours as (months, rows, columns), and both by block for φ."""

    layers: tuple[Layer, ...]
    counts: Floats
    hours: Floats
    count_blocks: Floats
    hour_blocks: Floats

    def part(self, start: int, length: int) -> _Read:
        """Some months of it."""
        some = slice(start, start + length)
        blocks = self.count_blocks[:, some], self.hour_blocks[some]
        return _Read(self.layers, self.counts[:, some], self.hours[some], *blocks)


def _read(grid: Grid, months: Months, db: Database) -> _Read:
    layers, counts = _monthly(_single(db), grid, months, db)
    hours = rows.seconds(db, grid.frame, months.first, months.last) * grid.inside / HOUR_SECONDS
    return _Read(layers, counts, hours, _blocks(counts), _blocks(hours))


def _blocks(values: Floats) -> Floats:
    """[…, rows, columns] as […, blocks]: the places that `hotspots.clustering` compares, summed once for all layers."""
    for axis in (-2, -1):
        moved = np.moveaxis(values, axis, 0)
        sums = moved[:: hotspots.PARAMETERS.window].copy()
        for step in range(1, hotspots.PARAMETERS.window):
            part = moved[step :: hotspots.PARAMETERS.window]
            sums[: len(part)] += part
        values = np.moveaxis(sums, 0, axis)
    return values.reshape(*values.shape[:-2], -1)


def _single(db: Database) -> list[Layer]:
    return [Layer(category, frozenset({kind})) for kind, category in rows.categories(db) if kind in PROBLEMS]


def _monthly(
    single: list[Layer], grid: Grid, months: Months, db: Database, districts: frozenset[str] | None = None
) -> tuple[tuple[Layer, ...], Floats]:
    """The layers and their sums, and the counts of each as (layers, months, rows, columns)."""
    keys = [(next(iter(layer.kinds)), layer.category) for layer in single]
    found = rows.layered(db, grid.frame, keys, months.first, months.last, districts=districts)
    counts = np.zeros((len(single) + len(SUMS), *found.shape[1:]))
    np.multiply(found, grid.inside, out=counts[: len(single)])
    for place, one in enumerate(SUMS, len(single)):
        for number, layer in enumerate(single):
            if layer.kinds <= one.kinds:
                counts[place] += counts[number]
    return (*single, *SUMS), counts


def counted_in(analysis: Analysis, districts: frozenset[str], *, db: Database) -> Floats:
    """The same counts of rows in these districts only, of the shape of `analysis.counts`."""
    return np.asarray(_kept.get((analysis, districts), lambda: _limited(analysis, districts, db)))


def _limited(analysis: Analysis, districts: frozenset[str], db: Database) -> Floats:
    single = [layer for layer in analysis.layers if layer.category != ALL]
    return np.asarray(_monthly(single, analysis.grid, analysis.months, db, districts)[1].sum(axis=1))


def _tested(grid: Grid, months: Months, read: _Read, db: Database) -> Analysis:
    layers, inside, counts, hours = read.layers, grid.inside, read.counts.sum(axis=1), read.hours.sum(axis=0)
    known = hotspots.hours_known(counts[layers.index(SUMS[0])], hours)
    spread = read.hour_blocks if known else None
    factors = np.array([hotspots.clustering(layer, spread).factor for layer in read.count_blocks])
    test = hotspots.window_test(counts, hours if known else None, inside, dispersion=factors)
    weights = np.where(test.tested, hours if known else 1.0, 0.0)
    flagged = np.zeros(counts.shape, dtype=bool)
    for number, layer in enumerate(layers):
        smoothed = hotspots.smooth(np.where(test.tested, counts[number], 0.0), weights, test.q[number], ranges=False)
        unit = Unit(test.q[number], test.width[number], smoothed, _keys(layer, layers))
        found = test.tested & passed(unit, frame=grid.frame, months=months, db=db)
        flagged[number] = own_merit(found, test.width[number], counts[number], hours if known else None, inside)
    return Analysis(grid, months, known, layers, counts, hours, weights, flagged, test.q)


def _keys(layer: Layer, layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """The category keys that a layer is made of."""
    if layer.category != ALL:
        return (layer.category,)
    return tuple(one.category for one in layers if one.category != ALL and one.kinds <= layer.kinds)


def _file(db: Database) -> Hashable:
    """Which database: another file under the same name is another one."""
    path = aggregates.file_of(db)
    status = Path(path).stat() if path else None
    return (path, status.st_dev, status.st_ino) if status else id(db.conn)


_kept = Kept(most=16)
