"""How the API answers: JSON that no cache keeps, a Problem in the user's language, of a crash only its place."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fieldapp.errors import Problem
from fieldapp.web.context import context_of
from fieldapp.web.responses import problem

Handler = Callable[[Request], Awaitable[Response]]
NO_STORE = {"Cache-Control": "no-store"}
# Seconds after which it is worth trying again.
_RETRY_AFTER = {"in_flight": "1", "outbox_busy": "1"}


def json_response(content: Any, *, status: int = 200, media_type: str = "application/json") -> Response:
    """JSON that no cache may keep."""
    return JSONResponse(content, status_code=status, media_type=media_type, headers=NO_STORE)


def answering(handler: Handler) -> Handler:
    """Let a handler raise Problems; of anything unforeseen only type and place are logged."""

    @wraps(handler)
    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Problem as failure:
            return _problem(failure, request)
        except Exception as crash:
            logging.getLogger(__name__).error("%s at %s", type(crash).__name__, crash_place(crash))
            return _problem(Problem("unexpected"), request)

    return answered


def _problem(failure: Problem, request: Request) -> Response:
    user = context_of(request.scope).user
    wait = _RETRY_AFTER.get(failure.code, "5" if failure.status == 503 else "")
    headers = {**NO_STORE, "Retry-After": wait} if wait else NO_STORE
    return problem(failure, language=user.language if user else "da", headers=headers)


def crash_place(crash: Exception) -> str:
    """File and line; never the exception's own words, which can hold what a user typed."""
    place = crash.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
