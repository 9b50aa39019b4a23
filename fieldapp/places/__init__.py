"""Places by name: the local gazetteer first, an address service behind the same function where one is set."""

from fieldapp.places.gazetteer import Gazetteer, Place, PlaceMatch, fold
from fieldapp.places.geocoders import Geocode, GeocodingFailed, PlaceSearch, geocoder_from, search_places

__all__ = [
    "Gazetteer",
    "Geocode",
    "GeocodingFailed",
    "Place",
    "PlaceMatch",
    "PlaceSearch",
    "fold",
    "geocoder_from",
    "search_places",
]
