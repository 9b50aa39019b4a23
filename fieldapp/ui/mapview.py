"""The maps on a page: the only use of streamlit_folium. Call them inside a fragment, so that a tap reruns little."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st
from streamlit_folium import st_folium  # type: ignore[import-untyped]

from fieldapp.maps import ISHOEJ, Basemap, Home, Map, district_map, observation_map, picker_map, route_map, squares_map

HEIGHT = 320


class Tap(NamedTuple):
    """A tapped observation: where it is drawn (degrees) and its id as `/api/v1/map` gave it."""

    lat: float
    lon: float
    observation: str


def show_districts(*, language: str, basemap: Basemap, height: int = HEIGHT, key: str = "districts") -> None:
    """Only the districts and places; nothing comes back."""
    _show(district_map(language=language, basemap=basemap), key, height, [])


def show_picker(
    *, language: str, basemap: Basemap, home: Home = ISHOEJ, height: int = HEIGHT, key: str = "picker"
) -> tuple[float, float] | None:
    """A place chosen by tap, drag, long press or Enter, given once: in the run that follows the choice."""
    clicked = _news(
        _show(picker_map(language=language, basemap=basemap, home=home), key, height, ["last_clicked"]), key
    )
    return (clicked["lat"], clicked["lng"]) if clicked else None


def show_observations(
    *,
    language: str,
    basemap: Basemap,
    home: Home = ISHOEJ,
    version: str = "",
    height: int = 460,
    key: str = "observations",
) -> Tap | None:
    """The observation that was just tapped, given once. A new `version` of the data makes the map fetch again."""
    field_map = observation_map(language=language, basemap=basemap, home=home, version=version)
    clicked = _news(_show(field_map, key, height, ["last_clicked"]), key)
    if not clicked or not isinstance(clicked.get("id"), str) or len(clicked["id"]) > 64:
        return None
    return Tap(clicked["lat"], clicked["lng"], clicked["id"])


def show_squares(
    *, language: str, basemap: Basemap, home: Home = ISHOEJ, version: str = "", height: int = 420, key: str = "squares"
) -> None:
    """The squares of the address bar's filter; nothing comes back. A new `version` makes the map fetch again."""
    _show(squares_map(language=language, basemap=basemap, home=home, version=version), key, height, [])


class Drawn(NamedTuple):
    """What is drawn of a walk, (lon, lat) in degrees: the route, and the area as a ring that closes; or nothing."""

    route: list[tuple[float, float]]
    area: list[tuple[float, float]]


def show_route(
    *, language: str, basemap: Basemap, home: Home = ISHOEJ, start: Drawn, height: int = 420, key: str = "route"
) -> Drawn:
    """The route and area as they are drawn now; `start` is where they begin, and stays until somebody draws."""
    field_map = route_map(
        language=language, basemap=basemap, home=home, route=start.route, area=start.area[:-1]
    )  # fmt: skip
    drawn = _show(field_map, key, height, ["all_drawings"]).get("all_drawings")
    if not isinstance(drawn, list) or not drawn:
        return start
    shapes = [one["geometry"] for one in drawn if isinstance(one, dict) and isinstance(one.get("geometry"), dict)]
    rings = next((one.get("coordinates") for one in shapes if one.get("type") == "Polygon"), None)
    line = next((one.get("coordinates") for one in shapes if one.get("type") == "LineString"), None)
    return Drawn(_positions(line), _positions(rings[0] if isinstance(rings, list) and rings else None))


def _positions(pairs: Any) -> list[tuple[float, float]]:
    """What a browser said, checked."""
    known = [one for one in pairs or [] if isinstance(one, list) and len(one) >= 2] if isinstance(pairs, list) else []
    return [(float(lon), float(lat)) for lon, lat, *_ in known if _is_position(lat, lon)]


def _show(field_map: Map, key: str, height: int, returned: list[str]) -> dict[str, Any]:
    # render=False: st_folium renders the map itself anyway; the whole document besides costs 18 ms a rerun.
    answer = st_folium(
        field_map, key=key, height=height, use_container_width=True, returned_objects=returned, render=False
    )
    return answer if isinstance(answer, dict) else {}


def _news(answer: dict[str, Any], key: str) -> dict[str, Any] | None:
    """What was clicked, checked (it comes from a browser), and only if it was not given before."""
    clicked = answer.get("last_clicked")
    if not isinstance(clicked, dict) or not _is_position(clicked.get("lat"), clicked.get("lng")):
        return None
    seen, tap = f"{key}:seen", (clicked["lat"], clicked["lng"], str(clicked.get("n"))[:20])
    if st.session_state.get(seen) == tap:
        return None
    st.session_state[seen] = tap
    return clicked


def _is_position(lat: Any, lon: Any) -> bool:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (lat, lon))
    return numbers and abs(lat) <= 90 and abs(lon) <= 180
