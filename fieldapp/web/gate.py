"""The gate: a living session for everything but the few open addresses, websocket included."""

from __future__ import annotations

from dataclasses import dataclass, replace

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fieldapp.errors import Problem
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.store.sessions import SignedIn
from fieldapp.usecases import sessions
from fieldapp.web.context import context_of, set_context, utc_now
from fieldapp.web.doorman import refuse
from fieldapp.web.responses import is_navigation, problem, session_token, to_sign_in
from fieldapp.web.sockets import REVOKED, Registry, Socket

OPEN = frozenset({"/healthz", "/login", "/setup", "/invite", "/manifest.webmanifest", "/sw.js", "/offline", "/om-data"})
OPEN_BELOW = ("/assets/", "/join/", "/opgave/", "/tip/")
USER_HEADER, SESSION_HEADER = "X-Fieldapp-User", "X-Fieldapp-Session"


@dataclass(slots=True)
class Gate:
    """Pure ASGI middleware; behind it every request has a user, and Streamlit learns who by header."""

    app: ASGIApp
    settings: Settings
    registry: Registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or is_open(scope):
            await self.app(scope, receive, send)
            return
        try:
            found = await to_thread.run_sync(self._who, Headers(scope=scope))
        except Problem as failure:
            await refuse(problem(failure, language=self.settings.language), scope, receive, send, code=1013)
            return
        if found is None:
            await refuse(_no_session(scope, self.settings.language), scope, receive, send, code=REVOKED)
            return
        _introduce(scope, found)
        if scope["type"] == "websocket":
            await self.registry.during(found.session_id, Socket(send), lambda own: self.app(scope, receive, own))
        else:
            await self.app(scope, receive, send)

    def _who(self, headers: Headers) -> SignedIn | None:
        token = session_token(headers, self.settings)
        if not token:
            return None
        with opened(self.settings.database) as db:
            return sessions.who(token, db=db, now=utc_now())


def is_open(scope: Scope) -> bool:
    """May anyone ask for this?"""
    path = scope["path"]
    return scope["type"] == "http" and (path in OPEN or path.startswith(OPEN_BELOW))


def _introduce(scope: Scope, found: SignedIn) -> None:
    headers = MutableHeaders(scope=scope)
    headers[USER_HEADER] = found.user.id
    headers[SESSION_HEADER] = found.session_id
    set_context(scope, replace(context_of(scope), user=found.user, session_id=found.session_id))


def _no_session(scope: Scope, language: str) -> Response:
    if scope["type"] == "http":
        if "/_stcore/" in scope["path"][1:]:
            return problem(Problem("not_found"), language=language)
        if is_navigation(scope["method"], Headers(scope=scope)):
            return to_sign_in(scope["path"], scope["query_string"].decode("latin-1"))
    return problem(Problem("sign_in_needed"), language=language, headers={"Cache-Control": "no-store"})
