"""Districts: the shipped file, every fault by its sentence, the lookup, and swapping in another file."""

from __future__ import annotations

import copy
import itertools
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp import geo
from fieldapp.districts import District, DistrictSet, Located, check_file, import_file, load_districts
from fieldapp.errors import Problem

ROOT = Path(__file__).parents[1]
SHARED = Path(__file__).parents[2] / "shared"
PROXY = SHARED / "data" / "ishoj_distrikter_proxy.geojson"
SHIPPED = ROOT / "data" / "districts.geojson"
TODAY = date(2026, 11, 22)
ISHOEJ = load_districts(SHIPPED)

needs_proxy = pytest.mark.skipif(not PROXY.exists(), reason="the shared test data is not on this machine")


def a_square(
    west: float, south: float, east: float | None = None, north: float | None = None
) -> list[list[list[float]]]:
    east, north = east or round(west + 0.01, 6), north or round(south + 0.01, 6)
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def a_district(name: str = "Øst", *, coordinates: Any = None, kind: str = "Polygon", **changes: Any) -> dict[str, Any]:
    properties = {"id": name.lower().translate({ord("ø"): "oe"}), "name": name, **changes}
    geometry = {"type": kind, "coordinates": coordinates or a_square(12.31, 55.61)}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def a_pair(**changes: Any) -> list[dict[str, Any]]:
    """«Vest» and «Øst», side by side."""
    return [a_district("Vest", coordinates=a_square(12.30, 55.61)), a_district("Øst", **changes)]


