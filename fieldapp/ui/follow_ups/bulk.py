"""Many tasks given away at once: a mark on each row, one form, and all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fieldapp.model import User
from fieldapp.model.follow_ups import FollowUp
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.follow_ups.assigning import form
from fieldapp.usecases.follow_ups_reading import Card
from fieldapp.usecases.services import Services

_ON, _SAID = "fu-choosing", "fu-bulk-said"


def choosing() -> bool:
    """Are rows being marked just now?"""
    return bool(st.session_state.get(_ON))


def row_to_choose(one: FollowUp, told: str) -> None:
    """A row with a box; what is closed cannot be given away."""
    st.checkbox(told, key=f"fu-choose-{one.id}", disabled=not one.is_open)


def switch_part(_: Translator) -> None:
    """The switch above the rows, and what has just been done."""
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
    with st.container(key="fu-bulk"):
        st.toggle(_("Vælg flere"), key=_ON)
        if choosing():
            st.caption(_("Sæt kryds ved de opgaver, der skal have en anden ansvarlig, kollega eller frist."))


def bulk_part(cards: Sequence[Card], *, user: User, db: Database, services: Services, _: Translator) -> None:
    """While the switch is on: the form for what is marked, at the bottom of the screen however far the list goes."""
    if not choosing():
        return
    ids = {
        card.follow_up.id: card.follow_up.version
        for card in cards
        if card.follow_up.is_open and st.session_state.get(f"fu-choose-{card.follow_up.id}")
    }
    told = _("Ret 1 opgave") if len(ids) == 1 else _("Ret {n} opgaver").format(n=len(ids))
    with st.bottom, st.container(key="fu-bulk-bar"):
        if not ids:
            st.button(_("Sæt kryds ved opgaverne først"), disabled=True, width="stretch", key="fu-bulk-none")
            return
        with st.popover(told, type="primary", width="stretch"):
            button = _("Gem for 1 opgave") if len(ids) == 1 else _("Gem for {n} opgaver").format(n=len(ids))
            if form(ids, "bulk", button, user=user, db=db, services=services, _=_) is not True:
                return
    done = _("Gemt for 1 opgave.") if len(ids) == 1 else _("Gemt for {n} opgaver.").format(n=len(ids))
    st.session_state[_SAID] = done
    for key in ids:
        st.session_state.pop(f"fu-choose-{key}", None)
    st.rerun()
