"""A stop that was forgotten: «Hvornår gik du?», with what the worker's own records suggest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from fieldapp.model import User
from fieldapp.model.presence import LONGEST, Presence
from fieldapp.store import presence as rows
from fieldapp.store.connection import Database

USUAL = timedelta(hours=3)
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The entry, and suggested ends: after the last own observation in it, and after the usual length (UTC)."""

    presence: Presence
    last_observation: datetime | None
    usual_end: datetime
    latest: datetime


def forgotten(*, user: User, db: Database, now: datetime) -> Forgotten | None:
    """The running entry once it is too old to be true, else None; until it is answered it counts nowhere."""
    entry = rows.running(db, user.id)
    if entry is None or now <= entry.limit:
        return None
    latest = min(now, entry.started_at + LONGEST)
    last = rows.last_observed(db, user.id, entry.started_at, latest)
    return Forgotten(entry, last, min(entry.started_at + usual_length(user, db), latest), latest)


def usual_length(user: User, db: Database) -> timedelta:
    """The middle length of the worker's last entries, to a quarter of an hour; three hours for who has none."""
    ended = [one for one in rows.latest(db, user.id, _LOOKED_AT) if one.ended_at]
    lengths = [(one.ended_at - one.started_at).total_seconds() / 900 for one in ended if one.ended_at]
    return timedelta(minutes=15 * max(round(median(lengths)), 1)) if lengths else USUAL
