"""The Streamlit script that every screen runs through: who is it, which screens are theirs, the bar, the screen."""

from __future__ import annotations

import streamlit as st

from fieldapp.settings import ROOT
from fieldapp.store.meta import is_fictional
from fieldapp.ui.session import current_user, database, translator_for
from fieldapp.usecases.screens import bar_of, screens_of

user = current_user()
_ = translator_for(user)
home = bar_of(user)[0]
files = {
    screen.key: st.Page(ROOT / "pages" / f"{screen.key}.py", title=_(screen.title), url_path=screen.key)
    for screen in screens_of(user)
}


def at_the_door() -> None:
    """The address without a name; the server leads browsers on before they get here."""
    st.switch_page(files[home.key])


door = st.Page(at_the_door, title="Fieldapp", url_path="start", default=True)
screen = st.navigation([door, *files.values()], position="hidden")
st.html(f'<span class="fa-language" lang="{user.language}"></span>')
with database() as db:
    if is_fictional(db):
        st.html(f'<p class="fa-fictional">{_("FIKTIVE DATA")}</p>')
with st.container(key="fa_bar", horizontal=True):
    for item in bar_of(user):
        st.page_link(files[item.key], label=_(item.short))
screen.run()
