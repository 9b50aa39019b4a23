"""Events: what is planned, what was given to it, and a form to plan one more."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, number, when
from fieldapp.model import User, utc_text, uuid7
from fieldapp.model.events import EVENT_REACHES, HOURS_MOST, PLAN_MOST, TITLE_MOST, Event
from fieldapp.model.presence import REACH_NAMES
from fieldapp.texts import Translator
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.plain import plain
from fieldapp.ui.presence.now import begin
from fieldapp.ui.presence.state import Stay, act, current, tell
from fieldapp.ui.presence.words import clock, duration, where
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import asking, events
from fieldapp.usecases.events import EventCard

HERE, FORM = "events", "event-form"
WRITTEN = ("title", "plan")
_UNSURE, _EDITED = "presence-event-unsure", "presence-event-edited"


@st.fragment
def events_part(*, user: User, _: Translator) -> None:
    """The events of the last two weeks and the next two months."""
    stay, now = current(), datetime.now(UTC)
    st.header(_("Arrangementer"))
    tell(stay, HERE)
    with database() as db:
        found = events.cards(user=user, db=db, now=now)
    if not found:
        st.write(_("Ingen arrangementer lige nu. Planlæg et herunder, så timerne kan lægges på det."))
    for card in found:
        _card(stay, card, user, now, _)
    edited = next((one.event for one in found if one.event.id == st.session_state.get(_EDITED)), None)
    _plan(stay, edited, now, _)
    _obey(stay, user, _)


def _card(stay: Stay, card: EventCard, user: User, now: datetime, _: Translator) -> None:
    event = card.event
    with st.container(border=True, key=f"presence-event-{event.id}"):
        st.markdown(f"**{plain(event.title)}**")
        until = event.ends_at - event.starts_at
        ends = clock(event.ends_at, user.language)
        if until > timedelta(hours=20):
            ends = when(event.ends_at, now=now, language=user.language)
        st.text(f"{when(event.starts_at, now=now, language=user.language)}–{ends}")
        st.text(where(event.place, event.district, event.reach_m, _))
        if event.plan:
            st.text(event.plan)
        st.text(_given(card, user.language, _))
        with st.container(horizontal=True):
            if card.open:
                st.button(_("Start her"), key=f"event-start-{event.id}", on_click=stay.ask, args=("event", event))
            if card.mine:
                st.button(_("Ret"), key=f"event-edit-{event.id}", on_click=stay.ask, args=("event_edit", event.id))
                gone = ("event_gone", event.id)
                with st.popover(_("Slet"), key=f"event-ask-{event.id}"):
                    st.write(_("Navn og plan kan ikke hentes tilbage. Timer, der er lagt på det, bliver stående."))
                    st.button(_("Slet arrangementet"), key=f"event-gone-{event.id}", on_click=stay.ask, args=gone)


def _given(card: EventCard, language: str, _: Translator) -> str:
    minutes = card.event.planned_minutes
    planned = number(minutes / 60, language=language, digits=1 if minutes % 60 else 0)
    if not card.anyone:
        given = _("ingen endnu")
    elif card.team_hours is None:
        given = _("for få til at vise uden at vise en kollega")
    else:
        given = _("{hours} timer").format(hours=number(card.team_hours, language=language))
    told = _("Planlagt: {planned} timer. Givet: {given}.").format(planned=planned, given=given)
    if card.own_seconds:
        told += " " + _("Heraf du: {duration}.").format(duration=duration(card.own_seconds, _))
    return told


def _plan(stay: Stay, edited: Event | None, now: datetime, _: Translator) -> None:
    """One form for a new event and for one that is mended."""
    title = _("Ret arrangementet") if edited else _("Planlæg et arrangement")
    key = f"presence-plan-{edited.id if edited else stay.rev}"
    folder = st.expander(title, expanded=edited is not None, key=key, on_change="rerun")
    fields = {f"{name}{_mark(edited)}": f"{key}-{stay.rev}-{name}" for name in WRITTEN} if folder.open else {}
    keep_text(HERE, fields)
    if not folder.open:
        return
    with folder:
        wire = _fields(edited, f"{key}-{stay.rev}", now, _)
        tell(stay, FORM)
        st.button(_("Gem arrangementet"), type="primary", key="event-save", on_click=stay.ask, args=("plan", False))
        if st.session_state.get(_UNSURE):
            label = _("Det er ikke en person – gem")
            st.button(label, key="event-sure", on_click=stay.ask, args=("plan", True))
    if (more := stay.taken("plan")) is not None:
        stay.ask("event_plan", wire, more[0], edited)


def _mark(edited: Event | None) -> str:
    """What is kept of an event that is mended is kept apart from a new one's."""
    return f" {edited.id}" if edited else ""


