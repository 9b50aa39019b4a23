"""Presence: where somebody was, from when to when, and how its seconds are shared out over squares and hours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, iso_week
from fieldapp.model.parsing import CLOCK_SKEW, EARLIEST, utc_text
from fieldapp.model.presence_parsing import PARSERS, REACHES_M, Pause
from fieldapp.texts import N_

# Key → Danish; what the hours are given to (domain.md of the plan calls them activities).
ACTIVITIES: dict[str, str] = {
    "synlighed": N_("Synlighed"),
    "dialog": N_("Dialog"),
    "mentorstoette": N_("Mentorstøtte"),
    "samtale": N_("Samtale"),
    "undervisning": N_("Undervisning"),
    "netvaerk": N_("Netværk"),
    "arrangement": N_("Arrangement"),
}
# Metres round the position, and what they are called; 0 is the whole district.
REACHES: tuple[tuple[int, str], ...] = tuple(
    zip(REACHES_M, (N_("Her"), N_("Kvarteret"), N_("Området"), N_("Hele distriktet")), strict=True)
)
REACH_NAMES = dict(REACHES)
SQUARE_M = 250
BLOCK_HOURS = 3
LONGEST = timedelta(hours=16)
# A running entry is asked about after so long, or past this hour of the next morning, whichever is first.
OPEN_MOST = timedelta(hours=10)
MORNING = 4
# From this share of the time on, the phone's own squares are used instead of the disc.
TRACKED_LEAST = 0.5
TRACK_SLACK_MINUTES = 10
__all__ = ["ACTIVITIES", "LONGEST", "REACHES", "REACH_NAMES", "Area", "Pause", "Presence", "Share", "slots", "spread"]


@dataclass(frozen=True, slots=True)
class Share:
    """Seconds of one entry in one 250 m square (EPSG:25832 indices) of one district, day and 3-hour block."""

    district: str
    cell_n: int
    cell_e: int
    local_date: str
    iso_week: str
    block: int
    seconds: int


# (district, '' outside, square's north, east) → weight; (local date, ISO week, block) → seconds.
Area = Mapping[tuple[str, int, int], int]
Slot = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Presence:
    """One stay of one worker. `reach_m` metres round (lat, lon), or 0 for the whole of `district`.

    `track` are (north, east, minutes) of 250 m squares, sorted, as the phone has counted them; no order of a walk.
    """

    id: str
    activity: str
    started_at: datetime
    ended_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    reach_m: int = 250
    district: str | None = None
    event: str | None = None
    pauses: tuple[Pause, ...] = ()
    track: tuple[tuple[int, int, int], ...] = ()
    worker: str = ""
    place: str | None = None
    source: str = "api"
    status: str = "active"
    version: int = 1
    recorded_at: datetime = EARLIEST

    @classmethod
    def from_wire(cls, wire: object, *, now: datetime, source: str = "api", running: bool = False) -> Presence:
        """Parse what a phone or a form sent; raises a Problem that names the field. `running` has no end yet."""
        if not isinstance(wire, Mapping):
            raise Problem("invalid", field="presence", why="der skal sendes ét objekt")
        unknown = sorted(set(map(str, wire)) - set(PARSERS))
        if unknown:
            raise Problem("unknown_field", field=unknown[0][:40])
        said = cls(**{name: parse(name, wire.get(name)) for name, parse in PARSERS.items()}, source=source)
        if said.activity not in ACTIVITIES:
            raise Problem("invalid", field="activity", why="vælg en aktivitet fra listen")
        if said.ended_at is None and not running:
            raise Problem("missing", field="ended_at")
        return said.checked(now=now)

    def checked(self, *, now: datetime) -> Presence:
        """The same, once its times, pauses and place make sense together; raises a Problem."""
        if (self.lat is None) != (self.lon is None) or (self.lat is None and not self.names_district):
            raise Problem("missing", field="lat")
        _check_times(self, now)
        _check_pauses(self, now)
        if not self._track_fits(now):
            raise Problem("invalid", field="track", why="felternes minutter er flere end tilstedeværelsens")
        return self

    def _track_fits(self, now: datetime) -> bool:
        told = sum(minutes for *_cell, minutes in self.track)
        return told <= self.elapsed(now).total_seconds() / 60 + TRACK_SLACK_MINUTES

    def to_wire(self) -> dict[str, Any]:
        """What `from_wire` reads, without the empty fields."""
        wire: dict[str, Any] = {name: getattr(self, name) for name in PARSERS}
        wire |= {"started_at": utc_text(self.started_at), "ended_at": self.ended_at and utc_text(self.ended_at)}
        wire["pauses"] = [[utc_text(one.started_at), one.ended_at and utc_text(one.ended_at)] for one in self.pauses]
        wire["track"] = [list(one) for one in self.track]
        return {name: value for name, value in wire.items() if value not in (None, [])}

    @property
    def content_hash(self) -> bytes:
        """SHA-256 of what the sender said; the track too, the computed place not."""
        said = {name: value for name, value in self.to_wire().items() if name != "id"}
        if not self.names_district:
            said.pop("district", None)
        return sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).digest()

    @property
    def names_district(self) -> bool:
        """Was a whole district chosen by name, without a position?"""
        return self.lat is None and self.reach_m == 0 and self.district is not None

    @property
    def paused(self) -> bool:
        """Is there a pause that has not ended?"""
        return any(one.ended_at is None for one in self.pauses)

    @property
    def seconds(self) -> int:
        """Seconds from start to end, pauses left out; 0 while it runs."""
        return sum(slots(self).values())

    @property
    def tracked(self) -> bool:
        """Did the phone tell squares for at least half the time?"""
        return bool(self.track) and 60 * sum(one[2] for one in self.track) >= TRACKED_LEAST * self.seconds

    def elapsed(self, now: datetime) -> timedelta:
        """How long it has lasted until now, pauses left out."""
        present = _present(self.started_at, self.ended_at or now, self.pauses)
        return sum((until - begun for begun, until in present), timedelta())

    def over(self, ended_at: datetime) -> Presence:
        """The same, ended then: an open pause ends too."""
        return replace(self, ended_at=ended_at).fitted()

    def fitted(self) -> Presence:
        """An ended entry without what no longer lies inside its times; a track that is too long for them goes whole."""
        start, end = self.started_at, self.ended_at or self.started_at
        cut = (Pause(max(one.started_at, start), min(one.ended_at or end, end)) for one in self.pauses)
        fitting = replace(self, pauses=tuple(one for one in cut if one.ended_at and one.started_at < one.ended_at))
        return fitting if fitting._track_fits(end) else replace(fitting, track=())

    @property
    def limit(self) -> datetime:
        """When a running entry is taken for forgotten."""
        morning = self.started_at.astimezone(COPENHAGEN).replace(hour=MORNING, minute=0, second=0, microsecond=0)
        return min(self.started_at + OPEN_MOST, (morning + timedelta(days=1)).astimezone(UTC))


def spread(presence: Presence, area: Area) -> tuple[Share, ...]:
    """The entry's seconds over squares and hours: whole seconds whose sum is exactly the entry's; none while it runs.

    Within each 3-hour block of a Copenhagen day the seconds follow the weights, by largest remainder.
    """
    return tuple(
        Share(district, north, east, day, week, block, seconds)
        for (day, week, block), whole in slots(presence).items()
        for (district, north, east), seconds in _divided(whole, area)
    )


def slots(presence: Presence) -> dict[Slot, int]:
    """Seconds by Copenhagen's day, ISO week and 3-hour block, pauses left out; autumn's double hour counts twice."""
    found: dict[Slot, int] = {}
    if presence.ended_at is None:
        return found
    for start, end in _present(presence.started_at, presence.ended_at, presence.pauses):
        for begun, until in _by_hour(start, end):
            local = begun.astimezone(COPENHAGEN)
            slot = (local.date().isoformat(), iso_week(local), local.hour // BLOCK_HOURS)
            found[slot] = found.get(slot, 0) + int((until - begun).total_seconds())
    return found


def _present(start: datetime, end: datetime, pauses: Iterable[Pause]) -> Iterator[tuple[datetime, datetime]]:
    for pause in sorted(pauses, key=lambda one: one.started_at):
        if start < pause.started_at:
            yield start, min(pause.started_at, end)
        start = max(start, min(pause.ended_at or end, end))
    if start < end:
        yield start, end


def _by_hour(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Whole hours of UTC are whole hours in Copenhagen too, summer and winter."""
    while start < end:
        until = min(start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), end)
        yield start, until
        start = until


