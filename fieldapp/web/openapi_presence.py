"""The part of the API's description that is about presence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fieldapp.model.presence import ACTIVITIES
from fieldapp.model.presence_parsing import EAST, MINUTES_MAX, NORTH, PAUSES_MAX, REACHES_M, SQUARES_MAX

_FAILURES = {
    "401": "Sign in first",
    "403": "The role does not allow it",
    "409": "Same id, other content; or `presence_overlaps`: another own entry at that time",
    "413": "Too large",
    "422": "A field cannot be used; `field` and `reason` say which and why",
    "507": "Disk full",
}
_REFERENCE = {"$ref": "#/components/schemas/Presence"}


def presence_paths(failures: Callable[[dict[str, str]], dict[str, Any]]) -> dict[str, Any]:
    """The paths, with the answers every route shares made by `failures`."""
    return {
        "/api/v1/presence": {
            "post": {
                "summary": "Record one whole stay of one's own; safe to send again",
                "parameters": [
                    {
                        "name": "user",
                        "in": "query",
                        "schema": {"type": "string"},
                        "description": "Who wrote it; 401 when somebody else is signed in",
                    }
                ],
                "requestBody": _body(_REFERENCE),
                "responses": {
                    "201": {"description": "New, and on disk"},
                    "200": {"description": "The same id with the same content was there already"},
                    **failures(_FAILURES),
                },
            },
            "get": {
                "summary": "One's own stays of the last 31 days, newest first; never a colleague's",
                "responses": {
                    "200": {"description": "OK"},
                    **failures({code: _FAILURES[code] for code in ("401", "403")}),
                },
            },
        },
        "/api/v1/presence/track": {
            "post": {
                "summary": "Squares and minutes so far of one's own stay, in place of those told before",
                "requestBody": _body(
                    {"type": "object", "required": ["id", "track"], "properties": {"id": _id(), "track": _track()}}
                ),
                "responses": {"200": {"description": "Kept"}, **failures(_FAILURES)},
            }
        },
    }


def presence_schema() -> dict[str, Any]:
    """One stay as it is sent."""
    time = {"type": "string", "description": "ISO 8601 with offset, or local Danish time"}
    pair = {"type": "array", "items": time, "minItems": 2, "maxItems": 2}
    properties = {
        "id": _id(),
        "activity": {"enum": list(ACTIVITIES)},
        "started_at": time,
        "ended_at": time,
        "lat": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
        "lon": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
        "reach_m": {"enum": list(REACHES_M), "description": "metres round the position; 0 is the whole district"},
        "district": {"type": ["string", "null"], "description": "with reach 0 and no position: which district"},
        "event": {"type": ["string", "null"], "format": "uuid"},
        "pauses": {"type": ["array", "null"], "items": pair, "maxItems": PAUSES_MAX},
        "track": _track(),
    }
    required = ["id", "activity", "started_at", "ended_at", "reach_m"]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _track() -> dict[str, Any]:
    square = [_whole(NORTH[0], NORTH[-1]), _whole(EAST[0], EAST[-1]), _whole(1, MINUTES_MAX)]
    return {
        "type": ["array", "null"],
        "maxItems": SQUARES_MAX,
        "items": {"type": "array", "prefixItems": square, "minItems": 3, "maxItems": 3},
        "description": "[north, east, minutes] of 250 m squares (EPSG:25832 metres divided by 250); nothing finer",
    }


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


def _id() -> dict[str, Any]:
    return {"type": "string", "format": "uuid", "description": "UUIDv7, made by the phone"}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
