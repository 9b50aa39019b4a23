"""What the use cases stand on besides the database: settings, categories, districts, places.

Loaded once, and again when a file changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from fieldapp.districts import DistrictSet, load_districts
from fieldapp.errors import Problem
from fieldapp.model import Catalogue
from fieldapp.places import Gazetteer
from fieldapp.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """Shared by all threads; nothing in it changes."""

    settings: Settings
    catalogue: Catalogue
    districts: DistrictSet
    gazetteer: Gazetteer

    def district_name(self, district_id: str | None) -> str:
        """The district's name, also of one no longer in force; empty for none."""
        district = self.districts.by_id(district_id) if district_id else None
        return district.name if district else district_id or ""


def load_services(settings: Settings) -> Services:
    """The services of these settings; raises Problem `bad_file` that names the file and its fault."""
    return Services(
        settings,
        _load(Catalogue.load, settings.data / "categories.json"),
        _load(load_districts, settings.data / "districts.geojson"),
        _load(Gazetteer.load, settings.data / "places.geojson"),
    )


def _load(loader: Callable[[Path], T], path: Path) -> T:
    try:
        status = path.stat()
    except OSError as error:
        raise Problem("bad_file", field=path.name, why="den findes ikke; læg den i mappen FIELDAPP_DATA") from error
    loaded: T = _loaded(loader, path, status.st_mtime_ns, status.st_size)
    return loaded


@lru_cache(maxsize=8)
def _loaded(loader: Callable[[Path], Any], path: Path, _changed: int, _size: int) -> Any:
    return loader(path)
