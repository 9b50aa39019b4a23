"""One filter row that stays, written to the address bar so that a view can be shared and the map can read it."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, Role, User
from fieldapp.texts import Translator, translator
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
EARLIEST = date(1991, 1, 1)
_LEFT, _SWITCHES = "filter-left", ("mine", "walks")
PARAMETERS = ("period", "from", "to", "category", "district", "kind", "mine", "walks")


def filter_part(*, user: User, services: Services, now: datetime, _: Translator) -> ObservationFilter:
    """Draw the filter and return it; raises a Problem when the address bar holds something else."""
    today = now.astimezone(COPENHAGEN).date()
    choices = _choices(user, services, today)
    if _read_address(choices, today):
        st.info(_("Noget i adressen kan ikke bruges her og er udeladt."))
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
            _more(choices, _)
    if st.session_state["f-period"] == "own":
        _dates(today, _)
    return parse_filter(query(), reader=user, now=now)


def walks_wanted(_: Translator) -> bool:
    """The switch for walks: part of the address as the filter is, so that the map can read it."""
    return st.toggle(_("Vis tryghedsvandringer"), key="f-walks", on_change=_write_address)


def query() -> dict[str, list[str]]:
    """The address bar as every reader of filters takes it."""
    return {name: st.query_params.get_all(name) for name in PARAMETERS if name in st.query_params}


def _more_label(_: Translator) -> str:
    active = sum(bool(st.session_state.get(f"f-{name}")) for name in ("category", "district", "kind", "mine"))
    return _("Filter ({n})").format(n=active) if active else _("Filter")


def _choices(user: User, services: Services, today: date) -> dict[str, dict[str, str]]:
    """What may be chosen: keys and names by parameter; SSP sees the names of its own districts alone."""
    names = services.districts.names(today)
    if user.role is Role.SSP:
        names = {key: name for key, name in names.items() if key in user.districts}
    return {
        "category": {one.key: one.label(user.language) for one in services.catalogue},
        "district": names,
        "kind": {str(kind): translator(user.language)(KIND_NAMES[kind]) for kind in Kind},
    }


def _more(choices: dict[str, dict[str, str]], _: Translator) -> None:
    for name, label in (("category", _("Kategori")), ("district", _("Distrikt")), ("kind", _("Slags"))):
        options = choices[name]
        st.multiselect(
            label,
            list(options),
            format_func=partial(_named, options),
            key=f"f-{name}",
            on_change=_write_address,
            placeholder=_("Alle"),
        )
    st.toggle(_("Kun mine egne"), key="f-mine", on_change=_write_address)
    st.button(_("Nulstil filter"), on_click=reset_filter, width="stretch")


def _named(options: dict[str, str], key: str) -> str:
    return options.get(key, key)


def _dates(today: date, _: Translator) -> None:
    with st.container(horizontal=True, key="filter-dates"):
        for name, label in (("from", _("Fra")), ("to", _("Til"))):
            st.date_input(
                label,
                None,
                min_value=EARLIEST,
                max_value=today,
                format="DD.MM.YYYY",
                key=f"f-{name}",
                on_change=_write_address,
                width=210,
            )


def _read_address(choices: dict[str, dict[str, str]], today: date) -> bool:
    """Widgets start from the address; afterwards they lead and the address follows. True if something was left out.

    Back on the page from another one, where the address says nothing, the filter is as it was left.
    """
    if "f-period" in st.session_state:
        return False
    given = query() or st.session_state.get(_LEFT, {})
    wanted = _understood(given, choices, today)
    for name, value in wanted.items():
        st.session_state[f"f-{name}"] = value
    _write_address()
    return _said_by(given) != _said_by(query())


def _understood(given: dict[str, list[str]], choices: dict[str, dict[str, str]], today: date) -> dict[str, object]:
    period = (given.get("period") or [DEFAULT_PERIOD])[0]
    values: dict[str, object] = {"period": period if period in PERIOD_NAMES else DEFAULT_PERIOD}
    for name, options in choices.items():
        said = [part for value in given.get(name, []) for part in value.split(",")]
        values[name] = [part for part in dict.fromkeys(said) if part in options]
    for name in ("from", "to"):
        values[name] = _day((given.get(name) or [""])[0], today)
    return values | {name: given.get(name) == ["1"] for name in _SWITCHES}


def _said_by(given: dict[str, list[str]]) -> dict[str, set[str]]:
    """An address without order, doubles and what is understood without saying it."""
    said = {name: {part for value in values for part in value.split(",") if part} for name, values in given.items()}
    usual = {"period": {DEFAULT_PERIOD}} | {name: {"0"} for name in _SWITCHES}
    return {name: parts for name, parts in said.items() if parts and parts != usual.get(name)}


def _day(text: str, today: date) -> date | None:
    try:
        return max(EARLIEST, min(date.fromisoformat(text), today))
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
    said |= {name: "1" for name in _SWITCHES if state.get(f"f-{name}")}
    st.query_params.from_dict(said)
    state[_LEFT] = query()
    state.pop("shown-rows", None)


def reset_filter() -> None:
    """Back to the four weeks that everyone starts with."""
    for name in PARAMETERS:
        st.session_state.pop(f"f-{name}", None)
    st.session_state.pop(_LEFT, None)
    st.query_params.clear()
