"""Who stands at a walk's address: one of us, a guest by link and cookie, or a reader who has not joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import TypeVar

from starlette.requests import Request

from fieldapp.errors import Problem
from fieldapp.model import parse_id
from fieldapp.store.connection import Database
from fieldapp.usecases import links, walks_invite, walks_run
from fieldapp.usecases.walks_run import Door
from fieldapp.web.codes import looked_up
from fieldapp.web.context import context_of, request_user, utc_now

COOKIE, COOKIES_MOST = "fieldapp_guest_", 8
T = TypeVar("T")


async def at_the_door(request: Request, work: Callable[[Database, Door], T]) -> T:
    """Run `work` for whoever may stand at this address; a wrong code is slow where many are tried."""
    now = utc_now()

    def run(db: Database) -> T:
        return work(db, _door(request, db, now))

    return await looked_up(request, run)


def _door(request: Request, db: Database, now: datetime) -> Door:
    code = request.path_params.get("code")
    if code is None:
        walk_id = parse_id("walk", request.path_params["walk_id"])
        return walks_run.staff_door(walk_id, user=request_user(request), db=db)
    tokens = dict(_tokens(request))
    if tokens:
        # Who has joined is not shut out by wrong codes that a neighbour behind the same address tries.
        with suppress(Problem):
            link = links.find(code, purpose=walks_invite.PURPOSE, address=None, db=db, now=now)
            door = walks_run.guest_door(link.target, tokens.get(cookie_of(link.target), ""), db=db)
            if door.guest:
                return door
    address = context_of(request.scope).address
    link = links.find(code, purpose=walks_invite.PURPOSE, address=address, db=db, now=now)
    return walks_run.guest_door(link.target, "", db=db)


def _tokens(request: Request) -> Iterator[tuple[str, str]]:
    jar: SimpleCookie = SimpleCookie()
    with suppress(CookieError):
        jar.load(request.headers.get("cookie", ""))
    ours = [(name, morsel.value) for name, morsel in jar.items() if name.startswith(COOKIE)]
    yield from ours[:COOKIES_MOST]


def cookie_of(walk_id: str) -> str:
    """Each walk has a cookie of its own, so that a phone can be along on several."""
    return COOKIE + walk_id[-12:]


def require_same(said: object, door: Door) -> None:
    """Raise `sign_in_needed` for who has not joined, or where a phone sends what somebody else wrote on it."""
    if not door.supporter or said not in (None, door.supporter):
        raise Problem("sign_in_needed")
