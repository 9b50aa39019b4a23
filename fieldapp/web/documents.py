"""A walk's documents over HTTP: made anew for each reader who may see the walk, one at a time, kept by no cache."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp import reports
from fieldapp.errors import Problem
from fieldapp.reports import WalkReport
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.usecases import links, walks_documents
from fieldapp.usecases.services import load_services
from fieldapp.usecases.walks_run import Door
from fieldapp.web.answers import Handler, answering
from fieldapp.web.context import in_thread, origin_of, request_settings, request_user, utc_now, with_database
from fieldapp.web.plain import page
from fieldapp.web.responses import is_navigation
from fieldapp.web.walk_door import at_the_door
from fieldapp.web.walk_page import language_of

PDF = "application/pdf"
WAITING_MAX, GUESTS_MOST = 4, 2
# A browser's own PDF viewer is an embedded object with styles of its own: nothing else may be forbidden here.
_PDF_CSP = "frame-ancestors 'self'"
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_HTML_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'; sandbox"
)
# The same report is there as a page.
_NO_PDF = frozenset({"pdf_missing", "pdf_failed"})
_waiting: set[int] = set()


def document_routes() -> list[BaseRoute]:
    """For us by a walk's id; for a guest who has joined by the walk's link, the report alone."""
    return [
        Route("/vandring/{walk_id}/rapport.pdf", answering(_in_words(get_report_pdf)), methods=["GET"]),
        Route("/vandring/{walk_id}/rapport.html", answering(_in_words(get_report_html)), methods=["GET"]),
        Route("/vandring/{walk_id}/plakat.pdf", answering(_in_words(get_poster_pdf)), methods=["GET"]),
        Route("/join/{code}/rapport.pdf", answering(_in_words(get_report_pdf)), methods=["GET"]),
        Route("/join/{code}/rapport.html", answering(_in_words(get_report_html)), methods=["GET"]),
    ]


def _in_words(handler: Handler) -> Handler:
    """What went wrong on a page to read, for who opened the address in a browser; for programs as everywhere."""

    @wraps(handler)
    async def told(request: Request) -> Response:
        try:
            return await handler(request)
        except Problem as failure:
            if not is_navigation(request.method, request.headers):
                raise
            language = language_of(request)
            _ = translator(language)
            on_screen = f'<a href="rapport.html">{_("Læs rapporten på skærmen")}</a>'
            return page(
                None,
                language=language,
                title=_("Tryghedsvandring"),
                error=failure.text(language),
                other_language=on_screen if failure.code in _NO_PDF else "",
                status=failure.status,
            )

    return told


async def get_report_pdf(request: Request) -> Response:
    """The report to print and to send."""
    made = await _report(request, reports.report_pdf)
    return Response(made, media_type=PDF, headers=_pdf_headers("tryghedsvandring-rapport.pdf"))


async def get_report_html(request: Request) -> Response:
    """The report to read on a screen: one file, its pictures inside."""
    made = await _report(request, lambda report: reports.report_html(report).encode())
    headers = _HEADERS | {"Content-Security-Policy": _HTML_CSP} | _named("tryghedsvandring-rapport.html")
    return Response(made, media_type="text/html; charset=utf-8", headers=headers)


async def get_poster_pdf(request: Request) -> Response:
    """The poster to hang up, for those who lead the walk."""
    settings, user = request_settings(request), request_user(request)
    services, secret, walk_id = load_services(settings), links.secret_of(settings), request.path_params["walk_id"]
    origin, language = origin_of(request), language_of(request)

    def work(db: Database) -> bytes:
        poster = walks_documents.poster(
            walk_id, user=user, db=db, services=services, secret=secret, origin=origin, language=language
        )
        return reports.poster_pdf(poster)

    async with _alone(WAITING_MAX):
        made = await with_database(request, work)
    return Response(made, media_type=PDF, headers=_pdf_headers("tryghedsvandring-plakat.pdf"))


async def _report(request: Request, make: Callable[[WalkReport], bytes]) -> bytes:
    services, now, language = load_services(request_settings(request)), utc_now(), language_of(request)

    def gather(db: Database, door: Door) -> WalkReport:
        return walks_documents.report(door, db=db, services=services, now=now, language=language)

    # Who knocks with a wrong code, or too soon, takes no place in the queue.
    guest = await at_the_door(request, lambda _, door: walks_documents.require_report(door))
    async with _alone(GUESTS_MOST if guest else WAITING_MAX):
        report = await at_the_door(request, gather)
        return await in_thread(lambda: make(report))


def _pdf_headers(name: str) -> dict[str, str]:
    return _HEADERS | {"Content-Security-Policy": _PDF_CSP} | _named(name)


def _named(name: str) -> dict[str, str]:
    """The title may say where; a file's name does not."""
    return {"Content-Disposition": f'inline; filename="{name}"'}


@asynccontextmanager
async def _alone(most: int) -> AsyncIterator[None]:
    """One document at a time, since each keeps a core busy for seconds; Problem for who finds `most` waiting."""
    if len(_waiting) >= most:
        raise Problem("documents_busy")
    ticket = max(_waiting, default=0) + 1
    _waiting.add(ticket)
    try:
        async with _one():
            yield
    finally:
        _waiting.discard(ticket)


@cache
def _one() -> Semaphore:
    return Semaphore(1)