def _divided(whole: int, area: Area) -> Iterator[tuple[tuple[str, int, int], int]]:
    total = sum(area.values())
    parts = {key: divmod(whole * weight, total) for key, weight in area.items()}
    left = whole - sum(part for part, _ in parts.values())
    luckiest = set(sorted(parts, key=lambda key: (-parts[key][1], key))[:left])
    for key in sorted(parts):
        if seconds := parts[key][0] + (key in luckiest):
            yield key, seconds


def _check_times(presence: Presence, now: datetime) -> None:
    start, end = presence.started_at, presence.ended_at
    for name, moment in (("started_at", start), ("ended_at", end)):
        if moment and moment > now + CLOCK_SKEW:
            raise Problem("invalid", field=name, why="tidspunktet ligger i fremtiden")
    if end and end < start:
        raise Problem("invalid", field="ended_at", why="slut skal ligge efter start")
    if end and end - start > LONGEST:
        raise Problem("invalid", field="ended_at", why="højst 16 timer ad gangen; del det i to")


def _check_pauses(presence: Presence, now: datetime) -> None:
    last = presence.started_at
    for pause in presence.pauses:
        if pause.ended_at is None and (presence.ended_at is not None or pause is not presence.pauses[-1]):
            raise Problem("missing", field="pauses")
        ends = pause.ended_at or now + CLOCK_SKEW
        if not last <= pause.started_at < ends or (presence.ended_at and ends > presence.ended_at):
            raise Problem("invalid", field="pauses", why="pauser skal ligge efter hinanden og inden for tiden")
        last = ends
