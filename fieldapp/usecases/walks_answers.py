"""What became of a walk's findings, in plain words; and the same route walked again, compared with the time before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from fieldapp.formats import COPENHAGEN
from fieldapp.model.walks import CHECKS, Finding, State, Walk, as_wire, feeling_of
from fieldapp.store import findings as rows
from fieldapp.store import walks
from fieldapp.store.connection import Database
from fieldapp.store.findings import Task
from fieldapp.texts import N_, translator
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_findings import shown

# State → what is said; {who}, {by} and {on} are a party, a deadline and the day it happened.
WORDS: dict[str, str] = {
    "good": N_("Skal blive, som det er"),
    "gone": N_("Det er væk siden sidste vandring"),
    "waiting": N_("Venter på svar"),
    "no": N_("Nej: {why}"),
    "later": N_("Senere"),
    "later_why": N_("Senere: {why}"),
    "new": N_("Ja. {who} tager sig af det{by}."),
    "active": N_("{who} er i gang{by}."),
    "reported": N_("{who} siger, at det er ordnet ({on}). Vi går ud og ser efter."),
    "seen": N_("Ordnet. Vi har set det på stedet {on}."),
    "refused": N_("{who} siger nej: {why}"),
}
BY = N_(" senest {date}")
# What counts how in «12 af 18 er ordnet»: told done is not done.
GROUPS = {
    "seen": "done",
    "reported": "reported",
    "new": "going",
    "active": "going",
    "later": "later",
    "no": "no",
    "refused": "no",
}

COUNTED = ("done", "reported", "going", "later", "no", "waiting")


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a finding stands (a key of WORDS), and since when."""

    state: str
    at: datetime | None = None
    responsible: str | None = None
    deadline: date | None = None
    reason: str | None = None
    task: bool = False


def answers(walk: Walk, *, db: Database) -> dict[str, Answer]:
    """Finding → answer, of those that stand on their own."""
    return answers_to(rows.of(db, walk.id), walk, db=db)


def answers_to(found: Sequence[Finding], walk: Walk, *, db: Database) -> dict[str, Answer]:
    """`answers` for a caller that has read the walk's findings already."""
    tasks = rows.tasks_of(db, walk.id)
    alone = [one for one in found if shown(one) and one.merged_into is None]
    return {one.id: answer_of(one, tasks.get(one.id)) for one in alone}


def answer_of(finding: Finding, task: Task | None) -> Answer:
    """The answer of one finding: what was decided, or where its task is by now."""
    if task and finding.decision in (None, "yes"):
        return Answer(task.state, task.state_at, task.responsible, task.deadline, task.reason, True)
    if finding.decision is None:
        return Answer("gone" if finding.checked == "gone" else "good" if finding.good else "waiting")
    state = "new" if finding.decision == "yes" else finding.decision
    return Answer(state, finding.decided_at, finding.responsible, finding.deadline, finding.reason)


def in_words(answer: Answer, *, services: Services, language: str) -> str:
    """The answer as a sentence."""
    _ = translator(language)
    state = "later_why" if answer.state == "later" and answer.reason else answer.state
    who = parties_of(services.settings)[answer.responsible].label(language) if answer.responsible else ""
    by = _(BY).format(date=_day(answer.deadline, language)) if answer.deadline else ""
    on = _day(answer.at.astimezone(COPENHAGEN).date(), language) if answer.at else ""
    return _(WORDS[state]).format(who=who, by=by, on=on, why=answer.reason or "–")


def checked_words(finding: Finding, *, db: Database, language: str) -> str:
    """«Fund 5 fra sidst: væk. Dengang: Bænken er knækket», of a finding that looks at an old one; else nothing."""
    old = rows.get(db, finding.checks) if finding.checks else None
    if old is None or not finding.checked:
        return ""
    _ = translator(language)
    told = _("Fund {number} fra sidst: {verdict}").format(number=old.number, verdict=_(CHECKS[finding.checked]).lower())
    return f"{told}. {_('Dengang: {text}').format(text=old.observation.note)}" if old.observation.note else told


def _day(on: date, language: str) -> str:
    return format_date(on, "d. MMMM y" if language == "da" else "d MMMM y", locale=language)


def counts(told: dict[str, Answer]) -> dict[str, int]:
    """all, done, reported, going, later, no, waiting: of everything but good things; only what we have seen is done."""
    asked = [answer for answer in told.values() if answer.state not in ("good", "gone")]
    found = Counter(GROUPS.get(answer.state, "waiting") for answer in asked)
    return {"all": len(asked), **{name: found[name] for name in COUNTED}}


def counts_waiting(waiting: int) -> dict[str, int]:
    """The same before the first answer."""
    return {"all": waiting, **dict.fromkeys(COUNTED, 0), "waiting": waiting}


def count_words(counted: dict[str, int], language: str) -> str:
    """«12 af 18 er ordnet · 3 er meldt udført · 2 er i gang · 1 får nej med en grund»."""
    _ = translator(language)
    parts = [_("{done} af {all} er ordnet").format(**counted)]
    words = {
        "reported": _("{n} er meldt udført"),
        "going": _("{n} er i gang"),
        "later": _("{n} er udsat"),
        "no": _("{n} får nej med en grund"),
        "waiting": _("{n} venter på svar"),
    }
    parts += [text.format(n=counted[name]) for name, text in words.items() if counted[name]]
    return " · ".join(parts)


def again(old: Walk, *, walk_id: str, starts_at: datetime) -> dict[str, Any]:
    """The plan of a new walk on the same route, to be looked through and saved by `walks_plan.plan`."""
    return as_wire(replace(old, id=walk_id, starts_at=starts_at, before=old.id, track_on=False, state=State.PLANNED))


@dataclass(frozen=True, slots=True)
class Compared:
    """One old finding, and what the walk after said of it (None: nobody looked)."""

    old: Finding
    checked: str | None
    check: Finding | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The walk before and this one: each old finding, how many are better …, and how it felt (1–7) then and now."""

    findings: tuple[Compared, ...]
    counted: dict[str, int]
    feeling_before: float | None
    feeling_now: float | None


def compare(walk: Walk, *, db: Database) -> Comparison | None:
    """This walk against the one it walks again; None for a first walk. The latest word on an old finding counts."""
    before = walks.get(db, walk.before) if walk.before else None
    if before is None:
        return None
    now = [one for one in rows.of(db, walk.id) if shown(one)]
    old = [one for one in rows.of(db, before.id) if shown(one)]
    said = {one.checks: one for one in sorted(now, key=lambda one: one.number) if one.checks}
    asked = [one for one in old if one.merged_into is None and not one.good]
    pairs = tuple(Compared(one, _word(said.get(one.id)), said.get(one.id)) for one in asked)
    counted = Counter(pair.checked for pair in pairs if pair.checked)
    # By day and in the dark are two questions: their means are never compared.
    felt = [feeling_of(found, walk.kind) if before.kind is walk.kind else None for found in (old, now)]
    return Comparison(pairs, {name: counted[name] for name in CHECKS}, *felt)


def _word(check: Finding | None) -> str | None:
    return check.checked if check else None
