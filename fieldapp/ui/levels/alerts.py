"""The alerts, on «Overblik» and on «Hotspots»: what was registered, what to do next, and «Set»."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.settings import ROOT
from fieldapp.texts import Translator, translator
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.levels.drawing import STYLE
from fieldapp.ui.plain import plain
from fieldapp.ui.session import current_user, database, services_now
from fieldapp.usecases import alerts
from fieldapp.usecases.alerts import Alert

SHOWN_MOST = 10
# Two lines on a phone, so that the page's first sentence stays in the first screen.
TITLES_MOST = 45


@st.fragment
def alerts_part(user: User) -> None:
    """What this reader has not seen yet, each with its next step, those seen folded; nothing where there is none."""
    user, services, now = current_user(), services_now(), datetime.now(UTC)
    _ = translator(user.language)
    with database() as db:
        found = alerts.alerts(reader=user, db=db, services=services, now=now)
    if not found:
        return
    st.html(f"<style>{STYLE}</style>")
    new = [alert for alert in found if not alert.seen]
    seen = [alert for alert in found if alert.seen]
    titles = " · ".join(dict.fromkeys(alert.title for alert in new))
    count = _("Beskeder: 1 ny") if len(new) == 1 else _("Beskeder: {n} nye").format(n=len(new))
    label = count if new else _("Beskeder: ingen nye")
    told = f" – {plain(titles)}" if 0 < len(titles) <= TITLES_MOST else ""
    with st.expander(f"**{label}**{told}", key="alerts-part"):
        for alert in new[:SHOWN_MOST]:
            _alert(alert, user, _)
        if len(new) > SHOWN_MOST:
            told = _("Der er {n} mere. De vises her, når du har trykket «Set» på nogle af disse.")
            st.caption(told.format(n=len(new) - SHOWN_MOST))
        if seen:
            st.markdown(f"**{_('Set af dig')}**")
        for alert in seen[:SHOWN_MOST]:
            st.markdown(f"{plain(alert.title)}  \n{plain(alert.text)}")


def _alert(alert: Alert, user: User, _: Translator) -> None:
    with st.container(border=True, key=f"alert-{alert.key}"):
        st.markdown(f"**{plain(alert.title)}**  \n{plain(alert.text)}")
        st.markdown(f"**{_('Gør nu:')}** {plain(alert.next_step)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                ROOT / "pages" / "kort.py", label=_("Vis på kortet"), query_params=dict(alert.shown_by), width="content"
            )
            seen = st.button(_("Set"), key=f"see-{alert.key}", help=plain(alert.title))
    if seen:
        try:
            with database() as db:
                alerts.see(alert.key, user=user, db=db, now=datetime.now(UTC))
        except Problem as problem:
            st.error(problem.text(user.language))
            return
        rerun_part()
