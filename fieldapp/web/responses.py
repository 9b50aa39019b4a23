"""Answers that several middlewares and routes give: problems, redirects to the sign-in page, safe addresses."""

from __future__ import annotations

import json
import logging
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fieldapp.errors import Problem
from fieldapp.settings import Settings

log = logging.getLogger("fieldapp.web")


def problem(failure: Problem, *, language: str = "da", headers: dict[str, str] | None = None) -> Response:
    """RFC 9457 problem details."""
    body = json.dumps(failure.to_wire(language), ensure_ascii=False).encode()
    return Response(body, failure.status, media_type="application/problem+json", headers=headers)


async def on_problem(request: Request, failure: Exception) -> Response:
    """The one place where an expected failure of a route becomes an answer."""
    if not isinstance(failure, Problem):
        raise failure
    return problem(failure)


async def on_crash(request: Request, failure: Exception) -> Response:
    """An unexpected failure: its trace stays in the log, the user gets a sentence."""
    body = json.dumps({"title": "error", "status": 500, "reason": "Noget gik galt på serveren. Prøv igen om lidt."})
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(body.encode(), 500, media_type="application/problem+json", headers=headers)


def to_sign_in(path: str, query: str) -> Response:
    """303 to the sign-in page, which comes back to this address."""
    wanted = path + ("?" + query if query else "")
    target = "/login" if wanted == "/" else "/login?next=" + quote(safe_next(wanted), safe="")
    return RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})


def safe_next(wanted: str) -> str:
    """A path on this server, or `/`: nothing a browser could read as another host."""
    usable = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and len(wanted) <= 500
    return wanted if usable and wanted.isprintable() and "\\" not in wanted else "/"


def is_navigation(method: str, headers: Headers) -> bool:
    """Is a person's browser opening a page?"""
    if method not in ("GET", "HEAD"):
        return False
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept", "")


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse the prefix without https."""
    return "__Host-fieldapp" if settings.https else "fieldapp"


def session_token(headers: Headers, settings: Settings) -> str:
    """The session token of the cookie, or nothing."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    morsel = jar.get(cookie_name(settings))
    return morsel.value if morsel and len(morsel.value) <= 100 else ""


def set_session(response: Response, token: str, settings: Settings, *, seconds: int) -> None:
    """Give the browser its session token; no script can read it."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=seconds,
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )
