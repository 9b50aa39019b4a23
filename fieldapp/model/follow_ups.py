"""A follow-up: one task at one place, and the one table of what may become of it.

`who` is `u:` and a user's id, or `l:` and the id of a link that somebody without an account answers by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from fieldapp.errors import Problem
from fieldapp.model import parsing
from fieldapp.model.categories import Kind
from fieldapp.model.follow_up_parsing import PARSERS
from fieldapp.model.people import Role
from fieldapp.texts import N_

MAY_FOLLOW_UP = frozenset({Role.WORKER, Role.HOUSING, Role.COORDINATOR, Role.SSP})
USER, LINK = "u:", "l:"
NEAR_M = 100
REASON_LEAST = 3


class State(StrEnum):
    """Where a follow-up stands."""

    NEW = "new"
    ACTIVE = "active"
    REPORTED = "reported"
    SEEN = "seen"
    REFUSED = "refused"


class Step(StrEnum):
    """What somebody does to its state."""

    TAKE = "take"
    REPORT = "report"
    SEE = "see"
    STILL = "still"
    REFUSE = "refuse"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states to which; whether a reason must be given, and whether somebody without an account may."""

    before: frozenset[State]
    after: State
    reason: bool = False
    by_link: bool = False


OPEN = frozenset({State.NEW, State.ACTIVE, State.REPORTED})
CLOSED = frozenset({State.SEEN, State.REFUSED})
RULES: dict[Step, Rule] = {
    Step.TAKE: Rule(frozenset({State.NEW}), State.ACTIVE),
    Step.REPORT: Rule(frozenset({State.NEW, State.ACTIVE}), State.REPORTED, by_link=True),
    Step.SEE: Rule(frozenset({State.REPORTED}), State.SEEN),
    Step.STILL: Rule(frozenset({State.REPORTED}), State.ACTIVE),
    Step.REFUSE: Rule(OPEN, State.REFUSED, reason=True),
    Step.REOPEN: Rule(CLOSED, State.ACTIVE, reason=True),
}
STATE_NAMES: dict[State, str] = {
    State.NEW: "Ny",
    State.ACTIVE: "I gang",
    State.REPORTED: "Meldt udført",
    State.SEEN: "Set i marken",
    State.REFUSED: "Afvist",
}
# Each state has a shape of its own, so that it is told without its colour.
SHAPES: dict[State, str] = {
    State.NEW: "○",
    State.ACTIVE: "◐",
    State.REPORTED: "◆",
    State.SEEN: "✔",
    State.REFUSED: "✕",
}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One task. `kind` decides who sees it, `responsible` is a party's key, `assignee` a user's id; times are UTC.

    `reported_by` stands while it is reported or seen, so that its reporter is never the one who saw it.
    """

    id: str
    title: str
    kind: Kind
    source: str
    responsible: str
    detail: str | None = None
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    district: str | None = None
    source_id: str | None = None
    assignee: str | None = None
    deadline: date | None = None
    state: State = State.NEW
    state_at: datetime = parsing.EARLIEST
    reopened: bool = False
    reported_by: str | None = None
    reported_at: datetime | None = None
    walk: str | None = None
    tip: str | None = None
    created_by: str = ""
    created_at: datetime = parsing.EARLIEST
    version: int = 1

    @property
    def reporter(self) -> str:
        """Who made it, by the name that grants know it by."""
        return self.created_by

    @property
    def is_open(self) -> bool:
        """Is there still something to do, if only to look?"""
        return self.state in OPEN

    @classmethod
    def from_wire(cls, wire: object, *, today: date) -> FollowUp:
        """Parse what a form sent; raises a Problem that names field and reason. A deadline is today or later."""
        if not isinstance(wire, Mapping):
            raise Problem("invalid", field="follow_up", why="der skal sendes ét objekt")
        unknown = sorted(set(map(str, wire)) - set(PARSERS))
        if unknown:
            raise Problem("unknown_field", field=unknown[0][:40])
        made = cls(**{name: parse(name, wire.get(name)) for name, parse in PARSERS.items()})
        if (made.lat is None) != (made.lon is None):
            raise Problem("missing", field="lat" if made.lat is None else "lon")
        if (made.source == "hand") != (made.source_id is None):
            raise Problem("missing" if made.source_id is None else "unknown_field", field="source_id")
        require_deadline(made.deadline, today=today)
        return made

    def overdue(self, today: date) -> int:
        """Days past its deadline for whoever must do it; nothing once it is reported or closed."""
        due = self.deadline is not None and self.state in (State.NEW, State.ACTIVE)
        return max(0, (today - self.deadline).days) if due and self.deadline else 0


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history: who did what, from which state to which, with which words."""

    at: datetime
    who: str
    action: str
    before: State | None
    after: State
    text: str | None = None
    seq: int = 0


def require_deadline(deadline: date | None, *, today: date) -> None:
    """Raises a Problem for a day that has gone."""
    if deadline is not None and deadline < today:
        raise Problem("invalid", field=N_("frist"), why="vælg i dag eller en senere dag")


def steps_for(follow_up: FollowUp, who: str) -> tuple[Step, ...]:
    """What `who` may do to it now, in the order of the table."""
    return tuple(step for step in RULES if _why_not(follow_up, step, who) is None)


def stepped(follow_up: FollowUp, step: Step, *, who: str, text: str | None, now: datetime) -> tuple[FollowUp, Event]:
    """The follow-up after the step, and the event that tells of it; raises Problem `step_not_now`, `own_report` or
    `missing` (a reason of at least three characters)."""
    if code := _why_not(follow_up, step, who):
        raise Problem(code)
    rule, at = RULES[step], now.replace(microsecond=0)
    if rule.reason and len((text or "").strip()) < REASON_LEAST:
        raise Problem("missing", field=N_("begrundelse"))
    reported: dict[Step, tuple[str | None, datetime | None]] = {
        Step.REPORT: (who, at),
        Step.SEE: (follow_up.reported_by, follow_up.reported_at),
    }
    reported_by, reported_at = reported.get(step, (None, None))
    newer = replace(
        follow_up,
        state=rule.after,
        state_at=at,
        reopened=follow_up.reopened or step in (Step.STILL, Step.REOPEN),
        reported_by=reported_by,
        reported_at=reported_at,
        assignee=who.removeprefix(USER) if step is Step.TAKE else follow_up.assignee,
        version=follow_up.version + 1,
    )
    return newer, Event(at, who, str(step), follow_up.state, rule.after, text)


def noted(follow_up: FollowUp, action: str, *, who: str, text: str | None, now: datetime) -> Event:
    """An event that leaves the state as it is: `assign`, `amend`, `answer` or `photo`."""
    return Event(now.replace(microsecond=0), who, action, follow_up.state, follow_up.state, text)


def replayed(events: Iterable[Event]) -> State | None:
    """The state a history ends in; raises ValueError where one of its lines does not begin where the last one ended."""
    state: State | None = None
    for event in events:
        if event.before is not state:
            raise ValueError(f"{event.action} begins at {event.before}, not at {state}")
        state = event.after
    return state


def _why_not(follow_up: FollowUp, step: Step, who: str) -> str | None:
    rule = RULES[step]
    if follow_up.state not in rule.before:
        return "step_not_now"
    if not who.startswith(USER) and not rule.by_link:
        return "not_allowed"
    return "own_report" if step is Step.SEE and who == follow_up.reported_by else None
