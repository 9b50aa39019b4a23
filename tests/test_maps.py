"""What folium is given: constant code, our own addresses, and no text that anything could run."""

from __future__ import annotations

import hashlib
import html
import json
import re

import folium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from route_server import serving
from streamlit_folium import _get_header, _get_html, _get_map_string, generate_js_hash

from fieldapp.maps import (
    STATIC_FOLDER,
    STATIC_URL,
    Basemap,
    district_map,
    foreign_urls,
    observation_map,
    picker_map,
    route_map,
    safe_json,
    safe_text,
    squares_map,
)
from fieldapp.ui.gps import Fix, GpsError, parse_fix
from fieldapp.ui.mapview import _news
from fieldapp.web.vendor import FOLDER, files, vendor_routes

MAPS = {
    "districts": district_map,
    "observations": observation_map,
    "picker": picker_map,
    "route": route_map,
    "squares": squares_map,
}
BASEMAPS = {"drawn": Basemap(), "tiles": Basemap("upstream", "© Et kortfirma", 17)}
CANARIES = [
    "{{7*1587301}}",
    "{{ 7 * 1587301 }}",
    "{%",
    "{#",
    "`",
    "${7*7}",
    "</script><b>",
    '"',
    "'",
    "\\",
    "\u202e",
    "\x00",
]


def code_of(field_map):
    """What streamlit-folium sends to the frame, and so what its key is made of."""
    field_map.render()
    page, header = _get_html(field_map), _get_header(field_map)
    return _get_map_string(field_map), page, header


@pytest.fixture(params=[(name, ground) for name in MAPS for ground in BASEMAPS], ids="-".join)
def make(request):
    name, ground = request.param
    return lambda language="da": MAPS[name](language=language, basemap=BASEMAPS[ground])


def test_the_code_of_a_map_is_the_same_at_every_rerun_so_its_frame_is_kept(make):
    first, second = code_of(make())[0], code_of(make())[0]
    assert first == second
    assert generate_js_hash(first, "k") == generate_js_hash(second, "k")


@pytest.mark.parametrize("build", [observation_map, squares_map], ids=["observations", "squares"])
def test_a_new_version_of_the_data_leaves_the_code_of_the_map_alone(build):
    one = code_of(build(language="da", basemap=Basemap(), version="1"))
    two = code_of(build(language="da", basemap=Basemap(), version="2{{7*7}}'>"))
    assert one[0] == two[0]
    assert "data-version='1'" in one[1]
    assert "data-version='277'" in two[1]


def test_no_map_asks_another_host_for_anything(make):
    field_map = make()
    assert list(foreign_urls(field_map)) == []
    code, page, header = code_of(field_map)
    assert re.findall(r"(?:https?:)?//\w[^\s\"']*", code + page + header) == []


def test_the_search_for_foreign_addresses_finds_what_plain_folium_would_load():
    plain = folium.Map(location=[55.6, 12.3], tiles="https://tiles.example.org/{z}/{x}/{y}.png", attr="x")
    plain.default_js = [("leaflet", "https://cdn.example.org/leaflet.js")]
    found = " ".join(foreign_urls(plain))
    assert "https://cdn.example.org/leaflet.js" in found
    assert "tiles.example.org" in found


def test_folium_leaves_out_bootstrap_jquery_and_icon_fonts():
    assert [name for name, _ in folium.Map.default_js] == [
        "leaflet",
        "fieldapp_base.js",
        "fieldapp_observations.js",
        "fieldapp_picker.js",
        "fieldapp_route.js",
        "fieldapp_squares.js",
        "fieldapp_walks.js",
    ]
    assert [name for name, _ in folium.Map.default_css] == ["leaflet_css", "fieldapp_css"]


def test_every_address_a_map_loads_is_served():
    served = {f"/vendor/{name}" for name in files()}
    assert {url for _, url in [*folium.Map.default_js, *folium.Map.default_css]} <= served


RAN = "11111107"


def test_folium_itself_runs_text_as_a_template_which_is_why_it_gets_none():
    plain = folium.Map(location=[55.6, 12.3], tiles=None)
    folium.Marker([55.6, 12.3], popup="{{7*1587301}}").add_to(plain)
    assert RAN in plain.get_root().render()


@pytest.mark.parametrize("canary", CANARIES)
def test_hostile_attribution_is_never_run_and_never_breaks_a_map(canary):
    for build in MAPS.values():
        field_map = build(language="da", basemap=Basemap("upstream", f"før {canary} efter", 17))
        rendered = field_map.get_root().render()
        code = code_of(field_map)[0]
        assert RAN not in rendered + code
        assert f"før {canary} efter" not in rendered + code
        assert "L.tileLayer" in code


