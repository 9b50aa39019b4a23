"""A new task: by hand, or from the thing that the address names (`?fra=observation&id=…`)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, User, uuid7
from fieldapp.model.follow_up_parsing import SOURCES, TEXT_MOST, TITLE_MOST
from fieldapp.texts import N_, Translator
from fieldapp.ui.follow_ups.acting import say
from fieldapp.ui.follow_ups.asked import answered
from fieldapp.ui.follow_ups.filters import OPENED
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import asking, follow_ups
from fieldapp.usecases import follow_ups_threads as threads
from fieldapp.usecases.follow_ups_words import SOURCE_NAMES
from fieldapp.usecases.parties import parties_of

KIND_NAMES = {Kind.PLACE: N_("Sted"), Kind.PEOPLE: N_("Adfærd"), Kind.GOOD: N_("God historie")}
_NEW, _REV, _ASKED = "fu-new", "fu-new-rev", "fu-new-asked"
FROM, FROM_ID = "fra", "id"


def new_part(*, user: User, _: Translator) -> None:
    """The folded form; open at once when the address says what the task is from."""
    source, source_id = _source()
    with st.container(key="fu-new"), st.expander(_("Ny opgave"), expanded=bool(source_id)):
        title = ""
        if source_id:
            source, source_id, title = _from(source, source_id, user, _)
        key = f"{_NEW}-{st.session_state.get(_REV, 0)}-{source_id}"
        with st.form(key, border=False, enter_to_submit=False):
            wire = _fields(key, title, bool(source_id), user, _)
            save = st.form_submit_button(_("Gem opgave"), type="primary", width="stretch")
        if source_id:
            wire |= {"source": source, "source_id": source_id}
        texts = f"{wire['title']}\n{wire['detail']}"
        spared = asking.NOBODY
        if save:
            st.session_state[_ASKED] = True
        if st.session_state.get(_ASKED) and answered(texts, "fu-new-pass", _):
            save, spared = True, asking.soft_words(wire["title"]) | asking.soft_words(wire["detail"])
        if save:
            _save(wire, spared, user, _)
    keep_text(_NEW, {name + source_id: f"{key}-{name}" for name in ("title", "detail")})


def _source() -> tuple[str, str]:
    source, source_id = st.query_params.get(FROM, ""), st.query_params.get(FROM_ID, "")
    return (source, source_id) if source in SOURCES and source != "hand" and source_id else ("", "")


def _from(source: str, source_id: str, user: User, _: Translator) -> tuple[str, str, str]:
    """Say what the task is from: source, its id and a title to begin with; nothing of a thing that is not there."""
    try:
        with database() as db:
            found = threads.origin(
                source, source_id, reader=user, db=db, services=services_now(), now=datetime.now(UTC)
            )
    except Problem as problem:
        st.warning(problem.text(user.language))
        return "", "", ""
    told = f"{_(SOURCE_NAMES[source])} – {found.told}" if found else _(SOURCE_NAMES[source])
    st.caption(_("Fra: {source}. Sted og slags følger med.").format(source=plain(told)))
    return source, source_id, found.title if found else ""


def _fields(key: str, title: str, known_place: bool, user: User, _: Translator) -> dict[str, Any]:
    services = services_now()
    parties = parties_of(services.settings)
    title = st.text_input(_("Hvad skal gøres?"), title, max_chars=TITLE_MOST, key=f"{key}-title")
    detail = st.text_area(
        _("Mere om det – om stedet, ikke om personer"), max_chars=TEXT_MOST, key=f"{key}-detail", height=80
    )
    wire: dict[str, Any] = {} if known_place else _place(key, _)
    party = st.selectbox(
        _("Ansvarlig"),
        [one.key for one in parties],
        None,
        format_func=lambda one: parties[one].label(user.language),
        placeholder=_("Vælg en ansvarlig"),
        key=f"{key}-party",
    )
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    day = st.date_input(_("Frist"), None, min_value=today, format="DD.MM.YYYY", key=f"{key}-day")
    said = {"title": title, "detail": detail, "responsible": party, "deadline": day if isinstance(day, date) else None}
    return wire | said


def _place(key: str, _: Translator) -> dict[str, Any]:
    places = {one.id: one for one in sorted(services_now().gazetteer.places, key=lambda one: one.name.casefold())}
    name = st.selectbox(
        _("Hvor?"),
        list(places),
        None,
        format_func=lambda one: places[one].name,
        placeholder=_("Vælg et sted"),
        key=f"{key}-place",
    )
    kind = st.selectbox(
        _("Slags"), list(KIND_NAMES), format_func=lambda one: _(KIND_NAMES[one]), key=f"{key}-kind", filter_mode=None
    )
    chosen = places.get(name or "")
    return {"kind": str(kind)} | ({"lat": chosen.lat, "lon": chosen.lon} if chosen else {})


def _save(wire: dict[str, Any], spared: asking.Words, user: User, _: Translator) -> None:
    if not wire["title"].strip() or not wire["responsible"]:
        st.warning(_("Skriv, hvad der skal gøres, og vælg en ansvarlig."))
        return
    now, services = datetime.now(UTC), services_now()
    try:
        with database() as db:
            said = {"id": uuid7(now), **wire}
            made = follow_ups.make(said, user=user, db=db, services=services, now=now, spared=spared)
    except Problem as problem:
        if problem.code not in (asking.UNSURE, asking.REFUSED):
            st.error(problem.text(user.language))
        return
    text_saved(_NEW, [name + wire.get("source_id", "") for name in ("title", "detail")])
    st.session_state[_REV] = st.session_state.get(_REV, 0) + 1
    st.session_state.pop(_ASKED, None)
    for name in (FROM, FROM_ID):
        if name in st.query_params:
            del st.query_params[name]
    st.query_params[OPENED] = made.id
    say(made.id, _("Gemt – opgaven er oprettet."))
    st.rerun()
