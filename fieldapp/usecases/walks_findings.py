"""Findings of a walk: added by anyone on it, supported instead of doubled, merged, ordered and mended by its leader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fieldapp import images
from fieldapp.errors import Problem
from fieldapp.model import Kind, Observation, User
from fieldapp.model.walks import Finding, Walk
from fieldapp.model.walks_parsing import OBSERVATION_FIELDS, OWN_FIELDS
from fieldapp.privacy import clean_text
from fieldapp.store import accounts, photos
from fieldapp.store import findings as rows
from fieldapp.store import observations as seen
from fieldapp.store.connection import Database, writing
from fieldapp.store.observations import Outcome
from fieldapp.usecases import asking, observations, outbox
from fieldapp.usecases.gated import gated, passed
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_plan import lead_walk
from fieldapp.usecases.walks_run import Door, require_taken

UNDO_FOR = timedelta(minutes=10)
BATCH_MOST = 50
MOST_OF_ONE, MOST_OF_WALK = 100, 1000
# Answers of the writer: where a text is not about a person; no content of the finding.
ANSWERS = {"not_persons": "note", "not_persons_proposal": "proposal"}
TAKEN_IN = frozenset({*OBSERVATION_FIELDS, *OWN_FIELDS, *ANSWERS})


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a finding: `new` or `same` (sent before), and where it stands on the walk."""

    outcome: Outcome
    finding: Finding


def add(
    said: Mapping[str, Any], *, door: Door, db: Database, services: Services, now: datetime, skew: timedelta
) -> Added:
    """Take a finding in; safe to send again. Its reporter is the walk's leader, since guests have no account."""
    if unknown := sorted(set(map(str, said)) - TAKEN_IN):
        raise Problem("unknown_field", field="…" if not unknown[0].isidentifier() else unknown[0][:40])
    own = {name: parse(name, said.get(name)) for name, parse in OWN_FIELDS.items()}
    places = {field: asking.read_places(said.get(name), name) for name, field in ANSWERS.items()}
    _require_known_item(own, door.walk, services, db)
    wire = {name: said[name] for name in OBSERVATION_FIELDS if name in said} | {"category": _category(own, door.walk)}
    if own["checks"] and own["checked"] in ("same", "worse"):
        wire["repeat_of"] = own["checks"]
    sent = outbox.read_sent(wire, places["note"], services=services, now=now, skew=skew)
    seen_there = replace(sent.observation, origin="walk")
    require_taken(door, seen_there.id, now)
    reporter = _reporter(door.walk, db)
    if sent.doubt and not observations.stored_already(seen_there, reporter, db):
        raise sent.doubt
    ready, answered = _through_the_gate(seen_there, own, places, reporter=reporter, db=db, now=now)
    own["proposal"] = clean_text(own["proposal"] or "") or None
    return _store(observations.locate(ready, services=services), own, answered, door, db, now)


def _through_the_gate(
    observation: Observation,
    own: Mapping[str, Any],
    places: Mapping[str, Sequence[Sequence[int]]],
    *,
    reporter: User,
    db: Database,
    now: datetime,
) -> tuple[Observation, Counter[str]]:
    """The observation as it may be stored, and the kinds that its writer has answered for."""
    proposal = own["proposal"] or ""
    spared = asking.words_at(observation.note or "", places["note"])
    ready = observations.through_the_gate(observation, user=reporter, db=db, now=now, spared=spared)
    if observations.stored_already(observation, reporter, db):
        return ready, Counter()
    answered = asking.words_at(proposal, places["proposal"])
    gated({"proposal": proposal}, db=db, now=now, spared=answered, origin=observation.origin)
    return ready, observations.soft_kinds(ready, spared) + passed({"proposal": proposal}, answered)


def _require_known_item(own: Mapping[str, Any], walk: Walk, services: Services, db: Database) -> None:
    if own["checks"]:
        old = rows.get(db, own["checks"])
        if old is None or old.walk != walk.before or not own["checked"]:
            raise Problem("invalid", field="checks", why="det gamle fund findes ikke")
    elif own["item"] not in {item.key for item in walk.checklist}:
        raise Problem("invalid", field="item", why="vælg et punkt fra listen")
    if services.catalogue[walk.item(own["item"]).category].kind is Kind.PEOPLE:
        raise Problem("invalid", field="item", why="vælg et punkt fra listen")


def _category(own: Mapping[str, Any], walk: Walk) -> str:
    """What is gone, or works well, is a good story; the rest is what its checklist item says."""
    return "good" if own["good"] or own["checked"] == "gone" else walk.item(own["item"]).category


