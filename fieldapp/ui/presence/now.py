"""Now: start with one tap, pause, stop, and the question when a stop was forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from fieldapp.formats import COPENHAGEN, when
from fieldapp.model import User, uuid7
from fieldapp.model.presence import ACTIVITIES, REACH_NAMES, Presence
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.gps import Fix, gps
from fieldapp.ui.plain import plain
from fieldapp.ui.presence.clock import clock_part
from fieldapp.ui.presence.elsewhere import elsewhere_part
from fieldapp.ui.presence.state import Act, Stay, act, current, tell
from fieldapp.ui.presence.words import clock, duration, what_and_where, where
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import observations, presence
from fieldapp.usecases.presence_forgotten import Forgotten
from fieldapp.usecases.presence_suggestions import habits

HERE = "now"
_ON_ENTRY = ("pause", "resume", "stop", "stop_at", "drop")
DOUBLE_TAP = timedelta(seconds=3)


@st.fragment
def now_part(*, user: User, _: Translator) -> None:
    """Reruns by itself while the position comes in; acts at the end, when every field has been read."""
    stay, now = current(), datetime.now(UTC)
    with database() as db:
        entry, missed = presence.running(user=user, db=db), presence.forgotten(user=user, db=db, now=now)
        ended = None if entry else _just_ended(user, db, now)
    if missed:
        _forgotten(stay, missed, user, _)
    elif entry:
        _running(stay, entry, user, _)
    else:
        _start(stay, user, ended, _)
    _obey(stay, entry, user, _)


def _start(stay: Stay, user: User, ended: Presence | None, _: Translator) -> None:
    with st.container(key="presence-start"):
        tell(stay, HERE)
        if ended:
            _ended(stay, ended, user, _)
        place = _place(stay, user, _)
        _choices(stay, user, _)
        activity = _("Start: {activity}").format(activity=_(ACTIVITIES[stay.activity or "synlighed"]))
        label = f"{activity} · {plain(_area(stay, *place, _))}" if place else activity
        st.button(label, type="primary", key="presence-go", width="stretch", on_click=stay.ask, args=("start",))
    elsewhere_part(stay, user, _)


def _area(stay: Stay, place: str | None, district: str | None, _: Translator) -> str:
    return where(place, district, 250 if stay.reach_m is None else stay.reach_m, _)


def _place(stay: Stay, user: User, _: Translator) -> tuple[str | None, str | None] | None:
    """The phone's position unless a place is chosen by hand: nearest place and district, None while there is none."""
    pin = stay.pin if stay.by_hand else None
    fix = gps(key="presence-gps", pin=pin, language=user.language, on_use=stay.follow)
    if isinstance(fix, Fix) and not stay.by_hand:
        stay.place(fix.lat, fix.lon, by_hand=False)
    if stay.pin is None:
        st.caption(_("Stedet kan også vælges herunder."))
        return None
    services = services_now()
    about = observations.describe(*stay.pin, datetime.now(COPENHAGEN).date(), services=services)
    name = services.district_name(about.located.district_id) or _("Uden for kommunen")
    with st.container(key="presence-place"):
        st.text(f"{about.place} · {name}" if about.place else name)
    return about.place, about.located.district_id


def _choices(stay: Stay, user: User, _: Translator) -> None:
    if stay.activity is None or stay.reach_m is None:
        with database() as db:
            usual = habits(user=user, db=db, now=datetime.now(UTC))
        stay.activity, stay.reach_m = usual.activity, usual.reach_m
    with st.container(key="presence-activity"):
        stay.activity = st.pills(
            _("Hvad laver du?"),
            list(ACTIVITIES),
            default=stay.activity,
            required=True,
            format_func=lambda key: _(ACTIVITIES[key]),
            key="presence-activity-pills",
        )
    with st.container(key="presence-reach"):
        stay.reach_m = st.pills(
            _("Hvor stort et område?"),
            list(REACH_NAMES),
            default=stay.reach_m,
            required=True,
            format_func=lambda metres: _reach(metres, _),
            key="presence-reach-pills",
        )


def _reach(metres: int, _: Translator) -> str:
    return f"{_(REACH_NAMES[metres])} ({metres} m)" if metres else _(REACH_NAMES[metres])


def _running(stay: Stay, entry: Presence, user: User, _: Translator) -> None:
    now = datetime.now(UTC)
    with st.container(key="presence-run"):
        st.subheader(_("På pause") if entry.paused else _("Du er i gang"))
        with st.container(key="presence-place"):
            st.text(what_and_where(entry, _))
        st.text(_("Siden {when}").format(when=when(entry.started_at, now=now, language=user.language)))
        tell(stay, HERE)
        clock_part(entry, "clock", language=user.language, now=now)
        with st.container(horizontal=True, key="presence-buttons"):
            word, name = (_("Fortsæt"), "resume") if entry.paused else (_("Pause"), "pause")
            st.button(word, key=f"presence-{name}", width="stretch", on_click=stay.ask, args=(name,))
            st.button(
                _("Stop"), type="primary", key="presence-stop", width="stretch", on_click=stay.ask, args=("stop",)
            )
        st.caption(_("Timerne tæller først med, når du har trykket «Stop»."))
        clock_part(entry, "track", language=user.language, now=now)


