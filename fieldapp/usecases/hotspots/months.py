"""Which whole months the squares are counted over: a short period is too little to tell places apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fieldapp.usecases.overview_periods import Period, months_earlier

YEAR = 12
# The shortest three months there are.
QUARTER_DAYS = 89


@dataclass(frozen=True, slots=True)
class Months:
    """From the month `first` to the month `last` (`2026-11`), both whole or, for the one that runs, to date."""

    first: str
    last: str

    @property
    def since(self) -> date:
        return date.fromisoformat(f"{self.first}-01")

    @property
    def until(self) -> date:
        """The last day of the last month."""
        return date.fromordinal(months_earlier(date.fromisoformat(f"{self.last}-01"), -1).toordinal() - 1)

    @property
    def length(self) -> int:
        """How many months."""
        (year, month), (last_year, last_month) = ((int(text[:4]), int(text[5:])) for text in (self.first, self.last))
        return (last_year - year) * 12 + last_month - month + 1


def last_year(today: date) -> Months:
    """The twelve months that end with the one that runs.

    >>> last_year(date(2026, 11, 20))
    Months(first='2025-12', last='2026-11')
    """
    return Months(month_of(months_earlier(today, YEAR - 1)), month_of(today))


def months_of(period: Period, *, today: date) -> Months:
    """The months a period touches; the last twelve for one of less than three months."""
    if period.now.length < QUARTER_DAYS:
        return last_year(today)
    return Months(month_of(period.now.since), month_of(period.now.until))


def month_of(day: date) -> str:
    """`2026-11`."""
    return day.isoformat()[:7]


def earlier(months: Months, count: int) -> Months:
    """As many months, so many months before."""
    first, last = (months_earlier(date.fromisoformat(f"{month}-01"), count) for month in (months.first, months.last))
    return Months(month_of(first), month_of(last))
