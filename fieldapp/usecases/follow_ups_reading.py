"""Follow-ups as their readers see them: the list and its filter, one opened, those near by, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fieldapp import geo
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.model.follow_up_parsing import SOURCES
from fieldapp.model.follow_ups import CLOSED, MAY_FOLLOW_UP, NEAR_M, OPEN, USER, Event, FollowUp, State, Step, steps_for
from fieldapp.store import audit, follow_up_photos
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import Database
from fieldapp.store.follow_ups import Wanted
from fieldapp.texts import later
from fieldapp.usecases.follow_ups import grants, seen_by, sees
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services

PAGE = 40
SHOWN: dict[str, frozenset[State]] = {
    "open": OPEN,
    "look": frozenset({State.REPORTED}),
    "closed": CLOSED,
    "all": OPEN | CLOSED,
}
PARAMETERS = ("show", "responsible", "district", "source", "mine", "late", "order")
ORDERS = ("deadline", "newest", "changed")
_CHANGEABLE = ("responsible", "assignee", "deadline")
Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Card:
    """One row of the list: days overdue, whether it is the reader's own to do, and what the reader may do now."""

    follow_up: FollowUp
    overdue: int
    mine: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list, how many there are in all, and how many of those the filter shows are overdue."""

    cards: tuple[Card, ...]
    total: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history: the event, what `assign` changed (field → new value), and the photos that came along."""

    event: Event
    changed: Mapping[str, Any]
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """One follow-up opened: its card and its whole history, oldest first."""

    card: Card
    history: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a finding, for those who are told by a link: state, its day, and the words that came with it."""

    state: State
    reopened: bool
    since: date
    responsible: str
    deadline: date | None
    words: str | None


def parse_wanted(query: Query, *, reader: User, services: Services, now: datetime) -> tuple[Wanted, str]:
    """The filter and order of an address: `show` (open, look, closed, all), `responsible`, `district`, `source`,
    `mine`, `late`, `order` (deadline, newest, changed). Raises a Problem `invalid` that names the parameter."""
    show, order = _one(query, "show", list(SHOWN), "open"), _one(query, "order", list(ORDERS), "deadline")
    today = now.astimezone(COPENHAGEN).date()
    wanted = Wanted(
        states=SHOWN[show],
        responsible=_among(query, "responsible", [party.key for party in parties_of(services.settings)]),
        districts=_among(query, "district", list(services.districts.names(today))),
        sources=_among(query, "source", SOURCES),
        assignee=reader.id if "1" in query.get("mine", ()) else None,
        late_on=today if "1" in query.get("late", ()) else None,
    )
    return wanted, order


def listing(
    wanted: Wanted, *, reader: User, db: Database, now: datetime, order: str = "deadline", limit: int = PAGE
) -> Listing:
    """What fits the filter and the reader may see; raises `not_allowed` for roles without follow-ups."""
    _may_read(reader)
    allowed, today = granted(wanted, reader), now.astimezone(COPENHAGEN).date()
    found = rows.find(db, allowed, order=order, limit=limit)
    late = granted(_late(wanted, today), reader)
    return Listing(tuple(_card(one, reader, today) for one in found), rows.count(db, allowed), rows.count(db, late))


def opened(follow_up_id: str, *, reader: User, db: Database, now: datetime) -> Opened:
    """One with its history; raises `not_found` for what the reader may not see, as for what is not there."""
    _may_read(reader)
    stored = seen_by(follow_up_id, user=reader, db=db)
    events, photos = rows.events(db, stored.id), follow_up_photos.by_event(db, stored.id)
    changes = _changes(db, stored.id, len(events))
    history = tuple(
        Line(event, changes[number], tuple(photos.get(event.seq, ()))) for number, event in enumerate(events)
    )
    return Opened(_card(stored, reader, now.astimezone(COPENHAGEN).date()), history)


def near(lat: float, lon: float, *, reader: User, db: Database, now: datetime) -> list[tuple[float, Card]]:
    """(metres, card) of what is reported done within 100 m, nearest first: «Er det stadig sådan?».

    Not what the reader has reported: somebody else must see it.
    """
    _may_read(reader)
    box = Wanted(states=frozenset({State.REPORTED}), bbox=geo.bounding_box(lat, lon, NEAR_M))
    today = now.astimezone(COPENHAGEN).date()
    found = [
        (geo.distance_m(lat, lon, one.lat or 0.0, one.lon or 0.0), _card(one, reader, today))
        for one in rows.find(db, granted(box, reader))
        if one.reported_by != USER + reader.id
    ]
    return sorted((pair for pair in found if pair[0] <= NEAR_M), key=lambda pair: pair[0])


def mine(*, reader: User, db: Database, now: datetime) -> tuple[int, int]:
    """How many open tasks the reader has taken, and how many of those are overdue: for the reminder in the app."""
    if reader.role not in MAY_FOLLOW_UP:
        return 0, 0
    own = granted(Wanted(states=OPEN, assignee=reader.id), reader)
    late = granted(_late(own, now.astimezone(COPENHAGEN).date()), reader)
    return rows.count(db, own), rows.count(db, late)


def of_sources(source: str, ids: Collection[str], *, db: Database) -> dict[str, FollowUp]:
    """Source id → its follow-up (the newest where there are several), for those who lead the thing it came from.

    Who may be told is for the caller to ask.
    """
    if not ids:
        return {}
    wanted = Wanted(sources=frozenset({source}), source_ids=frozenset(ids))
    return {one.source_id or "": one for one in reversed(rows.find(db, wanted, order="newest"))}


def made_from(source: str, ids: Collection[str], *, reader: User, db: Database) -> dict[str, tuple[FollowUp, ...]]:
    """Source id → the follow-ups made from it that this reader may see, newest first; nothing for other roles."""
    if not ids or not reader.active or reader.role not in MAY_FOLLOW_UP:
        return {}
    wanted = granted(Wanted(sources=frozenset({source}), source_ids=frozenset(ids)), reader)
    found: dict[str, tuple[FollowUp, ...]] = {}
    for one in rows.find(db, wanted, order="newest"):
        found[one.source_id or ""] = (*found.get(one.source_id or "", ()), one)
    return found


def answers(source: str, ids: Collection[str], *, db: Database) -> dict[str, Answer]:
    """Source id → what became of it, in words that may be told by a link; nothing of people kind."""
    found = {key: one for key, one in of_sources(source, ids, db=db).items() if one.kind != "people"}
    words = rows.last_words(db, [one.id for one in found.values()])
    return {
        key: Answer(
            one.state,
            one.reopened,
            one.state_at.astimezone(COPENHAGEN).date(),
            one.responsible,
            one.deadline,
            words.get(one.id),
        )
        for key, one in found.items()
    }


def photo_for(photo_id: str, *, thumbnail: bool, reader: User, db: Database) -> bytes:
    """The JPEG for a reader who may see its follow-up (and, while it waits, has sent it); else Problem `not_found`."""
    owned = follow_up_photos.owner(db, photo_id)
    shown = owned is not None and (not owned[2] or owned[1] == USER + reader.id)
    stored = rows.get(db, owned[0]) if owned and shown else None
    jpeg = follow_up_photos.read(db, photo_id, thumbnail=thumbnail) if stored and sees(stored, reader) else None
    if jpeg is None or reader.role not in MAY_FOLLOW_UP:
        raise Problem("not_found")
    return jpeg


def _may_read(reader: User) -> None:
    if not reader.active or reader.role not in MAY_FOLLOW_UP:
        raise Problem("not_allowed")


def granted(wanted: Wanted, reader: User) -> Wanted:
    """The filter, narrowed to what this reader may see; raises `not_allowed` for roles without follow-ups."""
    _may_read(reader)
    return replace(wanted, granted=grants(reader))


def _late(wanted: Wanted, today: date) -> Wanted:
    return replace(wanted, late_on=today)


def _card(follow_up: FollowUp, reader: User, today: date) -> Card:
    steps = steps_for(follow_up, USER + reader.id)
    return Card(follow_up, follow_up.overdue(today), follow_up.assignee == reader.id, steps)


def _changes(db: Database, follow_up_id: str, count: int) -> list[Mapping[str, Any]]:
    """What each event changed, from the trail; nothing where the trail has been blunted since."""
    trail = audit.history(db, "follow_up", follow_up_id)
    if len(trail) != count:
        return [{}] * count
    return [
        {name: after.get(name) for name in _CHANGEABLE if before and after and before.get(name) != after.get(name)}
        for before, after in ((row["before"], row["after"]) for row in trail)
    ]


def _one(query: Query, name: str, choices: Sequence[str], usual: str) -> str:
    said = next((value for value in query.get(name, ()) if value), usual)
    if said not in choices:
        raise Problem("invalid", field=name, why=later("vælg en af: {choices}", choices=", ".join(choices)))
    return said


def _among(query: Query, name: str, choices: Collection[str]) -> frozenset[str]:
    said = [part for value in query.get(name, ()) for part in value.split(",") if part]
    if any(part not in choices for part in said):
        raise Problem("invalid", field=name, why=later("vælg en af: {choices}", choices=", ".join(choices)))
    return frozenset(said)
