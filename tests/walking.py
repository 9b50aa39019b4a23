"""A small language for tests of walks: one planned, its door, and what is found on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from making import NOW, STATION, some_services
from sqlite_utils import Database

from fieldapp.model import User, uuid7
from fieldapp.model.walks import Finding, Walk
from fieldapp.usecases import walks_findings, walks_plan, walks_run
from fieldapp.usecases.walks_run import Door

ROUTE = [[12.3580, 55.6133], [12.3600, 55.6140], [12.3620, 55.6150]]
EVENING = datetime.fromisoformat("2026-11-20T19:00:00+01:00")


def a_plan(**changes: Any) -> dict[str, Any]:
    """A walk as the form sends it: in the dark, from the station; `None` takes a field away."""
    wire = {
        "id": uuid7(NOW),
        "title": "Vejleåparken øst",
        "kind": "dark",
        "starts_at": EVENING.isoformat(),
        "meeting_point": "Foran stationen",
        "meeting_lat": STATION[0],
        "meeting_lon": STATION[1],
        "size": 12,
        "route": ROUTE,
    }
    return {name: value for name, value in (wire | changes).items() if value is not None}


def a_walk(db: Database, leader: User, *, now: datetime = NOW - timedelta(days=7), **changes: Any) -> Walk:
    """A planned walk."""
    return walks_plan.plan(a_plan(**changes), user=leader, db=db, services=some_services(), now=now)


def a_running_walk(db: Database, leader: User, **changes: Any) -> Walk:
    """One that has begun."""
    walk = a_walk(db, leader, **changes)
    return walks_run.take_step(walk.id, "start", user=leader, db=db, now=NOW)


def a_guest(db: Database, walk: Walk, role: str = "resident", *, now: datetime = NOW) -> Door:
    """The door of somebody who has joined."""
    guest, token = walks_run.join(Door(walk), role, db=db, now=now)
    assert token
    door = walks_run.guest_door(walk.id, token, db=db)
    assert door.guest == guest
    return door


def found(**changes: Any) -> dict[str, Any]:
    """A finding as a phone sends it."""
    wire = {
        "id": uuid7(NOW),
        "item": "lighting",
        "lat": STATION[0],
        "lon": STATION[1],
        "observed_at": NOW.isoformat(),
        "position_source": "gps",
        "accuracy_m": 8,
    }
    return {name: value for name, value in (wire | changes).items() if value is not None}


def add(db: Database, door: Door, *, now: datetime = NOW, **changes: Any) -> Finding:
    """What became of it."""
    return walks_findings.add(
        found(**changes), door=door, db=db, services=some_services(), now=now, skew=timedelta(0)
    ).finding
