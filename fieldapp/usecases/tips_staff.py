"""Tips as those see them who answer: listed, a look planned, what was seen written down, a task made, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import MAY_RECORD, Kind, Observation, Role, User, utc_text
from fieldapp.model.follow_ups import MAY_FOLLOW_UP, FollowUp
from fieldapp.model.tips import REASON, RULES, TEXT, WHAT, Event, State, Step, Tip, stepped
from fieldapp.privacy.releasing import point_grants
from fieldapp.store import follow_ups as tasks
from fieldapp.store import observations as seen
from fieldapp.store import tips as rows
from fieldapp.store.connection import Database, writing
from fieldapp.usecases import asking, follow_ups, gate_counts, observations
from fieldapp.usecases.gated import gated, passed
from fieldapp.usecases.services import Services


@dataclass(frozen=True, slots=True)
class Card:
    """A tip with the name of its institution, its history, its tasks, and what this reader may do now."""

    tip: Tip
    name: str
    events: tuple[Event, ...]
    tasks: tuple[FollowUp, ...]
    steps: tuple[Step, ...]
    may_task: bool
    may_forget: bool


def sees(tip: Tip, reader: User) -> bool:
    """A tip is seen by those who would see an observation of its kind there."""
    return any(
        tip.kind in one.kinds and (one.districts is None or tip.district in one.districts) and one.reporter is None
        for one in point_grants(reader)
    )


def listing(*, reader: User, db: Database) -> list[Tip]:
    """The tips this reader may see: new ones first, then planned, then the rest."""
    return [tip for tip in rows.every(db) if sees(tip, reader)]


def open_tip(tip_id: str, *, reader: User, db: Database) -> Card:
    """One tip; raises `not_found` for what the reader may not see, as for what is not there."""
    tip = seen_by(tip_id, reader=reader, db=db)
    source = rows.source(db, tip.source)
    made = tuple(one for one in tasks_of(tip, db=db) if follow_ups.sees(one, reader))
    steps = tuple(step for step in Step if tip.state in RULES[step].before and _may(reader, step))
    tasks_too = reader.role in MAY_FOLLOW_UP and tip.state is not State.REFUSED
    forgets = reader.role is Role.COORDINATOR
    return Card(tip, source.name if source else "", tuple(rows.events(db, tip.id)), made, steps, tasks_too, forgets)


def seen_by(tip_id: str, *, reader: User, db: Database) -> Tip:
    """A tip this user may see; raises `not_found`."""
    tip = rows.get(db, tip_id)
    if tip is None or not sees(tip, reader):
        raise Problem("not_found")
    return tip


def tasks_of(tip: Tip, *, db: Database) -> list[FollowUp]:
    """What is done about it: tasks made from the tip, or from what was seen there."""
    wanted = [tasks.Wanted(sources=frozenset({"tip"}), source_ids=frozenset({tip.id}))]
    if tip.observation:
        wanted.append(tasks.Wanted(sources=frozenset({"observation"}), source_ids=frozenset({tip.observation})))
    return [found for one in wanted for found in tasks.find(db, one, order="newest")]


def step(
    tip_id: str,
    what: Step,
    *,
    version: int,
    user: User,
    db: Database,
    now: datetime,
    day: date | None = None,
    text: str | None = None,
    spared: asking.Words = asking.NOBODY,
) -> Tip:
    """Plan a look on a `day`, refuse with a reason, open again with a reason; `look` is `looked`'s.

    Raises `tip_step`, `tip_changed`, `missing`, `invalid`, or what the gate says of the text.
    """
    tip = _to_change(tip_id, what, version, user=user, db=db)
    return _take(tip, what, day, text, user=user, db=db, now=now, spared=spared)


def looked(
    tip_id: str,
    wire: Mapping[str, Any] | None,
    *,
    words: str,
    at: datetime,
    version: int,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Tip:
    """Write what was seen there at a time. `wire` has id, category, lat, lon of the observation that the words become,
    by the rules of any other; None where nothing was found, and the words are the answer."""
    tip = _to_change(tip_id, Step.LOOK, version, user=user, db=db)
    if len(words.strip()) < 3:
        raise Problem("missing", field=TEXT)
    day = at.astimezone(COPENHAGEN).date()
    if wire is None:
        return _take(tip, Step.LOOK, day, words, user=user, db=db, now=now, spared=spared)
    newer, event = stepped(tip, Step.LOOK, who=f"u:{user.id}", now=now, day=day)
    said = {**wire, "note": words, "observed_at": utc_text(at)}
    ready, counted = _observed(said, user=user, db=db, services=services, now=now, spared=spared)
    newer = replace(newer, observation=ready.id)
    with writing(db):
        seen.insert_within(db, ready, actor=user.id)
        rows.change_within(db, newer, event, actor=user.id)
        observations.count_passed_within(db, counted, ready.origin, now)
    return newer


def make_task(
    tip_id: str,
    wire: Mapping[str, Any],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> FollowUp:
    """A follow-up from a tip: `wire` has id, title, detail, responsible and deadline; place and kind are the tip's."""
    tip = seen_by(tip_id, reader=user, db=db)
    if tip.state is State.REFUSED:
        raise Problem("tip_step")
    known = seen.get(db, tip.observation) if tip.observation else None
    lat, lon, district = (tip.lat, tip.lon, tip.district) if known is None else (known.lat, known.lon, known.district)
    where = {"lat": lat, "lon": lon} if lat is not None else {"district": district}
    kept = {name: wire.get(name) for name in ("id", "title", "detail", "responsible", "deadline")}
    said = {**kept, **where, "kind": str(tip.kind), "source": "tip", "source_id": tip.id, "tip": tip.id}
    return follow_ups.make(said, user=user, db=db, services=services, now=now, spared=spared)


