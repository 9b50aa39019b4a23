"""The filter in the address bar: one reading of it for pages, map and API, so that all three show the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, User, parse_time
from fieldapp.texts import later

PERIODS = {"7": 7, "28": 28, "90": 90, "365": 365}
DEFAULT_PERIOD = "28"
Query = Mapping[str, Sequence[str]]


def parse_filter(query: Query, *, reader: User, now: datetime) -> ObservationFilter:
    """`period` (days, `all` or `own` with `from`–`to`), `category`, `district`, `kind`, `mine`, `bbox`, `datetime`.

    Several values are repeated or comma-separated. Raises a Problem `invalid` that names the parameter.
    """
    since, until = _days(query, now)
    return ObservationFilter(
        since=since,
        until=until,
        categories=frozenset(_many(query, "category")),
        districts=frozenset(_many(query, "district")),
        kinds=frozenset(_kind(value) for value in _many(query, "kind")),
        reporter=reader.id if _first(query, "mine") == "1" else None,
        bbox=_bbox(_first(query, "bbox")),
    )


def _days(query: Query, now: datetime) -> tuple[date | None, date | None]:
    if interval := _first(query, "datetime"):
        return _interval(interval)
    period = _first(query, "period") or DEFAULT_PERIOD
    if period in PERIODS:
        return now.astimezone(COPENHAGEN).date() - timedelta(days=PERIODS[period] - 1), None
    if period not in ("all", "own"):
        raise Problem(
            "invalid", field="period", why=later("vælg en af: {choices}", choices=", ".join([*PERIODS, "all", "own"]))
        )
    return _day(query, "from"), _day(query, "to")


def _interval(text: str) -> tuple[date | None, date | None]:
    ends = [None if end in ("", "..") else parse_time("datetime", end) for end in text.split("/")]
    if len(ends) == 1:
        ends = [ends[0], ends[0]]
    if len(ends) != 2:
        raise Problem("invalid", field="datetime", why="skriv fra/til, for eksempel 2026-01-01/2026-03-31")
    first, last = (None if end is None else end.astimezone(COPENHAGEN).date() for end in ends)
    return first, last


def _day(query: Query, name: str) -> date | None:
    text = _first(query, name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("invalid", field=name, why="skriv datoen som 2026-11-22") from None


def _bbox(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Problem("invalid", field="bbox", why="skriv vest,syd,øst,nord i grader") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Problem("invalid", field="bbox", why="skriv vest,syd,øst,nord i grader")
    return west, south, east, north


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        raise Problem(
            "invalid", field="kind", why=later("vælg en af: {choices}", choices="place, people, good")
        ) from None


def _many(query: Query, name: str) -> list[str]:
    return [part for value in query.get(name, ()) for part in value.split(",") if part][:100]


def _first(query: Query, name: str) -> str:
    values = query.get(name, ())
    return values[0].strip() if values else ""
