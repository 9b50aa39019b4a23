"""`/join/<code>` for guests and `/walk/<id>` for us: one walk, its findings, and what may be done there."""

from __future__ import annotations

import logging
from asyncio import Semaphore
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.images import parse_boxes
from fieldapp.model import parse_id, uuid7
from fieldapp.model.parsing import clock_skew
from fieldapp.store.connection import Database
from fieldapp.texts import later
from fieldapp.usecases import links, photos, walks_findings, walks_invite, walks_run, walks_view
from fieldapp.usecases.services import load_services
from fieldapp.usecases.walks_run import Door
from fieldapp.web import photos as api_photos
from fieldapp.web.answers import NO_STORE, answering, crash_place, json_response
from fieldapp.web.bodies import json_body
from fieldapp.web.context import origin_of, request_settings, request_user, utc_now
from fieldapp.web.plain import page
from fieldapp.web.walk_door import at_the_door, cookie_of, require_same
from fieldapp.web.walk_page import BOTH, language_of, walk_page, walk_worker
from fieldapp.web.walks import get_walk_now

GUEST_SECONDS = 366 * 24 * 3600
FINDING_BYTES = 6 * 1024
Handler = Callable[[Request], Any]


def join_routes() -> list[BaseRoute]:
    """The same routes behind a code and behind a sign-in; below a code nothing but its own walk can be named."""
    shared: tuple[tuple[str, Handler, str], ...] = (
        ("me", get_me, "GET"),
        ("walk.json", get_walk, "GET"),
        ("walk.ics", get_calendar, "GET"),
        ("findings", post_findings, "POST"),
        ("look", post_look, "POST"),
        ("photos", post_photo, "POST"),
        ("photo/{photo_id}", get_photo, "GET"),
        ("support", post_support, "POST"),
        ("undo", post_undo, "POST"),
        ("looked", post_looked, "POST"),
    )
    ours: tuple[tuple[str, Handler, str], ...] = (
        ("step", post_step, "POST"),
        ("track", post_track, "POST"),
        ("qr.svg", get_qr, "GET"),
    )
    return [
        *(Route(f"/{where}/sw.js", walk_worker, methods=["GET"]) for where in BOTH),
        Route("/join/{code}", get_page, methods=["GET"]),
        Route("/join/{code}/in", answering(post_in), methods=["POST"]),
        Route("/walk/aktuel", answering(get_walk_now), methods=["GET"]),
        Route("/walk/{walk_id}", get_page, methods=["GET"]),
        *(Route(f"/join/{{code}}/{path}", answering(work), methods=[method]) for path, work, method in shared),
        *(Route(f"/walk/{{walk_id}}/{path}", answering(work), methods=[method]) for path, work, method in shared),
        *(Route(f"/walk/{{walk_id}}/{path}", answering(work), methods=[method]) for path, work, method in ours),
    ]


async def get_page(request: Request) -> Response:
    """The walk's page; it holds nothing of the walk but where to ask for it."""
    try:
        await at_the_door(request, lambda db, door: door.walk.id)
    except Problem as problem:
        language = language_of(request)
        return page(None, language=language, title=problem.text(language), error="", status=problem.status)
    return walk_page(request)


