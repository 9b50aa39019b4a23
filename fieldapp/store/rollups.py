"""Counts that are kept while rows are written, read by filter: their cost follows the days asked for, not the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from fieldapp.formats import iso_week
from fieldapp.model import Grant, Kind, ObservationFilter
from fieldapp.store.granting import among

# What is counted: registered rows, or situations, of which several rows may tell.
Unit = Literal["rows", "situations"]
UNITS: tuple[Unit, Unit] = ("rows", "situations")
Key = Literal["category", "district", "iso_week", "local_date", "block", "place"]
_TABLES: dict[Key, str] = {"local_date": "count_day", "block": "block_day", "place": "place_day"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Parts:
    """A filter in parts that share no row, each None where it is empty.

    `rolled` the rollups answer, `rows` only rows do, and `own` are a reader's own rows beyond the districts and kinds
    that they see.
    """

    rolled: ObservationFilter | None
    rows: ObservationFilter | None
    own: ObservationFilter | None


def parts(wanted: ObservationFilter, key: Key) -> Parts:
    """Which part of the filter can be answered how, when it is counted by this key."""
    if wanted.reporter or wanted.bbox or wanted.withheld:
        return Parts(None, wanted, None)
    granted = wanted.granted
    shared = None if granted is None else tuple(grant for grant in granted if grant.reporter is None)
    own = tuple(grant for grant in granted or () if grant.reporter is not None)
    seen = None if shared == () else wanted.only(granted=shared)
    rest = _by_reporter(wanted.only(granted=own, withheld=shared or ())) if own else None
    return Parts(None, seen, rest) if wanted.categories and key in ("block", "place") else Parts(seen, None, rest)


def _by_reporter(rest: ObservationFilter) -> ObservationFilter:
    """One reporter, whatever the kind and district, is better said as a filter, which an index answers."""
    (grant, *others) = rest.granted or ()
    return (
        rest if others or grant != Grant(reporter=grant.reporter) else rest.only(granted=None, reporter=grant.reporter)
    )


def count(db: Database, wanted: ObservationFilter, key: Key, unit: Unit = "rows") -> dict[Any, int]:
    """Counts by key of a filter that `parts` calls `rolled`; what has none is left out.

    A district is '' outside the municipality; a block is ISO weekday × 8 + the 3-hour block of the day.
    """
    counts: Counter[Any] = Counter()
    for table, column, first, last in _sources(key, wanted):
        where, arguments = _terms(wanted, column, first, last)
        columns = "local_date, block" if key == "block" else key
        sql = f"SELECT {columns}, sum({unit}) FROM {table} WHERE {' AND '.join(where)} GROUP BY {columns}"
        for *found, number in db.conn.execute(sql, arguments):
            counts[_weekday_block(*found) if key == "block" else found[0]] += number
    return {found: number for found, number in counts.items() if number}


def _weekday_block(day: str, block: int) -> int:
    return date.fromisoformat(day).isoweekday() * 8 + block


def first_day(db: Database, wanted: ObservationFilter) -> date | None:
    """The day of the oldest row that the filter lets through; None when there are none."""
    where, arguments = _terms(wanted, "local_date", wanted.since, wanted.until)
    sql = f"SELECT local_date FROM count_day WHERE {' AND '.join(where)} ORDER BY local_date LIMIT 1"
    found = db.conn.execute(sql, arguments).fetchone()
    return date.fromisoformat(found[0]) if found else None


def _sources(key: Key, wanted: ObservationFilter) -> Iterator[tuple[str, str, date | None, date | None]]:
    """(table, its column of time, first and last day): whole weeks by the week, the days at both ends by the day."""
    since, until = wanted.since, wanted.until
    if key in _TABLES:
        yield _TABLES[key], "local_date", since, until
        return
    monday = since + timedelta(days=-since.weekday() % 7) if since else None
    sunday = until - timedelta(days=(until.weekday() + 1) % 7) if until else None
    if key == "iso_week":
        yield "count_week", "iso_week", since, until
    elif monday and sunday and monday > sunday:
        yield "count_day", "local_date", since, until
    else:
        yield "count_week", "iso_week", monday, sunday
        if monday and monday != since:
            yield "count_day", "local_date", since, monday - _DAY
        if sunday and sunday != until:
            yield "count_day", "local_date", sunday + _DAY, until


def _terms(
    wanted: ObservationFilter, column: str, first: date | None, last: date | None
) -> tuple[list[str], list[Any]]:
    where, arguments = ["1"], []
    for sign, day in ((">=", first), ("<=", last)):
        if day is not None:
            where.append(f"{column} {sign} ?")
            arguments.append(iso_week(day) if column == "iso_week" else day.isoformat())
    for name, values in (("category", wanted.categories), ("district", wanted.districts), ("kind", wanted.kinds)):
        if values:
            where.append(among(name, values, arguments))
    if wanted.granted is not None:
        where.append("(" + (" OR ".join(_grant(grant, arguments) for grant in wanted.granted) or "0") + ")")
    return where, arguments


def _grant(grant: Grant, arguments: list[Any]) -> str:
    terms = [] if grant.kinds == frozenset(Kind) else [among("kind", grant.kinds, arguments)]
    if grant.districts is not None:
        terms.append(among("district", grant.districts, arguments))
    return "(" + (" AND ".join(terms) or "1") + ")"
