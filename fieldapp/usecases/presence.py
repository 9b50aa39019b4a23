"""Presence: start, pause, stop, enter afterwards, mend and take back — always one's own, never a colleague's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import User, utc_text
from fieldapp.model.presence import ACTIVITIES, LONGEST, Pause, Presence
from fieldapp.model.presence_parsing import read_track
from fieldapp.store import presence as rows
from fieldapp.store.connection import Database, one, writing
from fieldapp.texts import later
from fieldapp.usecases.observations import may_record
from fieldapp.usecases.presence_area import located, shares
from fieldapp.usecases.presence_forgotten import forgotten
from fieldapp.usecases.presence_week import own_week, team_week
from fieldapp.usecases.services import Services

__all__ = [
    "add_afterwards", "add_track", "amend", "forgotten", "own_since", "own_week", "pause", "record", "restore",
    "resume", "running", "shorten", "start", "stop", "team_week", "undo_stop", "withdraw",
]  # fmt: skip
UNDO_FOR = timedelta(minutes=10)
AMEND_FOR = timedelta(days=14)
# Older than this nothing new is entered: what a sum says of a month must stay said.
BACK_MOST = timedelta(days=60)
Wire = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an entry: `new` or `same` (sent before), and the entry as it is stored."""

    outcome: rows.Outcome
    presence: Presence


def start(wire: Wire, *, user: User, db: Database, services: Services, now: datetime) -> Presence:
    """Begin now: `id`, `activity`, `reach_m` and a position, district or `event`. One at a time; safe to call again."""
    may_record(user)
    said = {**wire, "started_at": utc_text(now), **dict.fromkeys(("ended_at", "pauses", "track"))}
    entry = _prepared(Presence.from_wire(said, now=now, source="live", running=True), user, services, now)
    with writing(db):
        if (before := rows.get(db, entry.id)) and before.worker == user.id:
            return before
        if rows.running(db, user.id):
            raise Problem("presence_running")
        _require_event(entry, db)
        _require_free(entry, now + LONGEST, db, user, now)
        rows.insert_within(db, entry, (), actor=user.id)
    return entry


def pause(presence_id: str, *, user: User, db: Database, now: datetime) -> Presence:
    """Begin a pause; asked again, it is the same pause."""
    entry = _running(presence_id, user=user, db=db)
    if entry.paused:
        return entry
    begun = max([_whole(now), entry.started_at, *(one.ended_at for one in entry.pauses if one.ended_at)])
    # A pause that begins in the second the last one ended goes on with it.
    kept = tuple(one for one in entry.pauses if one.ended_at != begun)
    again = next((one.started_at for one in entry.pauses if one.ended_at == begun), begun)
    changed = replace(entry, pauses=(*kept, Pause(again)))
    return _write(changed, (), "presence.pause", user=user, db=db, now=now)


def resume(presence_id: str, *, user: User, db: Database, now: datetime) -> Presence:
    """End the pause; asked again, nothing more happens."""
    entry = _running(presence_id, user=user, db=db)
    if not entry.paused:
        return entry
    ended = tuple(Pause(one.started_at, one.ended_at or max(_whole(now), one.started_at)) for one in entry.pauses)
    return _write(replace(entry, pauses=ended), (), "presence.resume", user=user, db=db, now=now)


def stop(
    presence_id: str,
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    ended_at: datetime | None = None,
    track: object = None,
) -> Presence:
    """End it now, or at `ended_at`; only then it counts. Raises `presence_forgotten` when «now» is too late to be true.

    Stopped already, it stays as it is.
    """
    entry = _own(presence_id, user=user, db=db)
    if entry.ended_at is not None:
        return entry
    if ended_at is None and now > entry.limit:
        raise Problem("presence_forgotten", since=_told(entry.started_at, now, user))
    if track is not None:
        entry = replace(entry, track=read_track("track", track))
    ended = entry.over(_whole(ended_at or max(now, entry.started_at)))
    return _replace(ended, "presence.stop", user=user, db=db, services=services, now=now)


def undo_stop(presence_id: str, *, user: User, db: Database, now: datetime) -> Presence:
    """Within ten minutes it goes on as if it had not been stopped."""
    entry = _own(presence_id, user=user, db=db)
    if entry.ended_at is None:
        return entry
    if now - entry.ended_at > UNDO_FOR or entry.source != "live":
        raise Problem("too_late", why="der kan kun fortrydes i 10 minutter")
    if rows.running(db, user.id):
        raise Problem("presence_running")
    # A pause that only the stop ended is a pause still.
    pauses = tuple(
        Pause(one.started_at, None if one.ended_at == entry.ended_at else one.ended_at) for one in entry.pauses
    )
    open_again = replace(entry, ended_at=None, pauses=pauses)
    return _write(open_again, (), "presence.undo_stop", user=user, db=db, now=now)


def record(presence: Presence, *, user: User, db: Database, services: Services, now: datetime) -> Kept:
    """A whole entry from the API or the form: same door, safe to send again."""
    may_record(user)
    if presence.started_at < now - BACK_MOST:
        raise Problem("invalid", field="started_at", why="højst 60 dage tilbage; spørg koordinatoren")
    entry = _prepared(presence, user, services, now)
    parts = shares(entry, services=services)
    with writing(db):
        if rows.get(db, entry.id) is None:
            _require_event(entry, db)
            _require_free(entry, entry.ended_at or now, db, user, now)
        outcome = rows.insert_within(db, entry, parts, actor=user.id)
    return Kept(outcome, entry)


def add_afterwards(wire: Wire, *, user: User, db: Database, services: Services, now: datetime) -> Presence:
    """An entry for a time that is over; raises `presence_overlaps` beside another of one's own."""
    entry = Presence.from_wire(wire, now=now, source="after")
    return record(entry, user=user, db=db, services=services, now=now).presence