def _ended(stay: Stay, ended: Presence, user: User, _: Translator) -> None:
    """«Gemt», and ten minutes to go on as if it had not been stopped."""
    told = _("Gemt – {what}, {duration}").format(what=what_and_where(ended, _), duration=duration(ended.seconds, _))
    with st.container(key="presence-saved", horizontal=True, vertical_alignment="center"):
        st.success(told)
        st.button(_("Fortryd"), key="presence-undo", on_click=stay.ask, args=("undo", ended.id))
    clock_part(ended, "track", language=user.language, now=datetime.now(UTC))


def _just_ended(user: User, db: Database, now: datetime) -> Presence | None:
    last = presence.own_since(now - timedelta(hours=17), user=user, db=db, now=now)[:1]
    fresh = (one for one in last if one.source == "live" and one.ended_at and now - one.ended_at < presence.UNDO_FOR)
    return next(fresh, None)


def _forgotten(stay: Stay, missed: Forgotten, user: User, _: Translator) -> None:
    entry, now = missed.presence, datetime.now(UTC)
    with st.container(key="presence-forgotten"):
        st.subheader(_("Hvornår gik du?"))
        begun = when(entry.started_at, now=now, language=user.language)
        st.warning(
            _("Du startede {when} og har ikke trykket «Stop». Timerne tæller ikke med, før du svarer.").format(
                when=begun
            )
        )
        st.text(what_and_where(entry, _))
        tell(stay, HERE)
        if missed.last_observation:
            _choice(stay, missed.last_observation, _("Kl. {clock} – din sidste observation"), "seen", user)
        _choice(stay, missed.usual_end, _("Kl. {clock} – så længe plejer du"), "usual", user)
        with st.expander(_("Et andet tidspunkt"), key="presence-other-end", on_change="rerun") as folder:
            if folder.open:
                _exact_end(stay, missed, _)
        st.button(_("Det var en fejl – slet den"), key="presence-drop", on_click=stay.ask, args=("drop",))


def _choice(stay: Stay, moment: datetime, label: str, key: str, user: User) -> None:
    text = label.format(clock=clock(moment, user.language))
    st.button(text, key=f"presence-{key}", width="stretch", on_click=stay.ask, args=("stop_at", moment))


def _exact_end(stay: Stay, missed: Forgotten, _: Translator) -> None:
    begun, usual = (one.astimezone(COPENHAGEN) for one in (missed.presence.started_at, missed.usual_end))
    with st.container(horizontal=True):
        days: list[date] = sorted({begun.date(), missed.latest.astimezone(COPENHAGEN).date()})
        day = st.selectbox(_("Dato"), days, days.index(usual.date()), format_func=lambda one: f"{one:%d.%m.%Y}")
        at = st.time_input(_("Klokken"), usual.time().replace(second=0, microsecond=0), step=300)
    moment = datetime.combine(day, at or time(12), COPENHAGEN).astimezone(UTC)
    st.button(_("Gem"), key="presence-exact", type="primary", on_click=stay.ask, args=("stop_exact",))
    if stay.taken("stop_exact") is not None:
        stay.ask("stop_at", moment)


def _obey(stay: Stay, entry: Presence | None, user: User, _: Translator) -> None:
    """Act on the tap, then draw the whole screen anew; a second tap on a button that has had its day does nothing."""
    name, more = (stay.asked[0], stay.asked[1:]) if stay.asked else ("", ())
    if name not in ("start", "undo", *_ON_ENTRY):
        return
    stay.asked = ()
    if name == "start" and not entry:
        _go(stay, user, _)
    elif name == "undo" and not entry:
        act(stay, user, HERE, lambda db, now: presence.undo_stop(more[0], user=user, db=db, now=now))
    elif entry and name in _ON_ENTRY:
        _on_entry(stay, entry, name, more, user)
    st.rerun()


def _on_entry(stay: Stay, entry: Presence, name: str, more: tuple[Any, ...], user: User) -> None:
    services = services_now()
    works: dict[str, Act] = {
        "pause": lambda db, now: presence.pause(entry.id, user=user, db=db, now=now),
        "resume": lambda db, now: presence.resume(entry.id, user=user, db=db, now=now),
        "drop": lambda db, now: presence.withdraw(entry.id, user=user, db=db, now=now),
        "stop": lambda db, now: presence.stop(entry.id, user=user, db=db, services=services, now=now),
        "stop_at": lambda db, now: presence.stop(
            entry.id, user=user, db=db, services=services, now=now, ended_at=more[0]
        ),
    }
    if name == "stop" and datetime.now(UTC) - entry.started_at < DOUBLE_TAP:
        return
    act(stay, user, HERE, works[name])


def _go(stay: Stay, user: User, _: Translator) -> None:
    if stay.pin is None:
        stay.problem, stay.where = _("Vælg først et sted: brug din position, eller vælg det herunder."), HERE
        return
    wire = {
        "id": stay.id,
        "activity": stay.activity,
        "reach_m": stay.reach_m,
        "lat": stay.pin[0],
        "lon": stay.pin[1],
    }
    begin(stay, wire, user)


def begin(stay: Stay, wire: dict[str, Any], user: User) -> None:
    """Start with these words, from here, from an event or from the strip."""
    services = services_now()
    done = act(stay, user, HERE, lambda db, now: presence.start(wire, user=user, db=db, services=services, now=now))
    if done:
        stay.id = uuid7(datetime.now(UTC))
