"""«Overblik»: the map of squares, its legend in words, and the same places as a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import streamlit as st

from fieldapp import charts
from fieldapp.formats import number
from fieldapp.model import User
from fieldapp.texts import Translator, translator
from fieldapp.ui.mapview import show_squares
from fieldapp.ui.session import basemap_now, home_now
from fieldapp.usecases.hotspots import HotPlace
from fieldapp.usecases.hotspots.shapes import COUNT_BREAKS, Spot
from fieldapp.usecases.hotspots.summary import Summary
from fieldapp.usecases.hotspots.words import (
    NOT_VISITED,
    OF_SEVERAL,
    WITHIN_CHANCE,
    explained,
    fading_text,
    hours_text,
    what_text,
    where_text,
)
from fieldapp.usecases.services import Services

UNVISITED_MOST = 12
PER_HOURS = 10


def show_map(version: str, user: User) -> None:
    """The map itself; it follows the address bar and asks again when the data change."""
    with st.container(key="overblik-kort"):
        show_squares(language=user.language, basemap=basemap_now(), home=home_now(), version=version)


def map_heading(language: str) -> str:
    """The section's title, above the map."""
    return charts.heading(translator(language)("Steder"))


def map_section(found: Summary, user: User, services: Services) -> str:
    """Below the map: legend, places, what is fading, and where nobody was."""
    _ = translator(user.language)
    return (
        charts.legend(_legend(found, user.language, _))
        + _places(found, user.language, services, _)
        + _unvisited(found, user.language, _)
        + charts.folded(_("Hvad kortet tæller"), charts.bullets(explained(found, user.language)))
    )


def _legend(found: Summary, language: str, _: Translator) -> list[tuple[str, str]]:
    if not found.known:
        ends = [number(count, language=language) for count in COUNT_BREAKS]
        shades = [(f"{place}", _("fra {n} situationer").format(n=end)) for place, end in enumerate(ends, start=1)]
        return [*shades, ("dash", _("mange registreringer"))]
    return [
        *_shades(found.breaks, language, _),
        ("plain", _("under 5 situationer: intet tal")),
        ("stripes", _("under 2 timers tilstedeværelse")),
        ("dots", _("ingen besøg")),
        ("line", _("skiller sig ud (bogstav)")),
    ]


def _shades(breaks: Sequence[float], language: str, _: Translator) -> list[tuple[str, str]]:
    """Situations per ten hours, since a tenth of a situation says nothing to anybody."""
    if not breaks:
        return [("2", _("besøgt; ingen forskel ud over det tilfældige"))]
    ends = [number(PER_HOURS * rate, language=language, digits=1) for rate in breaks]
    words = [_("under {n} situationer pr. 10 timer").format(n=ends[0])]
    words += [f"{low}–{high}" for low, high in pairwise(ends)]
    return [(f"{place}", text) for place, text in enumerate([*words, _("{n} og derover").format(n=ends[-1])], start=1)]


def _places(found: Summary, language: str, services: Services, _: Translator) -> str:
    fading = charts.bullets([fading_text(place, services, language) for place in found.fading]) if found.fading else ""
    if not found.spots:
        return (charts.paragraph(_(WITHIN_CHANCE)) if found.known else "") + fading
    rows = [
        (_named(spot, place, again > 0, services, language), *_numbers(place, found.known, language))
        for spot in found.spots
        for again, place in enumerate(spot.findings)
    ]
    title = _("Steder, der skiller sig ud") if found.known else _("Mange registreringer")
    headings = [_("Sted"), _("Antal")] + ([_("Timer"), _("Forventet")] if found.known else [])
    caption = _("{title}: situationer. Bogstaverne står på kortet.").format(title=title)
    table = charts.table(headings, rows, caption=caption)
    return table + (charts.paragraph(_(OF_SEVERAL)) if found.known else "") + fading


def _named(spot: Spot, place: HotPlace, again: bool, services: Services, language: str) -> str:
    """«A · Centerstien: Knallertkørsel (varigt)»; the name of the place only once a letter."""
    where = "" if again else f"{where_text(spot, services, language)}: "
    return f"{spot.letter} · {where}{what_text(place, services.catalogue, language)}"


def _numbers(place: HotPlace, known: bool, language: str) -> list[str]:
    count = number(place.situations, language=language)
    if not known:
        return [count]
    return [count, hours_text(place.hours, language), number(place.expected, language=language)]


def _unvisited(found: Summary, language: str, _: Translator) -> str:
    if not found.known or not found.empty:
        return ""
    counts = (number(count, language=language) for count in (found.empty, found.all))
    text = _(NOT_VISITED).format(**dict(zip(("count", "all"), counts, strict=True)))
    names = ", ".join(found.unvisited[:UNVISITED_MOST])
    return charts.paragraph(f"{text} {_('Blandt dem: {names}.').format(names=names)}" if names else text)
