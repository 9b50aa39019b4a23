"""The map of squares: shades, patterns and outlines drawn from what `/api/v1/squares` answers."""

from __future__ import annotations

import folium
from branca.element import Element

from fieldapp.maps.basemap import Basemap
from fieldapp.maps.layers import ISHOEJ, FieldLayer, Home, district_map
from fieldapp.texts import Translator, translator


def squares_map(*, language: str, basemap: Basemap, home: Home = ISHOEJ, version: str = "") -> folium.Map:
    """The district map with the squares for the filter in the page's address bar; docs/maps.md describes the answer.

    A new `version` (letters and digits) of the data makes the frame fetch again without being reloaded.
    """
    field_map = district_map(language=language, basemap=basemap, home=home, name="squares")
    FieldLayer("squares", {"texts": _texts(translator(language))}).add_to(field_map)
    mark = "".join(sign for sign in version if sign.isascii() and sign.isalnum())
    field_map.get_root().html.add_child(  # type: ignore[attr-defined]
        Element(f"<i hidden data-version='{mark}'></i>"), name="version"
    )
    return field_map


def _texts(_: Translator) -> dict[str, str]:
    return {
        "failed": _("Kortets felter kunne ikke hentes."),
        "standsNone": _("Ingen steder skiller sig ud"),
        "standsOne": _("1 sted skiller sig ud"),
        "stands": _("{count} steder skiller sig ud"),
        "manyNone": _("Timerne kendes ikke: kortet viser kun, hvad der er registreret"),
        "manyOne": _("Timerne kendes ikke. Mange registreringer 1 sted"),
        "many": _("Timerne kendes ikke. Mange registreringer {count} steder"),
        "notVisited": _("Ingen besøg. Det betyder ikke, at der ikke sker noget."),
        "lowPresence": _("For få timer til at sige noget."),
        "tooFew": _("For få registreringer til at sige noget. Det betyder ikke, at der ikke sker noget."),
        "hours": _("på {hours} timer"),
        "onHours": _("{situations} {hours}"),
        "situations": _("{count} situationer"),
        "none": _("Ingen situationer registreret"),
        "underFive": _("Under 5 situationer"),
        "square": _("Felt på {size} × {size} m, {months}"),
    }
