"""Mending an opened task's title and detail, and taking words out of its history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import Role, User
from fieldapp.model.follow_up_parsing import TEXT_MOST, TITLE_MOST
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.follow_ups.acting import say
from fieldapp.ui.follow_ups.asked import answered
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database
from fieldapp.usecases import asking, follow_ups_mending
from fieldapp.usecases.follow_ups_reading import Opened

_ASKED = "fu-mend-asked"


def mending_part(found: Opened, *, user: User, now: datetime, _: Translator) -> None:
    """For whoever made it, and the coordinator, who alone may take words out."""
    one = found.card.follow_up
    if not follow_ups_mending.may_mend(one, user):
        return
    with st.expander(_("Ret teksten")):
        with st.form(f"fu-mend-{one.id}-{one.version}", border=False, enter_to_submit=False):
            title = st.text_input(_("Hvad skal gøres?"), one.title, max_chars=TITLE_MOST)
            label = _("Mere om det – om stedet, ikke om personer")
            detail = st.text_area(label, one.detail or "", max_chars=TEXT_MOST, height=80)
            save = st.form_submit_button(_("Gem rettelse"), width="stretch")
        if save:
            st.session_state[_ASKED] = one.id
        passed = st.session_state.get(_ASKED) == one.id and answered(f"{title}\n{detail}", "fu-mend-pass", _)
        if save or passed:
            spared = asking.soft_words(title) | asking.soft_words(detail) if passed else asking.NOBODY
            given = (one.id, title, detail)
            _do(
                one.id,
                lambda db, at: follow_ups_mending.amend(
                    *given, version=one.version, user=user, db=db, now=at, spared=spared
                ),
                user,
                _,
            )
        if user.role is Role.COORDINATOR:
            _lines(found, user=user, now=now, _=_)


def _lines(found: Opened, *, user: User, now: datetime, _: Translator) -> None:
    """A button for each line of the history that holds words or photos."""
    for line in found.history:
        if not line.event.text and not line.photos:
            continue
        at = when(line.event.at, now=now, language=user.language)
        label = _("Fjern ord og billeder fra {when} for altid").format(when=at)
        if st.button(plain(label), key=f"fu-forget-{line.event.seq}", width="stretch"):
            _do(
                found.card.follow_up.id,
                lambda db, moment, seq=line.event.seq: follow_ups_mending.forget(  # type: ignore[misc]
                    found.card.follow_up.id, seq, user=user, db=db, now=moment
                ),
                user,
                _,
            )


def _do(follow_up_id: str, work: Callable[[Database, datetime], object], user: User, _: Translator) -> None:
    try:
        with database() as db:
            work(db, datetime.now(UTC))
    except Problem as problem:
        if problem.code not in (asking.UNSURE, asking.REFUSED):
            st.error(problem.text(user.language))
        return
    st.session_state.pop(_ASKED, None)
    say(follow_up_id, _("Gemt"))
    st.rerun()
