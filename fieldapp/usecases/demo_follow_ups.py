"""The demonstration's tasks: one in every state, at the places of its story, each with the history that led there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, Observation, Role, User, uuid7
from fieldapp.model.follow_ups import USER, Event, FollowUp, Step, stepped
from fieldapp.privacy import require_clean
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.services import Services

_NEAR_M = 150.0
_WORKER, _HOUSING, _COORDINATOR = Role.WORKER, Role.HOUSING, Role.COORDINATOR
# What was done, how many days ago, by the first of this role that is there, and its words.
Done = tuple[Step, int, Role, str | None]


@dataclass(frozen=True, slots=True)
class Job:
    """One task: made `made` days ago by a coordinator, due in `due` days (before today where it is less than 0).

    `of` names the category of an observation near the place that it is made from.
    """

    title: str
    place: str
    party: str
    made: int
    due: int | None = None
    detail: str | None = None
    done: tuple[Done, ...] = ()
    kind: Kind = Kind.PLACE
    of: str | None = None
    north: float = 0.0
    east: float = 0.0


JOBS = (
    Job("Tre lamper er slukket på stien", "skyttestien", "park_vej", 30, -5, of="lighting"),
    Job("Sæt en skraldespand mere op", "erhverv-industribuen", "park_vej", 6, 2, "Der er fuldt hver mandag morgen."),
    Job("Klip hækken, så stien kan ses fra vejen", "ishoejstien", "boligselskab", 18, 9,
        done=((Step.TAKE, 12, _WORKER, None),)),
    Job("Tal med skolen om åbne døre om aftenen", "gildbroskolen", "skole", 25, -2,
        done=((Step.TAKE, 20, _WORKER, "Møde med skolelederen er aftalt."),)),
    Job("Skift ruden i læskuret", "ishoej-station", "park_vej", 21, -8,
        done=((Step.TAKE, 18, _HOUSING, None), (Step.REPORT, 3, _HOUSING, "Ny rude er sat i."))),
    Job("Fjern det væltede cykelstativ", "ishoej-bycenter", "ejendomme", 15, 4,
        done=((Step.REPORT, 2, _COORDINATOR, "Det er hentet."),)),
    Job("Mal over graffiti på muren", "ishoejstien", "ejendomme", 80, -60, north=60, east=-60,
        done=((Step.TAKE, 75, _WORKER, None), (Step.REPORT, 66, _WORKER, None), (Step.SEE, 62, _HOUSING, None))),
    Job("Nyt lys ved indgangen til hallen", "fritidscenteret", "ejendomme", 60, -30,
        done=((Step.REPORT, 35, _HOUSING, "LED-lamper med sensor."), (Step.SEE, 33, _WORKER, "Lyser hele vejen."))),
    Job("Bom mod knallerter på stien", "strandparkstien", "plan", 90, None, north=60,
        done=((Step.REFUSE, 70, _COORDINATOR, "Redningskøretøjer skal kunne komme frem. Vi prøver med skilte."),)),
    Job("Skilt: ingen knallertkørsel", "strandparkstien", "park_vej", 68, 12, north=60,
        done=((Step.REPORT, 40, _HOUSING, "Skilt sat op."), (Step.STILL, 31, _WORKER, "Skiltet er væk igen."))),
    Job("Ryd op efter festerne ved søen", "vejleaaparken", "boligselskab", 9, 0, of="litter"),
    Job("Fast aften i klubben for gruppen ved skolen", "gildbroskolen", "ungdomsskole", 14, 20, kind=Kind.PEOPLE,
        north=-110, east=-110, done=((Step.TAKE, 10, _WORKER, None),)),
    Job("Fortæl om den gode turnering i lokalavisen", "fritidscenteret", "kommunikation", 5, 10, kind=Kind.GOOD),
)  # fmt: skip


def write_follow_ups(
    seen: Sequence[Observation],
    users: Sequence[User],
    *,
    random: Random,
    db: Database,
    services: Services,
    now: datetime,
) -> int:
    """Store them, each with its history, inside `writing`; how many."""
    written = 0
    for job in JOBS:
        made = _made(job, seen, users, random=random, services=services, now=now)
        if made is None:
            continue
        rows.insert_within(
            db, made, Event(made.created_at, USER + made.created_by, "make", None, made.state), actor="system"
        )
        for newer, event in _steps(made, job.done, users, now):
            rows.change_within(db, newer, event, actor="system")
        written += 1
    return written


def _steps(
    one: FollowUp, done: Sequence[Done], users: Sequence[User], now: datetime
) -> Iterator[tuple[FollowUp, Event]]:
    for step, days_ago, role, words in done:
        require_clean(words or "", "reason")
        one, event = stepped(one, step, who=USER + _of(role, users).id, text=words, now=_ago(now, days_ago))
        yield one, event


def _made(
    job: Job, seen: Sequence[Observation], users: Sequence[User], *, random: Random, services: Services, now: datetime
) -> FollowUp | None:
    """The task as it was made; None where the place is not in the file."""
    place = services.gazetteer.by_id(job.place)
    if place is None:
        return None
    require_clean(job.title, "title")
    require_clean(job.detail or "", "detail")
    lat, lon = _moved(place.lat, place.lon, job)
    at = _ago(now, job.made)
    day = at.astimezone(COPENHAGEN).date()
    made = FollowUp(
        uuid7(at, random.randbytes),
        job.title,
        job.kind,
        "hand",
        job.party,
        detail=job.detail,
        lat=lat,
        lon=lon,
        place=place.name,
        district=services.districts.locate(lat, lon, day).district_id,
        deadline=now.astimezone(COPENHAGEN).date() + timedelta(days=job.due) if job.due is not None else None,
        state_at=at,
        created_by=_of(_COORDINATOR, users).id,
        created_at=at,
    )
    source = _source(job, lat, lon, seen, at)
    if source is None:
        return made
    made = replace(made, source="observation", source_id=source.id, lat=source.lat, lon=source.lon)
    return replace(made, place=source.place, district=source.district)


def _source(job: Job, lat: float, lon: float, seen: Sequence[Observation], at: datetime) -> Observation | None:
    """The newest of its category that was there when the task was made."""
    there = (
        one
        for one in seen
        if one.category == job.of and one.recorded_at <= at and geo.distance_m(lat, lon, one.lat, one.lon) <= _NEAR_M
    )
    return max(there, key=lambda one: (one.observed_at, one.id), default=None)


def _of(role: Role, users: Sequence[User]) -> User:
    return next(user for user in users if user.role is role)


def _ago(now: datetime, days: int) -> datetime:
    """About noon so many days ago, in UTC."""
    return (now - timedelta(days=days)).replace(hour=11, minute=0, second=0, microsecond=0)


def _moved(lat: float, lon: float, job: Job) -> tuple[float, float]:
    east, north = geo.to_utm32([lat], [lon])
    lats, lons = geo.from_utm32([float(east[0]) + job.east], [float(north[0]) + job.north])
    return round(float(lats[0]), 6), round(float(lons[0]), 6)
