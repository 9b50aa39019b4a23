"""The map on which a walk's route is drawn; only numbers and our own words ever reach it."""

from __future__ import annotations

from collections.abc import Iterable

import folium

from fieldapp.maps.basemap import Basemap
from fieldapp.maps.layers import ISHOEJ, FieldLayer, Home, district_map
from fieldapp.texts import Translator, translator


def route_map(
    *, language: str, basemap: Basemap, home: Home = ISHOEJ, points: Iterable[tuple[float, float]] = ()
) -> folium.Map:
    """The district map with a route of (lon, lat) to be drawn or mended; what is drawn comes back as `all_drawings`.

    `points` is the route as it was when the map was opened: other points would begin the map anew.
    """
    field_map = district_map(language=language, basemap=basemap, home=home, name="route")
    start = [[float(lon), float(lat)] for lon, lat in points]
    FieldLayer("route", {"texts": _texts(translator(language)), "points": start}).add_to(field_map)
    return field_map


def _texts(_: Translator) -> dict[str, str]:
    return {
        "empty": _("Tryk på kortet, hvor ruten begynder"),
        "drawn": _("Ruten har {count} punkter og er {metres} m"),
        "corner": _("Punkt {n}. Træk for at flytte."),
        "back": _("Fjern sidste punkt"),
        "clear": _("Ryd ruten"),
    }
