"""Saving: one tap, one answer, and ten minutes to take it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.model import Observation, User
from fieldapp.privacy import check
from fieldapp.privacy.releasing import release
from fieldapp.texts import Translator
from fieldapp.ui.capture.state import Capture, Saved, current, saved_of, start_anew
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import asking, gate_counts, observations

SAVE, NEW = "save", "new"
DOUBLE_TAP = timedelta(seconds=3)


def save_part(capture: Capture, *, user: User, _: Translator) -> None:
    """The button, always in reach, and above it what there is to say.

    A tap only asks; the saving is done here, at the end of the run, when every field of the form has been read:
    a callback would run before them, and a quick thumb would save the choice before the last.
    """
    if capture.asked:
        answer, capture.asked = capture.asked, None
        _save(capture, user, _, answer)
        st.rerun()
    with st.bottom, st.container(key="save-bar"):
        if capture.problem:
            st.error(capture.problem)
        if capture.pending:
            st.warning(_("Svar ved noten: Er det en person?"))
        if capture.question:
            _same_or_new(capture, user, _)
            return
        if capture.saved and not capture.problem:
            _saved(capture.saved, user, _)
        st.button(
            _("Gem observation"),
            type="primary",
            key="save",
            width="stretch",
            on_click=_ask,
            kwargs={"user": user, "answer": SAVE},
        )


def _ask(*, user: User, answer: str) -> None:
    capture = current(user)
    capture.asked = answer
    if answer != SAVE:
        capture.question = None


def _save(capture: Capture, user: User, _: Translator, answer: str) -> None:
    """Save what stands in the form; `answer` is SAVE, NEW or the id of the one that was seen again."""
    if capture.saved and not capture.values.get("category") and datetime.now(UTC) - capture.saved.at < DOUBLE_TAP:
        return
    capture.problem, capture.pending = _missing(capture, _), None
    if capture.problem or _stopped(capture, user, answer):
        return
    try:
        _record(capture, user, _, answer)
    except Problem as problem:
        capture.problem = problem.text(user.language)


def _missing(capture: Capture, _: Translator) -> str | None:
    if not capture.values.get("category"):
        return _("Vælg først, hvad du ser.")
    if capture.pin is None:
        return _("Vælg et sted: tryk på kortet, søg, eller brug din position.")
    return None


def _stopped(capture: Capture, user: User, answer: str) -> bool:
    """Does the gate stand in the way? Then the note comes forward: with what to mend, or with its question."""
    found = asking.stopping(capture.note, capture.spared)
    if not found:
        return False
    capture.marked |= {asking.word_of(one): one.kind for one in found}
    capture.note_ask, capture.unfold = capture.note_ask + 1, True
    if hard := [one.kind for one in found if one.hard]:
        capture.problem = asking.refusal(found, "note").text(user.language)
        with database() as db:
            gate_counts.count(hard, "stopped", origin="form", db=db, now=datetime.now(UTC))
    else:
        capture.pending = answer
    return True


def _record(capture: Capture, user: User, _: Translator, answer: str) -> None:
    now, services = datetime.now(UTC), services_now()
    wire = capture.wire(now) | ({} if answer in (SAVE, NEW) else {"repeat_of": answer})
    observation = Observation.from_wire(wire, catalogue=services.catalogue, now=now, origin="form")
    with database() as db:
        if answer == SAVE:
            capture.question = observations.similar(
                observation.category, observation.lat, observation.lon, observation.observed_at, user=user, db=db
            )
            if capture.question:
                return
        recorded = observations.record(observation, user=user, db=db, services=services, now=now, spared=capture.spared)
        written = {asking.word_of(one) for one in check(capture.note).findings}
        gone = [kind for word, kind in capture.marked.items() if word not in written]
        gate_counts.count(gone, "rewritten", origin="form", db=db, now=now)
    start_anew(capture, saved_of(release([recorded.observation], user).points[0], user))


def _same_or_new(capture: Capture, user: User, _: Translator) -> None:
    point = capture.question
    if point is None:
        return
    told = _("Det samme er registreret i nærheden {when}. Er det den samme?")
    now = datetime.now(UTC)
    st.info(told.format(when=when(point.observed_at, now=now, language=user.language)))
    with st.container(horizontal=True):
        for label, answer in ((_("Set igen"), point.id), (_("Ny"), NEW)):
            st.button(
                label,
                key=f"answer-{label}",
                type="primary",
                width="stretch",
                on_click=_ask,
                kwargs={"user": user, "answer": answer},
            )


def _saved(saved: Saved, user: User, _: Translator) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="saved"):
        word = _("Gemt (set igen)") if saved.again else _("Gemt")
        st.success(f"{word} – {plain(saved.label)}, {plain(saved.place or _('Uden for kommunen'))}")
        if datetime.now(UTC) - saved.at < observations.UNDO_FOR:
            st.button(_("Fortryd"), key="undo", on_click=_undo, kwargs={"saved": saved, "user": user, "_": _})


def _undo(*, saved: Saved, user: User, _: Translator) -> None:
    capture = current(user)
    try:
        with database() as db:
            observations.undo(saved.id, user=user, db=db, now=datetime.now(UTC))
        capture.saved = None
        st.toast(_("Fortrudt – observationen er slettet."))
    except Problem as problem:
        capture.problem = problem.text(user.language)
