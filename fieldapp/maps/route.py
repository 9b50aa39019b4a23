"""The map on which a walk's route and area are drawn; only numbers and our own words ever reach it."""

from __future__ import annotations

from collections.abc import Iterable

import folium

from fieldapp.maps.basemap import Basemap
from fieldapp.maps.layers import ISHOEJ, FieldLayer, Home, district_map
from fieldapp.texts import Translator, translator


def route_map(
    *,
    language: str,
    basemap: Basemap,
    home: Home = ISHOEJ,
    route: Iterable[tuple[float, float]] = (),
    area: Iterable[tuple[float, float]] = (),
) -> folium.Map:
    """The district map with a route and an area of (lon, lat) to be drawn or mended; what is drawn comes back as
    `all_drawings`.

    `route` and `area` (its corners, each once) are as they were when the map opened: others would begin it anew.
    """
    field_map = district_map(language=language, basemap=basemap, home=home, name="route")
    start = {"route": _pairs(route), "area": _pairs(area)}
    FieldLayer("route", {"texts": _texts(translator(language)), **start}).add_to(field_map)
    return field_map


def _pairs(points: Iterable[tuple[float, float]]) -> list[list[float]]:
    return [[float(lon), float(lat)] for lon, lat in points]


def _texts(_: Translator) -> dict[str, str]:
    return {
        "empty": _("Tryk på kortet, hvor ruten begynder"),
        "drawn": _("Ruten har {count} punkter og er {metres} m"),
        "area_empty": _("Tryk på kortet ved hvert hjørne af området"),
        "area_drawn": _("Området har {count} hjørner"),
        "corner": _("Punkt {n}. Træk for at flytte."),
        "draw_route": _("Tegn rute"),
        "draw_area": _("Tegn område"),
        "back": _("Fjern sidste punkt"),
        "clear_route": _("Ryd ruten"),
        "clear_area": _("Ryd området"),
    }
