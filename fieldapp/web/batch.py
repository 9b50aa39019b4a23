"""Observations on their way in: one, or a batch of a phone's outbox; safe to send again, by either way."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fieldapp.errors import Problem
from fieldapp.model import User, parse_id, utc_text
from fieldapp.model.parsing import PARSERS, clock_skew
from fieldapp.store.connection import Database
from fieldapp.texts import later
from fieldapp.usecases import asking, observations, outbox
from fieldapp.usecases.observations import Recorded
from fieldapp.usecases.outbox import BATCH_MOST, RECORD_BYTES, Answer, Sent
from fieldapp.usecases.services import Services, load_services
from fieldapp.web.answers import crash_place, json_response
from fieldapp.web.bodies import json_body, require_known
from fieldapp.web.context import in_thread, request_settings, request_user, require_user, utc_now, with_database
from fieldapp.web.doorman import PHONE_TIME

NOT_PERSONS = "not_persons"
# Between two observations others get a turn: ten thousand of them must hardly be felt on another's screen, and still be
# taken in within a minute.
PAUSE_S = 0.0032
_FIELDS = frozenset({*PARSERS, NOT_PERSONS})
_BATCH_FIELDS = ("phone_time", "observations", "user")
_storing: set[str] = set()
_receiving = Lock()


async def post_observation(request: Request) -> Response:
    """201 new, 200 the same again; the answer leaves only after the commit."""
    # The clock is read before the body: a slow line is no wrong clock.
    user, services, now = request_user(request), load_services(request_settings(request)), utc_now()
    skew = clock_skew(request.headers.get(PHONE_TIME), now)
    sent = _read(await json_body(request), services, now, skew)

    def record(db: Database) -> Recorded:
        return outbox.record_one(sent, user=user, db=db, services=services, now=now)

    with _held([sent.observation.id]) as free:
        if not free:
            raise Problem("in_flight", field="id")
        recorded = await with_database(request, record)
    return json_response(_told(recorded), status=_status(recorded))


async def post_batch(request: Request) -> Response:
    """Up to fifty, answered one by one in their order; what is wrong with one stops no other."""
    user, services, now = request_user(request), load_services(request_settings(request)), utc_now()
    observations.may_record(user)
    items, skew = _read_batch(await json_body(request, BATCH_MOST * RECORD_BYTES), user, now)
    read = await in_thread(lambda: [_attempt(item, services, now, skew) for item in items])

    async def record(sent: Sequence[Sent]) -> list[Answer]:
        def work(db: Database) -> list[Answer]:
            return outbox.record_many(sent, user=user, db=db, services=services, now=now, pause=_let_others)

        return await with_database(request, work)

    with _alone():
        answers = await _recorded(read, record)
    results = [_result(item, answer, user) for item, answer in zip(items, answers, strict=True)]
    return json_response({"results": results, "server_time": utc_text(utc_now())})


def _read(said: Any, services: Services, now: datetime, skew: timedelta) -> Sent:
    """The observation, and beside it where its note is not about a person: an answer, no content of the row."""
    if not isinstance(said, dict):
        raise Problem("invalid", field="observation", why="der skal sendes ét objekt")
    require_known(said, _FIELDS)
    content = {name: value for name, value in said.items() if name != NOT_PERSONS}
    places = asking.read_places(said.get(NOT_PERSONS), NOT_PERSONS)
    return outbox.read_sent(content, places, services=services, now=now, skew=skew)


def _attempt(said: Any, services: Services, now: datetime, skew: timedelta) -> Sent | Problem:
    try:
        return _read(said, services, now, skew)
    except Problem as problem:
        return problem


def _read_batch(said: Any, user: User, now: datetime) -> tuple[list[Any], timedelta]:
    """The items as they were sent, and how far behind ours the phone's clock is."""
    if not isinstance(said, dict):
        raise Problem("invalid", field="body", why="der skal sendes ét objekt")
    require_user(said.get("user"), user)
    require_known(said, _BATCH_FIELDS)
    if unknown := sorted(set(said) - set(_BATCH_FIELDS)):
        raise Problem("unknown_field", field=unknown[0][:40])
    items = said.get("observations")
    if not isinstance(items, list) or len(items) > BATCH_MOST:
        why = later("send en liste med højst {most} ad gangen", most=BATCH_MOST)
        raise Problem("invalid", field="observations", why=why)
    return items, clock_skew(said.get("phone_time"), now)


@contextmanager
def _held(ids: Sequence[str]) -> Iterator[frozenset[str]]:
    """Those of the ids that nobody is storing just now, kept from others meanwhile; on the event loop only."""
    free = frozenset(ids) - _storing
    _storing.update(free)
    try:
        yield free
    finally:
        _storing.difference_update(free)


@contextmanager
def _alone() -> Iterator[None]:
    """One batch at a time, whoever sends it."""
    if not _receiving.acquire(blocking=False):
        raise Problem("outbox_busy")
    try:
        yield
    finally:
        _receiving.release()


async def _recorded(
    read: Sequence[Sent | Problem], record: Callable[[Sequence[Sent]], Awaitable[list[Answer]]]
) -> list[Answer]:
    with _held([one.observation.id for one in read if isinstance(one, Sent)]) as free:
        ready = [one for one in read if isinstance(one, Sent) and one.observation.id in free]
        answers = iter(await _each(ready, record))
    return [
        one if isinstance(one, Problem) else next(answers) if one.observation.id in free else _in_flight()
        for one in read
    ]


def _in_flight() -> Problem:
    return Problem("in_flight", field="id")


async def _each(sent: Sequence[Sent], record: Callable[[Sequence[Sent]], Awaitable[list[Answer]]]) -> list[Answer]:
    """All together; where something unforeseen happens each alone, so that it stops only what it happens to."""
    try:
        return await record(sent)
    except Problem:
        raise
    except Exception as crash:
        logging.getLogger(__name__).error("%s at %s", type(crash).__name__, crash_place(crash))
    if len(sent) == 1:
        return [Problem("unexpected")]
    return [answer for one in sent for answer in await _each([one], record)]


def _let_others() -> None:
    time.sleep(PAUSE_S)


def _result(item: Any, answer: Answer, user: User) -> dict[str, Any]:
    if isinstance(answer, Problem):
        return {"id": _id_of(item), "status": answer.status, "problem": answer.to_wire(user.language)}
    return _told(answer) | {"status": _status(answer)}


def _id_of(item: Any) -> str | None:
    """The id that was sent; never anything else that stood in its place."""
    try:
        return parse_id("id", item.get("id")) if isinstance(item, dict) else None
    except Problem:
        return None


def _told(recorded: Recorded) -> dict[str, Any]:
    stored = recorded.observation
    return {"id": stored.id, "outcome": recorded.outcome, "district": stored.district, "place": stored.place}


def _status(recorded: Recorded) -> int:
    return 201 if recorded.outcome == "new" else 200
