"""The parts of «Administration»: invite, change role and districts, new link, close and open an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import ROLE_NAMES, Role, User
from fieldapp.store.accounts import Account
from fieldapp.store.connection import Database
from fieldapp.texts import Translator, translator
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, origin_now
from fieldapp.usecases import accounts

_LINK, _SAID, _WRONG = "admin_link", "admin_said", "admin_wrong"
Names = dict[str, str]


def link_part(language: str) -> None:
    """What the last button did: a link to hand over, a sentence, or what was wrong."""
    _ = translator(language)
    if wrong := st.session_state.pop(_WRONG, None):
        st.error(wrong)
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
    made = st.session_state.get(_LINK)
    if made:
        name, link = made
        with st.container(border=True, key="fa_link"):
            told = _("Giv linket til {name}. Det virker én gang og i 7 dage, og det vises kun her.")
            st.markdown(told.format(name=f"**{plain(name)}**"))
            st.code(link, language=None, wrap_lines=True)
            st.button(_("Skjul linket"), on_click=lambda: st.session_state.pop(_LINK, None))


def add_part(actor: User, districts: Names, _: Translator) -> None:
    """Invite someone: name, role, districts; what is typed stays until it has worked."""
    with st.expander(_("Tilføj bruger"), expanded=bool(st.session_state.get("new-name"))):
        st.text_input(_("Navn"), key="new-name", max_chars=80, autocomplete="off")
        _role_and_districts("new", Role.WORKER, frozenset(), districts, _)
        st.button(_("Lav invitation"), type="primary", key="new-make", on_click=_add, args=(actor,))


def user_part(account: Account, actor: User, districts: Names, _: Translator) -> None:
    """One account and what can be done with it."""
    user = account.user
    with st.expander(_summary(account, _)):
        if not user.active:
            st.write(_("Kontoen er lukket. Åbnes den igen, gælder den gamle adgangskode."))
            st.button(_("Åbn kontoen igen"), key=f"open-{user.id}", on_click=_enable, args=(actor, user))
            return
        _role_and_districts(user.id, user.role, user.districts, districts, _)
        kept = user.districts - set(districts)
        st.button(_("Gem rolle og distrikter"), key=f"role-{user.id}", on_click=_set, args=(actor, user, kept))
        label = _("Nyt link til adgangskode") if account.has_password else _("Nyt invitationslink")
        st.button(label, key=f"link-{user.id}", on_click=_new_link, args=(actor, user))
        st.button(_("Luk kontoen"), key=f"close-{user.id}", on_click=_disable, args=(actor, user))


def _summary(account: Account, _: Translator) -> str:
    user = account.user
    state = "" if account.has_password else f" · {_('inviteret')}"
    state = f" · {_('lukket')}" if not user.active else state
    return f"{plain(user.name)} · {_(ROLE_NAMES[user.role])}{state}"


def _role_and_districts(key: str, role: Role, own: frozenset[str], districts: Names, _: Translator) -> None:
    """The two choices, kept under `key`; the buttons' callbacks read them as they are when pressed."""
    roles = list(ROLE_NAMES)
    st.selectbox(
        _("Rolle"), roles, index=roles.index(role), format_func=lambda one: _(ROLE_NAMES[one]), key=f"{key}-role"
    )
    st.multiselect(
        _("Skoledistrikter"),
        list(districts),
        default=sorted(own & set(districts)),
        format_func=lambda one: districts[one],
        placeholder=_("Alle distrikter"),
        help=_("Tomt betyder alle. En SSP-bruger skal have mindst ét."),
        key=f"{key}-districts",
    )


def _chosen(key: str) -> tuple[Role, frozenset[str]]:
    return Role(st.session_state[f"{key}-role"]), frozenset(st.session_state[f"{key}-districts"])


def _add(actor: User) -> None:
    name, (role, districts) = st.session_state["new-name"], _chosen("new")
    token = _do(actor, lambda db, now: accounts.add_user(actor, name, role, districts, db=db, now=now))
    if token:
        st.session_state[_LINK] = (name.strip(), f"{origin_now()}/invite?token={token}")
        st.session_state["new-name"] = ""


def _new_link(actor: User, user: User) -> None:
    token = _do(actor, lambda db, now: accounts.reset_link(actor, user.id, db=db, now=now))
    if token:
        st.session_state[_LINK] = (user.name, f"{origin_now()}/invite?token={token}")


def _set(actor: User, user: User, kept: frozenset[str]) -> None:
    """`kept`: districts of an older map, which cannot be chosen any more, stay."""
    role, districts = _chosen(user.id)
    _do(actor, lambda db, now: accounts.set_role(actor, user.id, role, districts | kept, db=db, now=now), user)


def _disable(actor: User, user: User) -> None:
    _do(actor, lambda db, now: accounts.disable(actor, user.id, db=db, now=now), user)


def _enable(actor: User, user: User) -> None:
    _do(actor, lambda db, now: accounts.enable(actor, user.id, db=db, now=now), user)


def _do(actor: User, work: Callable[[Database, datetime], str | None], user: User | None = None) -> str | None:
    """Run a use case from a button; what went wrong is shown on the next run."""
    try:
        with database() as db:
            result = work(db, datetime.now(UTC))
    except Problem as problem:
        st.session_state[_WRONG] = problem.text(actor.language)
        return None
    if user:
        st.session_state[_SAID] = translator(actor.language)("Gemt: {name}").format(name=plain(user.name))
    return result