def amend(changed: Presence, *, user: User, db: Database, services: Services, now: datetime) -> Presence:
    """Write one's own ended entry anew, within 14 days; `changed.version` is the version that was read."""
    stored = _own(changed.id, user=user, db=db)
    if now - stored.started_at > AMEND_FOR:
        raise Problem("too_late", why="tilstedeværelse kan kun rettes i 14 dage")
    if stored.version != changed.version or stored.ended_at is None:
        raise Problem("conflict", field="version")
    # Read again as it would be sent: the same checks as for a new one.
    again = Presence.from_wire(changed.fitted().to_wire(), now=now, source=stored.source)
    ready = replace(again, version=stored.version, recorded_at=stored.recorded_at, worker=user.id)
    return _replace(ready, "presence.amend", user=user, db=db, services=services, now=now)


def shorten(
    presence_id: str, ended_at: datetime, *, user: User, db: Database, services: Services, now: datetime
) -> Presence:
    """Let one's own entry end earlier, so that another has room."""
    entry = _own(presence_id, user=user, db=db)
    if not entry.started_at < ended_at < (entry.ended_at or now):
        raise Problem("invalid", field="ended_at", why="slut skal ligge efter start")
    if entry.ended_at is None:
        return stop(presence_id, user=user, db=db, services=services, now=now, ended_at=ended_at)
    return amend(entry.over(ended_at), user=user, db=db, services=services, now=now)


def withdraw(presence_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take one's own entry back within 14 days: it counts nowhere any more. Taken back already, nothing happens."""
    may_record(user)
    entry = rows.get(db, presence_id)
    if entry is None or entry.worker != user.id:
        raise Problem("not_found")
    if entry.status != "active":
        return
    if now - entry.started_at > AMEND_FOR:
        raise Problem("too_late", why="tilstedeværelse kan kun rettes i 14 dage")
    gone = replace(entry.over(entry.ended_at or _whole(now)), status="withdrawn", track=())
    _write(gone, (), "presence.withdraw", user=user, db=db, now=now)


def restore(presence_id: str, *, user: User, db: Database, services: Services, now: datetime) -> Presence:
    """Bring back one's own entry that was taken back, without its track."""
    may_record(user)
    entry = rows.get(db, presence_id)
    if entry is None or entry.worker != user.id:
        raise Problem("not_found")
    if entry.status == "active":
        return entry
    again = replace(entry, status="active")
    return _replace(again, "presence.restore", user=user, db=db, services=services, now=now)


def add_track(
    presence_id: str, track: object, *, user: User, db: Database, services: Services, now: datetime
) -> Presence:
    """The phone's squares and minutes so far, in place of those told before: while it runs and ten minutes after."""
    entry = _own(presence_id, user=user, db=db)
    if entry.ended_at is not None and now - entry.ended_at > UNDO_FOR:
        raise Problem("too_late", why="felterne kan kun sendes i 10 minutter efter stop")
    told = replace(entry, track=read_track("track", track))
    if told.track == entry.track:
        return entry
    return _replace(told, "presence.track", user=user, db=db, services=services, now=now)


def running(*, user: User, db: Database) -> Presence | None:
    """The user's own entry that has not ended."""
    return rows.running(db, user.id)


def own_since(since: datetime, *, user: User, db: Database, now: datetime) -> list[Presence]:
    """The user's own entries that began since then, newest first."""
    may_record(user)
    return rows.of_worker(db, user.id, since, now + LONGEST)


def _prepared(entry: Presence, user: User, services: Services, now: datetime) -> Presence:
    mine = replace(entry, worker=user.id, recorded_at=_whole(now))
    return located(mine, services=services)


def _own(presence_id: str, *, user: User, db: Database) -> Presence:
    may_record(user)
    entry = rows.get(db, presence_id)
    if entry is None or entry.worker != user.id or entry.status != "active":
        raise Problem("not_found")
    return entry


def _running(presence_id: str, *, user: User, db: Database) -> Presence:
    entry = _own(presence_id, user=user, db=db)
    if entry.ended_at is not None:
        raise Problem("presence_ended")
    return entry


def _replace(
    changed: Presence, action: str, *, user: User, db: Database, services: Services, now: datetime
) -> Presence:
    ready = located(changed.checked(now=now), services=services)
    parts = shares(ready, services=services)
    return _write(ready, parts, action, user=user, db=db, now=now)


def _write(changed: Presence, parts: Any, action: str, *, user: User, db: Database, now: datetime) -> Presence:
    """`changed` still has the version that was read."""
    newer = replace(changed, version=changed.version + 1)
    with writing(db):
        if newer.status == "active":
            _require_event(newer, db)
            _require_free(newer, newer.ended_at or now, db, user, now)
        rows.replace_within(db, newer, parts, action=action, actor=user.id, at=now)
    return newer


def _require_event(entry: Presence, db: Database) -> None:
    if entry.event and one(db, "SELECT 1 AS yes FROM event WHERE id = ?", entry.event) is None:
        raise Problem("invalid", field="event", why="arrangementet findes ikke")


def _require_free(entry: Presence, until: datetime, db: Database, user: User, now: datetime) -> None:
    other = rows.overlapping(db, user.id, entry.started_at, until, but=entry.id)
    if other is None:
        return
    raise Problem(
        "presence_overlaps",
        field="started_at",
        activity=later(ACTIVITIES[other.activity]),
        since=_told(other.started_at, now, user),
        until=_told(other.ended_at, now, user) if other.ended_at else later("nu"),
        other=other.id,
        shorten=other.started_at < entry.started_at,
    )


def _told(moment: datetime, now: datetime, user: User) -> str:
    return when(moment, now=now, language=user.language)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
