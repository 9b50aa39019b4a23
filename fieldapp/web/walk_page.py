"""The plain page of a walk, its scripts in few files, and the small worker that has it ready without a line."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp.maps import Basemap
from fieldapp.model.walks import GUEST_ROLES
from fieldapp.settings import LANGUAGES, Settings
from fieldapp.usecases.basemap import basemap_from
from fieldapp.web import offline, vendor
from fieldapp.web.context import context_of, request_settings
from fieldapp.web.static import asset_url, media_type
from fieldapp.web.walk_texts import walk_texts

FOLDER = Path(__file__).resolve().parent / "walk"
BOTH = ("join", "walk")
_CORE = ("vault", "answers", "outbox", "sender", "place")
_PAGE = ("live", "gate", "add", "draw", "walk")
_LEAFLET = "leaflet-1.9.4/leaflet"
_FRESH = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def walk_asset_routes() -> list[BaseRoute]:
    """Open to all: they hold nothing of any walk."""
    return [Route(f"/assets/{name}", _made, methods=["GET"]) for name in bundles()]


@cache
def bundles() -> dict[str, str]:
    """Name below `/assets/` → text; guests have no access to `/vendor/`, so the map's code lies here too."""
    core = (offline.FOLDER / f"{name}.js" for name in _CORE)
    ours = (FOLDER / f"{name}.js" for name in _PAGE)
    return {
        "walk-core.js": offline.joined(core),
        "walk-page.js": offline.joined(ours),
        "walk.css": (FOLDER / "walk.css").read_text(encoding="utf-8"),
        "walk-map.js": vendor.files()[f"{_LEAFLET}.js"].read_text(encoding="utf-8"),
        "walk-map.css": vendor.files()[f"{_LEAFLET}.css"].read_text(encoding="utf-8"),
    }


def bundle_url(name: str) -> str:
    """The address under which a browser may keep this bundle for good."""
    return f"/assets/{name}?v={offline.version_of(bundles()[name])}"


def language_of(request: Request) -> str:
    """The reader's: as the address asks, as the account says, or the server's."""
    wanted, user = request.query_params.get("lang", ""), context_of(request.scope).user
    return wanted if wanted in LANGUAGES else user.language if user else request_settings(request).language


def walk_page(request: Request) -> Response:
    """The page; what it shows it asks for itself, so that it can be kept on the phone."""
    settings, staff = request_settings(request), "walk_id" in request.path_params
    ground = _basemap(settings)
    text = page_text(language_of(request), staff, ground.kind != "none", ground.attribution)
    # The phone of a guest may be anybody's next: what is kept of the page is kept by the page's own worker alone.
    return offline.answer(request, text, "text/html", {"Cache-Control": "no-store", "Vary": "Accept-Encoding"})


@lru_cache(maxsize=4)
def _basemap(settings: Settings) -> Basemap:
    return basemap_from(settings)


@cache
def page_text(language: str, staff: bool, tiles: bool, attribution: str = "") -> str:
    """The whole page, the same for every walk: its script knows the address it stands at."""
    said = walk_texts(language)
    about = {
        "texts": said, "language": language, "staff": staff, "roles": list(GUEST_ROLES),
        "tiles": tiles, "attribution": attribution,
        "files": _files(), "worker": "/walk/sw.js" if staff else "/join/sw.js",
    }  # fmt: skip
    values = {
        "language": language,
        "other": "en" if language == "da" else "da",
        "style": asset_url("offline.css"),
        "own_style": bundle_url("walk.css"),
        "icon": asset_url("icon-192.png"),
        "core": bundle_url("walk-core.js"),
        "page": bundle_url("walk-page.js"),
        "setup": json.dumps(about, ensure_ascii=False).replace("<", "\\u003c"),
    }
    text = offline.SLOT.sub(lambda slot: offline.filled(slot, said), (FOLDER / "page.html").read_text(encoding="utf-8"))
    return re.sub(r"\{\{(\w+)\}\}", lambda slot: values[slot[1]], text)


async def walk_worker(request: Request) -> Response:
    """The worker of this address's pages, its list of files before it."""
    return offline.answer(request, _worker_text(), "text/javascript", _FRESH)


@cache
def _worker_text() -> str:
    first = [
        asset_url("offline.css"), *(bundle_url(name) for name in bundles()), *_files().values(),
        asset_url("icon-192.png"), asset_url("privacy.js"), asset_url("privacy.json"),
    ]  # fmt: skip
    source = (FOLDER / "sw.js").read_text(encoding="utf-8")
    version = offline.version_of(source + json.dumps(first))
    return f"self.FILES = {json.dumps({'version': version, 'files': sorted(set(first))})};\n{source}"


@cache
def _files() -> dict[str, str]:
    """What the page fetches when it is wanted, by name."""
    return {
        "photos": offline.bundle_url("form-photos.js"),
        "leaflet": bundle_url("walk-map.js"),
        "leaflet_css": bundle_url("walk-map.css"),
    }


async def _made(request: Request) -> Response:
    name = request.url.path.removeprefix("/assets/")
    known = request.query_params.get("v") == offline.version_of(bundles()[name])
    return offline.answer(request, bundles()[name], str(media_type(Path(name))), _FOREVER if known else _FRESH)
