"""«Fjern …» in an opened observation, for the coordinator: what must not be here is taken out for good."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.texts import N_, Translator
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.session import database, settings_now
from fieldapp.usecases import removal
from fieldapp.usecases.observations import Detail

_ASKED = "removing-asked"
AFTERWARDS = {
    "note": N_("Teksten slettes. Resten af observationen bliver stående."),
    "proposal": N_("Fundets forslag slettes. Har fundet en opgave, slettes opgavens uddybning med."),
    "both": N_("Teksten og fundets forslag slettes. Har fundet en opgave, slettes opgavens uddybning med."),
    "photos": N_("Billederne slettes helt. Resten af observationen bliver stående."),
    "all": N_("Observationen forsvinder fra liste, kort og tal. Kun dens nummer bliver, så den ikke kan komme igen."),
}
SAID = {
    "note": N_("Teksten er fjernet."),
    "proposal": N_("Forslaget er fjernet."),
    "photos": N_("Billederne er fjernet."),
    "all": N_("Observationen er fjernet."),
}


def removing_part(found: Detail, user: User, _: Translator) -> None:
    """What of it, why, and one question, since this alone cannot be undone."""
    if not removal.may_remove(user):
        return
    number = found.point.id
    with database() as db:
        proposal = removal.has_proposal(number, db=db)
    parts = {"note": found.point.note, "proposal": proposal, "photos": found.photos, "all": True}
    there = [part for part, yes in parts.items() if yes]
    asked = st.session_state.get(_ASKED)
    with st.expander(_("Fjern …")):
        st.write(_("Fjern kun det, der ikke måtte stå her."))
        part = st.radio(
            _("Hvad skal fjernes?"), there, format_func=lambda one: _(removal.PARTS[one]), key=f"removing-what-{number}"
        )
        reason = st.radio(
            _("Hvorfor?"),
            list(removal.REASONS),
            index=None,
            format_func=lambda one: _(removal.REASONS[one]),
            key=f"removing-why-{number}",
        )
        chosen = (number, part, reason)
        if asked == chosen:
            _question(number, part, str(reason), proposal, user, _)
        elif st.button(_("Fjern"), key=f"removing-{number}", disabled=reason is None, width="stretch"):
            st.session_state[_ASKED] = chosen
            rerun_part()


def _question(number: str, part: str, reason: str, proposal: bool, user: User, _: Translator) -> None:
    st.warning(_("Det kan ikke fortrydes.") + " " + _(AFTERWARDS["both" if part == "note" and proposal else part]))
    st.caption(_("Sikkerhedskopier og arkiver fra før har det, til de slettes. Gør du intet, sker der intet."))
    with st.container(horizontal=True):
        go = st.button(_("Fjern for altid"), key=f"removing-go-{number}", type="primary", width="stretch")
        if st.button(_("Behold"), key=f"removing-keep-{number}", width="stretch"):
            st.session_state.pop(_ASKED, None)
            rerun_part()
    if go:
        _remove(number, part, reason, user, _)


def _remove(number: str, part: str, reason: str, user: User, _: Translator) -> None:
    try:
        with st.spinner(_("Fjerner …")), database() as db:
            done = removal.remove(user, number, part, reason, db=db, settings=settings_now(), now=datetime.now(UTC))
        if not done.wiped:
            raise Problem("removal_not_wiped", number=number, reason=reason)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    st.session_state.pop(_ASKED, None)
    st.toast(_(SAID[part]))
    st.rerun()
