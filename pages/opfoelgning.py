"""«Opfølgning»: what must be done, by whom and by when, and what somebody has yet to see in the field."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.ui.chrome import SCREENS_CSS
from fieldapp.ui.follow_ups.filters import filter_part
from fieldapp.ui.follow_ups.listing import list_part, mine_part
from fieldapp.ui.follow_ups.look import STYLE
from fieldapp.ui.follow_ups.making import new_part
from fieldapp.ui.follow_ups.sending import inboxes_part
from fieldapp.ui.session import database, guard, services_now, translator_for
from fieldapp.usecases.screens import BY_KEY

user = guard(BY_KEY["opfoelgning"].roles)
_ = translator_for(user)
services = services_now()
now = datetime.now(UTC)

st.html(SCREENS_CSS)
st.html(f"<style>{STYLE}</style>")
st.title(_("Opfølgning"))
with database() as db:
    mine_part(user=user, db=db, now=now, _=_)
    try:
        wanted, order = filter_part(user=user, services=services, now=now, _=_)
    except Problem as problem:
        st.error(problem.text(user.language))
        st.stop()
    new_part(user=user, _=_)
    list_part(wanted, order, user=user, db=db, services=services, now=now, _=_)
    inboxes_part(user=user, db=db, services=services, _=_)
