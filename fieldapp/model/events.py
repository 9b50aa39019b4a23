"""An event: something planned at one place and time («Sidste skoledag» in Byhaven) that presence can be given to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import parsing
from fieldapp.model.presence_parsing import REACHES_M
from fieldapp.texts import later

TITLE_LEAST, TITLE_MOST, PLAN_MOST = 2, 80, 500
HOURS_MOST = 1000
LONGEST = timedelta(days=14)
AHEAD_MOST = timedelta(days=730)
EVENT_REACHES = tuple(reach for reach in REACHES_M if reach)


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `reach_m` metres round (lat, lon); `planned_minutes` is all workers' time together."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    lat: float
    lon: float
    reach_m: int
    planned_minutes: int
    plan: str | None = None
    place: str | None = None
    district: str | None = None
    created_by: str = ""
    created_at: datetime = parsing.EARLIEST
    status: str = "active"
    version: int = 1

    @classmethod
    def from_wire(cls, wire: object, *, now: datetime) -> Event:
        """Parse what a form sent; raises a Problem that names field and reason."""
        if not isinstance(wire, Mapping):
            raise Problem("invalid", field="event", why="der skal sendes ét objekt")
        unknown = sorted(set(map(str, wire)) - set(_PARSERS))
        if unknown:
            raise Problem("unknown_field", field=unknown[0][:40])
        event = cls(**{name: parse(name, wire.get(name)) for name, parse in _PARSERS.items()})
        if not timedelta() < event.ends_at - event.starts_at <= LONGEST:
            raise Problem("invalid", field="ends_at", why="slut skal ligge efter start og højst 14 dage senere")
        if abs(event.starts_at - now) > AHEAD_MOST:
            raise Problem("invalid", field="starts_at", why="datoen skal ligge inden for to år")
        return event


def _text(least: int, most: int) -> Callable[[str, object], str]:
    def parse(name: str, value: object) -> str:
        if value is not None and not isinstance(value, str):
            raise Problem("invalid", field=name, why="det skal være tekst")
        text = " ".join((value or "").split()) if most == TITLE_MOST else (value or "").strip()
        if least and not text:
            raise Problem("missing", field=name)
        if not least <= len(text) <= most:
            raise Problem("invalid", field=name, why=later("skriv {least} til {most} tegn", least=least, most=most))
        return text

    return parse


def _plan(name: str, value: object) -> str | None:
    return _text(0, PLAN_MOST)(name, value) or None


def _reach(name: str, value: object) -> int:
    if type(value) is not int or value not in EVENT_REACHES:
        raise Problem("invalid", field=name, why="vælg 100, 250 eller 500 m")
    return value


def _minutes(name: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= HOURS_MOST * 60:
        raise Problem("invalid", field=name, why=later("vælg et tal fra {least} til {most}", least=0, most=HOURS_MOST))
    return value


_PARSERS: dict[str, Callable[[str, object], Any]] = {
    "id": parsing.parse_id,
    "title": _text(TITLE_LEAST, TITLE_MOST),
    "plan": _plan,
    "starts_at": parsing.parse_time,
    "ends_at": parsing.parse_time,
    "lat": parsing.PARSERS["lat"],
    "lon": parsing.PARSERS["lon"],
    "reach_m": _reach,
    "planned_minutes": _minutes,
}
