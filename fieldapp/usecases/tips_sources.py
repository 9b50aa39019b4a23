"""Who may give tips: schools and day-care with a link each, made, shown again, renewed and closed by us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User, uuid7
from fieldapp.model.tips import DISTRICT, MAY_INVITE, NAME, TipSource, parse_name
from fieldapp.store import tips as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.links import Link
from fieldapp.store.tips import Counted
from fieldapp.usecases import asking, gate_counts, links
from fieldapp.usecases.gated import gated, passed
from fieldapp.usecases.services import Services
from fieldapp.usecases.tips import PURPOSE

LIVES = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Invited:
    """An institution, how many tips it has given, and its link's code: none where the link is closed or has run out."""

    counted: Counted
    code: str
    until: datetime | None


def make_source(
    name: str,
    district: str,
    *,
    user: User,
    db: Database,
    services: Services,
    secret: bytes,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> TipSource:
    """A new institution with its link, for a year; its name passes the gate."""
    may_invite(user)
    if district not in services.districts.names(now.astimezone(COPENHAGEN).date()) or not user.covers(district):
        raise Problem("invalid", field=DISTRICT, why="vælg et distrikt fra listen")
    texts = gated({NAME: parse_name(name)}, db=db, now=now, spared=spared)
    made = TipSource(uuid7(now), texts[NAME] or parse_name(name), district, user.id, now.replace(microsecond=0))
    with writing(db):
        rows.add_source_within(db, made, actor=user.id)
        _linked(made, user=user, db=db, secret=secret, now=now)
        gate_counts.count_within(db, passed(texts, spared), "passed", origin="form", now=now)
    return made


def invited(*, user: User, db: Database, secret: bytes, now: datetime) -> list[Invited]:
    """The institutions this user may give links to, the latest first."""
    may_invite(user)
    return [
        _invited(one, db=db, secret=secret, now=now) for one in rows.sources(db) if user.covers(one.source.district)
    ]


def code_of(source_id: str, *, user: User, db: Database, secret: bytes, now: datetime) -> tuple[TipSource, str]:
    """An institution and the code of its link; raises `link_expired` where there is none that works."""
    source, link = _own(source_id, user=user, db=db)
    if link is None or not link.adds(now):
        raise Problem("link_expired")
    return source, links.code_of(link, secret)


def renew(source_id: str, *, user: User, db: Database, secret: bytes, now: datetime) -> None:
    """Another code, for a year from now; the one before opens nothing any more."""
    source, link = _own(source_id, user=user, db=db)
    if link is not None:
        links.revoke(link, user=user, db=db, now=now)
    with writing(db):
        _linked(source, user=user, db=db, secret=secret, now=now)


def close(source_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take the link back: no more tips by it; what was sent keeps its answer."""
    _, link = _own(source_id, user=user, db=db)
    if link is not None:
        links.revoke(link, user=user, db=db, now=now)


def may_invite(user: User) -> None:
    """Raises `not_allowed` unless this role gives links to institutions."""
    if not user.active or user.role not in MAY_INVITE:
        raise Problem("not_allowed")


def _own(source_id: str, *, user: User, db: Database) -> tuple[TipSource, Link | None]:
    may_invite(user)
    source = rows.source(db, source_id)
    if source is None or not user.covers(source.district):
        raise Problem("not_found")
    return source, links.link_of(PURPOSE, source.id, db=db)


def _linked(source: TipSource, *, user: User, db: Database, secret: bytes, now: datetime) -> Link:
    times = (now, now + LIVES, now + LIVES)
    return links.make_within(PURPOSE, source.id, user=user, db=db, secret=secret, now=now, times=times)


def _invited(counted: Counted, *, db: Database, secret: bytes, now: datetime) -> Invited:
    link = links.link_of(PURPOSE, counted.source.id, db=db)
    if link is None or not link.adds(now):
        return Invited(counted, "", None)
    try:
        return Invited(counted, links.code_of(link, secret), link.reads_until)
    except Problem:
        # Made under another secret: it opens nothing, and a new one is offered.
        return Invited(counted, "", None)
