"""The week: one's own hours and entries, and the team's sum where it shows no colleague."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st
from babel.dates import format_date

from fieldapp import charts
from fieldapp.formats import COPENHAGEN, number
from fieldapp.model import User
from fieldapp.model.presence import ACTIVITIES, Presence
from fieldapp.texts import N_, Translator
from fieldapp.ui.presence.state import Stay, act, current, tell
from fieldapp.ui.presence.words import duration, span, what_and_where
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import presence
from fieldapp.usecases.presence_week import OwnWeek, TeamWeek

HERE = "week"
_WEEKS = {0: N_("Denne uge"), 1: N_("Sidste uge")}
_FEW = N_("for få til at vise uden at vise en kollega")


@st.fragment
def week_part(*, user: User, _: Translator) -> None:
    """Tables with bars, and below them the entries to mend."""
    stay, now = current(), datetime.now(UTC)
    st.header(_("Dine timer"))
    back = st.segmented_control(
        _("Uge"), list(_WEEKS), default=0, required=True, format_func=lambda one: _(_WEEKS[one]), key="presence-week"
    )
    with database() as db:
        own = presence.own_week(user=user, db=db, now=now, weeks_back=back or 0)
        team = presence.team_week(user=user, db=db, now=now, weeks_back=back or 0)
    st.html(charts.page(*_own(own, user.language, _)))
    _mend(stay, own, user, now, _)
    tell(stay, HERE)
    if stay.where == HERE and stay.saved and not stay.problem:
        st.button(_("Fortryd"), key="presence-bring-back", on_click=stay.ask, args=("bring_back", stay.saved))
    st.html(charts.page(*_team(team, user.language, _)))
    _obey(stay, user, _)


def _own(week: OwnWeek, language: str, _: Translator) -> list[str]:
    if not week.total:
        return [charts.paragraph(_("Ingen timer i denne uge endnu. Tryk «Start», når du går i gang."))]
    by_day, by_activity = _sums(week, 1), _sums(week, 0)
    days = [(str(day), _day(day, language)) for day in week.days if str(day) in by_day]
    kinds = [(key, _(ACTIVITIES[key])) for key in ACTIVITIES if key in by_activity]
    total = (_("I alt"), duration(week.total, _))
    return [
        _table(_("Dag"), days, by_day, total, _("Dine timer dag for dag"), _),
        _table(_("Aktivitet"), kinds, by_activity, total, _("Dine timer fordelt på aktivitet"), _),
    ]


def _table(
    head: str, keys: list[tuple[str, str]], sums: Mapping[str, int], total: tuple[str, str], caption: str, _: Translator
) -> str:
    rows = [(name, duration(sums[key], _)) for key, name in keys]
    bars = [sums[key] for key, _name in keys]
    return charts.table([head, _("Tid")], rows, caption=caption, total=total, bars=bars)


def _sums(week: OwnWeek, part: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, seconds in week.seconds.items():
        found[key[part]] = found.get(key[part], 0) + seconds
    return found


def _day(day: date, language: str) -> str:
    return str(format_date(day, "EEE d. MMM" if language == "da" else "EEE d MMM", locale=language))


def _team(week: TeamWeek, language: str, _: Translator) -> list[str]:
    parts = [charts.heading(_("Holdets timer"))]
    if week.total is None:
        return [*parts, charts.paragraph(_("Der er {few}.").format(few=_(_FEW)))]

    def told(hours: int | None) -> str:
        return _("for få") if hours is None else number(hours, language=language)

    days = [(_day(day, language), told(week.by_day[str(day)])) for day in week.days if str(day) in week.by_day]
    kinds = [(_(ACTIVITIES[key]), told(week.by_activity[key])) for key in ACTIVITIES if key in week.by_activity]
    total = (_("I alt"), told(week.total))
    heads = _("Hele timer")
    hidden = None in (*week.by_day.values(), *week.by_activity.values())
    more = [charts.paragraph(_("«For få»: {few}.").format(few=_(_FEW)), kind="quiet")] if hidden else []
    return [
        *parts,
        charts.table([_("Dag"), heads], days, caption=_("Alles timer sammen, dag for dag"), total=total),
        charts.table([_("Aktivitet"), heads], kinds, caption=_("Alles timer sammen, efter aktivitet"), total=total),
        *more,
    ]


def _mend(stay: Stay, week: OwnWeek, user: User, now: datetime, _: Translator) -> None:
    """One's own ended entries of the week: other times, another activity, or gone."""
    ended = {one.id: one for one in week.entries if one.ended_at}
    if not ended:
        return
    with st.expander(_("Ret eller slet"), key="presence-mend", on_change="rerun") as folder:
        if not folder.open:
            return
        chosen = st.selectbox(
            _("Hvilken?"),
            list(ended),
            format_func=lambda key: _line(ended[key], now, user.language, _),
            key=f"presence-which-{stay.rev}",
            filter_mode=None,
        )
        entry = ended[chosen]
        changed = _fields(entry, _)
        with st.container(horizontal=True):
            st.button(_("Gem rettelsen"), type="primary", key="presence-amend", on_click=stay.ask, args=("amend",))
            st.button(_("Slet"), key="presence-delete", on_click=stay.ask, args=("delete", entry.id))
        if stay.taken("amend") is not None:
            stay.ask("write", changed)


