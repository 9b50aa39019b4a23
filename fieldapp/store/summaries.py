"""Counts for «Overblik», never single rows: from the rollups, and from rows only what those do not tell apart."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database

from fieldapp.model import ObservationFilter
from fieldapp.store import rollups
from fieldapp.store.observations import conditions, hinted
from fieldapp.store.rollups import Key, Unit

BLOCK_HOURS = 3
_BLOCK = f"weekday * 8 + hour / {BLOCK_HOURS}"
# A row that joined another, earlier one, is not counted as a situation. See store/situations.py.
_ONCE = "situation IS NULL"


def by_category(db: Database, wanted: ObservationFilter, unit: Unit = "rows") -> dict[str, int]:
    """Category key → rows, or situations."""
    return _counts(db, wanted, "category", unit)


def by_week(db: Database, wanted: ObservationFilter, unit: Unit = "rows") -> dict[date, int]:
    """Monday of each ISO week from that of `since` to that of `until`, both whole → rows or situations."""
    return {monday_of(week): n for week, n in _counts(db, wanted, "iso_week", unit).items()}


def by_day(db: Database, wanted: ObservationFilter, unit: Unit = "rows") -> dict[date, int]:
    """Copenhagen's day → rows or situations; days without any are left out."""
    return {date.fromisoformat(day): n for day, n in _counts(db, wanted, "local_date", unit).items()}


def by_block(db: Database, wanted: ObservationFilter, unit: Unit = "rows") -> dict[tuple[int, int], int]:
    """(ISO weekday 1–7, first hour of the 3-hour block in Copenhagen) → those whose time is known so well."""
    counts = _counts(db, wanted, "block", unit)
    return {(number // 8, number % 8 * BLOCK_HOURS): n for number, n in counts.items()}


def by_place(db: Database, wanted: ObservationFilter, unit: Unit = "rows") -> dict[str, int]:
    """Name of the nearest place → rows or situations; rows with no place near are left out."""
    return _counts(db, wanted, "place", unit)


def by_district(db: Database, wanted: ObservationFilter, unit: Unit = "rows") -> dict[str | None, int]:
    """District id → rows or situations; None is outside the municipality."""
    return {district or None: n for district, n in _counts(db, wanted, "district", unit).items()}


def first_day(db: Database, wanted: ObservationFilter) -> date | None:
    """The day of the oldest observation; None when there are none."""
    parts = rollups.parts(wanted, "local_date")
    days = [rollups.first_day(db, parts.rolled)] if parts.rolled else []
    for rest in (parts.rows, parts.own):
        if rest:
            where, arguments, index = _where(rest)
            sql = f"SELECT local_date FROM observation{index} WHERE {where} ORDER BY observed_at LIMIT 1"
            days += [date.fromisoformat(day) for (day,) in db.conn.execute(sql, arguments)]
    return min((day for day in days if day), default=None)


def newest(db: Database, wanted: ObservationFilter) -> str | None:
    """When the newest of those whose time is known was observed, as UTC text; None when there are none."""
    where, arguments = conditions(wanted)
    where.append("coarsened_at IS NULL")
    source = "observation INDEXED BY observation_by_time" if hinted(wanted) and not wanted.reporter else "observation"
    sql = f"SELECT observed_at FROM {source} WHERE {' AND '.join(where)} ORDER BY observed_at DESC LIMIT 1"
    found = db.conn.execute(sql, arguments).fetchone()
    return found[0] if found else None


def monday_of(week: str) -> date:
    """The first day of a stored ISO week.

    >>> monday_of("2026-W53")
    datetime.date(2026, 12, 28)
    """
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


# Key → how a row tells it, and which rows tell it at all.
_OF_ROWS: dict[Key, tuple[str, str]] = {
    "category": ("category", "1"),
    "district": ("coalesce(district, '')", "1"),
    "iso_week": ("iso_week", "1"),
    "local_date": ("local_date", "1"),
    "block": (_BLOCK, "coarsened_at IS NULL"),
    "place": ("place", "place IS NOT NULL"),
}


def _counts(db: Database, wanted: ObservationFilter, key: Key, unit: Unit) -> dict[Any, int]:
    parts = rollups.parts(_whole_weeks(wanted) if key == "iso_week" else wanted, key)
    counts: Counter[Any] = Counter(rollups.count(db, parts.rolled, key, unit) if parts.rolled else {})
    counts.update(_rows(db, parts.rows, key, unit) if parts.rows else {})
    # One's own rows beside others' that one may not see count each for itself: whether one of them joined another
    # would tell that there is another.
    counts.update(_rows(db, parts.own, key, "rows") if parts.own else {})
    return dict(counts)


def _rows(db: Database, wanted: ObservationFilter, key: Key, unit: Unit) -> dict[Any, int]:
    column, told = _OF_ROWS[key]
    where, arguments, index = _where(wanted)
    once = _ONCE if unit == "situations" else "1"
    sql = f"SELECT {column}, count(*) FROM observation{index} WHERE {where} AND {told} AND {once} GROUP BY 1"
    return dict(db.conn.execute(sql, arguments).fetchall())


def _where(wanted: ObservationFilter) -> tuple[str, list[Any], str]:
    """The terms, their arguments, and the index to go by: SQLite cannot know how few rows one reporter has."""
    where, arguments = conditions(wanted)
    for sign, day, around in ((">=", wanted.since, -1), ("<", wanted.until, 2)):
        if day is not None:
            where.append(f"observed_at {sign} ?")
            arguments.append((day + timedelta(days=around)).isoformat())
    by = "reporter" if wanted.reporter is not None else "category" if wanted.categories else ""
    hint = f" INDEXED BY observation_by_{by}" if by and hinted(wanted) else ""
    return " AND ".join(where), arguments, hint


def _whole_weeks(wanted: ObservationFilter) -> ObservationFilter:
    since, until = wanted.since, wanted.until
    return wanted.only(
        since=since and since - timedelta(days=since.weekday()),
        until=until and until + timedelta(days=6 - until.weekday()),
    )
