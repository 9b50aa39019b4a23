"""`/vendor/…`: Leaflet and our own map code, addressed by version or content, so a browser asks once."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp.maps import STATIC_FOLDER, STATIC_URL

FOLDER = Path(__file__).resolve().parent / "vendor"
FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
    ".json": "application/json",
    "": "text/plain; charset=utf-8",
}
_PACKED = {".js", ".css", ".json", ""}


def vendor_routes() -> list[BaseRoute]:
    """The route of every vendored and own static file; nothing outside the two folders can be named."""
    return [Route("/vendor/{path:path}", _vendor, methods=["GET"])]


@cache
def files() -> dict[str, Path]:
    """Address below `/vendor/` → file, fixed at start."""
    vendored = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.is_file()}
    own = {path.name: path for path in sorted(STATIC_FOLDER.iterdir()) if path.is_file()}
    return vendored | {f"{STATIC_URL.removeprefix('/vendor/')}/{name}": path for name, path in own.items()}


def _vendor(request: Request) -> Response:
    path = files().get(request.path_params["path"])
    if path is None:
        return Response(status_code=404)
    encoding = _encoding(request.headers.get("accept-encoding", "")) if path.suffix in _PACKED else ""
    headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(_body(path, encoding), media_type=_TYPES[path.suffix], headers=headers)


def _encoding(accepted: str) -> str:
    names = {item.split(";")[0].strip() for item in accepted.split(",") if not item.replace(" ", "").endswith(";q=0")}
    return next((name for name in ("br", "gzip") if name in names), "")


@cache
def _body(path: Path, encoding: str) -> bytes:
    content = path.read_bytes()
    packers = {"br": brotli.compress, "gzip": lambda data: gzip.compress(data, mtime=0)}
    return packers[encoding](content) if encoding else content
