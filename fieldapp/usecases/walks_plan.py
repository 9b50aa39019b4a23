"""Planning a safety walk: texts through the gate, its light, length and themes, and who may see and lead it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import MAY_RECORD, Role, User
from fieldapp.model.categories import Catalogue
from fieldapp.model.walks import Checklist, State, Walk, load_checklist, require_harmless
from fieldapp.privacy import check, clean_text
from fieldapp.settings import ROOT
from fieldapp.store import accounts, findings
from fieldapp.store import walks as rows
from fieldapp.store.connection import Database, writing
from fieldapp.usecases import asking, gate_counts
from fieldapp.usecases.observations import grid_cell, may_record
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_route import length_m

AHEAD_MOST = timedelta(days=730)
READERS = frozenset(Role) - {Role.ADMIN}
_CHECKLIST = "walk_checklist.json"


def checklist(services: Services) -> Checklist:
    """The checklist a new walk starts from: the operator's own file, or the shipped one."""
    own = services.settings.data / _CHECKLIST
    path = own if own.exists() else ROOT / "data" / _CHECKLIST
    return _checklist(path, path.stat().st_mtime_ns, services.catalogue)


@lru_cache(maxsize=4)
def _checklist(path: Path, _stamp: int, catalogue: Catalogue) -> Checklist:
    return load_checklist(path, catalogue)


def may_see(walk: Walk, reader: User) -> bool:
    """Is this walk shown to the reader: one of their own, or in a district of theirs?"""
    if not reader.active or reader.role not in READERS:
        return False
    return reader.id in (walk.leader, walk.created_by) or reader.covers(walk.district)


def may_lead(walk: Walk, user: User) -> bool:
    """May the user change the walk: its leader, who planned it, or a coordinator?"""
    own = user.id in (walk.leader, walk.created_by) and user.role in MAY_RECORD
    return user.active and (own or user.role is Role.COORDINATOR)


def open_walk(walk_id: str, *, user: User, db: Database) -> Walk:
    """The walk for a reader who may see it; else Problem `not_found`."""
    walk = rows.get(db, walk_id)
    if walk is None or not may_see(walk, user):
        raise Problem("not_found")
    return walk


def lead_walk(walk_id: str, *, user: User, db: Database) -> Walk:
    """The walk for someone who may lead it; Problem `not_allowed` for other readers."""
    walk = open_walk(walk_id, user=user, db=db)
    if not may_lead(walk, user):
        raise Problem("not_allowed")
    return walk


def plan(
    wire: Mapping[str, Any],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    leader: str = "",
    spared: asking.Words = asking.NOBODY,
) -> Walk:
    """Make a new walk; every text passes the gate. Safe to call again with the same id."""
    may_record(user)
    ready = _ready(wire, user=user, db=db, services=services, now=now, leader=leader, spared=spared)
    with writing(db):
        if (before := rows.get(db, ready.id)) and before.created_by == user.id:
            return before
        rows.put_within(db, ready, actor=user.id, at=now)
        gate_counts.count_within(db, _soft(ready), "passed", origin="form", now=now)
    return ready


def amend(
    wire: Mapping[str, Any],
    *,
    version: int,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    leader: str = "",
    spared: asking.Words = asking.NOBODY,
) -> Walk:
    """Write a plan anew until the walk is closed; `version` is the version that was read."""
    stored = lead_walk(str(wire.get("id")), user=user, db=db)
    if stored.state in (State.CLOSED, State.CANCELLED):
        raise Problem("too_late", why="vandringen er afsluttet")
    known = soft_words_of(stored)
    ready = _ready(
        wire, user=user, db=db, services=services, now=now, leader=leader or stored.leader, spared=spared | known
    )
    kept = ("state", "track", "started_at", "ended_at", "closed_at", "created_by", "created_at")
    newer = replace(ready, **{name: getattr(stored, name) for name in kept}, version=version + 1)
    newer = newer if newer.track_on else replace(newer, track=None)
    with writing(db):
        rows.put_within(db, newer, actor=user.id, at=now)
    return newer


def soft_words_of(walk: Walk) -> asking.Words:
    """What was answered about the walk's texts when they were stored, and is not asked again."""
    return frozenset().union(*(asking.soft_words(text) for _, text in _texts(rows_wire(walk))))


def rows_wire(walk: Walk) -> dict[str, Any]:
    """The walk's texts as a form would send them."""
    items = [{"key": item.key, "da": item.da, "hint_da": item.hint_da} for item in walk.checklist]
    return {
        "title": walk.title, "meeting_point": walk.meeting_point, "company": walk.company,
        "themes": list(walk.themes), "checklist": items,
    }  # fmt: skip


