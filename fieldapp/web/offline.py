"""`/offline` and `/sw.js`: the form that works without a line, and the service worker that has it ready."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.settings import LANGUAGES, ROOT
from fieldapp.store import meta
from fieldapp.store.connection import Database
from fieldapp.usecases.duties_form import note_rules
from fieldapp.web import precompress, vendor
from fieldapp.web.context import request_settings, with_database
from fieldapp.web.offline_texts import leaving_texts, offline_texts, presence_texts
from fieldapp.web.static import accepted_encodings, asset_url, media_type

FOLDER = Path(__file__).resolve().parent / "offline"
COMPONENTS = ROOT / "fieldapp" / "ui" / "components"
LEAFLET = "/vendor/leaflet-1.9.4"
_CORE = ("vault", "answers", "outbox", "sender", "keep")
_PAGE = ("place", "form", "typed", "duties", "save", "mend", "note", "file", "queue", "page")
_MORE = ("photo", "same", "said", "presence", "names")
# Asked for again each time, and only then; all else is kept for good under an address that names its content.
_FRESH = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
AHEAD = "offline-ahead.json"
# The app is got ready behind the link that the page's script has marked, without a session until it is opened.
_RULES = json.dumps({"prerender": [{"where": {"selector_matches": "a.ahead"}, "eagerness": "immediate"}]})
SLOT = re.compile(r'(data-t(-label|-placeholder)?="(\w+)"[^>]*?)(>)')
_ATTRIBUTES = {"-label": "aria-label", "-placeholder": "placeholder"}


def offline_routes() -> list[BaseRoute]:
    """The page, its scripts in few files, and the service worker; open to all, since they hold nothing of anybody."""
    return [
        Route("/offline", offline_page, methods=["GET"]),
        Route("/sw.js", service_worker, methods=["GET"]),
        *(Route(f"/assets/{name}", _made, methods=["GET"]) for name in bundles()),
    ]


async def offline_page(request: Request) -> Response:
    """The form as a plain page in the server's language; the script puts in the reader's own."""
    rules = {"Speculation-Rules": f'"{bundle_url(AHEAD)}"'}
    return answer(request, page_text(*await _terms(request)), "text/html", _FRESH | rules)


async def service_worker(request: Request) -> Response:
    """The worker with its list of files; any change of them makes it another worker."""
    return answer(request, worker_text(*await _terms(request)), "text/javascript", _FRESH)


async def _terms(request: Request) -> tuple[str, bool, bool]:
    """What the page hangs on: the server's language, whether its data are fictional, whether it has a base map."""
    settings = request_settings(request)
    try:
        fictional = await with_database(request, _is_fictional)
    except Problem:
        fictional = False
    return settings.language, fictional, settings.basemap != "none"


def _is_fictional(db: Database) -> bool:
    return meta.is_fictional(db)


async def _made(request: Request) -> Response:
    name = request.url.path.removeprefix("/assets/")
    known = request.query_params.get("v") == version_of(bundles()[name])
    kept = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"} if known else _FRESH
    kind = "application/speculationrules+json" if name == AHEAD else str(media_type(Path(name)))
    return answer(request, bundles()[name], kind, kept)


@cache
def bundles() -> dict[str, str]:
    """Name below `/assets/` → text: few files instead of many, since each costs a poor line a round trip."""
    return {
        "offline-core.js": joined(FOLDER / f"{name}.js" for name in _CORE),
        "offline-page.js": joined(FOLDER / f"{name}.js" for name in _PAGE),
        "offline-more.js": f"{_more()}\n{joined(FOLDER / f'{name}.js' for name in _MORE)}",
        "offline-beside.js": f"Fieldapp.words = {_words()};\n{joined(iter([FOLDER / 'beside.js']))}",
        **{f"offline-{one}.json": json.dumps(offline_texts(one), ensure_ascii=False) for one in LANGUAGES},
        AHEAD: _RULES,
        "form-note.js": _component("note"),
        "form-photos.js": _component("photos"),
    }


def bundle_url(name: str) -> str:
    """The address under which a browser may keep this bundle for good."""
    return f"/assets/{name}?v={version_of(bundles()[name])}"


