"""A safety walk: what is planned, who comes (by role), its states, and what each step is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import parsing
from fieldapp.model.categories import Catalogue, Kind
from fieldapp.model.observations import Observation
from fieldapp.model.walks_parsing import PARSERS, Line
from fieldapp.texts import N_

ADVISED_SIZE, SIZE_MOST = (8, 12), 25


class WalkKind(StrEnum):
    """By daylight or in the dark."""

    DAY = "day"
    DARK = "dark"


class State(StrEnum):
    """Where a walk stands."""

    PLANNED = "planned"
    RUNNING = "running"
    MEETING = "meeting"
    CLOSED = "closed"
    CANCELLED = "cancelled"


KIND_NAMES = {WalkKind.DAY: N_("I dagslys"), WalkKind.DARK: N_("I mørke")}
STATE_NAMES = {
    State.PLANNED: N_("Planlagt"),
    State.RUNNING: N_("I gang"),
    State.MEETING: N_("Afslutningsmøde"),
    State.CLOSED: N_("Afsluttet"),
    State.CANCELLED: N_("Aflyst"),
}
# What may be done → from which states, and where it leads. Findings come in until the walk is closed or cancelled.
STEPS: dict[str, tuple[frozenset[State], State]] = {
    "start": (frozenset({State.PLANNED, State.MEETING}), State.RUNNING),
    "stop": (frozenset({State.RUNNING}), State.MEETING),
    "close": (frozenset({State.MEETING}), State.CLOSED),
    "reopen": (frozenset({State.CLOSED}), State.MEETING),
    "cancel": (frozenset({State.PLANNED, State.RUNNING}), State.CANCELLED),
}
TAKES_FINDINGS = frozenset({State.PLANNED, State.RUNNING, State.MEETING})
GUEST_ROLES: dict[str, str] = {
    "resident": N_("Beboer"),
    "youth": N_("Ung"),
    "parent": N_("Forælder"),
    "senior": N_("Senior"),
    "caretaker": N_("Ejendomsfunktionær"),
    "board": N_("Afdelingsbestyrelse"),
    "housing": N_("Boligsocial medarbejder"),
    "police": N_("Politi"),
    "park_road": N_("Park og Vej"),
    "street_worker": N_("Gadeplansmedarbejder"),
    "school": N_("Skole eller klub"),
    "trade": N_("Butik eller erhverv"),
    "other": N_("Andre"),
}
DECISIONS: dict[str, str] = {"yes": N_("Ja"), "no": N_("Nej"), "later": N_("Senere")}
SIZE_ADVICE: dict[str, str] = {
    "few": N_("8–12 deltagere giver de bedste samtaler. Inviter gerne flere."),
    "many": N_("8–12 deltagere giver de bedste samtaler. Overvej to hold."),
    "split": N_("Over 25 er for mange til én vandring. Del den i to med hver sin leder."),
}
CHECKS: dict[str, str] = {
    "better": N_("Bedre"),
    "same": N_("Uændret"),
    "worse": N_("Værre"),
    "gone": N_("Væk"),
}


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to look for; what is found under it is an observation of `category`, never of people kind."""

    key: str
    da: str
    en: str
    category: str
    hint_da: str = ""
    hint_en: str = ""

    def label(self, language: str = "da") -> str:
        return self.en if language == "en" else self.da

    def hint(self, language: str = "da") -> str:
        return self.hint_en if language == "en" else self.hint_da


Checklist = tuple[ChecklistItem, ...]


