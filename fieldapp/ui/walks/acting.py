"""Doing something on the walks' page: a Problem is told where it belongs, the gate's question can be answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.store.connection import Database
from fieldapp.texts import N_, Translator, translator
from fieldapp.ui.session import database
from fieldapp.usecases import asking

OPENED = "walk"
# What the fields are called on the screen.
FIELD_WORDS: dict[str, str] = {
    "title": N_("Vandringens navn"),
    "meeting_point": N_("Hvor I mødes"),
    "meeting_lat": N_("Sted: tegn ruten, eller vælg et kendt sted"),
    "company": N_("Boligselskab"),
    "route": N_("Ruten"),
    "starts_at": N_("Dato"),
    "size": N_("Antal"),
    "themes": N_("Det, I ser efter"),
    "checklist": N_("Tjekliste"),
    "leader": N_("Leder"),
    "finding": N_("Valgte fund"),
    "reason": N_("Grund"),
    "responsible": N_("Hvem tager sig af det"),
    "deadline": N_("Senest"),
    "note": N_("Hvad ser man"),
    "proposal": N_("Forslag"),
    "item": N_("Punkt"),
}
_SAID, _UNSURE = "walks-said", "walks-unsure"
Work = Callable[[Database, datetime], Any]


def act(user: User, where: str, work: Work, *, said: str = "") -> Any:
    """Do it; what came of it is told by `tell(where)` in the next run, and None comes back for a Problem."""
    try:
        with database() as db:
            done = work(db, datetime.now(UTC))
    except Problem as problem:
        if problem.field in FIELD_WORDS:
            problem.details["field"] = translator(user.language)(FIELD_WORDS[problem.field])
        st.session_state[_SAID] = (where, problem.text(user.language), True)
        st.session_state[_UNSURE] = where if problem.code == asking.UNSURE else ""
        return None
    st.session_state[_SAID], st.session_state[_UNSURE] = (where, said, False), ""
    return done if done is not None else True


def tell(where: str) -> None:
    """What there is to say in this part, once."""
    told = st.session_state.get(_SAID)
    if not told or told[0] != where or not told[1]:
        return
    (st.error if told[2] else st.success)(told[1])
    if not told[2]:
        st.session_state[_SAID] = None


def save_buttons(where: str, label: str, _: Translator) -> bool | None:
    """The button that saves: True where the writer says that no person is meant, None where nothing was pressed."""
    tell(where)
    pressed = st.button(label, type="primary", key=f"{where}-save", width="stretch")
    if st.session_state.get(_UNSURE) == where and st.button(_("Det er ikke en person – gem"), key=f"{where}-sure"):
        return True
    return False if pressed else None


def spared_in(sure: bool, *texts: str) -> asking.Words:
    """Every word that is asked about in these, where the writer has answered for them."""
    return frozenset().union(*(asking.soft_words(text) for text in texts)) if sure else asking.NOBODY


def open_walk(walk_id: str, part: str = "") -> None:
    """Show this walk, and which part of it; the address bar follows, so that it can be shared."""
    st.query_params[OPENED] = walk_id
    st.session_state.pop(f"walk-part-{walk_id}", None)
    if part:
        st.session_state[f"walk-part-{walk_id}"] = part


def close_walk() -> None:
    """Back to the list."""
    st.query_params.pop(OPENED, None)