def a_file(folder: Path, *features: Any, name: str = "distrikter.geojson", **members: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": list(features)}), encoding="utf-8")
    return path


def faults(path: Path, **options: Any) -> list[str]:
    return [fault.text() for fault in check_file(path, **options)]


def utm_square(east: float, north: float) -> list[list[list[float]]]:
    return a_square(east, north, east + 500, north + 500)


# The shipped file


def test_the_shipped_file_is_the_drawing_byte_for_byte() -> None:
    drawn = subprocess.run(
        [sys.executable, "-m", "data.make_districts", "--print"], cwd=ROOT, capture_output=True, check=True
    )
    assert drawn.stdout == SHIPPED.read_bytes()


def test_the_shipped_file_has_no_fault() -> None:
    assert faults(SHIPPED) == []


def test_the_five_shipped_districts_are_indicative_and_say_so() -> None:
    assert ISHOEJ.names(TODAY) == {
        "gildbro": "Gildbroskolen",
        "ishoej": "Ishøj Skole",
        "strandgaard": "Strandgårdskolen",
        "vejlebro": "Vejlebroskolen",
        "vibeholm": "Vibeholmskolen",
    }
    assert all(district.indicative and "Ikke kommunens officielle" in district.source for district in ISHOEJ.districts)
    assert ISHOEJ.feature_collection(TODAY)["indicative"] is True
    assert "ikke officielle" in ISHOEJ.feature_collection(TODAY)["attribution"]


def test_the_sixth_network_group_has_no_district() -> None:
    assert [group.district for group in ISHOEJ.network_groups] == [
        "gildbro",
        "ishoej",
        "strandgaard",
        "vejlebro",
        "vibeholm",
        None,
    ]


@pytest.mark.parametrize(
    ("what", "lat", "lon", "district"),
    [
        ("Ishøj Skole", 55.6245, 12.299, "ishoej"),
        ("Vibeholmskolen", 55.6147, 12.3356, "vibeholm"),
        ("Gildbroskolen", 55.6184, 12.3625, "gildbro"),
        ("Strandgårdskolen", 55.6079, 12.3449, "strandgaard"),
        ("Vejlebroskolen", 55.6085, 12.3615, "vejlebro"),
        ("the station, 31 m from Gildbroskolen's district", 55.6133, 12.3580, "vejlebro"),
    ],
)
def test_a_place_lies_in_the_district_of_its_nearest_school(what: str, lat: float, lon: float, district: str) -> None:
    assert ISHOEJ.locate(lat, lon, TODAY) == Located(district, 0.0, approximate=False), what


def test_the_feature_collection_is_json_with_the_promised_properties() -> None:
    wire = json.loads(json.dumps(ISHOEJ.feature_collection(TODAY), allow_nan=False))
    assert list(wire["features"][0]["properties"]) == [
        "id",
        "name",
        "school",
        "network_group",
        "valid_from",
        "valid_to",
        "source",
        "indicative",
    ]
    assert wire["network_groups"][5] == {
        "id": "gruppe-6",
        "name": "Sjette netværksgruppe (distrikt ikke oplyst)",
        "district": None,
    }


# Locate


def test_a_point_on_a_border_belongs_to_the_lowest_district_id(tmp_path: Path) -> None:
    pair = load_districts(a_file(tmp_path, *a_pair()))
    assert pair.locate(55.615, 12.31, TODAY) == Located("oest", 0.0, approximate=False)
    assert pair.locate(55.61, 12.31, TODAY) == Located("oest", 0.0, approximate=False)
    assert pair.locate(55.615, 12.3099, TODAY).district_id == "vest"


def test_up_to_300_m_outside_is_the_nearest_district_and_marked(tmp_path: Path) -> None:
    pair = load_districts(a_file(tmp_path, *a_pair()))
    near = pair.locate(55.6074, 12.315, TODAY)
    assert (near.district_id, near.approximate) == ("oest", True)
    assert near.outside_m == pytest.approx(geo.distance_m(55.61, 12.315, 55.6074, 12.315), abs=0.5)
    assert pair.locate(55.6070, 12.315, TODAY).district_id is None


def test_copenhagen_and_the_rest_of_the_world_are_in_no_district() -> None:
    copenhagen = ISHOEJ.locate(55.6761, 12.5683, TODAY)
    assert (copenhagen.district_id, copenhagen.approximate) == (None, False)
    assert 13_000 < copenhagen.outside_m < 13_400
    for lat, lon in [(0, 0), (-33.9, 151.2), (90, 0), (-90, 180), (float("nan"), 12.3), (55.6, float("inf")), (1e9, 0)]:
        assert ISHOEJ.locate(lat, lon, TODAY).district_id is None


def test_a_sliver_between_two_districts_is_not_outside(tmp_path: Path) -> None:
    """0.000004° is 0.25 m: simplification leaves such cracks, and nobody stands outside in one."""
    pair = load_districts(a_file(tmp_path, *a_pair(coordinates=a_square(12.310004, 55.61))))
    assert pair.locate(55.615, 12.310002, TODAY) == Located("oest", 0.0, approximate=False)


def test_the_neighbouring_district_is_offered_near_a_border() -> None:
    (neighbour,) = ISHOEJ.neighbours_within(55.6133, 12.3580, TODAY, 50)
    assert (neighbour.district_id, neighbour.name, round(neighbour.distance_m)) == ("gildbro", "Gildbroskolen", 31)
    assert ISHOEJ.neighbours_within(55.6133, 12.3580, TODAY, 30) == []
    assert ISHOEJ.neighbours_within(0, 0, TODAY, 1000) == []


def test_before_the_first_district_there_is_none(tmp_path: Path) -> None:
    later = load_districts(a_file(tmp_path, a_district(valid_from="2027-06-01")))
    assert later.locate(55.615, 12.315, TODAY).district_id is None
    assert later.locate_many([55.615], [12.315], TODAY).tolist() == [-1]
    assert later.feature_collection(TODAY)["features"] == []
    assert later.bounds(TODAY) is None


# Many at once


def agree(districts: DistrictSet, lats: Any, lons: Any) -> None:
    many = districts.locate_many(lats, lons, TODAY)
    names = [district.id for district in districts.current(TODAY)]
    for lat, lon, index in zip(lats, lons, many, strict=True):
        single = districts.locate(lat, lon, TODAY).district_id
        assert (names[index] if index >= 0 else None) == single, (lat, lon)


near_ishoej = st.tuples(st.floats(55.58, 55.65), st.floats(12.19, 12.42))


@settings(max_examples=150, deadline=None)
@given(st.lists(near_ishoej, min_size=1, max_size=40))
def test_many_positions_get_the_district_each_would_get(positions: list[tuple[float, float]]) -> None:
    agree(ISHOEJ, [lat for lat, _ in positions], [lon for _, lon in positions])


def test_many_agree_on_every_corner_border_and_rim() -> None:
    """Vertices, points along each border, and both sides of the 300 m rim."""
    positions = []
    for district in ISHOEJ.districts:
        ring = np.array(district.geometry.exterior.coords)
        for (lon1, lat1), (lon2, lat2) in itertools.pairwise(ring):
            for part in (0.0, 0.25, 0.5, 0.77):
                positions.append((lat1 + part * (lat2 - lat1), lon1 + part * (lon2 - lon1)))
        rim = np.array(district.geometry.buffer(300 / 111_320).exterior.coords)
        positions += [(lat, lon) for lon, lat in rim]
    agree(ISHOEJ, [lat for lat, _ in positions], [lon for _, lon in positions])


@needs_proxy
def test_two_hundred_thousand_positions_agree_with_the_exact_test_on_real_borders(tmp_path: Path) -> None:
    target = tmp_path / "districts.geojson"
    import_file(PROXY, target, valid_from=date(2026, 1, 1), mapping={"name": "skole_proxy", "id": "nr"})
    real = load_districts(target)
    rng = np.random.default_rng(1)
    lats, lons = rng.uniform(55.58, 55.65, 200_000), rng.uniform(12.19, 12.42, 200_000)
    exact, _ = real._coverage(TODAY).exact(lats, lons)
    assert np.array_equal(real.locate_many(lats, lons, TODAY), exact)
    agree(real, lats[:300], lons[:300])


def test_positions_that_are_none_get_no_district_among_many() -> None:
    lats = [55.6133, float("nan"), float("inf"), 0, -90, 55.6133]
    lons = [12.3580, 12.3, 12.3, 0, 180, 1e300]
    assert ISHOEJ.locate_many(lats, lons, TODAY).tolist() == [3, -1, -1, -1, -1, -1]
    assert ISHOEJ.locate_many([], [], TODAY).tolist() == []


def test_a_file_of_half_a_country_gets_larger_cells_and_still_agrees(tmp_path: Path) -> None:
    wide = [
        a_district("Jylland", coordinates=a_square(8.2, 55.0, 10.4, 57.5)),
        a_district("Sjælland", id="sj", coordinates=a_square(10.4, 55.0, 12.6, 57.5)),
    ]
    country = load_districts(a_file(tmp_path, *wide))
    rng = np.random.default_rng(2)
    lats, lons = (
        rng.uniform(54.98, 57.52, 500),
        np.concatenate([rng.uniform(8.1, 12.7, 300), 10.4 + rng.normal(0, 1e-3, 200)]),
    )
    agree(country, lats, lons)


# Faults of the file


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Filen er ikke gyldig JSON (linje 1). Eksportér den igen som GeoJSON."),
        (b'{\n"type": ', "Filen er ikke gyldig JSON (linje 2). Eksportér den igen som GeoJSON."),
        (b"[" * 200_000, "Filen er ikke gyldig JSON (linje 1). Eksportér den igen som GeoJSON."),
        (b"1" * 10_000, "Filen er ikke gyldig JSON (linje 1). Eksportér den igen som GeoJSON."),
        (b"\xff\xfe\x00", "Filen er ikke UTF-8-tekst. Gem den som GeoJSON i UTF-8."),
        (b"[]", "Filen er ikke en GeoJSON «FeatureCollection». Eksportér hele laget som GeoJSON."),
        (b'{"type": "Feature"}', "Filen er ikke en GeoJSON «FeatureCollection». Eksportér hele laget som GeoJSON."),
        (
            b'{"type": "FeatureCollection", "features": {}}',
            "Filen er ikke en GeoJSON «FeatureCollection». Eksportér hele laget som GeoJSON.",
        ),
        (
            b'{"type": "FeatureCollection", "features": []}',
            "Filen indeholder ingen distrikter. Eksportér laget igen.",
        ),
        (
            b'{"type": "FeatureCollection", "features": [NaN]}',
            "Filen indeholder NaN eller Infinity, som ikke er JSON. Eksportér den igen uden tomme koordinater.",
        ),
        (
            b'{"type": "FeatureCollection", "features": [-Infinity]}',
            "Filen indeholder NaN eller Infinity, som ikke er JSON. Eksportér den igen uden tomme koordinater.",
        ),
        (
            b'{"type": "FeatureCollection", "features": [null]}',
            "«Område 1» er ikke et GeoJSON-objekt af typen Feature. Eksportér laget igen.",
        ),
    ],
)
def test_a_file_that_is_no_layer_gets_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "distrikter.geojson"
    path.write_bytes(content)
    assert faults(path) == [sentence]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path / "nej.geojson") == ["Filen kan ikke læses. Kontrollér navn og rettigheder."]


