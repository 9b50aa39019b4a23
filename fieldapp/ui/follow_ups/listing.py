"""The list by responsible party and deadline; a tap opens a task below its row, another closes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, number
from fieldapp.model import User
from fieldapp.model.follow_ups import SHAPES, FollowUp, State
from fieldapp.store.connection import Database
from fieldapp.store.follow_ups import Wanted
from fieldapp.texts import Translator
from fieldapp.ui.follow_ups.bulk import bulk_part, choosing, row_to_choose, switch_part
from fieldapp.ui.follow_ups.filters import OPENED, csv_address, query, reset_filter, show_own_late
from fieldapp.ui.follow_ups.opened import opened_part
from fieldapp.ui.plain import plain
from fieldapp.usecases import follow_ups_reading
from fieldapp.usecases.follow_ups_reading import PAGE, Card
from fieldapp.usecases.follow_ups_words import deadline_text, state_text
from fieldapp.usecases.overview import danish
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services

_SHOWN = "fu-shown"


def mine_part(*, user: User, db: Database, now: datetime, _: Translator) -> None:
    """The reminder in the app: what the reader has taken, and what of it is late."""
    own, late = follow_ups_reading.mine(reader=user, db=db, now=now)
    if late:
        told = _("1 af dine opgaver er over fristen.") if late == 1 else _("{n} af dine opgaver er over fristen.")
        with st.container(horizontal=True, vertical_alignment="center", key="fu-own"):
            st.warning(told.format(n=late))
            st.button(_("Vis dem"), key="fu-mine-late", on_click=show_own_late)
    elif own:
        told = _("Du har 1 opgave i gang.") if own == 1 else _("Du har {n} opgaver i gang.")
        st.caption(told.format(n=own))


def list_part(
    wanted: Wanted, order: str, *, user: User, db: Database, services: Services, now: datetime, _: Translator
) -> None:
    """Rows by pages, or what to do when there are none."""
    limit = st.session_state.get(_SHOWN, PAGE)
    found = follow_ups_reading.listing(wanted, reader=user, db=db, now=now, order=order, limit=limit)
    told = counted(found.total, found.overdue, user.language, _)
    st.header(told)
    _linked(found.cards, user=user, db=db, services=services, now=now, _=_)
    if not found.total:
        _nothing(_)
        return
    switch_part(_)
    for party, cards in _grouped(found.cards, order, user, services):
        if party:
            st.subheader(party)
        for card in cards:
            _row(card, user=user, db=db, services=services, now=now, _=_)
    if found.total > len(found.cards) and st.button(_("Vis flere"), width="stretch"):
        st.session_state[_SHOWN] = limit + PAGE
        st.rerun()
    bulk_part(found.cards, user=user, db=db, services=services, _=_)
    st.link_button(_("Hent listen som regneark (CSV)"), csv_address(), width="stretch")


def counted(total: int, overdue: int, language: str, _: Translator) -> str:
    """«12 opgaver, 3 over fristen»."""
    told = _("1 opgave") if total == 1 else _("{n} opgaver").format(n=number(total, language=language))
    return told + (_(", {n} over fristen").format(n=number(overdue, language=language)) if overdue else "")


def toggle(follow_up_id: str) -> None:
    """Open it, or close it when it is open; the address says which, so that it can be shared."""
    if st.query_params.get(OPENED) == follow_up_id:
        del st.query_params[OPENED]
    else:
        st.query_params[OPENED] = follow_up_id


def _linked(
    cards: Sequence[Card], *, user: User, db: Database, services: Services, now: datetime, _: Translator
) -> None:
    """A task the address names though the filter leaves it out: on top."""
    wanted = st.query_params.get(OPENED)
    if not wanted or any(card.follow_up.id == wanted for card in cards):
        return
    try:
        card = follow_ups_reading.opened(wanted, reader=user, db=db, now=now).card
    except Problem as problem:
        st.warning(problem.text(user.language))
        return
    _row(card, user=user, db=db, services=services, now=now, _=_)


def _nothing(_: Translator) -> None:
    st.info(_("Ingen opgaver passer til filteret."))
    if query():
        st.button(_("Nulstil filter"), key="fu-reset-empty", on_click=reset_filter, width="stretch")
    else:
        st.caption(_("Lav en opgave her ovenfor, eller fra en observation, et hotspot eller en tryghedsvandring."))


def _grouped(cards: Sequence[Card], order: str, user: User, services: Services) -> list[tuple[str, list[Card]]]:
    """By party in Danish order, each by deadline; in the other orders all in one."""
    if order != "deadline":
        return [("", list(cards))]
    parties = parties_of(services.settings)

    def name(card: Card) -> str:
        return parties[card.follow_up.responsible].label(user.language)

    return [(key, list(group)) for key, group in groupby(sorted(cards, key=lambda card: danish(name(card))), key=name)]


def _row(card: Card, *, user: User, db: Database, services: Services, now: datetime, _: Translator) -> None:
    one = card.follow_up
    told = row_text(card, user=user, services=services, now=now, _=_)
    if choosing():
        row_to_choose(one, told)
        return
    look = "late" if card.overdue else one.state
    is_open = st.query_params.get(OPENED) == one.id
    label = f"{'▾' if is_open else '▸'} {told}"
    st.button(label, key=f"row-fu-{look}-{one.id}", on_click=toggle, args=(one.id,), width="stretch")
    if is_open:
        with st.container(key=f"fu-opened-{one.id}"):
            opened_part(one.id, user=user, db=db, services=services, now=now, _=_)


def row_text(card: Card, *, user: User, services: Services, now: datetime, _: Translator) -> str:
    """Title; then state with its shape, deadline and place in words."""
    one, today = card.follow_up, now.astimezone(COPENHAGEN).date()
    parts = [
        f"{SHAPES[one.state]} {state_text(one, user.language)}",
        deadline_text(one, today=today, language=user.language) if one.state is not State.SEEN else "",
        _("din") if card.mine else "",
        where(one, services, _),
    ]
    return f"**{plain(one.title)}**  \n{plain(' · '.join(part for part in parts if part))}"


def where(one: FollowUp, services: Services, _: Translator) -> str:
    """«ved Ishøj Station · Vejlebroskolen», or nothing."""
    place = _("ved {place}").format(place=one.place) if one.place else ""
    return " · ".join(part for part in (place, services.district_name(one.district)) if part)
