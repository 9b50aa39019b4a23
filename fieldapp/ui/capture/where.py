"""Where it was: the phone's position, a tap on the map, a search, or the same place as last."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.maps import Basemap
from fieldapp.model import User
from fieldapp.texts import Translator
from fieldapp.ui.capture.carry import PLACE, carry
from fieldapp.ui.capture.state import Capture, current, keep
from fieldapp.ui.capture.still import look_around
from fieldapp.ui.capture.unread import run_for_unread
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.gps import Fix, gps
from fieldapp.ui.mapview import show_picker
from fieldapp.ui.places import found_places
from fieldapp.ui.session import database, home_now, services_now
from fieldapp.usecases import browse, observations

MAP_HEIGHT = 230


@st.fragment
def place_part(*, user: User, basemap: Basemap, _: Translator) -> None:
    """Phone, map and words about the place; reruns by itself, without the rest of the form."""
    capture = current(user)
    pin = capture.pin if capture.by_hand else None
    fix = gps(key="gps", pin=pin, language=user.language, on_use=capture.forget_place)
    if isinstance(fix, Fix) and not capture.by_hand and capture.pin != (fix.lat, fix.lon):
        capture.place(fix.lat, fix.lon, source="gps", accuracy_m=round(fix.accuracy_m, 1))
    if look_around(fix, user=user) and not capture.whole:
        st.rerun()
    _words(capture, _)
    tapped = show_picker(language=user.language, basemap=basemap, home=home_now(), height=MAP_HEIGHT, key="picker")
    if tapped:
        capture.place(*tapped, source="map")
        keep(capture, user)
        rerun_part()
    _other_ways(capture, user, _)
    carry(capture, *PLACE)
    run_for_unread(capture)


def _words(capture: Capture, _: Translator) -> None:
    """«Strandgårdskolen · ved Vejleåparken», and the neighbouring district one tap away."""
    if capture.pin is None:
        st.markdown(_("**Stedet mangler.** Tryk på kortet, eller brug din position."))
        return
    services = services_now()
    about = observations.describe(*capture.pin, datetime.now(COPENHAGEN).date(), services=services)
    found, near = about.located, about.neighbours
    chosen = capture.values.get("district_choice") or found.district_id
    parts = [services.district_name(chosen) if chosen else _("Uden for kommunen")]
    if about.place:
        parts.append(_("ved {place}").format(place=about.place))
    with st.container(key="place-line"):
        st.text(" · ".join(parts))
    if found.approximate:
        st.caption(_("Lige uden for kommunegrænsen – regnes til det nærmeste distrikt."))
    elif not chosen:
        st.caption(_("Observationen kan gemmes, men hører ikke til et distrikt."))
    for other in near[:1]:
        if st.button(_("Nej, det var i {district}").format(district=other.name), key="other-district", type="tertiary"):
            capture.values["district_choice"] = None if capture.values.get("district_choice") else other.district_id
            rerun_part()


def _other_ways(capture: Capture, user: User, _: Translator) -> None:
    folder = st.expander(_("Søg sted, eller brug samme sted som sidst"), key="other-ways", on_change="rerun")
    if not folder.open:
        return
    with folder:
        with database() as db:
            last = browse.latest(reader=user, db=db)
        if last and st.button(_("Samme sted som sidst"), key="same-place", width="stretch"):
            _go(capture, last.lat, last.lon, "map")
        text = st.text_input(_("Sted eller adresse"), key="place-search", placeholder=_("For eksempel Vejleåparken"))
        if text:
            found_places(
                text,
                language=user.language,
                key="place",
                choose=lambda lat, lon: _go(capture, lat, lon, "address"),
            )


def _go(capture: Capture, lat: float, lon: float, source: str) -> None:
    capture.place(lat, lon, source=source)
    rerun_part()
