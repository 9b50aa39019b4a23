"""A photo before it is kept: what seems to be a face or a plate in it. Nothing of it is stored or logged here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fieldapp import faces, images
from fieldapp.errors import Problem
from fieldapp.model import MAY_RECORD, User
from fieldapp.model.follow_ups import MAY_FOLLOW_UP
from fieldapp.usecases.walks_run import Door, require_taken


def look(data: bytes, *, user: User) -> list[dict[str, Any]]:
    """Boxes to cover, largest first: `kind` (face, plate), `x`, `y`, `width`, `height` in parts of the upright photo.

    Takes a second or two of one core. Raises `not_allowed` and the Problems of `images.sanitise`.
    """
    if not user.active or user.role not in MAY_RECORD | MAY_FOLLOW_UP:
        raise Problem("not_allowed")
    return _boxes(data)


def look_on_walk(data: bytes, *, door: Door, now: datetime) -> list[dict[str, Any]]:
    """The same for whoever may add something to this walk now, guests too."""
    require_taken(door, None, now)
    return _boxes(data)


def _boxes(data: bytes) -> list[dict[str, Any]]:
    return [
        {"kind": found.kind, "x": found.x, "y": found.y, "width": found.width, "height": found.height}
        for found in faces.find(images.grey(data, faces.EDGE))
    ]