def _reporter(walk: Walk, db: Database) -> User:
    leader = accounts.get(db, walk.leader)
    if leader is None:
        raise Problem("not_found")
    # A leader whose account has been closed since still stands for the walk.
    return replace(leader, active=True)


def _store(
    ready: Observation, own: Mapping[str, Any], answered: Counter[str], door: Door, db: Database, now: datetime
) -> Added:
    guest = door.guest.id if door.guest else None
    with writing(db):
        if seen.insert_within(db, ready, actor=door.actor) == "same":
            known = rows.get(db, ready.id)
            if known is None or known.walk != door.walk.id or known.guest != guest:
                raise Problem("conflict", field="id")
            return Added("same", known)
        _require_room(door, db)
        values = {name: own[name] for name in OWN_FIELDS if name != "good"}
        found = Finding(ready, door.walk.id, 1, rank=1.0, changed=1, guest=guest, **values)
        observations.count_passed_within(db, answered, ready.origin, now)
        return Added("new", rows.add_within(db, found, actor=door.actor, at=now))


def _require_room(door: Door, db: Database) -> None:
    """Nobody fills a walk by a program: so many of one guest, and of all; inside `writing`."""
    own, everything = rows.how_many(db, door.walk.id, door.guest.id if door.guest else None)
    if everything >= MOST_OF_WALK or (door.guest and own >= MOST_OF_ONE):
        raise Problem("walk_full")


def add_photo(
    data: bytes, *, finding_id: str, photo_id: str, cover: Sequence[images.Box], door: Door, db: Database, now: datetime
) -> photos.StoredPhoto:
    """A photo of an own finding (a leader's: of any); what lies under `cover` is black before anything is kept."""
    require_taken(door, finding_id, now)
    found = _standing(finding_id, door, db)
    if not door.leads and found.guest != (door.guest.id if door.guest else ""):
        raise Problem("not_found")
    if photos.owner(db, photo_id) not in (None, finding_id):
        raise Problem("invalid", field="id", why="den er brugt; send billedet under en ny")
    clean = images.sanitise(data, cover=cover)
    small = images.thumbnail(clean.jpeg)
    photo = photos.StoredPhoto(photo_id, bytes.fromhex(clean.sha256), clean.width, clean.height, clean.jpeg, small)
    with writing(db):
        photos.add_within(db, finding_id, photo, actor=door.actor, at=now)
        rows.touch_within(db, finding_id, door.walk.id)
    return photo


def photo(photo_id: str, *, thumbnail: bool, door: Door, db: Database) -> bytes:
    """The JPEG of a photo of this walk's own findings; anything else is `not_found`."""
    owner = photos.owner(db, photo_id)
    found = rows.get(db, owner) if owner else None
    walks = {door.walk.id, door.walk.before}
    if found is None or found.walk not in walks or not shown(found):
        raise Problem("not_found")
    jpeg = photos.read(db, photo_id, thumbnail=thumbnail)
    if jpeg is None:
        raise Problem("not_found")
    return jpeg


def shown(finding: Finding) -> bool:
    """Does it stand, and may everyone on the walk see it? Nothing of people kind ever may."""
    return finding.observation.status == "active" and finding.observation.kind is not Kind.PEOPLE


def support(finding_id: str, yes: bool, *, door: Door, db: Database, now: datetime) -> Finding:
    """«Det synes jeg også», or not any more; one's own finding has one's support already."""
    require_taken(door, None, now)
    found = _standing(finding_id, door, db)
    if found.guest and door.guest and found.guest == door.guest.id:
        raise Problem("invalid", field="finding", why="det er dit eget fund")
    with writing(db):
        target = found.merged_into or found.id
        if rows.support_within(db, target, door.supporter, yes, at=now):
            rows.touch_within(db, target, door.walk.id)
    return rows.get(db, target) or found


def undo(finding_id: str, *, door: Door, db: Database, now: datetime) -> None:
    """Take back one's own finding within ten minutes, a leader's any: text and photos are deleted, a bare row stays."""
    found = _standing(finding_id, door, db)
    if not door.leads:
        if not door.guest or found.guest != door.guest.id:
            raise Problem("not_found")
        if now - found.observation.recorded_at > UNDO_FOR:
            raise Problem("too_late", why="der kan kun fortrydes i 10 minutter")
    stored = found.observation
    gone = replace(stored, status="withdrawn", note=None, version=stored.version + 1)
    seen.replace_content(db, gone, actor=door.actor, at=now)


