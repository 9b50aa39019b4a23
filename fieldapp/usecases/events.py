"""Events: plan one, mend it, take it back, and what was given to it beside what was planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import Role, User
from fieldapp.model.events import Event
from fieldapp.privacy import check, clean_text
from fieldapp.store import events as rows
from fieldapp.store import presence
from fieldapp.store.connection import Database, writing
from fieldapp.usecases import asking, gate_counts
from fieldapp.usecases.observations import NEAREST_PLACE_M, grid_cell, may_record
from fieldapp.usecases.presence_week import team_hours
from fieldapp.usecases.services import Services

SHOWN_BACK, SHOWN_AHEAD = timedelta(days=14), timedelta(days=60)
START_BEFORE = timedelta(hours=2)
_TEXTS = ("title", "plan")


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event with the hours given to it: one's own seconds, and the team's hours (None: too few workers in it)."""

    event: Event
    own_seconds: int
    team_hours: int | None
    anyone: bool
    mine: bool
    open: bool


def plan(
    wire: Mapping[str, Any],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Event:
    """Make a new event; title and plan pass the gate. Safe to call again with the same id."""
    may_record(user)
    event = _ready(wire, user=user, db=db, services=services, now=now, spared=spared)
    with writing(db):
        if (before := rows.get(db, event.id)) and before.created_by == user.id:
            return before
        rows.put_within(db, event, actor=user.id, at=now)
        gate_counts.count_within(db, _soft(event), "passed", origin="form", now=now)
    return event


def amend(
    wire: Mapping[str, Any],
    *,
    version: int,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Event:
    """Write an event anew: whoever made it, or a coordinator; `version` is the version that was read."""
    stored = _may_change(str(wire.get("id")), user=user, db=db)
    known = asking.soft_words(stored.title) | asking.soft_words(stored.plan or "")
    event = _ready(wire, user=user, db=db, services=services, now=now, spared=spared | known)
    newer = replace(event, created_by=stored.created_by, created_at=stored.created_at, version=version + 1)
    with writing(db):
        rows.put_within(db, newer, actor=user.id, at=now)
    return newer


def withdraw(event_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take an event back: its text is deleted; presence that was given to it stays."""
    stored = _may_change(event_id, user=user, db=db)
    gone = replace(stored, status="withdrawn", title="–" * 2, plan=None, version=stored.version + 1)
    with writing(db):
        rows.put_within(db, gone, actor=user.id, at=now)


def cards(*, user: User, db: Database, now: datetime) -> tuple[EventCard, ...]:
    """The events of the last two weeks and the next two months, the earliest first."""
    may_record(user)
    found = rows.between(db, now - SHOWN_BACK, now + SHOWN_AHEAD)
    return tuple(_card(event, presence.event_sums(db, event.id), user, now) for event in found)


def presence_for(event: Event) -> dict[str, Any]:
    """What a presence for this event says: its activity and area."""
    return {
        "activity": "arrangement", "lat": event.lat, "lon": event.lon, "reach_m": event.reach_m, "event": event.id
    }  # fmt: skip


def _card(event: Event, given: dict[str, int], user: User, now: datetime) -> EventCard:
    mine = user.id == event.created_by or user.role is Role.COORDINATOR
    going_on = event.starts_at - START_BEFORE <= now <= event.ends_at + START_BEFORE
    return EventCard(event, given.get(user.id, 0), team_hours(given), bool(given), mine, going_on)


def _may_change(event_id: str, *, user: User, db: Database) -> Event:
    may_record(user)
    stored = rows.get(db, event_id)
    if stored is None or stored.status != "active":
        raise Problem("not_found")
    if user.id != stored.created_by and user.role is not Role.COORDINATOR:
        raise Problem("not_allowed")
    return stored


def _ready(
    wire: Mapping[str, Any], *, user: User, db: Database, services: Services, now: datetime, spared: asking.Words
) -> Event:
    event = Event.from_wire({**wire, **_clean(wire, db=db, now=now, spared=spared)}, now=now)
    if grid_cell(event.lat, event.lon) is None:
        raise Problem("invalid", field="lat", why="stedet skal ligge i Danmark")
    near = services.gazetteer.nearest(event.lat, event.lon, within_m=NEAREST_PLACE_M)
    found = services.districts.locate(event.lat, event.lon, event.starts_at.date())
    made = replace(event, place=near[0].name if near else None, district=found.district_id)
    return replace(made, created_by=user.id, created_at=now.replace(microsecond=0))


def _clean(wire: Mapping[str, Any], *, db: Database, now: datetime, spared: asking.Words) -> dict[str, str]:
    """The texts through the gate, as they were sent and as they will be stored; a refusal is counted."""
    texts = {name: wire[name] for name in _TEXTS if isinstance(wire.get(name), str)}
    # What can never be stored is told before anything is asked about.
    texts = dict(sorted(texts.items(), key=lambda pair: not check(pair[1]).blocked))
    try:
        for name, text in texts.items():
            asking.require_answered(text, name, spared=spared)
            asking.require_answered(clean_text(text), name, spared=spared)
    except Problem as problem:
        if problem.code == asking.REFUSED:
            gate_counts.count(asking.kinds_of(problem).elements(), "stopped", origin="form", db=db, now=now)
        raise
    return {name: clean_text(text) for name, text in texts.items()}


def _soft(event: Event) -> Counter[str]:
    return Counter(one.kind for text in (event.title, event.plan or "") for one in check(text).findings)
