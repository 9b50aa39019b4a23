"""Touching squares put together to places, and what a place is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from fieldapp.usecases.hotspots.grid import Grid
from fieldapp.usecases.services import Services

Cell = tuple[int, int]
_AROUND = [(north, east) for north in (-1, 0, 1) for east in (-1, 0, 1) if north or east]


def touching(cells: Iterable[Cell]) -> Iterator[tuple[Cell, ...]]:
    """Cells (row, column) by groups that touch along a side or at a corner, each group in order.

    >>> list(touching([(0, 0), (1, 1), (5, 5)]))
    [((0, 0), (1, 1)), ((5, 5),)]
    """
    left = set(cells)
    for start in sorted(left):
        if start not in left:
            continue
        group, edge = {start}, [start]
        left.remove(start)
        while edge:
            north, east = edge.pop()
            near = {(north + up, east + right) for up, right in _AROUND} & left
            left -= near
            group |= near
            edge.extend(near)
        yield tuple(sorted(group))


def cells_of(mask: NDArray[np.bool_]) -> list[Cell]:
    """(row, column) where a mask is true."""
    return [(int(row), int(column)) for row, column in np.argwhere(mask)]


def index_of(cells: Iterable[Cell]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns apart, as arrays are indexed."""
    rows, columns = np.array(list(cells), dtype=np.int64).reshape(-1, 2).T
    return rows, columns


def fullest(cells: tuple[Cell, ...], counts: NDArray[np.float64]) -> Cell:
    """The cell with most situations; the first where several have as many."""
    return max(cells, key=lambda cell: counts[cell])


def place_near(cells: tuple[Cell, ...], counts: NDArray[np.float64], grid: Grid, services: Services) -> str | None:
    """The named place nearest to the middle of the situations, within 400 m."""
    where = index_of(cells)
    weights = counts[where] + 1e-9
    lat, lon = (float(np.average(part[where], weights=weights)) for part in (grid.lats, grid.lons))
    found = services.gazetteer.nearest(lat, lon)
    return found[0].name if found else None


def district_at(cell: Cell, grid: Grid) -> str | None:
    """The district that the middle of a cell is in."""
    owner = int(grid.owner[cell])
    return grid.districts[owner] if owner >= 0 else None
