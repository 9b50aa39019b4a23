"""A photo before it is kept: what seems to be a face or a plate in it. Nothing of it is stored or logged here."""

from __future__ import annotations

from typing import Any

from fieldapp import faces, images
from fieldapp.model import User
from fieldapp.usecases.observations import may_record


def look(data: bytes, *, user: User) -> list[dict[str, Any]]:
    """Boxes to cover, largest first: `kind` (face, plate), `x`, `y`, `width`, `height` in parts of the upright photo.

    Takes a second or two of one core. Raises `not_allowed` and the Problems of `images.sanitise`.
    """
    may_record(user)
    return [
        {"kind": found.kind, "x": found.x, "y": found.y, "width": found.width, "height": found.height}
        for found in faces.find(images.grey(data, faces.EDGE))
    ]
