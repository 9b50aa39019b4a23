"""A phone's outbox: many observations at a time, each with an answer of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import Observation, User
from fieldapp.store import bulk, drafts, meta
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database, writing
from fieldapp.usecases import asking, observations
from fieldapp.usecases.imports.locating import locate_all
from fieldapp.usecases.observations import Recorded
from fieldapp.usecases.services import Services

BATCH_MOST, RECORD_BYTES = 50, 4 * 1024
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
Answer = Recorded | Problem


@dataclass(frozen=True, slots=True)
class Sent:
    """One observation of a phone's, and the places in its note that its writer has said are no person.

    `doubt` is what is wrong with it unless it is stored already: a clock that is right again says of a time it gave
    while it was wrong that it is yet to come.
    """

    observation: Observation
    not_persons: Sequence[Sequence[int]] = ()
    doubt: Problem | None = None


def read_sent(
    said: Mapping[str, Any], not_persons: Sequence[Sequence[int]], *, services: Services, now: datetime, skew: timedelta
) -> Sent:
    """What a phone sent, its clock put right by `skew`; raises a Problem that names the field."""
    catalogue = services.catalogue
    try:
        return Sent(Observation.from_wire(said, catalogue=catalogue, now=now, skew=skew), not_persons)
    except Problem as problem:
        if problem.field != "observed_at":
            raise
        return Sent(Observation.from_wire(said, catalogue=catalogue, now=_NEVER, skew=skew), not_persons, problem)


def record_one(sent: Sent, *, user: User, db: Database, services: Services, now: datetime) -> Recorded:
    """`observations.record` of what a phone sent."""
    _settle(sent, user, db)
    spared = asking.words_at(sent.observation.note or "", sent.not_persons)
    return observations.record(sent.observation, user=user, db=db, services=services, now=now, spared=spared)


def _settle(sent: Sent, user: User, db: Database) -> None:
    if sent.doubt and not observations.stored_already(sent.observation, user, db):
        raise sent.doubt


@dataclass(frozen=True, slots=True)
class _Checked:
    """One that has passed the gate, and the kinds its writer has answered for."""

    observation: Observation
    passed: Counter[str]


@dataclass(frozen=True, slots=True)
class _Ready:
    """All that can be worked out before the transaction, which others wait for."""

    observation: Observation
    row: bulk.Ready
    passed: Counter[str]


def record_many(
    sent: Sequence[Sent],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    pause: Callable[[], None] = lambda: None,
) -> list[Answer]:
    """What became of each, in their order: recorded, or the Problem that stopped it and no other.

    They are on disk when it returns, all in one transaction but the one that ends the user's draft. `pause` is called
    between them, outside the transaction, so that others get a turn. Raises `not_allowed` and failures of the storage.
    """
    observations.may_record(user)
    draft = drafts.load(db, user.id)
    own_way = draft[0] if draft else None
    answers: list[Answer | _Checked] = []
    for one in sent:
        try:
            if one.observation.id == own_way:
                answers.append(record_one(one, user=user, db=db, services=services, now=now))
            else:
                answers.append(_checked(one, user=user, db=db, now=now))
        except Problem as problem:
            if problem.status >= 500:
                raise
            answers.append(problem)
        pause()
    ready = iter(_located([one for one in answers if isinstance(one, _Checked)], services))
    pause()
    return _stored([next(ready) if isinstance(one, _Checked) else one for one in answers], user=user, db=db, now=now)


def _checked(one: Sent, *, user: User, db: Database, now: datetime) -> _Checked:
    _settle(one, user, db)
    spared = asking.words_at(one.observation.note or "", one.not_persons) if one.not_persons else asking.NOBODY
    seen = observations.through_the_gate(one.observation, user=user, db=db, now=now, spared=spared)
    return _Checked(seen, observations.soft_kinds(seen, spared))


def _located(checked: Sequence[_Checked], services: Services) -> list[_Ready]:
    """With district, place and square; a neighbour chosen near a border is looked up by itself."""
    seen = [
        observations.locate(one.observation, services=services) if one.observation.district_choice else located
        for one, located in zip(checked, locate_all([one.observation for one in checked], services), strict=True)
    ]
    return [_Ready(one, bulk.ready(one), before.passed) for one, before in zip(seen, checked, strict=True)]


def _stored(answers: Sequence[Answer | _Ready], *, user: User, db: Database, now: datetime) -> list[Answer]:
    waiting = [one for one in answers if isinstance(one, _Ready)]
    if not waiting:
        return [one for one in answers if not isinstance(one, _Ready)]
    with writing(db):
        stored = bulk.known(db, [one.row.id for one in waiting])
        fresh = {one.row.id: one for one in reversed(waiting) if one.row.id not in stored}
        news = [one for one in waiting if fresh.get(one.row.id) is one]
        if news:
            bulk.insert_within(db, [one.row for one in news], actor=user.id, at=now, action="record")
            observations.count_passed_within(db, _together(news), news[0].observation.origin, now)
            meta.touch(db)
        return [_answer(one, fresh, db) if isinstance(one, _Ready) else one for one in answers]


def _together(news: Sequence[_Ready]) -> Counter[str]:
    return sum((one.passed for one in news), Counter[str]())


def _answer(one: _Ready, fresh: dict[str, _Ready], db: Database) -> Answer:
    if fresh.get(one.row.id) is one:
        return Recorded("new", one.observation)
    try:
        return Recorded(rows.same_or_conflict(db, one.observation), one.observation)
    except Problem as problem:
        return problem
