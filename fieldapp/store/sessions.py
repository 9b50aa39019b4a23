"""Device sessions (hashed tokens only) and the count of failed sign-ins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fieldapp.model import User, parse_time, utc_text
from fieldapp.store.accounts import user_of
from fieldapp.store.connection import one

_WITH_USER = """
    SELECT user.*, session.id AS session_id, session.seen_at,
        (SELECT json_group_array(district) FROM user_district WHERE user_id = user.id) AS districts
    FROM session JOIN user ON user.id = session.user_id
    WHERE revoked_at IS NULL AND active = 1 AND expires_at > ?
"""


@dataclass(frozen=True, slots=True)
class Device:
    """One signed-in browser as its owner sees it."""

    id: str
    device: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to, as the database says now."""

    user: User
    session_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed sign-ins under one key."""

    failures: int
    locked_until: datetime | None
    last_at: datetime


def insert(
    db: Database, session_id: str, token_hash: bytes, user_id: str, device: str, *, at: datetime, expires: datetime
) -> None:
    """Keep a new session; inside `writing`."""
    moment = utc_text(at)
    db.execute(
        "INSERT INTO session (id, token_hash, user_id, device, created_at, seen_at, expires_at) VALUES (?,?,?,?,?,?,?)",
        [session_id, token_hash, user_id, device, moment, moment, utc_text(expires)],
    )


def by_token(db: Database, token_hash: bytes, *, at: datetime) -> SignedIn | None:
    """The living session of a token."""
    return _signed_in(one(db, _WITH_USER + " AND token_hash = ?", utc_text(at), token_hash))


def by_id(db: Database, session_id: str, *, at: datetime) -> SignedIn | None:
    """The living session of an id."""
    return _signed_in(one(db, _WITH_USER + " AND session.id = ?", utc_text(at), session_id))


def alive(db: Database, session_ids: Collection[str], *, at: datetime) -> set[str]:
    """Those of these sessions that still live."""
    marks = ",".join("?" * len(session_ids))
    rows = db.query(_WITH_USER + f" AND session.id IN ({marks})", [utc_text(at), *session_ids])
    return {row["session_id"] for row in rows}


def of_user(db: Database, user_id: str, *, at: datetime) -> list[Device]:
    """The user's living sessions, the last used first."""
    rows = db.query(
        """SELECT id, device, created_at, seen_at FROM session
           WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY seen_at DESC, id DESC""",
        [user_id, utc_text(at)],
    )
    return [Device(row["id"], row["device"], _time(row["created_at"]), _time(row["seen_at"])) for row in rows]


def touch(db: Database, session_id: str, *, at: datetime) -> None:
    """The session was used; inside `writing`."""
    db.execute("UPDATE session SET seen_at = ? WHERE id = ?", [utc_text(at), session_id])


def revoke(db: Database, session_ids: Collection[str], *, at: datetime) -> None:
    """These sessions end; inside `writing`."""
    db.conn.executemany(
        "UPDATE session SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
        [(utc_text(at), key) for key in session_ids],
    )


def attempts(db: Database, key_hash: bytes) -> Attempts | None:
    """What is known of failed sign-ins under this key."""
    row = one(db, "SELECT * FROM sign_in_attempt WHERE key_hash = ?", key_hash)
    if row is None:
        return None
    locked = row["locked_until"]
    return Attempts(row["failures"], _time(locked) if locked else None, _time(row["last_at"]))


def set_attempts(db: Database, key_hash: bytes, known: Attempts) -> None:
    """Remember; inside `writing`."""
    db.execute(
        """INSERT INTO sign_in_attempt VALUES (?,?,?,?) ON CONFLICT (key_hash) DO UPDATE
           SET failures = excluded.failures, locked_until = excluded.locked_until, last_at = excluded.last_at""",
        [
            key_hash,
            known.failures,
            utc_text(known.locked_until) if known.locked_until else None,
            utc_text(known.last_at),
        ],
    )


def forget_attempts(db: Database, key_hash: bytes) -> None:
    """Start over for this key; inside `writing`."""
    db.execute("DELETE FROM sign_in_attempt WHERE key_hash = ?", [key_hash])


def forget_old_attempts(db: Database, *, before: datetime) -> None:
    """Keys that have been quiet since; inside `writing`."""
    db.execute("DELETE FROM sign_in_attempt WHERE last_at < ?", [utc_text(before)])


def _signed_in(row: dict[str, object] | None) -> SignedIn | None:
    if row is None:
        return None
    return SignedIn(user_of(row), str(row["session_id"]), _time(row["seen_at"]))


def _time(text: object) -> datetime:
    return parse_time("at", text)
