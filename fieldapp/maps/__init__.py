"""Maps: the only package that imports folium; no text a user wrote is ever handed to it."""

from fieldapp.maps.assets import LEAFLET, STATIC_FOLDER, STATIC_URL, foreign_urls, use_local_assets
from fieldapp.maps.basemap import Basemap
from fieldapp.maps.escape import safe_json, safe_text
from fieldapp.maps.layers import ISHOEJ, Home, Map, district_map, observation_map, picker_map
from fieldapp.maps.route import route_map
from fieldapp.maps.squares import squares_map

__all__ = [
    "ISHOEJ",
    "LEAFLET",
    "STATIC_FOLDER",
    "STATIC_URL",
    "Basemap",
    "Home",
    "Map",
    "district_map",
    "foreign_urls",
    "observation_map",
    "picker_map",
    "route_map",
    "safe_json",
    "safe_text",
    "squares_map",
    "use_local_assets",
]
