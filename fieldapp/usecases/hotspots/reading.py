"""Situations and hours of whole months from the sums; a month is read again only when something in it has changed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.model import Kind
from fieldapp.store import aggregates
from fieldapp.store import squares as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.grid import Grid
from fieldapp.usecases.hotspots.keeping import Kept
from fieldapp.usecases.hotspots.months import Months
from fieldapp.usecases.hotspots.shapes import ALL

HOUR_SECONDS = 3600
Floats = NDArray[np.float64]
Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Layer:
    """What is counted together: one category, or ALL of the kinds that a reader may see."""

    category: str
    kinds: frozenset[str]


PROBLEMS = frozenset({Kind.PLACE.value, Kind.PEOPLE.value})
SUMS = (Layer(ALL, PROBLEMS), Layer(ALL, frozenset({Kind.PLACE.value})))


@dataclass(frozen=True, slots=True, eq=False)
class _Month:
    """One month's situations as (categories, parts and unknown, squares inside), and by block for φ."""

    counts: Counts
    blocks: Counts


@dataclass(frozen=True, eq=False)
class Read:
    """What was read of several months: the layers, each month's situations, and hours as (months, parts, grid)."""

    grid: Grid
    layers: tuple[Layer, ...]
    months: tuple[_Month, ...]
    month_hours: Floats

    def part(self, start: int, length: int) -> Read:
        """Some months of it."""
        some = slice(start, start + length)
        return Read(self.grid, self.layers, self.months[some], self.month_hours[some])

    @cached_property
    def hours(self) -> Floats:
        """Hours as (parts, rows, columns)."""
        return np.asarray(self.month_hours.sum(axis=0))

    @cached_property
    def counts(self) -> Floats:
        """Situations as (parts and, where there are any, unknown; layers; rows; columns)."""
        total = np.zeros_like(self.months[0].counts)
        for month in self.months:
            total += month.counts
        return on_grid(with_sums(self.layers, total), self.grid)

    def factor(self, layer: Layer, *, known: bool, parts: int) -> float:
        """φ of one layer by its months and, where known, by the hours of each place's months and parts of the day."""
        members = _members(self.layers, layer)
        months = np.stack([month.blocks[members].sum(axis=0) for month in self.months], axis=1).astype(float)
        counts = hotspots.divided(months, parts)
        if not known:
            return hotspots.clustering(counts[0]).factor
        hours = hotspots.divided(self._hour_blocks, parts)
        if parts == 1:
            return hotspots.clustering(counts[0], hours[0]).factor
        hours = np.concatenate([hours, hours.sum(axis=0, keepdims=True)])
        counts = np.where(hours > 0, counts, 0.0)
        whole = hours.sum(axis=-1, keepdims=True)
        rate = np.divide(counts.sum(axis=-1, keepdims=True), whole, out=np.zeros_like(whole), where=whole > 0)
        return hotspots.clustering(counts.sum(axis=0), (hours * rate).sum(axis=0)).factor

    @cached_property
    def _hour_blocks(self) -> Floats:
        """(parts, months, blocks)"""
        return np.asarray(_blocks(self.month_hours).swapaxes(0, 1))


def read(grid: Grid, months: Months, db: Database) -> Read:
    """The situations and hours of these months."""
    layers = _single(db)
    keys = tuple((next(iter(layer.kinds)), layer.category) for layer in layers)
    every = rows.months(months.first, months.last)
    found = [
        _kept.get((file_of(db), grid, keys, month, mark), partial(_month, grid, keys, month, db))
        for month, mark in zip(every, rows.marks(db, months.first, months.last), strict=True)
    ]
    hours = rows.seconds(db, grid.frame, months.first, months.last) * grid.inside / HOUR_SECONDS
    return Read(grid, (*layers, *SUMS), tuple(found), hours)


def read_in(grid: Grid, layers: Sequence[Layer], months: Months, districts: frozenset[str], db: Database) -> Floats:
    """As `Read.counts`, always with the unknown, of rows in these districts only."""
    keys = [(next(iter(layer.kinds)), layer.category) for layer in layers if layer.category != ALL]
    found = rows.layered(db, grid.frame, keys, months.first, months.last, districts=districts)
    return on_grid(with_sums(layers, found[..., grid.inside], every=True), grid)


def file_of(db: Database) -> Hashable:
    """Which database: another file under the same name is another one."""
    path = aggregates.file_of(db)
    status = Path(path).stat() if path else None
    return (path, status.st_dev, status.st_ino) if status else id(db.conn)


def with_sums(layers: Sequence[Layer], single: Counts, *, every: bool = False) -> Floats:
    """(categories, parts and unknown, squares) → (parts, layers, squares), without the unknown where there is none."""
    count = single.shape[1] if every or single[:, -1].any() else single.shape[1] - 1
    found = np.empty((count, len(layers), single.shape[-1]))
    for place, layer in enumerate(layers):
        members = _members(layers, layer)
        found[:, place] = single[members, :count].sum(axis=0) if len(members) != 1 else single[members[0], :count]
    return found


def on_grid(values: Floats, grid: Grid) -> Floats:
    """[…, squares inside] → […, rows, columns], nothing outside."""
    full = np.zeros((*values.shape[:-1], *grid.frame.shape))
    full[..., grid.inside] = values
    return full


def _members(layers: Sequence[Layer], layer: Layer) -> list[int]:
    """The places of the categories that a layer is made of."""
    if layer.category != ALL:
        return [place for place, one in enumerate(layers) if one == layer]
    return [place for place, one in enumerate(layers) if one.category != ALL and one.kinds <= layer.kinds]


def category_keys(layers: Sequence[Layer], layer: Layer) -> tuple[str, ...]:
    """The category keys that a layer is made of."""
    return tuple(layers[place].category for place in _members(layers, layer))


def _single(db: Database) -> list[Layer]:
    return [Layer(category, frozenset({kind})) for kind, category in rows.categories(db) if kind in PROBLEMS]


def _month(grid: Grid, keys: Sequence[tuple[str, str]], month: str, db: Database) -> _Month:
    found = rows.layered(db, grid.frame, keys, month, month)
    return _Month(found[..., grid.inside], _blocks(found * grid.inside))


def _blocks(values: NDArray[Any]) -> NDArray[Any]:
    """[…, rows, columns] as […, blocks]: the places that `hotspots.clustering` compares, summed once for all layers."""
    for axis in (-2, -1):
        moved = np.moveaxis(values, axis, 0)
        sums = moved[:: hotspots.PARAMETERS.window].copy()
        for step in range(1, hotspots.PARAMETERS.window):
            part = moved[step :: hotspots.PARAMETERS.window]
            sums[: len(part)] += part
        values = np.moveaxis(sums, 0, axis)
    return values.reshape(*values.shape[:-2], values.shape[-2] * values.shape[-1])


# About a megabyte each where squares are smallest.
_kept = Kept(most=36)
