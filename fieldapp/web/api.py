"""`/api/v1`: observations in and out, the form, districts, places and the map's compact rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import MAY_RECORD, utc_text
from fieldapp.store.connection import Database
from fieldapp.texts import later
from fieldapp.usecases import browse, form, wire
from fieldapp.usecases.filters import parse_filter
from fieldapp.usecases.services import Services, load_services
from fieldapp.web.answers import answering, json_response
from fieldapp.web.batch import post_batch, post_observation
from fieldapp.web.context import request_settings, request_user, utc_now, with_database
from fieldapp.web.openapi import description
from fieldapp.web.photos import get_photo, look, post_photo
from fieldapp.web.presence import presence_routes
from fieldapp.web.squares import get_squares
from fieldapp.web.walks import get_walks

GEOJSON = "application/geo+json"
LIMIT_MAX = 1000
POINT_ZOOM = 15
Box = tuple[float, float, float, float]
_SIZES = ((13, 500), (14, 250))


def api_routes() -> list[BaseRoute]:
    """Every route of the API, each behind the gate."""
    routes: tuple[tuple[str, Callable[..., Any], str], ...] = (
        ("/api/v1/openapi.json", openapi, "GET"),
        ("/api/v1/me", get_me, "GET"),
        ("/api/v1/observations", post_observation, "POST"),
        ("/api/v1/observations/batch", post_batch, "POST"),
        ("/api/v1/observations", get_observations, "GET"),
        ("/api/v1/map", get_map, "GET"),
        ("/api/v1/squares", get_squares, "GET"),
        ("/api/v1/walks", get_walks, "GET"),
        ("/api/v1/form", get_form, "GET"),
        ("/api/v1/districts", get_districts, "GET"),
        ("/api/v1/places", get_places, "GET"),
        *presence_routes(),
        ("/api/v1/photos", post_photo, "POST"),
        ("/api/v1/photos/look", look, "POST"),
        ("/api/v1/photos/{photo_id}", get_photo, "GET"),
    )
    return [Route(path, answering(handler), methods=[method]) for path, handler, method in routes]


async def openapi(request: Request) -> Response:
    """The API described."""
    return json_response(description(services_of(request).catalogue))


async def get_me(request: Request) -> Response:
    """Who is signed in: a phone keeps an outbox for each, and sends only that one's."""
    user = request_user(request)
    said = {"user": user.id, "name": user.name, "role": str(user.role), "language": user.language}
    return json_response(said | {"records": user.role in MAY_RECORD, "server_time": utc_text(utc_now())})


async def get_observations(request: Request) -> Response:
    """GeoJSON of what the reader may see: points by pages, then the areas of the rest."""
    user, services, now = request_user(request), services_of(request), utc_now()
    query = _query(request)
    wanted = parse_filter({"period": ["all"], **query}, reader=user, now=now)
    limit = _limit(query)
    after = (query.get("next") or [""])[0]

    def read(db: Database) -> dict[str, Any]:
        page = browse.page(wanted, reader=user, db=db, limit=limit, after=after)
        features = [wire.point_feature(point, services.catalogue, user.language) for point in page.points]
        if page.next is None:
            features += [wire.cell_feature(cell) for cell in browse.areas(wanted, reader=user, db=db, now=now)]
        return wire.feature_collection(features, numberMatched=page.total, next=page.next)

    return json_response(await with_database(request, read), media_type=GEOJSON)


async def get_map(request: Request) -> Response:
    """The rows of the map view as integers: areas far out, points close in."""
    user, services, now = request_user(request), services_of(request), utc_now()
    query = _query(request)
    zoom = _zoom(query)
    close = zoom >= POINT_ZOOM
    asked = query if close else {name: values for name, values in query.items() if name != "bbox"}
    wanted = parse_filter(asked, reader=user, now=now)
    wanted = wanted.only(bbox=_wider(wanted.bbox))
    size = next((size for limit, size in _SIZES if zoom <= limit), 100)
    view = await with_database(
        request, lambda db: browse.map_view(wanted, reader=user, db=db, now=now, points=close, size_m=size)
    )
    payload = wire.map_payload(view, services.catalogue, user.language)
    return json_response(payload | {"covers": _covers(zoom, view.points or close, wanted.bbox)})


def _wider(bbox: Box | None) -> Box | None:
    """Half a view beyond what was asked on each side, so that a small pan asks nothing."""
    if bbox is None:
        return None
    west, south, east, north = bbox
    more_lon, more_lat = (east - west) / 2, (north - south) / 2
    return west - more_lon, south - more_lat, east + more_lon, north + more_lat


def _covers(zoom: int, close: object, bbox: Any) -> dict[str, Any]:
    """For which views this answer stays right, until which it need not be asked again."""
    lowest = next((low for low, high in ((0, 13), (14, 14), (15, 30)) if low <= zoom <= high), 0)
    highest = next((high for high in (13, 14) if zoom <= high), 30)
    return {"zoom": [lowest, highest], "bbox": list(bbox) if close and bbox else None}


async def get_form(request: Request) -> Response:
    """The one description of the form."""
    user, services, now = request_user(request), services_of(request), utc_now()
    made = await with_database(request, lambda db: form.form(user=user, db=db, services=services, now=now))
    return json_response(made)


async def get_districts(request: Request) -> Response:
    """GeoJSON of the districts in force today."""
    request_user(request)
    today = utc_now().astimezone(COPENHAGEN).date()
    return json_response(services_of(request).districts.feature_collection(today), media_type=GEOJSON)


async def get_places(request: Request) -> Response:
    """GeoJSON of the named places."""
    request_user(request)
    features = [
        {
            "type": "Feature",
            "id": place.id,
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": {"name": place.name, "kind": place.kind, "approximate": place.approximate},
        }
        for place in services_of(request).gazetteer.places
    ]
    return json_response(wire.feature_collection(features), media_type=GEOJSON)


def services_of(request: Request) -> Services:
    """The services of this server's settings; cheap, since unchanged files are not read again."""
    return load_services(request_settings(request))


def _query(request: Request) -> dict[str, list[str]]:
    return {name: request.query_params.getlist(name) for name in request.query_params}


def _limit(query: dict[str, list[str]]) -> int:
    text = (query.get("limit") or ["100"])[0]
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= LIMIT_MAX:
        raise Problem(
            "invalid", field="limit", why=later("vælg et tal fra {least} til {most}", least=1, most=LIMIT_MAX)
        )
    return int(text)


def _zoom(query: dict[str, list[str]]) -> int:
    text = (query.get("zoom") or ["12"])[0]
    if not text.isascii() or not text.isdecimal() or int(text[:4]) > 30:
        raise Problem("invalid", field="zoom", why="vælg et helt tal fra 0 til 30")
    return int(text[:4])
