"""A walk as the phones on it see it: one answer for guests and leader, in which nothing of people kind ever stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fieldapp.formats import COPENHAGEN, when
from fieldapp.model import utc_text
from fieldapp.model.walks import GUEST_ROLES, STATE_NAMES, Finding
from fieldapp.store import findings as rows
from fieldapp.store import walks
from fieldapp.store.connection import Database, writing
from fieldapp.texts import Translator, translator
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_answers import Answer, answers, answers_to, checked_words, counts, counts_waiting, in_words
from fieldapp.usecases.walks_findings import shown
from fieldapp.usecases.walks_run import Door, adds_until, opens_at, takes_findings


def view(door: Door, *, since: int, db: Database, services: Services, now: datetime, language: str) -> dict[str, Any]:
    """The walk, who is along, and every finding that changed after `since`; times are UTC texts, positions degrees."""
    _ = translator(language)
    # Read before the findings: what comes between is told again next time, never lost.
    latest = rows.latest_change(db, door.walk.id)
    # Twenty-five phones ask every three seconds: all is read only once there are answers, which change by themselves.
    waiting = rows.all_waiting(db, door.walk.id)
    every = rows.of(db, door.walk.id, since=0 if waiting is None else since)
    told = answers_to(every, door.walk, db=db)
    return {
        "walk": _walk(door, now, language, _),
        "me": _me(door, now),
        "roles": {_(GUEST_ROLES[role]): n for role, n in walks.roles_of(db, door.walk.id).items()},
        "findings": [_finding(one, door, told, db, services, now, language, _) for one in every if one.changed > since],
        "answers": _all_answers(told, door, now, services, language),
        "counts": counts(told) if waiting is None else counts_waiting(waiting),
        "old": _old(door, db, services, now, language, _),
        "latest": latest,
        "server_time": utc_text(now),
    }


def looked(door: Door, *, db: Database, now: datetime) -> None:
    """The guest has read the answers: what changes from now on is new to them."""
    if door.guest:
        with writing(db):
            walks.guest_looked_within(db, door.guest.id, at=now)


def _walk(door: Door, now: datetime, language: str, _: Translator) -> dict[str, Any]:
    walk = door.walk
    return {
        "id": walk.id,
        "title": walk.title,
        "kind": str(walk.kind),
        "state": str(walk.state),
        "state_text": _(STATE_NAMES[walk.state]),
        "version": walk.version,
        "when": when(walk.starts_at, now=now, language=language),
        "starts_at": utc_text(walk.starts_at),
        "opens_at": utc_text(opens_at(walk)),
        "adds_until": utc_text(adds_until(walk).astimezone(COPENHAGEN)),
        "meeting_point": walk.meeting_point,
        "meeting": [walk.meeting_lon, walk.meeting_lat],
        "company": walk.company,
        "route": walk.route,
        "area": walk.area,
        "length_m": walk.length_m,
        "themes": list(walk.themes),
        "checklist": [
            {
                "key": item.key,
                "label": item.label(language),
                "hint": item.hint(language),
                "good": item.category == "good",
            }
            for item in walk.checklist
        ],
    }


def _me(door: Door, now: datetime) -> dict[str, Any]:
    return {
        "user": door.supporter,
        "role": door.guest.role if door.guest else None,
        "adds": takes_findings(door, now),
        "leads": door.leads,
        "track": bool(door.user and door.walk.track_on and door.user.id == door.walk.leader),
    }


def _finding(
    one: Finding,
    door: Door,
    told: dict[str, Answer],
    db: Database,
    services: Services,
    now: datetime,
    language: str,
    _: Translator,
) -> dict[str, Any]:
    if not shown(one):
        return {"id": one.id, "gone": True}
    seen, mine = one.observation, _is_mine(one, door)
    item = door.walk.item(one.item)
    return {
        "id": one.id,
        "number": one.number,
        "rank": one.rank,
        "item": one.item,
        "label": item.label(language),
        "icon": services.catalogue[seen.category].icon,
        "good": one.good,
        "lat": seen.lat,
        "lon": seen.lon,
        "place": seen.place,
        "when": when(seen.observed_at, now=now, language=language),
        "note": seen.note,
        "proposal": one.proposal,
        "feeling_day": one.feeling_day,
        "feeling_dark": one.feeling_dark,
        "support": one.support,
        "supported": door.supporter in one.supporters,
        "mine": mine,
        "photos": list(one.photos),
        "merged_into": one.merged_into,
        "checks": one.checks,
        "checked": one.checked,
        "checked_text": checked_words(one, db=db, language=language),
        "answer": _answer(told[one.id], door, now, services, language) if one.id in told else None,
    }


def _is_mine(one: Finding, door: Door) -> bool:
    if door.guest:
        return one.guest == door.guest.id
    return door.user is not None and one.guest is None and door.user.id == one.observation.reporter


def _all_answers(
    told: dict[str, Answer], door: Door, now: datetime, services: Services, language: str
) -> dict[str, Any]:
    """Of findings that have a task, which changes while the finding does not; the rest say theirs themselves."""
    return {one: _answer(answer, door, now, services, language) for one, answer in told.items() if answer.task}


def _answer(answer: Answer, door: Door, now: datetime, services: Services, language: str) -> dict[str, Any]:
    looked_at = door.guest.looked_at if door.guest else None
    return {
        "state": answer.state,
        "text": in_words(answer, services=services, language=language),
        "new": bool(looked_at and answer.at and answer.at > looked_at),
    }


def _old(
    door: Door, db: Database, services: Services, now: datetime, language: str, _: Translator
) -> list[dict[str, Any]]:
    """The findings of the walk that is walked again, to be looked at: bedre, uændret, værre, væk."""
    before = walks.get(db, door.walk.before) if door.walk.before else None
    if before is None:
        return []
    told = answers(before, db=db)
    listed = [one for one in rows.of(db, before.id) if shown(one) and not one.merged_into and not one.good]
    return [_finding(one, Door(before), told, db, services, now, language, _) for one in listed]
