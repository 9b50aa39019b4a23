"""`/api/v1/presence`: one's own presence in and out, and the coarse squares a phone counts while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fieldapp.errors import Problem
from fieldapp.model import parse_id, utc_text
from fieldapp.model.presence import Presence
from fieldapp.model.presence_parsing import PARSERS
from fieldapp.store.connection import Database
from fieldapp.usecases import presence
from fieldapp.usecases.services import load_services
from fieldapp.web.answers import json_response
from fieldapp.web.bodies import json_body, require_known
from fieldapp.web.context import request_settings, request_user, require_user, utc_now, with_database

SHOWN = timedelta(days=31)


def presence_routes() -> tuple[tuple[str, Callable[..., Any], str], ...]:
    """Address, handler and method of each route."""
    return (
        ("/api/v1/presence", post_presence, "POST"),
        ("/api/v1/presence", get_presence, "GET"),
        ("/api/v1/presence/track", post_track, "POST"),
    )


async def post_presence(request: Request) -> Response:
    """One whole entry: 201 new, 200 the same again; the answer leaves only after the commit.

    With `user` in the query, as an outbox sends it, that must be who is signed in.
    """
    user, services, now = request_user(request), load_services(request_settings(request)), utc_now()
    require_user(request.query_params.get("user"), user)
    said = await json_body(request)
    if isinstance(said, dict):
        require_known(said, PARSERS)
    entry = Presence.from_wire(said, now=now)

    def record(db: Database) -> presence.Kept:
        return presence.record(entry, user=user, db=db, services=services, now=now)

    kept = await with_database(request, record)
    content = _told(kept.presence) | {"outcome": kept.outcome}
    return json_response(content, status=201 if kept.outcome == "new" else 200)


async def get_presence(request: Request) -> Response:
    """One's own entries of the last 31 days, newest first; the running one among them."""
    user, now = request_user(request), utc_now()

    def read(db: Database) -> list[Presence]:
        return presence.own_since(now - SHOWN, user=user, db=db, now=now)

    return json_response({"presence": [_told(one) for one in await with_database(request, read)]})


async def post_track(request: Request) -> Response:
    """Squares of 250 m and minutes so far of one's own entry, in place of those told before."""
    user, services, now = request_user(request), load_services(request_settings(request)), utc_now()
    said = await json_body(request)
    if not isinstance(said, dict):
        raise Problem("invalid", field="track", why="der skal sendes ét objekt")
    require_known(said, ("id", "track"))
    if unknown := sorted(set(said) - {"id", "track"}):
        raise Problem("unknown_field", field=unknown[0][:40])
    wanted = parse_id("id", said.get("id"))

    def add(db: Database) -> Presence:
        return presence.add_track(wanted, said.get("track"), user=user, db=db, services=services, now=now)

    return json_response({"id": wanted, "squares": len((await with_database(request, add)).track)})


def _told(entry: Presence) -> dict[str, Any]:
    computed = {"district": entry.district, "place": entry.place, "seconds": entry.seconds, "version": entry.version}
    return entry.to_wire() | computed | {"recorded_at": utc_text(entry.recorded_at)}
