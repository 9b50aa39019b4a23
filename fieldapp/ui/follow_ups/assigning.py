"""Another party, person or deadline, for one task or for many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.follow_ups.acting import say
from fieldapp.ui.session import database
from fieldapp.usecases import follow_ups
from fieldapp.usecases.follow_ups_words import colleagues
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services


def assign_part(ids: Mapping[str, int], *, user: User, db: Database, services: Services, _: Translator) -> None:
    """The folded form for one task."""
    key = next(iter(ids))
    with st.expander(_("Ret ansvarlig eller frist")):
        if form(ids, key, _("Gem"), user=user, db=db, services=services, _=_) is True:
            say(key, _("Gemt"))
            st.rerun()


def form(
    ids: Mapping[str, int], key: str, button: str, *, user: User, db: Database, services: Services, _: Translator
) -> bool | None:
    """Draw it; True when it was saved for all of them. What is left empty stays as it is."""
    people, parties = colleagues(reader=user, db=db), parties_of(services.settings)
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    with st.form(f"fu-assign-{key}", border=False):
        party = st.selectbox(
            _("Ansvarlig"),
            [one.key for one in parties],
            None,
            format_func=lambda one: parties[one].label(user.language),
            placeholder=_("Uændret"),
            key=f"fu-party-{key}",
        )
        day = st.date_input(_("Frist"), None, min_value=today, format="DD.MM.YYYY", key=f"fu-day-{key}")
        person = st.selectbox(
            _("Kollega"),
            list(people),
            None,
            format_func=lambda one: people[one],
            placeholder=_("Uændret"),
            key=f"fu-person-{key}",
        )
        if not st.form_submit_button(button, width="stretch", disabled=not ids):
            return None
    return _save(ids, party, person, day if isinstance(day, date) else None, user=user, services=services, _=_)


def _save(
    ids: Mapping[str, int],
    party: str | None,
    person: str | None,
    day: date | None,
    *,
    user: User,
    services: Services,
    _: Translator,
) -> bool:
    if not (party or person or day):
        st.warning(_("Vælg mindst én ting, der skal ændres."))
        return False
    now = datetime.now(UTC)
    try:
        with database() as db:
            follow_ups.assign(
                ids, user=user, db=db, services=services, now=now, responsible=party, assignee=person, deadline=day
            )
    except Problem as problem:
        st.error(problem.text(user.language))
        return False
    return True
