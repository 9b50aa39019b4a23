"""Another place than the phone's position: one of the last ones, a search, or the map."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.model import User
from fieldapp.texts import Translator
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.mapview import show_picker
from fieldapp.ui.places import found_places
from fieldapp.ui.presence.state import Stay
from fieldapp.ui.session import basemap_now, database, home_now
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
            found_places(
                text, language=user.language, key="presence-found", choose=lambda lat, lon: _choose(stay, lat, lon)
            )
        tapped = show_picker(
            language=user.language, basemap=basemap_now(), home=home_now(), height=MAP_HEIGHT, key="presence-picker"
        )
        if tapped:
            _choose(stay, *tapped)


def _button(stay: Stay, name: str, lat: float, lon: float, key: str) -> None:
    if st.button(name, key=f"presence-{key}", width="stretch"):
        _choose(stay, lat, lon)


def _choose(stay: Stay, lat: float, lon: float) -> None:
    stay.place(lat, lon, by_hand=True)
    rerun_part()
