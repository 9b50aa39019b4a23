"""What a place search found, as buttons; what to do where it found nothing."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.texts import translator
from fieldapp.ui.session import services_now
from fieldapp.usecases import places

SHOWN_MOST = 6


def found_places(text: str, *, language: str, key: str, choose: Callable[[float, float], None]) -> None:
    """A button for each of the nearest matches, which calls `choose` with its latitude and longitude."""
    _ = translator(language)
    try:
        found = places.search(text, services=services_now())
    except Problem as problem:
        st.error(problem.text(language))
        return
    if not found.matches:
        st.caption(_("Intet sted hedder sådan. Prøv et andet ord, eller tryk på kortet."))
    if found.fallback:
        st.caption(_("Adressesøgningen svarer ikke. Her er de steder, appen selv kender."))
    for number, match in enumerate(found.matches[:SHOWN_MOST]):
        if st.button(match.place.name, key=f"{key}-{number}", width="stretch"):
            choose(match.place.lat, match.place.lon)
