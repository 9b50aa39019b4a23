"""Follow-ups: made from what was found, taken, reported, seen in the field, refused, opened again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from fieldapp import geo
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Grant, Kind, User
from fieldapp.model.follow_ups import MAY_FOLLOW_UP, USER, Event, FollowUp, Step, noted, require_deadline, stepped
from fieldapp.privacy.releasing import point_grants, sees_point
from fieldapp.store import accounts, follow_up_photos, levels, observations
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import Database, writing
from fieldapp.texts import N_
from fieldapp.usecases import asking, gate_counts
from fieldapp.usecases.gated import gated, passed
from fieldapp.usecases.levels import sees as sees_hotspot
from fieldapp.usecases.observations import NEAREST_PLACE_M, grid_cell
from fieldapp.usecases.parties import require_party
from fieldapp.usecases.services import Services

_HARMLESS = frozenset({Kind.PLACE, Kind.GOOD})


def make(
    wire: Mapping[str, Any],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> FollowUp:
    """One new follow-up; title and detail pass the gate. Safe to call again with the same id."""
    return make_many([wire], user=user, db=db, services=services, now=now, spared=spared)[0]


def make_many(
    wires: Sequence[Mapping[str, Any]],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> list[FollowUp]:
    """All of them or none."""
    ready = prepared(wires, user=user, db=db, services=services, now=now, spared=spared)
    texts = {f"{number}{name}": getattr(one, name) for number, one in enumerate(ready) for name in ("title", "detail")}
    with writing(db):
        made = put_within(ready, user=user, db=db, now=now)
        gate_counts.count_within(db, passed(texts, spared), "passed", origin="form", now=now)
    return made


def prepared(
    wires: Sequence[Mapping[str, Any]],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> list[FollowUp]:
    """Parsed, through the gate, located and allowed, but not stored yet; for `put_within`. Raises Problems."""
    may_follow_up(user)
    return [_ready(wire, user=user, db=db, services=services, now=now, spared=spared) for wire in wires]


def put_within(ready: Sequence[FollowUp], *, user: User, db: Database, now: datetime) -> list[FollowUp]:
    """Store what `prepared` gave, inside `writing`. A finding that has its follow-up keeps it: an open one takes over
    responsible party and deadline."""
    return [_put(one, user=user, db=db, now=now) for one in ready]


def step(
    follow_up_id: str,
    what: Step,
    *,
    version: int,
    user: User,
    db: Database,
    now: datetime,
    text: str | None = None,
    spared: asking.Words = asking.NOBODY,
) -> FollowUp:
    """Take, report, see, still, refuse or reopen; `version` is the version that was read. The user's photos that wait
    come along.

    Raises `task_changed`, `step_not_now`, `own_report`, `missing` (a reason), or what the gate says of the text.
    """
    stored = seen_by(follow_up_id, user=user, db=db)
    may_follow_up(user)
    if stored.version != version:
        raise Problem("task_changed", field="version")
    texts = gated({"reason": text}, db=db, now=now, spared=spared)
    newer, event = stepped(stored, what, who=USER + user.id, text=texts["reason"], now=now)
    with writing(db):
        number = rows.change_within(db, newer, event, actor=user.id)
        follow_up_photos.claim_within(db, newer.id, USER + user.id, number)
        gate_counts.count_within(db, passed(texts, spared), "passed", origin="form", now=now)
    return newer


def assign(
    ids: Mapping[str, int],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    responsible: str | None = None,
    assignee: str | None = None,
    deadline: date | None = None,
) -> list[FollowUp]:
    """Give all of these (id → the version that was read) another party, person or deadline: all of them or none.

    What is None stays as it is. Raises for what the user may not see, what is closed, and what somebody else changed.
    """
    may_follow_up(user)
    if responsible is not None:
        require_party(responsible, settings=services.settings)
    require_deadline(deadline, today=now.astimezone(COPENHAGEN).date())
    changes = {"responsible": responsible, "assignee": assignee, "deadline": deadline}
    said = {name: value for name, value in changes.items() if value is not None}
    if not said:
        raise Problem("missing", field="responsible")
    with writing(db):
        return [
            _assigned(seen_by(key, user=user, db=db), version, said, user=user, db=db, now=now)
            for key, version in ids.items()
        ]


def seen_by(follow_up_id: str, *, user: User, db: Database) -> FollowUp:
    """One follow-up this user may see; raises `not_found` for others as for what is not there."""
    stored = rows.get(db, follow_up_id)
    if stored is None or not sees(stored, user):
        raise Problem("not_found")
    return stored


def grants(reader: User) -> tuple[Grant, ...]:
    """What a reader may see of follow-ups: as of observations, but one's own only where it is not about people."""
    return tuple(
        replace(one, kinds=one.kinds & _HARMLESS) if one.reporter else one for one in point_grants(reader)
    )  # fmt: skip


