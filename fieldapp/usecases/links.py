"""Links that let somebody without an account do one thing: made, shown again, renewed, taken back, found by code.

A code is the first 80 bits of HMAC-SHA256(secret, purpose ‖ id ‖ generation) in Crockford's base 32; the database keeps
its SHA-256 alone. So it can be shown again where the secret is, and a stolen database opens nothing.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import User, uuid7
from fieldapp.settings import Settings
from fieldapp.store import audit, sessions
from fieldapp.store import links as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.links import Link
from fieldapp.usecases.attempts import wait

__all__ = ["Link", "code_of", "find", "link_of", "make", "must_wait", "renew", "revoke", "secret_of"]
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH, SECRET_LEAST = 16, 32
MISSES_FREE, MISSES_IN = 20, timedelta(minutes=10)
LOCKED_FOR = timedelta(minutes=10)
ALL_FREE, ALL_IN = 500, timedelta(hours=1)
_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
_ALL = sha256(b"code:*").digest()


def make(
    purpose: str,
    target: str,
    *,
    user: User,
    db: Database,
    secret: bytes,
    now: datetime,
    valid_from: datetime,
    adds_until: datetime,
    reads_until: datetime,
) -> Link:
    """The link to a thing: a new one, or the one there is with these times, opened again if it was taken back.

    Who may make one is for the caller to ask.
    """
    with writing(db):
        return make_within(
            purpose,
            target,
            user=user,
            db=db,
            secret=secret,
            now=now,
            times=(valid_from, adds_until, reads_until),
        )


def make_within(
    purpose: str,
    target: str,
    *,
    user: User,
    db: Database,
    secret: bytes,
    now: datetime,
    times: tuple[datetime, datetime, datetime],
) -> Link:
    """`make` for a caller that already holds the transaction; `times` are valid_from, adds_until, reads_until."""
    valid_from, adds_until, reads_until = (time.replace(microsecond=0) for time in times)
    known = rows.of(db, purpose, target)
    if known and known.revoked_at:
        known = replace(known, generation=known.generation + 1, revoked_at=None)
    link = known or Link(
        uuid7(now), purpose, target, 1, b"", valid_from, adds_until, reads_until, None, user.id, now
    )  # fmt: skip
    link = replace(link, valid_from=valid_from, adds_until=adds_until, reads_until=reads_until)
    link = replace(link, code_hash=_hash(_code(link, secret)))
    rows.put_within(db, link, action="public_link.made", actor=user.id, at=now)
    return link


def code_of(link: Link, secret: bytes) -> str:
    """`abcd-efgh-jkmn-pqrs`, to be shown again; raises `link_stale` where the secret is another than it was made by."""
    code = _code(link, secret)
    if not hmac.compare_digest(_hash(code), link.code_hash):
        raise Problem("link_stale")
    return "-".join(code[place : place + 4] for place in range(0, LENGTH, 4))


def renew(link: Link, *, user: User, db: Database, secret: bytes, now: datetime) -> Link:
    """Another code for the same thing and times: the one before opens nothing any more."""
    with writing(db):
        known = rows.get(db, link.id) or link
        newer = replace(known, generation=known.generation + 1, revoked_at=None)
        newer = replace(newer, code_hash=_hash(_code(newer, secret)))
        rows.put_within(db, newer, action="public_link.renewed", actor=user.id, at=now)
    return newer


def revoke(link: Link, *, user: User, db: Database, now: datetime) -> Link:
    """Take it back: its code is refused from now on."""
    with writing(db):
        known = rows.get(db, link.id) or link
        gone = replace(known, revoked_at=known.revoked_at or now.replace(microsecond=0))
        rows.put_within(db, gone, action="public_link.revoked", actor=user.id, at=now)
    return gone


def link_of(purpose: str, target: str, *, db: Database) -> Link | None:
    """The link there is to a thing, if any was made; who may be shown its code is for the caller to ask."""
    return rows.of(db, purpose, target)


def find(code: str, *, purpose: str, address: str | None, db: Database, now: datetime) -> Link:
    """The link a code opens now. Raises `link_unknown`, `link_expired`, `link_early`, or `too_many` after 20 unknown
    codes from one address in ten minutes; `address` None for who is known otherwise: neither counted nor stopped.
    """
    if address is not None:
        _require_unlocked(_key(address), db=db, now=now)
    tidy = code.casefold().translate(_ALIKE)[: LENGTH + 1]
    link = rows.by_code(db, _hash(tidy)) if len(tidy) == LENGTH and tidy.isascii() else None
    if link is None or link.purpose != purpose:
        if address is not None:
            _count_miss(_key(address), db=db, now=now)
        raise Problem("link_unknown")
    if link.revoked_at or now >= link.reads_until:
        raise Problem("link_expired")
    if now < link.valid_from:
        raise Problem("link_early", since=when(link.valid_from, now=now))
    return link


def must_wait(*, db: Database, now: datetime) -> bool:
    """Were so many unknown codes tried in the last hour, from wherever, that each further one is to wait a second?"""
    known = sessions.attempts(db, _ALL)
    return known is not None and known.failures > ALL_FREE and now - known.last_at < ALL_IN


def secret_of(settings: Settings) -> bytes:
    """The server's own secret beside the database, made when there is none; the one its cookies are signed by."""
    path = settings.database.with_name(settings.database.name + ".secret")
    if not path.exists():
        _new_secret(path)
    kept = path.read_bytes().strip()
    if len(kept) < SECRET_LEAST:
        raise Problem("storage_unavailable")
    return hmac.digest(kept, b"public_link", "sha256")


def _new_secret(path: Path) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        return
    except OSError as error:
        raise Problem("storage_readonly") from error


def _code(link: Link, secret: bytes) -> str:
    said = f"{link.purpose}\n{link.id}\n{link.generation}".encode()
    bits = int.from_bytes(hmac.digest(secret, said, "sha256")[:10], "big")
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))


def _hash(code: str) -> bytes:
    return sha256(f"code\n{code}".encode()).digest()


def _key(address: str) -> bytes:
    """The address; of IPv6 the /64, because one subscriber has them all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return sha256(f"code:{address[:60]}".encode(errors="replace")).digest()
    network = ipaddress.ip_network((parsed, 64), strict=False) if parsed.version == 6 else parsed
    return sha256(f"code:{network}".encode()).digest()


def _require_unlocked(key: bytes, *, db: Database, now: datetime) -> None:
    known = sessions.attempts(db, key)
    if known and known.locked_until and known.locked_until > now:
        raise Problem("too_many", wait=wait(known.locked_until - now))


def _count_miss(key: bytes, *, db: Database, now: datetime) -> None:
    """Counted in whole windows, of which `last_at` is the beginning."""
    with writing(db):
        _require_unlocked(key, db=db, now=now)
        failures = _add(key, MISSES_IN, db=db, now=now)
        _add(_ALL, ALL_IN, db=db, now=now)
        if failures > MISSES_FREE:
            sessions.set_attempts(db, key, sessions.Attempts(0, now + LOCKED_FOR, now))
            name = key.hex()[:16]
            audit.append(db, at=now, actor="-", action="code.locked", entity="sign_in_attempt", entity_id=name)


def _add(key: bytes, window: timedelta, *, db: Database, now: datetime) -> int:
    known = sessions.attempts(db, key)
    same = known is not None and now - known.last_at < window and known.locked_until is None
    failures, begun = (known.failures + 1, known.last_at) if known and same else (1, now)
    sessions.set_attempts(db, key, sessions.Attempts(failures, None, begun))
    return failures
