"""One walk opened: what it is, and its parts, of which the first to be shown is the one that comes next."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import distance, when
from fieldapp.model import User
from fieldapp.model.walks import KIND_NAMES, STATE_NAMES, State, Walk
from fieldapp.texts import N_, Translator
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database
from fieldapp.ui.walks.acting import act, close_walk, tell
from fieldapp.ui.walks.answering import answers_part
from fieldapp.ui.walks.inviting import invite_part
from fieldapp.ui.walks.live import live_part
from fieldapp.ui.walks.meeting import meeting_part
from fieldapp.ui.walks.planning import plan_part
from fieldapp.usecases import walks_plan, walks_run

PARTS: dict[str, str] = {
    "invite": N_("Inviter"),
    "live": N_("Fund"),
    "meeting": N_("Afslutningsmøde"),
    "answers": N_("Svar"),
    "plan": N_("Plan"),
}
_FIRST = {
    State.PLANNED: "invite",
    State.RUNNING: "live",
    State.MEETING: "meeting",
    State.CLOSED: "answers",
    State.CANCELLED: "live",
}


def opened_part(walk_id: str, *, user: User, _: Translator) -> None:
    """The walk for a reader who may see it; others are told that it is not there."""
    st.button(_("← Alle vandringer"), key="walk-back", on_click=close_walk)
    try:
        with database() as db:
            walk = walks_plan.open_walk(walk_id, user=user, db=db)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    leads = walks_plan.may_lead(walk, user)
    _head(walk, user, _)
    tell("walk-step")
    offered = list(PARTS) if leads else ["live", "answers"]
    key = f"walk-part-{walk.id}"
    if st.session_state.get(key) not in offered:
        st.session_state[key] = _FIRST[walk.state] if _FIRST[walk.state] in offered else offered[0]
    chosen = st.radio(
        _("Vis"), offered, format_func=lambda part: _(PARTS[part]), horizontal=True, key=key,
        label_visibility="collapsed",
    )  # fmt: skip
    _part(str(chosen), walk, leads, user, _)


def _part(chosen: str, walk: Walk, leads: bool, user: User, _: Translator) -> None:
    if chosen == "plan":
        plan_part(walk, user=user, _=_)
        _cancel(walk, user, _)
    elif chosen == "invite":
        invite_part(walk, user=user, _=_)
    elif chosen == "meeting":
        meeting_part(walk, user=user, _=_)
    elif chosen == "answers":
        answers_part(walk, leads=leads, user=user, _=_)
    else:
        live_part(walk.id, leads=leads, user=user, _=_)


def _head(walk: Walk, user: User, _: Translator) -> None:
    now = datetime.now(UTC)
    st.title(walk.title if walk.title.isalnum() else plain(walk.title))
    parts = [
        _(STATE_NAMES[walk.state]),
        when(walk.starts_at, now=now, language=user.language),
        _(KIND_NAMES[walk.kind]),
    ]
    parts += [_("Mødested: {place}").format(place=walk.meeting_point)]
    parts += [distance(walk.length_m, language=user.language)] if walk.length_m else []
    parts += [walk.company] if walk.company else []
    st.text(" · ".join(parts))
    if walk.before:
        _before(walk.before, user, _)


def _before(before: str, user: User, _: Translator) -> None:
    """Which walk this one walks again, for who may see it."""
    try:
        with database() as db:
            old = walks_plan.open_walk(before, user=user, db=db)
    except Problem:
        return
    day = when(old.starts_at, now=datetime.now(UTC), language=user.language)
    st.text(_("Samme rute som {day}. De gamle fund ses efter undervejs.").format(day=day))


def _cancel(walk: Walk, user: User, _: Translator) -> None:
    if walk.state not in (State.PLANNED, State.RUNNING):
        return
    with st.popover(_("Aflys vandringen"), key="walk-cancel-ask"):
        st.write(_("Deltagerne ser på deres link, at vandringen er aflyst. Det, der er fundet, bliver stående."))
        if st.button(_("Aflys"), key="walk-cancel"):
            said = _("Vandringen er aflyst.")
            act(user, "walk-step", lambda db, now: walks_run.take_step(walk.id, "cancel", user=user, db=db, now=now),
                said=said)  # fmt: skip
            st.rerun()
