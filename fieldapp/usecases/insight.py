"""Insight: what the app holds about an account, and what the trail tells of an observation.

No note of an observation is ever in it; the words that the account wrote about walks, tasks and tips are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import Role, User, parse_id
from fieldapp.store import accounts, audit
from fieldapp.store import insight as store
from fieldapp.store.connection import Database, writing
from fieldapp.usecases.accounts import SYSTEM


@dataclass(frozen=True, slots=True)
class Insight:
    """The account and what stands under it (None where none was asked for), and rows of the trail, oldest first."""

    account: dict[str, Any] | None
    rows: list[dict[str, Any]]


def show(actor: User, *, account: str | None, observation: str | None, db: Database, now: datetime) -> Insight:
    """For the operator; leaves a row in the trail, since it tells when somebody worked and where.

    Raises `not_found` for an account or observation that the database does not know.
    """
    if actor.id != SYSTEM.id:
        raise Problem("not_allowed")
    wanted = parse_id("observation", observation) if observation else None
    user = _found(account, db) if account else None
    if wanted:
        rows = list(store.of_observation(db, wanted, by=user.id if user else None))
        if not rows and not list(store.of_observation(db, wanted)):
            raise Problem("not_found", field="observation")
    else:
        rows = list(store.of_account(db, user.id) if user else store.every(db))
    told = _account(user, db) if user else None
    with writing(db):
        after = {"account": user.id if user else None, "observation": wanted, "rows": len(rows)}
        audit.append(db, at=now, actor=actor.id, action="trail.shown", entity="audit", entity_id="*", after=after)
    return Insight(told, rows)


def _found(name: str, db: Database) -> User:
    found = accounts.find(db, name)
    if found is None:
        raise Problem("not_found", field="NAVN")
    return found[0]


def _account(user: User, db: Database) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "role": Role(user.role).value,
        "districts": sorted(user.districts),
        "language": user.language,
        "active": user.active,
        **store.held(db, user.id),
    }
