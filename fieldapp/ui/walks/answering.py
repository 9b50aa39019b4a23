"""What became of the findings, the link to send again, and the same route walked again and compared."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, number
from fieldapp.model import User, uuid7
from fieldapp.model.walks import CHECKS, State, Walk
from fieldapp.privacy.releasing import sees_point
from fieldapp.texts import Translator
from fieldapp.ui.session import database, origin_now, services_now, settings_now
from fieldapp.ui.walks.acting import act, open_walk, tell
from fieldapp.ui.walks.live import checked_in, label_of
from fieldapp.ui.walks.look import report_links, words_table
from fieldapp.usecases import links, walks_answers, walks_findings, walks_invite, walks_plan

HERE = "walk-again"


def answers_part(walk: Walk, *, leads: bool, user: User, _: Translator) -> None:
    """In the words the guests read."""
    with database() as db:
        told = walks_answers.answers(walk, db=db)
        found = [one for one in walks_findings.standing(walk, db) if sees_point(one.observation, user)]
        compared = walks_answers.compare(walk, db=db)
    if not found:
        st.write(_("Der er ingen fund at svare på endnu."))
    else:
        st.markdown(f"**{walks_answers.count_words(walks_answers.counts(told), user.language)}**")
        checked = checked_in(found, user.language)
        say: dict[str, Any] = {"services": services_now(), "language": user.language}
        rows = [
            (label_of(one, walk, user.language, checked=checked[one.id]), walks_answers.in_words(told[one.id], **say))
            for one in found
            if one.id in told
        ]
        st.html(words_table([_("Fund"), _("Svar")], rows, _("Fund og svar")))
        report_links(walk, _)
    if compared:
        _compared(compared, walk, user, _)
    if leads:
        _send_again(walk, user, _)
        _again(walk, user, _)


def _compared(told: walks_answers.Comparison, walk: Walk, user: User, _: Translator) -> None:
    st.subheader(_("Sammenlignet med sidste vandring"))
    parts = [f"{_(CHECKS[name])}: {many}" for name, many in told.counted.items()]
    st.text(" · ".join(parts))
    if told.feeling_before is not None and told.feeling_now is not None:
        feelings = {
            "before": number(told.feeling_before, language=user.language, digits=1),
            "now": number(told.feeling_now, language=user.language, digits=1),
        }
        st.text(_("Tryghed på stedet (1–7): {before} sidst, {now} nu.").format(**feelings))
    rows = [
        (label_of(pair.old, walk, user.language), _(CHECKS[pair.checked]) if pair.checked else _("Ikke set efter"))
        for pair in told.findings
    ]
    st.html(words_table([_("Fund fra sidst"), _("Nu")], rows, _("Fund fra sidste vandring")))


def _send_again(walk: Walk, user: User, _: Translator) -> None:
    try:
        with database() as db:
            code = walks_invite.code_of(walk.id, user=user, db=db, secret=links.secret_of(settings_now()))
    except Problem:
        return
    st.write(_("Send deltagerne linket igen, når der er nyt. Det, der er ændret, siden de sidst så, er markeret:"))
    st.code(f"{origin_now()}/join/{code}", language=None, wrap_lines=True)


def _again(walk: Walk, user: User, _: Translator) -> None:
    if walk.state not in (State.MEETING, State.CLOSED):
        return
    tell(HERE)
    with st.expander(_("Gå ruten igen"), key="walk-again-folder"):
        st.write(
            _("Samme rute og tjekliste. De gamle fund står klar til at blive set efter: bedre, uændret, værre, væk.")
        )
        usual = datetime.now(COPENHAGEN) + timedelta(days=180)
        begins = walk.starts_at.astimezone(COPENHAGEN).time().replace(second=0)
        with st.container(horizontal=True):
            day = st.date_input(_("Dato"), usual.date(), format="DD.MM.YYYY", key="walk-again-day")
            clock = st.time_input(_("Klokken"), begins, step=900, key="walk-again-clock") or time(19)
        pressed = st.button(_("Planlæg vandringen"), type="primary", key="walk-again")
    if pressed:
        _plan(walk, datetime.combine(day, clock, COPENHAGEN), user, _)


def _plan(walk: Walk, starts_at: datetime, user: User, _: Translator) -> None:
    services = services_now()
    wire = walks_answers.again(walk, walk_id=uuid7(datetime.now(UTC)), starts_at=starts_at)
    known = walks_plan.soft_words_of(walk)

    def make(db: Any, now: datetime) -> Any:
        return walks_plan.plan(wire, user=user, db=db, services=services, now=now, spared=known)

    made = act(user, HERE, make, said="")
    if made is not None:
        open_walk(made.id, "plan")
    st.rerun()