def forget(tip_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take all words of a tip and its history out for good; its rows stay. For the coordinator."""
    tip = seen_by(tip_id, reader=user, db=db)
    if user.role is not Role.COORDINATOR:
        raise Problem("not_allowed")
    with writing(db):
        rows.forget_within(db, tip.id, actor=user.id, at=now)


def _may(user: User, what: Step) -> bool:
    return user.active and user.role in (MAY_RECORD if what is Step.LOOK else MAY_FOLLOW_UP)


def _to_change(tip_id: str, what: Step, version: int, *, user: User, db: Database) -> Tip:
    tip = seen_by(tip_id, reader=user, db=db)
    if not _may(user, what):
        raise Problem("not_allowed")
    if tip.version != version:
        raise Problem("tip_changed", field="version")
    return tip


def _take(
    tip: Tip, what: Step, day: date | None, text: str | None, *, user: User, db: Database, now: datetime,
    spared: asking.Words,
) -> Tip:  # fmt: skip
    """One step with its words, once they have passed the gate."""
    texts = gated({REASON: text}, db=db, now=now, spared=spared)
    newer, event = stepped(tip, what, who=f"u:{user.id}", now=now, day=day, text=texts[REASON])
    with writing(db):
        rows.change_within(db, newer, event, actor=user.id)
        gate_counts.count_within(db, passed(texts, spared), "passed", origin="form", now=now)
    return newer


def _observed(
    wire: Mapping[str, Any], *, user: User, db: Database, services: Services, now: datetime, spared: asking.Words
) -> tuple[Observation, Any]:
    """The observation ready to be stored: never of people kind, since whoever gave the tip reads it."""
    said = Observation.from_wire(wire, catalogue=services.catalogue, now=now, origin="form")
    if said.kind is Kind.PEOPLE:
        raise Problem("invalid", field=WHAT, why="vælg et punkt fra listen")
    ready = observations.through_the_gate(said, user=user, db=db, now=now, spared=spared)
    return observations.locate(ready, services=services), observations.soft_kinds(ready, spared)