def test_a_file_over_20_mb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "stor.geojson"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 20_000_001)
    assert faults(path) == ["Filen fylder mere end 20 MB. Forenkl grænserne, og prøv igen."]


def test_the_coordinate_system_must_be_one_we_know(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    assert faults(a_file(tmp_path, a_district(), crs=crs)) == [
        "Koordinatsystemet kendes ikke. Eksportér i EPSG:4326 (WGS 84) eller EPSG:25832."
    ]


@pytest.mark.parametrize("name", ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326"])
def test_wgs84_may_be_declared(tmp_path: Path, name: str) -> None:
    assert faults(a_file(tmp_path, a_district(), crs={"type": "name", "properties": {"name": name}})) == []


@pytest.mark.parametrize("name", ["EPSG:25832", "urn:ogc:def:crs:EPSG::25832"])
def test_declared_utm32_is_converted(tmp_path: Path, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    path = a_file(tmp_path, a_district(coordinates=utm_square(711_000, 6_168_000)), crs=crs)
    assert faults(path) == []
    lats, lons = geo.from_utm32([711_250], [6_168_250])
    assert load_districts(path).locate(lats[0], lons[0], TODAY).district_id == "oest"


# Faults of one district


@pytest.mark.parametrize(
    ("feature", "sentence"),
    [
        (
            a_district(coordinates=utm_square(711_000, 6_168_000)),
            "Koordinaterne ligner UTM-meter, men filen siger det ikke. Angiv EPSG:25832, eller eksportér i EPSG:4326.",
        ),
        (
            a_district(coordinates=a_square(55.61, 12.31)),
            "Bredde og længde er byttet om. Koordinater skrives som [længde, bredde], fx [12.35, 55.61].",
        ),
        (
            a_district(coordinates=a_square(-0.1, 51.5)),
            "«Øst» ligger uden for Danmark (51.50000, -0.10000). Kontrollér koordinatsystemet.",
        ),
        (
            a_district(kind="LineString"),
            "«Øst» er ikke en flade. Kun Polygon og MultiPolygon kan bruges.",
        ),
        (
            a_district(coordinates=[[[12.3, 55.6], [12.4, 55.6], [12.4, 55.7], [12.3, 55.7]]]),
            "Grænsen for «Øst» er ikke lukket. Første og sidste punkt skal være ens.",
        ),
        (
            a_district(coordinates=[[[12.3, 55.6], [12.4, 55.6], [12.3, 55.6], [12.3, 55.6]]]),
            "Grænsen for «Øst» har for få punkter. En flade har mindst tre forskellige hjørner.",
        ),
        (
            a_district(coordinates=[[[12.3, 55.6], [12.4, "55.6"], [12.4, 55.7], [12.3, 55.6]]]),
            "«Øst» har et koordinat, der ikke er to tal. Eksportér laget igen.",
        ),
        (
            a_district(coordinates=[[[12.3, 55.6], [12.4, 10**400], [12.4, 55.7], [12.3, 55.6]]]),
            "«Øst» har et koordinat, der er uendeligt eller alt for stort. Ret det i kortprogrammet.",
        ),
        (
            a_district(coordinates=[[[12.3, 55.6], [12.4, 55.6], [12.3, 55.61], [12.4, 55.61], [12.3, 55.6]]]),
            "Grænsen for «Øst» krydser sig selv ved 55.60500, 12.35000. Ret den i kortprogrammet.",
        ),
        (
            a_district(coordinates=a_square(12.31, 55.61) + a_square(12.40, 55.61)),
            "«Øst» har en ugyldig form ved 55.61000, 12.40000. Ret den i kortprogrammet.",
        ),
        (a_district(id=""), "«Øst» mangler «id». Giv alle distrikter et id."),
        (
            a_district(id="<b>"),
            "«Øst» har et id, der ikke kan bruges. Brug højst 40 bogstaver a–z, tal, bindestreg og understreg.",
        ),
        (
            a_district(name="  ", id="x"),
            "«Område 1» mangler «name». Giv alle distrikter et navn, eller angiv, hvilket felt der er navnet.",
        ),
        (
            a_district(name="Ø\u202est", id="x"),
            "«Ø�st» har et ubrugeligt «name». Skriv højst 80 synlige tegn på én linje.",
        ),
        (a_district(source=7), "«Øst» har et ubrugeligt «source». Skriv højst 500 synlige tegn på én linje."),
        (a_district(indicative="ja"), "«Øst» har et ubrugeligt «indicative». Skriv true eller false."),
        (
            a_district(valid_from="1. august"),
            "«Øst» har en ugyldig dato i «valid_from». Skriv fx 2026-08-01, eller null.",
        ),
        (
            a_district(valid_to="2026-02-30"),
            "«Øst» har en ugyldig dato i «valid_to». Skriv fx 2026-08-01, eller null.",
        ),
        (
            a_district(valid_from="2026-08-01", valid_to="2026-07-31"),
            "«Øst» slutter, før det begynder. Ret «valid_from» eller «valid_to».",
        ),
    ],
)
def test_a_district_at_fault_gets_one_sentence(tmp_path: Path, feature: Any, sentence: str) -> None:
    assert faults(a_file(tmp_path, feature)) == [sentence]


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    broken = a_district("Øst", valid_from="i går", indicative=1, kind="Point")
    assert len(faults(a_file(tmp_path, broken, a_district("Vest", id=None)))) == 4


def test_a_number_larger_than_any_float_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    text = a_file(tmp_path, a_district()).read_text().replace("12.32", "1e999", 1)
    path = tmp_path / "uendelig.geojson"
    path.write_text(text)
    assert faults(path) == ["«Øst» har et koordinat, der er uendeligt eller alt for stort. Ret det i kortprogrammet."]


def test_repeated_vertices_and_a_height_are_no_faults(tmp_path: Path) -> None:
    (ring,) = a_square(12.31, 55.61)
    doubled = [[*ring[:2], ring[1], *ring[2:]]]
    doubled[0] = [[*point, 7.5] for point in doubled[0]]
    assert faults(a_file(tmp_path, a_district(coordinates=doubled))) == []


def test_a_district_may_be_of_several_parts_with_holes_filled_by_another(tmp_path: Path) -> None:
    outer, hole = a_square(12.30, 55.60, 12.34, 55.64)[0], a_square(12.31, 55.61)[0]
    ring = a_district("Vest", kind="MultiPolygon", coordinates=[[outer, hole], a_square(12.36, 55.60)])
    path = a_file(tmp_path, ring, a_district("Øst"))
    assert faults(path) == []
    assert load_districts(path).locate(55.615, 12.315, TODAY).district_id == "oest"


# Faults between districts


def test_districts_side_by_side_are_faultless(tmp_path: Path) -> None:
    assert faults(a_file(tmp_path, *a_pair())) == []


def test_an_overlap_is_named_with_both_districts_and_its_place(tmp_path: Path) -> None:
    path = a_file(tmp_path, *a_pair(coordinates=a_square(12.309, 55.61)))
    (sentence,) = faults(path)
    assert sentence.startswith("«Vest» og «Øst» overlapper med 70")
    assert " ved 55.61500, 12.30950. " in sentence


@pytest.mark.parametrize("west", [12.311, 12.3104, 12.31005])
def test_an_open_gap_between_neighbours_is_named_with_its_place(tmp_path: Path, west: float) -> None:
    """63, 25 and 3 metres wide, 1.1 km long, open at both ends."""
    (sentence,) = faults(a_file(tmp_path, *a_pair(coordinates=a_square(west, 55.61))))
    assert sentence.startswith("Der er et hul på ")
    lat, lon = (float(part) for part in sentence.split(" ved ")[1].split(". ")[0].split(", "))
    assert 55.61 < lat < 55.62
    assert 12.31 <= lon <= west


def test_a_wedge_that_opens_from_a_shared_corner_is_a_gap(tmp_path: Path) -> None:
    leaning = [[[12.31, 55.61], [12.32, 55.61], [12.32, 55.62], [12.3108, 55.62], [12.31, 55.61]]]
    (sentence,) = faults(a_file(tmp_path, *a_pair(coordinates=leaning)))
    assert sentence.startswith("Der er et hul på ")


def test_a_hole_that_no_district_fills_is_a_gap_however_wide(tmp_path: Path) -> None:
    outer, hole = a_square(12.30, 55.60, 12.34, 55.64)[0], a_square(12.31, 55.61)[0]
    (sentence,) = faults(a_file(tmp_path, a_district(coordinates=[outer, hole])))
    assert " ved 55.61500, 12.31500. " in sentence


def test_an_outline_that_bends_inwards_where_two_districts_meet_is_no_gap(tmp_path: Path) -> None:
    below = a_district("Vest", coordinates=a_square(12.30, 55.60, 12.33, 55.61))
    assert faults(a_file(tmp_path, below, a_district("Øst"))) == []


def test_a_wide_angle_between_two_districts_is_no_gap(tmp_path: Path) -> None:
    leaning = [[[12.31, 55.61], [12.36, 55.61], [12.36, 55.62], [12.3406, 55.62], [12.31, 55.61]]]
    assert faults(a_file(tmp_path, *a_pair(coordinates=leaning))) == []


def test_a_narrow_bay_in_one_district_is_no_gap(tmp_path: Path) -> None:
    """44 metres wide, 380 m deep."""
    bay = [[12.30, 55.6152], [12.306, 55.6152], [12.306, 55.6148], [12.30, 55.6148]]
    (ring,) = a_square(12.30, 55.61)
    west = a_district("Vest", coordinates=[[*ring[:4], *bay, ring[0]]])
    assert faults(a_file(tmp_path, west, a_district("Øst"))) == []


def test_districts_that_do_not_touch_may_lie_apart(tmp_path: Path) -> None:
    assert faults(a_file(tmp_path, *a_pair(coordinates=a_square(12.33, 55.61)))) == []


@pytest.mark.parametrize("west", [12.310006, 12.309994])
def test_slivers_under_half_a_metre_are_no_faults(tmp_path: Path, west: float) -> None:
    """0.000006° is 0.38 m; the overlap or gap is 420 m² all the same."""
    assert faults(a_file(tmp_path, *a_pair(coordinates=a_square(west, 55.61)))) == []


def test_slivers_over_half_a_metre_are_faults(tmp_path: Path) -> None:
    assert len(faults(a_file(tmp_path, *a_pair(coordinates=a_square(12.310012, 55.61))))) == 1
    assert len(faults(a_file(tmp_path, *a_pair(coordinates=a_square(12.309988, 55.61))))) == 1


def test_the_same_id_or_name_twice_is_a_fault(tmp_path: Path) -> None:
    assert faults(a_file(tmp_path, *a_pair(id="vest"))) == [
        "«Øst» har samme id som et andet distrikt på samme tid. Giv dem hver sit id."
    ]
    twins = [a_district("Øst", id="a", coordinates=a_square(12.30, 55.61)), a_district("ØST", id="b")]
    assert faults(a_file(tmp_path, *twins)) == ["To distrikter hedder «ØST» på samme tid. Giv dem hver sit navn."]


def test_districts_of_different_times_may_overlap_and_share_id_and_name(tmp_path: Path) -> None:
    old, new = a_district(valid_to="2026-07-31"), a_district(valid_from="2026-08-01")
    path = a_file(tmp_path, old, new)
    assert faults(path) == []
    both = load_districts(path)
    assert both.by_id("oest", date(2026, 7, 31)) == both.districts[0]
    assert both.by_id("oest", date(2026, 8, 1)) == both.districts[1]
    assert both.by_id("oest") == both.districts[1]
    assert both.by_id("vest") is None


def test_one_common_day_is_enough_to_overlap(tmp_path: Path) -> None:
    old, new = a_district(valid_to="2026-08-01"), a_district("Ny", valid_from="2026-08-01")
    assert len(faults(a_file(tmp_path, old, new))) == 1


def test_a_gap_is_found_in_a_period_that_is_over(tmp_path: Path) -> None:
    apart = [feature | {} for feature in a_pair(coordinates=a_square(12.311, 55.61))]
    for feature in apart:
        feature["properties"]["valid_to"] = "2025-12-31"
    now = a_district("Nu", coordinates=a_square(12.30, 55.61, 12.33, 55.62), valid_from="2026-01-01")
    (sentence,) = faults(a_file(tmp_path, *apart, now))
    assert sentence.startswith("Der er et hul")


def test_network_groups_must_be_readable_and_point_to_a_district(tmp_path: Path) -> None:
    groups = [{"id": "g1", "name": "Gruppe 1", "district": "nord"}]
    assert faults(a_file(tmp_path, a_district(), network_groups=groups)) == [
        "Netværksgruppen «Gruppe 1» peger på et distrikt, der ikke findes i filen. Ret «district»."
    ]
    assert faults(a_file(tmp_path, a_district(), network_groups=[{"id": "g1"}])) == [
        "Listen «network_groups» kan ikke læses. Hver gruppe skal have «id», «name» og «district» (eller null)."
    ]


def test_loading_a_faulty_file_names_the_file_the_first_fault_and_how_many_more(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_district(kind="Point"), a_district("Vest", id=None))
    with pytest.raises(Problem) as caught:
        load_districts(path)
    assert caught.value.text() == (
        "Filen «distrikter.geojson» kan ikke bruges: "
        "«Øst» er ikke en flade. Kun Polygon og MultiPolygon kan bruges (og 1 fejl mere)."
    )
    assert [fault.code for fault in caught.value.details["faults"]] == ["not_polygon", "missing_id"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)
    )
)
@settings(max_examples=100, deadline=None)
def test_no_geometry_crashes_the_check(tmp_path_factory: pytest.TempPathFactory, coordinates: Any) -> None:
    path = tmp_path_factory.mktemp("districts") / "x.geojson"
    feature = a_district(coordinates=[coordinates])
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert check_file(path)


# Import


def test_an_import_ends_the_earlier_districts_the_day_before(tmp_path: Path) -> None:
    target = tmp_path / "districts.geojson"
    target.write_bytes(SHIPPED.read_bytes())
    report = import_file(a_file(tmp_path, *a_pair()), target, valid_from=date(2026, 8, 1))
    assert report.added == ("vest", "oest")
    assert report.closed == ("gildbro", "ishoej", "strandgaard", "vejlebro", "vibeholm")
    merged = load_districts(target)
    assert [district.id for district in merged.current(date(2026, 7, 31))] == list(report.closed)
    assert [district.id for district in merged.current(date(2026, 8, 1))] == ["oest", "vest"]
    assert merged.by_id("vejlebro") is not None
    assert len(merged.network_groups) == 6


def test_importing_the_same_day_again_replaces_that_days_districts(tmp_path: Path) -> None:
    target = a_file(tmp_path, a_district("Gammel"), name="districts.geojson")
    import_file(a_file(tmp_path, *a_pair()), target, valid_from=date(2026, 8, 1))
    report = import_file(a_file(tmp_path, a_district("Ny")), target, valid_from=date(2026, 8, 1))
    assert (report.added, report.closed, report.replaced) == (("ny",), (), ("vest", "oest"))
    assert [district.id for district in load_districts(target).districts] == ["gammel", "ny"]


def test_an_import_between_two_others_ends_where_the_later_one_begins(tmp_path: Path) -> None:
    target = a_file(tmp_path, a_district("Gammel"), name="districts.geojson")
    import_file(a_file(tmp_path, a_district("Senere")), target, valid_from=date(2027, 8, 1))
    import_file(a_file(tmp_path, a_district("Mellem")), target, valid_from=date(2026, 8, 1))
    periods = {area.id: (area.valid_from, area.valid_to) for area in load_districts(target).districts}
    assert periods == {
        "gammel": (None, date(2026, 7, 31)),
        "mellem": (date(2026, 8, 1), date(2027, 7, 31)),
        "senere": (date(2027, 8, 1), None),
    }


def test_a_faulty_file_changes_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    target = a_file(tmp_path, a_district("Gammel"), name="districts.geojson")
    before = target.read_bytes()
    source = a_file(tmp_path, *a_pair(coordinates=a_square(12.305, 55.61)), name="ny.geojson")
    with pytest.raises(Problem, match=r"ny\.geojson.*overlapper"):
        import_file(source, target, valid_from=date(2026, 8, 1))
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["districts.geojson", "ny.geojson"]


def test_an_import_takes_only_what_is_in_force_on_its_day(tmp_path: Path) -> None:
    source = a_file(tmp_path, a_district("Forbi", valid_to="2020-01-01"), a_district("Nu"))
    target = tmp_path / "districts.geojson"
    assert import_file(source, target, valid_from=date(2026, 8, 1)).added == ("nu",)
    with pytest.raises(Problem, match="gælder den dag"):
        import_file(a_file(tmp_path, a_district(valid_to="2020-01-01")), target, valid_from=date(2026, 8, 1))


def test_an_id_is_that_of_the_earlier_district_of_the_name_else_made_of_the_name(tmp_path: Path) -> None:
    target = a_file(tmp_path, a_district("Vejlebroskolen", id="vejlebro"), name="districts.geojson")
    pair = a_pair()
    pair[0] = {**pair[0], "id": 1, "properties": {"navn": "Vejlebroskolen"}}
    pair[1] = {**pair[1], "id": 2, "properties": {"navn": "Æblegårdens Øst/Nord"}}
    report = import_file(a_file(tmp_path, *pair), target, valid_from=date(2026, 8, 1), mapping={"name": "navn"})
    assert report.added == ("vejlebro", "aeblegaardens-oest-nord")


def test_a_network_group_follows_its_school_to_the_new_district(tmp_path: Path) -> None:
    target = tmp_path / "districts.geojson"
    target.write_bytes(SHIPPED.read_bytes())
    source = a_file(tmp_path, a_district("Distrikt 7", school="Gildbroskolen", id="d7"))
    import_file(source, target, valid_from=date(2026, 8, 1))
    tied = {group.id: group.district for group in load_districts(target).network_groups}
    assert (tied["gruppe-gildbro"], tied["gruppe-vejlebro"], tied["gruppe-6"]) == ("d7", "vejlebro", None)
    assert [area.network_group for area in load_districts(target).current(TODAY)] == ["gruppe-gildbro"]


def test_a_day_before_every_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="valid_from"):
        import_file(SHIPPED, tmp_path / "districts.geojson", valid_from=date.min)


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    target = tmp_path / "districts.geojson"
    import_file(SHIPPED, target, valid_from=date(2026, 8, 1))
    again = load_districts(target)
    assert [area.geometry.wkb for area in again.districts] == [area.geometry.wkb for area in ISHOEJ.districts]
    assert again.network_groups == ISHOEJ.network_groups
    assert target.stat().st_mode & 0o777 == 0o644


