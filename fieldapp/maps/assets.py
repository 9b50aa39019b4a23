"""Where the browser gets Leaflet and our own map code: from this server, never from another host."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import folium
from branca.element import Element

LEAFLET = "/vendor/leaflet-1.9.4"
STATIC_FOLDER = Path(__file__).resolve().parent / "static"
_OWN = ("base.js", "observations.js", "picker.js", "route.js", "squares.js", "walks.js")
_FOREIGN = re.compile(r"(?:https?:)?//[a-z0-9][^\s\"'<>)]*", re.IGNORECASE)


def _digest(folder: Path) -> str:
    """Twelve hex digits that change with any file: the address is then cacheable for ever."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


STATIC_URL = f"/vendor/fieldapp-{_digest(STATIC_FOLDER)}"
JS = [("leaflet", f"{LEAFLET}/leaflet.js"), *((f"fieldapp_{name}", f"{STATIC_URL}/{name}") for name in _OWN)]
CSS = [("leaflet_css", f"{LEAFLET}/leaflet.css"), ("fieldapp_css", f"{STATIC_URL}/map.css")]


def use_local_assets() -> None:
    """Point every folium map of this process at our own files; bootstrap, jQuery and icon fonts are not needed."""
    folium.Map.default_js = list(JS)
    folium.Map.default_css = list(CSS)


def foreign_urls(element: Element) -> Iterator[str]:
    """Every address of another host that `element` or anything below it would make a browser ask for."""
    links = [*getattr(element, "default_js", []), *getattr(element, "default_css", [])]
    yield from (url for _, url in links if not url.startswith("/vendor/"))
    script = getattr(element._template.module, "script", None)
    yield from _FOREIGN.findall(script(element, {}) if script else "")
    for child in element._children.values():
        yield from foreign_urls(child)
