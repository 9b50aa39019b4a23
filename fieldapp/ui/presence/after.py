"""Afterwards, in two taps: open, and tap what is suggested; or say day, times, activity and place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.model import User, utc_text, uuid7
from fieldapp.model.presence import ACTIVITIES, REACH_NAMES
from fieldapp.texts import Translator
from fieldapp.ui.presence.state import Stay, act, current, tell
from fieldapp.ui.presence.words import span, what_and_where
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import presence
from fieldapp.usecases.presence_suggestions import Habits, Suggestion, habits

HERE = "after"
_FROM, _TO = time(19), time(22)


@st.fragment
def after_part(*, user: User, _: Translator) -> None:
    """The whole folder; a time that is over, of one's own."""
    stay, now = current(), datetime.now(UTC)
    folder = st.expander(_("Registrér bagefter"), key="presence-after", on_change="rerun")
    if folder.open:
        with folder:
            with database() as db:
                usual = habits(user=user, db=db, now=now)
            for number, one in enumerate(usual.afterwards):
                _suggestion(stay, one, number, now, user, _)
            wire = _form(stay, usual, now, _)
            st.button(_("Gem tiden"), type="primary", key="presence-add", on_click=stay.ask, args=("add",))
            if stay.taken("add") is not None:
                stay.ask("save", wire)
            # Below the button, where the eye and the thumb are.
            _told(stay, _)
    _obey(stay, user, _)


def _told(stay: Stay, _: Translator) -> None:
    """What became of it; what an overlap offers, or taking back what was just saved."""
    tell(stay, HERE)
    if stay.where != HERE:
        return
    if stay.other:
        st.button(_("Afkort den anden, og gem denne"), key="presence-shorten", on_click=stay.ask, args=("shorten",))
    elif stay.saved and not stay.problem:
        st.button(_("Fortryd"), key="presence-take-back", on_click=stay.ask, args=("take_back",))


def _suggestion(stay: Stay, one: Suggestion, number: int, now: datetime, user: User, _: Translator) -> None:
    times = span(one.started_at, one.ended_at, now=now, language=user.language)
    label = f"{times[:1].upper()}{times[1:]}: {what_and_where(one.like, _)}"
    st.button(label, key=f"row-presence-{number}", width="stretch", on_click=stay.ask, args=("save", one.wire(now)))


def _form(stay: Stay, usual: Habits, now: datetime, _: Translator) -> dict[str, Any]:
    """The fields, read in this run; the id changes when something was saved."""
    today = now.astimezone(COPENHAGEN).date()
    rev = stay.rev
    day = st.date_input(
        _("Dato"),
        today - timedelta(days=1),
        min_value=today - presence.BACK_MOST + timedelta(days=1),
        max_value=today,
        format="DD.MM.YYYY",
        key=f"presence-day-{rev}",
    )
    with st.container(horizontal=True):
        start = st.time_input(_("Fra"), _FROM, step=900, key=f"presence-from-{rev}")
        end = st.time_input(_("Til"), _TO, step=900, key=f"presence-to-{rev}")
    activity = st.selectbox(
        _("Hvad lavede du?"),
        list(ACTIVITIES),
        list(ACTIVITIES).index(usual.activity),
        format_func=lambda key: _(ACTIVITIES[key]),
        key=f"presence-did-{rev}",
        filter_mode=None,
    )
    times = _times(day, start or _FROM, end or _TO)
    return {"id": uuid7(now), "activity": activity, **times, **_where(stay, rev, today, _)}


def _where(stay: Stay, rev: int, today: date, _: Translator) -> dict[str, Any]:
    """A named place with a reach, or a whole district."""
    services = services_now()
    names = services.districts.names(today)
    chosen = {one.id: one for one in sorted(services.gazetteer.places, key=lambda place: place.name.casefold())}
    whole = {f"*{key}": _("Hele distriktet {district}").format(district=names[key]) for key in names}
    options = [*(["*here"] if stay.pin else []), *chosen, *whole]

    def told(key: str) -> str:
        return (
            _("Det sted, der er valgt øverst") if key == "*here" else chosen[key].name if key in chosen else whole[key]
        )

    key = st.selectbox(
        _("Hvor?"),
        options,
        0 if stay.pin else None,
        format_func=told,
        placeholder=_("Vælg et sted"),
        key=f"presence-where-{rev}",
    )
    if key in whole:
        return {"district": key[1:], "reach_m": 0}
    reach = st.selectbox(
        _("Hvor stort et område?"),
        [metres for metres in REACH_NAMES if metres],
        1,
        format_func=lambda metres: f"{_(REACH_NAMES[metres])} ({metres} m)",
        key=f"presence-wide-{rev}",
        filter_mode=None,
    )
    if key is None:
        return {"reach_m": reach}
    lat, lon = stay.pin if key == "*here" and stay.pin else (chosen[key].lat, chosen[key].lon)
    return {"lat": lat, "lon": lon, "reach_m": reach}


def _times(day: date, start: time, end: time) -> dict[str, str]:
    """Copenhagen's clock; an end before the start is on the next day."""
    begun = datetime.combine(day, start, COPENHAGEN)
    ended = datetime.combine(day if end > start else day + timedelta(days=1), end, COPENHAGEN)
    return {"started_at": utc_text(begun), "ended_at": utc_text(ended)}


def _obey(stay: Stay, user: User, _: Translator) -> None:
    if (wire := stay.taken("save")) is not None:
        _save(stay, wire[0], user, _)
    elif stay.taken("shorten") is not None:
        _shorten(stay, user, _)
    elif stay.taken("take_back") is not None:
        own = stay.saved or ""
        act(stay, user, HERE, lambda db, now: presence.withdraw(own, user=user, db=db, now=now))
        stay.saved = None
    else:
        return
    st.rerun()


def _save(stay: Stay, wire: dict[str, Any], user: User, _: Translator) -> None:
    services = services_now()
    stay.wire, stay.saved = wire, None
    if not {"lat", "district"} & set(wire):
        stay.problem, stay.where, stay.other = _("Vælg først et sted."), HERE, None
        return
    kept = act(
        stay,
        user,
        HERE,
        lambda db, now: presence.add_afterwards(wire, user=user, db=db, services=services, now=now),
    )
    if kept:
        stay.saved, stay.rev = kept.id, stay.rev + 1
        now = datetime.now(UTC)
        stay.said = _("Gemt – {what}").format(
            what=f"{what_and_where(kept, _)}, {span(kept.started_at, kept.ended_at, now=now, language=user.language)}"
        )


def _shorten(stay: Stay, user: User, _: Translator) -> None:
    other, wire, services = stay.other or "", stay.wire, services_now()
    until = datetime.fromisoformat(wire["started_at"])
    done = act(
        stay,
        user,
        HERE,
        lambda db, now: presence.shorten(other, until, user=user, db=db, services=services, now=now),
    )
    if done:
        _save(stay, wire, user, _)
