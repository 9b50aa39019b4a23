"""«Mere»: the screens that are not in the bar, the language, and signing out."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.settings import ROOT
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, signed_in, signed_out, translator_for
from fieldapp.usecases import accounts, sessions
from fieldapp.usecases.screens import BY_KEY, screens_of

NAMES = {"da": "Dansk", "en": "English"}
me = signed_in()
user = me.user
_ = translator_for(user)


def choose_language() -> None:
    """Keep the choice; the next run speaks it."""
    with database() as db:
        accounts.set_language(user, st.session_state["language"], db=db, now=datetime.now(UTC))


st.title(_("Mere"))
st.write(_("Logget ind som {name}.").format(name=f"**{plain(user.name)}**"))
for screen in screens_of(user):
    if screen is not BY_KEY["mere"]:
        st.page_link(ROOT / "pages" / f"{screen.key}.py", label=_(screen.title))
st.radio(
    _("Sprog"),
    list(NAMES),
    index=list(NAMES).index(user.language),
    format_func=NAMES.__getitem__,
    horizontal=True,
    key="language",
    on_change=choose_language,
)
st.html('<div class="fa-field"></div>')  # filled in by the phone, whose own choice it is
if st.button(_("Log ud"), key="sign_out"):
    with database() as db:
        sessions.revoke(user, me.session_id, db=db, now=datetime.now(UTC))
    signed_out()
