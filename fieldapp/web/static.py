"""Streamlit's and our own static files, packed and kept by the browser for good."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fieldapp.privacy import table
from fieldapp.web import precompress
from fieldapp.web.icons import SMALL

ASSETS = Path(__file__).resolve().parent / "assets"
OFFLINE = ASSETS.parent / "offline"
FOREVER = "max-age=31536000, immutable"
# The small icon font keeps its address when an icon is added to it.
_A_DAY = "private, max-age=86400, stale-while-revalidate=31536000"
_SHARED = {"privacy.json": table.PATH}  # the gate looks the same things up in the browser
_ENCODINGS = (("br", "br"), ("gzip", "gz"))
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}


@dataclass(slots=True)
class PackedStatic:
    """Pure ASGI middleware that answers `/static/…` and the map component's files instead of Streamlit.

    Streamlit answers an unknown `/static/…` with its start page and 200, which a browser would keep for a year.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        path = precompress.sources().get(scope["path"])
        if path is not None and path.suffix != ".html":
            response = await to_thread.run_sync(_packed, path, Headers(scope=scope))
            await response(scope, receive, send)
        elif scope["path"].startswith("/static/"):
            await Response(status_code=404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _packed(path: Path, headers: Headers) -> Response:
    if path == SMALL:
        return _icons(headers)
    known = {"Cache-Control": f"private, {FOREVER}", "Vary": "Accept-Encoding"}
    if path.suffix in precompress.PACKED:
        for encoding, kind in accepted_encodings(headers):
            try:
                body = precompress.copy_of(path, kind).read_bytes()
            except OSError:
                body = precompress.QUICK[kind](path.read_bytes())
            return Response(body, headers=known | {"Content-Encoding": encoding}, media_type=media_type(path))
    return Response(path.read_bytes(), headers=known, media_type=media_type(path))


def _icons(headers: Headers) -> Response:
    content = _small_font()
    known = {"Cache-Control": _A_DAY, "ETag": f'"{sha256(content).hexdigest()[:12]}"'}
    if headers.get("if-none-match") == known["ETag"]:
        return Response(status_code=304, headers=known)
    return Response(content, headers=known, media_type=media_type(SMALL))


@cache
def _small_font() -> bytes:
    return SMALL.read_bytes()


async def asset(request: Request) -> Response:
    """`/assets/<name>`: style, script, icons; open to all, since the sign-in page needs them."""
    name = request.path_params["name"]
    if name not in assets():
        return Response(status_code=404)
    known = {"Cache-Control": f"public, {FOREVER}" if request.query_params.get("v") == version(name) else "no-cache"}
    known |= {"ETag": f'"{version(name)}"', "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == known["ETag"]:
        return Response(status_code=304, headers=known)
    for encoding, kind in accepted_encodings(request.headers) if Path(name).suffix in precompress.PACKED else ():
        packed = {"Content-Encoding": encoding}
        return Response(_asset(name, kind), headers=known | packed, media_type=media_type(Path(name)))
    return Response(_asset(name, ""), headers=known, media_type=media_type(Path(name)))


@cache
def assets() -> frozenset[str]:
    """The names below `/assets/`, fixed at start."""
    return frozenset(_files())


@cache
def _files() -> dict[str, Path]:
    """Name → file; a name that lies in two folders is a mistake of ours, and no start."""
    paths = [path for folder in (ASSETS, OFFLINE) for path in sorted(folder.iterdir()) if path.is_file()]
    found = {path.name: path for path in paths} | _SHARED
    if len(found) != len(paths) + len(_SHARED):
        raise AssertionError("two assets have one name")
    return found


@cache
def version(name: str) -> str:
    """A short fingerprint of an asset's content."""
    return sha256(_files()[name].read_bytes()).hexdigest()[:12]


def asset_url(name: str) -> str:
    """The address under which a browser may keep this asset for good."""
    return f"/assets/{name}?v={version(name)}"


def media_type(path: Path) -> str:
    """By the name's ending; the same on every machine for what matters."""
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


@cache
def _asset(name: str, kind: str) -> bytes:
    content = _files()[name].read_bytes()
    return precompress.PACKERS[kind](content) if kind else content


def accepted_encodings(headers: Headers) -> list[tuple[str, str]]:
    """The encodings this browser takes, the best first: (name in the header, ending of the copy)."""
    offered = [part.strip().replace(" ", "") for part in headers.get("accept-encoding", "").split(",")]
    names = {part.split(";")[0] for part in offered if not part.endswith((";q=0", ";q=0.0"))}
    return [pair for pair in _ENCODINGS if pair[0] in names]
