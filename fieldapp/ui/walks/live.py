"""The findings as they come in, good things first; the leader orders, merges and mends them here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import NOTE_MAX, User
from fieldapp.model.walks import Finding, Walk
from fieldapp.privacy.releasing import sees_point
from fieldapp.texts import Translator
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.session import database, services_now
from fieldapp.ui.walks.acting import act, save_buttons, spared_in, tell
from fieldapp.ui.walks.look import finding_html
from fieldapp.usecases import walks_answers, walks_findings, walks_plan

HERE, EVERY_S = "walk-live", 5


def live_part(walk_id: str, *, leads: bool, user: User, _: Translator) -> None:
    """The list, which looks for news by itself, and the leader's tools beside it."""
    st.link_button(_("Åbn vandringen på telefonen"), f"/walk/{walk_id}")
    _list(walk_id, user, _)
    if leads:
        with st.expander(_("Ret, flyt eller læg fund sammen"), key="walk-tools"):
            _tools(walk_id, user, _)


@st.fragment(run_every=EVERY_S)
def _list(walk_id: str, user: User, _: Translator) -> None:
    try:
        walk, found = read(walk_id, user)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    services = services_now()
    if not found:
        st.write(_("Ingen fund endnu. De kommer her, når nogen tilføjer dem på vandringen."))
        return
    st.subheader(_("1 fund") if len(found) == 1 else _("{n} fund").format(n=len(found)))
    with database() as db:
        told = walks_answers.answers(walk, db=db)
    checked = checked_in(found, user.language)
    for one in found:
        answer = told.get(one.id)
        asked = answer if answer and answer.state not in ("waiting", "good") else None
        html = finding_html(
            one, walk, answer=asked, checked=checked[one.id], services=services, language=user.language, _=_
        )  # fmt: skip
        with st.container(border=True):
            st.html(html)


def read(walk_id: str, user: User) -> tuple[Walk, list[Finding]]:
    """The walk and the findings the reader may see."""
    with database() as db:
        walk = walks_plan.open_walk(walk_id, user=user, db=db)
        found = walks_findings.standing(walk, db)
    return walk, [one for one in found if sees_point(one.observation, user)]


def checked_in(found: Sequence[Finding], language: str) -> dict[str, str]:
    """Finding → what it says of an old one, in words; "" where it is a new thing."""
    with database() as db:
        return {one.id: walks_answers.checked_words(one, db=db, language=language) for one in found}


def label_of(one: Finding, walk: Walk, language: str, *, checked: str = "") -> str:
    """«3 · Lys: Lampen er slukket», for lists to choose from."""
    told = one.observation.note or checked
    note = f": {told[:80]}" if told else ""
    return f"{one.number} · {walk.item(one.item).label(language)}{note}"


@st.fragment
def _tools(walk_id: str, user: User, _: Translator) -> None:
    walk, found = read(walk_id, user)
    tell(f"{HERE}-order")
    if not found:
        st.write(_("Der er ingen fund at rette endnu."))
        return
    named = {one.id: label_of(one, walk, user.language) for one in found}
    chosen = st.selectbox(_("Fund"), list(named), format_func=named.__getitem__, key="walk-tool-which")
    one = next(one for one in found if one.id == chosen)
    with st.container(horizontal=True):
        up = st.button(_("Flyt op"), key="walk-tool-up")
        down = st.button(_("Flyt ned"), key="walk-tool-down")
    if up or down:
        _move(walk, found, one, -1 if up else 1, user)
    others = [other for other in named if other != one.id]
    if others:
        _merge(one, others, named, user, _)
    _part(one, walk, user, _)
    _mend(one, walk, user, _)


def _part(one: Finding, walk: Walk, user: User, _: Translator) -> None:
    """What was merged into this one can stand alone again."""
    with database() as db:
        inside = [other for other in walks_findings.joined(walk, db) if other.merged_into == one.id]
    tapped = [
        other
        for other in inside
        if st.button(_("Skil fund {n} ud igen").format(n=other.number), key=f"walk-tool-part-{other.id}")
    ]
    if tapped:
        alone = tapped[0].id
        act(user, f"{HERE}-order", lambda db, now: walks_findings.part(alone, user=user, db=db, now=now),
            said=_("Skilt ud. Fundet står for sig selv igen."))  # fmt: skip
        st.rerun(scope="app")


def _move(walk: Walk, found: list[Finding], one: Finding, by: int, user: User) -> None:
    ids = [other.id for other in found]
    place = ids.index(one.id)
    to = min(max(0, place + by), len(ids) - 1)
    ids.insert(to, ids.pop(place))
    act(user, f"{HERE}-order", lambda db, now: walks_findings.order(walk.id, ids, user=user, db=db, now=now))
    st.rerun(scope="app")


def _merge(one: Finding, others: list[str], named: dict[str, str], user: User, _: Translator) -> None:
    into = st.selectbox(
        _("Læg sammen med"), others, None, format_func=named.__getitem__, placeholder=_("Vælg et fund"),
        key=f"walk-tool-into-{one.id}",
    )  # fmt: skip
    if into and st.button(_("Læg sammen"), key="walk-tool-merge"):
        act(user, f"{HERE}-order", lambda db, now: walks_findings.merge(one.id, into, user=user, db=db, now=now),
            said=_("Lagt sammen. Alle, der står bag, er talt med."))  # fmt: skip
        st.rerun(scope="app")


def _mend(one: Finding, walk: Walk, user: User, _: Translator) -> None:
    here = f"{HERE}-{one.id}"
    key = f"{here}-{one.observation.version}"
    fields = {"note": f"{key}-note", "proposal": f"{key}-proposal"}
    keep_text(here, fields)
    items = {item.key: item.label(user.language) for item in walk.checklist}
    keys = [one.item, *(item for item in items if item != one.item)]
    item = st.selectbox(
        _("Punkt"), keys, format_func=lambda name: items.get(name, name), key=f"{key}-item"
    )  # fmt: skip
    note = st.text_area(_("Hvad ser man?"), one.observation.note or "", max_chars=NOTE_MAX, key=fields["note"])
    proposal = st.text_area(_("Forslag"), one.proposal or "", max_chars=NOTE_MAX, key=fields["proposal"])
    sure = save_buttons(here, _("Gem rettelsen"), _)
    if sure is None:
        return
    services, said = services_now(), {"item": item, "note": note, "proposal": proposal}

    def edit(db: Any, now: datetime) -> Any:
        return walks_findings.edit(
            one.id, said, version=one.observation.version, user=user, db=db, services=services, now=now,
            spared=spared_in(sure, note, proposal),
        )  # fmt: skip

    if act(user, here, edit, said=_("Gemt")) is not None:
        text_saved(here, fields)
        st.rerun(scope="app")
    st.rerun(scope="fragment")
