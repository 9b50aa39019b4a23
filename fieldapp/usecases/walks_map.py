"""Walks on «Kort»: those of the period and the districts of the filter, as the reader may see them, latest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fieldapp import geo
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import ObservationFilter, User
from fieldapp.model.walks import State, Walk
from fieldapp.model.walks_parsing import Line
from fieldapp.store import findings
from fieldapp.store import walks as rows
from fieldapp.store.connection import Database
from fieldapp.usecases.walks_plan import may_see, open_walk

MOST = 60
# How far round a walk its guests get the base map, and how near and far they may look.
AROUND_M, GUEST_ZOOMS = 500, range(13, 19)


@dataclass(frozen=True, slots=True)
class MapWalk:
    """A walk as the map and the list beside it show it, both under the same number; `findings` stand on their own."""

    number: int
    walk: Walk
    findings: int


def walks_shown(wanted: ObservationFilter, *, reader: User, db: Database) -> tuple[MapWalk, ...]:
    """At most sixty walks, cancelled ones left out. Of the filter days, districts and «mine» count: the rest is about
    observations."""
    every = rows.between(db, wanted.since or date.min, wanted.until or date.max)
    seen = [one for one in every if _fits(one, wanted) and may_see(one, reader)][:MOST]
    counted = findings.count(db, [one.id for one in seen])
    return tuple(MapWalk(number, one, counted.get(one.id, 0)) for number, one in enumerate(seen, start=1))


def _fits(walk: Walk, wanted: ObservationFilter) -> bool:
    return (
        walk.state is not State.CANCELLED
        and (not wanted.districts or walk.district in wanted.districts)
        and (wanted.reporter is None or wanted.reporter in (walk.leader, walk.created_by))
    )


def mark(found: Sequence[MapWalk]) -> str:
    """Letters and digits that change when one of these does, so that the map asks again."""
    return f"w{len(found)}v{sum(one.walk.version for one in found)}" if found else ""


def payload(found: Sequence[MapWalk]) -> dict[str, Any]:
    """Shapes and numbers, never a word: positions are [latitude, longitude] in 1e-5 degrees, `at` is the number's."""
    return {"walks": [_wire(one.number, one.walk) for one in found]}


def _wire(number: int, walk: Walk) -> dict[str, Any]:
    line, area = _rounded(walk.route), _rounded(walk.area)
    meeting = _rounded(((walk.meeting_lon, walk.meeting_lat),))
    at = (line or area or meeting)[len(line or area or meeting) // 2]
    return {"n": number, "planned": walk.state is State.PLANNED, "line": line, "area": area, "at": at}


def _rounded(line: Line | None) -> list[list[int]]:
    return [[round(lat * 1e5), round(lon * 1e5)] for lon, lat in line or ()]


def surroundings(walk: Walk) -> tuple[float, float, float, float]:
    """West, south, east, north of the walk and 500 m round it: what a guest's map is for."""
    corners = [(walk.meeting_lon, walk.meeting_lat), *(walk.route or ()), *(walk.area or ())]
    boxes = [geo.bounding_box(lat, lon, AROUND_M) for lon, lat in corners]
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def walk_now(*, user: User, db: Database, now: datetime) -> Walk | None:
    """A walk that runs, or begins today: first those the user leads, of those what runs, of those the earliest."""
    today = now.astimezone(COPENHAGEN).date()
    # One that goes on past midnight is still on.
    yesterday = today - timedelta(days=1)
    live = (State.RUNNING, State.PLANNED)
    seen = [one for one in rows.between(db, yesterday, today) if one.state in live and may_see(one, user)]
    seen = [one for one in seen if one.state is State.RUNNING or one.local_date == today]
    ordered = sorted(seen, key=lambda one: (one.leader != user.id, one.state is not State.RUNNING, one.starts_at))
    return next(iter(ordered), None)


@dataclass(frozen=True, slots=True)
class FoundOn:
    """Which walk an observation was found on, its number there, and whether the reader may open the walk."""

    number: int
    walk: Walk | None


def found_on(observation_id: str, *, reader: User, db: Database) -> FoundOn | None:
    """The walk of an observation that the reader sees already; None where it was not found on one."""
    found = findings.get(db, observation_id)
    if found is None:
        return None
    try:
        return FoundOn(found.number, open_walk(found.walk, user=reader, db=db))
    except Problem:
        return FoundOn(found.number, None)
