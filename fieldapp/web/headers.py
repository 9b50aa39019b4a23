"""Security headers on every answer, and the Content-Security-Policy each kind of page can live with."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldapp.settings import Settings

PLAIN_PAGES = frozenset({"/login", "/setup", "/invite"})
PLAIN_BELOW = ("/opgave/", "/tip/", "/tipkilde/")
OFFLINE = frozenset({"/offline", "/sw.js"})
WALKS = ("/join/", "/walk/")
COMPONENT = "/component/streamlit_folium"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PLAIN_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_OFFLINE_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; frame-src 'none'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'"
)
_APP_CSP = (
    "default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; frame-src 'self'; "
    "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)


@dataclass(slots=True)
class SecurityHeaders:
    """Pure ASGI middleware; `inline_hash` is the CSP hash of the shell's one inline script."""

    app: ASGIApp
    settings: Settings
    inline_hash: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self.app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", policy(path, self.inline_hash))
        # Not `no-referrer`: browsers then send `Origin: null` with our own forms.
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cache-Control", "no-store")
        if path.startswith("/media/"):
            headers["Cache-Control"] = "private, no-store"
        if self.settings.https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
            _secure_cookies(headers)


def policy(path: str, inline_hash: str) -> str:
    """The Content-Security-Policy for a path."""
    if path in PLAIN_PAGES or path.startswith(PLAIN_BELOW):
        return _PLAIN_CSP
    if path in OFFLINE or path.startswith(WALKS):
        return _OFFLINE_CSP
    scripts = "'unsafe-inline'" if path.startswith(COMPONENT) else f"'{inline_hash}' blob:"
    return _APP_CSP.format(scripts=scripts)


def _secure_cookies(headers: MutableHeaders) -> None:
    """Streamlit marks its cookies Secure only when it holds the certificate itself, not behind a proxy."""
    cookies = headers.getlist("set-cookie")
    if any("secure" not in cookie.lower() for cookie in cookies):
        del headers["set-cookie"]
        for cookie in cookies:
            headers.append("set-cookie", cookie if "secure" in cookie.lower() else cookie + "; Secure")
