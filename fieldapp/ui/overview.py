"""The parts of «Overblik»: filters in the address bar, released figures kept for a while, and the drawing of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import streamlit as st

from fieldapp import charts
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Grant, User
from fieldapp.privacy.releasing import area_grants, point_grants
from fieldapp.store import meta
from fieldapp.store.connection import Database
from fieldapp.texts import Translator, translator
from fieldapp.ui.component import component
from fieldapp.ui.overview_map import map_heading, map_section, show_map
from fieldapp.ui.overview_sections import empty_sections, nothing, sections, words_section
from fieldapp.ui.overview_tasks import tasks_line
from fieldapp.usecases.hotspots import squares
from fieldapp.usecases.hotspots.summary import Summary, summary
from fieldapp.usecases.hotspots.words import told_sentences
from fieldapp.usecases.overview import ALL_DISTRICTS, Overview, overview
from fieldapp.usecases.overview_asked import (
    ALL_KEY,
    EARLIEST,
    OWN_PERIOD,
    USUAL_DAYS,
    Asked,
    day_of,
    district_key,
    period_key,
)
from fieldapp.usecases.overview_periods import CHOICES, period_of
from fieldapp.usecases.overview_presence import Presence, per_hour
from fieldapp.usecases.overview_tasks import Tasks
from fieldapp.usecases.services import Services

# Side by side on a phone of 390 pixels, and the longest name of a school still whole.
DISTRICT_PX, PERIOD_PX, CATEGORY_PX, ALONE_PX = 196, 144, 260, 198
# Name in the address bar → the widget's own key.
_KEYS = {name: f"overblik-{name}" for name in ("district", "period", "category", "from", "to")}
STYLE = (
    charts.STYLE
    + """
