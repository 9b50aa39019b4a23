"""The demonstration's stays and events as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Role, User, uuid7
from fieldapp.model.events import Event
from fieldapp.model.presence import Area, Presence, Share, spread
from fieldapp.privacy import require_clean
from fieldapp.store import events
from fieldapp.store import presence as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.demo_presence import EVENT_REACH_M, EVENT_STAFF, HAPPENINGS, Stay
from fieldapp.usecases.presence_area import area, located
from fieldapp.usecases.services import Services


def write_events(
    users: Sequence[User], *, random: Random, db: Database, services: Services, now: datetime
) -> dict[str, str]:
    """Store the events, planned by a coordinator, inside `writing`; key → id."""
    planner = next(user for user in users if user.role is Role.COORDINATOR)
    made: dict[str, str] = {}
    for one in HAPPENINGS:
        place = services.gazetteer.by_id(one.place)
        if place is None:
            continue
        require_clean(one.title, "title")
        require_clean(one.plan, "plan")
        begun, over = one.hours_on(one.on(now.astimezone(COPENHAGEN).date()))
        planned = min(now, begun).replace(microsecond=0) - timedelta(days=20)
        event = Event(
            id=uuid7(planned, random.randbytes),
            title=one.title,
            starts_at=begun,
            ends_at=over,
            lat=place.lat,
            lon=place.lon,
            reach_m=EVENT_REACH_M,
            planned_minutes=EVENT_STAFF * one.hours * 60,
            plan=one.plan,
            place=place.name,
            district=services.districts.locate(place.lat, place.lon, begun.date()).district_id,
            created_by=planner.id,
            created_at=planned,
        )
        events.put_within(db, event, actor="system", at=now)
        made[one.key] = event.id
    return made


def write_presence(
    stays: Sequence[Stay],
    events_made: Mapping[str, str],
    *,
    random: Random,
    db: Database,
    services: Services,
    now: datetime,
) -> None:
    """Store the stays with their shares, inside `writing`."""
    known: dict[object, tuple[Presence, Area]] = {}
    made: list[tuple[Presence, tuple[Share, ...]]] = []
    for stay in stays:
        at, covered = _where(stay, known, services)
        entry = replace(
            at,
            id=uuid7(stay.started_at, random.randbytes),
            activity=stay.activity,
            started_at=stay.started_at,
            ended_at=stay.ended_at,
            event=events_made.get(stay.event or ""),
            worker=stay.worker.id,
            recorded_at=min(now.replace(microsecond=0), stay.ended_at + timedelta(minutes=random.randint(0, 30))),
        )
        made.append((entry, spread(entry, covered)))
    rows.insert_many_within(db, made, actor="system", at=now)


def _where(stay: Stay, known: dict[object, tuple[Presence, Area]], services: Services) -> tuple[Presence, Area]:
    """An entry there with district and place, and the squares it covers; staff stand at few spots, each asked once."""
    current = services.districts.current(stay.started_at.astimezone(COPENHAGEN).date())
    key = (stay.east, stay.north, stay.reach_m, *map(id, current))
    if key not in known:
        lats, lons = geo.from_utm32([stay.east], [stay.north])
        entry = Presence(
            "",
            stay.activity,
            stay.started_at,
            stay.ended_at,
            lat=round(float(lats[0]), 7),
            lon=round(float(lons[0]), 7),
            reach_m=stay.reach_m,
            source="demo",
        )
        entry = located(entry, services=services)
        known[key] = entry, area(entry, services=services)
    return known[key]
