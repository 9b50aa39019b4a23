"""The half-written observation: kept as it is typed, so that nothing is lost when phone or line drops out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fieldapp import images
from fieldapp.errors import Problem
from fieldapp.model import PHOTOS_MAX, Observation, User, uuid7
from fieldapp.model.observations import made_at
from fieldapp.privacy.releasing import sees_point
from fieldapp.store import drafts as kept
from fieldapp.store import observations as rows
from fieldapp.store import photos
from fieldapp.store.connection import Database, writing
from fieldapp.texts import later
from fieldapp.usecases import asking
from fieldapp.usecases.observations import EDIT_FOR, may_record

FIELDS = frozenset(
    "category lat lon accuracy_m position_source when observed_at severity group_size age_band note repeat_of "
    "district_choice not_persons note_on_phone".split()
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed so far, under the id the observation will have; `photos` are ids.

    In `content`, `not_persons` are the places in the note that are said to be no person; `note_on_phone` tells that a
    note is written which the server does not have.
    """

    id: str
    content: dict[str, Any] = field(default_factory=dict)
    photos: tuple[str, ...] = ()


def load(*, user: User, db: Database, now: datetime) -> Draft:
    """The user's draft, or an empty one with a new id."""
    found = kept.load(db, user.id)
    if found is None:
        return Draft(uuid7(now))
    return Draft(found[0], found[1], tuple(photo.id for photo in kept.photos(db, user.id)))


def save(draft: Draft, *, user: User, db: Database, now: datetime) -> None:
    """Keep the draft; a note that the gate stops, or still asks about, stays on the phone alone."""
    may_record(user)
    content = {name: value for name, value in draft.content.items() if name in FIELDS and value is not None}
    note, places = str(content.get("note", "")), content.pop("not_persons", None)
    spared = asking.words_at(note, places)
    if asking.stopping(note, spared):
        content |= {"note_on_phone": True}
        del content["note"]
    elif answered := asking.places_of(note, spared):
        content["not_persons"] = answered
    if kept.load(db, user.id) != (draft.id, content):
        kept.save(db, user.id, draft.id, content, at=now)


def discard(*, user: User, db: Database) -> None:
    """Forget it on the user's word."""
    with writing(db):
        kept.discard_within(db, user.id)


def add_photo(
    data: bytes,
    *,
    observation_id: str,
    photo_id: str,
    user: User,
    db: Database,
    now: datetime,
    cover: Iterable[images.Box] = (),
    for_draft: bool = True,
) -> photos.StoredPhoto:
    """A photo for an own saved observation (taken within 24 hours), or `for_draft` for the one that will have this id.

    What lies under the boxes to `cover` is black before anything is kept.
    """
    may_record(user)
    stored = rows.get(db, observation_id)
    if stored is not None:
        _may_add(stored, photo_id, user, now)
    elif not for_draft:
        raise Problem("not_found")
    if photos.owner(db, photo_id) not in (None, observation_id):
        raise _taken()
    clean = images.sanitise(data, cover=cover)
    photo = photos.StoredPhoto(
        photo_id, bytes.fromhex(clean.sha256), clean.width, clean.height, clean.jpeg, images.thumbnail(clean.jpeg)
    )
    if stored is not None:
        photos.add(db, observation_id, photo, actor=user.id, at=now)
    else:
        _add_to_draft(photo, observation_id, user, db, now)
    return photo


def _may_add(stored: Observation, photo_id: str, user: User, now: datetime) -> None:
    if stored.reporter != user.id or stored.status != "active":
        raise Problem("not_found")
    if min(now, _taken_at(photo_id, stored) or now) - stored.recorded_at > EDIT_FOR:
        raise Problem("too_late", why="billeder kan kun tilføjes i 24 timer")


def _taken_at(photo_id: str, stored: Observation) -> datetime | None:
    """When the phone made the photo's id, however late the line let it send; None for an id that does not tell."""
    said = made_at(photo_id)
    return said + (stored.observed_at - stored.phone_observed_at) if said and stored.phone_observed_at else said


def _add_to_draft(photo: photos.StoredPhoto, observation_id: str, user: User, db: Database, now: datetime) -> None:
    draft = kept.load(db, user.id)
    if draft is None:
        kept.save(db, user.id, observation_id, {}, at=now)
    elif draft[0] != observation_id:
        raise Problem("not_found")
    if len(kept.photos(db, user.id)) >= PHOTOS_MAX:
        raise Problem("invalid", field="photo", why=later("der er allerede {count} billeder", count=PHOTOS_MAX))
    kept.add_photo(db, user.id, photo, at=now)
    if photo.id not in {own.id for own in kept.photos(db, user.id)}:
        raise _taken()


def _taken() -> Problem:
    return Problem("invalid", field="id", why="den er brugt; send billedet under en ny")


def remove_photo(photo_id: str, *, user: User, db: Database) -> None:
    """Take a photo out of the draft."""
    kept.remove_photo(db, user.id, photo_id)


def photo_for(photo_id: str, *, thumbnail: bool, user: User, db: Database) -> bytes:
    """The JPEG for a reader who may see its observation (or whose draft it is in); else Problem `not_found`."""
    for draft_photo in kept.photos(db, user.id):
        if draft_photo.id == photo_id:
            return draft_photo.thumbnail if thumbnail else draft_photo.jpeg
    owner = photos.owner(db, photo_id)
    stored = rows.get(db, owner) if owner else None
    found = photos.read(db, photo_id, thumbnail=thumbnail) if stored and sees_point(stored, user) else None
    if found is None:
        raise Problem("not_found")
    return found
