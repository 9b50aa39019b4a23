"""Accounts: the first one by a setup link, the others by invitation; roles, districts, disabling.

Coordinators and administrators administer users. The first account is a coordinator's, because an administrator
sees no observation text and cannot record.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from fieldapp.errors import Problem
from fieldapp.model import Role, User, uuid7
from fieldapp.settings import LANGUAGES
from fieldapp.store import accounts as rows
from fieldapp.store import audit
from fieldapp.store.accounts import Account, Link
from fieldapp.store.connection import Database, writing
from fieldapp.texts import later
from fieldapp.usecases import passwords
from fieldapp.usecases.sessions import end_all_within, token_hash

ADMINISTRATORS = frozenset({Role.COORDINATOR, Role.ADMIN})
# The operator at the server's own keyboard: whoever can run commands there can write the file anyway.
SYSTEM = User(id="system", name="system", role=Role.ADMIN)
INVITE_LIVES = timedelta(days=7)
SETUP_LIVES = timedelta(days=7)
_SIGNS = frozenset(" .,-'’@+_")


def setup_link(*, db: Database, now: datetime) -> str | None:
    """A token for making the first account, while there is none; each new one replaces the one before."""
    if rows.count(db):
        return None
    with writing(db):
        rows.close_links(db, None, at=now)
        return _link("setup", None, actor=SYSTEM, lives=SETUP_LIVES, db=db, now=now)


def create_first(token: str, name: str, password: str, *, db: Database, now: datetime) -> User:
    """Make the first account with a setup token; raises `link_closed`, `invalid` or `weak_password`."""
    chosen = _name(name)
    password_hash = passwords.hashed(passwords.require_good(password, name=chosen))
    user = User(id=uuid7(now), name=chosen, role=Role.COORDINATOR)
    with writing(db):
        link = rows.open_link(db, token_hash(token), at=now)
        if link is None or link.purpose != "setup" or rows.count(db):
            raise Problem("link_closed")
        rows.close_links(db, None, at=now)
        _insert(user, actor=user.id, db=db, now=now)
        _set_password(user, password_hash, db=db, now=now)
    return user


def add_user(
    actor: User,
    name: str,
    role: Role,
    districts: Iterable[str] = (),
    *,
    language: str = "da",
    db: Database,
    now: datetime,
) -> str:
    """Add an account and return the token of its invitation (7 days, once); SSP needs a district."""
    _may_administer(actor)
    user = User(uuid7(now), _name(name), role, _districts(role, districts), language=_language(language))
    with writing(db):
        if rows.find(db, user.name):
            raise Problem("name_taken", field="name")
        _insert(user, actor=actor.id, db=db, now=now)
        return _link("invite", user.id, actor=actor, lives=INVITE_LIVES, db=db, now=now)


def reset_link(actor: User, user_id: str, *, db: Database, now: datetime) -> str:
    """A new one-time link for an account: an invitation, or to choose a new password; older ones end."""
    _may_administer(actor)
    with writing(db):
        user = _existing(user_id, db=db)
        if not user.active:
            raise Problem("not_found")
        _, password_hash = rows.find(db, user.name) or (user, None)
        rows.close_links(db, user.id, at=now)
        return _link("reset" if password_hash else "invite", user.id, actor=actor, lives=INVITE_LIVES, db=db, now=now)


def link_for(token: str, *, db: Database, now: datetime) -> tuple[Link, User | None]:
    """What a token is good for, and for whom; raises `link_closed`."""
    link = rows.open_link(db, token_hash(token), at=now)
    if link is None:
        raise Problem("link_closed")
    return link, rows.get(db, link.user_id) if link.user_id else None


def accept_invite(token: str, password: str, *, db: Database, now: datetime) -> User:
    """Choose a password with an invitation or reset link; older sessions of the account end."""
    _, invited = link_for(token, db=db, now=now)
    if invited is None:
        raise Problem("link_closed")
    password_hash = passwords.hashed(passwords.require_good(password, name=invited.name))
    with writing(db):
        _, user = link_for(token, db=db, now=now)
        if user is None:
            raise Problem("link_closed")
        rows.close_links(db, user.id, at=now)
        _set_password(user, password_hash, db=db, now=now)
    return user


def users(actor: User, *, db: Database) -> list[Account]:
    """All accounts by name, for those who administer."""
    _may_administer(actor)
    return rows.every(db)


def disable(actor: User, user_id: str, *, db: Database, now: datetime) -> None:
    """Close an account: its sessions and links end at once; never the last one that can administer."""
    _may_administer(actor)
    with writing(db):
        user = _existing(user_id, db=db)
        _keep_an_administrator(user.id, db=db)
        rows.set_active(db, user.id, False)
        rows.close_links(db, user.id, at=now)
        end_all_within(user.id, actor=actor.id, db=db, now=now)
        _trail("user.disabled", user, replace(user, active=False), actor=actor, db=db, now=now)


def enable(actor: User, user_id: str, *, db: Database, now: datetime) -> None:
    """Open a closed account again; its password is what it was."""
    _may_administer(actor)
    with writing(db):
        user = _existing(user_id, db=db)
        rows.set_active(db, user.id, True)
        _trail("user.enabled", user, replace(user, active=True), actor=actor, db=db, now=now)


def set_role(
    actor: User, user_id: str, role: Role, districts: Iterable[str] = (), *, db: Database, now: datetime
) -> None:
    """Change role and districts; it counts from the user's next tap."""
    _may_administer(actor)
    with writing(db):
        user = _existing(user_id, db=db)
        changed = replace(user, role=role, districts=_districts(role, districts))
        if role not in ADMINISTRATORS:
            _keep_an_administrator(user.id, db=db)
        rows.set_role(db, user.id, role)
        rows.set_districts(db, user.id, changed.districts)
        _trail("user.role", user, changed, actor=actor, db=db, now=now)


