"""What ties a follow-up to the thing it is made from: who may make one of it, and what the new one is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import Kind, User
from fieldapp.model.follow_ups import MAY_FOLLOW_UP, FollowUp
from fieldapp.store import levels as hotspot_rows
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.usecases import levels, observations
from fieldapp.usecases.follow_ups import sees
from fieldapp.usecases.levels_words import category_text, place_text
from fieldapp.usecases.services import Services


@dataclass(frozen=True, slots=True)
class Origin:
    """The thing in words, and a title that may do for its task."""

    told: str
    title: str


def may_make(kind: Kind, district: str | None, *, user: User) -> bool:
    """May this user make a follow-up of a thing of this kind in this district?"""
    made = FollowUp("", "", kind, "hand", "", district=district, created_by=user.id)
    return user.active and user.role in MAY_FOLLOW_UP and sees(made, user)


def origin(
    source: str, source_id: str, *, reader: User, db: Database, services: Services, now: datetime
) -> Origin | None:
    """What the task comes from; None for what has its words elsewhere. Raises `not_found` for what is not there, or not
    the reader's to see."""
    if source == "observation":
        return _observation(source_id, reader, db, services, now)
    return _hotspot(source_id, reader, db, services) if source == "hotspot" else None


def _observation(source_id: str, reader: User, db: Database, services: Services, now: datetime) -> Origin:
    _ = translator(reader.language)
    point = observations.detail(source_id, user=reader, db=db).point
    what = services.catalogue[point.category].label(reader.language)
    at = when(point.observed_at, now=now, language=reader.language)
    where = _("ved {place}").format(place=point.place) if point.place else services.district_name(point.district)
    return Origin(", ".join(part for part in (what, where, at) if part), _title(what, point.place))


def _hotspot(source_id: str, reader: User, db: Database, services: Services) -> Origin:
    spot = next((one for one in hotspot_rows.open_hotspots(db) if one.id == source_id), None)
    if spot is None or not levels.sees(spot, reader):
        raise Problem("not_found")
    what, where = category_text(spot, services, reader.language), place_text(spot, services, reader.language)
    return Origin(f"{what}, {where}", _title(what, spot.place))


def _title(what: str, place: str | None) -> str:
    return f"{what}, {place}" if place else what
