"""`/login`, `/logout`, `/setup`, `/invite`: plain forms that end in a session cookie."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.store import meta
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.usecases import accounts, sessions
from fieldapp.web.context import chosen_language, context_of, request_settings, utc_now, with_database
from fieldapp.web.plain import Field, Form, page, password_hint
from fieldapp.web.responses import cookie_name, safe_next, session_token, set_session

_SHOWN_MAX = 80
_SWITCH = {"da": ("en", "In English"), "en": ("da", "På dansk")}


def account_routes() -> list[BaseRoute]:
    """The routes of this module; `/join/<code>` (guests on a safety walk) has its place here and answers 404."""
    return [
        Route("/login", login, methods=["GET", "POST"]),
        Route("/logout", logout, methods=["POST"]),
        Route("/setup", setup, methods=["GET", "POST"]),
        Route("/invite", invite, methods=["GET", "POST"]),
    ]


async def login(request: Request) -> Response:
    """Sign in with name and password."""
    sent = await _fields(request)
    language, target = chosen_language(request, sent), safe_next(sent.get("next", "/"))
    if request.method == "POST":

        def work(db: Database) -> str:
            return sessions.sign_in(
                sent.get("name", ""),
                sent.get("password", ""),
                address=context_of(request.scope).address,
                device=_device(request),
                db=db,
                now=utc_now(),
            )

        try:
            return _welcome(request, await with_database(request, work), target)
        except Problem as failure:
            return await _show(request, _login_form(language, sent, target), language, failure, sent)
    return await _show(request, _login_form(language, sent, target), language, None, sent)


async def setup(request: Request) -> Response:
    """Make the first account with the link the server printed."""
    sent = await _fields(request)

    def work(db: Database) -> User:
        token, name, password = sent.get("token", ""), sent.get("name", ""), sent.get("password", "")
        return accounts.create_first(token, name, password, db=db, now=utc_now())

    def form(_user: User | None, language: str) -> Form:
        return _setup_form(language, sent)

    return await _by_link(request, sent, work, form)


async def invite(request: Request) -> Response:
    """Choose a password with an invitation or reset link."""
    sent = await _fields(request)

    def work(db: Database) -> User:
        return accounts.accept_invite(sent.get("token", ""), sent.get("password", ""), db=db, now=utc_now())

    def form(user: User | None, language: str) -> Form:
        if user is None:
            raise Problem("link_closed")
        return _invite_form(language, sent, user.name)

    return await _by_link(request, sent, work, form)


async def logout(request: Request) -> Response:
    """End this device's session."""
    settings = request_settings(request)
    token = session_token(request.headers, settings)
    await with_database(request, lambda db: sessions.sign_out(token, db=db, now=utc_now()))
    response = RedirectResponse("/login", 303)
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.https, httponly=True, samesite="lax")
    return response


async def _by_link(
    request: Request,
    sent: dict[str, str],
    work: Callable[[Database], User],
    form: Callable[[User | None, str], Form],
) -> Response:
    """GET shows the form of a good link; POST uses it up and signs in."""
    language = chosen_language(request, sent)
    failure = None
    if request.method == "POST":

        def use(db: Database) -> str:
            return sessions.open_session(work(db), _device(request), db=db, now=utc_now())

        try:
            return _welcome(request, await with_database(request, use), "/")
        except Problem as problem:
            failure = problem
    try:
        _, user = await with_database(
            request, lambda db: accounts.link_for(sent.get("token", ""), db=db, now=utc_now())
        )
        return await _show(request, form(user, language), language, failure, sent)
    except Problem as problem:
        title = translator(language)("Linket kan ikke bruges")
        return page(None, language=language, title=title, error=problem.text(language), status=problem.status)


async def _show(request: Request, form: Form, language: str, failure: Problem | None, sent: dict[str, str]) -> Response:
    fictional = await with_database(request, _is_fictional)
    other, words = _SWITCH[language]
    kept = {name: sent[name] for name in ("next", "token") if sent.get(name)}
    query = "&amp;".join(f"{name}={quote(value, safe='')}" for name, value in {**kept, "lang": other}.items())
    link = f'<a href="{request.url.path}?{query}" lang="{other}" hreflang="{other}">{words}</a>'
    link += f' <a href="/om-data?lang={language}">{translator(language)("Om data")}</a>'
    return page(
        form,
        language=language,
        error=failure.text(language) if failure else "",
        fictional=fictional,
        other_language=link,
        status=failure.status if failure else 200,
    )


def _is_fictional(db: Database) -> bool:
    return meta.is_fictional(db)


def _login_form(language: str, sent: dict[str, str], target: str) -> Form:
    _ = translator(language)
    return Form(
        _("Log ind"),
        "",
        "/login",
        _("Log ind"),
        (
            Field("name", _("Navn"), "username", _shown(sent)),
            Field("password", _("Adgangskode"), "current-password", secret=True),
        ),
        {"next": target, "lang": language},
        _("Glemt adgangskoden, eller ny her? Bed koordinatoren om et link."),
    )


def _setup_form(language: str, sent: dict[str, str]) -> Form:
    _ = translator(language)
    return Form(
        _("Opret den første konto"),
        _("Den første konto er koordinatorens: den kan registrere, se alle distrikter og invitere de andre."),
        "/setup",
        _("Opret konto"),
        (
            Field("name", _("Navn"), "username", _shown(sent)),
            Field("password", _("Adgangskode"), "new-password", hint=password_hint(language), secret=True),
        ),
        {"token": sent.get("token", ""), "lang": language},
    )


def _invite_form(language: str, sent: dict[str, str], name: str) -> Form:
    _ = translator(language)
    return Form(
        _("Vælg din adgangskode"),
        _("Du skriver den kun nu: denne enhed husker dig i 30 dage."),
        "/invite",
        _("Gem og log ind"),
        (
            Field("name", _("Navn"), "username", name, fixed=True),
            Field("password", _("Adgangskode"), "new-password", hint=password_hint(language), secret=True),
        ),
        {"token": sent.get("token", ""), "lang": language},
    )


async def _fields(request: Request) -> dict[str, str]:
    """Query and form fields, the form's first; at most ten, each once."""
    sent = {name: value for name, value in request.query_params.items() if name in ("token", "next", "lang")}
    if request.method != "POST":
        return sent
    body = (await request.body()).decode("utf-8", "replace")
    try:
        given = parse_qs(body, keep_blank_values=True, max_num_fields=10, errors="replace")
    except ValueError:
        raise Problem("invalid", field="form", why="den har for mange felter") from None
    return sent | {name: values[0] for name, values in given.items()}


def _shown(sent: dict[str, str]) -> str:
    """The typed name, back on the page: only what can be seen, and not endlessly much of it."""
    return "".join(sign for sign in sent.get("name", "")[:_SHOWN_MAX] if sign.isprintable())


def _device(request: Request) -> str:
    return sessions.device_name(request.headers.get("user-agent", ""))


def _welcome(request: Request, token: str, target: str) -> Response:
    response = RedirectResponse(target, 303)
    set_session(response, token, request_settings(request), seconds=int(sessions.LIVES.total_seconds()))
    return response
