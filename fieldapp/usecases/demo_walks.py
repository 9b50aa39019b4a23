"""The demonstration's safety walks: one that got its answers, one before its closing meeting, one that walks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Observation, Role, User, uuid7
from fieldapp.model.follow_ups import USER, FollowUp, Step, stepped
from fieldapp.model.walks import Finding, Guest, State, Walk, WalkKind
from fieldapp.model.walks_parsing import Line
from fieldapp.privacy import require_clean
from fieldapp.store import findings, follow_ups, observations, walks
from fieldapp.store.connection import Database
from fieldapp.usecases.follow_ups import put_within
from fieldapp.usecases.observations import locate
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_plan import checklist
from fieldapp.usecases.walks_route import length_m
from fieldapp.usecases.walks_tasks import tasks_for

SYSTEM = "system"
ROLES = ("resident", "resident", "resident", "parent", "youth", "senior", "caretaker", "park_road")
STEP_DAYS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: its checklist item, where (lat, lon), what was said, the feeling there, and the answer it got.

    `steps` are what became of the task since, one every six days.
    """

    item: str
    at: tuple[float, float]
    note: str
    proposal: str = ""
    feeling: int | None = None
    decision: str = ""
    answer: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A walk so many days from today, at this hour; `again` walks the one before once more."""

    title: str
    kind: WalkKind
    state: State
    days: int
    hour: int
    meeting: str
    route: Line
    found: tuple[Found, ...] = ()
    again: bool = False


_DONE = (Step.TAKE, Step.REPORT, Step.SEE)
_ROUND_THE_STATION: Line = (
    (12.3580, 55.6133), (12.3575, 55.6122), (12.3565, 55.6118), (12.3585, 55.6108), (12.3605, 55.6115),
)  # fmt: skip
_ROUND_THE_HOUSES: Line = (
    (12.3490, 55.6085), (12.3465, 55.6090), (12.3472, 55.6104), (12.3500, 55.6112), (12.3512, 55.6098),
)  # fmt: skip
PLANS = (
    Plan(
        "Stationen og Centerstien", WalkKind.DARK, State.CLOSED, -40, 19, "Foran stationen", _ROUND_THE_STATION,
        (
            Found("lighting", (55.6122, 12.3575), "Tre lamper i træk er slukket i parken.", "Skift lyskilderne samlet.",
                  2, "yes", "park_vej", _DONE),
            Found("overview", (55.6118, 12.3565), "Buskene gror ud over stien, så man ikke kan se om hjørnet.",
                  "Klip dem ned til en meter.", 3, "yes", "park_vej", (Step.TAKE, Step.REPORT)),
            Found("care", (55.6112, 12.3578), "Skraldespanden er fyldt, og der ligger affald om den.", "", 4, "yes",
                  "boligselskab", (Step.TAKE,)),
            Found("ways", (55.6109, 12.3584), "Tunnellen er den eneste vej om aftenen.", "Åbn lågen ved siden af.", 2,
                  "no", "Lågen hører til en privat grund."),
            Found("damage", (55.6110, 12.3592), "En bænk er gået i stykker.", "", None, "yes", "ejendomme"),
            Found("eyes", (55.6113, 12.3600), "Ingen vinduer ud mod pladsen.", "Lys og liv i stueetagen.", 3, "later"),
            Found("works_well", (55.6115, 12.3605), "Her er lyst, og døren står åben om aftenen.", "", 6),
        ),
    ),
    Plan(
        "Vejleåparken og Skyttestien", WalkKind.DAY, State.MEETING, -3, 13, "Ved legepladsen", _ROUND_THE_HOUSES,
        (
            Found("traffic", (55.6090, 12.3465), "Knallerter kører stærkt på stien.", "Bomme ved begge ender.", 3),
            Found("care", (55.6098, 12.3469), "Storskrald står ved containeren.", "Hent det to gange om ugen."),
            Found("overview", (55.6104, 12.3472), "Hegnet skjuler udkørslen.", "", 4),
            Found("wayfinding", (55.6108, 12.3486), "Skiltet til blokken mangler."),
            Found("works_well", (55.6112, 12.3500), "De nye bænke bliver brugt.", "", 6),
            Found("lighting", (55.6098, 12.3512), "Lampen over opgangen blinker.", "", 4),
        ),
    ),
    Plan("Stationen og Centerstien, igen", WalkKind.DARK, State.PLANNED, 5, 19, "Foran stationen", _ROUND_THE_STATION,
         again=True),
)  # fmt: skip


def write_walks(users: Sequence[User], *, random: Random, db: Database, services: Services, now: datetime) -> None:
    """Store them with findings, guests and the follow-ups they led to, inside `writing`."""
    leader = next(user for user in users if user.role is Role.HOUSING)
    before: Walk | None = None
    for plan in PLANS:
        walk = _walk(plan, leader, before, random=random, services=services, now=now)
        walks.put_within(db, walk, actor=SYSTEM, at=walk.created_at)
        guests = _guests(walk, random, db) if plan.found else []
        made = [
            _finding(walk, one, number, guests, random=random, db=db, services=services)
            for number, one in enumerate(plan.found)
        ]
        if walk.state is State.CLOSED:
            before = walk
            _answer(walk, plan, made, users, random=random, db=db, services=services, now=now)


def _walk(plan: Plan, leader: User, before: Walk | None, *, random: Random, services: Services, now: datetime) -> Walk:
    on = now.astimezone(COPENHAGEN).date() + timedelta(days=plan.days)
    begins = datetime.combine(on, time(plan.hour), COPENHAGEN)
    made = min(now, begins - timedelta(days=14)).replace(microsecond=0)
    lon, lat = plan.route[0]
    for text, field in ((plan.title, "title"), (plan.meeting, "meeting_point")):
        require_clean(text, field)
    over = plan.state in (State.MEETING, State.CLOSED)
    return Walk(
        id=uuid7(made, random.randbytes),
        title=plan.title,
        kind=plan.kind,
        starts_at=begins,
        meeting_point=plan.meeting,
        meeting_lat=lat,
        meeting_lon=lon,
        company="Demo Boligforening",
        route=plan.route,
        invited={"resident": 8, "caretaker": 1, "park_road": 1},
        checklist=checklist(services),
        leader=leader.id,
        district=services.districts.locate(lat, lon, on).district_id,
        length_m=round(length_m(plan.route)),
        state=plan.state,
        before=before.id if plan.again and before else None,
        started_at=begins if over else None,
        ended_at=begins + timedelta(hours=1) if over else None,
        closed_at=begins + timedelta(hours=2) if plan.state is State.CLOSED else None,
        created_by=leader.id,
        created_at=made,
    )


def _guests(walk: Walk, random: Random, db: Database) -> list[Guest]:
    """Their tokens are nobody's: no phone holds one."""
    joined = walk.starts_at.replace(microsecond=0)
    made = [Guest(uuid7(joined, random.randbytes), walk.id, role, joined) for role in ROLES]
    for one in made:
        walks.add_guest_within(db, one, sha256(random.randbytes(32)).digest())
    return made


