"""Observations: record one, take it back, mend it, see it again — the same door for form, API, import and CLI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from fieldapp import geo
from fieldapp.districts import Located, Neighbour
from fieldapp.errors import Problem
from fieldapp.model import MAY_RECORD, Observation, ObservationFilter, User
from fieldapp.model.situations import MERGE
from fieldapp.privacy import check, clean_text
from fieldapp.privacy.releasing import ReleasedPoint, point_grants, release, sees_point
from fieldapp.store import audit, drafts, photos
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database, writing
from fieldapp.usecases import asking, gate_counts
from fieldapp.usecases.services import Services

UNDO_FOR = timedelta(minutes=10)
EDIT_FOR = timedelta(hours=24)
NEAREST_PLACE_M = 400
GRID_M = 50
BORDER_M = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a record: `new` or `same` (sent before), and the observation as it is stored."""

    outcome: rows.Outcome
    observation: Observation


def record(
    observation: Observation,
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Recorded:
    """Store one observation with its district, place and cell; safe to call again with the same id.

    The user's draft of it goes, its photos come along. `spared` are the words of the note that its writer has said are
    no person; they are counted, not stored.
    """
    passed_gate = through_the_gate(observation, user=user, db=db, now=now, spared=spared)
    ready, passed = locate(passed_gate, services=services), soft_kinds(passed_gate, spared)
    with writing(db):
        outcome = rows.insert_within(db, ready, actor=user.id)
        take_draft_within(db, [ready.id], user=user, now=now)
        if outcome == "new":
            count_passed_within(db, passed, ready.origin, now)
    return Recorded(outcome, ready)


def take_draft_within(db: Database, ids: Collection[str], *, user: User, now: datetime) -> None:
    """End the user's draft if it is of one of these observations, and give that one its photos; inside `writing`."""
    draft = drafts.load(db, user.id)
    if draft is None or draft[0] not in ids:
        return
    stored = rows.get(db, draft[0])
    if stored and stored.status == "active":
        for photo in drafts.photos(db, user.id):
            photos.add_within(db, stored.id, photo, actor=user.id, at=now)
    drafts.discard_within(db, user.id)


def through_the_gate(
    observation: Observation, *, user: User, db: Database, now: datetime, spared: asking.Words
) -> Observation:
    """`checked`; a refusal is counted, and what is stored already is not asked about again."""
    try:
        return checked(observation, user=user, db=db, now=now, spared=spared)
    except Problem as problem:
        if problem.code != asking.UNSURE or not stored_already(observation, user, db):
            if problem.code == asking.REFUSED:
                found = asking.kinds_of(problem).elements()
                gate_counts.count(found, "stopped", origin=observation.origin, db=db, now=now)
            raise
    return checked(observation, user=user, db=db, now=now, spared=asking.soft_words(observation.note or ""))


def stored_already(observation: Observation, user: User, db: Database) -> bool:
    """Did the user send the same before, so that there is nothing left to ask or refuse?"""
    said = replace(observation, note=clean_text(observation.note or "") or None, reporter=user.id)
    with suppress(Problem):
        return rows.same_or_conflict(db, said) == "same"
    return False


def soft_kinds(ready: Observation, spared: asking.Words) -> Counter[str]:
    """What its writer has answered for; worked out before the transaction, which others wait for."""
    return Counter(one.kind for one in check(ready.note or "").findings) if spared else Counter()


def count_passed_within(db: Database, passed: Counter[str], origin: str, now: datetime) -> None:
    """Count the answers of what was stored; inside `writing`."""
    if passed:
        gate_counts.count_within(db, passed, "passed", origin=origin, now=now)


def prepare(
    observation: Observation,
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Observation:
    """`checked`, and what the sender does not say computed; raises a Problem."""
    return locate(checked(observation, user=user, db=db, now=now, spared=spared), services=services)


def checked(observation: Observation, *, user: User, db: Database, now: datetime, spared: asking.Words) -> Observation:
    """The user's own, its text clean, once role, text and link are in order; raises a Problem."""
    may_record(user)
    # As it was sent too, so that the places in a refusal are the sender's.
    asking.require_answered(observation.note or "", "note", spared=spared)
    note = clean_text(observation.note or "") or None
    if note != observation.note:
        asking.require_answered(note or "", "note", spared=spared)
    if observation.repeat_of:
        seen = rows.get(db, observation.repeat_of)
        if seen is None or not sees_point(seen, user):
            raise Problem("invalid", field="repeat_of", why="den tidligere observation findes ikke")
    return replace(observation, note=note, reporter=user.id, recorded_at=now.replace(microsecond=0))


def locate(observation: Observation, *, services: Services) -> Observation:
    """The observation with district, nearest place and 50 m square filled in."""
    lat, lon = observation.lat, observation.lon
    found = services.districts.locate(lat, lon, observation.local_time.date())
    place = services.gazetteer.nearest(lat, lon, within_m=NEAREST_PLACE_M)
    return replace(
        observation,
        district=_chosen(observation, services) or found.district_id,
        near_border=found.approximate,
        place=place[0].name if place else None,
        cell=grid_cell(lat, lon),
    )


@dataclass(frozen=True, slots=True)
class Description:
    """What the app knows of a position before anything is saved there."""

    located: Located
    neighbours: tuple[Neighbour, ...]
    place: str | None


@lru_cache(maxsize=512)
def describe(lat: float, lon: float, on: date, *, services: Services) -> Description:
    """District, neighbouring districts near a border, and nearest place; the same position is not looked up twice."""
    place = services.gazetteer.nearest(lat, lon, within_m=NEAREST_PLACE_M)
    return Description(
        services.districts.locate(lat, lon, on),
        tuple(border_choices(lat, lon, on, services=services)),
        place[0].name if place else None,
    )


def border_choices(lat: float, lon: float, on: date, *, services: Services) -> list[Neighbour]:
    """The other districts whose border is so near that a position may be on the wrong side of it."""
    return services.districts.neighbours_within(lat, lon, on, BORDER_M)


def _chosen(observation: Observation, services: Services) -> str | None:
    if observation.district_choice is None:
        return None
    near = border_choices(observation.lat, observation.lon, observation.local_time.date(), services=services)
    return next((one.district_id for one in near if one.district_id == observation.district_choice), None)


def grid_cell(lat: float, lon: float) -> tuple[int, int] | None:
    """The 50 m square as (northing, easting) indices; None far from Denmark, where the grid means nothing."""
    if not (53 <= lat <= 59 and 6 <= lon <= 17):
        return None
    north, east = geo.cell_numbers([lat], [lon], GRID_M)
    return int(north[0]), int(east[0])


def may_record(user: User) -> None:
    """Raises Problem `not_allowed` unless this role records observations."""
    if not user.active or user.role not in MAY_RECORD:
        raise Problem("not_allowed")


def undo(observation_id: str, *, user: User, db: Database, now: datetime) -> None:
    """Take back one's own observation within ten minutes: its text and photos are deleted, a bare row stays."""
    stored = stored_own(observation_id, user=user, db=db)
    if now - stored.recorded_at > UNDO_FOR:
        raise Problem("too_late", why="der kan kun fortrydes i 10 minutter")
    gone = replace(stored, status="withdrawn", note=None, version=stored.version + 1)
    rows.replace_content(db, gone, actor=user.id, at=now)


def amend(
    changed: Observation,
    *,
    user: User,
    db: Database,
    services: Services,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Observation:
    """Write one's own observation anew within 24 hours; `changed.version` is the version that was read.

    What was answered about the note when it was stored is not asked again.
    """
    stored = stored_own(changed.id, user=user, db=db)
    if now - stored.recorded_at > EDIT_FOR:
        raise Problem("too_late", why="en observation kan kun rettes i 24 timer")
    if changed.version != stored.version:
        raise Problem("conflict", field="version")
    before = asking.soft_words(stored.note or "")
    try:
        ready = prepare(changed, user=user, db=db, services=services, now=now, spared=spared | before)
    except Problem as problem:
        if problem.code == asking.REFUSED:
            gate_counts.count(asking.kinds_of(problem).elements(), "stopped", origin="form", db=db, now=now)
        raise
    said = stored.phone_observed_at if ready.observed_at == stored.observed_at else None
    ready = replace(ready, recorded_at=stored.recorded_at, phone_observed_at=said, origin=stored.origin)
    ready = replace(ready, version=stored.version + 1)
    rows.replace_content(db, ready, actor=user.id, at=now)
    passed = (one.kind for one in check(ready.note or "").findings if asking.word_of(one) not in before)
    gate_counts.count(passed, "passed", origin="form", db=db, now=now)
    return ready


def stored_own(observation_id: str, *, user: User, db: Database) -> Observation:
    """One's own observation that still stands; raises `not_found`."""
    stored = rows.get(db, observation_id)
    if stored is None or stored.status != "active" or stored.reporter != user.id:
        raise Problem("not_found")
    return stored


def similar(
    category: str, lat: float, lon: float, observed_at: datetime, *, user: User, db: Database
) -> ReleasedPoint | None:
    """The nearest observation of the same category within 50 m and 2 h that the user may see: «Er det den samme?»."""
    near = near_points(lat, lon, within_m=MERGE.within_m, user=user, db=db, categories=frozenset({category}))
    return next(
        (point for _, point in near if not point.coarse and abs(point.observed_at - observed_at) <= MERGE.within), None
    )


def near_points(
    lat: float,
    lon: float,
    *,
    within_m: float,
    user: User,
    db: Database,
    categories: frozenset[str] = frozenset(),
    limit: int = 200,
) -> list[tuple[float, ReleasedPoint]]:
    """(metres, point) of what the user may see round a place, nearest first."""
    wanted = ObservationFilter(
        bbox=geo.bounding_box(lat, lon, within_m), categories=categories, granted=point_grants(user)
    )
    found = release(rows.find(db, wanted, limit=limit), user).points
    measured = ((geo.distance_m(lat, lon, point.lat, point.lon), point) for point in found)
    return sorted((pair for pair in measured if pair[0] <= within_m), key=lambda pair: pair[0])


@dataclass(frozen=True, slots=True)
class Detail:
    """One observation opened: the point, its photo ids, and what happened to it."""

    point: ReleasedPoint
    photos: list[str]
    history: list[dict[str, object]]


def detail(observation_id: str, *, user: User, db: Database) -> Detail:
    """Open one observation; raises `not_found` for what the reader may not see, as for what is not there."""
    stored = rows.get(db, observation_id)
    if stored is None or not sees_point(stored, user):
        raise Problem("not_found")
    return Detail(
        release([stored], user).points[0],
        photos.of(db, observation_id),
        [_step(row) for row in audit.history(db, "observation", observation_id)],
    )


def _step(row: dict[str, object]) -> dict[str, object]:
    return {"at": row["at"], "action": row["action"]}
