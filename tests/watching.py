"""Places for the tests of levels and alerts: finds, situations and visits in the square round the station."""

from __future__ import annotations

from datetime import datetime, timedelta

from making import NOW, STATION, a_user, an_observation, some_services
from sqlite_utils import Database

from fieldapp import geo
from fieldapp.model import Role, User, uuid7
from fieldapp.usecases import presence
from fieldapp.usecases.hotspots import Found
from fieldapp.usecases.observations import record

SIZE = 250
NORTH, EAST = (int(part[0]) for part in geo.cell_numbers([STATION[0]], [STATION[1]], SIZE))
DISTRICT = some_services().districts.locate(*STATION, NOW.date()).district_id
DAY = timedelta(days=1)


def a_find(**changes: object) -> Found:
    """What the night finds round the station."""
    usual = {
        "category": "moped",
        "kind": "people",
        "district": DISTRICT,
        "place": "Bycenter",
        "size_m": SIZE,
        "north": NORTH,
        "east": EAST,
        "squares": ((NORTH, EAST),),
        "situations": 41,
        "expected": 16.4,
        "hours": 52.0,
    }
    return Found(**(usual | changes))  # type: ignore[arg-type]


def seen(db: Database, *days_ago: int, user: User | None = None, now: datetime = NOW, **more: object) -> User:
    """One situation at the station so many days ago, each on a day of its own, a row each."""
    reporter = user or a_user(db)
    for ago in days_ago:
        at = now - ago * DAY - timedelta(hours=1)
        told = {"category": "moped", "observed_at": at.isoformat(), **more}
        made = an_observation(id=uuid7(at), now=now, **told)
        record(made, user=reporter, db=db, services=some_services(), now=now)
    return reporter


def visited(db: Database, *days_ago: int, minutes: int = 60, now: datetime = NOW, **more: object) -> None:
    """A visit to the station on each of these days, of a new worker each, entered the same day."""
    for ago in days_ago:
        start = now - ago * DAY - timedelta(hours=3)
        told = {
            "id": uuid7(start),
            "activity": "synlighed",
            "started_at": start.isoformat(),
            "ended_at": (start + timedelta(minutes=minutes)).isoformat(),
            "lat": STATION[0],
            "lon": STATION[1],
            "reach_m": 100,
            **more,
        }
        later = start + timedelta(hours=20)
        presence.add_afterwards(told, user=a_user(db, Role.WORKER), db=db, services=some_services(), now=later)
