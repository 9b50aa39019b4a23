"""`GET /api/v1/walks` for the map, and `/walk/aktuel`: the walk that is on now."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fieldapp.store.connection import Database
from fieldapp.usecases.filters import parse_filter
from fieldapp.usecases.walks_map import payload, walk_now, walks_shown
from fieldapp.web.answers import NO_STORE, json_response
from fieldapp.web.context import request_user, utc_now, with_database

LIST = "/tryghedsvandringer"


async def get_walks(request: Request) -> Response:
    """Lines, areas and numbers of the walks this reader may see, for the same filter as the page's."""
    user, now = request_user(request), utc_now()
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    wanted = parse_filter(query, reader=user, now=now)

    def read(db: Database) -> dict[str, Any]:
        return payload(walks_shown(wanted, reader=user, db=db))

    return json_response(await with_database(request, read))


async def get_walk_now(request: Request) -> Response:
    """To the walk that runs or begins today; to the list of walks where there is none."""
    user, now = request_user(request), utc_now()
    found = await with_database(request, lambda db: walk_now(user=user, db=db, now=now))
    return RedirectResponse(f"/walk/{found.id}" if found else LIST, status_code=302, headers=NO_STORE)
