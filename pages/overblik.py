"""«Overblik»: how things are in a school district, in words first and then in numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.ui.overview import STYLE, draw, filter_part, kept, print_button
from fieldapp.ui.session import current_user, database, services_now, translator_for
from fieldapp.usecases.overview import choices, overview


@st.fragment
def board() -> None:
    """Everything that a filter changes; nothing else is run again."""
    user, services, now = current_user(), services_now(), datetime.now(UTC)
    _ = translator_for(user)
    today = now.astimezone(COPENHAGEN).date()
    offered = choices(reader=user, services=services, today=today)
    if not offered:
        st.info(_("Du har ikke fået et distrikt endnu. Bed koordinatoren om at give dig et."))
        return
    try:
        district, period = filter_part(offered, user=user, today=today, _=_)
        with database() as db:
            shown = kept(
                lambda: overview(district=district, period=period, reader=user, db=db, services=services, now=now),
                db=db,
                reader=user,
                services=services,
                district=district,
                period=period,
            )
    except Problem as problem:
        st.warning(problem.text(user.language))
        return
    name = _("Alle distrikter") if district is None else dict(offered)[district]
    draw(shown, name=name, user=user, services=services)
    print_button(user.language)


st.html(f"<style>{STYLE}</style>")
st.title(translator_for(current_user())("Overblik"))
board()
