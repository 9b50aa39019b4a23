"""«Ny observation»: what, where, save — ten seconds and three taps."""

from __future__ import annotations

import streamlit as st

from fieldapp.model import MAY_RECORD, Role
from fieldapp.ui.capture.carry import CHOICES, carry
from fieldapp.ui.capture.more import details_part, time_part
from fieldapp.ui.capture.save import save_part
from fieldapp.ui.capture.state import current, keep
from fieldapp.ui.capture.still import still_part
from fieldapp.ui.capture.what import category_part
from fieldapp.ui.capture.where import place_part
from fieldapp.ui.chrome import SCREENS_CSS
from fieldapp.ui.presence.look import PRESENCE_CSS
from fieldapp.ui.presence.strip import strip
from fieldapp.ui.session import basemap_now, guard, services_now, translator_for

user = guard(MAY_RECORD)
_ = translator_for(user)
services = services_now()
capture = current(user)
capture.whole = True

st.html(SCREENS_CSS)
st.html(PRESENCE_CSS)
st.title(_("Ny observation"))
with st.container(key="halves"):
    with st.container():
        category_part(user=user, _=_)
    with st.container(key="half-wide"):
        place_part(user=user, basemap=basemap_now(), _=_)
    with st.container():
        time_part(capture, _)
        details_part(capture, user=user, services=services, _=_)
        # Below what the observation needs: the map must not be pushed under the thumb's button.
        if user.role is Role.WORKER:
            strip(user, lambda: current(user).pin)
carry(capture, *CHOICES)
save_part(capture, user=user, _=_)
with st.bottom:
    still_part(user=user)
keep(capture, user)
capture.whole = False
