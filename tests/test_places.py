"""The gazetteer's search and the address services behind it, asked over real HTTP on the loopback."""

from __future__ import annotations

import json
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.errors import Problem
from fieldapp.places import Gazetteer, fold, geocoder_from, search_places
from fieldapp.settings import Settings

ROOT = Path(__file__).parents[1]
SHIPPED = Gazetteer.load(ROOT / "data" / "places.geojson")


def a_feature(**changes: Any) -> dict[str, Any]:
    properties = {"id": "arken", "name": "Arken", "kind": "museum", "source": "skønnet", "approximate": True}
    geometry = changes.pop("geometry", {"type": "Point", "coordinates": [12.3872, 55.6053]})
    return {"type": "Feature", "properties": {**properties, **changes}, "geometry": geometry}


def a_file(folder: Path, *features: Any, text: str | None = None) -> Path:
    path = folder / "places.geojson"
    path.write_text(text or json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def first(text: str) -> str:
    matches = SHIPPED.search(text)
    return matches[0].place.id if matches else ""


# The shipped file


def test_every_shipped_place_has_a_source_and_says_whether_it_is_an_estimate() -> None:
    assert len(SHIPPED.places) == 30
    assert all(place.source for place in SHIPPED.places)
    assert {place.id for place in SHIPPED.places if not place.approximate} == {
        "vibeholmskolen",
        "gildbroskolen",
        "strandgaardskolen",
        "ishoej-station",
        "ishoej-bycenter",
        "lille-torv",
        "ishoej-landsby",
    }


@pytest.mark.parametrize(
    "wanted",
    [
        *("ishoej-skole", "ishoej-station", "ishoej-bycenter", "store-torv", "byhaven", "vejleaaparken", "raadhuset"),
        *("vildtbanegaard", "brohuset", "bilka", "arken", "strandparken", "ishoej-havn", "lille-erhverv"),
        *("erhverv-nord", "centerstien"),
    ],
)
def test_the_places_people_name_are_there(wanted: str) -> None:
    assert SHIPPED.by_id(wanted) is not None


# Search


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Vejleåparken", "vejleaaparken"),
        ("vejleaaparken", "vejleaaparken"),
        ("VEJLEAPARKEN", "vejleaaparken"),
        ("vejleåprken", "vejleaaparken"),
        ("strandgårdskoln", "strandgaardskolen"),
        ("Strandgaardskolen", "strandgaardskolen"),
        ("Gildbroskoeln", "gildbroskolen"),
        ("ishoj station", "ishoej-station"),
        ("Ishoej st", "ishoej-station"),
        ("RADHUS", "raadhuset"),
        ("raadhuset", "raadhuset"),
        ("bilak", "bilka"),
        ("byhavn", "byhaven"),
        ("vildtbanegard", "vildtbanegaard"),
        ("centersti", "centerstien"),
        ("vejlebroskole", "vejlebroskolen"),
        ("  Arken  ", "arken"),
        ("Ishøj", "ishoej-havn"),
    ],
)
def test_a_place_is_found_in_spite_of_danish_letters_case_and_slips(typed: str, found: str) -> None:
    assert first(typed) == found


def test_names_that_begin_with_the_text_come_before_names_that_hold_it() -> None:
    assert [match.place.id for match in SHIPPED.search("strandpark")][:2] == ["strandparken", "strandparkstien"]


def test_a_name_comes_before_an_alias_that_matches_as_well() -> None:
    assert [match.place.id for match in SHIPPED.search("vejlebro")][:2] == ["vejlebroskolen", "brohuset"]


@pytest.mark.parametrize("typed", ["", "   ", "xyzzy", "!!!", "\x00", "\ud800", "{{7*7}}", "q" * 10_000])
def test_text_that_is_no_place_finds_nothing(typed: str) -> None:
    assert SHIPPED.search(typed) == []


@given(st.text(max_size=200), st.integers(-1, 40))
def test_no_text_breaks_the_search_and_scores_never_rise_down_the_list(typed: str, limit: int) -> None:
    scores = [match.score for match in SHIPPED.search(typed, limit)]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= max(limit, 0)
    assert all(0 < score <= 1 for score in scores)


@given(st.text(max_size=50))
def test_composed_and_decomposed_letters_fold_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("spelling", ["Blåbærgrød", "BLÅBÆRGRØD", "blaabaergroed", "blabargrod", "Blåbærgröd"])
def test_every_way_to_spell_danish_letters_folds_to_the_same(spelling: str) -> None:
    assert fold(spelling) == "blabargrod"


# Nearest


