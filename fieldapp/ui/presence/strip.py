"""A line on top of «Ny observation»: whether one is present, and one tap to start where the observation is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from fieldapp.model import User
from fieldapp.model.presence import ACTIVITIES
from fieldapp.settings import ROOT
from fieldapp.ui.presence.now import HERE, begin
from fieldapp.ui.presence.state import Stay, act, current
from fieldapp.ui.presence.words import duration, what_and_where
from fieldapp.ui.session import database, services_now, translator_for
from fieldapp.usecases import presence
from fieldapp.usecases.presence_suggestions import Habits, habits

PAGE = ROOT / "pages" / "tilstedevaerelse.py"


@st.fragment
def strip(user: User, pin: Callable[[], tuple[float, float] | None]) -> None:
    """`pin` gives the place of the form it stands above, as it is when one taps «Start»."""
    _, stay, now = translator_for(user), current(), datetime.now(UTC)
    with database() as db:
        entry, missed = presence.running(user=user, db=db), presence.forgotten(user=user, db=db, now=now)
        usual = None if entry else habits(user=user, db=db, now=now)
    with st.container(key="presence-strip", horizontal=True, vertical_alignment="center"):
        if missed:
            st.page_link(PAGE, label=_("Hvornår gik du? Tryk her, og svar"))
        elif entry:
            elapsed = duration(entry.elapsed(now).total_seconds(), _)
            state = _("På pause") if entry.paused else _("I gang")
            st.text(f"● {state} {elapsed} – {what_and_where(entry, _)}")
            st.button(_("Stop"), key="strip-stop", on_click=stay.ask, args=("strip_stop", entry.id))
        elif usual:
            label = _("Start tilstedeværelse: {activity}").format(activity=_(ACTIVITIES[usual.activity]))
            st.button(label, key="strip-start", on_click=stay.ask, args=("strip_start", usual))
        if stay.where == HERE and stay.problem:
            st.caption(stay.problem)
    if (start := stay.taken("strip_start")) is not None:
        _start(stay, start[0], pin(), user)
    elif (stopped := stay.taken("strip_stop")) is not None:
        services = services_now()
        act(stay, user, HERE, lambda db, now: presence.stop(stopped[0], user=user, db=db, services=services, now=now))
    else:
        return
    st.rerun()


def _start(stay: Stay, usual: Habits, pin: tuple[float, float] | None, user: User) -> None:
    if pin is None:
        _ = translator_for(user)
        stay.where, stay.problem = HERE, _("Vælg først et sted.")
        return
    area = {"lat": pin[0], "lon": pin[1], "reach_m": usual.reach_m}
    begin(stay, {"id": stay.id, "activity": usual.activity, **area}, user)
