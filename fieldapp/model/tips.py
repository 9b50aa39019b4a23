"""A tip from a school or day-care («Tryghedskig»), and the one table of what may become of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import parsing
from fieldapp.model.categories import Catalogue, Kind
from fieldapp.model.follow_up_parsing import parse_day
from fieldapp.model.people import Role
from fieldapp.texts import N_, later

MAY_INVITE = frozenset({Role.HOUSING, Role.COORDINATOR})
NAME_MOST, WORDS_MOST, TEXT_MOST = 80, 120, 500
TEXT_LEAST, REASON_LEAST = 3, 3
OLDEST, LOOK_WITHIN = timedelta(days=366), timedelta(days=366)
# What the fields are called in the sentence that says what is wrong with them.
PLACE, WHAT, TEXT, WHEN = N_("Hvor er det?"), N_("Hvad er det?"), N_("Beskriv det"), N_("Hvornår var det?")
NAME, DAY, REASON, DISTRICT = N_("Navn på stedet"), N_("Dato"), N_("Grund"), N_("Distrikt")


class State(StrEnum):
    """Where a tip stands."""

    NEW = "new"
    PLANNED = "planned"
    LOOKED = "looked"
    REFUSED = "refused"


class Step(StrEnum):
    """What a user does with it."""

    PLAN = "plan"
    LOOK = "look"
    REFUSE = "refuse"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states to which; whether a reason or a day must be given."""

    before: frozenset[State]
    after: State
    reason: bool = False
    day: bool = False


OPEN = frozenset({State.NEW, State.PLANNED})
CLOSED = frozenset({State.LOOKED, State.REFUSED})
RULES: dict[Step, Rule] = {
    Step.PLAN: Rule(OPEN, State.PLANNED, day=True),
    Step.LOOK: Rule(OPEN, State.LOOKED, day=True),
    Step.REFUSE: Rule(OPEN, State.REFUSED, reason=True),
    Step.REOPEN: Rule(CLOSED, State.NEW, reason=True),
}
STATE_NAMES: dict[State, str] = {
    State.NEW: N_("Nyt tip"),
    State.PLANNED: N_("Kig er planlagt"),
    State.LOOKED: N_("Set på stedet"),
    State.REFUSED: N_("Afvist"),
}
# Each state has a shape of its own, so that it is told without its colour.
SHAPES: dict[State, str] = {State.NEW: "○", State.PLANNED: "◐", State.LOOKED: "✔", State.REFUSED: "✕"}


@dataclass(frozen=True, slots=True)
class TipSource:
    """An institution that has a link: its name (never a person's) and its district."""

    id: str
    name: str
    district: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says, parsed: degrees where a position was sent, `place_id` of a known place, local day and UTC."""

    category: str
    kind: Kind
    text: str
    place_id: str | None
    place_text: str | None
    lat: float | None
    lon: float | None
    seen_on: date
    seen_at: datetime | None

    @classmethod
    def from_form(cls, form: Mapping[str, str], *, catalogue: Catalogue, now: datetime) -> Said:
        """Parse `place words lat lon what text when day clock`; raises a Problem that names the field."""
        place_id, words, lat, lon = _where(form)
        category, text = form.get("what", ""), " ".join(form.get("text", "").split())
        if not category or not text:
            raise Problem("missing", field=TEXT if category else WHAT)
        if category not in catalogue or catalogue[category].kind is Kind.PEOPLE:
            raise Problem("invalid", field=WHAT, why="vælg et punkt fra listen")
        if not TEXT_LEAST <= len(text) <= TEXT_MOST:
            why = later("skriv {least} til {most} tegn", least=TEXT_LEAST, most=TEXT_MOST)
            raise Problem("invalid", field=TEXT, why=why)
        kind = catalogue[category].kind
        return cls(category, kind, text, place_id, words, lat, lon, *_seen(form, now.replace(microsecond=0)))

    def content_hash(self, form: Mapping[str, str]) -> bytes:
        """SHA-256 of what was said: the same id with the same hash is the same tip sent twice."""
        # «Now» is another moment at each try: what counts is that it was said.
        told = [form.get(name, "").strip() for name in ("when", "day", "clock")]
        said = [self.category, self.text, self.place_id, self.place_text, self.lat, self.lon, *told]
        return sha256(json.dumps(said, ensure_ascii=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class Tip:
    """One tip: `seen_on` is the local day, `seen_at` the UTC time where one was told, `look_on` the day of the look."""

    id: str
    source: str
    category: str
    kind: Kind
    text: str | None
    place: str | None
    place_text: str | None
    lat: float | None
    lon: float | None
    position_source: str | None
    district: str | None
    seen_on: date
    seen_at: datetime | None
    content_hash: bytes
    created_at: datetime
    state_at: datetime
    state: State = State.NEW
    look_on: date | None = None
    observation: str | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Has nobody looked or refused yet?"""
        return self.state in OPEN

    @property
    def where(self) -> str:
        """The place in words, as far as it is known."""
        return ", ".join(part for part in (self.place, self.place_text) if part)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a tip's history; `seq` is 0 until it is stored."""

    at: datetime
    who: str
    action: str
    before: State | None
    after: State
    day: date | None = None
    text: str | None = None
    seq: int = 0


