"""The filter of the list, in the address bar so that a view can be shared; the spreadsheet reads the same."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Role, User
from fieldapp.store.follow_ups import Wanted
from fieldapp.texts import N_, Translator
from fieldapp.usecases.follow_ups_reading import PARAMETERS, parse_wanted
from fieldapp.usecases.follow_ups_words import SOURCE_NAMES
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services

SHOW_NAMES = {
    "open": N_("Åbne opgaver"),
    "look": N_("Skal ses i marken"),
    "closed": N_("Lukkede"),
    "all": N_("Alle"),
}
ORDER_NAMES = {
    "deadline": N_("Ansvarlig og frist"),
    "newest": N_("Nyeste først"),
    "changed": N_("Sidst ændret"),
}
_MANY, _SWITCHES, _USUAL = (
    ("responsible", "district", "source"),
    ("mine", "late"),
    {"show": "open", "order": "deadline"},
)
OPENED = "opgave"


def filter_part(*, user: User, services: Services, now: datetime, _: Translator) -> tuple[Wanted, str]:
    """Draw the filter; what is asked for, and in which order. Raises a Problem for another address."""
    options = _options(user, services, now, _)
    _read_address(options)
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Vis"),
            list(SHOW_NAMES),
            format_func=lambda key: _(SHOW_NAMES[key]),
            key="fu-show",
            on_change=_write_address,
            filter_mode=None,
            width=200,
        )
        with st.popover(_label(_), width=170):
            _more(options, _)
    return parse_wanted(query(), reader=user, services=services, now=now)


def query() -> dict[str, list[str]]:
    """The part of the address that says what is listed."""
    return {name: st.query_params.get_all(name) for name in PARAMETERS if name in st.query_params}


def csv_address() -> str:
    """Where the same rows are a spreadsheet."""
    said = urlencode([(name, value) for name, values in query().items() for value in values])
    return "/opfoelgning.csv" + (f"?{said}" if said else "")


def reset_filter() -> None:
    """Forget it all but what is open."""
    for name in (*_USUAL, *_MANY, *_SWITCHES):
        st.session_state.pop(f"fu-{name}", None)
    for name in PARAMETERS:
        if name in st.query_params:
            del st.query_params[name]


def show_own_late() -> None:
    """The reader's own that are past their deadline; for a button, before the filter is drawn."""
    reset_filter()
    _read_address({name: {} for name in _MANY})
    st.session_state["fu-mine"] = st.session_state["fu-late"] = True
    _write_address()


def _label(_: Translator) -> str:
    active = sum(bool(st.session_state.get(f"fu-{name}")) for name in (*_MANY, *_SWITCHES))
    return _("Filter ({n})").format(n=active) if active else _("Filter")


def _options(user: User, services: Services, now: datetime, _: Translator) -> dict[str, dict[str, str]]:
    districts = services.districts.names(now.astimezone(COPENHAGEN).date())
    if user.role is Role.SSP:
        districts = {key: name for key, name in districts.items() if key in user.districts}
    return {
        "responsible": {one.key: one.label(user.language) for one in parties_of(services.settings)},
        "district": districts,
        "source": {key: _(SOURCE_NAMES[key]) for key in SOURCE_NAMES},
    }


def _more(options: dict[str, dict[str, str]], _: Translator) -> None:
    labels = {"responsible": _("Ansvarlig"), "district": _("Distrikt"), "source": _("Kommer fra")}
    for name, label in labels.items():
        st.multiselect(
            label,
            list(options[name]),
            format_func=partial(_named, options[name]),
            key=f"fu-{name}",
            on_change=_write_address,
            placeholder=_("Alle"),
        )
    st.toggle(_("Kun mine"), key="fu-mine", on_change=_write_address)
    st.toggle(_("Kun over fristen"), key="fu-late", on_change=_write_address)
    st.selectbox(
        _("Rækkefølge"),
        list(ORDER_NAMES),
        format_func=lambda key: _(ORDER_NAMES[key]),
        key="fu-order",
        on_change=_write_address,
        filter_mode=None,
    )
    st.button(_("Nulstil filter"), on_click=reset_filter, width="stretch")


def _named(options: dict[str, str], key: str) -> str:
    return options.get(key, key)


def _read_address(options: dict[str, dict[str, str]]) -> None:
    """Widgets start from the address; afterwards they lead and the address follows."""
    if "fu-show" in st.session_state:
        return
    given = query()
    names = {"show": SHOW_NAMES, "order": ORDER_NAMES}
    for name, usual in _USUAL.items():
        said = (given.get(name) or [usual])[0]
        st.session_state[f"fu-{name}"] = said if said in names[name] else usual
    for name in _MANY:
        parts = [part for value in given.get(name, []) for part in value.split(",")]
        st.session_state[f"fu-{name}"] = [part for part in dict.fromkeys(parts) if part in options[name]]
    for name in _SWITCHES:
        st.session_state[f"fu-{name}"] = given.get(name) == ["1"]
    _write_address()


def _write_address() -> None:
    state, said = st.session_state, dict[str, str | list[str]]()
    said |= {name: state[f"fu-{name}"] for name, usual in _USUAL.items() if state.get(f"fu-{name}", usual) != usual}
    said.update({name: list(state[f"fu-{name}"]) for name in _MANY if state.get(f"fu-{name}")})
    said |= {name: "1" for name in _SWITCHES if state.get(f"fu-{name}")}
    said.update({name: st.query_params.get_all(name) for name in st.query_params if name not in PARAMETERS})
    st.query_params.from_dict(said)
