"""Inviting to a walk: its link and code, renewed and taken back, a QR code made here, and a calendar entry."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import icalendar
import segno

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.model.walks import KIND_NAMES, Walk
from fieldapp.store import walks
from fieldapp.store.connection import Database
from fieldapp.texts import translator
from fieldapp.usecases import links
from fieldapp.usecases.links import Link
from fieldapp.usecases.walks_plan import lead_walk
from fieldapp.usecases.walks_route import walking_minutes
from fieldapp.usecases.walks_run import adds_until, reads_until

PURPOSE = "walk"


def invite(walk_id: str, *, user: User, db: Database, secret: bytes, now: datetime) -> Link:
    """The walk's link, made at the first call and fitted to the walk's date at each; open to be read at once."""
    walk = lead_walk(walk_id, user=user, db=db)
    ends = max(adds_until(walk), now)
    return links.make(
        PURPOSE, walk.id, user=user, db=db, secret=secret, now=now, valid_from=now, adds_until=ends,
        reads_until=max(reads_until(walk), ends),
    )  # fmt: skip


def refit(walk_id: str, *, user: User, db: Database, secret: bytes, now: datetime) -> None:
    """After a walk was moved to another day: the link there is, if any, lasts as long as the new day asks for."""
    if link_of(walk_id, user=user, db=db):
        invite(walk_id, user=user, db=db, secret=secret, now=now)


def link_of(walk_id: str, *, user: User, db: Database) -> Link | None:
    """The link there is, for those who lead the walk; None before the first and after it was taken back."""
    lead_walk(walk_id, user=user, db=db)
    link = links.link_of(PURPOSE, walk_id, db=db)
    return link if link and link.revoked_at is None else None


def code_of(walk_id: str, *, user: User, db: Database, secret: bytes) -> str:
    """The code of the link there is; Problem `not_found` where there is none."""
    link = link_of(walk_id, user=user, db=db)
    if link is None:
        raise Problem("not_found")
    return links.code_of(link, secret)


def renew(walk_id: str, *, user: User, db: Database, secret: bytes, now: datetime) -> Link:
    """Another code: the old one opens nothing any more."""
    link = link_of(walk_id, user=user, db=db)
    if link is None:
        raise Problem("not_found")
    return links.renew(link, user=user, db=db, secret=secret, now=now)


def revoke(walk_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take the link back: guests see and add nothing any more."""
    link = link_of(walk_id, user=user, db=db)
    if link is not None:
        links.revoke(link, user=user, db=db, now=now)


def joined(walk_id: str, *, db: Database) -> dict[str, int]:
    """Role → how many are along."""
    return walks.roles_of(db, walk_id)


def qr_svg(address: str) -> bytes:
    """The address as a QR code: SVG, dark on white whatever the page's colours are."""
    made = io.BytesIO()
    segno.make(address, error="m", micro=False).save(made, kind="svg", scale=8, border=4, dark="#000", light="#fff")
    return made.getvalue()


def calendar(walk: Walk, *, now: datetime, origin: str, language: str = "da") -> bytes:
    """The walk as an iCalendar file (RFC 5545): title, time, meeting point, and no link, since calendars are shared."""
    _ = translator(language)
    minutes = max(60, walking_minutes(walk.length_m) + 30)
    event = icalendar.Event()
    event.add("uid", f"{walk.id}@{origin.partition('://')[2]}")
    event.add("dtstamp", now)
    event.add("summary", _("Tryghedsvandring: {title}").format(title=walk.title))
    event.add("dtstart", walk.starts_at.astimezone(COPENHAGEN))
    event.add("dtend", walk.starts_at.astimezone(COPENHAGEN) + timedelta(minutes=minutes))
    event.add("location", walk.meeting_point)
    event.add("geo", (walk.meeting_lat, walk.meeting_lon))
    event.add("description", _(KIND_NAMES[walk.kind]))
    event.add("sequence", walk.version - 1)
    if walk.state == "cancelled":
        event.add("status", "CANCELLED")
    made = icalendar.Calendar()
    made.add("prodid", "-//fieldapp//tryghedsvandring//DA")
    made.add("version", "2.0")
    made.add_component(event)
    made.add_missing_timezones()
    return bytes(made.to_ical())
