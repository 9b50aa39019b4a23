"""Photos of a follow-up: clean bytes, waiting (`event` not told yet) until the answer they belong to is given."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from fieldapp.model import utc_text
from fieldapp.store.connection import one
from fieldapp.store.photos import StoredPhoto

_COLUMNS = "id, follow_up, who, sha256, width, height, jpeg, thumbnail, created_at"


def add_within(db: Database, follow_up: str, who: str, photo: StoredPhoto, *, at: datetime) -> None:
    """Keep one that waits for its answer; the same bytes again change nothing; inside `writing`."""
    values = (photo.id, follow_up, who, photo.sha256, photo.width, photo.height, photo.jpeg, photo.thumbnail)
    db.execute(
        f"INSERT INTO follow_up_photo ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        (*values, utc_text(at)),
    )


def waiting(db: Database, follow_up: str, who: str) -> list[str]:
    """The ids of those that wait for this one's answer, oldest first."""
    sql = "SELECT id FROM follow_up_photo WHERE follow_up = ? AND who = ? AND event IS NULL ORDER BY created_at, id"
    return [row["id"] for row in db.query(sql, [follow_up, who])]


def count(db: Database, follow_up: str) -> int:
    """How many it has, waiting ones too."""
    row = one(db, "SELECT count(*) AS n FROM follow_up_photo WHERE follow_up = ?", follow_up)
    return int(row["n"]) if row else 0


def claim_within(db: Database, follow_up: str, who: str, event: int) -> None:
    """Those that waited belong to this event now; inside `writing`."""
    sql = "UPDATE follow_up_photo SET event = ? WHERE follow_up = ? AND who = ? AND event IS NULL"
    db.execute(sql, [event, follow_up, who])


def remove_within(db: Database, follow_up: str, who: str, photo_id: str) -> None:
    """Take one of one's own out that still waits; inside `writing`."""
    sql = "DELETE FROM follow_up_photo WHERE id = ? AND follow_up = ? AND who = ? AND event IS NULL"
    db.execute(sql, [photo_id, follow_up, who])


def forget_within(db: Database, event: int) -> None:
    """The photos of one event go; inside `writing`."""
    db.execute("DELETE FROM follow_up_photo WHERE event = ?", [event])


def forget_waiting_within(db: Database, before: datetime) -> int:
    """Those whose answer never came go → how many; inside `writing`."""
    sql = "DELETE FROM follow_up_photo WHERE event IS NULL AND created_at < ?"
    return int(db.execute(sql, [utc_text(before)]).rowcount)


def by_event(db: Database, follow_up: str) -> dict[int, list[str]]:
    """Number of an event → the ids of its photos."""
    sql = (
        "SELECT event, id FROM follow_up_photo WHERE follow_up = ? AND event IS NOT NULL ORDER BY event, created_at, id"
    )
    found: dict[int, list[str]] = {}
    for row in db.query(sql, [follow_up]):
        found.setdefault(row["event"], []).append(row["id"])
    return found


def owner(db: Database, photo_id: str) -> tuple[str, str, bool] | None:
    """Which follow-up it belongs to, who sent it, and whether it still waits."""
    row = one(db, "SELECT follow_up, who, event FROM follow_up_photo WHERE id = ?", photo_id)
    return (row["follow_up"], row["who"], row["event"] is None) if row else None


def read(db: Database, photo_id: str, *, thumbnail: bool = False) -> bytes | None:
    """The JPEG bytes, or the thumbnail's."""
    column = "thumbnail" if thumbnail else "jpeg"
    row = one(db, f"SELECT {column} AS bytes FROM follow_up_photo WHERE id = ?", photo_id)
    return row["bytes"] if row else None
