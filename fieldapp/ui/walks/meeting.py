"""The closing meeting on a projector: each finding gets an answer, many at once where they get the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.model.walks import DECISIONS, Finding, State, Walk
from fieldapp.model.walks_parsing import REASON_MOST
from fieldapp.texts import Translator
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.session import database, services_now
from fieldapp.ui.walks.acting import act, save_buttons, spared_in, tell
from fieldapp.ui.walks.live import checked_in, read
from fieldapp.ui.walks.look import finding_html, report_links
from fieldapp.usecases import walks_answers, walks_closing, walks_run
from fieldapp.usecases.parties import parties_of

HERE = "walk-meeting"
DEADLINE = timedelta(days=28)


@st.fragment
def meeting_part(walk: Walk, *, user: User, _: Translator) -> None:
    """Choose findings, choose an answer, give it; then close the meeting."""
    try:
        walk, found = read(walk.id, user)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    if walk.state is State.PLANNED:
        st.write(_("Mødet kommer efter vandringen. Start den på telefonen, og tilføj fund undervejs."))
        return
    if walk.state is State.RUNNING:
        st.info(_("Vandringen er stadig i gang. Afslut den, når I er tilbage."))
        if st.button(_("Afslut vandring"), key="walk-stop"):
            _step(walk, "stop", user, _)
    asked = [one for one in found if not one.good]
    if not found:
        st.write(_("Der er ingen fund at svare på endnu."))
    rev = st.session_state.get(f"{HERE}-rev", 0)
    with st.container(key="walk-halves"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        chosen = _choose(walk, found, asked, rev, user, _) if found else []
    with right, st.container(key="walk-answer"):
        if asked and walk.state is not State.CANCELLED:
            _answer(walk, chosen, rev, user, _)
        _close(walk, sum(one.decision is None for one in asked), user, _)
        if found:
            report_links(walk, _)


def _choose(walk: Walk, found: list[Finding], asked: list[Finding], rev: int, user: User, _: Translator) -> list[str]:
    """A box at each finding that needs an answer, and one for all that have none."""
    services = services_now()
    with database() as db:
        told = walks_answers.answers(walk, db=db)
    waiting = [one.id for one in asked if one.decision is None]
    st.subheader(_("{n} af {all} fund mangler et svar").format(n=len(waiting), all=len(asked)))
    every = st.checkbox(_("Vælg alle, der mangler et svar"), key=f"{HERE}-all-{rev}") if len(waiting) > 1 else False
    chosen, checked = [], checked_in(found, user.language)
    for one in found:
        with st.container(border=True):
            answer = told.get(one.id)
            shown = answer if answer and answer.state != "waiting" else None
            html = finding_html(
                one, walk, answer=shown, checked=checked[one.id], services=services, language=user.language, _=_
            )  # fmt: skip
            if not one.good:
                label = _("Vælg fund {n}").format(n=one.number)
                marked = st.checkbox(label, key=f"{HERE}-{one.id}-{rev}")
                chosen += [one.id] if marked or (every and one.id in waiting) else []
            st.html(html)
    return chosen


def _answer(walk: Walk, chosen: list[str], rev: int, user: User, _: Translator) -> None:
    services, key = services_now(), f"{HERE}-{walk.id}-{rev}"
    st.subheader(
        _("Svar til 1 valgt fund") if len(chosen) == 1 else _("Svar til {n} valgte fund").format(n=len(chosen))
    )
    keep_text(HERE, {"reason": f"{key}-reason"})
    decision = st.radio(
        _("Svar"), list(DECISIONS), format_func=lambda one: _(DECISIONS[one]), horizontal=True, key=f"{key}-decision"
    )
    wire: dict[str, Any] = {"decision": decision}
    if decision == "yes":
        parties = {one.key: one.label(user.language) for one in parties_of(services.settings)}
        wire["responsible"] = st.selectbox(
            _("Hvem tager sig af det?"), list(parties), None, format_func=parties.__getitem__, placeholder=_("Vælg"),
            key=f"{key}-who",
        )  # fmt: skip
        today = datetime.now(COPENHAGEN).date()
        wire["deadline"] = st.date_input(
            _("Senest"), today + DEADLINE, min_value=today, format="DD.MM.YYYY", key=f"{key}-by"
        )
    label = _("Hvorfor ikke? Deltagerne læser det.") if decision == "no" else _("Bemærkning, som deltagerne læser")
    wire["reason"] = st.text_area(label, max_chars=REASON_MOST, key=f"{key}-reason")
    sure = save_buttons(HERE, _("Gem svaret"), _)
    if sure is None:
        return
    spared = spared_in(sure, str(wire["reason"] or ""))

    def decide(db: Any, now: datetime) -> Any:
        return walks_closing.decide(
            walk.id, chosen, wire, user=user, db=db, services=services, now=now, spared=spared
        )  # fmt: skip

    if act(user, HERE, decide, said=_("Svaret er gemt.")) is not None:
        text_saved(HERE, ["reason"])
        st.session_state[f"{HERE}-rev"] = rev + 1
    st.rerun(scope="fragment")


def _close(walk: Walk, left: int, user: User, _: Translator) -> None:
    tell(f"{HERE}-close")
    if walk.state is State.MEETING:
        ready = not left
        if ready:
            st.write(_("Alle fund har et svar. Luk mødet, så kan deltagerne læse rapporten på deres link."))
        if st.button(_("Luk mødet"), key="walk-close", type="primary" if ready else "secondary"):
            _step(walk, "close", user, _)
    if walk.state is State.CLOSED and st.button(_("Åbn mødet igen"), key="walk-reopen"):
        _step(walk, "reopen", user, _)


def _step(walk: Walk, step: str, user: User, _: Translator) -> None:
    def take(db: Any, now: datetime) -> Any:
        if step == "close":
            return walks_closing.close(walk.id, user=user, db=db, now=now)
        return walks_run.take_step(walk.id, step, user=user, db=db, now=now)

    act(user, f"{HERE}-close", take)
    st.rerun(scope="app")
