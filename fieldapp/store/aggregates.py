"""Counts straight from the database: grouped rows, never single observations."""

from __future__ import annotations

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
