"""One filter row that stays, written to the address bar so that a view can be shared and the map can read it."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, Role, User
from fieldapp.texts import Translator
from fieldapp.usecases.filters import DEFAULT_PERIOD, parse_filter
from fieldapp.usecases.services import Services

PERIOD_NAMES = {
    "7": "7 dage",
    "28": "4 uger",
    "90": "3 måneder",
    "365": "12 måneder",
    "all": "Hele perioden",
    "own": "Vælg datoer",
}
KIND_NAMES = {"place": "Steder", "people": "Adfærd", "good": "Gode historier"}
PARAMETERS = ("period", "from", "to", "category", "district", "kind", "mine")


def filter_part(*, user: User, services: Services, now: datetime, _: Translator) -> ObservationFilter:
    """Draw the filter and return it; raises a Problem when the address bar holds something else."""
    _read_address()
    today = now.astimezone(COPENHAGEN).date()
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Periode"),
            list(PERIOD_NAMES),
            format_func=lambda key: _(PERIOD_NAMES[key]),
            key="f-period",
            on_change=_write_address,
            width=170,
        )
        with st.popover(_more_label(_), width=170):
            _more(user, services, today, _)
    if st.session_state["f-period"] == "own":
        _dates(today, _)
    return parse_filter(query(), reader=user, now=now)


def query() -> dict[str, list[str]]:
    """The address bar as every reader of filters takes it."""
    return {name: st.query_params.get_all(name) for name in PARAMETERS if name in st.query_params}


def _more_label(_: Translator) -> str:
    active = sum(bool(st.session_state.get(f"f-{name}")) for name in ("category", "district", "kind", "mine"))
    return _("Filter ({n})").format(n=active) if active else _("Filter")


def _more(user: User, services: Services, today: date, _: Translator) -> None:
    names = services.districts.names(today)
    if user.role is Role.SSP:
        names = {key: name for key, name in names.items() if key in user.districts}
    choices = (
        ("category", _("Kategori"), {one.key: one.label(user.language) for one in services.catalogue}),
        ("district", _("Distrikt"), names),
        ("kind", _("Slags"), {str(kind): _(KIND_NAMES[kind]) for kind in Kind}),
    )
    for name, label, options in choices:
        st.multiselect(
            label,
            list(options),
            format_func=partial(_named, options),
            key=f"f-{name}",
            on_change=_write_address,
            placeholder=_("Alle"),
        )
    st.toggle(_("Kun mine egne"), key="f-mine", on_change=_write_address)
    st.button(_("Nulstil filter"), on_click=_reset, width="stretch")


def _named(options: dict[str, str], key: str) -> str:
    return options.get(key, key)


def _dates(today: date, _: Translator) -> None:
    with st.container(horizontal=True):
        for name, label in (("from", _("Fra")), ("to", _("Til"))):
            st.date_input(
                label, None, max_value=today, format="DD.MM.YYYY", key=f"f-{name}", on_change=_write_address, width=150
            )


def _read_address() -> None:
    """Widgets start from the address; afterwards they lead and the address follows."""
    if "f-period" in st.session_state:
        return
    given = query()
    period = (given.get("period") or [DEFAULT_PERIOD])[0]
    st.session_state["f-period"] = period if period in PERIOD_NAMES else DEFAULT_PERIOD
    for name in ("category", "district", "kind"):
        st.session_state[f"f-{name}"] = [part for value in given.get(name, []) for part in value.split(",") if part]
    for name in ("from", "to"):
        st.session_state[f"f-{name}"] = _day((given.get(name) or [""])[0])
    st.session_state["f-mine"] = given.get("mine") == ["1"]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _write_address() -> None:
    state, said = st.session_state, dict[str, str | list[str]]()
    if state["f-period"] != DEFAULT_PERIOD:
        said["period"] = state["f-period"]
    for name in ("category", "district", "kind"):
        if state.get(f"f-{name}"):
            said[name] = list(state[f"f-{name}"])
    if state["f-period"] == "own":
        said |= {name: state[f"f-{name}"].isoformat() for name in ("from", "to") if state.get(f"f-{name}")}
    if state.get("f-mine"):
        said["mine"] = "1"
    st.query_params.from_dict(said)
    st.session_state.pop("shown-rows", None)


def _reset() -> None:
    for name in PARAMETERS:
        st.session_state.pop(f"f-{name}", None)
    st.query_params.clear()
