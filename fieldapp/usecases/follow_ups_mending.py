"""Mending what a follow-up says: its title and detail, and words or photos that should not have been there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fieldapp.errors import Problem
from fieldapp.model import Role, User
from fieldapp.model.follow_up_parsing import parse_text, parse_title
from fieldapp.model.follow_ups import USER, FollowUp, noted
from fieldapp.store import audit, follow_up_photos
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import Database, writing
from fieldapp.usecases import asking, gate_counts
from fieldapp.usecases.follow_ups import may_follow_up, seen_by
from fieldapp.usecases.gated import gated, passed


def may_mend(follow_up: FollowUp, user: User) -> bool:
    """Whoever made it, and the coordinator."""
    return user.active and (user.role is Role.COORDINATOR or follow_up.created_by == user.id)


def amend(
    follow_up_id: str,
    title: str,
    detail: str,
    *,
    version: int,
    user: User,
    db: Database,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> FollowUp:
    """Write title and detail anew; what was answered about them before is not asked again. The old ones are gone."""
    may_follow_up(user)
    stored = seen_by(follow_up_id, user=user, db=db)
    if not may_mend(stored, user):
        raise Problem("not_allowed")
    if stored.version != version:
        raise Problem("task_changed", field="version")
    known = asking.soft_words(stored.title) | asking.soft_words(stored.detail or "")
    said = {"title": parse_title("title", title), "detail": parse_text("detail", detail)}
    texts = gated(said, db=db, now=now, spared=spared | known)
    newer = replace(stored, title=texts["title"] or stored.title, detail=texts["detail"], version=version + 1)
    event = noted(stored, "amend", who=USER + user.id, text=None, now=now)
    with writing(db):
        rows.change_within(db, newer, event, actor=user.id)
        gate_counts.count_within(db, passed(texts, spared), "passed", origin="form", now=now)
    return newer


def forget(follow_up_id: str, seq: int, *, user: User, db: Database, now: datetime) -> None:
    """Take the words and photos of one line of the history out for good; the line stays. For the coordinator."""
    stored = seen_by(follow_up_id, user=user, db=db)
    if not user.active or user.role is not Role.COORDINATOR:
        raise Problem("not_allowed")
    if seq not in {event.seq for event in rows.events(db, stored.id)}:
        raise Problem("not_found")
    with writing(db):
        rows.forget_words_within(db, seq)
        follow_up_photos.forget_within(db, seq)
        audit.append(
            db, at=now, actor=user.id, action="follow_up.forget", entity="follow_up_event", entity_id=str(seq)
        )  # fmt: skip
