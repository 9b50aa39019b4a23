"""Accounts and the one-time links that open them; no password and no token is ever in the clear here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import RETIRED, Role, User, utc_text
from fieldapp.store.connection import one

_USER = """
    SELECT user.*, (SELECT json_group_array(district) FROM user_district WHERE user_id = user.id) AS districts
    FROM user
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what only administration needs: has a password been chosen, and since when is the account here."""

    user: User
    has_password: bool
    created_at: str


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link that is still good; `user_id` is None for the very first account."""

    id: str
    purpose: str
    user_id: str | None


def user_of(row: dict[str, Any]) -> User:
    """A row of `user` with its `districts` as JSON text, as a User."""
    return User(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        districts=frozenset(json.loads(row["districts"])),
        active=bool(row["active"]),
        language=row["language"],
    )


def get(db: Database, user_id: str) -> User | None:
    """One user, disabled ones too."""
    row = one(db, _USER + " WHERE user.id = ?", user_id)
    return user_of(row) if row else None


def every(db: Database) -> list[Account]:
    """All accounts by name; the one that stands for reporters no longer kept is nobody's."""
    rows = db.query(_USER + " WHERE user.id != ? ORDER BY name", [RETIRED])
    return [Account(user_of(row), row["password_hash"] is not None, row["created_at"]) for row in rows]


def find(db: Database, name: str) -> tuple[User, str | None] | None:
    """The user of this name in any letter case (Æ Ø Å too, which SQLite does not know), and the password hash."""
    wanted = name.casefold()
    for row in db.query(_USER):
        if row["name"].casefold() == wanted:
            return user_of(row), row["password_hash"]
    return None


def count(db: Database) -> int:
    """How many people's accounts there are, disabled ones too; not those that no one could ever sign in to."""
    row = one(db, "SELECT count(*) AS n FROM user WHERE active = 1 OR password_hash IS NOT NULL")
    return int(row["n"]) if row else 0


def able_administrators(db: Database) -> set[str]:
    """Ids of those who can sign in and administer users."""
    rows = db.query(
        "SELECT id FROM user WHERE active = 1 AND password_hash IS NOT NULL AND role IN ('coordinator','admin')"
    )
    return {row["id"] for row in rows}


def insert(db: Database, user: User, *, at: datetime) -> None:
    """Add an account without a password; inside `writing`."""
    db.execute(
        "INSERT INTO user (id, name, role, language, created_at) VALUES (?,?,?,?,?)",
        [user.id, user.name, user.role.value, user.language, utc_text(at)],
    )
    set_districts(db, user.id, user.districts)


def set_districts(db: Database, user_id: str, districts: frozenset[str]) -> None:
    """Replace the user's districts; inside `writing`."""
    db.execute("DELETE FROM user_district WHERE user_id = ?", [user_id])
    db.conn.executemany("INSERT INTO user_district VALUES (?,?)", [(user_id, key) for key in sorted(districts)])


def set_role(db: Database, user_id: str, role: Role) -> None:
    """Inside `writing`."""
    db.execute("UPDATE user SET role = ? WHERE id = ?", [role.value, user_id])


def set_active(db: Database, user_id: str, active: bool) -> None:
    """Inside `writing`."""
    db.execute("UPDATE user SET active = ? WHERE id = ?", [int(active), user_id])


def set_language(db: Database, user_id: str, language: str) -> None:
    """Inside `writing`."""
    db.execute("UPDATE user SET language = ? WHERE id = ?", [language, user_id])


def set_password_hash(db: Database, user_id: str, password_hash: str) -> None:
    """Inside `writing`."""
    db.execute("UPDATE user SET password_hash = ? WHERE id = ?", [password_hash, user_id])


def add_link(db: Database, link: Link, token_hash: bytes, *, at: datetime, expires: datetime) -> None:
    """Keep a new link; inside `writing`."""
    db.execute(
        "INSERT INTO link (id, token_hash, purpose, user_id, created_at, expires_at) VALUES (?,?,?,?,?,?)",
        [link.id, token_hash, link.purpose, link.user_id, utc_text(at), utc_text(expires)],
    )


def open_link(db: Database, token_hash: bytes, *, at: datetime) -> Link | None:
    """The link of this token if it is neither used nor past its time, and its user is not disabled."""
    row = one(
        db,
        """SELECT link.id, purpose, user_id FROM link LEFT JOIN user ON user.id = user_id
           WHERE token_hash = ? AND used_at IS NULL AND expires_at > ? AND coalesce(active, 1) = 1""",
        token_hash,
        utc_text(at),
    )
    return Link(row["id"], row["purpose"], row["user_id"]) if row else None


def close_links(db: Database, user_id: str | None, *, at: datetime) -> None:
    """No unused link of this user (None: of the first account) can be used any more; inside `writing`."""
    db.execute("UPDATE link SET used_at = ? WHERE used_at IS NULL AND user_id IS ?", [utc_text(at), user_id])
