"""What a route knows of its request: the settings, the signed-in user, the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from anyio import to_thread
from starlette.requests import HTTPConnection, Request
from starlette.types import Scope

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.settings import LANGUAGES, Settings
from fieldapp.store.connection import Database, opened

_KEY = "fieldapp"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """Put into the ASGI scope by the doorman, completed by the gate."""

    settings: Settings
    address: str
    user: User | None = None
    session_id: str | None = None


def context_of(scope: Scope) -> Context:
    """The context of this request or websocket."""
    context: Context = scope[_KEY]
    return context


def set_context(scope: Scope, context: Context) -> None:
    """Only the doorman and the gate call this."""
    scope[_KEY] = context


def request_settings(request: HTTPConnection) -> Settings:
    """The settings this server runs with."""
    return context_of(request.scope).settings


def origin_of(request: Request) -> str:
    """The address the app is reached at, for links to send: the set one, or the one this browser uses."""
    settings = request_settings(request)
    return settings.origin if settings.base_url else f"{request.url.scheme}://{request.url.netloc}"


def chosen_language(request: Request, said: Mapping[str, str]) -> str:
    """The language a plain page was sent with, or its address asks for; else the server's."""
    wanted = said.get("lang") or request.query_params.get("lang")
    return wanted if wanted in LANGUAGES else request_settings(request).language


def request_user(request: HTTPConnection) -> User:
    """The signed-in user as the database says at this request; raises `sign_in_needed`."""
    user = context_of(request.scope).user
    if user is None:
        raise Problem("sign_in_needed")
    return user


def require_user(said: object, user: User) -> None:
    """Raise `sign_in_needed` where a phone sends what somebody else wrote on it than who is signed in by now."""
    if said is not None and said != user.id:
        raise Problem("sign_in_needed")


@contextmanager
def database(request: HTTPConnection) -> Iterator[Database]:
    """A connection for this request; open and use it in one thread (`in_thread`)."""
    with opened(request_settings(request).database) as db:
        yield db


async def in_thread(work: Callable[[], T]) -> T:
    """Run blocking work beside the event loop."""
    return await to_thread.run_sync(work)


async def with_database(request: HTTPConnection, work: Callable[[Database], T]) -> T:
    """Run `work(db)` in a thread with a connection of its own."""

    def run() -> T:
        with database(request) as db:
            return work(db)

    return await in_thread(run)


def utc_now() -> datetime:
    """The clock of the web edge."""
    return datetime.now(UTC)
