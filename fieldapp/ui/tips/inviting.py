"""A link for each school and day-care: made, shown with its QR code and poster, renewed and closed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from fieldapp import charts
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, when
from fieldapp.model import User
from fieldapp.model.tips import NAME_MOST
from fieldapp.texts import Translator
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, origin_now, services_now, settings_now
from fieldapp.ui.walks.acting import act, save_buttons, spared_in, tell
from fieldapp.usecases import links, tips_sources
from fieldapp.usecases.tips_answers import day_words
from fieldapp.usecases.tips_sources import Invited

STYLE = ".fa .fw-qr img {max-width: 100%; box-sizing: border-box}"
HERE, _NEW, _REV = "tip-source", "tip-source-new", "tip-source-rev"


def invite_part(*, user: User, _: Translator) -> None:
    """The institutions, and the form for one more."""
    tell(HERE)
    try:
        with database() as db:
            now, secret = datetime.now(UTC), links.secret_of(settings_now())
            found = tips_sources.invited(user=user, db=db, secret=secret, now=now)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    for one in found:
        _one(one, user, _)
    _new(user, _)


def _one(one: Invited, user: User, _: Translator) -> None:
    source, now = one.counted.source, datetime.now(UTC)
    with st.container(border=True, key=f"tip-source-{source.id}"):
        st.markdown(f"### {plain(source.name)}")
        last = one.counted.last_at
        told = [services_now().district_name(source.district), _("{n} tip").format(n=one.counted.tips)]
        told += [_("senest {at}").format(at=when(last, now=now, language=user.language))] if last else []
        st.text(" · ".join(told))
        if one.code and one.until:
            _link(one, user, _)
        else:
            st.write(_("Linket er lukket. Ingen kan sende tip, før I laver et nyt."))
        _change(one, user, _)


def _link(one: Invited, user: User, _: Translator) -> None:
    source, alt = one.counted.source, charts.text(_("QR-kode med linket"))
    st.code(f"{origin_now()}/tip/{one.code}", language=None, wrap_lines=True)
    until = day_words((one.until or datetime.now(UTC)).astimezone(COPENHAGEN).date(), user.language)
    st.text(_("Linket virker til {day}.").format(day=until))
    # The code stands in the address only so that a renewed one is not taken from the browser's memory.
    picture = f"/tipkilde/{source.id}/qr.svg?v={one.code[:4]}"
    with st.expander(_("QR-kode og plakat"), key=f"tip-qr-{source.id}"):
        st.html(f"<style>{STYLE}</style>")
        st.html(charts.page(f'<p class="fw-qr"><img src="{picture}" alt="{alt}"></p>'))
        st.link_button(_("Plakat til print"), f"/tipkilde/{source.id}/plakat")


def _change(one: Invited, user: User, _: Translator) -> None:
    source, secret = one.counted.source, links.secret_of(settings_now())
    with st.container(horizontal=True, key=f"tip-change-{source.id}"):
        renew = st.button(_("Nyt link"), key=f"tip-renew-{source.id}")
        close = one.code and st.button(_("Luk linket"), key=f"tip-close-{source.id}")
    if one.code:
        st.caption(_("Et nyt link gør, at det gamle ikke virker mere. Svar på tip, der er sendt, kan stadig læses."))
    if renew:
        act(user, HERE, lambda db, now: tips_sources.renew(source.id, user=user, db=db, secret=secret, now=now),
            said=_("Det nye link er klar."))  # fmt: skip
        st.rerun()
    if close:
        act(user, HERE, lambda db, now: tips_sources.close(source.id, user=user, db=db, now=now),
            said=_("Linket er lukket."))  # fmt: skip
        st.rerun()


def _new(user: User, _: Translator) -> None:
    services, key = services_now(), f"{_NEW}-{st.session_state.get(_REV, 0)}"
    names = services.districts.names(datetime.now(UTC).astimezone(COPENHAGEN).date())
    offered = {one: name for one, name in names.items() if user.covers(one)}
    st.subheader(_("Nyt sted"))
    keep_text(_NEW, {"name": f"{key}-name"})
    name = st.text_input(
        _("Navn på skolen eller institutionen"), max_chars=NAME_MOST, key=f"{key}-name",
        placeholder=_("For eksempel: Strandgårdskolen"),
    )  # fmt: skip
    district = st.selectbox(
        _("Skoledistrikt"), list(offered), None, format_func=offered.__getitem__, placeholder=_("Vælg"),
        key=f"{key}-district",
    )  # fmt: skip
    sure = save_buttons(_NEW, _("Lav link"), _)
    if sure is None:
        return
    secret = links.secret_of(settings_now())

    def make(db: Any, now: datetime) -> Any:
        given = {"user": user, "db": db, "services": services, "secret": secret, "now": now}
        return tips_sources.make_source(name, district or "", spared=spared_in(sure, name), **given)

    if act(user, _NEW, make, said=_("Linket er klar.")) is not None:
        text_saved(_NEW, ["name"])
        st.session_state[_REV] = st.session_state.get(_REV, 0) + 1
    st.rerun()
