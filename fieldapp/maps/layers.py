"""The three maps. Their code is the same at every rerun, so the frame is never reloaded and keeps centre and zoom.

All that changes reaches the frame from inside the browser: shapes, places and observations by `fetch` from our own
API, the position by `postMessage` from the GPS component. docs/maps.md describes both.
"""

from __future__ import annotations

from typing import Any

import folium
from branca.element import Element
from folium.elements import JSCSSMixin
from folium.template import Template

from fieldapp.maps.assets import use_local_assets
from fieldapp.maps.basemap import Basemap
from fieldapp.maps.escape import safe_json, safe_text
from fieldapp.texts import Translator, translator

Home = tuple[float, float, float, float]
"""West, south, east, north in degrees: what a map shows before anything else is known."""

ISHOEJ: Home = (12.209, 55.594, 12.400, 55.638)
MAX_ZOOM = 19
Map = folium.Map


class FieldMap(folium.Map):
    """A folium map started by our own script; unlike folium's it leaves pinch zoom alone (WCAG 1.4.4)."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>html, body { height: 100%; margin: 0; padding: 0; }</style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }} ></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = fieldapp.start({{ this.get_name()|tojson }}, {{ this.config }});
        {% endmacro %}
        """
    )

    def __init__(self, config: dict[str, Any]) -> None:
        west, south, east, north = config["home"]
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_start=13)
        self.config = safe_json(config)


class FieldLayer(JSCSSMixin):
    """One of our own layers, by the name of its function in the frame."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            fieldapp.{{ this.function }}({{ this._parent.get_name() }}, {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(self, function: str, options: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "FieldLayer"
        self.function = function
        self.options = safe_json(options)


def district_map(*, language: str, basemap: Basemap, home: Home = ISHOEJ, name: str = "districts") -> folium.Map:
    """Districts, places and the coast; shapes and names come from `/api/v1/districts` and `/api/v1/places`.

    `name` keeps the views of two maps apart when the user comes back to a page.
    """
    use_local_assets()
    _ = translator(language)
    config = {
        "name": name,
        "language": language,
        "home": list(home),
        "maxZoom": MAX_ZOOM,
        "snap": 0.25 if basemap.kind == "none" else 1,
        "texts": _common_texts(_),
    }
    field_map = FieldMap(config)
    if basemap.kind != "none":
        _tiles(basemap).add_to(field_map)
    return field_map


def observation_map(*, language: str, basemap: Basemap, home: Home = ISHOEJ, version: str = "") -> folium.Map:
    """The district map with what `/api/v1/map` answers for the filter in the page's address bar, and walks on wish.

    The answer is described in docs/maps.md («The map payload»). A new `version` (letters and digits) of the data
    makes the frame fetch again; it stands outside the map's code, so the frame is not reloaded.
    """
    field_map = district_map(language=language, basemap=basemap, home=home, name="observations")
    _ = translator(language)
    FieldLayer("observations", {"texts": _observation_texts(_)}).add_to(field_map)
    FieldLayer("walks", {"texts": {"failed": _("Vandringerne kunne ikke hentes.")}}).add_to(field_map)
    mark = "".join(sign for sign in version if sign.isascii() and sign.isalnum())
    field_map.get_root().html.add_child(  # type: ignore[attr-defined]
        Element(f"<i hidden data-version='{mark}'></i>"), name="version"
    )
    return field_map


def picker_map(*, language: str, basemap: Basemap, home: Home = ISHOEJ) -> folium.Map:
    """The district map with a pin that follows the position until a tap, a drag or a long press sets it."""
    field_map = district_map(language=language, basemap=basemap, home=home, name="picker")
    FieldLayer("picker", {"texts": _picker_texts(translator(language))}).add_to(field_map)
    return field_map


def _tiles(basemap: Basemap) -> folium.TileLayer:
    return folium.TileLayer(
        tiles="/tiles/{z}/{x}/{y}",
        attr=safe_text(basemap.attribution) or "&nbsp;",
        name="basemap",
        max_zoom=MAX_ZOOM,
        max_native_zoom=basemap.max_native_zoom,
    )


def _common_texts(_: Translator) -> dict[str, str]:
    return {
        "title": _("Kort"),
        "help": _("Kort. Flyt med piletasterne, zoom med + og −, og vælg midten med Enter."),
        "zoomIn": _("Zoom ind"),
        "zoomOut": _("Zoom ud"),
        "indicative": _("Skoledistrikter er vejledende (ikke officielle grænser)"),
        "noTiles": _("Baggrundskort svarer ikke"),
        "noShapes": _("Skoledistrikterne kunne ikke hentes."),
        "again": _("Prøv igen"),
        "close": _("Luk"),
    }


def _observation_texts(_: Translator) -> dict[str, str]:
    return {
        "shownOne": _("1 observation vist"),
        "shown": _("{count} observationer vist"),
        "shownNone": _("Ingen observationer passer til filteret her"),
        "cellOne": _("1 observation i feltet på {size} × {size} m"),
        "cell": _("{count} observationer i feltet på {size} × {size} m"),
        "areas": _("Mindst {count} i områder (hele måneder)"),
        "area": _("Mindst {count} observationer i feltet på {size} × {size} m, i hele måneder"),
        "failed": _("Observationerne kunne ikke hentes."),
        "own": _("Din egen"),
        "week": _("uge {week}, {year} · ca. 100 m"),
        "place": _("Fysisk forhold"),
        "people": _("Adfærd"),
        "good": _("God historie"),
        "several": _("{count} observationer her"),
    }


def _picker_texts(_: Translator) -> dict[str, str]:
    return {
        "pin": _("Valgt sted. Træk for at flytte."),
        "chosen": _("Stedet er valgt på kortet"),
    }
