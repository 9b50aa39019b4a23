"""One tip: what was said, where it stands, what may be done now, and what its giver reads."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import User
from fieldapp.model.tips import Step
from fieldapp.store.connection import Database
from fieldapp.texts import N_, Translator
from fieldapp.ui.follow_ups.threads import made_part
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now
from fieldapp.ui.tips.doing import look_part, plan_part, reason_part, say, task_part, told_part
from fieldapp.ui.tips.listing import close_tip, head_of, state_of
from fieldapp.ui.walks.acting import act, tell
from fieldapp.usecases import tips_answers, tips_staff
from fieldapp.usecases.tips_answers import date_words
from fieldapp.usecases.tips_staff import Card

TASK = "task"
DO_NAMES: dict[str, str] = {
    Step.PLAN: N_("Planlæg et kig"),
    Step.LOOK: N_("Skriv, hvad I så"),
    TASK: N_("Lav opgave"),
    Step.REFUSE: N_("Afvis"),
    Step.REOPEN: N_("Tag op igen"),
}


def opened_part(tip_id: str, *, user: User, _: Translator) -> None:
    """The tip for a reader who may see it; others are told that it is not there."""
    st.button(_("← Alle tip"), key="tip-back", on_click=close_tip)
    now, services = datetime.now(UTC), services_now()
    try:
        with database() as db:
            card = tips_staff.open_tip(tip_id, reader=user, db=db)
            told = tips_answers.told(card.tip, db=db, services=services, now=now, language=user.language)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    st.title(plain(head_of(card.tip, user.language)))
    st.markdown(f"**{plain(state_of(card.tip, user, _))}**")
    told_part(card.tip.id)
    _facts(card, now, user, _)
    made_part(card.tasks, user=user, now=now, _=_)
    _do(card, user, _)
    with st.container(border=True, key="tip-answer"):
        st.markdown(f"### {_('Det læser den, der gav tippet')}")
        st.text("\n".join(part for part in (told.state, told.found) if part))
        for title, words in told.tasks:
            st.text(f"{title}: {words}")
    with st.expander(_("Historik"), key="tip-history"):
        for day, said in told.history:
            st.text(f"{date_words(day, user.language)}: {said}")
    if card.may_forget:
        _forget(card, user, _)


def _facts(card: Card, now: datetime, user: User, _: Translator) -> None:
    tip, services = card.tip, services_now()
    seen = when(tip.seen_at, now=now, language=user.language) if tip.seen_at else date_words(tip.seen_on, user.language)
    own = tip.position_source == "gps" and tip.lat is not None and tip.lon is not None
    position = f"{tip.lat:.5f}, {tip.lon:.5f}" if own else ""
    came = when(tip.created_at, now=now, language=user.language)
    rows = [
        (_("Hvor"), tip.where),
        (_("Position"), position),
        (_("Distrikt"), services.district_name(tip.district) or _("Uden for kommunen")),
        (_("Beskrivelse"), tip.text or _("Ordene er slettet.")),
        (_("Hvornår"), seen),
        (_("Fra"), _("{name}, sendt {at}").format(name=card.name, at=came)),
    ]
    st.markdown("\n\n".join(f"**{plain(label)}**  \n{plain(value)}" for label, value in rows if value))


def _do(card: Card, user: User, _: Translator) -> None:
    """One thing at a time: chosen above, done below."""
    offered: list[str] = [str(step) for step in card.steps]
    if card.may_task:
        offered.insert(2 if Step.LOOK in card.steps else 0, TASK)
    if not offered:
        return
    key = f"tip-do-{card.tip.id}-{card.tip.version}"
    usual = offered.index(Step.LOOK) if card.tip.look_on and Step.LOOK in card.steps else 0
    chosen = st.radio(_("Hvad vil du gøre?"), offered, usual, format_func=lambda one: _(DO_NAMES[one]), key=key)
    part = {Step.PLAN: plan_part, Step.LOOK: look_part, TASK: task_part}.get(str(chosen))
    if part:
        part(card, user, _)
    else:
        reason_part(card, Step(str(chosen)), user, _)


def _forget(card: Card, user: User, _: Translator) -> None:
    with st.expander(_("Slet ordene"), key="tip-forget-ask"):
        st.write(_("Står der noget om en person? Slet tippets ord for altid. Sted, dato og svar bliver stående."))
        if st.button(_("Slet ordene for altid"), key="tip-forget"):

            def forget(db: Database, now: datetime) -> None:
                tips_staff.forget(card.tip.id, user=user, db=db, now=now)

            if act(user, "tip-forget-ask", forget) is not None:
                say(card.tip.id, _("Ordene er slettet."))
            st.rerun()
        tell("tip-forget-ask")
