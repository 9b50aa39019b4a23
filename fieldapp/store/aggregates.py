"""Counts straight from the database: grouped rows, never single observations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from fieldapp.model import ObservationFilter
from fieldapp.store.observations import conditions


def by_cell(db: Database, wanted: ObservationFilter, *, size_m: int) -> list[tuple[int, int, int]]:
    """(north, east, count) per square of `size_m` metres, `size_m` any multiple of 50."""
    where, arguments = conditions(wanted)
    # Stored indices are of 50 m squares, which both 100 m and 250 m squares are made of.
    sql = (
        f"SELECT cell_n * 50 / {int(size_m)} AS north, cell_e * 50 / {int(size_m)} AS east, count(*) "
        f"FROM observation WHERE {' AND '.join(where)} AND cell_n IS NOT NULL GROUP BY north, east"
    )
    return [(row[0], row[1], row[2]) for row in db.conn.execute(sql, arguments)]


class Group(NamedTuple):
    """So many `rows` alike in one month; `recorded` is the UTC day where they were recorded in a later month.

    `coarse` of them are past their lifetime.
    """

    kind: str
    district: str | None
    month: date
    recorded: date | None
    category: str
    north: int | None
    east: int | None
    rows: int
    coarse: int


def by_month(db: Database, wanted: ObservationFilter, *, size_m: int) -> Iterator[Group]:
    """Rows by kind, district, month, late day, category and square of `size_m` metres, a multiple of 50."""
    where, arguments = conditions(wanted)
    sql = (
        "SELECT kind, district, substr(local_date, 1, 7) AS month, "
        "CASE WHEN substr(recorded_at, 1, 7) > substr(local_date, 1, 7) THEN substr(recorded_at, 1, 10) END AS late, "
        f"category, cell_n * 50 / {int(size_m)} AS north, cell_e * 50 / {int(size_m)} AS east, count(*), "
        "count(coarsened_at) "
        f"FROM observation WHERE {' AND '.join(where)} GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )
    for kind, district, month, recorded, *rest in db.conn.execute(sql, arguments):
        first, late = date.fromisoformat(f"{month}-01"), date.fromisoformat(recorded) if recorded else None
        yield Group(kind, district, first, late, *rest)


def state(db: Database, wanted: ObservationFilter) -> str:
    """Changes with every change of these rows and with no other."""
    where, arguments = conditions(wanted)
    sql = f"SELECT count(*), coalesce(sum(version), 0), max(recorded_at) FROM observation WHERE {' AND '.join(where)}"
    return "-".join(str(part) for part in db.conn.execute(sql, arguments).fetchone())


_ADDING = ("record", "import")


def last_step(db: Database) -> int:
    """The number of the trail's last row."""
    return int(db.conn.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()[0])


def only_added_since(db: Database, step: int) -> bool:
    """Has the trail, since this row of it, told of new observations and of no other change of any?"""
    sql = (
        "SELECT count(*), coalesce(sum(action NOT IN (?, ?)), 0) FROM audit "
        "WHERE seq > ? AND entity NOT IN ('user', 'session')"
    )
    told, others = db.conn.execute(sql, [*_ADDING, step]).fetchone()
    return bool(told) and not others


def file_of(db: Database) -> str:
    """Where the database lies; empty for one in memory."""
    return str(db.conn.execute("PRAGMA database_list").fetchone()[2])
