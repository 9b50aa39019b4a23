"""What lies under the drawn map, as the maps need to know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Basemap:
    """`kind` is none, mbtiles, pmtiles or upstream; `max_native_zoom` is the deepest zoom that has tiles."""

    kind: str = "none"
    attribution: str = ""
    max_native_zoom: int = 18
