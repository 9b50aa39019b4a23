"""The buttons of an opened task, with the words that go along; what was typed stays until it is saved."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.model.follow_up_parsing import TEXT_MOST
from fieldapp.model.follow_ups import RULES, State, Step
from fieldapp.texts import N_, Translator
from fieldapp.ui.follow_ups.asked import answered
from fieldapp.ui.follow_ups.photos import photo_part
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.session import database
from fieldapp.usecases import asking, follow_ups
from fieldapp.usecases.follow_ups_reading import Card

STEP_NAMES: dict[Step, str] = {
    Step.TAKE: N_("Tag opgaven"),
    Step.REPORT: N_("Meld udført"),
    Step.SEE: N_("Set i marken"),
    Step.STILL: N_("Det er stadig sådan"),
    Step.REFUSE: N_("Afvis"),
    Step.REOPEN: N_("Genåbn"),
}
DONE_NAMES: dict[Step, str] = {
    Step.TAKE: N_("Gemt – opgaven er din."),
    Step.REPORT: N_("Gemt – meldt udført. En anden skal se den i marken, før den lukkes."),
    Step.SEE: N_("Gemt – set i marken. Opgaven er lukket."),
    Step.STILL: N_("Gemt – opgaven er i gang igen."),
    Step.REFUSE: N_("Gemt – afvist."),
    Step.REOPEN: N_("Gemt – genåbnet."),
}
_WORDS, _SAID = "fu-words", "fu-said"


def say(follow_up_id: str, text: str, *, wrong: bool = False) -> None:
    """Something to be told beside this task in the next run."""
    st.session_state[_SAID] = (follow_up_id, text, wrong)


def told_part(follow_up_id: str) -> None:
    """What there is to say of this task, once."""
    said = st.session_state.get(_SAID)
    if said and said[0] == follow_up_id:
        del st.session_state[_SAID]
        (st.error if said[2] else st.success)(said[1])


def steps_part(card: Card, *, user: User, _: Translator) -> None:
    """One field for words, and a button for each thing that may be done now."""
    one = card.follow_up
    if not card.steps:
        return
    if one.state is State.REPORTED:
        own = Step.SEE not in card.steps
        st.markdown(f"**{_('En anden skal se den i marken') if own else _('Er det stadig sådan?')}**")
    if one.is_open:
        photo_part(one.id, user=user, _=_)
    key = f"{_WORDS}-{one.id}"
    needed = [_(STEP_NAMES[step]) for step in card.steps if RULES[step].reason]
    label = _("Bemærkning – om stedet, ikke om personer. Skal skrives ved «{steps}».").format(steps="», «".join(needed))
    with st.form(f"fu-form-{one.id}", border=False, enter_to_submit=False), st.container(key=f"fu-steps-{one.id}"):
        text = st.text_area(label, max_chars=TEXT_MOST, key=key, height=80)
        tapped = [
            step
            for number, step in enumerate(card.steps)
            if st.form_submit_button(
                _(STEP_NAMES[step]),
                key=f"fu-{step}-{one.id}",
                type="primary" if number == 0 and step is not Step.STILL else "secondary",
                width="stretch",
            )
        ]
    keep_text(_WORDS, {one.id: key})
    if tapped:
        st.session_state["fu-last-step"] = (one.id, tapped[0])
        _do(card, tapped[0], text, asking.NOBODY, user, _)
    _question(card, text, user, _)


def _question(card: Card, text: str, user: User, _: Translator) -> None:
    """What the gate asks of the words, and the answer that lets them through."""
    last = st.session_state.get("fu-last-step")
    if last and last[0] == card.follow_up.id and answered(text, f"fu-pass-{card.follow_up.id}", _):
        _do(card, last[1], text, asking.soft_words(text), user, _)


def _do(card: Card, step: Step, text: str, spared: asking.Words, user: User, _: Translator) -> None:
    one = card.follow_up
    try:
        with database() as db:
            follow_ups.step(
                one.id, step, version=one.version, user=user, db=db, now=datetime.now(UTC), text=text, spared=spared
            )
    except Problem as problem:
        if problem.code in (asking.UNSURE, asking.REFUSED):
            return
        say(one.id, problem.text(user.language), wrong=True)
    else:
        st.session_state.pop("fu-last-step", None)
        say(one.id, _(DONE_NAMES[step]))
        text_saved(_WORDS, [one.id])
        st.session_state.pop(f"{_WORDS}-{one.id}", None)
    st.rerun()
