"""What a client sends to the API: JSON of a limited size, without names of fields that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from starlette.requests import Request

from fieldapp.errors import Problem
from fieldapp.privacy import check
from fieldapp.web.context import in_thread

BODY_MAX = 64 * 1024


async def json_body(request: Request, most: int = BODY_MAX) -> Any:
    """The body of at most so many bytes as JSON; raises Problem `too_large` or `invalid`."""
    body = await request.body()
    if len(body) > most:
        raise Problem("too_large", limit=f"{most // 1024} kB")
    try:
        return await in_thread(lambda: json.loads(body, parse_constant=_no_constant))
    except (ValueError, RecursionError):
        raise Problem("invalid", field="body", why="det er ikke gyldig JSON") from None


def require_known(said: dict[str, Any], fields: Collection[str]) -> None:
    """Raise `unknown_field` without the name where the name itself may be personal data; the parser names the rest."""
    for name in said:
        if name not in fields and not (name.isidentifier() and check(name.replace("_", " ")).ok):
            raise Problem("unknown_field", field="…")


def _no_constant(name: str) -> None:
    raise ValueError(name)