def test_the_nearest_place_is_told_with_its_metres() -> None:
    found = SHIPPED.nearest(55.6133, 12.3580)
    assert found is not None
    assert (found[0].id, round(found[1], 1)) == ("ishoej-station", 4.4)


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (-33.9, 151.2), (90, 0), (float("nan"), 12.3), (55.70, 12.36)])
def test_far_from_every_place_there_is_no_nearest(lat: float, lon: float) -> None:
    assert SHIPPED.nearest(lat, lon) is None


def test_nearest_obeys_its_distance() -> None:
    assert SHIPPED.nearest(55.6133, 12.3580, within_m=4) is None


# Bad files


@pytest.mark.parametrize(
    ("features", "why"),
    [
        ([a_feature(name="")], "sted nr. 1 mangler"),
        ([a_feature(name="\u202eArken")], "sted nr. 1 mangler"),
        ([a_feature(), a_feature(id=7)], "sted nr. 2 mangler"),
        ([a_feature(), a_feature()], "samme «id»"),
        ([a_feature(geometry={"type": "Point", "coordinates": [55.6, 12.3]})], "ligger ikke i Danmark"),
        ([a_feature(geometry={"type": "Point", "coordinates": ["12", 55]})], "ligger ikke i Danmark"),
        ([a_feature(geometry={"type": "LineString", "coordinates": [[12, 55], [12, 56]]})], "ikke et punkt"),
        ([a_feature(geometry=None)], "ikke et punkt"),
        ([a_feature(aliases="Skovvej")], "aliases"),
        (["Arken"], "sted nr. 1 mangler"),
    ],
)
def test_a_bad_place_is_named(tmp_path: Path, features: list[Any], why: str) -> None:
    with pytest.raises(Problem, match=why) as caught:
        Gazetteer.load(a_file(tmp_path, *features))
    assert caught.value.code == "bad_file"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"features": 1}', "[" * 100_000])
def test_a_file_that_is_no_collection_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Problem, match=r"places\.geojson"):
        Gazetteer.load(a_file(tmp_path, text=text or " "))


def test_a_place_that_does_not_say_is_taken_for_an_estimate(tmp_path: Path) -> None:
    (place,) = Gazetteer.load(a_file(tmp_path, a_feature(approximate=None))).places
    assert place.approximate is True


# Address services


@dataclass
class Service:
    """What the loopback service was asked, and when."""

    url: str = ""
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)


VEJLEBROVEJ = {"place_id": 1, "lat": "55.6101", "lon": "12.3602", "display_name": "Vejlebrovej 10, 2635 Ishøj, Danmark"}
OSLO = {"place_id": 3, "lat": "59.91", "lon": "10.75", "display_name": "Oslo"}
Answer = Callable[[dict[str, list[str]]], tuple[int, str]]


@contextmanager
def address_service(answer: Answer) -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.arrivals.append(time.monotonic())
            query = parse_qs(urlsplit(self.path).query)
            service.asked.append({"path": [urlsplit(self.path).path], **query})
            service.headers.append(dict(self.headers))
            status, body = answer(query)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A client that gave up is what some tests are about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answers(*places: dict[str, Any]) -> Answer:
    return lambda _query: (200, json.dumps(places))


def nominatim(url: str) -> Settings:
    return Settings(geocoder="nominatim", geocoder_url=url)


def test_no_address_service_is_asked_unless_one_is_set() -> None:
    assert geocoder_from(Settings()) is None


def test_nominatim_is_asked_for_danish_addresses_with_the_text_and_nothing_else() -> None:
    with address_service(answers(VEJLEBROVEJ, OSLO)) as service:
        found = search_places(
            "Vejlebrovej 10", gazetteer=SHIPPED, geocode=geocoder_from(nominatim(service.url + "/nominatim/"))
        )
    assert service.asked == [
        {
            "path": ["/nominatim/search"],
            "q": ["Vejlebrovej 10"],
            "format": ["json"],
            "limit": ["5"],
            "countrycodes": ["dk"],
            "viewbox": ["8.0,54.5,15.3,57.8"],
            "bounded": ["1"],
            "accept-language": ["da"],
        }
    ]
    assert set(service.headers[0]) == {"Accept-Encoding", "Host", "User-Agent", "Connection"}
    (match,) = (match for match in found.matches if match.place.kind == "adresse")
    assert (match.place.name, match.place.lat, match.place.lon) == (
        "Vejlebrovej 10, 2635 Ishøj, Danmark",
        55.6101,
        12.3602,
    )
    assert found.fallback is False


