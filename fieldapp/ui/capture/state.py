"""What is typed so far: restored from the draft, kept in the session, written back to the draft after each run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User, utc_text, uuid7
from fieldapp.privacy.releasing import ReleasedPoint
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import asking, browse, drafts, observations
from fieldapp.usecases.form import LAST_NIGHT_HOUR, RECENTLY_MINUTES

KEY = "capture"
PLACE = frozenset({"lat", "lon", "accuracy_m", "position_source"})


@dataclass
class Capture:
    """One form. `values` are the fields of the wire; `rev` grows when widgets must take their values
    anew, `note_rev` when the note must, `note_ask` when its question wants the focus.

    `spared` are the note's words that are said to be no person, `marked` those that saving has stopped at, with their
    kind; `pending` is the save that waits for an answer. `note_on_phone`: a note is written that only the phone has.
    `whole`: the whole screen runs, not one part alone.
    """

    id: str
    values: dict[str, Any] = field(default_factory=dict)
    photos: tuple[str, ...] = ()
    rev: int = 0
    note_rev: int = 0
    note_ask: int = 0
    note_on_phone: bool = False
    spared: asking.Words = asking.NOBODY
    marked: dict[str, str] = field(default_factory=dict)
    pending: str | None = None
    problem: str | None = None
    question: ReleasedPoint | None = None
    saved: Saved | None = None
    asked: str | None = None
    order: tuple[str, ...] = ()
    unfolded: bool = False
    unfold: bool = False
    used: bool | None = None
    whole: bool = False

    @property
    def note(self) -> str:
        """What is written."""
        return str(self.values.get("note") or "")

    @property
    def pin(self) -> tuple[float, float] | None:
        """The chosen place, however it was chosen."""
        return (self.values["lat"], self.values["lon"]) if "lat" in self.values else None

    @property
    def by_hand(self) -> bool:
        """Was the place chosen by hand, so that the phone's own position must not move it?"""
        return self.pin is not None and self.values.get("position_source") != "gps"

    @property
    def waits_for_category(self) -> bool:
        """Does anything outside the category part show something that another choice changes?"""
        return self.unfolded or bool(self.problem or self.pending or self.question or self.saved)

    def place(self, lat: float, lon: float, *, source: str, accuracy_m: float | None = None) -> None:
        """Set the place; a border choice belongs to the place before it."""
        self.values |= {"lat": lat, "lon": lon, "position_source": source, "accuracy_m": accuracy_m}
        self.values.pop("district_choice", None)

    def forget_place(self) -> None:
        for name in ("lat", "lon", "position_source", "accuracy_m", "district_choice"):
            self.values.pop(name, None)

    def key(self, name: str) -> str:
        """A widget key that is new whenever the widget must start anew."""
        return f"{name}-{self.id}-{self.rev}"

    def wire(self, now: datetime) -> dict[str, Any]:
        """The record as `Observation.from_wire` reads it."""
        said = {name: value for name, value in self.values.items() if name != "when" and value not in (None, "")}
        return said | {"id": self.id, "observed_at": utc_text(observed_at(self.values, now))}


@dataclass(frozen=True)
class Saved:
    """The last observation saved here: for «Gemt» and «Fortryd»."""

    id: str
    label: str
    place: str
    at: datetime
    again: bool = False


def observed_at(values: dict[str, Any], now: datetime) -> datetime:
    """The time the form says: now, a quarter of an hour ago, yesterday at 21, or the exact one."""
    local = now.astimezone(COPENHAGEN)
    evening = (local - timedelta(days=1)).replace(hour=LAST_NIGHT_HOUR, minute=0, second=0, microsecond=0)
    choices = {"recently": now - timedelta(minutes=RECENTLY_MINUTES), "last_night": evening.astimezone(UTC)}
    if values.get("when") == "exact" and values.get("observed_at"):
        return datetime.fromisoformat(values["observed_at"])
    return choices.get(values.get("when", "now"), now)


def current(user: User) -> Capture:
    """The form of this session, restored from the user's draft when the session is new."""
    capture = st.session_state.get(KEY)
    if not isinstance(capture, Capture):
        now = datetime.now(UTC)
        with database() as db:
            draft = drafts.load(user=user, db=db, now=now)
            last = browse.latest(reader=user, db=db)
        capture = st.session_state[KEY] = _restored(draft)
        if last and now - last.recorded_at < observations.UNDO_FOR and "category" not in draft.content:
            capture.saved = saved_of(last, user)
    return capture


def _restored(draft: drafts.Draft) -> Capture:
    values = dict(draft.content)
    places, on_phone = values.pop("not_persons", []), bool(values.pop("note_on_phone", False))
    spared = asking.words_at(str(values.get("note") or ""), places)
    return Capture(draft.id, values, draft.photos, spared=spared, note_on_phone=on_phone)


def saved_of(point: ReleasedPoint, user: User) -> Saved:
    """What «Gemt» says of an observation."""
    services = services_now()
    where = point.place or services.district_name(point.district)
    label = services.catalogue[point.category].label(user.language)
    return Saved(point.id, label, where, point.recorded_at, again=point.repeat_of is not None)


def keep(capture: Capture, user: User) -> None:
    """Write the draft, if anything is typed; when it can't be, the form stays as it is and saving will say why."""
    said = {name for name, value in capture.values.items() if value is not None}
    if said - PLACE:
        content = capture.values | {"not_persons": asking.places_of(capture.note, capture.spared)}
        if capture.note_on_phone and not capture.note:
            content["note_on_phone"] = True
        with suppress(Problem), database() as db:
            drafts.save(drafts.Draft(capture.id, content), user=user, db=db, now=datetime.now(UTC))


def start_anew(capture: Capture, saved: Saved | None) -> None:
    """Ready for the next one: a new id, the phone's position kept, everything else empty."""
    place = {name: capture.values.get(name) for name in PLACE}
    values = place if place["position_source"] == "gps" else {}
    st.session_state[KEY] = Capture(uuid7(datetime.now(UTC)), values, saved=saved)
