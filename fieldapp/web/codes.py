"""What the pages that are opened by a code have in common: no trace of them anywhere, and no quick guessing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from fieldapp.errors import Problem
from fieldapp.store.connection import Database
from fieldapp.usecases import links
from fieldapp.web.context import utc_now, with_database

NO_TRACE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "same-origin"}
SLOW_S = 1.0
T = TypeVar("T")


async def looked_up(request: Request, work: Callable[[Database], T]) -> T:
    """Run `work`, which finds something by a code; a wrong one waits a second where very many are tried."""
    now = utc_now()
    try:
        return await with_database(request, work)
    except Problem as problem:
        if problem.code == "link_unknown" and await with_database(request, lambda db: links.must_wait(db=db, now=now)):
            await asyncio.sleep(SLOW_S)
        raise
