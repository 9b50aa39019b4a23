"""A walk under way: who is at its door, its states, who joins, and the leader's own route."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import sha256

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import MAY_RECORD, User, uuid7
from fieldapp.model.observations import made_at
from fieldapp.model.parsing import CLOCK_SKEW
from fieldapp.model.walks import GUEST_ROLES, TAKES_FINDINGS, Guest, State, Walk, next_state
from fieldapp.model.walks_parsing import TRACK_MOST, line
from fieldapp.store import accounts
from fieldapp.store import walks as rows
from fieldapp.store.connection import Database, writing
from fieldapp.usecases.walks_plan import lead_walk, may_lead, open_walk

JOINS_BEFORE, READS_FOR = timedelta(days=1), timedelta(days=366)
# What a phone could not send in time is still taken in, when it was made in time.
LATE_BORNE = timedelta(days=7)
GUESTS_MOST = 200
TOKEN_MOST = 100
_STAMPS = {"start": "started_at", "stop": "ended_at", "close": "closed_at"}


@dataclass(frozen=True, slots=True)
class Door:
    """One walk as whoever stands at its door may use it: a guest, one of us, or a reader who has not joined."""

    walk: Walk
    guest: Guest | None = None
    user: User | None = None

    @property
    def supporter(self) -> str:
        """Who this is, where it is told who supports and who found what; nothing for one who has not joined."""
        return f"g:{self.guest.id}" if self.guest else f"u:{self.user.id}" if self.user else ""

    @property
    def actor(self) -> str:
        """Who this is in the trail."""
        return self.user.id if self.user else self.supporter

    @property
    def leads(self) -> bool:
        return self.user is not None and may_lead(self.walk, self.user)


def opens_at(walk: Walk) -> datetime:
    """From when guests may add: a day before."""
    return walk.starts_at - JOINS_BEFORE


def adds_until(walk: Walk) -> datetime:
    """Until when guests may add: the end of the day after, by Copenhagen's clock."""
    return datetime.combine(walk.local_date + timedelta(days=2), time(0), COPENHAGEN)


def reads_until(walk: Walk) -> datetime:
    """Until when the answers can be read: a year after."""
    return walk.starts_at + READS_FOR


def takes_findings(door: Door, now: datetime) -> bool:
    """May something found now be added here?"""
    if door.walk.state not in TAKES_FINDINGS:
        return False
    if door.user:
        return door.leads
    return door.guest is not None and opens_at(door.walk) <= now < adds_until(door.walk)


def require_taken(door: Door, made_as: str | None, now: datetime) -> None:
    """Raise the Problem that keeps something out; what was made in time, as its id tells, may be late."""
    if not door.supporter:
        raise Problem("sign_in_needed")
    if door.user and not door.leads:
        raise Problem("not_allowed")
    if door.walk.state is State.CANCELLED:
        raise Problem("too_late", why="vandringen er aflyst")
    told = made_at(made_as) if made_as and now < _end(door) + LATE_BORNE else None
    made = min(now, told or now)
    if door.guest and made < opens_at(door.walk) - CLOCK_SKEW:
        raise Problem("too_early")
    if made >= _end(door):
        raise Problem("too_late", why="vandringen er afsluttet")


def _end(door: Door) -> datetime:
    """From when on nothing is added any more."""
    ends = [adds_until(door.walk)] if door.guest else []
    ends += [door.walk.closed_at] if door.walk.closed_at and door.walk.state is State.CLOSED else []
    return min(ends, default=datetime.max.replace(tzinfo=COPENHAGEN) - LATE_BORNE)


def staff_door(walk_id: str, *, user: User, db: Database) -> Door:
    """The door of one of us."""
    return Door(open_walk(walk_id, user=user, db=db), user=user)


def guest_door(walk_id: str, token: str, *, db: Database) -> Door:
    """The door of whoever opened the walk's link; the token says which guest, if any."""
    walk = rows.get(db, walk_id)
    if walk is None:
        raise Problem("not_found")
    guest = rows.guest_by_token(db, _hash(token)) if 0 < len(token) <= TOKEN_MOST else None
    return Door(walk, guest if guest and guest.walk == walk.id else None)


def join(door: Door, role: object, *, db: Database, now: datetime) -> tuple[Guest, str]:
    """Come along as a guest: a role and nothing else → the guest, and a token for the phone ("" where it has one)."""
    if not isinstance(role, str) or role not in GUEST_ROLES:
        raise Problem("invalid", field="role", why="vælg, hvem du er med som")
    if door.walk.state is State.CANCELLED:
        raise Problem("too_late", why="vandringen er aflyst")
    if door.guest:
        with writing(db):
            rows.change_guest_role_within(db, door.guest.id, role)
        return replace(door.guest, role=role), ""
    if now >= adds_until(door.walk) or door.walk.state is State.CLOSED:
        raise Problem("too_late", why="vandringen er afsluttet")
    token, guest = secrets.token_urlsafe(32), Guest(uuid7(now), door.walk.id, role, now.replace(microsecond=0))
    with writing(db):
        if sum(rows.roles_of(db, door.walk.id).values()) >= GUESTS_MOST:
            raise Problem("walk_full")
        rows.add_guest_within(db, guest, _hash(token))
    return guest, token


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()


def take_step(walk_id: str, step: str, *, user: User, db: Database, now: datetime) -> Walk:
    """Start, stop, close, reopen or cancel; Problem `walk_step` where that cannot be done now."""
    walk = lead_walk(walk_id, user=user, db=db)
    changes: dict[str, object] = {"state": next_state(walk, step), "version": walk.version + 1}
    if stamp := _STAMPS.get(step):
        changes[stamp] = now.replace(microsecond=0)
    stepped = replace(walk, **changes)  # type: ignore[arg-type]
    with writing(db):
        rows.put_within(db, stepped, actor=user.id, at=now, action=f"walk.{step}")
    return stepped


def keep_track(walk_id: str, positions: Sequence[object], *, user: User, db: Database, now: datetime) -> Walk:
    """Add to the route that was walked: the leader's own phone, while the walk runs, and only where it was chosen."""
    walk = lead_walk(walk_id, user=user, db=db)
    if not walk.track_on or user.id != walk.leader or walk.state is not State.RUNNING:
        raise Problem("not_allowed")
    added = line(TRACK_MOST, least=1)("track", list(positions))
    track = (*(walk.track or ()), *added)[-TRACK_MOST:]
    kept = replace(walk, track=track, version=walk.version + 1)
    with writing(db):
        rows.put_within(db, kept, actor=user.id, at=now, action="walk.track")
    return kept


def leaders(db: Database) -> list[User]:
    """Everyone who can lead a walk, by name."""
    people = [account.user for account in accounts.every(db)]
    return [one for one in people if one.active and one.role in MAY_RECORD]