def _fields(edited: Event | None, key: str, now: datetime, _: Translator) -> dict[str, Any]:
    title = st.text_input(
        _("Hvad hedder det?"), edited.title if edited else "", max_chars=TITLE_MOST, key=f"{key}-title"
    )
    times = _times(edited, key, now, _)
    place = _place(edited, key, _)
    reach = st.selectbox(
        _("Hvor stort et område?"),
        list(EVENT_REACHES),
        EVENT_REACHES.index(edited.reach_m) if edited else 1,
        format_func=lambda metres: f"{_(REACH_NAMES[metres])} ({metres} m)",
        key=f"{key}-reach",
        filter_mode=None,
    )
    planned = edited.planned_minutes // 60 if edited else 0
    hours = st.number_input(_("Planlagte timer for alle i alt"), 0, HOURS_MOST, planned, step=1, key=f"{key}-hours")
    label = _("Plan – hvad skal der ske? Ikke hvem.")
    plan = st.text_area(label, (edited and edited.plan) or "", max_chars=PLAN_MOST, key=f"{key}-plan")
    said = {"title": title, "plan": plan, "reach_m": reach, "planned_minutes": int(hours) * 60}
    return {"id": edited.id if edited else uuid7(now), **said, **times, **place}


def _times(edited: Event | None, key: str, now: datetime, _: Translator) -> dict[str, str]:
    """Copenhagen's clock; an end before the start is on the next day."""
    usual = now.astimezone(COPENHAGEN).replace(hour=16, minute=0, second=0, microsecond=0)
    begins = edited.starts_at.astimezone(COPENHAGEN) if edited else usual
    ends = edited.ends_at.astimezone(COPENHAGEN) if edited else usual.replace(hour=22)
    day = st.date_input(_("Dato"), begins.date(), format="DD.MM.YYYY", key=f"{key}-day")
    with st.container(horizontal=True):
        start = st.time_input(_("Fra"), begins.time().replace(second=0), step=900, key=f"{key}-from") or time(16)
        end = st.time_input(_("Til"), ends.time().replace(second=0), step=900, key=f"{key}-to") or time(22)
    begun = datetime.combine(day, start, COPENHAGEN)
    ended = datetime.combine(day if end > start else day + timedelta(days=1), end, COPENHAGEN)
    return {"starts_at": utc_text(begun), "ends_at": utc_text(ended)}


def _place(edited: Event | None, key: str, _: Translator) -> dict[str, float]:
    """A named place; one that is mended stays where it is unless another is chosen."""
    places = {one.id: one for one in sorted(services_now().gazetteer.places, key=lambda one: one.name.casefold())}
    hint = (edited and edited.place) or _("Vælg et sted")
    name = st.selectbox(
        _("Hvor?"), list(places), None, format_func=lambda one: places[one].name, placeholder=hint, key=f"{key}-at"
    )
    chosen = places.get(name or "") or edited
    return {"lat": chosen.lat, "lon": chosen.lon} if chosen else {}


def _obey(stay: Stay, user: User, _: Translator) -> None:
    if (asked := stay.taken("event_plan")) is not None:
        _save(stay, *asked, user=user, _=_)
    elif (chosen := stay.taken("event_edit")) is not None:
        st.session_state[_EDITED] = chosen[0]
    elif (event := stay.taken("event")) is not None:
        begin(stay, {**events.presence_for(event[0]), "id": stay.id}, user)
    elif (gone := stay.taken("event_gone")) is not None:
        act(stay, user, HERE, lambda db, now: events.withdraw(gone[0], user=user, db=db, now=now))
    else:
        return
    st.rerun()


def _save(stay: Stay, wire: dict[str, Any], sure: bool, edited: Event | None, *, user: User, _: Translator) -> None:
    """A question of the gate stays on the screen beside the fields, with everything that was typed."""
    services = services_now()
    if not wire["title"].strip() or "lat" not in wire:
        stay.problem, stay.where = _("Skriv et navn, og vælg et sted."), FORM
        return
    spared = asking.soft_words(wire["title"]) | asking.soft_words(wire["plan"]) if sure else asking.NOBODY

    def plan(db: Any, now: datetime) -> Any:
        try:
            own = {"user": user, "db": db, "services": services, "now": now, "spared": spared}
            return events.amend(wire, version=edited.version, **own) if edited else events.plan(wire, **own)
        except Problem as problem:
            st.session_state[_UNSURE] = problem.code == asking.UNSURE
            raise

    if act(stay, user, FORM, plan):
        stay.where, stay.said = HERE, _("Gemt")
        text_saved(HERE, [f"{name}{_mark(edited)}" for name in WRITTEN])
        st.session_state[_UNSURE], st.session_state[_EDITED] = False, None
        stay.rev += 1