def test_photon_speaks_through_the_same_function() -> None:
    answer = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "Vejlebrovej", "city": "Ishøj", "country": "Danmark"},
                "geometry": {"type": "Point", "coordinates": [12.3602, 55.6101]},
            }
        ],
    }
    with address_service(lambda _query: (200, json.dumps(answer))) as service:
        geocode = geocoder_from(Settings(geocoder="photon", geocoder_url=service.url))
        assert geocode is not None
        (match,) = geocode("Vejlebrovej")
    assert (match.place.lat, match.place.lon, match.place.source) == (55.6101, 12.3602, "OpenStreetMap (Photon)")
    assert service.asked[0]["bbox"] == ["8.0,54.5,15.3,57.8"]


def test_a_place_known_by_exactly_that_name_is_not_asked_for() -> None:
    with address_service(answers(OSLO)) as service:
        found = search_places("byhaven", gazetteer=SHIPPED, geocode=geocoder_from(nominatim(service.url)))
    assert service.asked == []
    assert found.matches[0].place.id == "byhaven"


def test_the_same_address_is_asked_for_once_and_by_one_geocoder_for_the_process() -> None:
    with address_service(answers(VEJLEBROVEJ)) as service:
        for _ in range(3):
            geocode = geocoder_from(nominatim(service.url))
            assert geocode is not None
            assert len(geocode("Vejlebrovej  10")) == 1
    assert len(service.asked) == 1


def test_questions_are_at_least_a_second_apart_even_from_several_threads() -> None:
    with address_service(answers(VEJLEBROVEJ)) as service:
        geocode = geocoder_from(nominatim(service.url))
        assert geocode is not None
        threads = [threading.Thread(target=geocode, args=(f"Vejlebrovej {number}",)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(service.arrivals) == 2
    assert service.arrivals[1] - service.arrivals[0] > 0.9


def test_the_fourth_in_the_queue_is_turned_away_to_local_places() -> None:
    arrived, hold = threading.Event(), threading.Event()

    def slowly(_query: dict[str, list[str]]) -> tuple[int, str]:
        arrived.set()
        hold.wait(5)
        return 200, "[]"

    def ask(text: str) -> bool:
        return search_places(text, gazetteer=SHIPPED, geocode=geocode).fallback

    with address_service(slowly) as service:
        geocode = geocoder_from(nominatim(service.url), timeout_s=9)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask, f"Strædet {number}") for number in range(4)]
            assert arrived.wait(5)
            turned_away = next(as_completed(asked, timeout=5))  # the other three wait for their turn or their answer
            assert turned_away.result() is True
            hold.set()
            assert sorted(done.result() for done in asked) == [False, False, False, True]


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, "[]"), (429, "[]"), (403, "no"), (200, "not json"), (200, '[{"lat": "nan", "lon": "12"}]'), (200, '["x"]')],
)
def test_when_the_service_fails_local_places_are_shown_and_that_is_said(status: int, body: str) -> None:
    with address_service(lambda _query: (status, body)) as service:
        found = search_places("Vejlebro", gazetteer=SHIPPED, geocode=geocoder_from(nominatim(service.url)))
    assert found.fallback is True
    assert found.matches[0].place.id == "vejlebroskolen"


def test_a_service_that_is_not_there_is_a_fallback_and_a_later_answer_is_used() -> None:
    working = {"now": False}

    def sometimes(_query: dict[str, list[str]]) -> tuple[int, str]:
        return (200, json.dumps([VEJLEBROVEJ])) if working["now"] else (503, "")

    with address_service(sometimes) as service:
        geocode = geocoder_from(nominatim(service.url))
        assert search_places("Vejlebrovej 1", gazetteer=SHIPPED, geocode=geocode).fallback is True
        working["now"] = True
        assert search_places("Vejlebrovej 1", gazetteer=SHIPPED, geocode=geocode).fallback is False
    gone = geocoder_from(nominatim(service.url + "/gone"))
    assert search_places("Vejlebrovej 1", gazetteer=SHIPPED, geocode=gone).fallback is True


def test_a_slow_service_is_given_up() -> None:
    hold = threading.Event()

    def slowly(_query: dict[str, list[str]]) -> tuple[int, str]:
        hold.wait(5)
        return 200, "[]"

    with address_service(slowly) as service:
        geocode = geocoder_from(nominatim(service.url), timeout_s=0.2)
        assert search_places("Vejlebrovej 1", gazetteer=SHIPPED, geocode=geocode).fallback is True
        hold.set()


def test_what_a_service_answers_is_kept_to_one_short_line() -> None:
    hostile = {**VEJLEBROVEJ, "display_name": "a\n\x00\u202eb " + "x" * 1000}
    with address_service(answers(hostile, {**VEJLEBROVEJ, "display_name": "\x00"})) as s:
        geocode = geocoder_from(nominatim(s.url))
        assert geocode is not None
        (match,) = geocode("vej")
    assert match.place.name.startswith("a b xxx")
    assert len(match.place.name) == 120
