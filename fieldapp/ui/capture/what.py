"""What was seen: big category buttons, the user's most used first, the rest under «Flere»."""

from __future__ import annotations

import streamlit as st

from fieldapp.model import Category, Kind, User
from fieldapp.texts import Translator
from fieldapp.ui.capture.state import Capture
from fieldapp.usecases.services import Services

FIRST = 5
MORE = "+"


def category_part(
    capture: Capture, ordered: list[Category], *, user: User, services: Services, _: Translator
) -> Category | None:
    """Draw the choice and return the category chosen."""
    shown = st.session_state.get("all-categories", False)
    first = ordered[:FIRST]
    chosen = capture.values.get("category")
    if chosen and not shown and chosen not in {one.key for one in first}:
        first = [*first[: FIRST - 1], services.catalogue[chosen]]
    options = (
        [one.key for one in _matching(ordered, user.language, _)] if shown else [*(one.key for one in first), MORE]
    )
    picked = _pills(capture, options, user=user, services=services, _=_)
    if picked == MORE:
        st.session_state["all-categories"] = True
        capture.rev += 1
        st.rerun()
    if picked is not None or (chosen in options):
        _choose(capture, picked, services)
    return services.catalogue[capture.values["category"]] if capture.values.get("category") else None


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
    st.session_state["all-categories"] = False


def urgent_part(category: Category | None, _: Translator) -> None:
    """Urgent danger is called in, not logged; saving still works."""
    if category and category.urgent:
        st.warning(_("Sker det lige nu? **Ring 112** ved fare – **114** til politiet. Du kan stadig gemme her."))
