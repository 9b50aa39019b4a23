"""Before anything else: whose host name, how long an address, how big a body, from which site, from which address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldapp.errors import Problem
from fieldapp.settings import Settings
from fieldapp.texts import translator
from fieldapp.web.context import Context, set_context
from fieldapp.web.plain import page
from fieldapp.web.responses import problem

URL_MAX = 8_000
MEGABYTE = 1_000_000
BODY_MAX = 1 * MEGABYTE
# Photos, and Streamlit's uploader (which itself refuses files over `server.maxUploadSize`, 12 MB).
LARGE_BODY_MAX = 13 * MEGABYTE
LARGE_BODY_PATHS = ("/api/v1/photos", "/_stcore/upload_file/", "/opgave/", "/opgavefoto")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_HEADERS = "x-fieldapp-"
# What a phone's clock says when it sends: the one of ours that comes from outside.
PHONE_TIME = "x-fieldapp-phone-time"
_ANY_HOST = frozenset({"0.0.0.0", "::", ""})


@dataclass(slots=True)
class Doorman:
    """Pure ASGI middleware, for http and websocket alike."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        _strip_identity(scope)
        headers = Headers(scope=scope)
        address = client_address(scope, headers, self.settings.trusted_proxy)
        set_context(scope, Context(self.settings, address))
        try:
            check(scope, headers, self.settings)
            limit = body_limit(scope["path"])
            if int(headers.get("content-length") or 0) > limit:
                raise _too_large(limit)
        except (Problem, ValueError) as failure:
            await refuse(_answer(failure, headers, self.settings.language), scope, receive, send)
            return
        await self.app(scope, limited(receive, limit) if scope["type"] == "http" else receive, send)


async def refuse(response: Response, scope: Scope, receive: Receive, send: Send, *, code: int = 4403) -> None:
    """Answer a request, or close a websocket before it is accepted."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": code})
        return
    await response(scope, receive, send)


def check(scope: Scope, headers: Headers, settings: Settings) -> None:
    """Raises the Problem this request deserves by its address, host name or origin."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > URL_MAX:
        raise Problem("too_long")
    if scope["path"] != "/healthz" and not host_allowed(headers.get("host", ""), settings):
        raise Problem("wrong_host")
    unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
    if unsafe and not same_site(headers, settings):
        raise Problem("cross_site")


def host_allowed(host: str, settings: Settings) -> bool:
    """Our own names only, against DNS rebinding; any name where the server listens everywhere and none is set."""
    if settings.host in _ANY_HOST and not settings.base_url:
        return True
    known = {"localhost", "127.0.0.1", "::1", settings.host, urlsplit(settings.origin).hostname}
    try:
        return urlsplit("//" + host).hostname in known
    except ValueError:
        return False


def same_site(headers: Headers, settings: Settings) -> bool:
    """Does the browser say the request comes from our own pages? Programs that are no browser say nothing."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    return origin == settings.origin or (
        origin.startswith(("http://", "https://")) and urlsplit(origin).netloc == headers.get("host")
    )


def body_limit(path: str) -> int:
    """How many bytes a request to this path may carry."""
    walk_photo = path.startswith(("/join/", "/walk/")) and path.endswith("/photos")
    return LARGE_BODY_MAX if walk_photo or path.startswith(LARGE_BODY_PATHS) else BODY_MAX


def limited(receive: Receive, limit: int) -> Receive:
    """`receive` that counts, for bodies that do not say their length."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise _too_large(limit)
        return message

    return counted


def client_address(scope: Scope, headers: Headers, trusted_proxy: str) -> str:
    """Where the request comes from: the peer, or what the trusted proxy says of it.

    uvicorn has already put the forwarded address in place of a peer on loopback; without one that is undone.
    """
    peer = str((scope.get("client") or ("", 0))[0])
    forwarded = [_bare(part) for part in ",".join(headers.getlist("x-forwarded-for")).split(",") if part.strip()]
    if peer in forwarded:
        peer = "127.0.0.1"
    if trusted_proxy and peer == trusted_proxy:
        return next((part for part in reversed(forwarded) if part != trusted_proxy), peer)
    return peer


def _bare(part: str) -> str:
    """An address without its port or brackets."""
    text = part.strip()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return urlsplit("//" + text).hostname or text if text.count(":") == 1 or text.startswith("[") else text


def _strip_identity(scope: Scope) -> None:
    """Nobody outside may say who they are by header (`_` is read as `-` by some proxies)."""
    headers = MutableHeaders(scope=scope)
    for name in set(headers.keys()) - {PHONE_TIME}:
        if name.lower().replace("_", "-").startswith(OWN_HEADERS):
            del headers[name]


def _too_large(limit: int) -> Problem:
    return Problem("too_large", limit=f"{limit // MEGABYTE} MB")


def _answer(failure: Exception, headers: Headers, language: str) -> Response:
    said = failure if isinstance(failure, Problem) else Problem("invalid", field="request", why="den er ugyldig")
    if "text/html" in headers.get("accept", ""):
        title = translator(language)("Det gik ikke")
        return page(None, language=language, title=title, error=said.text(language), status=said.status)
    return problem(said, language=language)
