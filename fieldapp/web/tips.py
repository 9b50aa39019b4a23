"""`/tip/<code>`: a tip without an account and without a script; `/tip/svar/<code>`: its answer; the poster."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.store import meta
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.usecases import asking, links, tips, tips_answers, tips_sources
from fieldapp.usecases.services import load_services
from fieldapp.usecases.walks_invite import qr_svg
from fieldapp.web.answers import answering
from fieldapp.web.codes import NO_TRACE, looked_up
from fieldapp.web.context import (
    chosen_language,
    context_of,
    origin_of,
    request_settings,
    request_user,
    utc_now,
    with_database,
)
from fieldapp.web.photos import HEADERS
from fieldapp.web.plain import page
from fieldapp.web.tip_page import FIELDS, Typed, answer_page, poster_page, tip_page

FORM_MOST, FIELDS_MOST = 32 * 1024, 20


def tip_routes() -> list[BaseRoute]:
    """For anyone who has the code; QR code and poster for those who give links out."""
    return [
        Route("/tip/svar/{code}", answer, methods=["GET"]),
        Route("/tip/{code}", tip, methods=["GET", "POST"]),
        Route("/tipkilde/{source_id}/qr.svg", answering(get_qr), methods=["GET"]),
        Route("/tipkilde/{source_id}/plakat", answering(get_poster), methods=["GET"]),
    ]


async def tip(request: Request) -> Response:
    """GET shows the form; POST takes the tip in and goes on to its answer. What was typed stays on a refusal."""
    said: dict[str, str] = {}
    try:
        said = await _form(request) if request.method == "POST" else {}
        found = await looked_up(request, lambda db: _visit(request, db))
        failure = None
        if request.method == "POST":
            try:
                return await _taken(request, found, said)
            except Problem as problem:
                failure = problem
        return await _shown(request, found, said, failure)
    except Problem as problem:
        return _refused(request, problem, said)


async def answer(request: Request) -> Response:
    """Where the tip stands by now; right after it was sent also the thanks, and the link to keep."""
    settings, language, now = request_settings(request), chosen_language(request, {}), utc_now()
    services = load_services(settings)

    def work(db: Database) -> tuple[tips_answers.Told, bool]:
        code, address = _code(request), _address(request)
        told = tips_answers.read(code, address=address, db=db, services=services, now=now, language=language)
        return told, meta.is_fictional(db)

    try:
        told, fictional = await looked_up(request, work)
    except Problem as problem:
        return _refused(request, problem, {})
    link = f"{origin_of(request)}/tip/svar/{_code(request)}" if request.query_params.get("tak") == "1" else ""
    html = answer_page(told, code=_code(request), link=link, services=services, language=language, fictional=fictional)
    return HTMLResponse(html, headers=NO_TRACE)


async def get_qr(request: Request) -> Response:
    """An institution's link as a QR code, made here."""
    _, code = await _source(request)
    made = qr_svg(f"{origin_of(request)}/tip/{code}")
    return Response(made, media_type="image/svg+xml", headers=HEADERS)


async def get_poster(request: Request) -> Response:
    """A page to print and hang up in the staff room."""
    name, code = await _source(request)
    language = chosen_language(request, {"lang": request_user(request).language})
    qr = f"/tipkilde/{request.path_params['source_id']}/qr.svg"
    html = poster_page(name, f"{origin_of(request)}/tip/{code}", qr, language=language)
    return HTMLResponse(html, headers=NO_TRACE)


async def _source(request: Request) -> tuple[str, str]:
    user, secret, now = request_user(request), links.secret_of(request_settings(request)), utc_now()
    source_id = str(request.path_params["source_id"])
    source, code = await with_database(
        request, lambda db: tips_sources.code_of(source_id, user=user, db=db, secret=secret, now=now)
    )
    return source.name, code


def _visit(request: Request, db: Database) -> tips.Visit:
    return tips.visit(_code(request), address=_address(request), db=db, now=utc_now())


async def _taken(request: Request, found: tips.Visit, said: Mapping[str, str]) -> Response:
    settings, now = request_settings(request), utc_now()
    services, secret = load_services(settings), links.secret_of(settings)
    spared = tips.spared_in(said) if said.get("sure") == "1" else asking.NOBODY

    def work(db: Database) -> str:
        return tips.send(found, said, db=db, services=services, secret=secret, now=now, spared=spared)

    code = await with_database(request, work)
    return RedirectResponse(f"/tip/svar/{code}?lang={chosen_language(request, said)}&tak=1", 303, headers=NO_TRACE)


async def _shown(request: Request, found: tips.Visit, said: dict[str, str], failure: Problem | None) -> Response:
    services, language = load_services(request_settings(request)), chosen_language(request, said)
    fictional = await with_database(request, meta.is_fictional)
    typed = Typed(_code(request), said, failure)
    html = tip_page(found, typed, services=services, language=language, now=utc_now(), fictional=fictional)
    return HTMLResponse(html, failure.status if failure else 200, headers=NO_TRACE)


async def _form(request: Request) -> dict[str, str]:
    """The fields we know, each once; raises a Problem for what no form of ours sends."""
    body = await request.body()
    if len(body) > FORM_MOST:
        raise Problem("too_large", limit=f"{FORM_MOST // 1024} kB")
    try:
        given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MOST)
    except ValueError:
        raise Problem("invalid", field="form", why="den har for mange felter") from None
    return {name: values[0] for name, values in given.items() if name in FIELDS}


def _refused(request: Request, problem: Problem, said: Mapping[str, str]) -> Response:
    language = chosen_language(request, said)
    title = translator(language)("Linket kan ikke bruges")
    shown = page(None, language=language, title=title, error=problem.text(language), status=problem.status)
    shown.headers.update(NO_TRACE)
    return shown


def _code(request: Request) -> str:
    return str(request.path_params["code"])


def _address(request: Request) -> str:
    return context_of(request.scope).address
