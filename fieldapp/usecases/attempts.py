"""Lock-out: each failed sign-in is counted before the password is looked at, so that many at once gain nothing."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from fieldapp.errors import Problem
from fieldapp.store import audit, sessions
from fieldapp.store.connection import Database, writing
from fieldapp.texts import Later, later

FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)
FORGET_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Key:
    """What failures are counted by, and how many are free."""

    hash: bytes
    free: int


def keys(name: str, address: str) -> tuple[Key, Key]:
    """Account and address together (5 free), and the address alone, looser: a whole school may share one (40 free)."""
    network = _network(address)
    return (
        Key(sha256(f"account\n{name.casefold()}\n{network}".encode(errors="replace")).digest(), 5),
        Key(sha256(f"address\n{network}".encode()).digest(), 40),
    )


def charge(counted: tuple[Key, ...], *, db: Database, now: datetime) -> None:
    """Count one failure in advance; raises Problem `locked_out` that says how long to wait, and then counts nothing."""
    with writing(db):
        sessions.forget_old_attempts(db, before=now - FORGET_AFTER)
        known = [sessions.attempts(db, key.hash) or sessions.Attempts(0, None, now) for key in counted]
        for item in known:
            if item.locked_until and item.locked_until > now:
                raise Problem("locked_out", wait=wait(item.locked_until - now))
        for key, item in zip(counted, known, strict=True):
            failures = item.failures + 1
            until = lock(failures - key.free, now=now)
            sessions.set_attempts(db, key.hash, sessions.Attempts(failures, until, now))
            if until:
                audit.append(
                    db,
                    at=now,
                    actor="-",
                    action="sign_in.locked",
                    entity="sign_in_attempt",
                    entity_id=key.hash.hex()[:16],
                    before=None,
                    after={"failures": failures},
                )


def forgive(counted: tuple[Key, ...], *, db: Database) -> None:
    """The password was right: forget the account's failures and take this one off the address; inside `writing`."""
    account, address = counted
    sessions.forget_attempts(db, account.hash)
    known = sessions.attempts(db, address.hash)
    if known:
        left = max(0, known.failures - 1)
        sessions.set_attempts(db, address.hash, sessions.Attempts(left, None, known.last_at))


def lock(beyond: int, *, now: datetime) -> datetime | None:
    """Until when the next try is refused after so many failures beyond the free ones: 30 s, doubling, at most 1 h."""
    if beyond < 0:
        return None
    return now + min(LONGEST_LOCK, FIRST_LOCK * (1 << min(beyond, 10)))


def wait(left: timedelta) -> Later:
    """The waiting time in words, for the texts of `locked_out`."""
    seconds = max(1, -int(-left.total_seconds() // 1))
    if seconds <= 90:
        return later("{count} sekunder", count=seconds) if seconds > 1 else later("1 sekund")
    return later("{count} minutter", count=-(-seconds // 60))


def _network(address: str) -> str:
    """The address; of IPv6 the /64, because one subscriber has them all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
