"""On an observation or a hotspot: «Lav opgave», and the tasks that were made from it with their state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, User
from fieldapp.model.follow_ups import SHAPES, FollowUp, State
from fieldapp.settings import ROOT
from fieldapp.texts import Translator
from fieldapp.ui.follow_ups.filters import OPENED
from fieldapp.ui.follow_ups.making import FROM, FROM_ID
from fieldapp.ui.plain import plain
from fieldapp.usecases.follow_ups_threads import may_make
from fieldapp.usecases.follow_ups_words import deadline_text, state_text

PAGE = ROOT / "pages" / "opfoelgning.py"


def make_link(
    source: str, source_id: str, kind: Kind, district: str | None, *, user: User, _: Translator, wide: bool = False
) -> None:
    """The way to the form, for those who may make a task of it."""
    if may_make(kind, district, user=user):
        with st.container(key=f"make-task-{source_id}", width="stretch" if wide else "content"):
            address = {FROM: source, FROM_ID: source_id}
            st.page_link(PAGE, label=_("Lav opgave"), query_params=address, width="stretch")


def made_part(made: Sequence[FollowUp], *, user: User, now: datetime, _: Translator) -> None:
    """Each task as a line that leads to it; nothing where there is none."""
    if not made:
        return
    st.markdown(f"**{_('Opgaver herfra')}**")
    for one in made:
        st.page_link(PAGE, label=_line(one, user, now), query_params={OPENED: one.id}, width="stretch")


def _line(one: FollowUp, user: User, now: datetime) -> str:
    """«◆ Meldt udført · Knust lampe · frist fre. 27. nov.»"""
    today = now.astimezone(COPENHAGEN).date()
    due = deadline_text(one, today=today, language=user.language) if one.state in (State.NEW, State.ACTIVE) else ""
    parts = [f"{SHAPES[one.state]} {state_text(one, user.language)}", one.title, due]
    return plain(" · ".join(part for part in parts if part))
