"""The API described as OpenAPI 3.1, from the same tables the code uses."""

from __future__ import annotations

from typing import Any

from fieldapp import __version__
from fieldapp.model import AGE_BANDS, GROUP_SIZES, NOTE_MAX, POSITION_SOURCES, SEVERITIES, Catalogue, Kind
from fieldapp.privacy import KINDS
from fieldapp.usecases.asking import PLACES_MAX
from fieldapp.web.openapi_batch import PHONE_TIME_HEADER, batch_paths
from fieldapp.web.openapi_presence import presence_paths, presence_schema

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_FAILURES = {
    "401": "Sign in first",
    "403": "The role does not allow it",
    "422": "A field cannot be used; `field` and `reason` say which and why",
}
_GATE = (
    "A field cannot be used; `field` and `reason` say which and why. `personal_data`: the note holds what is never "
    "stored. `personal_data_unsure`: it may be about a person; remove the words, rewrite, or send the same again with "
    "the places of `findings` in `not_persons`."
)
_TWINS = "Same id, other content; or `in_flight`: the same id is being stored, again after `Retry-After` seconds"


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
        "components": {
            "schemas": {"Observation": _observation(catalogue), "Presence": presence_schema(), "Problem": _problem()}
        },
    }


def _paths() -> dict[str, Any]:
    return {
        "/api/v1/observations": {"post": _post_observation(), "get": _get_observations()},
        "/api/v1/map": {"get": _read("Compact rows for the map", [*_FILTER, _parameter("zoom", "integer")])},
        "/api/v1/squares": {
            "get": _read("Squares of the overview's map: situations, hours and what stands out", _OVERVIEW)
        },
        "/api/v1/walks": {"get": _read("Routes, areas and numbers of safety walks, for the map", _FILTER)},
        "/api/v1/form": {"get": _read("Categories, fields, limits and texts of the form", [])},
        "/api/v1/districts": {"get": _read("Districts in force today (GeoJSON)", [])},
        "/api/v1/places": {"get": _read("Named places (GeoJSON)", [])},
        **batch_paths(_failures),
        **presence_paths(_failures),
        "/api/v1/photos": {"post": _post_photo()},
        "/api/v1/photos/look": {"post": _look()},
        "/api/v1/photos/{id}": {"get": _get_photo()},
    }


def _post_observation() -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Observation"}}}}
    answers = {
        "201": {"description": "New, and on disk"},
        "200": {"description": "The same id with the same content was there already"},
        **_failures({**_FAILURES, "422": _GATE, "409": _TWINS, "413": "Too large", "507": "Disk full"}),
    }
    return {
        "summary": "Record one observation; safe to send again",
        "parameters": [PHONE_TIME_HEADER],
        "requestBody": body,
        "responses": answers,
    }


def _get_observations() -> dict[str, Any]:
    paging = [_parameter("limit", "integer"), _parameter("next", "string")]
    return _read("What the reader may see, newest first (GeoJSON)", [*_FILTER, *paging])


def _post_photo() -> dict[str, Any]:
    image = {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}
    fields = {"observation": {"type": "string", "format": "uuid"}, "photo": image["schema"], "redact": _REDACT}
    form = {"schema": {"type": "object", "required": ["observation", "photo"], "properties": fields}}
    kinds: dict[str, Any] = dict.fromkeys(("image/jpeg", "image/png", "image/webp"), image)
    return {
        "summary": "Add a photo to an own observation or draft",
        "parameters": [_parameter(name, "string") for name in ("observation", "id", "redact", "user")],
        "requestBody": {
            "required": True,
            "content": {**kinds, "multipart/form-data": form},
        },
        "responses": {
            "201": {"description": "Kept, without metadata"},
            **_failures({**_FAILURES, "413": "Over 10 MB"}),
        },
    }


def _look() -> dict[str, Any]:
    number = {"type": "number", "minimum": 0, "maximum": 1}
    box = {"kind": {"enum": ["face", "plate"]}, **dict.fromkeys(("x", "y", "width", "height"), number)}
    boxes = {"type": "array", "items": {"type": "object", "properties": box}}
    found = {"application/json": {"schema": {"type": "object", "properties": {"boxes": boxes}}}}
    image = {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}
    return {
        "summary": "Suggest what to cover in a photo; it misses some. Nothing is kept",
        "requestBody": {"required": True, "content": dict.fromkeys(("image/jpeg", "image/png", "image/webp"), image)},
        "responses": {
            "200": {"description": "Faces and plates; `redact` takes such boxes", "content": found},
            **_failures({**_FAILURES, "413": "Over 10 MB", "429": "One photo at a time"}),
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


_PLACE = {"type": "integer", "minimum": 0, "description": "Unicode code points from the start, the end exclusive"}
_REDACT = {
    "type": "string",
    "contentMediaType": "application/json",
    "description": "boxes to cover before the photo is kept: a JSON list of objects with x, y, width, height (0 to 1)",
}
_OVERVIEW = [_parameter(name, "string") for name in ("district", "period", "from", "to", "category")]
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
        "not_persons": {
            "type": "array",
            "maxItems": PLACES_MAX,
            "items": {"type": "array", "prefixItems": [_PLACE, _PLACE], "minItems": 2, "maxItems": 2},
            "description": (
                "places [start, end] in `note` that the writer has seen and that are no person; an answer, not part of "
                "the content: sent again with or without it, it is the same observation. Not stored"
            ),
        },
        "district_choice": {"type": ["string", "null"], "description": "the neighbouring district, near a border"},
    }
    required = ["id", "category", "lat", "lon", "observed_at"]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _problem() -> dict[str, Any]:
    names = ("type", "title", "code", "field", "reason")
    finding = {"type": "object", "properties": {"kind": {"enum": list(KINDS)}, "start": _PLACE, "end": _PLACE}}
    more = {
        "status": {"type": "integer"},
        "findings": {"type": "array", "items": finding, "description": "of a refused text: kinds and places, no words"},
    }
    return {"type": "object", "properties": {**{name: {"type": ["string", "null"]} for name in names}, **more}}
