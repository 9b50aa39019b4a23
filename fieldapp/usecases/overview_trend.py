"""Counts by ISO week, and what is normal: the weeks before the ones shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fieldapp.store import summaries
from fieldapp.store.rollups import UNITS
from fieldapp.usecases.overview_compare import Normal, normal_of
from fieldapp.usecases.overview_periods import Days, Period
from fieldapp.usecases.overview_scope import Scope

SHORT_WEEKS, LONG_WEEKS = 26, 53
EARLIER_WEEKS = 156
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week by its Monday: `count` observations about `situations`.

    `whole` is False while the week (or the period) is not over.
    """

    monday: date
    count: int
    whole: bool
    situations: int = 0

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week


@dataclass(frozen=True, slots=True)
class Trend:
    """The weeks shown, and what was normal in the weeks before them: observations, and situations."""

    weeks: tuple[Week, ...] = ()
    normal: Normal | None = None
    normal_situations: Normal | None = None


def trend(scope: Scope, *, period: Period, today: date, first: date | None) -> Trend:
    """The last 26 weeks (53 for a long period), from the first registered week on, and the normal of the weeks before.

    Weeks of the period itself are never part of what is normal.
    """
    if first is None:
        return Trend()
    last = monday_of(min(period.now.until, today))
    count = LONG_WEEKS if period.now.length > SHORT_WEEKS * 7 else SHORT_WEEKS
    start = max(last - (count - 1) * _WEEK, monday_of(first))
    earliest = max(start - EARLIER_WEEKS * _WEEK, monday_of(first + timedelta(days=6)))
    days = Days(min(earliest, start), last)
    rows, once = (scope.count(summaries.by_week, days, unit) for unit in UNITS)
    weeks = tuple(
        Week(monday, rows.get(monday, 0), monday + timedelta(days=6) < today, once.get(monday, 0))
        for monday in _mondays(start, last)
    )
    before = _mondays(earliest, min(start, monday_of(period.now.since)) - _WEEK)
    return Trend(weeks, *(normal_of([counts.get(monday, 0) for monday in before]) for counts in (rows, once)))


def monday_of(day: date) -> date:
    """The Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def _mondays(first: date, last: date) -> list[date]:
    return [first + number * _WEEK for number in range((last - first).days // 7 + 1)]