def load_checklist(path: Path, catalogue: Catalogue) -> Checklist:
    """Read `walk_checklist.json`; raises Problem `bad_file`, also for a category of people kind."""
    try:
        items = tuple(ChecklistItem(**item) for item in json.loads(path.read_text(encoding="utf-8"))["items"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem("bad_file", field=path.name, why="den skal være en liste af punkter") from error
    require_harmless(items, catalogue, "bad_file", path.name)
    return items


def require_harmless(items: Checklist, catalogue: Catalogue, code: str, name: str) -> None:
    """Guests see every finding, so none may be of people kind, and no key may stand twice."""
    for item in items:
        if item.category not in catalogue or catalogue[item.category].kind is Kind.PEOPLE:
            raise Problem(code, field=name, why="et punkt skal have en kategori om stedet eller en god historie")
    if not items or len({item.key for item in items}) != len(items):
        raise Problem(code, field=name, why="der skal være mindst ét punkt, og hvert kun én gang")


@dataclass(frozen=True, slots=True)
class Walk:
    """One safety walk; times are aware UTC, lines are (lon, lat) degrees, `length_m` metres along the route.

    `invited` is role → how many; `track` is the route the leader walked, only where `track_on`.
    """

    id: str
    title: str
    kind: WalkKind
    starts_at: datetime
    meeting_point: str
    meeting_lat: float
    meeting_lon: float
    size: int = ADVISED_SIZE[1]
    company: str = ""
    area: Line | None = None
    route: Line | None = None
    invited: Mapping[str, int] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    track_on: bool = False
    before: str | None = None
    checklist: Checklist = ()
    leader: str = ""
    district: str | None = None
    length_m: int = 0
    state: State = State.PLANNED
    track: Line | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    created_by: str = ""
    created_at: datetime = parsing.EARLIEST
    version: int = 1

    @classmethod
    def from_wire(cls, wire: object) -> Walk:
        """Parse what a form sent; raises a Problem that names field and reason."""
        if not isinstance(wire, Mapping):
            raise Problem("invalid", field="walk", why="der skal sendes ét objekt")
        if unknown := sorted(set(map(str, wire)) - set(PARSERS)):
            raise Problem("unknown_field", field=unknown[0][:40])
        values = {name: parse(name, wire.get(name)) for name, parse in PARSERS.items()}
        values["checklist"] = tuple(ChecklistItem(**item) for item in values["checklist"])
        return cls(**values | {"kind": WalkKind(values["kind"])})

    @property
    def local_date(self) -> date:
        return self.starts_at.astimezone(COPENHAGEN).date()

    def item(self, key: str) -> ChecklistItem:
        """The checklist's item, also one that has since been taken off it."""
        found = next((item for item in self.checklist if item.key == key), None)
        return found or ChecklistItem(key, key, key, "other")


@dataclass(frozen=True, slots=True)
class Guest:
    """Someone on a walk with a phone: a role, and nothing else."""

    id: str
    walk: str
    role: str
    joined_at: datetime
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place of a walk: the observation, and what only the walk knows of it."""

    observation: Observation
    walk: str
    number: int
    item: str
    rank: float
    changed: int
    feeling_day: int | None = None
    feeling_dark: int | None = None
    proposal: str | None = None
    guest: str | None = None
    merged_into: str | None = None
    decision: str | None = None
    reason: str | None = None
    responsible: str | None = None
    deadline: date | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    checks: str | None = None
    checked: str | None = None
    supporters: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.observation.id

    @property
    def good(self) -> bool:
        return self.observation.kind is Kind.GOOD

    @property
    def support(self) -> int:
        """How many stand behind it: whoever found it, and all who said «det synes jeg også»."""
        return 1 + len(self.supporters)


def next_state(walk: Walk, step: str) -> State:
    """Where a step leads; Problem `walk_step` where it cannot be taken now."""
    allowed, leads_to = STEPS[step]
    if walk.state not in allowed:
        raise Problem("walk_step", state=(STATE_NAMES[walk.state],))
    return leads_to


def size_advice(size: int) -> str:
    """A key of SIZE_ADVICE, or nothing where the size is right."""
    least, best = ADVISED_SIZE
    if least <= size <= best:
        return ""
    return "few" if size < least else "many" if size <= SIZE_MOST else "split"


def feeling_of(findings: list[Finding], kind: WalkKind) -> float | None:
    """The mean of the feelings by day or in the dark, from 1 to 7; None where nobody said."""
    name = "feeling_dark" if kind is WalkKind.DARK else "feeling_day"
    said = [value for one in findings if (value := getattr(one, name)) is not None]
    return sum(said) / len(said) if said else None


def as_wire(walk: Walk) -> dict[str, Any]:
    """What `Walk.from_wire` reads."""
    wire = {name: getattr(walk, name) for name in PARSERS}
    items = [{name: getattr(item, name) for name in ChecklistItem.__dataclass_fields__} for item in walk.checklist]
    return wire | {"kind": str(walk.kind), "starts_at": parsing.utc_text(walk.starts_at), "checklist": items}
