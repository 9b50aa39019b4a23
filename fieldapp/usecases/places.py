"""Looking up a place or an address: the local gazetteer first, a geocoder where the operator chose one."""

from __future__ import annotations

from functools import lru_cache

from fieldapp.places import Geocode, PlaceSearch, geocoder_from, search_places
from fieldapp.privacy import check, clean_text, require_clean
from fieldapp.settings import Settings
from fieldapp.usecases.services import Services

TEXT_MAX = 100


def search(text: str, *, services: Services) -> PlaceSearch:
    """Places by name or address; raises a Problem for a text with hard personal data.

    What may be a person, or a home behind a floor and a door, is looked up among the local places only: it never leaves
    the server. An observation's place is always a name from the local file, never what was typed here.
    """
    wanted = clean_text(text)[:TEXT_MAX]
    require_clean(wanted, "place")
    geocode = _geocoder(services.settings) if check(wanted).ok else None
    return search_places(wanted, gazetteer=services.gazetteer, geocode=geocode)


@lru_cache(maxsize=4)
def _geocoder(settings: Settings) -> Geocode | None:
    return geocoder_from(settings)