def test_utm_files_are_converted_and_the_report_says_so(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:25832"}}
    source = a_file(tmp_path, a_district(coordinates=utm_square(711_000, 6_168_000)), crs=crs)
    report = import_file(source, tmp_path / "districts.geojson", valid_from=date(2026, 8, 1))
    assert report.repairs == ("Koordinaterne er omregnet fra EPSG:25832 til WGS 84.",)


@needs_proxy
def test_the_real_world_file_is_imported_by_its_own_property_names(tmp_path: Path) -> None:
    target = tmp_path / "districts.geojson"
    target.write_bytes(SHIPPED.read_bytes())
    report = import_file(
        PROXY, target, valid_from=date(2026, 8, 1), mapping={"name": "skole_proxy", "id": "nr", "source": "kilde"}
    )
    assert report.added == ("1", "2", "3", "4", "5")
    assert report.repairs == ("27 gentagne punkter er udeladt.",)
    merged = load_districts(target)
    assert merged.names(TODAY)["5"] == "Vejlebroskolen"
    assert merged.locate(55.6133, 12.3580, TODAY).district_id == "5"
    assert merged.locate(55.6133, 12.3580, date(2026, 7, 31)).district_id == "vejlebro"
    assert "Klimadatastyrelsen" in merged.attribution
    assert [group.district for group in merged.network_groups] == ["3", "1", "4", "5", "2", None]


@needs_proxy
def test_the_real_world_file_without_a_mapping_is_told_that_the_names_are_missing() -> None:
    sentences = faults(PROXY)
    assert len(sentences) == 5
    assert sentences[0].startswith("«Område 1» mangler «name».")


def test_a_district_set_may_be_built_by_hand() -> None:
    empty = DistrictSet(())
    assert empty.locate(55.6, 12.3, TODAY) == Located(None, float("inf"), approximate=False)
    assert copy.copy(ISHOEJ.districts[0]) == ISHOEJ.districts[0]
    assert District("a", "A", ISHOEJ.districts[0].geometry).valid(TODAY)
