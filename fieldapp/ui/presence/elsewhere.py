"""Another place than the phone's position: one of the last ones, a search, or the map."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.texts import Translator
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.mapview import show_picker
from fieldapp.ui.presence.state import Stay
from fieldapp.ui.session import basemap_now, database, home_now, services_now
from fieldapp.usecases import places
from fieldapp.usecases.presence_suggestions import habits

MAP_HEIGHT = 230


def elsewhere_part(stay: Stay, user: User, _: Translator) -> None:
    """Folded, and not even drawn, until wanted."""
    folder = st.expander(_("Vælg et andet sted"), key="presence-elsewhere", on_change="rerun")
    if not folder.open:
        return
    with folder:
        with database() as db:
            last = habits(user=user, db=db, now=datetime.now(UTC)).places
        for number, one in enumerate(last):
            if one.lat is not None and one.lon is not None and one.place:
                _button(stay, one.place, one.lat, one.lon, f"last-{number}")
        text = st.text_input(_("Sted eller adresse"), key="presence-search", placeholder=_("For eksempel Vejleåparken"))
        if text:
            _results(stay, text, user.language, _)
        tapped = show_picker(
            language=user.language, basemap=basemap_now(), home=home_now(), height=MAP_HEIGHT, key="presence-picker"
        )
        if tapped:
            stay.place(*tapped, by_hand=True)
            rerun_part()


def _results(stay: Stay, text: str, language: str, _: Translator) -> None:
    try:
        found = places.search(text, services=services_now())
    except Problem as problem:
        st.error(problem.text(language))
        return
    if not found.matches:
        st.caption(_("Intet sted hedder sådan. Prøv et andet ord, eller tryk på kortet."))
    for number, match in enumerate(found.matches[:6]):
        _button(stay, match.place.name, match.place.lat, match.place.lon, f"found-{number}")


def _button(stay: Stay, name: str, lat: float, lon: float, key: str) -> None:
    if st.button(name, key=f"presence-{key}", width="stretch"):
        stay.place(lat, lon, by_hand=True)
        rerun_part()