def _finding(
    walk: Walk, found: Found, number: int, guests: Sequence[Guest], *, random: Random, db: Database, services: Services
) -> Finding:
    moment = (walk.starts_at + timedelta(minutes=6 + 8 * number)).replace(microsecond=0)
    for text, field in ((found.note, "note"), (found.proposal, "proposal")):
        require_clean(text, field)
    category = walk.item(found.item).category
    seen = Observation(
        id=uuid7(moment, random.randbytes),
        category=category,
        lat=found.at[0],
        lon=found.at[1],
        observed_at=moment,
        accuracy_m=float(random.randint(5, 20)),
        position_source="gps",
        note=found.note,
        origin="walk",
        kind=services.catalogue[category].kind,
        reporter=walk.leader,
        recorded_at=moment,
    )
    observations.insert_within(db, locate(seen, services=services), actor=SYSTEM)
    guest = guests[number % len(guests)]
    dark = walk.kind is WalkKind.DARK
    made = Finding(
        locate(seen, services=services), walk.id, 1, item=found.item, rank=1.0, changed=1, guest=guest.id,
        proposal=found.proposal or None, feeling_dark=found.feeling if dark else None,
        feeling_day=None if dark else found.feeling,
    )  # fmt: skip
    stored = findings.add_within(db, made, actor=SYSTEM, at=moment)
    for other in guests[: random.randint(0, 4)]:
        if other.id != guest.id:
            findings.support_within(db, stored.id, f"g:{other.id}", True, at=moment)
    return stored


def _answer(
    walk: Walk, plan: Plan, made: Sequence[Finding], users: Sequence[User], *, random: Random, db: Database,
    services: Services, now: datetime,
) -> None:  # fmt: skip
    """The closing meeting, and what became of its tasks since."""
    leader = next(user for user in users if user.id == walk.leader)
    closed = walk.closed_at or now
    told = list(zip(made, plan.found, strict=True))
    decided = [replace(one, **_decision(said, walk, closed)) for one, said in told if said.decision]
    for one in decided:
        findings.change_within(db, one, actor=SYSTEM, at=closed, action="finding.decide")
    tasks = tasks_for(decided, walk, user=leader, db=db, services=services, now=closed)
    tasks = [replace(one, id=uuid7(closed, random.randbytes)) for one in tasks]
    steps = {one.id: said.steps for one, said in told}
    for task in put_within(tasks, user=leader, db=db, now=closed):
        _go_on(task, steps[task.source_id or ""], users, closed=closed, now=now, db=db)


def _decision(said: Found, walk: Walk, closed: datetime) -> Mapping[str, Any]:
    yes, no = said.decision == "yes", said.decision == "no"
    return {
        "decision": said.decision,
        "responsible": said.answer if yes else None,
        "reason": said.answer if no else None,
        "deadline": walk.local_date + timedelta(days=28) if yes else None,
        "decided_at": closed,
        "decided_by": walk.leader,
    }


def _go_on(
    task: FollowUp, steps: Sequence[Step], users: Sequence[User], *, closed: datetime, now: datetime, db: Database
) -> None:
    """Steps by one colleague, the last look by another."""
    worker, other = [user for user in users if user.role in (Role.WORKER, Role.COORDINATOR)][:2]
    for count, step in enumerate(steps, start=1):
        who = other if step is Step.SEE else worker
        at = min(now, closed + timedelta(days=STEP_DAYS * count))
        task, event = stepped(task, step, who=USER + who.id, text=None, now=at)
        follow_ups.change_within(db, task, event, actor=SYSTEM)
