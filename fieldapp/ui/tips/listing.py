"""The tips on the walks' page: what waits, then what is answered; and for some the links to give out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from fieldapp.formats import COPENHAGEN, when
from fieldapp.model import User
from fieldapp.model.tips import MAY_INVITE, SHAPES, STATE_NAMES, Tip
from fieldapp.texts import Translator
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now
from fieldapp.ui.tips.inviting import invite_part
from fieldapp.usecases import tips_staff
from fieldapp.usecases.follow_ups_words import day_text

OPENED = "tip"
ANSWERED_MOST = 30


def tips_part(*, user: User, _: Translator) -> None:
    """Nothing of it for who neither has a tip to see nor may give links out."""
    with database() as db:
        found = tips_staff.listing(reader=user, db=db)
    if not found and user.role not in MAY_INVITE:
        return
    st.header(_("Tryghedskig"))
    st.write(_("Tip om steder fra skoler og daginstitutioner. Den, der gav tippet, læser svaret på sit link."))
    waiting = [tip for tip in found if tip.is_open]
    if not waiting:
        st.write(_("Der er ingen tip, der venter."))
    for tip in waiting:
        _card(tip, user, _)
    _answered([tip for tip in found if not tip.is_open], user, _)
    if user.role in MAY_INVITE:
        folder = st.expander(_("Links til skoler og daginstitutioner"), key="tip-links", on_change="rerun")
        if folder.open:
            with folder:
                invite_part(user=user, _=_)


def open_tip(tip_id: str) -> None:
    """Show this tip; the address bar follows."""
    st.query_params[OPENED] = tip_id


def close_tip() -> None:
    """Back to the list."""
    st.query_params.pop(OPENED, None)


def head_of(tip: Tip, language: str) -> str:
    """«💡 Mørkt eller dårlig belysning»."""
    category = services_now().catalogue[tip.category]
    return f"{category.icon} {category.label(language)}"


def state_of(tip: Tip, user: User, _: Translator) -> str:
    """«◐ Kig er planlagt man. 23. nov.»"""
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    told = f"{SHAPES[tip.state]} {_(STATE_NAMES[tip.state])}"
    if not tip.is_open or tip.look_on is None:
        return told
    late = f" · {_('dagen er gået')}" if tip.look_on < today else ""
    return f"{told} {day_text(tip.look_on, today=today, language=user.language)}{late}"


def _answered(found: Sequence[Tip], user: User, _: Translator) -> None:
    if not found:
        return
    folder = st.expander(_("Besvarede tip ({n})").format(n=len(found)), key="tip-answered", on_change="rerun")
    if folder.open:
        with folder:
            for tip in found[:ANSWERED_MOST]:
                _card(tip, user, _)


def _card(tip: Tip, user: User, _: Translator) -> None:
    now = datetime.now(UTC)
    with st.container(border=True, key=f"tip-card-{tip.id}"):
        st.markdown(f"### {plain(head_of(tip, user.language))}")
        st.text(" · ".join(part for part in (tip.where, _("kom {at}").format(at=_at(tip, now, user))) if part))
        st.markdown(f"**{plain(state_of(tip, user, _))}**")
        st.button(_("Åbn"), key=f"tip-open-{tip.id}", on_click=open_tip, args=(tip.id,))


def _at(tip: Tip, now: datetime, user: User) -> str:
    return when(tip.created_at, now=now, language=user.language)
