"""«Om data»: what the app keeps, who sees it, how long, and whom to ask."""

from __future__ import annotations

import streamlit as st

from fieldapp.ui.about import about_part
from fieldapp.ui.session import guard, translator_for
from fieldapp.usecases.screens import BY_KEY

user = guard(BY_KEY["om_data"].roles)
_ = translator_for(user)

st.title(_("Om data"))
about_part(user, _)
