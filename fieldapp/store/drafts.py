"""The one half-written observation a user may have, and its photos."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import utc_text
from fieldapp.store.connection import one, writing
from fieldapp.store.photos import StoredPhoto

_PHOTO = "id, sha256, width, height, jpeg, thumbnail"


def save(db: Database, user_id: str, observation_id: str, content: dict[str, Any], *, at: datetime) -> None:
    """Keep what is typed so far; the newest wins."""
    with writing(db):
        db.execute(
            "INSERT INTO draft VALUES (?,?,?,?) ON CONFLICT (user_id) DO UPDATE SET "
            "observation_id = excluded.observation_id, content = excluded.content, updated_at = excluded.updated_at",
            [user_id, observation_id, json.dumps(content, ensure_ascii=False), utc_text(at)],
        )


def load(db: Database, user_id: str) -> tuple[str, dict[str, Any]] | None:
    """The observation id and the content, or None."""
    row = one(db, "SELECT observation_id, content FROM draft WHERE user_id = ?", user_id)
    return (row["observation_id"], json.loads(row["content"])) if row else None


def discard_within(db: Database, user_id: str) -> None:
    """Forget the draft and its photos; inside `writing`."""
    db.execute("DELETE FROM draft WHERE user_id = ?", [user_id])


def add_photo(db: Database, user_id: str, photo: StoredPhoto, *, at: datetime) -> None:
    """Keep a photo with the draft; the same id again changes nothing."""
    with writing(db):
        db.execute(
            f"INSERT INTO draft_photo ({_PHOTO}, user_id, created_at) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            [photo.id, photo.sha256, photo.width, photo.height, photo.jpeg, photo.thumbnail, user_id, utc_text(at)],
        )


def remove_photo(db: Database, user_id: str, photo_id: str) -> None:
    """Take one photo out of the draft."""
    with writing(db):
        db.execute("DELETE FROM draft_photo WHERE user_id = ? AND id = ?", [user_id, photo_id])


def photos(db: Database, user_id: str) -> list[StoredPhoto]:
    """The draft's photos, oldest first."""
    rows = db.query(f"SELECT {_PHOTO} FROM draft_photo WHERE user_id = ? ORDER BY created_at, rowid", [user_id])
    return [StoredPhoto(**row) for row in rows]
