"""«Set igen» and «Find vej» for an opened observation: the same thing seen again is recorded with one tap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import MAY_RECORD, Observation, User, utc_text, uuid7
from fieldapp.privacy.releasing import ReleasedPoint, release
from fieldapp.texts import Translator
from fieldapp.ui.capture.state import Saved, saved_of
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import observations

_SAVED, _PROBLEM = "again-saved", "again-problem"
# A second tap so soon is the same tap.
_TWICE = timedelta(minutes=1)


@dataclass(frozen=True)
class Again:
    """What was just recorded as seen again: for «Gemt» and «Fortryd»."""

    of: str
    saved: Saved


def again_part(point: ReleasedPoint, *, user: User, _: Translator) -> None:
    """One tap records the same category at the same place now; for those who may record."""
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(problem)
    if user.role not in MAY_RECORD:
        return
    saved = st.session_state.get(_SAVED)
    if isinstance(saved, Again) and saved.of == point.id and datetime.now(UTC) - saved.saved.at < _TWICE:
        st.success(_("Registreret som set igen."))
    elif st.button(_("Set igen nu"), key=f"again-{point.id}", type="primary", width="stretch"):
        _record(point, user)
        st.rerun()


def _record(point: ReleasedPoint, user: User) -> None:
    now, services = datetime.now(UTC), services_now()
    wire = {
        "id": uuid7(now),
        "category": point.category,
        "lat": point.lat,
        "lon": point.lon,
        "position_source": "map",
        "observed_at": utc_text(now),
        "repeat_of": point.id,
        "district_choice": point.district,
    }
    try:
        observation = Observation.from_wire(wire, catalogue=services.catalogue, now=now, origin="form")
        with database() as db:
            stored = observations.record(observation, user=user, db=db, services=services, now=now).observation
    except Problem as problem:
        st.session_state[_PROBLEM] = problem.text(user.language)
        st.session_state["opened"] = point.id
        return
    st.session_state[_SAVED] = Again(point.id, saved_of(release([stored], user).points[0], user))


def saved_part(*, user: User, _: Translator) -> None:
    """«Gemt» for what was seen again, in sight wherever the list is, with ten minutes to take it back."""
    again = st.session_state.get(_SAVED)
    if not isinstance(again, Again) or datetime.now(UTC) - again.saved.at > observations.UNDO_FOR:
        return
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="saved"):
        told = ", ".join(part for part in (again.saved.label, again.saved.place) if part)
        st.success(plain(f"{_('Gemt (set igen)')} – {told}"))
        st.button(_("Fortryd"), key="undo-again", on_click=_undo, args=(again.saved, user, _))


def _undo(saved: Saved, user: User, _: Translator) -> None:
    try:
        with database() as db:
            observations.undo(saved.id, user=user, db=db, now=datetime.now(UTC))
        st.toast(_("Fortrudt – observationen er slettet."))
    except Problem as problem:
        st.toast(problem.text(user.language))
    st.session_state.pop(_SAVED, None)


def way_part(point: ReleasedPoint, _: Translator) -> None:
    """The way there: the phone's own map app by a `geo:` link, and the position to copy. Nothing is asked of a host."""
    position = f"{point.lat:.5f},{point.lon:.5f}"
    with st.container(key="way"):
        st.link_button(_("Find vej i telefonens kort"), f"geo:{position}?q={position}", width="stretch")
        st.code(position.replace(",", ", "), language=None, wrap_lines=True)