def _line(entry: Presence, now: datetime, language: str, _: Translator) -> str:
    times = span(entry.started_at, entry.ended_at or now, now=now, language=language)
    return f"{times[:1].upper()}{times[1:]}: {what_and_where(entry, _)} ({duration(entry.seconds, _)})"


def _fields(entry: Presence, _: Translator) -> Presence:
    begun, ended = (one.astimezone(COPENHAGEN) for one in (entry.started_at, entry.ended_at or entry.started_at))
    key = f"{entry.id}-{entry.version}"
    with st.container(horizontal=True):
        start = st.time_input(_("Fra"), begun.time().replace(second=0), step=300, key=f"presence-start-{key}")
        end = st.time_input(_("Til"), ended.time().replace(second=0), step=300, key=f"presence-end-{key}")
    activity = st.selectbox(
        _("Hvad lavede du?"),
        list(ACTIVITIES),
        list(ACTIVITIES).index(entry.activity),
        format_func=lambda one: _(ACTIVITIES[one]),
        key=f"presence-what-{key}",
        filter_mode=None,
    )
    started = _moved(begun, start)
    stopped = _moved(ended, end)
    if stopped <= started:
        stopped += timedelta(days=1)
    return replace(entry, started_at=started.astimezone(UTC), ended_at=stopped.astimezone(UTC), activity=activity)


def _moved(moment: datetime, clock: time | None) -> datetime:
    """The same day at another time; untouched fields keep their seconds."""
    if clock is None or clock == moment.time().replace(second=0):
        return moment
    return moment.replace(hour=clock.hour, minute=clock.minute, second=0)


def _obey(stay: Stay, user: User, _: Translator) -> None:
    services = services_now()
    if changed := stay.taken("write"):
        stay.saved = None
        kept = act(
            stay, user, HERE, lambda db, now: presence.amend(changed[0], user=user, db=db, services=services, now=now)
        )
        stay.said = _("Gemt") if kept else None
    elif gone := stay.taken("delete"):
        act(stay, user, HERE, lambda db, now: presence.withdraw(gone[0], user=user, db=db, now=now))
        stay.said, stay.saved, stay.rev = _("Slettet"), gone[0], stay.rev + 1
    elif back := stay.taken("bring_back"):
        act(stay, user, HERE, lambda db, now: presence.restore(back[0], user=user, db=db, services=services, now=now))
        stay.saved = None
    else:
        return
    st.rerun()
