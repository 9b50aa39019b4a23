"""The shell: Streamlit's start page in the user's language, with our title, style and script, patched in memory."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

import brotli  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.settings import LANGUAGES
from fieldapp.texts import translator
from fieldapp.usecases.screens import BY_KEY, SCREENS, bar_of
from fieldapp.web.chunks import late_scripts
from fieldapp.web.context import request_user
from fieldapp.web.offline import bundle_url
from fieldapp.web.plain import page
from fieldapp.web.precompress import package_folder
from fieldapp.web.static import accepted_encodings, asset_url

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_DROPPED = (
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<noscript>.*?</noscript>", re.DOTALL),
    re.compile(r'<link rel="service-desc"[^>]*>'),
    re.compile(r'<link rel="shortcut icon"[^>]*>'),
    # The app's own type is the system's: Streamlit's font is not needed for the first paint.
    re.compile(r'<link\s+rel="preload"[^>]*as="font"[^>]*>', re.DOTALL),
    re.compile(r'<meta charset="UTF-8"\s*/?>'),
    re.compile(r"<title>.*?</title>", re.DOTALL),
    re.compile(r'<meta\s+name="viewport"[^>]*>', re.DOTALL),
)


@dataclass(frozen=True, slots=True)
class Shell:
    """The pages by screen, language and encoding, and the CSP hash of the one inline script they hold."""

    pages: dict[tuple[str, str, str], bytes]
    inline_hash: str

    def routes(self) -> list[BaseRoute]:
        """One route for each screen; every other unknown address is 404, not the app."""
        paths = [f"/{screen.key}" for screen in SCREENS]
        return [Route("/", home, methods=["GET"]), *(Route(path, self.screen, methods=["GET"]) for path in paths)]

    async def screen(self, request: Request) -> Response:
        """The shell for the signed-in user, if the screen is one of the role's."""
        user = request_user(request)
        key = request.url.path[1:]
        if user.role not in BY_KEY[key].roles:
            failure = Problem("not_allowed")
            title = translator(user.language)("Ingen adgang")
            return page(None, language=user.language, title=title, error=failure.text(user.language), status=403)
        encoding = next((name for name, _ in accepted_encodings(request.headers)), "")
        headers = {"Cache-Control": "no-cache, private", "Vary": "Accept-Encoding, Cookie"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(self.pages[key, user.language, encoding], headers=headers, media_type="text/html")


async def home(request: Request) -> Response:
    """The first screen of the user's role."""
    return RedirectResponse(f"/{bar_of(request_user(request))[0].key}", 303, headers={"Cache-Control": "no-store"})


def load_shell() -> Shell:
    """Read and patch Streamlit's start page; raises `bad_file` when an upgrade has changed it beyond recognition."""
    original = (package_folder("streamlit") / "static" / "index.html").read_text(encoding="utf-8")
    texts = {language: patched(original, language) for language in LANGUAGES}
    inline = _INLINE.findall(texts["da"])
    if len(inline) != 1 or "/static/js/" not in texts["da"]:
        raise Problem(
            "bad_file", field="streamlit/static/index.html", why="Streamlits startside er en anden end ventet"
        )
    digest = b64encode(sha256(inline[0].encode()).digest()).decode()
    pages = {}
    for screen in SCREENS:
        early = "".join(_preload(file) for file in late_scripts(screen.key, original))
        for language, text in texts.items():
            content = text.replace("</head>", f"{early}</head>", 1).encode()
            pages[screen.key, language, ""] = content
            pages[screen.key, language, "gzip"] = gzip.compress(content, 9, mtime=0)
            pages[screen.key, language, "br"] = bytes(brotli.compress(content))
    return Shell(pages, f"sha256-{digest}")


def patched(original: str, language: str) -> str:
    """The start page with our head."""
    text = original
    for pattern in _DROPPED:
        text = pattern.sub("", text)
    text = text.replace('<html lang="en">', f'<html lang="{language}">').replace('"./', '"/')
    text = re.sub(r"\n\s*\n+", "\n", text).strip()
    return text.replace("<head>", "<head>" + _head(language), 1).replace("<body>", "<body>" + _body(language), 1)


def _preload(file: str) -> str:
    return f'<link rel="modulepreload" crossorigin href="/static/js/{file}">'


def _head(language: str) -> str:
    return (
        '<meta charset="UTF-8"><title>Fieldapp</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="theme-color" content="#0b4f6c" media="(prefers-color-scheme: light)">'
        '<meta name="theme-color" content="#10202a" media="(prefers-color-scheme: dark)">'
        '<meta name="referrer" content="same-origin">'
        '<link rel="manifest" href="/manifest.webmanifest">'
        f'<link rel="icon" href="{asset_url("icon-192.png")}">'
        f'<link rel="apple-touch-icon" href="{asset_url("icon-192.png")}">'
        f'<link rel="stylesheet" href="{asset_url("app.css")}">'
        f'<script src="{asset_url("app.js")}" defer data-later="{bundle_url("offline-core.js")} '
        f'{bundle_url("offline-beside.js")}"></script>'
    )


def _body(language: str) -> str:
    _ = translator(language)
    needed = _("Appen skal bruge JavaScript. Slå det til i browseren, og åbn siden igen.")
    return f"<noscript><p>{needed}</p></noscript>"
