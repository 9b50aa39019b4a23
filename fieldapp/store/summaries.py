"""Counts for «Overblik»: grouped in the database, never single rows."""

from __future__ import annotations

from datetime import date

from sqlite_utils import Database

from fieldapp.model import ObservationFilter
from fieldapp.store.observations import conditions

BLOCK_HOURS = 3
# One number for a 50 m square on one day, which `count(DISTINCT …)` can take; rows without a square stand alone.
_OCCASION = "coalesce(((cell_n * 65536 + cell_e) * 4194304) + CAST(julianday(local_date) AS INTEGER), -rowid)"


def by_category(db: Database, wanted: ObservationFilter) -> dict[str, int]:
    """Category key → rows."""
    return dict(_grouped(db, wanted, "category"))


def by_day(db: Database, wanted: ObservationFilter) -> dict[date, int]:
    """Copenhagen's day → rows; days without any are left out."""
    return {date.fromisoformat(day): n for day, n in _grouped(db, wanted, "local_date")}


def by_block(db: Database, wanted: ObservationFilter) -> dict[tuple[int, int], int]:
    """(ISO weekday 1–7, first hour of the 3-hour block in Copenhagen) → rows."""
    # One number to sort by is a third quicker than two.
    block = f"weekday * 24 + hour / {BLOCK_HOURS} * {BLOCK_HOURS}"
    return {divmod(number, 24): n for number, n in _grouped(db, wanted, block)}


def by_place(db: Database, wanted: ObservationFilter) -> dict[str, int]:
    """Name of the nearest place → rows; rows with no place near are left out."""
    return {place: n for place, n in _grouped(db, wanted, "place") if place is not None}


def by_district(db: Database, wanted: ObservationFilter) -> dict[str | None, int]:
    """District id → rows; None is outside the municipality."""
    return dict(_grouped(db, wanted, "district"))


def occasions(db: Database, wanted: ObservationFilter) -> dict[str, int]:
    """Category key → occasions: rows of one category in one 50 m square on one day count once.

    Several rows about one situation make any test of counts see differences that are not there.
    """
    return dict(_grouped(db, wanted, "category", counted=f"count(DISTINCT {_OCCASION})"))


def first_day(db: Database) -> date | None:
    """The day of the oldest observation of all; None when there are none."""
    found = db.conn.execute("SELECT min(local_date) FROM observation WHERE status = 'active'").fetchone()[0]
    return date.fromisoformat(found) if found else None


def newest(db: Database, wanted: ObservationFilter) -> str | None:
    """When the newest was observed, as UTC text; None when there are none."""
    where, arguments = conditions(wanted)
    sql = f"SELECT observed_at FROM observation WHERE {' AND '.join(where)} ORDER BY observed_at DESC LIMIT 1"
    found = db.conn.execute(sql, arguments).fetchone()
    return found[0] if found else None


def _grouped(db: Database, wanted: ObservationFilter, *columns: str, counted: str = "count(*)") -> list[tuple]:  # type: ignore[type-arg]
    where, arguments = conditions(wanted)
    names = ", ".join(columns)
    sql = f"SELECT {names}, {counted} FROM observation WHERE {' AND '.join(where)} GROUP BY {names}"
    return [tuple(row) for row in db.conn.execute(sql, arguments)]
