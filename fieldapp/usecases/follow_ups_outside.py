"""A party without an account answers one task by its own link: done or not yet, when, in words, with photos."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fieldapp import faces, images
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, User, uuid7
from fieldapp.model.follow_up_parsing import parse_day, parse_text
from fieldapp.model.follow_ups import LINK, USER, FollowUp, Step, noted, stepped
from fieldapp.privacy import clean_text
from fieldapp.store import follow_up_photos as photos
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.links import Link
from fieldapp.store.photos import StoredPhoto
from fieldapp.texts import N_, later
from fieldapp.usecases import asking, gate_counts, links
from fieldapp.usecases.follow_ups import may_follow_up, seen_by, sees
from fieldapp.usecases.follow_ups_photos import require_room
from fieldapp.usecases.gated import gated, passed

PURPOSE = "task"
LIVES, AFTER_DEADLINE = timedelta(days=90), timedelta(days=30)
WORDS_MOST, ANSWERS_MOST = 450, 20
OLDEST = timedelta(days=366)
_TEXT, _DAY = N_("svar"), N_("dato")


@dataclass(frozen=True, slots=True)
class Shared:
    """The link of a task as those see it who may send it: `code` to be shown, and until when it works."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A task as its link shows it: no history but what this link has answered, and the words of the last change."""

    link: Link
    who: str
    follow_up: FollowUp
    can_report: bool
    waiting: tuple[str, ...]
    answered: tuple[tuple[datetime, str], ...]
    words: str | None


def share(follow_up_id: str, *, user: User, db: Database, secret: bytes, now: datetime) -> Shared:
    """The link of a task, made or prolonged: 90 days, and a month past the deadline. Raises `task_inside` for tasks
    about behaviour, which are for those alone who may see it."""
    return link_for(_shareable(follow_up_id, user=user, db=db), user=user, db=db, secret=secret, now=now)


def link_for(stored: FollowUp, *, user: User, db: Database, secret: bytes, now: datetime) -> Shared:
    """`share` for a caller that has asked who may."""
    known, until = links.link_of(PURPOSE, stored.id, db=db), now + LIVES
    if stored.deadline:
        until = max(until, datetime.combine(stored.deadline, now.timetz()) + AFTER_DEADLINE)
    link = links.make(
        PURPOSE,
        stored.id,
        user=user,
        db=db,
        secret=secret,
        now=now,
        valid_from=min(known.valid_from, now) if known and not known.revoked_at else now,
        adds_until=until,
        reads_until=until,
    )
    return Shared(links.code_of(link, secret), link.reads_until)


def shared(follow_up_id: str, *, user: User, db: Database, secret: bytes, now: datetime) -> Shared | None:
    """The link that works now, if there is one."""
    link = links.link_of(PURPOSE, _shareable(follow_up_id, user=user, db=db).id, db=db)
    if link is None or not link.reads(now):
        return None
    with suppress(Problem):
        return Shared(links.code_of(link, secret), link.reads_until)
    return None


