"""`GET /api/v1/squares`: the squares of the overview's map, for the same filter as the page's."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fieldapp.formats import COPENHAGEN
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots import squares
from fieldapp.usecases.hotspots.wire import squares_payload
from fieldapp.usecases.overview_asked import asked_of
from fieldapp.usecases.services import load_services
from fieldapp.web.answers import json_response
from fieldapp.web.context import request_settings, request_user, utc_now, with_database


async def get_squares(request: Request) -> Response:
    """What this reader may see of the squares, compact; 404 for a district that does not exist for the reader."""
    user, services, now = request_user(request), load_services(request_settings(request)), utc_now()
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    asked = asked_of(query, reader=user, services=services, today=now.astimezone(COPENHAGEN).date())

    def read(db: Database) -> dict[str, Any]:
        shown = squares(
            district=asked.district,
            period=asked.period,
            categories=asked.categories,
            reader=user,
            db=db,
            services=services,
            now=now,
        )
        return squares_payload(shown, services, user.language, area=asked.district or "")

    return json_response(await with_database(request, read))
