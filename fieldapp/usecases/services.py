"""What the use cases stand on besides the database: settings, categories, districts, places.

Loaded once, and again when a file changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fieldapp.districts import DistrictSet, load_districts
from fieldapp.errors import Problem
from fieldapp.model import Catalogue
from fieldapp.places import Gazetteer
from fieldapp.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """Shared by all threads; nothing in it changes, so that one is the same as another only if it is that one."""

    settings: Settings
    catalogue: Catalogue
    districts: DistrictSet
    gazetteer: Gazetteer

    def district_name(self, district_id: str | None) -> str:
        """The district's name, also of one no longer in force; empty for none."""
        district = self.districts.by_id(district_id) if district_id else None
        return district.name if district else district_id or ""


FILES = ("categories.json", "districts.geojson", "places.geojson")


def load_services(settings: Settings) -> Services:
    """The services of these settings; raises Problem `bad_file` that names the file and its fault."""
    return _loaded(settings, tuple(_stamp(settings.data / name) for name in FILES))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise Problem("bad_file", field=path.name, why="den findes ikke; læg den i mappen FIELDAPP_DATA") from error
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=4)
def _loaded(settings: Settings, _stamps: tuple[tuple[int, int], ...]) -> Services:
    categories, districts, places = (settings.data / name for name in FILES)
    return Services(settings, Catalogue.load(categories), load_districts(districts), Gazetteer.load(places))
