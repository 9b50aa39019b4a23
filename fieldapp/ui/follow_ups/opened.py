"""One task opened: what it is, its history, what may be done to it now, and the link that goes to the party."""

from __future__ import annotations

from datetime import date, datetime

import streamlit as st

from fieldapp import charts
from fieldapp.formats import COPENHAGEN, when
from fieldapp.model import Kind, User
from fieldapp.model.follow_ups import FollowUp, State
from fieldapp.settings import ROOT
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.browse.detail import open_detail
from fieldapp.ui.follow_ups.acting import steps_part, told_part
from fieldapp.ui.follow_ups.assigning import assign_part
from fieldapp.ui.follow_ups.look import state_tag
from fieldapp.ui.follow_ups.mending import mending_part
from fieldapp.ui.follow_ups.sending import link_part
from fieldapp.usecases import follow_ups_reading
from fieldapp.usecases.follow_ups_reading import Card, Line, Opened
from fieldapp.usecases.follow_ups_words import (
    ACTION_NAMES,
    SOURCE_NAMES,
    day_text,
    deadline_text,
    person_text,
    who_text,
)
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services


def opened_part(
    follow_up_id: str, *, user: User, db: Database, services: Services, now: datetime, _: Translator
) -> None:
    """Everything of it, for a reader who may see it."""
    found = follow_ups_reading.opened(follow_up_id, reader=user, db=db, now=now)
    told_part(follow_up_id)
    st.html(_facts(found.card, user=user, db=db, services=services, now=now, _=_))
    if found.card.follow_up.state is State.REPORTED:
        st.html(_report(found, user=user, db=db, services=services, now=now, _=_))
    _seen_part(found.card.follow_up, _)
    steps_part(found.card, user=user, _=_)
    lines = [_line(line, user=user, db=db, services=services, now=now, _=_) for line in reversed(found.history)]
    st.html(charts.page(charts.heading(_("Historik")), f"<ul>{''.join(lines)}</ul>"))
    mending_part(found, user=user, now=now, _=_)
    if found.card.follow_up.is_open:
        assign_part({follow_up_id: found.card.follow_up.version}, user=user, db=db, services=services, _=_)
        if found.card.follow_up.kind is not Kind.PEOPLE:
            link_part(found.card.follow_up, user=user, db=db, services=services, now=now, _=_)


def _facts(card: Card, *, user: User, db: Database, services: Services, now: datetime, _: Translator) -> str:
    one, today = card.follow_up, now.astimezone(COPENHAGEN).date()
    late = _("1 dag over fristen") if card.overdue == 1 else _("{days} dage over fristen").format(days=card.overdue)
    tags = state_tag(one, user.language)
    if card.overdue:
        tags += f'<span class="fa-state fa-late"><span aria-hidden="true">!</span>{charts.text(late)}</span>'
    rows = [
        (_("Hvad"), one.detail),
        (_("Ansvarlig"), parties_of(services.settings)[one.responsible].label(user.language)),
        (_("Taget af"), person_text(one.assignee, reader=user, db=db) if one.assignee else None),
        (_("Frist"), deadline_text(one, today=today, language=user.language, bare=True) or None),
        (_("Hvor"), _place(one, services)),
        (_("Kommer fra"), _(SOURCE_NAMES[one.source])),
    ]
    told = "".join(f"<dt>{charts.text(label)}</dt><dd>{charts.text(value)}</dd>" for label, value in rows if value)
    return charts.page(f"<p>{tags}</p><dl>{told}</dl>")


def _seen_part(one: FollowUp, _: Translator) -> None:
    """The way to what it was made from, where that is an observation."""
    if one.source not in ("observation", "finding") or one.source_id is None:
        return
    if st.button(_("Vis observationen"), key=f"fu-seen-{one.id}"):
        open_detail(one.source_id)
        st.switch_page(ROOT / "pages" / "kort.py")


def _report(found: Opened, *, user: User, db: Database, services: Services, now: datetime, _: Translator) -> str:
    """What was said of it, with its photos, before the question whether it is so."""
    told = [line for line in found.history if line.event.action == "report"][-1:]
    lines = [_line(line, user=user, db=db, services=services, now=now, _=_) for line in told]
    return charts.page(f"<ul class=fa-report>{''.join(lines)}</ul>")


def _place(one: FollowUp, services: Services) -> str | None:
    parts = [one.place, services.district_name(one.district)]
    if one.lat is not None and one.lon is not None:
        parts.append(f"{one.lat:.5f}, {one.lon:.5f}")
    return " · ".join(part for part in parts if part) or None


def _line(line: Line, *, user: User, db: Database, services: Services, now: datetime, _: Translator) -> str:
    """One line of the history: when, what, by whom, what was changed, the words, the photos."""
    event = line.event
    head = f"{when(event.at, now=now, language=user.language)}: {_(ACTION_NAMES[event.action])}"
    changed = _changed(line, user=user, db=db, services=services, now=now, _=_)
    told = " · ".join(part for part in (head, who_text(event.who, reader=user, db=db), changed) if part)
    words = f"<br>«{charts.text(event.text)}»" if event.text else ""
    alt = charts.text(_("Billede fra svaret"))
    photos = "".join(
        f'<a href="/opgavefoto/{photo}" target="_blank" rel="noopener"><img src="/opgavefoto/{photo}?size=thumb" '
        f'alt="{alt}"></a>'
        for photo in line.photos
    )
    return f"<li>{charts.text(told)}{words}{f'<div class=fa-photos>{photos}</div>' if photos else ''}</li>"


def _changed(line: Line, *, user: User, db: Database, services: Services, now: datetime, _: Translator) -> str:
    if line.event.action != "assign":
        return ""
    today, told = now.astimezone(COPENHAGEN).date(), []
    for name, value in line.changed.items():
        if name == "responsible":
            told.append(parties_of(services.settings)[str(value)].label(user.language))
        elif name == "deadline" and value:
            day = day_text(date.fromisoformat(str(value)), today=today, language=user.language)
            told.append(_("frist {date}").format(date=day))
        elif name == "assignee" and value:
            told.append(_("til {who}").format(who=person_text(str(value), reader=user, db=db)))
    return ", ".join(told)