@cache
def page_text(language: str, fictional: bool = False, tiles: bool = False) -> str:
    """The whole page; its texts stand in it as data too, which no browser runs."""
    said = offline_texts(language)
    about = {"texts": said, "files": _files(), "language": language, "fictional": fictional, "tiles": tiles}
    setup = json.dumps(about, ensure_ascii=False)
    values = {
        "language": language,
        "style": asset_url("offline.css"),
        "icon": asset_url("icon-192.png"),
        "core": bundle_url("offline-core.js"),
        "page": bundle_url("offline-page.js"),
        "setup": setup.replace("<", "\\u003c"),
    }
    text = SLOT.sub(lambda slot: filled(slot, said), (FOLDER / "page.html").read_text(encoding="utf-8"))
    return re.sub(r"\{\{(\w+)\}\}", lambda slot: values[slot[1]], text)


@cache
def worker_text(language: str, fictional: bool = False, tiles: bool = False) -> str:
    """The service worker's script, its lists before it."""
    first = [asset_url("offline.css"), bundle_url("offline-core.js"), bundle_url("offline-page.js")]
    later = [
        *_files().values(),
        asset_url("privacy.js"),
        asset_url("privacy.json"),
        asset_url("icon-192.png"),
        bundle_url(AHEAD),
    ]
    source = (FOLDER / "sw.js").read_text(encoding="utf-8")
    lists = {"page": "/offline", "core": first[1], "first": first, "later": later, "shelf": _shelf()}
    version = version_of(page_text(language, fictional, tiles) + source + json.dumps(lists))
    return f"self.FILES = {json.dumps({**lists, 'version': version})};\n{source}"


@cache
def _files() -> dict[str, str]:
    """What the page fetches when it is wanted, by name."""
    return {
        "more": bundle_url("offline-more.js"),
        "note": bundle_url("form-note.js"),
        "photos": bundle_url("form-photos.js"),
        **{one: bundle_url(f"offline-{one}.json") for one in LANGUAGES},
        "leaflet": f"{LEAFLET}/leaflet.js",
        "leaflet_css": f"{LEAFLET}/leaflet.css",
    }


@cache
def _shelf() -> str:
    """Streamlit's own files and the map's, as one word that changes with any of them."""
    return version_of("".join([*sorted(precompress.sources()), *sorted(vendor.files())]))


def _words() -> str:
    """What is said beside Streamlit's pages, in both languages."""
    return json.dumps({language: leaving_texts(language) for language in LANGUAGES}, ensure_ascii=False)


def _more() -> str:
    """What the scripts that come later need, the same for everybody: their words, and the rules about a note's."""
    words = {language: presence_texts(language) for language in LANGUAGES}
    said = {"presenceTexts": words, "noteRules": note_rules()}
    return f"Object.assign(Fieldapp, {json.dumps(said, ensure_ascii=False)});"


def joined(paths: Iterator[Path]) -> str:
    """The scripts in one, without what only their readers need: a quarter of the bytes."""
    lines = (line.strip() for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _component(name: str) -> str:
    """One of the Streamlit form's own components as a module: its script, and its markup and style beside."""
    more = sorted((COMPONENTS / name).glob("*.js"))
    parts = {kind: (COMPONENTS / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css")}
    beside = "".join(f"export const {kind} = {json.dumps(text)};\n" for kind, text in parts.items())
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in [COMPONENTS / f"{name}.js", *more])
    return f"{scripts}\n{beside}"


def filled(slot: re.Match[str], said: dict[str, str]) -> str:
    """A place in a page's markup with its sentence, as text or as an attribute."""
    start, kind, key, end = slot.groups()
    text = escape(said[key])
    return f'{start} {_ATTRIBUTES[kind]}="{text}"{end}' if kind else f"{start}{end}{text}"


def version_of(text: str) -> str:
    """Twelve letters that change with the text."""
    return sha256(text.encode()).hexdigest()[:12]


def answer(request: Request, text: str, kind: str, headers: dict[str, str]) -> Response:
    """The text, packed where the browser takes it, or 304."""
    tag = {"ETag": f'"{version_of(text)}"'}
    if request.headers.get("if-none-match") == tag["ETag"]:
        return Response(status_code=304, headers=headers | tag)
    for encoding, copy in accepted_encodings(request.headers):
        return Response(_packed(text, copy), headers=headers | tag | {"Content-Encoding": encoding}, media_type=kind)
    return Response(text, headers=headers | tag, media_type=kind)


@cache
def _packed(text: str, copy: str) -> bytes:
    return precompress.PACKERS[copy](text.encode())
