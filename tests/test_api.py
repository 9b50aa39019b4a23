"""The API over a real socket: what goes in, what comes out, and for whom."""

from __future__ import annotations

import io
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from making import a_wire
from PIL import Image
from serving import make_user, signed_in_cookie

from fieldapp.model import Kind, uuid7
from fieldapp.store.connection import opened

OWN, OTHER = (55.6085, 12.3615), (55.6147, 12.3356)
ROLES = ("worker", "housing", "ssp", "coordinator", "admin")
CATEGORIES = {"place": "vandalism", "people": "group", "good": "good"}


@pytest.fixture(scope="module")
def cookies(server):
    """A session for each role, those with districts in vejlebro."""
    scoped = {"worker", "housing", "ssp"}
    users = {role: make_user(server.database, role, ["vejlebro"] if role in scoped else []) for role in ROLES}
    return {role: signed_in_cookie(server.database, user) for role, user in users.items()}


def fresh(**changes):
    now = datetime.now(UTC)
    return a_wire(**({"id": uuid7(now), "observed_at": now.isoformat()} | changes))


def send(server, cookie, wire, **headers):
    given = {"Content-Type": "application/json", "Origin": server.url} | headers
    body = wire if isinstance(wire, bytes) else json.dumps(wire).encode()
    return server.request("POST", "/api/v1/observations", body=body, headers=given, cookie=cookie)


def read(server, cookie, path):
    answer = server.get(path, cookie=cookie)
    return answer.status, json.loads(answer.body)


@pytest.fixture(scope="module")
def seen(server, cookies):
    """One observation of each kind in each district, by the coordinator, with a note."""
    ids = {}
    for kind, category in CATEGORIES.items():
        for place, (lat, lon) in (("own", OWN), ("other", OTHER)):
            wire = fresh(category=category, lat=lat, lon=lon, note=f"Tekst {kind} {place}")
            assert send(server, cookies["coordinator"], wire).status == 201
            ids[kind, place] = wire["id"]
    return ids


def test_new_then_the_same_then_other_content(server, cookies):
    wire = fresh(note="Knust rude")
    statuses = [send(server, cookies["worker"], one).status for one in (wire, wire, wire | {"note": "Anden tekst"})]
    assert statuses == [201, 200, 409]
    with opened(server.database) as db:
        rows = list(db.query("SELECT note, district, place FROM observation WHERE id = ?", [wire["id"]]))
    assert rows == [{"note": "Knust rude", "district": "vejlebro", "place": "Ishøj Station"}]


BAD = [
    ({"lat": 91}, "lat"),
    ({"lat": None}, "lat"),
    ({"category": "ukendt"}, "category"),
    ({"observed_at": "i morgen"}, "observed_at"),
    ({"note": "x" * 501}, "note"),
    ({"note": "ring 20 30 40 50"}, "note"),
    ({"note": "cpr 010203-1234"}, "note"),
    ({"note": "skriv til en@eksempel.dk"}, "note"),
    ({"person": "nogen"}, "person"),
    ({"id": "ikke et id"}, "id"),
    ({"repeat_of": "01a2016b-8ba1-7554-8911-4b5a47878bdc"}, "repeat_of"),
]


@pytest.mark.parametrize(("changes", "field"), BAD, ids=[f"{field}-{n}" for n, (_, field) in enumerate(BAD)])
def test_a_bad_field_is_named_with_a_danish_reason_and_never_repeated(server, cookies, changes, field):
    answer = send(server, cookies["worker"], fresh(**changes))
    problem = json.loads(answer.body)
    assert (answer.status, problem["field"], problem["status"]) == (422, field, 422)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert problem["reason"].endswith(".")
    assert not any(
        str(value) in problem["reason"] for value in changes.values() if isinstance(value, str) and len(value) > 12
    )


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"NaN", b"\xff\xfe", b'{"a":' * 5000, b"null", b'"x"'])
def test_a_body_that_is_no_observation_is_refused(server, cookies, body):
    assert send(server, cookies["worker"], body).status == 422


def test_a_body_that_is_too_large_is_refused(server, cookies):
    assert send(server, cookies["worker"], fresh(note="x" * 100_000)).status == 413


@pytest.mark.parametrize("role", ROLES)
def test_who_may_record(server, cookies, role):
    expected = 201 if role in ("worker", "housing", "coordinator") else 403
    assert send(server, cookies[role], fresh()).status == expected


