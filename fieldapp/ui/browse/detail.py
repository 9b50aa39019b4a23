"""One observation opened: what, when, where, photos, history; one's own can be mended for 24 hours."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import distance, when
from fieldapp.model import User, parse_time
from fieldapp.privacy.releasing import ReleasedPoint
from fieldapp.texts import Translator
from fieldapp.ui.browse.again import again_part, way_part
from fieldapp.ui.browse.mending import mending_part
from fieldapp.ui.browse.removing import removing_part
from fieldapp.ui.browse.walks import origin_part
from fieldapp.ui.follow_ups.threads import made_part, make_link
from fieldapp.ui.moments import moment, phone_clock
from fieldapp.ui.plain import plain
from fieldapp.ui.session import current_user, database, services_now, translator_for
from fieldapp.usecases import follow_ups_reading, observations
from fieldapp.usecases.form import AGE_BAND_NAMES, SEVERITY_NAMES

ACTIONS = {
    "record": "Registreret",
    "import": "Indlæst fra fil",
    "edit": "Rettet",
    "photo": "Billede tilføjet",
    "remove": "Noget er fjernet",
}


def open_detail(observation_id: str) -> None:
    """Remember what to open; `detail_part` draws it in this run."""
    st.session_state["opened"] = observation_id


def detail_part() -> None:
    """Draw the dialog if something was opened."""
    if observation_id := st.session_state.pop("opened", None):
        _ = translator_for(current_user())
        st.dialog(_("Observation"), width="medium")(_dialog)(observation_id)


def _dialog(observation_id: str) -> None:
    user = current_user()
    _ = translator_for(user)
    try:
        with database() as db:
            found = observations.detail(observation_id, user=user, db=db)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    _what(found.point, user, _)
    _photos(found.photos, _)
    if not found.point.coarse:
        origin_part(found.point.id, user=user, _=_)
        again_part(found.point, user=user, _=_)
        way_part(found.point, _)
        _tasks(found.point, user, _)
        _history(found.history, user, _)
    if found.point.own and datetime.now(UTC) - found.point.recorded_at < observations.EDIT_FOR:
        with st.expander(_("Ret observationen")):
            mending_part(found.point, user, _)
    removing_part(found, user, _)


def _what(point: ReleasedPoint, user: User, _: Translator) -> None:
    category = services_now().catalogue[point.category]
    st.markdown(f"### {plain(category.icon)} {plain(category.label(user.language))}")
    told = moment(point, now=datetime.now(UTC), language=user.language)
    lines = [told[0].upper() + told[1:], _where(point, user, _), *_more(point, _)]
    st.markdown("  \n".join(plain(line) for line in lines))
    if point.coarse:
        st.caption(_("Opbevaringstiden er gået. Kun kategori, uge og et felt på 100 × 100 m er gemt."))
    if told_of_clock := phone_clock(point, language=user.language):
        st.caption(plain(told_of_clock))
    if point.note:
        with st.container(key="opened-note"):
            st.text(point.note)
    if point.repeat_of and st.button(_("Set igen – vis den tidligere"), width="stretch"):
        open_detail(point.repeat_of)
        st.rerun()


def _more(point: ReleasedPoint, _: Translator) -> list[str]:
    lines = []
    if point.severity:
        lines.append(_("Hvor meget: {value}").format(value=_(SEVERITY_NAMES[point.severity])))
    if point.group_size:
        lines.append(_("Antal: {value}").format(value=point.group_size.replace("-", "–")))
    if point.age_band:
        lines.append(_("Alder: {value}").format(value=_(AGE_BAND_NAMES[point.age_band])))
    return lines


def _where(point: ReleasedPoint, user: User, _: Translator) -> str:
    parts = [_("ved {place}").format(place=point.place)] if point.place else []
    parts.append(services_now().district_name(point.district) if point.district else _("Uden for kommunen"))
    if point.coarse:
        parts.append(_("ca. 100 m"))
    if point.accuracy_m:
        parts.append(f"± {distance(point.accuracy_m, language=user.language)}")
    told = " · ".join(parts)
    return told[0].upper() + told[1:]


def _photos(photos: list[str], _: Translator) -> None:
    with st.container(key="opened-photos"):
        for number, photo in enumerate(photos, 1):
            alt = _("Billede {n} af stedet").format(n=number)
            st.html(f'<img src="/api/v1/photos/{photo}" alt="{alt}">')


def _tasks(point: ReleasedPoint, user: User, _: Translator) -> None:
    """«Lav opgave», and what was made of it already."""
    with database() as db:
        made = follow_ups_reading.made_from("observation", [point.id], reader=user, db=db).get(point.id, ())
    with st.container(key="opened-tasks"):
        made_part(made, user=user, now=datetime.now(UTC), _=_)
        make_link("observation", point.id, point.kind, point.district, user=user, _=_, wide=True)


def _history(steps: list[dict[str, object]], user: User, _: Translator) -> None:
    now = datetime.now(UTC)
    for step in steps:
        at = when(parse_time("at", step["at"]), now=now, language=user.language)
        st.caption(f"{_(ACTIONS.get(str(step['action']), 'Ændret'))} {plain(at)}")
