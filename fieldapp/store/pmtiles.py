"""Raster tiles from a `.pmtiles` file (PMTiles 3), read in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, TileType

from fieldapp.texts import N_

_RASTER = {TileType.PNG, TileType.JPEG, TileType.WEBP}


class PmTiles:
    """One file; `max_zoom` and `attribution` are what the file says of itself."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError with a Danish reason when the file is not a raster tile set."""
        header = self._open(path)
        if header["tile_type"] not in _RASTER or header["tile_compression"] not in (
            Compression.NONE,
            Compression.UNKNOWN,
        ):
            raise ValueError(N_("filen indeholder vektorfliser; kun billedfliser (png, jpg, webp) kan bruges endnu"))
        self.max_zoom = int(header["max_zoom"])
        self.attribution = str(self._metadata().get("attribution", ""))

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The image of tile z/x/y, or None where the file has none."""
        found: bytes | None = self._reader.get(z, x, y)  # type: ignore[no-untyped-call]
        return found or None

    def _open(self, path: Path) -> dict[str, Any]:
        try:
            with path.open("rb") as file:
                self._reader = Reader(MmapSource(file))  # type: ignore[no-untyped-call]
            header: dict[str, Any] = self._reader.header()  # type: ignore[no-untyped-call]
        except Exception as error:  # the reader raises bare Exceptions on anything it does not know
            raise ValueError(N_("filen findes ikke eller er ikke en pmtiles-fil")) from error
        return header

    def _metadata(self) -> dict[str, Any]:
        try:
            metadata = self._reader.metadata()  # type: ignore[no-untyped-call]
        except (
            ValueError,
            OSError,
            KeyError,
            EOFError,
        ):  # an unreadable description costs the attribution, not the map
            return {}
        return metadata if isinstance(metadata, dict) else {}
