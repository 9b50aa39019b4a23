"""Counts for «Overblik»: grouped in the database, never single rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlite_utils import Database

from fieldapp.model import ObservationFilter
from fieldapp.store.observations import conditions

BLOCK_HOURS = 3
# One number for a 50 m square on one day, which `count(DISTINCT …)` can take; rows without a square stand alone.
# So do those past their lifetime, of which square and day are not known so well.
_OCCASION = (
    "coalesce(iif(coarsened_at IS NULL, "
    "((cell_n * 65536 + cell_e) * 4194304) + CAST(julianday(local_date) AS INTEGER), NULL), -rowid)"
)


def by_category(db: Database, wanted: ObservationFilter) -> dict[str, int]:
    """Category key → rows."""
    return dict(_grouped(db, wanted, "category"))


def by_day(db: Database, wanted: ObservationFilter) -> dict[date, int]:
    """Copenhagen's day → rows; days without any are left out."""
    return {date.fromisoformat(day): n for day, n in _grouped(db, wanted, "local_date")}


def by_block(db: Database, wanted: ObservationFilter) -> dict[tuple[int, int], int]:
    """(ISO weekday 1–7, first hour of the 3-hour block in Copenhagen) → rows whose time is known so well."""
    # One number to sort by is a third quicker than two.
    block = f"weekday * 24 + hour / {BLOCK_HOURS} * {BLOCK_HOURS}"
    return {divmod(number, 24): n for number, n in _grouped(db, wanted, block, also="coarsened_at IS NULL")}


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


def first_day(db: Database, wanted: ObservationFilter) -> date | None:
    """The day of the oldest observation; None when there are none."""
    where, arguments = conditions(wanted)
    found = db.conn.execute(f"SELECT min(local_date) FROM observation WHERE {' AND '.join(where)}", arguments)
    day = found.fetchone()[0]
    return date.fromisoformat(day) if day else None


def newest(db: Database, wanted: ObservationFilter) -> str | None:
    """When the newest of those whose time is known was observed, as UTC text; None when there are none."""
    where, arguments = conditions(wanted)
    where.append("coarsened_at IS NULL")
    sql = f"SELECT observed_at FROM observation WHERE {' AND '.join(where)} ORDER BY observed_at DESC LIMIT 1"
    found = db.conn.execute(sql, arguments).fetchone()
    return found[0] if found else None


def _grouped(
    db: Database, wanted: ObservationFilter, *columns: str, counted: str = "count(*)", also: str = "1"
) -> list[tuple[Any, ...]]:
    where, arguments = conditions(wanted)
    where.append(also)
    names = ", ".join(columns)
    sql = f"SELECT {names}, {counted} FROM observation WHERE {' AND '.join(where)} GROUP BY {names}"
    return [tuple(row) for row in db.conn.execute(sql, arguments)]
