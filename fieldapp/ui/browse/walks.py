"""Walks beside the map: under the number that stands on it, when, where, how many findings, and the way to the walk."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from fieldapp.formats import when
from fieldapp.model import ObservationFilter, User
from fieldapp.model.walks import KIND_NAMES, STATE_NAMES, State
from fieldapp.settings import ROOT
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.browse.filters import walks_wanted
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_map import MOST, MapWalk, found_on, walks_shown

PAGE = ROOT / "pages" / "tryghedsvandringer.py"


def walks_now(wanted: ObservationFilter, *, user: User, db: Database) -> tuple[MapWalk, ...]:
    """The walks to show; nothing is read while the switch is off."""
    return walks_shown(wanted, reader=user, db=db) if st.session_state.get("f-walks") else ()


def walks_part(found: tuple[MapWalk, ...], *, user: User, services: Services, now: datetime, _: Translator) -> None:
    """The switch, and below it the walks in words; «what» and «who» of the filter are about observations."""
    with st.container(key="map-walks"):
        if not walks_wanted(_):
            return
        if not found:
            st.info(_("Ingen tryghedsvandringer i perioden. Vælg en længere periode eller et andet distrikt."))
        if len(found) == MOST:
            st.caption(_("De nyeste {n} vises. Vælg en kortere periode for at se andre.").format(n=MOST))
        for one in found:
            _walk(one, user, services, now, _)


def _walk(one: MapWalk, user: User, services: Services, now: datetime, _: Translator) -> None:
    walk = one.walk
    findings = _("1 fund") if one.findings == 1 else _("{n} fund").format(n=one.findings)
    district = services.district_name(walk.district) or _("Uden for kommunen")
    told = when(walk.starts_at, now=now, language=user.language)
    about = [told[0].upper() + told[1:], _(KIND_NAMES[walk.kind]), district, _(STATE_NAMES[walk.state])]
    about += [findings] if one.findings or walk.state is not State.PLANNED else []
    label = f"**{one.number}** · {plain(walk.title)}"
    with st.container(gap="xxsmall"):
        st.page_link(PAGE, label=label, query_params={"walk": walk.id}, width="stretch")
        st.caption(plain(" · ".join(about)))


def origin_part(observation_id: str, *, user: User, _: Translator) -> None:
    """«Fra en tryghedsvandring», with the way to it where the reader may go there; nothing for other observations."""
    with database() as db:
        found = found_on(observation_id, reader=user, db=db)
    if found is None:
        return
    if found.walk is None:
        st.markdown(_("Fra en tryghedsvandring (fund {n})").format(n=found.number))
        return
    told = _("Fra tryghedsvandringen «{title}» (fund {n})")
    st.markdown(told.format(title=plain(found.walk.title), n=found.number))
    st.page_link(PAGE, label=_("Åbn vandringen"), query_params={"walk": found.walk.id}, width="stretch")
