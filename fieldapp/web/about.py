"""`/om-data`: «Om data» for anyone, without an account. It tells of the rules and of no observation."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fieldapp.settings import LANGUAGES
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.usecases.about import Facts, facts
from fieldapp.usecases.about_html import STYLE, as_html
from fieldapp.usecases.services import load_services
from fieldapp.web.context import request_settings, with_database
from fieldapp.web.static import asset_url

ADDRESS = "/om-data"
_OTHER = {"da": ("en", "In English"), "en": ("da", "På dansk")}


async def about(request: Request) -> Response:
    """The page, in the language asked for by `lang` or in the server's."""
    settings = request_settings(request)
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else settings.language

    def work(db: Database) -> Facts:
        return facts(db=db, services=load_services(settings))

    known = await with_database(request, work)
    return HTMLResponse(_document(known, language), headers={"Cache-Control": "no-store"})


def _document(known: Facts, language: str) -> str:
    _ = translator(language)
    title, (other, words) = escape(_("Om data")), _OTHER[language]
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title} – Fieldapp</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        '<meta name="color-scheme" content="light dark"><meta name="theme-color" content="#0b4f6c">'
        f'<link rel="icon" href="{asset_url("icon-192.png")}"><link rel="stylesheet" href="{asset_url("plain.css")}">'
        f"<style>{STYLE} main {{max-width: 48rem}}</style></head><body><main><h1>{title}</h1>"
        f"{as_html(known, language=language, _=_)}</main>"
        f'<footer class="switch"><a href="/login?lang={language}">{escape(_("Log ind"))}</a>'
        f'<a href="{ADDRESS}?lang={other}" lang="{other}" hreflang="{other}">{words}</a></footer></body></html>'
    )
