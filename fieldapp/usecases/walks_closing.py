"""The closing meeting: who does what by when, or why not; one decision for many findings at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.model.walks import DECISIONS, STATE_NAMES, Finding, State, Walk
from fieldapp.model.walks_parsing import REASON_LEAST, REASON_MOST, choice, day, optional, text
from fieldapp.store import findings as rows
from fieldapp.store.connection import Database, writing
from fieldapp.texts import later
from fieldapp.usecases import asking, follow_ups, gate_counts
from fieldapp.usecases.gated import gated, passed
from fieldapp.usecases.parties import require_party
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_findings import shown, standing
from fieldapp.usecases.walks_plan import lead_walk
from fieldapp.usecases.walks_run import take_step
from fieldapp.usecases.walks_tasks import tasks_for

MOST_AT_ONCE = 200
_DECIDES = (State.RUNNING, State.MEETING, State.CLOSED)


@dataclass(frozen=True, slots=True)
class Decision:
    """Ja, nej or senere; a no has a reason, a yes somebody responsible (a party's key)."""

    decision: str
    reason: str | None = None
    responsible: str | None = None
    deadline: date | None = None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any], *, services: Services, today: date) -> Decision:
        """Parse what a form sent; raises a Problem that names field and reason."""
        made = cls(
            choice(*DECISIONS)("decision", wire.get("decision")),
            text(0, REASON_MOST)("reason", wire.get("reason")) or None,
            optional(text(1, 40))("responsible", wire.get("responsible")),
            optional(day)("deadline", wire.get("deadline")),
        )
        if made.decision == "no" and len(made.reason or "") < REASON_LEAST:
            why = later("et nej skal have en grund på mindst {least} tegn", least=REASON_LEAST)
            raise Problem("invalid", field="reason", why=why)
        if made.decision == "yes" and made.responsible is None:
            raise Problem("invalid", field="responsible", why="vælg, hvem der tager sig af det")
        if made.responsible is not None:
            require_party(made.responsible, settings=services.settings)
        if made.deadline and made.deadline < today:
            raise Problem("invalid", field="deadline", why="vælg i dag eller en senere dag")
        return made


def decide(
    walk_id: str,
    ids: Sequence[str],
    wire: Mapping[str, Any],
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> list[Finding]:
    """One decision for all of these findings, or for none; each «ja» becomes a follow-up in the same transaction."""
    walk = lead_walk(walk_id, user=user, db=db)
    if walk.state not in _DECIDES:
        raise Problem("walk_step", state=(STATE_NAMES[walk.state],))
    decision = Decision.from_wire(wire, services=services, today=now.astimezone(COPENHAGEN).date())
    reason = gated({"reason": decision.reason}, db=db, now=now, spared=spared)["reason"]
    decision = replace(decision, reason=reason)
    found = [_decidable(one, walk, db) for one in dict.fromkeys(ids)]
    if not 0 < len(found) <= MOST_AT_ONCE:
        raise Problem("missing", field="finding")
    moment = now.replace(microsecond=0)
    values = {name: getattr(decision, name) for name in ("decision", "reason", "responsible", "deadline")}
    made = [replace(one, **values, decided_at=moment, decided_by=user.id) for one in found]
    tasks = tasks_for(made, walk, user=user, db=db, services=services, now=now)
    with writing(db):
        for one in made:
            rows.change_within(db, one, actor=user.id, at=now, action="finding.decide")
        follow_ups.put_within(tasks, user=user, db=db, now=now)
        gate_counts.count_within(db, passed({"reason": decision.reason}, spared), "passed", origin="form", now=now)
    return made


def _decidable(finding_id: str, walk: Walk, db: Database) -> Finding:
    found = rows.get(db, finding_id)
    if found is None or found.walk != walk.id or not shown(found) or found.merged_into:
        raise Problem("not_found")
    return found


def undecided(walk: Walk, db: Database) -> list[Finding]:
    """What still has no answer; good things need none."""
    return [one for one in standing(walk, db) if one.decision is None and not one.good]


def close(walk_id: str, *, user: User, db: Database, now: datetime) -> Walk:
    """End the closing meeting; Problem `walk_undecided` while a finding has no answer."""
    walk = lead_walk(walk_id, user=user, db=db)
    if left := undecided(walk, db):
        raise Problem("walk_undecided", count=len(left))
    return take_step(walk_id, "close", user=user, db=db, now=now)