@pytest.mark.parametrize("canary", CANARIES)
def test_hostile_texts_of_a_catalogue_are_never_run(canary, monkeypatch):
    for module in ("layers", "squares"):
        monkeypatch.setattr(f"fieldapp.maps.{module}.translator", lambda language: lambda text: canary + text)
    for build in MAPS.values():
        field_map = build(language="da", basemap=Basemap())
        rendered = field_map.get_root().render()
        assert RAN not in rendered + code_of(field_map)[0]
        assert "fieldapp.start" in rendered


@given(st.text(max_size=60))
def test_safe_text_shows_the_same_text_and_holds_no_active_sign(text):
    safe = safe_text(text)
    assert not set("<>\"'{}`$\\") & set(safe)
    assert html.unescape(safe) == "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


@given(st.recursive(st.text(max_size=9) | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3)))
def test_safe_json_reads_back_as_the_same_value(value):
    assert json.loads(safe_json({"a": value})) == {"a": value}
    assert not re.search(r"\{\{|\{%|\{#|<|>|&", safe_json({"a": value}))


def test_maps_speak_english_by_choice_through_the_catalogue():
    assert '"language": "en"' in code_of(district_map(language="en", basemap=Basemap()))[0]


# ---- served files ----


@pytest.fixture(scope="module")
def client():
    with serving(vendor_routes()) as client:
        yield client


def test_vendored_files_are_exactly_those_of_the_named_packages():
    entries = json.loads((FOLDER / "vendor.json").read_text(encoding="utf-8"))
    listed = {name: digest for entry in entries for name, digest in entry["files"].items()}
    found = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.is_file()}
    found.pop("vendor.json")
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == listed
    for entry in entries:
        assert entry.keys() >= {"package", "version", "licence", "why"}
        assert f"{entry['folder']}/LICENSE" in listed


def test_leaflet_is_kept_for_a_year_and_packed_with_brotli(client):
    answer = client.get("/vendor/leaflet-1.9.4/leaflet.js", headers={"accept-encoding": "gzip, br"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "br"
    assert answer.size < 40_000
    assert answer.content == (FOLDER / "leaflet-1.9.4" / "leaflet.js").read_bytes()


@pytest.mark.parametrize(("accepted", "sent"), [("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip")])
def test_a_file_is_packed_as_the_browser_accepts(client, accepted, sent):
    answer = client.get(f"{STATIC_URL}/map.css", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == sent
    assert answer.content == (STATIC_FOLDER / "map.css").read_bytes()


@pytest.mark.parametrize("path", ["../vendor.py", "%2e%2e/vendor.py", "leaflet-1.9.4/../../vendor.py", "", "nej.js"])
def test_nothing_else_is_served(client, path):
    assert client.get(f"/vendor/{path}").status_code == 404


# ---- what a browser claims ----


def test_a_position_from_the_phone_becomes_a_fix():
    fix = parse_fix({"lat": 55.6133, "lon": 12.358, "accuracy_m": 8.2, "at": 1763760000000, "error": None})
    assert isinstance(fix, Fix)
    assert (fix.lat, fix.lon, fix.accuracy_m) == (55.6133, 12.358, 8.2)
    assert fix.at.isoformat() == "2025-11-21T21:20:00+00:00"


def test_a_known_error_is_told():
    assert parse_fix({"error": "denied"}) == GpsError("denied")


GOOD = {"lat": 55.6, "lon": 12.3, "accuracy_m": 8, "at": 1763760000000}


@pytest.mark.parametrize(
    "claim",
    [
        None,
        "55.6",
        {},
        {"error": "<b>"},
        GOOD | {"lat": 91},
        GOOD | {"lat": "55.6"},
        GOOD | {"lat": True},
        GOOD | {"lon": float("nan")},
        GOOD | {"accuracy_m": -1},
        GOOD | {"accuracy_m": float("inf")},
        GOOD | {"at": 10**400},
        GOOD | {"at": -1},
    ],
)
def test_anything_else_from_a_browser_is_nothing(claim):
    assert parse_fix(claim) is None


@pytest.mark.parametrize(
    "clicked", [None, "x", {"lat": 1}, {"lat": "1", "lng": 2}, {"lat": 91, "lng": 1}, {"lat": float("nan"), "lng": 1}]
)
def test_a_click_that_is_no_position_is_nothing(clicked):
    assert _news({"last_clicked": clicked}, "k") is None
