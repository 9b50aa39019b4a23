"""The part of the API's description that a phone's outbox needs: who is signed in, and many observations at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fieldapp.usecases.outbox import BATCH_MOST, RECORD_BYTES
from fieldapp.web.doorman import PHONE_TIME

PHONE_TIME_HEADER = {
    "name": PHONE_TIME,
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": (
        "what the phone's clock says when it sends (ISO 8601); more than a minute wrong, `observed_at` is put right by "
        "as much and what was sent is kept beside it"
    ),
}
_FAILURES = {
    "401": "Sign in first",
    "403": "The role does not allow it",
    "413": f"Over {BATCH_MOST * RECORD_BYTES // 1024} kB",
    "422": f"No list of at most {BATCH_MOST}, or a `phone_time` that is no time; nothing was stored",
    "503": "Another batch is being received, or nothing can be stored now: again after `Retry-After` seconds",
    "507": "Disk full",
}


def batch_paths(failures: Callable[[dict[str, str]], dict[str, Any]]) -> dict[str, Any]:
    """The paths, with the answers every route shares made by `failures`."""
    return {
        "/api/v1/me": {
            "get": {
                "summary": "Who is signed in, and whether this role records",
                "responses": {"200": _json(_me()), **failures({"401": _FAILURES["401"]})},
            }
        },
        "/api/v1/observations/batch": {
            "post": {
                "summary": "Record up to fifty observations; safe to send again, and one bad one stops no other",
                "requestBody": {"required": True, **_content(_batch())},
                "responses": {"200": _json(_answer()), **failures(_FAILURES)},
            }
        },
    }


def _me() -> dict[str, Any]:
    texts = {key: {"type": "string"} for key in ("user", "name", "role", "language", "server_time")}
    return {"type": "object", "properties": {**texts, "records": {"type": "boolean"}}}


def _batch() -> dict[str, Any]:
    items = {"type": "array", "maxItems": BATCH_MOST, "items": {"$ref": "#/components/schemas/Observation"}}
    properties = {
        "phone_time": {"type": "string", "description": PHONE_TIME_HEADER["description"]},
        "user": {"type": "string", "description": "Who wrote them; 401 where somebody else is signed in by now"},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["observations"],
        "properties": {**properties, "observations": items},
    }


def _answer() -> dict[str, Any]:
    one = {
        "id": {"type": ["string", "null"], "format": "uuid"},
        "status": {"type": "integer", "description": "what the same alone would have been answered with"},
        "outcome": {"enum": ["new", "same"]},
        "district": {"type": ["string", "null"]},
        "place": {"type": ["string", "null"]},
        "problem": {"$ref": "#/components/schemas/Problem"},
    }
    results = {"type": "array", "description": "in the order they were sent", "items": {"properties": one}}
    return {"type": "object", "properties": {"results": results, "server_time": {"type": "string"}}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", **_content(schema)}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
