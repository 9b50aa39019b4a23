"""The list of walks: when, where, how many came and what comes next, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.formats import when
from fieldapp.model import MAY_RECORD, User
from fieldapp.model.walks import KIND_NAMES, STATE_NAMES
from fieldapp.texts import N_, Translator
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now
from fieldapp.ui.walks.acting import open_walk
from fieldapp.usecases import walks_plan
from fieldapp.usecases.walks_plan import WalkCard

# What the leader does next, and in which part of the walk.
NEXT: dict[str, str] = {
    "invite": N_("Næste skridt: inviter deltagere."),
    "start": N_("Næste skridt: start vandringen på telefonen."),
    "walk": N_("Vandringen er i gang. Tilføj fund, og afslut den på telefonen."),
    "decide": N_("Næste skridt: giv {n} fund et svar på afslutningsmødet."),
    "close": N_("Alle fund har et svar. Næste skridt: luk mødet."),
    "follow": N_("Næste skridt: følg op, og send deltagerne svar."),
}
PART = {
    "invite": "invite", "start": "live", "walk": "live", "decide": "meeting", "close": "meeting", "follow": "answers"
}  # fmt: skip


def list_part(*, user: User, _: Translator) -> None:
    """Every walk the reader may see, the latest first."""
    now = datetime.now(UTC)
    with database() as db:
        found = walks_plan.cards(user=user, db=db, now=now)
    if not found:
        told = _("Der er ingen tryghedsvandringer endnu.")
        st.write(told + (" " + _("Planlæg den første herunder.") if user.role in MAY_RECORD else ""))
    for card in found:
        _card(card, user, now, _)


def _card(card: WalkCard, user: User, now: datetime, _: Translator) -> None:
    walk = card.walk
    step = card.next_step
    with st.container(border=True, key=f"walk-card-{walk.id}"):
        st.markdown(f"### {plain(walk.title)}")
        district = services_now().district_name(walk.district) or _("Uden for kommunen")
        about = [when(walk.starts_at, now=now, language=user.language), _(KIND_NAMES[walk.kind]), district]
        st.text(" · ".join(about))
        counted = _("{state} · {guests} med · {findings} fund")
        st.text(counted.format(state=_(STATE_NAMES[walk.state]), guests=card.guests, findings=card.findings))
        if step in NEXT and card.leads:
            st.markdown(f"**{plain(_(NEXT[step]).format(n=card.undecided))}**")
        part = PART.get(step, "") if card.leads else ""
        st.button(_("Åbn"), key=f"walk-open-{walk.id}", on_click=open_walk, args=(walk.id, part))
