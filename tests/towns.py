"""A municipality for tests of squares: what readers are shown of it, and its squares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from making import NOW, a_database, a_user, some_services
from planting import Cell, square_of
from sqlite_utils import Database

from fieldapp.model import User
from fieldapp.usecases.hotspots import Squares, squares
from fieldapp.usecases.hotspots.grid import grid_of
from fieldapp.usecases.overview_periods import period_of

TODAY = date(2026, 11, 20)
SERVICES = some_services()
HOT = square_of(55.6118, 12.3565)
BUSY = square_of(55.6245, 12.2990)
EMPTY = square_of(55.6270, 12.3450)


@dataclass(frozen=True)
class Town:
    """A municipality where everything is even but for what was planted."""

    db: Database
    workers: tuple[User, User]

    def shown(self, reader: User, district: str | None = None, *, choice: str = "4uger", **more: object) -> Squares:
        wanted = {"categories": frozenset[str](), "now": NOW} | more
        period = period_of(choice, today=TODAY)
        return squares(
            district=district,
            period=period,
            reader=reader,
            db=self.db,
            services=SERVICES,
            **wanted,  # type: ignore[arg-type]
        )


def all_squares() -> list[tuple[Cell, str]]:
    """Every 250 m square inside, and its district."""
    grid = grid_of(SERVICES, TODAY, 250)
    assert grid
    frame, cells = grid.frame, [(int(row), int(column)) for row, column in zip(*grid.inside.nonzero(), strict=True)]
    return [
        ((frame.north + row, frame.east + column), grid.districts[grid.owner[row, column]]) for row, column in cells
    ]


def at(shown: Squares, cell: Cell) -> object:
    return next(one for one in shown.squares if (one.north, one.east) == cell)


def a_town(tmp_path: Path) -> Town:
    db = a_database(tmp_path)
    return Town(db, (a_user(db), a_user(db)))