def set_language(user: User, language: str, *, db: Database, now: datetime) -> None:
    """The user's own choice of language."""
    with writing(db):
        rows.set_language(db, user.id, _language(language))
        _trail("user.language", user, replace(user, language=language), actor=user, db=db, now=now)


def _may_administer(actor: User) -> None:
    if actor.role not in ADMINISTRATORS or not actor.active:
        raise Problem("not_allowed")


def _existing(user_id: str, *, db: Database) -> User:
    user = rows.get(db, user_id)
    if user is None:
        raise Problem("not_found")
    return user


def _keep_an_administrator(user_id: str, *, db: Database) -> None:
    able = rows.able_administrators(db)
    if user_id in able and len(able) == 1:
        raise Problem("last_administrator")


def _name(name: str) -> str:
    """Letters, digits and a few signs: nothing that can be markup, a template or invisible."""
    text = " ".join(unicodedata.normalize("NFKC", name).split())
    if not 2 <= len(text) <= 80:
        raise Problem("bad_name", field="name")
    if not all(sign in _SIGNS or unicodedata.category(sign)[0] in "LMN" for sign in text):
        raise Problem("bad_name", field="name")
    return text


def _districts(role: Role, districts: Iterable[str]) -> frozenset[str]:
    keys = frozenset(districts)
    if role is Role.SSP and not keys:
        raise Problem("districts_needed", field="districts")
    if not all(1 <= len(key) <= 60 for key in keys):
        raise Problem("invalid", field="districts", why="distriktet findes ikke")
    return keys


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise Problem("invalid", field="language", why=later("vælg en af: {choices}", choices=", ".join(LANGUAGES)))
    return language


def _insert(user: User, *, actor: str, db: Database, now: datetime) -> None:
    rows.insert(db, user, at=now)
    audit.append(
        db, at=now, actor=actor, action="user.added", entity="user", entity_id=user.id, before=None, after=_said(user)
    )


def _set_password(user: User, password_hash: str, *, db: Database, now: datetime) -> None:
    rows.set_password_hash(db, user.id, password_hash)
    end_all_within(user.id, actor=user.id, db=db, now=now)
    audit.append(db, at=now, actor=user.id, action="user.password", entity="user", entity_id=user.id)


def _link(purpose: str, user_id: str | None, *, actor: User, lives: timedelta, db: Database, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    link = Link(uuid7(now), purpose, user_id)
    rows.add_link(db, link, token_hash(token), at=now, expires=now + lives)
    after = {"purpose": purpose, "user": user_id}
    audit.append(db, at=now, actor=actor.id, action="link.made", entity="link", entity_id=link.id, after=after)
    return token


def _trail(action: str, before: User, after: User, *, actor: User, db: Database, now: datetime) -> None:
    audit.append(
        db,
        at=now,
        actor=actor.id,
        action=action,
        entity="user",
        entity_id=before.id,
        before=_said(before),
        after=_said(after),
    )


def _said(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role.value,
        "districts": sorted(user.districts),
        "active": user.active,
        "language": user.language,
    }
