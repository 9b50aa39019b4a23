"""A week of presence: one's own hours, and the team's only where no colleague can be read out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fieldapp.formats import COPENHAGEN, iso_week
from fieldapp.model import User
from fieldapp.model.presence import Presence
from fieldapp.store import presence as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.observations import may_record

LEAST_WORKERS = 3
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class OwnWeek:
    """One worker's week: seconds by (activity, local date), and the entries behind them, newest first."""

    iso_week: str
    days: tuple[date, ...]
    seconds: dict[tuple[str, str], int]
    entries: tuple[Presence, ...]

    @property
    def total(self) -> int:
        """Seconds of the whole week."""
        return sum(self.seconds.values())


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """All workers' week in whole hours; None where fewer than three are in the sum, or where it would give one away."""

    iso_week: str
    days: tuple[date, ...]
    total: int | None
    by_day: dict[str, int | None]
    by_activity: dict[str, int | None]


def own_week(*, user: User, db: Database, now: datetime, weeks_back: int = 0) -> OwnWeek:
    """The user's own hours of this ISO week, or of one so many weeks back."""
    may_record(user)
    week, days = week_of(now, weeks_back)
    sums = {(activity, day): seconds for who, day, activity, seconds in rows.week_sums(db, week) if who == user.id}
    since = datetime.combine(days[0], datetime.min.time(), COPENHAGEN)
    return OwnWeek(week, days, sums, tuple(rows.of_worker(db, user.id, since, since + timedelta(days=7))))


def team_week(*, user: User, db: Database, now: datetime, weeks_back: int = 0) -> TeamWeek:
    """The team's hours by day and by activity, guarded."""
    may_record(user)
    week, days = week_of(now, weeks_back)
    by_day: dict[str, dict[str, int]] = {}
    by_activity: dict[str, dict[str, int]] = {}
    whole: dict[str, int] = {}
    for who, day, activity, seconds in rows.week_sums(db, week):
        for sums in (by_day.setdefault(day, {}), by_activity.setdefault(activity, {}), whole):
            sums[who] = sums.get(who, 0) + seconds
    return TeamWeek(week, days, team_hours(whole), guarded(by_day), guarded(by_activity))


def team_hours(seconds: Mapping[str, int]) -> int | None:
    """Whole hours of worker → seconds; None where fewer than three workers are in it."""
    return round(sum(seconds.values()) / _HOUR) if len(seconds) >= LEAST_WORKERS else None


def guarded(parts: Mapping[str, Mapping[str, int]]) -> dict[str, int | None]:
    """The hours of each part, None where it has too few workers or where the rest of the sum would be one with too few.

    >>> three = {"a": 3600, "b": 3600, "c": 3600}
    >>> guarded({"man": three, "tir": three | {"d": 7200}, "ons": {"a": 3600}})
    {'man': None, 'tir': 5, 'ons': None}
    """
    shown = [key for key in parts if len(parts[key]) >= LEAST_WORKERS]
    shown.sort(key=lambda key: sum(parts[key].values()))
    while shown and 0 < len(set().union(*(parts[key] for key in parts if key not in shown))) < LEAST_WORKERS:
        shown.pop(0)
    return {key: team_hours(parts[key]) if key in shown else None for key in parts}


def week_of(now: datetime, weeks_back: int = 0) -> tuple[str, tuple[date, ...]]:
    """Copenhagen's ISO week («2026-W47») of a moment, so many weeks back, and its seven days."""
    today = now.astimezone(COPENHAGEN).date() - timedelta(weeks=weeks_back)
    monday = today - timedelta(days=today.weekday())
    return iso_week(today), tuple(monday + timedelta(days=number) for number in range(7))
