"""The parts of «Overblik»: filters in the address bar, released figures kept for a while, and the drawing of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

import streamlit as st

from fieldapp import charts
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Grant, User
from fieldapp.privacy.releasing import area_grants, point_grants
from fieldapp.store import meta
from fieldapp.store.connection import Database
from fieldapp.texts import Translator, translator
from fieldapp.ui.component import component
from fieldapp.ui.overview_sections import sections
from fieldapp.usecases.overview import ALL_DISTRICTS, Overview
from fieldapp.usecases.overview_periods import CHOICES, Period, period_of
from fieldapp.usecases.services import Services

ALL, OWN = "alle", "egen"
EARLIEST = date(1991, 1, 1)
# Side by side on a phone of 390 pixels, and the longest name of a school still whole.
DISTRICT_PX, PERIOD_PX = 204, 136
# Name in the address bar → the widget's own key.
_KEYS = {name: f"overblik-{name}" for name in ("district", "period", "from", "to")}
STYLE = (
    charts.STYLE
    + """
@media print {
  [data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stBottom"], [data-testid="stToolbar"],
  .st-key-fa_bar, .st-key-overblik-filter, .st-key-overblik-udskriv {display: none !important}
  [data-testid="stAppViewContainer"], [data-testid="stMain"], .stApp {position: static !important;
    overflow: visible !important; height: auto !important; background: #fff !important; color: #000 !important}
  .fa {color: #000}
}
"""
)


def filter_part(
    offered: Sequence[tuple[str | None, str]], *, user: User, today: date, _: Translator
) -> tuple[str | None, Period]:
    """Draw the filters, kept in the address bar; the chosen district and period, or a Problem for impossible dates."""
    names = {key or ALL: name for key, name in offered}
    _read_address(names, user, today)
    with st.container(key="overblik-filter"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            # No picker for a reader with one district.
            if len(names) > 1:
                shown = {key: _(ALL_DISTRICTS) if key == ALL else names[key] for key in names}
                _choice("district", _("Distrikt"), shown, width=DISTRICT_PX)
            _choice("period", _("Periode"), {key: _(CHOICES[key]) for key in CHOICES}, width=PERIOD_PX)
        if st.session_state[_KEYS["period"]] == OWN:
            _dates(today, _)
    district, choice, since, until = (st.session_state.get(key) for key in _KEYS.values())
    period = period_of(str(choice), today=today, since=since, until=until)
    return (None if district == ALL else district), period


def _read_address(names: Mapping[str, str], user: User, today: date) -> None:
    """Widgets start from the address where it can be used; afterwards they lead and the address follows."""
    state, given = st.session_state, st.query_params
    own = [key for key in names if key in user.districts]
    district = state.get(_KEYS["district"], given.get("district"))
    state[_KEYS["district"]] = district if district in names else (own or list(names))[0]
    period = state.get(_KEYS["period"], given.get("period"))
    state[_KEYS["period"]] = period if period in CHOICES else next(iter(CHOICES))
    for name, usual in (("from", today - timedelta(days=27)), ("to", today)):
        state[_KEYS[name]] = state.get(_KEYS[name]) or _day(given.get(name, ""), today) or usual


def _day(text: str, today: date) -> date | None:
    try:
        return max(EARLIEST, min(date.fromisoformat(text), today))
    except ValueError:
        return None


def _write_address() -> None:
    state = st.session_state
    said = {name: str(state[key]) for name, key in _KEYS.items() if key in state}
    if said["period"] != OWN:
        said = {name: said[name] for name in ("district", "period")}
    st.query_params.from_dict(said)


def _choice(name: str, label: str, options: Mapping[str, str], *, width: int) -> None:
    st.selectbox(
        label,
        list(options),
        format_func=lambda key: options[key],
        key=_KEYS[name],
        on_change=_write_address,
        filter_mode=None,
        width=width,
    )


def _dates(today: date, _: Translator) -> None:
    with st.container(horizontal=True):
        for name, label in (("from", _("Fra")), ("to", _("Til"))):
            st.date_input(
                label,
                min_value=EARLIEST,
                max_value=today,
                format="DD.MM.YYYY",
                key=_KEYS[name],
                on_change=_write_address,
                width=210,
            )


def kept(
    make: Callable[[], Overview],
    *,
    db: Database,
    reader: User,
    services: Services,
    district: str | None,
    period: Period,
) -> Overview:
    """The overview, made at most once for what it depends on: data, what the reader may see, and what was asked."""
    grants = (_scope(point_grants(reader)), _scope(area_grants(reader)))
    names = [(one.id, one.name, str(one.valid_from), str(one.valid_to)) for one in services.districts.districts]
    files = (str(services.settings.database), names, services.catalogue.categories)
    today = datetime.now(COPENHAGEN).date()
    return _kept(repr((meta.data_version(db), today, grants, district, period, files)), make)


def _scope(grants: tuple[Grant, ...]) -> list[object]:
    return [(sorted(one.kinds), one.districts and sorted(one.districts), one.reporter) for one in grants]


@st.cache_data(max_entries=128, show_spinner=False)
def _kept(key: str, _make: Callable[[], Overview]) -> Overview:
    return _make()


def draw(shown: Overview, *, name: str, user: User, services: Services) -> None:
    """The whole dashboard as one piece of plain HTML."""
    st.html(charts.page(*sections(shown, name=name, user=user, services=services)))


def print_button(language: str) -> None:
    """«Udskriv»: the browser's own print, with the filters and menus left out by STYLE."""
    with st.container(key="overblik-udskriv"):
        component("print")(key="udskriv", data={"label": translator(language)("Udskriv")})
