"""The link by which the responsible party answers this one task, and the coordinator's list of inboxes."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import Role, User
from fieldapp.model.follow_ups import FollowUp
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.follow_ups.acting import say
from fieldapp.ui.session import database, origin_now
from fieldapp.usecases import follow_ups_outside as outside
from fieldapp.usecases import parties
from fieldapp.usecases.links import secret_of
from fieldapp.usecases.mail import sender_of
from fieldapp.usecases.services import Services

_OPEN = "fu-link-open"


def link_part(one: FollowUp, *, user: User, db: Database, services: Services, now: datetime, _: Translator) -> None:
    """Make it, show it, take it back."""
    with st.expander(_("Link til den ansvarlige"), expanded=st.session_state.get(_OPEN) == one.id):
        st.write(_("Linket åbner kun denne opgave og kræver ingen konto. Svaret kommer ind her."))
        secret = secret_of(services.settings)
        known = outside.shared(one.id, user=user, db=db, secret=secret, now=now)
        if known:
            st.code(f"{origin_now()}/opgave/{known.code}", language=None, wrap_lines=True)
            until = when(known.until, now=now, language=user.language)
            st.caption(_("Gælder til {when}.").format(when=until))
            if st.button(_("Træk linket tilbage"), key=f"fu-unshare-{one.id}", width="stretch"):
                _try(one, user, lambda fresh: outside.unshare(one.id, user=user, db=fresh, now=datetime.now(UTC)))
        elif st.button(_("Lav link"), key=f"fu-share-{one.id}", width="stretch"):
            _try(
                one,
                user,
                lambda fresh: outside.share(one.id, user=user, db=fresh, secret=secret, now=datetime.now(UTC)),
            )


def _try(one: FollowUp, user: User, work: object) -> None:
    st.session_state[_OPEN] = one.id
    try:
        with database() as db:
            work(db)  # type: ignore[operator]
    except Problem as problem:
        say(one.id, problem.text(user.language), wrong=True)
    st.rerun()


def inboxes_part(*, user: User, db: Database, services: Services, _: Translator) -> None:
    """Where reminders go, for the coordinator alone."""
    if user.role is not Role.COORDINATOR:
        return
    known, offered = parties.inboxes(user=user, db=db), parties.parties_of(services.settings)
    with st.expander(_("Påmindelser på mail")):
        if sender_of(services.settings) is None:
            st.caption(
                _("Der er ikke sat en mailserver op, så der sendes ingen. Se FIELDAPP_SMTP_HOST i vejledningen.")
            )
        st.write(_("Hver nat får postkassen én mail om opgaver, der snart har frist eller er over den."))
        chosen = st.selectbox(
            _("Ansvarlig"),
            [one.key for one in offered],
            format_func=lambda key: offered[key].label(user.language) + (" ✉" if key in known else ""),
            key="fu-inbox-party",
        )
        with st.form("fu-inbox", border=False):
            email = st.text_input(
                _("Fælles postkasse (ikke en persons)"), known.get(chosen, ""), key=f"fu-inbox-{chosen}", max_chars=120
            )
            save = st.form_submit_button(_("Gem postkassen"), width="stretch")
        if save:
            _save_inbox(chosen, email, user, services, _)


def _save_inbox(party: str, email: str, user: User, services: Services, _: Translator) -> None:
    try:
        with database() as db:
            now = datetime.now(UTC)
            parties.set_inbox(party, email, user=user, db=db, settings=services.settings, now=now)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    st.toast(_("Postkassen er gemt."))
    st.rerun()
