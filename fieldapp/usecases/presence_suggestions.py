"""What one's own last entries suggest: the activity and area to start with, and «I går 19–22, Vejleåparken»."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fieldapp.formats import COPENHAGEN
from fieldapp.model import User, utc_text, uuid7
from fieldapp.model.presence import Presence
from fieldapp.store import presence as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.observations import may_record

ACTIVITY, REACH = "synlighed", 250
_LOOKED_AT = 30
_ROUND = timedelta(minutes=15)
_LEAST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A whole entry that may be true (UTC), with its area as an entry of one's own had it."""

    started_at: datetime
    ended_at: datetime
    like: Presence

    def wire(self, now: datetime) -> dict[str, Any]:
        """The entry as `add_afterwards` reads it, under a new id."""
        area = {name: getattr(self.like, name) for name in ("activity", "lat", "lon", "reach_m")}
        if self.like.names_district:
            area["district"] = self.like.district
        times = {"started_at": utc_text(self.started_at), "ended_at": utc_text(self.ended_at)}
        return {**area, **times, "id": uuid7(now)}


@dataclass(frozen=True, slots=True)
class Habits:
    """The last activity and reach, places with a name of one's own entries, and what may be missing."""

    activity: str
    reach_m: int
    places: tuple[Presence, ...]
    afterwards: tuple[Suggestion, ...]


def habits(*, user: User, db: Database, now: datetime, count: int = 3) -> Habits:
    """From the user's own last entries only."""
    may_record(user)
    last = [one for one in rows.latest(db, user.id, _LOOKED_AT) if one.event is None]
    named = {one.place: one for one in reversed(last) if one.place and one.reach_m}
    places = tuple(sorted(named.values(), key=lambda one: one.started_at, reverse=True))[:count]
    first = last[0] if last else None
    return Habits(
        first.activity if first else ACTIVITY,
        first.reach_m if first else REACH,
        places,
        tuple(_afterwards(last, user, db, now))[:count],
    )


def _afterwards(last: list[Presence], user: User, db: Database, now: datetime) -> Iterator[Suggestion]:
    """Each usual time and place once, laid on today or yesterday where nothing of one's own is."""
    seen: set[tuple[object, ...]] = set()
    for entry in last:
        if entry.ended_at is None or not (times := _latest_such(entry, now)):
            continue
        key = (entry.place or entry.district, *times)
        if key in seen or rows.overlapping(db, user.id, *times):
            continue
        seen.add(key)
        yield Suggestion(*times, entry)


def _latest_such(entry: Presence, now: datetime) -> tuple[datetime, datetime] | None:
    """The entry's clock times, to a quarter of an hour, on the last day they are over; no longer ago than yesterday."""
    if entry.ended_at is None or (length := _rounded(entry.ended_at - entry.started_at)) < _LEAST:
        return None
    local, today = entry.started_at.astimezone(COPENHAGEN), now.astimezone(COPENHAGEN).date()
    for day in (today, today - timedelta(days=1)):
        start = _at(day, local)
        if start + length <= now:
            return start, start + length
    return None


def _at(day: date, clock: datetime) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=COPENHAGEN)
    minutes = _rounded(timedelta(hours=clock.hour, minutes=clock.minute))
    return (midnight + minutes).astimezone(UTC)


def _rounded(span: timedelta) -> timedelta:
    return round(span / _ROUND) * _ROUND
