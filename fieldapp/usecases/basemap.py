"""The base map by setting: which tiles there are, where they come from, and what is kept of an upstream's."""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from fieldapp.errors import Problem
from fieldapp.maps import Basemap
from fieldapp.settings import Settings
from fieldapp.store.mbtiles import MbTiles
from fieldapp.store.pmtiles import PmTiles
from fieldapp.texts import N_

DENMARK = (8.0, 54.5, 15.3, 57.8)
MAX_ZOOM = 19
MAX_TILE = 1_000_000
CACHE_LIMIT = 300_000_000
UPSTREAM_TIMEOUT = 5.0
PAUSE = 30.0
_SETTING = "FIELDAPP_BASEMAP"
_UPSTREAM_MAX = 18

Fetch = Callable[[str], bytes]


class Unreachable(Exception):
    """The upstream did not give the tile; the drawn background stays."""


class TileSource(Protocol):
    """Anything that has tiles."""

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The image, None where there is none; raises Unreachable when nobody answers."""


def basemap_from(settings: Settings) -> Basemap:
    """What the maps need to know; raises Problem `bad_setting` when the choice cannot work."""
    kind = _kind(settings.basemap)
    if kind == "none":
        return Basemap()
    if kind == "upstream":
        return _upstream(settings)
    tiles = _file(kind, settings.basemap)
    return Basemap(kind, settings.basemap_attribution or tiles.attribution, min(tiles.max_zoom, MAX_ZOOM))


def tile_source(settings: Settings, *, fetch: Fetch, clock: Callable[[], float]) -> TileSource | None:
    """Where tiles come from, or None without a base map; raises Problem `bad_setting`. `clock` is in seconds."""
    kind = _kind(settings.basemap)
    if kind == "none":
        return None
    if kind == "upstream":
        _upstream(settings)
        folder = settings.database.parent / "tiles-cache"
        return Upstream(settings.basemap, cache=TileCache(folder, CACHE_LIMIT), fetch=fetch, clock=clock)
    return _file(kind, settings.basemap)


def in_denmark(z: int, x: int, y: int) -> bool:
    """Is z/x/y a tile of the web map grid that touches Denmark, at a zoom we serve?"""
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        return False
    return touches(DENMARK, z, x, y)


def touches(box: tuple[float, float, float, float], z: int, x: int, y: int) -> bool:
    """Does tile z/x/y touch this box of west, south, east, north in degrees?"""
    west, south, east, north = box
    left, top = _column(west, z), _row(north, z)
    return left <= x <= _column(east, z) and top <= y <= _row(south, z)


def fetch_tile(url: str) -> bytes:
    """One GET that follows no redirect to another host; raises OSError or ValueError."""
    request = urllib.request.Request(url, headers={"User-Agent": "fieldapp (municipal field app)"})
    with _OPENER.open(request, timeout=UPSTREAM_TIMEOUT) as answer:
        body: bytes = answer.read(MAX_TILE + 1)
    return body


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


class TileCache:
    """Files below one folder, the oldest removed when they fill more than `limit` bytes."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._size: int | None = None

    def read(self, name: str) -> bytes | None:
        """What was kept under `name`, or None."""
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def keep(self, name: str, body: bytes) -> None:
        """Keep whole or not at all; a full disk costs the cache, never the map."""
        draft = self._folder / f"{name}-{threading.get_ident()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(body)
            draft.replace(self._folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            return
        self._account(len(body))

    def _account(self, added: int) -> None:
        with self._lock:
            if self._size is None:
                self._size = sum(size for _, size, _ in self._files())
            else:
                self._size += added
            if self._size > self._limit:
                self._size = self._prune()

    def _prune(self) -> int:
        files = sorted(self._files())
        size = sum(size for _, size, _ in files)
        for _, bytes_freed, path in files:
            if size <= self._limit * 0.8:
                break
            path.unlink(missing_ok=True)
            size -= bytes_freed
        return size

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another thread's draft has just got its name
                fact = path.stat()
                found.append((fact.st_mtime, fact.st_size, path))
        return found


class Upstream:
    """A tile server behind ours; after a failure it is left alone for half a minute."""

    def __init__(self, template: str, *, cache: TileCache, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._template = template
        self._cache = cache
        self._fetch = fetch
        self._clock = clock
        self._prefix = hashlib.sha256(template.encode()).hexdigest()[:12]
        self._quiet_until = -math.inf

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """From the cache, else from the upstream; raises Unreachable."""
        name = f"{self._prefix}-{z}-{x}-{y}"
        kept = self._cache.read(name)
        if kept is not None:
            return kept
        if self._clock() < self._quiet_until:
            raise Unreachable
        body = self._ask(z, x, y)
        if body is not None:
            self._cache.keep(name, body)
        return body

    def _ask(self, z: int, x: int, y: int) -> bytes | None:
        url = self._template.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
        try:
            body = self._fetch(url)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            self._quiet_until = self._clock() + PAUSE
            raise Unreachable from error
        except (OSError, ValueError) as error:
            self._quiet_until = self._clock() + PAUSE
            raise Unreachable from error
        if len(body) > MAX_TILE or image_type(body) is None:
            raise Unreachable
        return body


def image_type(body: bytes) -> str | None:
    """The media type by the first bytes, for the three kinds of raster tiles."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return None


def _kind(choice: str) -> str:
    if choice in ("", "none"):
        return "none"
    if choice.startswith(("http://", "https://")):
        return "upstream"
    suffix = Path(choice).suffix.lower()
    if suffix in (".mbtiles", ".pmtiles"):
        return suffix[1:]
    raise _bad(N_("skriv none, stien til en .mbtiles- eller .pmtiles-fil eller en adresse med {z}/{x}/{y}"))


def _file(kind: str, choice: str) -> MbTiles | PmTiles:
    try:
        return MbTiles(Path(choice)) if kind == "mbtiles" else PmTiles(Path(choice))
    except ValueError as error:
        raise _bad(str(error)) from error


def _upstream(settings: Settings) -> Basemap:
    parts = urlsplit(settings.basemap)
    if any(settings.basemap.count(mark) != 1 for mark in ("{z}", "{x}", "{y}")):
        raise _bad(N_("adressen skal indeholde {z}, {x} og {y} netop én gang"))
    if not parts.hostname or re.search(r"[{}]", parts.netloc):
        raise _bad(N_("adressen skal have en fast vært"))
    if not settings.basemap_attribution:
        raise Problem("bad_setting", field=f"{_SETTING}_ATTRIBUTION", why="skriv, hvem kortet kommer fra")
    return Basemap("upstream", settings.basemap_attribution, _UPSTREAM_MAX)


def _bad(why: str) -> Problem:
    return Problem("bad_setting", field=_SETTING, why=why)


def _column(lon: float, z: int) -> int:
    return int((lon + 180) / 360 * (1 << z))


def _row(lat: float, z: int) -> int:
    return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * (1 << z))
