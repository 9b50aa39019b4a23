"""What was seen: big category buttons, the user's most used first, the rest under «Flere»."""

from __future__ import annotations

import streamlit as st

from fieldapp.model import Category, Kind, User
from fieldapp.texts import Translator
from fieldapp.ui.capture.carry import carry
from fieldapp.ui.capture.duties import reminder_part
from fieldapp.ui.capture.state import Capture, current, keep
from fieldapp.ui.capture.unread import run_for_unread
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import form
from fieldapp.usecases.services import Services

FIRST = 5
MORE = "+"


@st.fragment
def category_part(*, user: User, _: Translator) -> None:
    """The choice; a tap reruns only this, unless something else on the screen hangs on it."""
    capture, services = current(user), services_now()
    before, elsewhere = capture.values.get("category"), capture.waits_for_category
    picked = _picked(capture, user=user, services=services, _=_)
    if picked == MORE:
        st.session_state["all-categories"] = True
        capture.rev += 1
        rerun_part()
    chosen = capture.values.get("category")
    reminder_part(capture, of="choices", services=services, _=_)
    if chosen != before:
        keep(capture, user)
        folded = st.session_state.pop("all-categories", False)
        if elsewhere or folded:
            st.rerun()
    carry(capture, "category")
    run_for_unread(capture)


def _picked(capture: Capture, *, user: User, services: Services, _: Translator) -> str | None:
    shown, chosen = st.session_state.get("all-categories", False), capture.values.get("category")
    ordered = _ordered(capture, user, services)
    first = ordered[:FIRST]
    if chosen and not shown and chosen not in {one.key for one in first}:
        first = [*first[: FIRST - 1], services.catalogue[chosen]]
    offered = _matching(ordered, user.language, _) if shown else first
    options = [one.key for one in offered] + ([] if shown else [MORE])
    picked = _pills(capture, options, user=user, services=services, _=_)
    if picked != MORE and (picked is not None or chosen in options):
        _choose(capture, picked, services)
    return picked


def _ordered(capture: Capture, user: User, services: Services) -> list[Category]:
    """The user's most used first, asked for once a form, so that nothing moves under the thumb."""
    if not capture.order:
        with database() as db:
            capture.order = tuple(one.key for one in form.ordered(user=user, db=db, services=services))
    return [services.catalogue[key] for key in capture.order]


def _pills(capture: Capture, options: list[str], *, user: User, services: Services, _: Translator) -> str | None:
    def words(key: str) -> str:
        return (
            _("+ Flere")
            if key == MORE
            else f"{services.catalogue[key].icon} {services.catalogue[key].label(user.language)}"
        )

    chosen = capture.values.get("category")
    with st.container(key="categories"):
        return st.pills(
            _("Hvad ser du?"),
            options,
            default=chosen if chosen in options else None,
            format_func=words,
            key=capture.key(f"category{len(options)}"),
            width="stretch",
        )


def _matching(ordered: list[Category], language: str, _: Translator) -> list[Category]:
    wanted = st.text_input(
        _("Søg kategori"), key="category-search", placeholder=_("Skriv for eksempel «lys»"), live=True
    )
    found = [one for one in ordered if (wanted or "").casefold().strip() in one.label(language).casefold()]
    if not found:
        st.caption(_("Ingen kategori hedder sådan. Her er alle."))
    return found or ordered


def _choose(capture: Capture, picked: str | None, services: Services) -> None:
    if picked == capture.values.get("category"):
        return
    capture.values["category"] = picked
    capture.problem = capture.question = None
    if picked is None or services.catalogue[picked].kind is not Kind.PEOPLE:
        capture.values.pop("group_size", None)
        capture.values.pop("age_band", None)
    capture.saved = None if picked else capture.saved
