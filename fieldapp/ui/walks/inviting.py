"""The invitation: a link with a code, the same as a QR code, a calendar file; renewed and taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from fieldapp import charts
from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import User
from fieldapp.model.walks import GUEST_ROLES, Walk
from fieldapp.texts import Translator
from fieldapp.ui.session import database, origin_now, settings_now
from fieldapp.ui.walks.acting import act, tell
from fieldapp.usecases import links, walks_invite
from fieldapp.usecases.walks_run import adds_until, opens_at

HERE = "walk-invite"


def invite_part(walk: Walk, *, user: User, _: Translator) -> None:
    """What is sent to those who are to come; a link only, no names."""
    tell(HERE)
    try:
        with database() as db:
            link = walks_invite.link_of(walk.id, user=user, db=db)
            code = links.code_of(link, links.secret_of(settings_now())) if link else ""
            joined = walks_invite.joined(walk.id, db=db)
    except Problem as problem:
        st.error(problem.text(user.language))
        link, code, joined = None, "", {}
    if not code:
        st.write(
            _("Lav et link, som deltagerne kan være med på. De skal ikke have en konto, og ingen spørges om navn.")
        )
        if st.button(_("Lav link"), type="primary", key="walk-link", width="stretch"):
            _make(walk, user, _)
        return
    _link(walk, f"{origin_now()}/join/{code}", user, _)
    _joined(walk, joined, _)
    _change(walk, user, _)


def _make(walk: Walk, user: User, _: Translator) -> None:
    secret = links.secret_of(settings_now())

    def make(db: Any, now: datetime) -> Any:
        return walks_invite.invite(walk.id, user=user, db=db, secret=secret, now=now)

    act(user, HERE, make, said=_("Linket er klar."))
    st.rerun()


def _link(walk: Walk, address: str, user: User, _: Translator) -> None:
    now = datetime.now(UTC)
    times = {
        "since": when(opens_at(walk), now=now, language=user.language),
        "until": when(adds_until(walk), now=now, language=user.language),
    }
    st.write(_("Send linket, eller lad deltagerne scanne koden:"))
    st.code(address, language=None, wrap_lines=True)
    with st.container(horizontal=True, key="walk-ways"):
        st.link_button(_("Plakat til at hænge op (PDF)"), f"/vandring/{walk.id}/plakat.pdf", type="primary")
        st.link_button(_("Kalenderfil (.ics)"), f"/walk/{walk.id}/walk.ics")
        st.link_button(_("Åbn vandringen på telefonen"), f"/walk/{walk.id}")
    alt = charts.text(_("QR-kode med linket til vandringen"))
    st.html(charts.page(f'<p class="fw-qr"><img src="/walk/{walk.id}/qr.svg?v={walk.version}" alt="{alt}"></p>'))
    st.text(_("Der kan tilføjes fund fra {since} til {until}. Svarene kan læses i et år.").format(**times))


def _joined(walk: Walk, joined: dict[str, int], _: Translator) -> None:
    roles = [role for role in GUEST_ROLES if role in joined or role in walk.invited]
    if not roles:
        return
    rows = [(_(GUEST_ROLES[role]), str(walk.invited.get(role, 0)), str(joined.get(role, 0))) for role in roles]
    rows.append((_("I alt"), str(sum(walk.invited.values())), str(sum(joined.values()))))
    headings = [_("Rolle"), _("Inviteret"), _("Er med")]
    st.html(charts.page(charts.table(headings, rows, caption=_("Deltagere efter rolle"))))


def _change(walk: Walk, user: User, _: Translator) -> None:
    with st.expander(_("Nyt link, eller luk linket"), key="walk-link-change"):
        st.write(_("Et nyt link gør, at det gamle ikke virker mere. De, der er med, beholder deres rolle."))
        renew = st.button(_("Nyt link"), key="walk-link-new")
        st.write(_("Lukkes linket, kan ingen deltagere se eller tilføje noget, før der laves et nyt."))
        if st.button(_("Luk linket"), key="walk-link-close"):
            act(user, HERE, lambda db, now: walks_invite.revoke(walk.id, user=user, db=db, now=now),
                said=_("Linket er lukket."))  # fmt: skip
            st.rerun()
    if renew:
        secret = links.secret_of(settings_now())
        act(user, HERE, lambda db, now: walks_invite.renew(walk.id, user=user, db=db, secret=secret, now=now),
            said=_("Det nye link er klar."))  # fmt: skip
        st.rerun()
