"""«Overblik»: how things are in a school district, in words first and then in numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.store.meta import data_version
from fieldapp.ui import levels
from fieldapp.ui.overview import STYLE, draw, filter_part, made, print_button
from fieldapp.ui.session import current_user, database, services_now, translator_for
from fieldapp.usecases.overview import choices
from fieldapp.usecases.overview_tasks import tasks


@st.fragment
def dashboard() -> None:
    """Everything that a filter changes; nothing else is run again."""
    user, services, now = current_user(), services_now(), datetime.now(UTC)
    _ = translator_for(user)
    today = now.astimezone(COPENHAGEN).date()
    offered = choices(reader=user, services=services, today=today)
    if not offered:
        st.info(_("Du har ikke fået et distrikt endnu. Bed koordinatoren om at give dig et."))
        return
    try:
        asked = filter_part(offered, user=user, services=services, today=today)
        name = _("Alle distrikter") if asked.district is None else dict(offered)[asked.district]
        with database() as db:
            board, hours = made(asked, reader=user, db=db, services=services, now=now)
            open_tasks = tasks(asked.district, reader=user, db=db, now=now)
            draw(board, hours, open_tasks, name=name, user=user, services=services, version=str(data_version(db)))
    except Problem as problem:
        st.warning(problem.text(user.language))
        return
    print_button(user.language)


st.html(f"<style>{STYLE}</style>")
st.title(translator_for(current_user())("Overblik"))
levels.alerts_part(current_user())
dashboard()
