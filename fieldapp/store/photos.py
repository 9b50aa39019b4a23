"""Photos in the database: bytes that have been through `images.sanitise`, tied to one observation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import PHOTOS_MAX, utc_text
from fieldapp.store import audit, meta
from fieldapp.store.connection import one, writing
from fieldapp.texts import later

# The trail's word for a photo that was taken out, on request or by its lifetime.
REMOVED = "photo.removed"


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """One clean JPEG and its thumbnail; `position` is 1 to 4."""

    id: str
    sha256: bytes
    width: int
    height: int
    jpeg: bytes
    thumbnail: bytes


def add(db: Database, observation_id: str, photo: StoredPhoto, *, actor: str, at: datetime) -> None:
    """Tie a photo to an observation; the same bytes again change nothing, a fifth is a Problem.

    A photo that was taken out and is sent again stays out.
    """
    with writing(db):
        add_within(db, observation_id, photo, actor=actor, at=at)


def add_within(db: Database, observation_id: str, photo: StoredPhoto, *, actor: str, at: datetime) -> None:
    """`add` for a caller that already holds the transaction."""
    there = list(db.query("SELECT id, sha256, position FROM photo WHERE observation_id = ?", [observation_id]))
    if any(row["id"] == photo.id or row["sha256"] == photo.sha256 for row in there):
        return
    if was_removed(db, photo.id):
        return
    if len(there) >= PHOTOS_MAX:
        raise Problem("invalid", field="photo", why=later("der er allerede {count} billeder", count=PHOTOS_MAX))
    position = max((row["position"] for row in there), default=0) + 1
    columns = "id, observation_id, position, sha256, width, height, jpeg, thumbnail, created_at"
    db.execute(
        f"INSERT INTO photo ({columns}) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            photo.id,
            observation_id,
            position,
            photo.sha256,
            photo.width,
            photo.height,
            photo.jpeg,
            photo.thumbnail,
            utc_text(at),
        ),
    )
    after = {"observation": observation_id, "sha256": photo.sha256.hex(), "bytes": len(photo.jpeg)}
    audit.append(db, at=at, actor=actor, action="photo", entity="photo", entity_id=photo.id, after=after)
    meta.touch(db)


def of(db: Database, observation_id: str) -> list[str]:
    """The ids of an observation's photos, in order."""
    rows = db.query("SELECT id FROM photo WHERE observation_id = ? ORDER BY position", [observation_id])
    return [row["id"] for row in rows]


def was_removed(db: Database, photo_id: str) -> bool:
    """Does the trail say that this photo was taken out?"""
    sql = "SELECT 1 AS yes FROM audit WHERE entity = 'photo' AND entity_id = ? AND action = ?"
    return one(db, sql, photo_id, REMOVED) is not None


def owner(db: Database, photo_id: str) -> str | None:
    """Which observation a photo belongs to."""
    row = one(db, "SELECT observation_id FROM photo WHERE id = ?", photo_id)
    return row["observation_id"] if row else None


def read(db: Database, photo_id: str, *, thumbnail: bool = False) -> bytes | None:
    """The JPEG bytes, or the thumbnail's."""
    column = "thumbnail" if thumbnail else "jpeg"
    row = one(db, f"SELECT {column} AS bytes FROM photo WHERE id = ?", photo_id)
    return row["bytes"] if row else None