async def post_in(request: Request) -> Response:
    """Come along: a role, for which the phone gets a cookie that opens this walk alone."""
    said, now = await json_body(request), utc_now()
    role = said.get("role") if isinstance(said, dict) else None

    def work(db: Database, door: Door) -> tuple[Door, str]:
        guest, token = walks_run.join(door, role, db=db, now=now)
        return Door(door.walk, guest), token

    door, token = await at_the_door(request, work)
    answer = json_response({"user": door.supporter, "role": role})
    if token:
        secure = request_settings(request).https
        answer.set_cookie(
            cookie_of(door.walk.id), token, max_age=GUEST_SECONDS, path="/join", secure=secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
    return answer


async def get_me(request: Request) -> Response:
    """Who this phone is here: an outbox is kept for each."""
    user = await at_the_door(request, lambda db, door: door.supporter)
    if not user:
        raise Problem("sign_in_needed")
    return json_response({"user": user})


# --- the walk


async def get_walk(request: Request) -> Response:
    """The walk and what changed on it after `since`; readable by its link alone, for a year."""
    said, now, services = request.query_params.get("since", "0"), utc_now(), load_services(request_settings(request))
    since = int(said[:9]) if said.isascii() and said.isdecimal() else 0
    language = language_of(request)

    def work(db: Database, door: Door) -> dict[str, Any]:
        return walks_view.view(door, since=since, db=db, services=services, now=now, language=language)

    async with _few():
        return json_response(await at_the_door(request, work))


@cache
def _few() -> Semaphore:
    """Two at a time: twenty-five threads that want the processor at once keep whoever adds something waiting."""
    return Semaphore(2)


async def get_calendar(request: Request) -> Response:
    """The walk for a calendar."""
    settings, now = request_settings(request), utc_now()
    walk = await at_the_door(request, lambda db, door: door.walk)
    made = walks_invite.calendar(walk, now=now, origin=settings.origin)
    disposition = {"Content-Disposition": 'attachment; filename="tryghedsvandring.ics"'}
    return Response(made, media_type="text/calendar; charset=utf-8", headers=NO_STORE | disposition)


async def get_qr(request: Request) -> Response:
    """The walk's link as a QR code, made here."""
    secret, user, origin = links.secret_of(request_settings(request)), request_user(request), origin_of(request)

    def work(db: Database, door: Door) -> bytes:
        code = walks_invite.code_of(door.walk.id, user=user, db=db, secret=secret)
        return walks_invite.qr_svg(f"{origin}/join/{code}")

    return Response(await at_the_door(request, work), media_type="image/svg+xml", headers=api_photos.HEADERS)


async def post_looked(request: Request) -> Response:
    """The answers have been read."""
    now = utc_now()
    await at_the_door(request, lambda db, door: walks_view.looked(door, db=db, now=now))
    return json_response({})


# --- what is added


async def post_findings(request: Request) -> Response:
    """Up to fifty, answered one by one as a phone's outbox expects it; what is wrong with one stops no other."""
    now, services = utc_now(), load_services(request_settings(request))
    said = await json_body(request, walks_findings.BATCH_MOST * FINDING_BYTES)
    items = said.get("observations") if isinstance(said, dict) else None
    if not isinstance(items, list) or len(items) > walks_findings.BATCH_MOST:
        why = later("send en liste med højst {most} ad gangen", most=walks_findings.BATCH_MOST)
        raise Problem("invalid", field="observations", why=why)
    skew = clock_skew(said.get("phone_time"), now)

    def work(db: Database, door: Door) -> list[dict[str, Any]]:
        require_same(said.get("user"), door)
        return [_one(item, door, db, services, now, skew) for item in items]

    async with _in_turn():
        return json_response({"results": await at_the_door(request, work)})


@cache
def _in_turn() -> Semaphore:
    """One at a time, in the order they came: SQLite lets one writer in, but whichever happens to ask at that moment."""
    return Semaphore(1)


def _one(item: Any, door: Door, db: Database, services: Any, now: datetime, skew: timedelta) -> dict[str, Any]:
    known = item.get("id") if isinstance(item, dict) else None
    try:
        if not isinstance(item, dict):
            raise Problem("invalid", field="observation", why="der skal sendes ét objekt")
        added = walks_findings.add(item, door=door, db=db, services=services, now=now, skew=skew)
    except Problem as problem:
        if problem.status >= 500 or problem.code == "sign_in_needed":
            raise
        return {"id": _id(known), "status": problem.status, "problem": problem.to_wire()}
    except Exception as crash:
        logging.getLogger(__name__).error("%s at %s", type(crash).__name__, crash_place(crash))
        return {"id": _id(known), "status": 500, "problem": Problem("unexpected").to_wire()}
    status = 201 if added.outcome == "new" else 200
    return {"id": added.finding.id, "status": status, "outcome": added.outcome, "number": added.finding.number}


def _id(said: object) -> str | None:
    with suppress(Problem):
        return parse_id("id", said)
    return None


async def post_photo(request: Request) -> Response:
    """One photo of an own finding that is stored already: raw, with `observation`, `id` and `redact` in the query."""
    # Before the body is read: nobody fills the memory with what will be refused.
    await at_the_door(request, lambda db, door: require_same(request.query_params.get("user"), door))
    now, (data, said) = utc_now(), await api_photos.photo_parts(request)
    finding = parse_id("observation", said.get("observation"))
    photo_id = parse_id("id", said.get("id") or uuid7(now))
    cover = parse_boxes(said.get("redact", ""))

    def work(db: Database, door: Door) -> dict[str, Any]:
        require_same(said.get("user"), door)
        photo = walks_findings.add_photo(
            data, finding_id=finding, photo_id=photo_id, cover=cover, door=door, db=db, now=now
        )
        return {"id": photo.id, "width": photo.width, "height": photo.height}

    async with api_photos.decoding():
        return json_response(await at_the_door(request, work), status=201)


async def post_look(request: Request) -> Response:
    """Boxes round faces and plates in a photo that is about to be added here; nothing is kept."""
    now = utc_now()

    def adding(_db: Database, door: Door) -> Door:
        walks_run.require_taken(door, None, now)
        return door

    # Before the body is read, as for a photo that is sent.
    door = await at_the_door(request, adding)
    most = api_photos.GUESTS_MAX if door.guest else api_photos.WAITING_MAX
    find = partial(photos.look_on_walk, door=door, now=now)
    return await api_photos.looked_at(request, door.supporter, find, most=most)


async def get_photo(request: Request) -> Response:
    """A photo of this walk's findings, or of the walk that it walks again."""
    photo_id = parse_id("photo", request.path_params["photo_id"])
    small = request.query_params.get("size") == "thumb"
    jpeg = await at_the_door(
        request, lambda db, door: walks_findings.photo(photo_id, thumbnail=small, door=door, db=db)
    )
    return Response(jpeg, media_type="image/jpeg", headers=api_photos.HEADERS)


async def post_support(request: Request) -> Response:
    """«Det synes jeg også», or not any more."""
    said, now = await _object(request), utc_now()
    finding, yes = parse_id("finding", said.get("finding")), said.get("yes") is not False
    found = await at_the_door(request, lambda db, door: walks_findings.support(finding, yes, door=door, db=db, now=now))
    return json_response({"id": found.id, "support": found.support})


async def post_undo(request: Request) -> Response:
    """Take one's own finding back."""
    said, now = await _object(request), utc_now()
    finding = parse_id("finding", said.get("finding"))
    await at_the_door(request, lambda db, door: walks_findings.undo(finding, door=door, db=db, now=now))
    return json_response({"id": finding})


async def post_step(request: Request) -> Response:
    """Start or stop, on the leader's phone."""
    said, now, user = await _object(request), utc_now(), request_user(request)
    step = said.get("step")
    if step not in ("start", "stop"):
        raise Problem("invalid", field="step", why=later("vælg en af: {choices}", choices="start, stop"))
    walk = await at_the_door(
        request, lambda db, door: walks_run.take_step(door.walk.id, step, user=user, db=db, now=now)
    )
    return json_response({"state": str(walk.state)})


async def post_track(request: Request) -> Response:
    """The leader's own route, where it was chosen."""
    said, now, user = await _object(request), utc_now(), request_user(request)
    positions = said.get("positions")
    if not isinstance(positions, list):
        raise Problem("invalid", field="positions", why="det skal være en liste")
    await at_the_door(
        request, lambda db, door: walks_run.keep_track(door.walk.id, positions, user=user, db=db, now=now)
    )
    return json_response({})


async def _object(request: Request) -> dict[str, Any]:
    said = await json_body(request)
    if not isinstance(said, dict):
        raise Problem("invalid", field="body", why="der skal sendes ét objekt")
    return said
