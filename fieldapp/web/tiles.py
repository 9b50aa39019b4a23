"""`/tiles/{z}/{x}/{y}`: the base map through our own server, so that no phone tells another host where it is."""

from __future__ import annotations

import base64
import time

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.model.walks import Walk
from fieldapp.settings import Settings
from fieldapp.store.connection import Database
from fieldapp.usecases.basemap import TileSource, Unreachable, fetch_tile, image_type, in_denmark, tile_source, touches
from fieldapp.usecases.walks_map import GUEST_ZOOMS, surroundings
from fieldapp.usecases.walks_run import Door
from fieldapp.web.answers import answering
from fieldapp.web.walk_door import at_the_door

TRANSPARENT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgYGBgAAAABQABeqhXUAAAAABJRU5ErkJggg=="
)
_KEEP = {"Cache-Control": "private, max-age=604800", "X-Content-Type-Options": "nosniff"}
_NO_KEEP = {"Cache-Control": "no-store"}
_AT_ONCE = 6


def tile_routes(settings: Settings) -> list[BaseRoute]:
    """The tile route and that of a walk's guests; raises Problem `bad_setting` when the chosen base map cannot work.

    200 with an image (transparent where the base map has none), 404 outside Denmark or without a base map,
    502 when the upstream does not answer: the map then says so and the drawn background stays.
    """
    source = tile_source(settings, fetch=fetch_tile, clock=time.monotonic)
    threads: list[anyio.CapacityLimiter] = []

    async def tile(request: Request) -> Response:
        z, x, y = _place(request)
        if source is None or not in_denmark(z, x, y):
            return Response(status_code=404, headers=_NO_KEEP)
        if not threads:  # made inside the running loop; own threads, so that a slow upstream blocks nothing else
            threads.append(anyio.CapacityLimiter(_AT_ONCE))
        return await anyio.to_thread.run_sync(_answer, source, z, x, y, limiter=threads[0])

    async def guests_tile(request: Request) -> Response:
        """Only who has joined, and only round the walk: what a guest's map is for."""
        walk = await at_the_door(request, _walk_joined)
        z, x, y = _place(request)
        if z not in GUEST_ZOOMS or not touches(surroundings(walk), z, x, y):
            return Response(status_code=404, headers=_NO_KEEP)
        return await tile(request)

    return [
        Route("/tiles/{z}/{x}/{y}", tile, methods=["GET"]),
        Route("/join/{code}/tiles/{z}/{x}/{y}", answering(guests_tile), methods=["GET"]),
    ]


def _walk_joined(_db: Database, door: Door) -> Walk:
    if door.guest is None:
        raise Problem("sign_in_needed")
    return door.walk


def _place(request: Request) -> tuple[int, int, int]:
    z, x, y = (_small_number(request.path_params[name]) for name in ("z", "x", "y"))
    return z, x, y


def _small_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else -1


def _answer(source: TileSource, z: int, x: int, y: int) -> Response:
    try:
        body = source.tile(z, x, y)
    except Unreachable:
        return Response(status_code=502, headers=_NO_KEEP)
    kind = image_type(body) if body else None
    if body is None or kind is None:
        return Response(TRANSPARENT, media_type="image/png", headers=_KEEP)
    return Response(body, media_type=kind, headers=_KEEP)
