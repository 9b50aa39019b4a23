"""The API described as OpenAPI 3.1, from the same tables the code uses."""

from __future__ import annotations

from typing import Any

from fieldapp import __version__
from fieldapp.model import AGE_BANDS, GROUP_SIZES, NOTE_MAX, POSITION_SOURCES, SEVERITIES, Catalogue, Kind

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_FAILURES = {
    "401": "Sign in first",
    "403": "The role does not allow it",
    "422": "A field cannot be used; `field` and `reason` say which and why",
}


def description(catalogue: Catalogue) -> dict[str, Any]:
    """The whole document, ready for JSON."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fieldapp",
            "version": __version__,
            "description": "Places, times and behaviour; never persons.",
        },
        "paths": _paths(),
        "components": {"schemas": {"Observation": _observation(catalogue), "Problem": _problem()}},
    }


def _paths() -> dict[str, Any]:
    return {
        "/api/v1/observations": {"post": _post_observation(), "get": _get_observations()},
        "/api/v1/map": {"get": _read("Compact rows for the map", [*_FILTER, _parameter("zoom", "integer")])},
        "/api/v1/form": {"get": _read("Categories, fields, limits and texts of the form", [])},
        "/api/v1/districts": {"get": _read("Districts in force today (GeoJSON)", [])},
        "/api/v1/places": {"get": _read("Named places (GeoJSON)", [])},
        "/api/v1/photos": {"post": _post_photo()},
        "/api/v1/photos/{id}": {"get": _get_photo()},
    }


def _post_observation() -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Observation"}}}}
    answers = {
        "201": {"description": "New, and on disk"},
        "200": {"description": "The same id with the same content was there already"},
        **_failures({**_FAILURES, "409": "Same id, other content", "413": "Too large", "507": "Disk full"}),
    }
    return {"summary": "Record one observation; safe to send again", "requestBody": body, "responses": answers}


def _get_observations() -> dict[str, Any]:
    paging = [_parameter("limit", "integer"), _parameter("next", "string")]
    return _read("What the reader may see, newest first (GeoJSON)", [*_FILTER, *paging])


def _post_photo() -> dict[str, Any]:
    image = {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}
    fields = {"observation": {"type": "string", "format": "uuid"}, "photo": image["schema"]}
    form = {"schema": {"type": "object", "required": ["observation", "photo"], "properties": fields}}
    kinds: dict[str, Any] = dict.fromkeys(("image/jpeg", "image/png", "image/webp"), image)
    return {
        "summary": "Add a photo to an own observation or draft",
        "parameters": [_parameter("observation", "string"), _parameter("id", "string")],
        "requestBody": {
            "required": True,
            "content": {**kinds, "multipart/form-data": form},
        },
        "responses": {
            "201": {"description": "Kept, without metadata"},
            **_failures({**_FAILURES, "413": "Over 10 MB"}),
        },
    }


def _get_photo() -> dict[str, Any]:
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    answers = {
        "200": {"description": "JPEG"},
        **_failures({"401": "Sign in first", "404": "Not there, or not for you"}),
    }
    return {"summary": "One photo", "parameters": [name, _parameter("size", "string")], "responses": answers}


def _read(summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": {"description": "OK"}, **_failures(_FAILURES)},
    }


def _failures(texts: dict[str, str]) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _PROBLEM}}
    return {status: {"description": text, "content": content} for status, text in texts.items()}


def _parameter(name: str, kind: str, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": {"type": kind}}


_FILTER = [
    _parameter(name, "string")
    for name in ("period", "from", "to", "datetime", "category", "district", "kind", "mine", "bbox")
]


def _observation(catalogue: Catalogue) -> dict[str, Any]:
    properties = {
        "id": {"type": "string", "format": "uuid", "description": "UUIDv7, made by the phone"},
        "category": {"enum": [one.key for one in catalogue]},
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "lon": {"type": "number", "minimum": -180, "maximum": 180},
        "observed_at": {"type": "string", "description": "ISO 8601 with offset, or local Danish time"},
        "accuracy_m": {"type": ["number", "null"], "minimum": 0},
        "position_source": {"enum": list(POSITION_SOURCES)},
        "severity": {"enum": [None, *SEVERITIES]},
        "group_size": {"enum": [None, *GROUP_SIZES], "description": f"only for categories of kind {Kind.PEOPLE}"},
        "age_band": {"enum": [None, *AGE_BANDS], "description": f"only for categories of kind {Kind.PEOPLE}"},
        "note": {"type": ["string", "null"], "maxLength": NOTE_MAX, "description": "never about persons"},
        "repeat_of": {"type": ["string", "null"], "format": "uuid"},
        "district_choice": {"type": ["string", "null"], "description": "the neighbouring district, near a border"},
    }
    required = ["id", "category", "lat", "lon", "observed_at"]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _problem() -> dict[str, Any]:
    names = ("type", "title", "code", "field", "reason")
    return {
        "type": "object",
        "properties": {**{name: {"type": ["string", "null"]} for name in names}, "status": {"type": "integer"}},
    }
