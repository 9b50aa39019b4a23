"""«Kort»: the map and the list of the same observations, under one filter in the address bar."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.texts import Translator
from fieldapp.ui.browse.again import saved_part
from fieldapp.ui.browse.detail import detail_part, open_detail
from fieldapp.ui.browse.filters import filter_part
from fieldapp.ui.browse.listing import areas_part, list_part
from fieldapp.ui.browse.walks import walks_now, walks_part
from fieldapp.ui.chrome import SCREENS_CSS
from fieldapp.ui.mapview import show_observations
from fieldapp.ui.session import basemap_now, database, guard, home_now, services_now, translator_for
from fieldapp.usecases import browse
from fieldapp.usecases.screens import BY_KEY
from fieldapp.usecases.walks_map import mark

user = guard(BY_KEY["kort"].roles)
_ = translator_for(user)
services = services_now()
now = datetime.now(UTC)


@st.fragment
def map_part(version: str, _: Translator) -> None:
    """A tap reruns only this; the frame keeps its place."""
    tap = show_observations(language=user.language, basemap=basemap_now(), home=home_now(), version=version)
    if tap:
        open_detail(tap.observation)
        st.rerun()


st.html(SCREENS_CSS)
st.title(_("Kort"))
saved_part(user=user, _=_)
try:
    wanted = filter_part(user=user, services=services, now=now, _=_)
except Problem as problem:
    st.error(problem.text(user.language))
    st.stop()
with database() as db, st.container(key="halves"):
    walks = walks_now(wanted, user=user, db=db)
    with st.container(key="half-wide"):
        with st.container(key="map"):
            map_part(browse.version(reader=user, db=db, now=now) + mark(walks), _)
        areas_part(wanted, user=user, db=db, services=services, _=_)
    with st.container(key="list"):
        walks_part(walks, user=user, services=services, now=now, _=_)
        list_part(wanted, user=user, db=db, services=services, now=now, _=_)
detail_part()
