"""Photos that staff add to a follow-up: covered on the phone, waiting until their sender says what became of it."""

from __future__ import annotations

from datetime import datetime

from fieldapp import images
from fieldapp.errors import Problem
from fieldapp.model import PHOTOS_MAX, User, parse_id
from fieldapp.model.follow_ups import USER, FollowUp
from fieldapp.store import follow_up_photos as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.photos import StoredPhoto
from fieldapp.texts import later
from fieldapp.usecases.follow_ups import may_follow_up, seen_by

PHOTOS_ALL = 24


def add(data: bytes, follow_up_id: str, photo_id: str, *, user: User, db: Database, now: datetime) -> str:
    """Keep one that its sender has looked through and covered, until the next step of the task; its id.

    The same id again changes nothing. Raises the Problems of `images.sanitise`, `not_found`, `step_not_now` for what is
    closed, and `invalid` for one too many.
    """
    given = parse_id("id", photo_id)
    stored = _open_one(follow_up_id, user=user, db=db)
    clean = images.sanitise(data)
    photo = StoredPhoto(
        given, bytes.fromhex(clean.sha256), clean.width, clean.height, clean.jpeg, images.thumbnail(clean.jpeg)
    )
    with writing(db):
        require_room(db, stored.id, USER + user.id, given)
        rows.add_within(db, stored.id, USER + user.id, photo, at=now)
    return given


def waiting(follow_up_id: str, *, user: User, db: Database) -> list[str]:
    """The ids of one's own that wait for the next step, oldest first."""
    return rows.waiting(db, follow_up_id, USER + user.id)


def remove(photo_id: str, follow_up_id: str, *, user: User, db: Database) -> None:
    """Take one's own out again while it waits."""
    with writing(db):
        rows.remove_within(db, follow_up_id, USER + user.id, photo_id)


def require_room(db: Database, follow_up_id: str, who: str, photo_id: str = "") -> None:
    """Raises `invalid` where one too many waits or is kept; one that is there already needs no room."""
    own = rows.waiting(db, follow_up_id, who)
    if photo_id in own:
        return
    for count, most in ((len(own), PHOTOS_MAX), (rows.count(db, follow_up_id), PHOTOS_ALL)):
        if count >= most:
            raise Problem("invalid", field="photo", why=later("der er allerede {count} billeder", count=most))


def _open_one(follow_up_id: str, *, user: User, db: Database) -> FollowUp:
    may_follow_up(user)
    stored = seen_by(follow_up_id, user=user, db=db)
    if not stored.is_open:
        raise Problem("step_not_now")
    return stored