@media print {
  [data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stBottom"], [data-testid="stToolbar"],
  .st-key-fa_bar, .st-key-alerts-part, .st-key-overblik-filter, .st-key-overblik-udskriv {display: none !important}
  [data-testid="stAppViewContainer"], [data-testid="stMain"], .stApp {position: static !important;
    overflow: visible !important; height: auto !important; background: #fff !important; color: #000 !important}
  .fa {color: #000}
}
"""
)


def filter_part(offered: Sequence[tuple[str | None, str]], *, user: User, services: Services, today: date) -> Asked:
    """Draw the filters, kept in the address bar; what they ask for, or a Problem for impossible dates."""
    _ = translator(user.language)
    names = {key or ALL_KEY: name for key, name in offered}
    _read_address(offered, user, services, today)
    with st.container(key="overblik-filter"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            # No picker for a reader with one district.
            wide = CATEGORY_PX if len(names) > 1 else ALONE_PX
            if len(names) > 1:
                shown = {key: _(ALL_DISTRICTS) if key == ALL_KEY else names[key] for key in names}
                _choice("district", _("Distrikt"), shown, width=DISTRICT_PX)
            _choice("period", _("Periode"), {key: _(CHOICES[key]) for key in CHOICES}, width=PERIOD_PX)
            _choice("category", _("Kategori"), _categories(services, user.language), width=wide)
        if st.session_state[_KEYS["period"]] == OWN_PERIOD:
            _dates(today, _)
    district, choice, category, since, until = (st.session_state.get(key) for key in _KEYS.values())
    period = period_of(str(choice), today=today, since=since, until=until)
    return Asked(None if district == ALL_KEY else district, period, frozenset({category} if category else ()))


def _categories(services: Services, language: str) -> dict[str, str]:
    """Every category by key; the empty key is all of them."""
    everything = translator(language)("Alle kategorier")
    return {"": everything} | {one.key: one.label(language) for one in services.catalogue}


def _read_address(offered: Sequence[tuple[str | None, str]], user: User, services: Services, today: date) -> None:
    """Widgets start from the address where it can be used; afterwards they lead and the address follows."""
    state, given = st.session_state, st.query_params
    keys = [key for key, _name in offered]
    state[_KEYS["district"]] = district_key(state.get(_KEYS["district"], given.get("district")), keys, user)
    state[_KEYS["period"]] = period_key(state.get(_KEYS["period"], given.get("period")))
    category = state.get(_KEYS["category"], given.get("category", ""))
    state[_KEYS["category"]] = category if category in services.catalogue else ""
    for name, usual in (("from", today - USUAL_DAYS), ("to", today)):
        state[_KEYS[name]] = state.get(_KEYS[name]) or day_of(given.get(name, ""), today) or usual


def _write_address() -> None:
    state = st.session_state
    said = {name: str(state[key]) for name, key in _KEYS.items() if state.get(key)}
    if said["period"] != OWN_PERIOD:
        said = {name: value for name, value in said.items() if name not in ("from", "to")}
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


@dataclass(frozen=True, slots=True)
class Board:
    """What the first sentences and the most of the page are drawn from, released for one reader."""

    overview: Overview
    places: Summary


def made(
    asked: Asked, *, reader: User, db: Database, services: Services, now: datetime
) -> tuple[Board, Callable[[], Presence]]:
    """All figures, made at most once for what they depend on: data, what the reader may see, and what was asked.

    Those per hour stand below the map and are made when they are called for, so that the answer need not wait for them.
    """
    grants = (_scope(point_grants(reader)), _scope(area_grants(reader)))
    names = [(one.id, one.name, str(one.valid_from), str(one.valid_to)) for one in services.districts.districts]
    files = (str(services.settings.database), names, services.catalogue.categories)
    today = now.astimezone(COPENHAGEN).date()
    wanted = (asked.district, asked.period, sorted(asked.categories))
    key = repr((meta.data_version(db), today, grants, sorted(reader.districts), wanted, files))
    common: dict[str, Any] = {
        "district": asked.district,
        "period": asked.period,
        "categories": asked.categories,
        "reader": reader,
        "db": db,
        "services": services,
        "now": now,
    }

    def board() -> Board:
        return Board(overview(**common), summary(squares(**common), db=db, services=services))

    return _kept(key, board), lambda: _kept_per_hour(key, lambda: per_hour(**common))


def _scope(grants: tuple[Grant, ...]) -> list[object]:
    return [(sorted(one.kinds), one.districts and sorted(one.districts), one.reporter) for one in grants]


@st.cache_data(max_entries=128, show_spinner=False)
def _kept(key: str, _make: Callable[[], Board]) -> Board:
    return _make()


@st.cache_data(max_entries=128, show_spinner=False)
def _kept_per_hour(key: str, _make: Callable[[], Presence]) -> Presence:
    return _make()


def draw(
    board: Board,
    hours: Callable[[], Presence],
    open_tasks: dict[str | None, Tasks],
    *,
    name: str,
    user: User,
    services: Services,
    version: str,
) -> None:
    """The whole dashboard from the top: the sentences, the map, and the rest, each as one piece of plain HTML."""
    shown = board.overview
    told = told_sentences(board.places, services, user.language)
    words = words_section(shown, told, name=name, user=user, services=services)
    if nothing(shown) and not board.places.spots and not board.places.known:
        st.html(charts.page(words, *empty_sections(shown, user, services)))
        tasks_line(open_tasks, district=shown.district, user=user)
        return
    st.html(charts.page(words))
    tasks_line(open_tasks, district=shown.district, user=user)
    st.html(charts.page(map_heading(user.language)))
    show_map(version, user)
    place_part = map_section(board.places, user, services)
    st.html(charts.page(place_part, *sections(shown, hours(), open_tasks, user=user, services=services)))


def print_button(language: str) -> None:
    """«Udskriv»: the browser's own print, with the filters and menus left out by STYLE."""
    with st.container(key="overblik-udskriv"):
        component("print")(key="udskriv", data={"label": translator(language)("Udskriv")})