def stepped(
    tip: Tip, step: Step, *, who: str, now: datetime, text: str | None = None, day: date | None = None
) -> tuple[Tip, Event]:
    """The tip after this step, and the event that tells of it; raises `tip_step`, `missing` or `invalid`."""
    rule, at = RULES[step], now.replace(microsecond=0)
    if tip.state not in rule.before or not who.startswith("u:"):
        raise Problem("tip_step")
    if rule.reason and len((text or "").strip()) < REASON_LEAST:
        raise Problem("missing", field=REASON)
    if rule.day:
        _DAYS[step](day, now.astimezone(COPENHAGEN).date())
    look_on = day if step is Step.PLAN else tip.look_on if step is Step.LOOK else None
    newer = replace(
        tip, state=rule.after, state_at=at, look_on=look_on, observation=None, version=tip.version + 1
    )  # fmt: skip
    return newer, Event(at, who, str(step), tip.state, rule.after, day if rule.day else None, text)


def parse_name(value: str) -> str:
    """An institution's name: one line of 2 to 80 characters."""
    name = " ".join(value.split())
    if not name:
        raise Problem("missing", field=NAME)
    if not 2 <= len(name) <= NAME_MOST:
        raise Problem("invalid", field=NAME, why=later("skriv {least} til {most} tegn", least=2, most=NAME_MOST))
    return name


def _to_come(day: date | None, today: date) -> None:
    if day is None:
        raise Problem("missing", field=DAY)
    if not today <= day <= today + LOOK_WITHIN:
        raise Problem("invalid", field=DAY, why="vælg i dag eller en dag i det næste år")


def _gone(day: date | None, today: date) -> None:
    if day is None:
        raise Problem("missing", field=DAY)
    if not today - OLDEST <= day <= today:
        raise Problem("invalid", field=DAY, why="vælg i dag eller en dag i det sidste år")


_DAYS: dict[Step, Callable[[date | None, date], None]] = {Step.PLAN: _to_come, Step.LOOK: _gone}


def _where(form: Mapping[str, str]) -> tuple[str | None, str | None, float | None, float | None]:
    place_id, words = form.get("place") or None, " ".join(form.get("words", "").split()) or None
    if len(words or "") > WORDS_MOST:
        raise Problem("invalid", field=PLACE, why=later("højst {limit} tegn; gør teksten kortere", limit=WORDS_MOST))
    lat, lon = form.get("lat", "").strip(), form.get("lon", "").strip()
    if not (place_id or words or (lat and lon)):
        raise Problem("missing", field=PLACE)
    if not (lat and lon):
        return place_id, words, None, None
    return place_id, words, parsing.PARSERS["lat"](PLACE, lat), parsing.PARSERS["lon"](PLACE, lon)


def _seen(form: Mapping[str, str], now: datetime) -> tuple[date, datetime | None]:
    """The day, and the time where one was told, of `now`, `today` or `earlier`."""
    chosen, today = form.get("when", ""), now.astimezone(COPENHAGEN).date()
    if chosen == "now":
        return today, now
    if chosen not in ("today", "earlier"):
        raise Problem("missing", field=WHEN)
    day = today if chosen == "today" else parse_day(WHEN, form.get("day", "").strip())
    if day is None:
        raise Problem("missing", field=WHEN)
    if not today - OLDEST <= day <= today:
        raise Problem("invalid", field=WHEN, why="vælg i dag eller en dag i det sidste år")
    clock = form.get("clock", "").strip()
    if not clock:
        return day, None
    try:
        at = datetime.combine(day, time.fromisoformat(clock).replace(tzinfo=None), COPENHAGEN)
    except ValueError:
        raise Problem("invalid", field=WHEN, why="skriv klokkeslættet som 14:30") from None
    if at > now + parsing.CLOCK_SKEW:
        raise Problem("invalid", field=WHEN, why="tidspunktet ligger i fremtiden")
    return day, datetime.fromisoformat(parsing.utc_text(at))
