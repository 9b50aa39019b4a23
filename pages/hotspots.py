"""«Hotspots»: where more is registered than the hours explain, its level, and what was promised and done."""

from __future__ import annotations

import streamlit as st

from fieldapp.ui.levels import STYLE, alerts_part, board_part, rules_part, scan_part
from fieldapp.ui.session import guard, translator_for
from fieldapp.usecases.screens import BY_KEY

user = guard(BY_KEY["hotspots"].roles)
_ = translator_for(user)

st.html(f"<style>{STYLE}</style>")
st.title(_("Hotspots"))
alerts_part(user)
board_part()
rules_part(user)
scan_part(user)
