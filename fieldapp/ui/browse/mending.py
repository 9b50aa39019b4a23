"""Mending one's own observation within 24 hours; the gate stops and asks here as it does in the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import AGE_BANDS, GROUP_SIZES, NOTE_MAX, SEVERITIES, Kind, Observation, User
from fieldapp.privacy.releasing import ReleasedPoint
from fieldapp.texts import Translator
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.note import listed
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import asking, gate_counts, observations
from fieldapp.usecases.form import AGE_BAND_NAMES, SEVERITY_NAMES

_KEPT = "mending"


def mending_part(point: ReleasedPoint, user: User, _: Translator) -> None:
    """The fields as they are, the button, and what the gate has to say about the note."""
    kept = st.session_state.get(_KEPT)
    if not kept or kept["id"] != point.id:
        kept = st.session_state[_KEPT] = {"id": point.id, "rev": 0, "changes": None}
    services = services_now()
    keys = [one.key for one in services.catalogue]
    note_key = f"mend-note-{point.id}-{kept['rev']}"
    with st.form(f"edit-{point.id}", border=False):
        category = st.selectbox(
            _("Kategori"),
            keys,
            index=keys.index(point.category) if point.category in keys else 0,
            format_func=lambda key: services.catalogue[key].label(user.language),
        )
        severity = _pills(_("Hvor meget?"), {value: _(SEVERITY_NAMES[value]) for value in SEVERITIES}, point.severity)
        size = age = None
        if point.kind is Kind.PEOPLE:
            size = _pills(_("Hvor mange?"), {one: one.replace("-", "–") for one in GROUP_SIZES}, point.group_size)
            age = _pills(_("Cirka alder"), {one: _(AGE_BAND_NAMES[one]) for one in AGE_BANDS}, point.age_band)
        written = kept.get("note", point.note or "")
        note = st.text_area(_("Note"), written, max_chars=NOTE_MAX, key=note_key)
        st.caption(asking.question_texts(_)["rewriting"])
        if st.form_submit_button(_("Gem rettelse"), type="primary", width="stretch"):
            kept["changes"] = {
                "category": category,
                "severity": severity,
                "group_size": size,
                "age_band": age,
                "note": note,
            }
            _amend(point, kept, asking.NOBODY, user, _)
    _question(point, kept, user, _)


def _pills(label: str, names: dict[object, str] | dict[int, str] | dict[str, str], value: object) -> object:
    default = value if value in names else None
    return st.pills(label, list(names), default=default, format_func=lambda one: names[one])


def _amend(point: ReleasedPoint, kept: dict[str, Any], spared: asking.Words, user: User, _: Translator) -> None:
    now, services, changes = datetime.now(UTC), services_now(), dict(kept["changes"])
    try:
        if services.catalogue[str(changes["category"])].kind is not Kind.PEOPLE:
            changes |= {"group_size": None, "age_band": None}
        with database() as db:
            stored = observations.stored_own(point.id, user=user, db=db)
            wire = stored.to_wire() | changes
            changed = Observation.from_wire(wire, catalogue=services.catalogue, now=now, origin=stored.origin)
            changed = replace(changed, version=point.version)
            observations.amend(changed, user=user, db=db, services=services, now=now, spared=spared)
    except Problem as problem:
        if problem.code not in (asking.UNSURE, asking.REFUSED):
            kept["changes"] = None
        st.error(problem.text(user.language)) if problem.code != asking.UNSURE else None
        return
    st.session_state.pop(_KEPT, None)
    st.toast(_("Rettelsen er gemt."))
    st.rerun()


def _question(point: ReleasedPoint, kept: dict[str, Any], user: User, _: Translator) -> None:
    """The words, and the three answers; for what can never be saved only two."""
    if not kept["changes"]:
        return
    text = str(kept["changes"]["note"])
    before = asking.soft_words(point.note or "")
    found = asking.stopping(text, before)
    if not found:
        return
    texts, hard = asking.question_texts(_), any(one.hard for one in found)
    words = "".join(f"<li>{escape(label)}: <mark>{escape(said)}</mark></li>" for label, said in listed(found, _))
    if not hard:
        st.warning(texts["question"])
    st.html(f"<ul>{words}</ul>")
    with st.container(horizontal=True):
        if st.button(texts["remove"], key="mend-remove", width="stretch"):
            with database() as db:
                kinds = [one.kind for one in found]
                gate_counts.count(kinds, "removed", origin="form", db=db, now=datetime.now(UTC))
            kept |= {"note": asking.without(text, before), "rev": kept["rev"] + 1, "changes": None}
            rerun_part()
        if st.button(texts["rewrite"], key="mend-rewrite", width="stretch"):
            kept |= {"note": text, "changes": None}
            rerun_part()
        if not hard and st.button(texts["not_a_person"], key="mend-pass", width="stretch"):
            _amend(point, kept, before | asking.soft_words(text), user, _)
