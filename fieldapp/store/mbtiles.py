"""Raster tiles from an `.mbtiles` file (MBTiles 1.3): SQLite, opened read-only, one connection a thread."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from fieldapp.texts import N_

RASTER = {"png", "jpg", "jpeg", "webp"}


class MbTiles:
    """One file; `max_zoom` and `attribution` are what the file says of itself."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError with a Danish reason when the file is not a raster tile set."""
        self._path = path
        self._local = threading.local()
        facts = self._facts()
        if facts.get("format", "png") not in RASTER:
            raise ValueError(N_("filen indeholder vektorfliser; kun billedfliser (png, jpg, webp) kan bruges endnu"))
        self.attribution = facts.get("attribution", "")
        self.max_zoom = self._deepest()

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The image of tile z/x/y (rows counted from the north, as in web maps), or None where the file has none."""
        row = self._connection().execute(
            "select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ?",
            (z, x, (1 << z) - 1 - y),
        )
        found = row.fetchone()
        return bytes(found[0]) if found and found[0] else None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            address = self._path.resolve().as_uri() + "?mode=ro"
            connection = self._local.connection = sqlite3.connect(address, uri=True)
        return connection

    def _facts(self) -> dict[str, str]:
        try:
            rows = self._connection().execute("select name, value from metadata").fetchall()
        except sqlite3.Error as error:
            raise ValueError(N_("filen findes ikke eller er ikke en mbtiles-fil")) from error
        return {str(name): str(value) for name, value in rows}

    def _deepest(self) -> int:
        try:
            deepest = self._connection().execute("select max(zoom_level) from tiles").fetchone()[0]
        except sqlite3.Error as error:
            raise ValueError(N_("filen har ingen fliser")) from error
        if deepest is None:
            raise ValueError(N_("filen har ingen fliser"))
        return int(deepest)