def _standing(finding_id: str, door: Door, db: Database) -> Finding:
    found = rows.get(db, finding_id)
    if found is None or found.walk != door.walk.id or not shown(found):
        raise Problem("not_found")
    return found


def standing(walk: Walk, db: Database) -> list[Finding]:
    """The walk's findings that stand on their own, in the leader's order, good things first."""
    found = [one for one in rows.of(db, walk.id) if shown(one) and one.merged_into is None]
    return sorted(found, key=lambda one: (not one.good, one.rank, one.number))


def joined(walk: Walk, db: Database) -> list[Finding]:
    """Those that were merged into another, which `part` takes out again."""
    return [one for one in rows.of(db, walk.id) if shown(one) and one.merged_into]


def merge(finding_id: str, into: str, *, user: User, db: Database, now: datetime) -> None:
    """Two findings are one thing: the first joins the other with all who stand behind it; no text is lost."""
    source, target = (rows.get(db, one) for one in (finding_id, into))
    if source is None or target is None or source.walk != target.walk or source.id == target.id:
        raise Problem("not_found")
    lead_walk(source.walk, user=user, db=db)
    if target.merged_into or not (shown(source) and shown(target)):
        raise Problem("invalid", field="merged_into", why="vælg et fund, der står for sig selv")
    with writing(db):
        rows.move_support_within(db, source.id, target.id)
        if source.guest and source.guest != target.guest:
            rows.support_within(db, target.id, f"g:{source.guest}", True, at=now)
        for one in rows.of(db, source.walk):
            if source.id in (one.merged_into, one.id):
                joined = replace(one, merged_into=target.id)
                rows.change_within(db, joined, actor=user.id, at=now, action="finding.merge")
        rows.touch_within(db, target.id, target.walk)


def part(finding_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take a merged finding out again."""
    found = rows.get(db, finding_id)
    if found is None:
        raise Problem("not_found")
    lead_walk(found.walk, user=user, db=db)
    with writing(db):
        alone = replace(found, merged_into=None)
        rows.change_within(db, alone, actor=user.id, at=now, action="finding.part")
        if found.merged_into:
            rows.touch_within(db, found.merged_into, found.walk)


def order(walk_id: str, ids: Sequence[str], *, user: User, db: Database, now: datetime) -> None:
    """Put the walk's findings in this order; those not named keep theirs, after them."""
    walk = lead_walk(walk_id, user=user, db=db)
    known = {one.id: one for one in rows.of(db, walk.id)}
    if set(ids) - set(known) or len(set(ids)) != len(ids):
        raise Problem("invalid", field="order", why="listen er ændret; hent siden igen")
    wanted = [*ids, *(one for one in known if one not in set(ids))]
    with writing(db):
        for rank, one in enumerate(wanted, 1):
            if known[one].rank != rank:
                moved = replace(known[one], rank=float(rank))
                rows.change_within(db, moved, actor=user.id, at=now, action="finding.order")


def edit(
    finding_id: str,
    changes: Mapping[str, Any],
    *,
    version: int,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Finding:
    """Mend note, proposal, item or place as the leader; `version` is the observation's that was read."""
    found = rows.get(db, finding_id)
    walk = lead_walk(found.walk, user=user, db=db) if found else None
    if found is None or walk is None or not shown(found):
        raise Problem("not_found")
    if found.observation.version != version:
        raise Problem("conflict", field="version")
    own = {name: OWN_FIELDS[name](name, changes.get(name, getattr(found, name))) for name in ("item", "proposal")}
    own |= {"checks": None, "checked": None, "good": bool(changes.get("good", found.good))}
    if own["item"] != found.item:
        _require_known_item(own, walk, services, db)
    stored, note = found.observation, changes.get("note", found.observation.note)
    known = asking.soft_words(stored.note or "") | asking.soft_words(found.proposal or "") | spared
    for name, text in (("note", note), ("proposal", own["proposal"])):
        asking.require_answered(clean_text(text or ""), name, spared=known)
    mended = replace(
        stored,
        note=clean_text(note or "") or None,
        category=_category(own, walk) if own["item"] != found.item or own["good"] != found.good else stored.category,
        lat=changes.get("lat", stored.lat),
        lon=changes.get("lon", stored.lon),
    )
    mended = replace(mended, kind=services.catalogue[mended.category].kind, version=stored.version + 1)
    seen.replace_content(db, observations.locate(mended, services=services), actor=user.id, at=now)
    kept = replace(found, item=own["item"], proposal=clean_text(own["proposal"] or "") or None)
    with writing(db):
        rows.change_within(db, kept, actor=user.id, at=now, action="finding.edit")
    return rows.get(db, finding_id) or kept
