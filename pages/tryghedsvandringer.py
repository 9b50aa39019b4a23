"""«Tryghedsvandringer»: planned, invited to, walked, decided on and answered."""

from __future__ import annotations

import streamlit as st

from fieldapp import charts
from fieldapp.model import MAY_RECORD
from fieldapp.ui.chrome import SCREENS_CSS
from fieldapp.ui.session import guard, translator_for
from fieldapp.ui.tips import listing as tips
from fieldapp.ui.tips import opened as tip
from fieldapp.ui.walks.acting import OPENED, tell
from fieldapp.ui.walks.listing import list_part
from fieldapp.ui.walks.look import STYLE
from fieldapp.ui.walks.opened import opened_part
from fieldapp.ui.walks.planning import plan_part
from fieldapp.usecases.walks_plan import READERS

user = guard(READERS)
_ = translator_for(user)

st.html(SCREENS_CSS)
st.html(f"<style>{charts.STYLE}{STYLE}</style>")
if chosen := st.query_params.get(OPENED):
    opened_part(chosen, user=user, _=_)
elif chosen := st.query_params.get(tips.OPENED):
    tip.opened_part(chosen, user=user, _=_)
else:
    st.title(_("Tryghedsvandringer"))
    tell("walks")
    list_part(user=user, _=_)
    if user.role in MAY_RECORD:
        folder = st.expander(_("Planlæg en vandring"), key="walk-new-folder", on_change="rerun")
        if folder.open:
            with folder:
                plan_part(None, user=user, _=_)
    tips.tips_part(user=user, _=_)