ROUTES = (
    "me",
    "observations",
    "map",
    "walks",
    "form",
    "districts",
    "places",
    "openapi.json",
    "photos/01a2016b-8ba1-7554-8911-4b5a47878bdc",
)


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_session_the_api_tells_nothing(server, route):
    answer = server.get(f"/api/v1/{route}")
    assert (answer.status, json.loads(answer.body)["code"]) == (401, "sign_in_needed")


def test_a_foreign_page_cannot_post(server, cookies):
    assert send(server, cookies["worker"], fresh(), Origin="https://ond.example").status == 403


POINTS = {
    "worker": {("place", "own"), ("place", "other"), ("good", "own"), ("good", "other"), ("people", "own")},
    "housing": {("place", "own"), ("good", "own")},
    "ssp": {("place", "own"), ("good", "own"), ("people", "own")},
    "coordinator": {(kind, place) for kind in CATEGORIES for place in ("own", "other")},
    "admin": set(),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "path", ["observations?limit=1000", "map?zoom=17&period=all", "map?zoom=17&period=all&bbox=12,55,13,56"]
)
def test_points_go_only_to_those_who_may_see_them(server, cookies, seen, role, path):
    status, body = read(server, cookies[role], f"/api/v1/{path}")
    text = json.dumps(body)
    assert status == 200
    assert {key for key, one in seen.items() if one in text} == POINTS[role]
    if path.startswith("observations"):
        assert {key for key in seen if f"Tekst {key[0]} {key[1]}" in text} == POINTS[role]
    else:
        assert "Tekst" not in text


@pytest.mark.parametrize("role", ROLES)
def test_areas_hold_at_least_five(server, cookies, seen, role):
    _, body = read(server, cookies[role], "/api/v1/observations?limit=1000")
    counts = [one["properties"]["count"] for one in body["features"] if one["geometry"]["type"] == "Polygon"]
    assert all(count >= 5 for count in counts)


def test_pages_of_the_list_follow_one_another(server, cookies, seen):
    ids, path = [], "/api/v1/observations?limit=2"
    while path:
        _, body = read(server, cookies["coordinator"], path)
        ids += [one["id"] for one in body["features"]]
        path = f"/api/v1/observations?limit=2&next={body['next']}" if body["next"] else None
    assert len(ids) == len(set(ids)) == body["numberMatched"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "zoom=99",
        "bbox=1,2,3",
        "bbox=nan,1,2,3",
        "period=x",
        "from=1&period=own",
        "kind=x",
        "datetime=a/b/c",
    ],
)
def test_a_bad_query_names_its_parameter(server, cookies, query):
    for route in ("observations", "map"):
        status, body = read(server, cookies["coordinator"], f"/api/v1/{route}?{query}")
        assert status == 200 or (status == 422 and body["field"] in query)
    assert 422 in {
        read(server, cookies["coordinator"], f"/api/v1/{route}?{query}")[0] for route in ("observations", "map")
    }


def test_the_form_is_described_in_the_users_language_with_every_category(server, cookies):
    _, body = read(server, cookies["worker"], "/api/v1/form")
    assert {one["key"] for one in body["categories"]} >= {"vandalism", "good", "other"}
    assert len(body["categories"]) == 16
    assert {one["people"] for one in body["categories"] if one["kind"] == Kind.PEOPLE} == {True}
    assert body["limits"]["note"] == 500


def test_districts_and_places_are_geojson_and_say_they_are_indicative(server, cookies):
    _, districts = read(server, cookies["ssp"], "/api/v1/districts")
    assert len(districts["features"]) == 5 and districts["indicative"] is True
    _, places = read(server, cookies["ssp"], "/api/v1/places")
    assert "Ishøj Station" in {one["properties"]["name"] for one in places["features"]}


def test_the_description_names_every_route(server, cookies):
    _, body = read(server, cookies["worker"], "/api/v1/openapi.json")
    names = (
        "me observations observations/batch map squares walks presence presence/track form districts places photos "
        "photos/look photos/{id}"
    )
    assert set(body["paths"]) == {f"/api/v1/{name}" for name in names.split()}


def picture(size=(800, 600), **more) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (120, 130, 140)).save(file, "JPEG", **more)
    return file.getvalue()


def post_photo(server, cookie, observation, body, photo=None):
    path = f"/api/v1/photos?observation={observation}&id={photo or uuid7(datetime.now(UTC))}"
    return server.request(
        "POST", path, body=body, headers={"Origin": server.url, "Content-Type": "image/jpeg"}, cookie=cookie
    )


