"""The periods «Overblik» can show, each with the period before and the same period a year before."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fieldapp.errors import Problem
from fieldapp.texts import N_, later

CHOICES = {
    "4uger": "4 uger",
    "3mdr": "3 måneder",
    "12mdr": "12 måneder",
    "iaar": "I år",
    "egen": "Egen periode",
}
LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Days:
    """Copenhagen's days from `since` to `until`, both included."""

    since: date
    until: date

    @property
    def length(self) -> int:
        return (self.until - self.since).days + 1


@dataclass(frozen=True, slots=True)
class Period:
    """A chosen period (a key of CHOICES) and what it is compared with."""

    choice: str
    now: Days
    before: Days
    year_before: Days

    @property
    def columns(self) -> tuple[Days, ...]:
        """Now, before, a year before; the last only when it is another period than the one before."""
        return (self.now, self.before) if self.before == self.year_before else (self.now, self.before, self.year_before)


def period_of(choice: str, *, today: date, since: date | None = None, until: date | None = None) -> Period:
    """The period of a choice, ending today at the latest; raises Problem `invalid` for dates that make none."""
    if choice not in _PERIODS:
        raise Problem("invalid", field=N_("periode"), why=later("vælg en af: {choices}", choices=", ".join(CHOICES)))
    if choice == "egen":
        return _own(since, until, today)
    now, before = _PERIODS[choice](today)
    return Period(choice, now, before, _earlier(now, 12))


def _four_weeks(today: date) -> tuple[Days, Days]:
    now = Days(today - timedelta(days=27), today)
    return now, _preceding(now)


def _months(count: int) -> Callable[[date], tuple[Days, Days]]:
    def days(today: date) -> tuple[Days, Days]:
        start = months_earlier(today, count)
        now = Days(start + timedelta(days=1), today)
        return now, Days(months_earlier(today, 2 * count) + timedelta(days=1), start)

    return days


def _this_year(today: date) -> tuple[Days, Days]:
    now = Days(today.replace(month=1, day=1), today)
    return now, _earlier(now, 12)


def _own(since: date | None, until: date | None, today: date) -> Period:
    if since is None or until is None:
        raise Problem("missing", field=N_("fra og til"))
    until = min(until, today)
    if since > until:
        raise Problem("invalid", field=N_("fra og til"), why="«fra» skal ligge før «til» og ikke i fremtiden")
    now = Days(since, until)
    if now.length > LONGEST_DAYS or since.year < 1991:
        raise Problem("invalid", field=N_("fra og til"), why="vælg højst ti år, tidligst fra 1991")
    return Period("egen", now, _preceding(now), _earlier(now, 12))


def _preceding(days: Days) -> Days:
    return Days(days.since - timedelta(days=days.length), days.since - timedelta(days=1))


def _earlier(days: Days, months: int) -> Days:
    return Days(months_earlier(days.since, months), months_earlier(days.until, months))


def months_earlier(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day where it is shorter.

    >>> months_earlier(date(2024, 2, 29), 12)
    datetime.date(2023, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


_PERIODS: dict[str, Callable[[date], tuple[Days, Days]]] = {
    "4uger": _four_weeks,
    "3mdr": _months(3),
    "12mdr": _months(12),
    "iaar": _this_year,
    "egen": _four_weeks,
}
