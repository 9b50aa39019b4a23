"""Counts by ISO week, and what is normal: the weeks before the ones shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fieldapp.store import summaries
from fieldapp.usecases.overview_compare import Normal, normal_of
from fieldapp.usecases.overview_periods import Days, Period
from fieldapp.usecases.overview_scope import Scope

SHORT_WEEKS, LONG_WEEKS = 26, 53
EARLIER_WEEKS = 156
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week by its Monday; `whole` is False while the week (or the period) is not over."""

    monday: date
    count: int
    whole: bool

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week


def trend(scope: Scope, *, period: Period, today: date, first: date | None) -> tuple[tuple[Week, ...], Normal | None]:
    """The last 26 weeks (53 for a long period), from the first registered week on, and the normal of the weeks before.

    Weeks of the period itself are never part of what is normal.
    """
    if first is None:
        return (), None
    last = monday_of(min(period.now.until, today))
    count = LONG_WEEKS if period.now.length > SHORT_WEEKS * 7 else SHORT_WEEKS
    start = max(last - (count - 1) * _WEEK, monday_of(first))
    earliest = max(start - EARLIER_WEEKS * _WEEK, monday_of(first + timedelta(days=6)))
    days = Days(min(earliest, start), min(last + timedelta(days=6), today))
    counts = weekly(scope.count(summaries.by_day, days))
    weeks = tuple(
        Week(monday, counts.get(monday, 0), monday + timedelta(days=6) < today) for monday in _mondays(start, last)
    )
    before = _mondays(earliest, min(start, monday_of(period.now.since)) - _WEEK)
    return weeks, normal_of([counts.get(monday, 0) for monday in before])


def weekly(days: Mapping[date, int]) -> dict[date, int]:
    """Counts by day → counts by the Monday of the ISO week."""
    counts: Counter[date] = Counter()
    for day, count in days.items():
        counts[monday_of(day)] += count
    return dict(counts)


def monday_of(day: date) -> date:
    """The Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def _mondays(first: date, last: date) -> list[date]:
    return [first + number * _WEEK for number in range((last - first).days // 7 + 1)]