def sees(follow_up: FollowUp, reader: User) -> bool:
    """May this reader be told of it?"""
    return any(
        follow_up.kind in one.kinds
        and (one.districts is None or follow_up.district in one.districts)
        and one.reporter in (None, follow_up.created_by)
        for one in grants(reader)
    )


def may_follow_up(user: User) -> None:
    """Raises `not_allowed` unless this role works with follow-ups."""
    if not user.active or user.role not in MAY_FOLLOW_UP:
        raise Problem("not_allowed")


def _ready(
    wire: Mapping[str, Any], *, user: User, db: Database, services: Services, now: datetime, spared: asking.Words
) -> FollowUp:
    parsed = FollowUp.from_wire(wire, today=now.astimezone(COPENHAGEN).date())
    require_party(parsed.responsible, settings=services.settings)
    texts = gated({"title": parsed.title, "detail": parsed.detail}, db=db, now=now, spared=spared)
    clean = replace(parsed, title=texts["title"] or parsed.title, detail=texts["detail"])
    made = _located(_from_source(clean, user=user, db=db), services=services, on=now.astimezone(COPENHAGEN).date())
    at = now.replace(microsecond=0)
    made = replace(made, created_by=user.id, created_at=at, state_at=at)
    if not sees(made, user):
        raise Problem("not_allowed")
    _require_assignee(made, db=db)
    return made


def _from_source(made: FollowUp, *, user: User, db: Database) -> FollowUp:
    """Place and kind as the thing has them that it is made from: nobody can make behaviour into a thing."""
    if made.source in ("observation", "finding"):
        seen = observations.get(db, made.source_id or "")
        if seen is None or not sees_point(seen, user):
            raise Problem("not_found")
        return replace(made, kind=seen.kind, lat=seen.lat, lon=seen.lon, district=seen.district, place=seen.place)
    if made.source == "hotspot":
        spot = next((one for one in levels.open_hotspots(db) if one.id == made.source_id), None)
        if spot is None or not sees_hotspot(spot, user):
            raise Problem("not_found")
        size, north, east = spot.squares[len(spot.squares) // 2]
        lat, lon = geo.cell_center(f"{size}m_{north}_{east}")
        return replace(made, kind=spot.kind, lat=lat, lon=lon, district=spot.district, place=spot.place)
    return made


def _located(made: FollowUp, *, services: Services, on: date) -> FollowUp:
    """District and nearest place of the position, where no thing has told them; a district said is one of ours."""
    if made.place is not None or (made.source in ("observation", "finding", "hotspot") and made.lat is not None):
        return made
    if made.lat is None or made.lon is None:
        if made.district is not None and made.district not in services.districts.names(on):
            raise Problem("invalid", field="district", why="distriktet findes ikke")
        return made
    if grid_cell(made.lat, made.lon) is None:
        raise Problem("invalid", field="lat", why="stedet skal ligge i Danmark")
    near = services.gazetteer.nearest(made.lat, made.lon, within_m=NEAREST_PLACE_M)
    found = services.districts.locate(made.lat, made.lon, on)
    return replace(made, place=near[0].name if near else None, district=found.district_id)


def _require_assignee(made: FollowUp, *, db: Database) -> None:
    """Whoever is given a task can see it and work with it."""
    if made.assignee is None:
        return
    chosen = accounts.get(db, made.assignee)
    if chosen is None or not chosen.active or chosen.role not in MAY_FOLLOW_UP or not sees(made, chosen):
        raise Problem("invalid", field=N_("kollega"), why="vælg en kollega, som kan se opgaven")


def _put(ready: FollowUp, *, user: User, db: Database, now: datetime) -> FollowUp:
    known = rows.get(db, ready.id)
    if known is not None and known.created_by != user.id:
        raise Problem("conflict", field="id")
    if known is None and ready.source == "finding" and ready.source_id:
        wanted = rows.Wanted(sources=frozenset({"finding"}), source_ids=frozenset({ready.source_id}))
        known = next(iter(rows.find(db, wanted)), None)
    if known is None:
        event = Event(ready.created_at, USER + user.id, "make", None, ready.state)
        rows.insert_within(db, ready, event, actor=user.id)
        return ready
    said = {"responsible": ready.responsible, "deadline": ready.deadline}
    same = all(getattr(known, name) == value for name, value in said.items())
    if same or not known.is_open or ready.source != "finding":
        return known
    return _assigned(known, known.version, said, user=user, db=db, now=now)


def _assigned(
    stored: FollowUp, version: int, said: Mapping[str, Any], *, user: User, db: Database, now: datetime
) -> FollowUp:
    if stored.version != version:
        raise Problem("task_changed", field="version")
    if not stored.is_open:
        raise Problem("step_not_now")
    newer = replace(stored, version=version + 1, **said)
    _require_assignee(newer, db=db)
    event = noted(stored, "assign", who=USER + user.id, text=None, now=now)
    rows.change_within(db, newer, event, actor=user.id)
    return newer