def test_a_photo_is_seen_by_those_who_see_its_observation_and_by_no_other(server, cookies, seen):
    photo = uuid7(datetime.now(UTC))
    secret = Image.Exif()
    secret[0x010E] = "hemmelig beskrivelse"
    assert (
        post_photo(server, cookies["coordinator"], seen["people", "other"], picture(exif=secret), photo).status == 201
    )
    for role in ROLES:
        for size in ("", "?size=thumb"):
            answer = server.get(f"/api/v1/photos/{photo}{size}", cookie=cookies[role])
            assert answer.status == (200 if ("people", "other") in POINTS[role] else 404), role
            if answer.status == 200:
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.body[:2] == b"\xff\xd8" and b"hemmelig" not in answer.body


def test_a_photo_can_come_as_a_form(server, cookies, seen):
    boundary, wire = "grænse".encode().hex(), fresh()
    send(server, cookies["worker"], wire)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="observation"\r\n\r\n{wire["id"]}\r\n--{boundary}\r\n'
    head += 'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head.encode() + picture() + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Origin": server.url, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    assert server.request("POST", "/api/v1/photos", body=body, headers=headers, cookie=cookies["worker"]).status == 201
    broken = server.request("POST", "/api/v1/photos", body=b"x", headers=headers, cookie=cookies["worker"])
    assert broken.status == 422


def test_nobody_adds_a_photo_to_somebody_elses_observation(server, cookies, seen):
    assert post_photo(server, cookies["worker"], seen["place", "own"], picture()).status == 404


@pytest.mark.parametrize("body", [b"", b"GIF89a", os.urandom(5000), b"<html>"])
def test_what_is_no_photo_is_refused_with_a_sentence(server, cookies, body):
    answer = post_photo(server, cookies["worker"], uuid7(datetime.now(UTC)), body)
    assert answer.status == 422 and json.loads(answer.body)["reason"].endswith(".")


def test_a_photo_over_ten_megabytes_is_refused(server, cookies):
    assert post_photo(server, cookies["worker"], uuid7(datetime.now(UTC)), picture() + bytes(11_000_000)).status == 413


def test_a_fifth_photo_is_refused(server, cookies):
    wire = fresh()
    send(server, cookies["worker"], wire)
    statuses = [post_photo(server, cookies["worker"], wire["id"], picture((100 + n, 90))).status for n in range(5)]
    assert statuses == [201] * 4 + [422]


def test_the_same_photo_twice_is_kept_once(server, cookies):
    wire, photo = fresh(), uuid7(datetime.now(UTC))
    send(server, cookies["worker"], wire)
    assert [post_photo(server, cookies["worker"], wire["id"], picture(), photo).status for _ in range(2)] == [201, 201]
    with opened(server.database) as db:
        assert db.conn.execute("SELECT count(*) FROM photo WHERE observation_id = ?", [wire["id"]]).fetchone()[0] == 1


HOSTILE = [
    "{{7*7}}",
    "{% for x in y %}",
    "<img src=x onerror=alert(1)>",
    "`${7*7}`",
    "\u202egnat",
    "a\x00b",
    "=cmd|' /C dir'!A0",
]


def test_hostile_notes_come_back_as_the_text_they_were(server, cookies):
    for text in HOSTILE:
        assert send(server, cookies["worker"], fresh(note=text, category="litter")).status == 201
    _, body = read(server, cookies["worker"], "/api/v1/observations?category=litter&mine=1&limit=100")
    notes = {one["properties"]["note"] for one in body["features"]}
    assert notes == {
        "{{7*7}}",
        "{% for x in y %}",
        "<img src=x onerror=alert(1)>",
        "`${7*7}`",
        "gnat",
        "ab",
        "=cmd|' /C dir'!A0",
    }


def test_a_lone_surrogate_is_taken_out(server, cookies):
    wire = fresh(category="overgrown")
    body = json.dumps(wire | {"note": "før \ud800 efter"}).encode()
    assert send(server, cookies["worker"], body).status == 201


def test_many_phones_at_once_lose_nothing(server, cookies):
    wires = [fresh(category="traffic") for _ in range(60)]

    def sent(wire):
        # 409 `in_flight`: its twin is being stored just now.
        while (status := send(server, cookies["worker"], wire).status) == 409:
            time.sleep(0.05)
        return status

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(sent, wires + wires))
    assert sorted(statuses) == [200] * 60 + [201] * 60