def unshare(follow_up_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take the link back: it opens nothing any more."""
    link = links.link_of(PURPOSE, _shareable(follow_up_id, user=user, db=db).id, db=db)
    if link is not None:
        links.revoke(link, user=user, db=db, now=now)


def visit(code: str, *, address: str, visitor: User | None, db: Database, now: datetime) -> Visit:
    """What a code opens. A signed-in `visitor` who may see the task answers as that user: nobody reports by a link and
    then sees it in the field as somebody else. Raises what `links.find` raises."""
    link = links.find(code, purpose=PURPOSE, address=address, db=db, now=now)
    stored = rows.get(db, link.target)
    if stored is None or stored.kind is Kind.PEOPLE:
        raise Problem("link_expired")
    known = visitor is not None and visitor.active and sees(stored, visitor)
    who = USER + visitor.id if visitor is not None and known else LINK + link.id
    told = [(event.at, event.text) for event in rows.events(db, stored.id) if event.who == who and event.text]
    return Visit(
        link,
        who,
        stored,
        stored.state in ("new", "active") and link.adds(now),
        tuple(photos.waiting(db, stored.id, who)),
        tuple((at, text) for at, text in told if text),
        rows.last_words(db, [stored.id]).get(stored.id),
    )


def answer(
    found: Visit,
    wire: Mapping[str, str],
    *,
    done: bool,
    db: Database,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> FollowUp:
    """`text` and, where it is `done`, the `day`; the photos that wait come along. Says «meldt udført», or only answers.

    Raises what the gate says, `step_not_now`, or `invalid` for a day to come.
    """
    day = _day(wire.get("day"), now) if done else None
    text = parse_text(_TEXT, wire.get("text"))
    if len(text or "") > WORDS_MOST:
        raise Problem("invalid", field=_TEXT, why=later("højst {limit} tegn; gør teksten kortere", limit=WORDS_MOST))
    texts = gated({"text": text}, db=db, now=now, spared=spared)
    if not done and not texts["text"] and not found.waiting:
        raise Problem("missing", field=_TEXT)
    words = " ".join(part for part in (f"Udført {day:%d.%m.%Y}." if day else "", texts["text"] or "") if part)
    with writing(db):
        newer = _answered(found, words or None, done=done, db=db, now=now)
        gate_counts.count_within(db, passed(texts, spared), "passed", origin="form", now=now)
    return newer


def add_photo(data: bytes, found: Visit, *, db: Database, now: datetime) -> str:
    """Keep one photo until the answer is given; whatever seems to be a face or a plate in it is black. Its id.

    Takes a second or two of one core. Raises the Problems of `images.sanitise`.
    """
    _may_add(found, db, now)
    clean = images.sanitise(data, cover=faces_in(data))
    photo = StoredPhoto(
        uuid7(now), bytes.fromhex(clean.sha256), clean.width, clean.height, clean.jpeg, images.thumbnail(clean.jpeg)
    )
    with writing(db):
        _may_add(found, db, now)
        photos.add_within(db, found.follow_up.id, found.who, photo, at=now)
    return photo.id


def faces_in(data: bytes) -> tuple[images.Box, ...]:
    """What nobody is there to look through: boxes round all that seems to be a face or a plate."""
    found = faces.find(images.grey(data, faces.EDGE))
    return tuple(images.Box(one.x, one.y, one.width, one.height) for one in found)


def remove_photo(photo_id: str, found: Visit, *, db: Database) -> None:
    """Take one's own photo out again before the answer is given."""
    with writing(db):
        photos.remove_within(db, found.follow_up.id, found.who, photo_id)


def photo_for(photo_id: str, found: Visit, *, db: Database) -> bytes:
    """The thumbnail of a photo that this link has sent; else `not_found`."""
    owned = photos.owner(db, photo_id)
    jpeg = photos.read(db, photo_id, thumbnail=True)
    if owned is None or jpeg is None or owned[:2] != (found.follow_up.id, found.who):
        raise Problem("not_found")
    return jpeg


def spared_in(wire: Mapping[str, str]) -> asking.Words:
    """The words of the text that its writer says are no person."""
    return asking.soft_words(wire.get("text", "")) | asking.soft_words(clean_text(wire.get("text", "")))


def _answered(found: Visit, words: str | None, *, done: bool, db: Database, now: datetime) -> FollowUp:
    stored = rows.get(db, found.follow_up.id) or found.follow_up
    if not found.link.adds(now):
        raise Problem("link_expired")
    told = sum(event.who == found.who for event in rows.events(db, stored.id))
    if not stored.is_open or told >= ANSWERS_MOST:
        raise Problem("step_not_now")
    actor = found.who.removeprefix(USER)
    if done:
        stored, event = stepped(stored, Step.REPORT, who=found.who, text=words, now=now)
        number = rows.change_within(db, stored, event, actor=actor)
    else:
        number = rows.log_within(
            db, stored, noted(stored, "answer", who=found.who, text=words, now=now), actor=actor
        )  # fmt: skip
    photos.claim_within(db, stored.id, found.who, number)
    return stored


def _may_add(found: Visit, db: Database, now: datetime) -> None:
    if not found.link.adds(now) or not found.follow_up.is_open:
        raise Problem("link_expired")
    require_room(db, found.follow_up.id, found.who)


def _day(said: str | None, now: datetime) -> date:
    today = now.astimezone(COPENHAGEN).date()
    day = parse_day(_DAY, said) or today
    if not today - OLDEST <= day <= today:
        raise Problem("invalid", field=_DAY, why="vælg i dag eller en dag i det sidste år")
    return day


def _shareable(follow_up_id: str, *, user: User, db: Database) -> FollowUp:
    may_follow_up(user)
    stored = seen_by(follow_up_id, user=user, db=db)
    if stored.kind is Kind.PEOPLE:
        raise Problem("task_inside")
    return stored
