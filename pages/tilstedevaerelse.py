"""«Tilstedeværelse»: where the worker is, from when to when; the week; and what is planned."""

from __future__ import annotations

import streamlit as st

from fieldapp import charts
from fieldapp.model import MAY_RECORD
from fieldapp.ui import levels
from fieldapp.ui.presence.after import after_part
from fieldapp.ui.presence.events import events_part
from fieldapp.ui.presence.look import PRESENCE_CSS, how_part
from fieldapp.ui.presence.now import now_part
from fieldapp.ui.presence.week import week_part
from fieldapp.ui.session import guard, translator_for

user = guard(MAY_RECORD)
_ = translator_for(user)

st.html(PRESENCE_CSS)
st.html(f"<style>{charts.STYLE}{levels.STYLE}</style>")
st.title(_("Tilstedeværelse"))
now_part(user=user, _=_)
after_part(user=user, _=_)
week_part(user=user, _=_)
levels.promises(user)
events_part(user=user, _=_)
how_part(_)
