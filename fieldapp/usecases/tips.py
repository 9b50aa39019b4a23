"""A tip by a school's or day-care's link, without an account: taken in once, through the gate, and given an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Category, Kind, parse_id
from fieldapp.model.tips import PLACE, Event, Said, State, Tip, TipSource
from fieldapp.places import Place
from fieldapp.privacy import clean_text
from fieldapp.store import tips as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.links import Link
from fieldapp.usecases import asking, gate_counts, links
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.gated import gated, passed
from fieldapp.usecases.observations import NEAREST_PLACE_M, grid_cell
from fieldapp.usecases.overview import danish
from fieldapp.usecases.services import Services

PURPOSE, ANSWER = "tip", "tip_answer"
TIPS_MOST, TIPS_IN = 20, timedelta(hours=1)
ANSWER_LIVES = timedelta(days=365)
WRITTEN = ("text", "words")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a tip link opens: the institution it was given to."""

    link: Link
    source: TipSource


def visit(code: str, *, address: str, db: Database, now: datetime) -> Visit:
    """The institution behind a code; raises what `links.find` raises."""
    link = links.find(code, purpose=PURPOSE, address=address, db=db, now=now)
    source = rows.source(db, link.target)
    if source is None or not link.adds(now):
        raise Problem("link_expired")
    return Visit(link, source)


def send(
    found: Visit,
    form: Mapping[str, str],
    *,
    db: Database,
    services: Services,
    secret: bytes,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> str:
    """Take the tip in and give back the code of its answer; sent again it is the same tip and the same code.

    Raises `tip_sent` for another content under an id that is used, `tips_full`, what the form or the gate says.
    """
    tip_id, said = parse_id("id", form.get("id")), Said.from_form(form, catalogue=services.catalogue, now=now)
    digest = said.content_hash(form)
    if known := rows.get(db, tip_id):
        return _again(known, found, digest, db=db, secret=secret)
    texts = gated({"text": said.text, "words": said.place_text}, db=db, now=now, spared=spared)
    said = replace(said, text=texts["text"] or said.text, place_text=texts["words"])
    tip = _located(tip_id, said, digest, found.source, services=services, now=now)
    with writing(db):
        if known := rows.get(db, tip_id):
            return _again(known, found, digest, db=db, secret=secret)
        if not (links.link_of(PURPOSE, found.source.id, db=db) or found.link).adds(now):
            raise Problem("link_expired")
        if rows.count_since(db, found.source.id, now - TIPS_IN) >= TIPS_MOST:
            raise Problem("tips_full")
        who = f"l:{found.link.id}"
        rows.insert_within(db, tip, Event(tip.created_at, who, "send", None, State.NEW), actor=who)
        until = now + ANSWER_LIVES
        link = links.make_within(
            ANSWER, tip.id, user=SYSTEM, db=db, secret=secret, now=now, times=(tip.created_at, until, until)
        )
        gate_counts.count_within(db, passed(texts, spared), "passed", origin="form", now=now)
    return links.code_of(link, secret)


def spared_in(form: Mapping[str, str]) -> asking.Words:
    """The words of the form that its writer says are no person."""
    texts = [form.get(name, "") for name in WRITTEN]
    return frozenset().union(*(asking.soft_words(one) for text in texts for one in (text, clean_text(text))))


def choices(services: Services) -> tuple[tuple[Category, ...], tuple[Place, ...]]:
    """What may be chosen: categories of places and good things (never of people), and the known places by name."""
    categories = tuple(one for one in services.catalogue if one.kind is not Kind.PEOPLE)
    return categories, tuple(sorted(services.gazetteer.places, key=lambda one: danish(one.name)))


def _again(known: Tip, found: Visit, digest: bytes, *, db: Database, secret: bytes) -> str:
    link = links.link_of(ANSWER, known.id, db=db)
    if known.source != found.source.id or known.content_hash != digest or link is None:
        raise Problem("tip_sent")
    return links.code_of(link, secret)


def _located(tip_id: str, said: Said, digest: bytes, source: TipSource, *, services: Services, now: datetime) -> Tip:
    """The tip with its place's name and district; without a position it belongs to the institution's district."""
    known = services.gazetteer.by_id(said.place_id) if said.place_id else None
    if said.place_id and known is None:
        raise Problem("invalid", field=PLACE, why="vælg et sted fra listen")
    lat, lon, how = said.lat, said.lon, "gps" if said.lat is not None else None
    if known and lat is None:
        lat, lon, how = known.lat, known.lon, "map"
    name, at = known.name if known else None, now.replace(microsecond=0)
    district: str | None = source.district
    if lat is not None and lon is not None:
        if grid_cell(lat, lon) is None:
            raise Problem("invalid", field=PLACE, why="stedet skal ligge i Danmark")
        near = services.gazetteer.nearest(lat, lon, within_m=NEAREST_PLACE_M)
        name = name or (near[0].name if near else None)
        district = services.districts.locate(lat, lon, now.astimezone(COPENHAGEN).date()).district_id
    return Tip(
        tip_id, source.id, said.category, said.kind, said.text, name, said.place_text, lat, lon, how, district,
        said.seen_on, said.seen_at, digest, at, at,
    )  # fmt: skip