def _ready(
    wire: Mapping[str, Any],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    leader: str,
    spared: asking.Words,
) -> Walk:
    said = dict(wire)
    said["checklist"] = said.get("checklist") or [_item_wire(item) for item in checklist(services)]
    walk = Walk.from_wire(_gated(said, services=services, db=db, now=now, spared=spared))
    if grid_cell(walk.meeting_lat, walk.meeting_lon) is None:
        raise Problem("invalid", field="meeting_lat", why="stedet skal ligge i Danmark")
    if abs(walk.starts_at - now) > AHEAD_MOST:
        raise Problem("invalid", field="starts_at", why="datoen skal ligge inden for to år")
    require_harmless(walk.checklist, services.catalogue, "invalid", "checklist")
    if walk.before and rows.get(db, walk.before) is None:
        raise Problem("invalid", field="before", why="den gamle vandring findes ikke")
    found = services.districts.locate(walk.meeting_lat, walk.meeting_lon, walk.local_date)
    return replace(
        walk,
        leader=_leader(leader or user.id, db),
        district=found.district_id,
        length_m=round(length_m(walk.route or ())),
        created_by=user.id,
        created_at=now.replace(microsecond=0),
    )


def _leader(user_id: str, db: Database) -> str:
    person = accounts.get(db, user_id)
    if person is None or not person.active or person.role not in MAY_RECORD:
        raise Problem("invalid", field="leader", why="vælg en leder, der kan oprette observationer")
    return person.id


def _item_wire(item: object) -> dict[str, str]:
    return {name: getattr(item, name) for name in ("key", "da", "en", "category", "hint_da", "hint_en")}


def _texts(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, text) of everything somebody may have written."""
    lines = [(name, said.get(name)) for name in ("title", "meeting_point", "company")]
    lines += [("themes", theme) for theme in said.get("themes") or ()]
    for item in said.get("checklist") or ():
        lines += [("checklist", item.get(part)) for part in ("da", "en", "hint_da", "hint_en")]
    return [(name, text) for name, text in lines if isinstance(text, str) and text]


def _gated(
    said: dict[str, Any], *, services: Services, db: Database, now: datetime, spared: asking.Words
) -> dict[str, Any]:
    """The texts through the gate, clean; ours are let through, and so are names of our own places."""
    ours = {text for item in checklist(services) for text in _item_wire(item).values()}
    texts = [(name, text) for name, text in _texts(said) if text not in ours]
    try:
        # What can never be stored is told before anything is asked about.
        for name, text in sorted(texts, key=lambda pair: not check(pair[1]).blocked):
            asking.require_answered(text, name, spared=spared)
            asking.require_answered(clean_text(text), name, spared=spared)
    except Problem as problem:
        if problem.code == asking.REFUSED:
            gate_counts.count(asking.kinds_of(problem).elements(), "stopped", origin="form", db=db, now=now)
        raise
    clean = {name: clean_text(said[name]) for name in ("title", "meeting_point", "company") if said.get(name)}
    themes = [clean_text(theme) for theme in said.get("themes") or () if isinstance(theme, str)]
    return said | clean | {"themes": themes}


def _soft(walk: Walk) -> Counter[str]:
    return Counter(one.kind for _, text in _texts(rows_wire(walk)) for one in check(text).findings)


@dataclass(frozen=True, slots=True)
class WalkCard:
    """A walk in the list: how many joined and how many findings stand, whether the reader leads it, what comes next.

    `next_step` is invite, start, walk, decide, close, follow, again or "" (nothing).
    """

    walk: Walk
    guests: int
    findings: int
    undecided: int
    leads: bool
    next_step: str


def cards(*, user: User, db: Database, now: datetime) -> list[WalkCard]:
    """The walks of two years back and ahead that the reader may see, the latest first."""
    today = now.astimezone(COPENHAGEN).date()
    found = [walk for walk in rows.between(db, today - AHEAD_MOST, today + AHEAD_MOST) if may_see(walk, user)]
    ids = [walk.id for walk in found]
    guests, counted = rows.guest_count(db, ids), findings.count(db, ids)
    undecided = findings.undecided(db, ids)
    return [
        WalkCard(
            walk, guests.get(walk.id, 0), counted.get(walk.id, 0), undecided.get(walk.id, 0), may_lead(walk, user),
            next_step(walk, guests.get(walk.id, 0), undecided.get(walk.id, 0), today),
        )
        for walk in found
    ]  # fmt: skip


def next_step(walk: Walk, guests: int, undecided: int, today: date) -> str:
    """What the leader does next."""
    if walk.state is State.PLANNED:
        return "start" if walk.local_date <= today else "invite"
    steps = {
        State.RUNNING: "walk",
        State.MEETING: "decide" if undecided else "close",
        State.CLOSED: "decide" if undecided else "follow",
        State.CANCELLED: "",
    }
    return steps[walk.state]
