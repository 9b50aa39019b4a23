"""The server for test_map_browser.py only: the page, stub answers of the API, and the app's content policy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from urllib.parse import parse_qs

import streamlit
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config

from fieldapp.settings import Settings
from fieldapp.web.tiles import tile_routes
from fieldapp.web.vendor import vendor_routes

HOSTILE = "{{7*7}}<img src=x onerror=alert(1)>`${1}`{%"
INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
INLINE = re.search(r"<script>(.*?)</script>", INDEX, re.DOTALL)
assert INLINE
HASH = base64.b64encode(hashlib.sha256(INLINE[1].encode()).digest()).decode()
COMMON = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; frame-src 'self'; frame-ancestors 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; "
)
PAGE_POLICY = COMMON + f"script-src 'self' 'sha256-{HASH}' blob:"
FRAME_POLICY = COMMON + "script-src 'self' 'unsafe-inline'"
asked: list[str] = []
broken = {"map": False}


class Policy:
    """Adds the Content-Security-Policy that the app will have."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def with_policy(message):
            if message["type"] == "http.response.start":
                frame = scope["path"].startswith("/component/streamlit_folium")
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", (FRAME_POLICY if frame else PAGE_POLICY).encode()),
                    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=()"),
                ]
            await send(message)

        await self.app(scope, receive, with_policy if scope["type"] == "http" else send)


def square(name, west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"id": name, "name": name, "indicative": True},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def districts(_request: Request) -> Response:
    shapes = [square("Strandgårdskolen", 12.33, 55.6, 12.352, 55.612), square(HOSTILE, 12.352, 55.6, 12.385, 55.625)]
    return JSONResponse({"type": "FeatureCollection", "features": shapes})


def places(_request: Request) -> Response:
    point = {"type": "Point", "coordinates": [12.358, 55.6133]}
    feature = {"type": "Feature", "properties": {"name": "Ishøj Station"}, "geometry": point}
    return JSONResponse({"type": "FeatureCollection", "features": [feature]})


def observations(request: Request) -> Response:
    asked.append(str(request.url.query))
    if broken["map"]:
        return JSONResponse({}, status_code=503)
    zoom = int(parse_qs(request.url.query)["zoom"][0])
    many = "category=good" not in request.url.query
    categories = [
        {"key": "vandalism", "label": "Hærværk", "icon": "", "kind": "place"},
        {"key": "moped", "label": HOSTILE, "icon": "", "kind": "people"},
        {"key": "good", "label": "God historie", "icon": "", "kind": "good"},
    ]
    common = {"categories": categories, "total": 37 if many else 1}
    if zoom < 15:
        cells = [[5561330 - 449 * n, 1235800 + 793 * n, 5 + n * 7] for n in range(5)]
        covers = {"zoom": [0, 14], "bbox": None}
        return JSONResponse(common | {"grain": "cells", "size": 500, "cells": cells, "covers": covers})
    points = [["a1", 5561330, 1235800, 0, 1763760000, 0], ["b2", 5561400, 1235920, 1, 1763750000, 1]]
    points.append(["c3", 5561280, 1235700, 2, 1763740000, 0])
    covers = {"zoom": [15, 19], "bbox": [12.3, 55.59, 12.4, 55.64]}
    return JSONResponse(common | {"grain": "points", "points": points, "covers": covers})


def control(request: Request) -> Response:
    if "broken" in request.query_params:
        broken["map"] = request.query_params["broken"] == "1"
    return Response(json.dumps(asked))


def build():
    routes = [
        *vendor_routes(),
        *tile_routes(Settings(basemap="http://127.0.0.1:9/{z}/{x}/{y}", basemap_attribution="© Prøve")),
        Route("/api/v1/districts", districts),
        Route("/api/v1/places", places),
        Route("/api/v1/map", observations),
        Route("/test/asked", control),
    ]
    return streamlit.App(Path(__file__).parent / "map_page.py", routes=routes, middleware=[Middleware(Policy)])


if __name__ == "__main__":
    config.set_option("browser.gatherUsageStats", False)
    uvicorn.run(build(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
