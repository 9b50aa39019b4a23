"""Small routes of our own: health, the manifest, assets, and 404 for every address that is nobody's."""

from __future__ import annotations

import json

from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.store import meta
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.web import about
from fieldapp.web.context import context_of, request_settings, with_database
from fieldapp.web.documents import document_routes
from fieldapp.web.join import join_routes
from fieldapp.web.offline import offline_routes
from fieldapp.web.plain import page
from fieldapp.web.responses import is_navigation, problem
from fieldapp.web.static import asset, asset_url
from fieldapp.web.walk_page import walk_asset_routes


class _NotStreamlits(Convertor[str]):
    """Every address that Streamlit itself does not answer; it would answer the rest with its start page."""

    regex = r"(?!(?:_stcore|media|component|static)/).*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("not_streamlits", _NotStreamlits())


def own_routes() -> list[BaseRoute]:
    """Health, manifest and assets."""
    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/manifest.webmanifest", manifest, methods=["GET"]),
        *offline_routes(),
        *walk_asset_routes(),
        *join_routes(),
        *document_routes(),
        Route("/assets/{name}", asset, methods=["GET"]),
        Route(about.ADDRESS, about.about, methods=["GET"]),
    ]


def last_route() -> BaseRoute:
    """To be the last of our routes."""
    return Route("/{path:not_streamlits}", nobody, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])


async def healthz(request: Request) -> Response:
    """200 when the database answers, 503 otherwise; nothing else is told."""
    try:
        ok = await with_database(request, _answers)
    except Problem:
        ok = False
    body = json.dumps({"status": "ok" if ok else "unavailable"})
    return Response(body, 200 if ok else 503, media_type="application/json")


async def manifest(request: Request) -> Response:
    """What makes the app installable on a phone."""
    language = request_settings(request).language
    _ = translator(language)
    icons = [
        {"src": asset_url(name), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in (
            ("icon-192.png", "192x192", "any"),
            ("icon-512.png", "512x512", "any"),
            ("icon-maskable-512.png", "512x512", "maskable"),
        )
    ]
    content = {
        "id": "/",
        "name": "Fieldapp",
        "short_name": "Fieldapp",
        "description": _("Observationer og tryghed i skoledistrikterne"),
        "lang": language,
        # The word tells the service worker that the icon was tapped: in field mode it answers with the offline page.
        "start_url": "/?icon",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b4f6c",
        "icons": icons,
        "shortcuts": [
            {"name": _("Ny observation"), "url": "/offline", "icons": icons[:1]},
            {"name": _("Kort"), "url": "/kort", "icons": icons[:1]},
            {"name": _("Aktuel vandring"), "url": "/walk/aktuel", "icons": icons[:1]},
        ],
    }
    body = json.dumps(content, ensure_ascii=False)
    return Response(body, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


async def nobody(request: Request) -> Response:
    """404, as a page for people and as a problem for programs."""
    failure = Problem("not_found")
    user = context_of(request.scope).user
    language = user.language if user else request_settings(request).language
    if is_navigation(request.method, Headers(scope=request.scope)):
        title = translator(language)("Siden findes ikke")
        return page(None, language=language, title=title, error=failure.text(language), status=404)
    return problem(failure, language=language)


def _answers(db: Database) -> bool:
    return meta.answers(db)
