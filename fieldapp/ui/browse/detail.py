"""One observation opened: what, when, where, photos, history; one's own can be mended for 24 hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import distance, when
from fieldapp.model import AGE_BANDS, GROUP_SIZES, NOTE_MAX, SEVERITIES, Kind, Observation, User, parse_time
from fieldapp.privacy.release import ReleasedPoint
from fieldapp.texts import Translator
from fieldapp.ui.browse.again import again_part, way_part
from fieldapp.ui.plain import plain
from fieldapp.ui.session import current_user, database, services_now, translator_for
from fieldapp.usecases import observations
from fieldapp.usecases.form import AGE_BAND_NAMES, SEVERITY_NAMES

ACTIONS = {
    "record": "Registreret",
    "import": "Indlæst fra fil",
    "edit": "Rettet",
    "photo": "Billede tilføjet",
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
    again_part(found.point, user=user, _=_)
    way_part(found.point, _)
    _history(found.history, user, _)
    if found.point.own and datetime.now(UTC) - found.point.recorded_at < observations.EDIT_FOR:
        with st.expander(_("Ret observationen")):
            _edit(found.point, user, _)


def _what(point: ReleasedPoint, user: User, _: Translator) -> None:
    category = services_now().catalogue[point.category]
    st.markdown(f"### {plain(category.icon)} {plain(category.label(user.language))}")
    told = when(point.observed_at, now=datetime.now(UTC), language=user.language)
    lines = [told[0].upper() + told[1:], _where(point, user, _), *_more(point, _)]
    st.markdown("  \n".join(plain(line) for line in lines))
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
    if point.accuracy_m:
        parts.append(f"± {distance(point.accuracy_m, language=user.language)}")
    told = " · ".join(parts)
    return told[0].upper() + told[1:]


def _photos(photos: list[str], _: Translator) -> None:
    with st.container(key="opened-photos"):
        for number, photo in enumerate(photos, 1):
            alt = _("Billede {n} af stedet").format(n=number)
            st.html(f'<img src="/api/v1/photos/{photo}" alt="{alt}">')


def _history(steps: list[dict[str, object]], user: User, _: Translator) -> None:
    now = datetime.now(UTC)
    for step in steps:
        moment = when(parse_time("at", step["at"]), now=now, language=user.language)
        st.caption(f"{_(ACTIONS.get(str(step['action']), 'Ændret'))} {plain(moment)}")


def _edit(point: ReleasedPoint, user: User, _: Translator) -> None:
    services = services_now()
    keys = [one.key for one in services.catalogue]
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
        note = st.text_area(_("Note"), point.note or "", max_chars=NOTE_MAX)
        if st.form_submit_button(_("Gem rettelse"), type="primary", width="stretch"):
            changes = {"category": category, "severity": severity, "group_size": size, "age_band": age, "note": note}
            _amend(point, changes, user, _)


def _pills(label: str, names: dict[object, str] | dict[int, str] | dict[str, str], value: object) -> object:
    default = value if value in names else None
    return st.pills(label, list(names), default=default, format_func=lambda one: names[one])


def _amend(point: ReleasedPoint, changes: dict[str, object], user: User, _: Translator) -> None:
    now, services = datetime.now(UTC), services_now()
    try:
        if services.catalogue[str(changes["category"])].kind is not Kind.PEOPLE:
            changes |= {"group_size": None, "age_band": None}
        with database() as db:
            stored = observations.stored_own(point.id, user=user, db=db)
            wire = stored.to_wire() | changes
            changed = Observation.from_wire(wire, catalogue=services.catalogue, now=now, origin=stored.origin)
            changed = replace(changed, version=point.version)
            observations.amend(changed, user=user, db=db, services=services, now=now)
    except Problem as problem:
        st.error(problem.text(user.language))
        return
    st.toast(_("Rettelsen er gemt."))
    st.rerun()
