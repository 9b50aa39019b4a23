"""`/opgave/<code>`: a party reads its one task and answers it, without an account and without a script."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.usecases import asking, follow_ups_outside, follow_ups_photos, follow_ups_reading, sessions
from fieldapp.usecases.follow_ups_export import csv_of
from fieldapp.usecases.follow_ups_outside import Visit
from fieldapp.usecases.services import load_services
from fieldapp.web.answers import answering, json_response
from fieldapp.web.codes import NO_TRACE, looked_up
from fieldapp.web.context import chosen_language, context_of, request_settings, request_user, utc_now, with_database
from fieldapp.web.photos import HEADERS, decoding, photo_parts
from fieldapp.web.plain import page
from fieldapp.web.responses import session_token
from fieldapp.web.task_page import Told, task_page

CSV = "/opfoelgning.csv"
WAITING_MAX = 4
_waiting: set[int] = set()


def task_routes() -> list[BaseRoute]:
    """The page of a link, its photos, and the photos of follow-ups for those who are signed in."""
    return [
        Route("/opgave/{code}", task, methods=["GET", "POST"]),
        Route("/opgave/{code}/foto/{photo_id}", own_photo, methods=["GET"]),
        Route("/opgavefoto", answering(take_photo), methods=["POST"]),
        Route("/opgavefoto/{photo_id}", answering(photo), methods=["GET"]),
        Route(CSV, answering(spreadsheet), methods=["GET"]),
    ]


async def task(request: Request) -> Response:
    """GET shows the task; POST adds or removes a photo, answers, or reports it done. What was typed stays there."""
    said = {name: value for name, value in request.query_params.items() if name == "lang"}
    try:
        found = await _visit(request)
        failure = None
        if request.method == "POST":
            data, said = await photo_parts(request)
            try:
                if await _obey(request, found, said, data):
                    return RedirectResponse(_here(request, said) + "&tak=1", 303, headers=NO_TRACE)
            except Problem as problem:
                failure = problem
            found = await _visit(request)
        return await _shown(request, found, said, failure)
    except Problem as problem:
        language = chosen_language(request, said)
        title = translator(language)("Linket kan ikke bruges")
        return page(None, language=language, title=title, error=problem.text(language), status=problem.status)


async def own_photo(request: Request) -> Response:
    """A thumbnail of what this link has sent."""
    photo_id = str(request.path_params["photo_id"])
    try:
        found = await _visit(request)
        jpeg = await with_database(request, lambda db: follow_ups_outside.photo_for(photo_id, found, db=db))
    except Problem as problem:
        return Response(status_code=problem.status, headers=NO_TRACE)
    return Response(jpeg, media_type="image/jpeg", headers=HEADERS)


async def photo(request: Request) -> Response:
    """The JPEG, to readers who may see its follow-up."""
    user, photo_id = request_user(request), str(request.path_params["photo_id"])
    thumbnail = request.query_params.get("size") == "thumb"
    jpeg = await with_database(
        request, lambda db: follow_ups_reading.photo_for(photo_id, thumbnail=thumbnail, reader=user, db=db)
    )
    return Response(jpeg, media_type="image/jpeg", headers=HEADERS)


async def take_photo(request: Request) -> Response:
    """One photo of a follow-up (`follow_up` and `id` in the address), covered on the phone. 201 with its id."""
    user, now = request_user(request), utc_now()
    data, said = await photo_parts(request)
    follow_up, photo_id = said.get("follow_up", ""), said.get("id", "")
    async with decoding():
        kept = await with_database(
            request, lambda db: follow_ups_photos.add(data, follow_up, photo_id, user=user, db=db, now=now)
        )
    return json_response({"id": kept}, status=201)


async def spreadsheet(request: Request) -> Response:
    """What the filter in the address shows its reader, as a file; each is on record."""
    user, now, services = request_user(request), utc_now(), load_services(request_settings(request))
    query = {name: request.query_params.getlist(name) for name in follow_ups_reading.PARAMETERS}

    def work(db: Database) -> bytes:
        wanted, order = follow_ups_reading.parse_wanted(query, reader=user, services=services, now=now)
        return csv_of(wanted, reader=user, db=db, services=services, now=now, order=order)

    name = f"opfoelgning-{now.astimezone(COPENHAGEN):%Y-%m-%d}.csv"
    headers = NO_TRACE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(await with_database(request, work), media_type="text/csv; charset=utf-8", headers=headers)


async def _visit(request: Request) -> Visit:
    """What the code opens; after very many unknown ones from everywhere each further one waits a second."""
    code, address, now = str(request.path_params["code"]), context_of(request.scope).address, utc_now()

    def work(db: Database) -> Visit:
        visitor = _signed_in(request, db, now)
        return follow_ups_outside.visit(code, address=address, visitor=visitor, db=db, now=now)

    return await looked_up(request, work)


def _signed_in(request: Request, db: Database, now: datetime) -> User | None:
    """Who holds the session that this browser has: the address is open to all, so the gate has not looked."""
    token = session_token(request.headers, request_settings(request))
    found = sessions.who(token, db=db, now=now) if token else None
    return found.user if found else None


async def _obey(request: Request, found: Visit, said: Mapping[str, str], data: bytes) -> bool:
    """Do what the button says; True when an answer was given. A photo that came along is kept first."""
    if data:
        await _with_photo(request, found, data)
    do, now = said.get("do", "report"), utc_now()
    if do.startswith("remove-"):
        gone = do.removeprefix("remove-")
        await with_database(request, lambda db: follow_ups_outside.remove_photo(gone, found, db=db))
    if do not in ("report", "answer"):
        return False
    fresh = await _visit(request)
    spared = follow_ups_outside.spared_in(said) if said.get("sure") == "1" else asking.NOBODY

    def work(db: Database) -> object:
        return follow_ups_outside.answer(fresh, said, done=do == "report", db=db, now=now, spared=spared)

    await with_database(request, work)
    return True


async def _with_photo(request: Request, found: Visit, data: bytes) -> None:
    mark = id(request)
    if len(_waiting) >= WAITING_MAX:
        raise Problem("busy")
    _waiting.add(mark)
    try:
        async with _one_at_a_time():
            await with_database(request, lambda db: follow_ups_outside.add_photo(data, found, db=db, now=utc_now()))
    finally:
        _waiting.discard(mark)


@cache
def _one_at_a_time() -> Semaphore:
    """Looking for faces keeps one core busy for a second or two."""
    return Semaphore(1)


async def _shown(request: Request, found: Visit, said: Mapping[str, str], failure: Problem | None) -> Response:
    language, services = chosen_language(request, said), load_services(request_settings(request))
    told = Told(
        code=str(request.path_params["code"]),
        typed=dict(said),
        failure=failure,
        thanks=request.query_params.get("tak") == "1" and failure is None,
    )
    html = task_page(found, told, services=services, language=language, now=utc_now())
    return HTMLResponse(html, failure.status if failure else 200, headers=NO_TRACE)


def _here(request: Request, said: Mapping[str, str]) -> str:
    return f"{request.url.path}?lang={chosen_language(request, said)}"
