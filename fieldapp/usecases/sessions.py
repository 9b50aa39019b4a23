"""Device sessions: sign in, stay signed in for 30 days, see one's devices, end them."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from fieldapp.errors import Problem
from fieldapp.model import User, uuid7
from fieldapp.store import accounts as rows
from fieldapp.store import audit, sessions
from fieldapp.store.connection import Database, writing
from fieldapp.store.sessions import Device, SignedIn
from fieldapp.usecases import attempts, passwords

LIVES = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
_BROWSERS = (("edg", "Edge"), ("firefox", "Firefox"), ("chrom", "Chrome"), ("safari", "Safari"))
_SYSTEMS = (
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("mac os", "Mac"),
    ("linux", "Linux"),
)


def token_hash(token: str) -> bytes:
    """What the database keeps of a token; a plain SHA-256 is enough for 256 random bits."""
    return sha256(token.encode(errors="replace")).digest()


def sign_in(name: str, password: str, *, address: str, device: str, db: Database, now: datetime) -> str:
    """The token of a new session; raises `sign_in_failed` (never saying which was wrong) or `locked_out`."""
    counted = attempts.keys(name.strip()[:200], address)
    attempts.charge(counted, db=db, now=now)
    user, password_hash = rows.find(db, name.strip()) or (None, None)
    right = passwords.matches(password_hash, password)
    if not right or user is None or not user.active or password_hash is None:
        raise Problem("sign_in_failed")
    renewed = passwords.hashed(password) if passwords.is_outdated(password_hash) else None
    with writing(db):
        attempts.forgive(counted, db=db)
        if renewed:
            rows.set_password_hash(db, user.id, renewed)
        return _open(user, device, db=db, now=now)


def open_session(user: User, device: str, *, db: Database, now: datetime) -> str:
    """The token of a new session for someone who has just shown who they are in another way."""
    with writing(db):
        return _open(user, device, db=db, now=now)


def who(token: str, *, db: Database, now: datetime) -> SignedIn | None:
    """Who holds this token, as the database says now; notes at most every 5 minutes that the device was seen."""
    found = sessions.by_token(db, token_hash(token), at=now) if token else None
    if found and now - found.seen_at >= SEEN_EVERY:
        _note_seen(found, db=db, now=now)
    return found


def who_by_session_id(session_id: str, *, db: Database, now: datetime) -> SignedIn | None:
    """Whose session this is, re-read: role, districts, active flag; None once it has ended."""
    return sessions.by_id(db, session_id, at=now)


def devices(user: User, *, db: Database, now: datetime) -> list[Device]:
    """The user's signed-in browsers, the last used first."""
    return sessions.of_user(db, user.id, at=now)


def revoke(user: User, session_id: str, *, db: Database, now: datetime) -> None:
    """End one of the user's own sessions; raises `not_found` for anybody else's."""
    with writing(db):
        if session_id not in {device.id for device in sessions.of_user(db, user.id, at=now)}:
            raise Problem("not_found")
        end_within([session_id], actor=user.id, db=db, now=now)


def sign_out(token: str, *, db: Database, now: datetime) -> None:
    """End the session of this token, if it still lives."""
    found = sessions.by_token(db, token_hash(token), at=now) if token else None
    if found:
        with writing(db):
            end_within([found.session_id], actor=found.user.id, db=db, now=now)


def end_all_within(user_id: str, *, actor: str, db: Database, now: datetime) -> None:
    """End every session of a user; inside `writing`."""
    end_within([device.id for device in sessions.of_user(db, user_id, at=now)], actor=actor, db=db, now=now)


def end_within(session_ids: list[str], *, actor: str, db: Database, now: datetime) -> None:
    """End these sessions and say so in the trail; inside `writing`."""
    sessions.revoke(db, session_ids, at=now)
    entries: list[audit.Entry] = [("session.ended", "session", key, None, None) for key in session_ids]
    audit.append_many(db, entries, at=now, actor=actor)


def device_name(user_agent: str) -> str:
    """«Chrome, Android», from what the browser says of itself."""
    text = user_agent.casefold()
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    return ", ".join(part for part in (browser, system) if part) or "Browser"


def _open(user: User, device: str, *, db: Database, now: datetime) -> str:
    token, session_id = secrets.token_urlsafe(32), uuid7(now)
    name = re.sub(r"[^\w .,()/-]", "", device)[:80] or "Browser"
    sessions.insert(db, session_id, token_hash(token), user.id, name, at=now, expires=now + LIVES)
    audit.append(db, at=now, actor=user.id, action="session.opened", entity="session", entity_id=session_id)
    return token


def _note_seen(found: SignedIn, *, db: Database, now: datetime) -> None:
    """A full or read-only disk must not keep anyone from reading, so a failure here is passed over."""
    try:
        with writing(db):
            sessions.touch(db, found.session_id, at=now)
    except Problem:
        return
