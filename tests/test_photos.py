"""Photos at the server's doors: looked at without a trace, covered before they are kept, shown to few."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import threading
from datetime import UTC, datetime

import pytest
from drawing import LAWN, a_scene, as_jpeg, draw_face, pieces_of, traces
from making import a_wire
from PIL import Image
from serving import make_user, signed_in_cookie, start_server
from starlette.requests import Request

from fieldapp.errors import Problem
from fieldapp.images import Box, parse_boxes, sanitise
from fieldapp.model import Observation, uuid7
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.usecases import observations
from fieldapp.usecases.services import load_services
from fieldapp.web.photos import photo_parts

MARK = (255, 0, 255)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="module")
def server(folder):
    (folder / "spool").mkdir()
    running = start_server(folder, TMPDIR=str(folder / "spool"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def people(server):
    users = {role: make_user(server.database, role) for role in ("worker", "housing", "coordinator", "admin")}
    users["ssp"] = make_user(server.database, "ssp", ["vejlebroskolen"])
    users["colleague"] = make_user(server.database, "worker")
    return users


@pytest.fixture(scope="module")
def cookies(server, people):
    return {name: signed_in_cookie(server.database, user) for name, user in people.items()}


def an_observation_in_the_database(server, user, **changes) -> str:
    services, now = load_services(Settings(database=server.database)), datetime.now(UTC)
    wire = a_wire(id=uuid7(now), observed_at=now.isoformat(), **changes)
    seen = Observation.from_wire(wire, catalogue=services.catalogue, now=now)
    with opened(server.database) as db:
        observations.record(seen, user=user, db=db, services=services, now=now)
    return seen.id


def look(server, cookie, body, kind="image/jpeg"):
    return server.request("POST", "/api/v1/photos/look", body=body, headers={"Content-Type": kind}, cookie=cookie)


def kept_in(server) -> int:
    with opened(server.database) as db:
        tables = ("photo", "draft_photo", "draft", "audit")
        return sum(db.conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables)


def noisy(width=900, height=700) -> bytes:
    """A JPEG that can be told by any part of its bytes."""
    return as_jpeg(Image.effect_noise((width, height), 90).convert("RGB"))


def test_looking_gives_boxes_in_parts_of_the_picture_and_keeps_nothing(server, cookies, folder):
    scene = a_scene()
    scene.paste(Image.effect_noise((300, 300), 120).convert("RGB"), (640, 20))
    draw_face(scene, 300, 200, 220)
    before, body = kept_in(server), as_jpeg(scene, comment=b"KanariePerson")
    answer = look(server, cookies["worker"], body)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    (box, *_) = json.loads(answer.body)["boxes"]
    assert (box["kind"], sorted(box)) == ("face", ["height", "kind", "width", "x", "y"])
    assert box["x"] < 330 / 960 and box["x"] + box["width"] > 490 / 960
    assert kept_in(server) == before
    assert traces(folder, [b"KanariePerson", *pieces_of(body)]) == []


def test_boxes_are_of_the_upright_picture_also_when_the_phone_was_turned(server, cookies):
    scene = a_scene(720, 960)
    draw_face(scene, 100, 600, 200)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = as_jpeg(scene.transpose(Image.Transpose.ROTATE_90), exif=exif)
    (box, *_) = json.loads(look(server, cookies["worker"], turned).body)["boxes"]
    assert box["y"] > 0.55 and box["x"] < 0.3


@pytest.mark.parametrize(
    ("who", "status"), [("worker", 200), ("housing", 200), ("ssp", 200), ("admin", 403), (None, 401)]
)
def test_only_those_who_record_or_work_with_tasks_may_have_a_photo_looked_at(server, cookies, who, status):
    assert look(server, cookies.get(who), as_jpeg(a_scene(60, 40))).status == status


@pytest.mark.parametrize("body", [b"", b"<svg/>", b"%PDF-1.7", b"\0\0\0\x18ftypheic" + bytes(80), noisy()[:4000]])
def test_what_is_no_photo_is_not_looked_at_and_the_answer_says_what_to_do(server, cookies, body):
    answer = look(server, cookies["worker"], body)
    assert (answer.status, json.loads(answer.body)["field"]) == (422, "photo")


def test_a_phone_has_one_photo_looked_at_at_a_time(server, cookies):
    statuses: list[int] = []
    body = noisy(1500, 1500)
    threads = [
        threading.Thread(target=lambda: statuses.append(look(server, cookies["worker"], body).status)) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses)[0] == 200 and 429 in statuses and set(statuses) == {200, 429}
    assert look(server, cookies["worker"], as_jpeg(a_scene(60, 40))).status == 200


def post(server, cookie, observation, body, redact=None, photo=None):
    query = f"?observation={observation}&id={photo or uuid7(datetime.now(UTC))}"
    query += f"&redact={json.dumps(redact).replace(' ', '').replace(chr(34), '%22')}" if redact is not None else ""
    return server.request(
        "POST", "/api/v1/photos" + query, body=body, headers={"Content-Type": "image/jpeg"}, cookie=cookie
    )


def stored(server, photo) -> tuple[Image.Image, Image.Image]:
    with opened(server.database) as db:
        (row,) = db.query("SELECT jpeg, thumbnail FROM photo WHERE id = ?", [photo])
    return Image.open(io.BytesIO(row["jpeg"])), Image.open(io.BytesIO(row["thumbnail"]))


def form_of(fields: dict[str, str], photo: bytes) -> bytes:
    parts = [
        f'--skille\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        '--skille\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    return "".join(parts).encode() + head.encode() + photo + b"\r\n--skille--\r\n"


def test_what_lies_under_a_box_is_black_in_the_stored_photo_and_its_thumbnail(server, cookies, people, folder):
    scene = a_scene()
    scene.paste(MARK, (200, 100, 400, 300))
    noise = Image.effect_noise((200, 200), 120).convert("RGB")
    scene.paste(noise, (600, 400))
    body, photo = as_jpeg(scene), uuid7(datetime.now(UTC))
    boxes = [
        {"kind": "face", "x": 200 / 960, "y": 100 / 720, "width": 200 / 960, "height": 200 / 720},
        {"x": 600 / 960, "y": 400 / 720, "width": 200 / 960, "height": 200 / 720},
    ]
    seen = an_observation_in_the_database(server, people["worker"])
    assert post(server, cookies["worker"], seen, body, boxes, photo).status == 201
    jpeg, small = stored(server, photo)
    for picture, scale in ((jpeg, 1), (small, 3)):
        for left, top in ((200, 100), (600, 400)):
            inside = picture.crop(
                ((left + 9) // scale, (top + 9) // scale, (left + 190) // scale, (top + 190) // scale)
            )
            assert max(high for _, high in inside.getextrema()) <= 12
        outside = picture.getpixel((50 // scale, 600 // scale))
        assert all(abs(a - b) < 8 for a, b in zip(outside, LAWN, strict=True))
        assert MARK not in {
            tuple(255 if part > 200 else 0 for part in colour) for _, colour in picture.getcolors(10**6)
        }
    assert traces(folder, pieces_of(body)) == []


def test_a_covered_photo_over_a_megabyte_sent_as_a_form_leaves_no_trace_of_what_was_covered(
    server, cookies, people, folder
):
    body, photo = noisy(1600, 1600), uuid7(datetime.now(UTC))
    assert len(body) > 1_100_000
    seen = an_observation_in_the_database(server, people["worker"])
    fields = {"observation": seen, "id": photo, "redact": '[{"x":0,"y":0,"width":1,"height":1}]'}
    headers = {"Content-Type": "multipart/form-data; boundary=skille"}
    answer = server.request(
        "POST", "/api/v1/photos", body=form_of(fields, body), headers=headers, cookie=cookies["worker"]
    )
    assert answer.status == 201
    assert stored(server, photo)[0].getextrema() == ((0, 0), (0, 0), (0, 0))
    assert traces(folder, pieces_of(body)) == []


async def read_as_starlette_does(request: Request) -> None:
    await request.form()


def test_a_large_form_is_read_in_memory_and_never_written_to_a_temporary_file(monkeypatch):
    body = form_of({"observation": "x"}, bytes(5_000_000))
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return sent.pop()

    headers = [(b"content-type", b"multipart/form-data; boundary=skille")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    monkeypatch.setattr(tempfile, "tempdir", "/der/er/ingen/mappe")
    data, said = asyncio.run(photo_parts(Request(scope, receive)))
    assert (len(data), said) == (5_000_000, {"observation": "x"})
    sent.append({"type": "http.request", "body": body, "more_body": False})
    with pytest.raises(FileNotFoundError):  # what Starlette does by itself
        asyncio.run(read_as_starlette_does(Request(scope, receive)))


BAD = [
    "{}",
    "null",
    "[1]",
    "[[0,0,1,1]]",
    '[{"x":0,"y":0,"width":1}]',
    '[{"x":0,"y":0,"width":0,"height":1}]',
    '[{"x":0,"y":0,"width":-1,"height":1}]',
    '[{"x":NaN,"y":0,"width":1,"height":1}]',
    '[{"x":1e999,"y":0,"width":1,"height":1}]',
    '[{"x":2,"y":0,"width":1,"height":1}]',
    "[" * 100_000,
    "ikke json",
    json.dumps([{"x": 0, "y": 0, "width": 1, "height": 1}] * 51),
]


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:40])
def test_boxes_that_cannot_be_used_refuse_the_photo_rather_than_keep_it_uncovered(text):
    with pytest.raises(Problem) as caught:
        parse_boxes(text)
    assert (caught.value.code, caught.value.field) == ("invalid", "redact")


def test_a_photo_with_unusable_boxes_is_not_kept(server, cookies, people):
    seen, before = an_observation_in_the_database(server, people["worker"]), kept_in(server)
    answer = post(server, cookies["worker"], seen, as_jpeg(a_scene()), [{"x": 0}])
    assert (answer.status, json.loads(answer.body)["field"]) == (422, "redact")
    assert kept_in(server) == before


def test_a_box_reaching_beyond_the_picture_is_cut_off():
    assert parse_boxes('[{"x":-0.5,"y":0.5,"width":1,"height":9,"kind":"face"}]') == (Box(0.0, 0.5, 0.5, 0.5),)
    assert parse_boxes("") == ()


@pytest.mark.parametrize("size", [(960, 720), (1, 1), (3, 500), (4000, 3000), (1601, 7)])
def test_a_box_covers_every_pixel_it_touches_whatever_the_size(size):
    safe = sanitise(as_jpeg(Image.new("RGB", size, "white")), cover=[Box(0.0, 0.0, 1.0, 1.0)])
    assert Image.open(io.BytesIO(safe.jpeg)).getextrema() == ((0, 0), (0, 0), (0, 0))
    dot = sanitise(as_jpeg(Image.new("RGB", size, "white")), cover=[Box(0.999, 0.999, 0.0001, 0.0001)])
    assert Image.open(io.BytesIO(dot.jpeg)).convert("L").getextrema()[0] < 128


@pytest.fixture(scope="module")
def shown(server, cookies, people):
    """`{kind: photo}` of a worker's observation of behaviour and one of a place in Vejlebro's district."""
    photos = {}
    for category in ("group", "graffiti"):
        seen, photo = (
            an_observation_in_the_database(server, people["worker"], category=category),
            uuid7(datetime.now(UTC)),
        )
        assert post(server, cookies["worker"], seen, as_jpeg(a_scene(400, 300)), photo=photo).status == 201
        photos[category] = photo
    return photos


WHO_SEES = {
    "group": {"worker": 200, "colleague": 200, "coordinator": 200, "housing": 404, "admin": 404, None: 401},
    "graffiti": {"worker": 200, "colleague": 200, "coordinator": 200, "housing": 200, "admin": 404, None: 401},
}


@pytest.mark.parametrize("category", WHO_SEES)
def test_a_photo_and_its_thumbnail_are_shown_by_role_for_every_method(server, cookies, shown, category):
    for who, status in WHO_SEES[category].items():
        for method in ("GET", "HEAD"):
            for size in ("", "?size=thumb", "?size=full"):
                path = f"/api/v1/photos/{shown[category]}{size}"
                for more in ({}, {"Range": "bytes=0-99"}, {"If-None-Match": "*"}):
                    answer = server.request(method, path, headers=more, cookie=cookies.get(who))
                    assert answer.status == status, (who, method, size, more)
                    assert b"\xff\xd8" not in answer.body or status == 200


def test_an_ssp_group_sees_the_photos_of_its_own_district_alone(server, cookies, people):
    for category, place, status in (("group", (55.6133, 12.3580), None), ("graffiti", (57.0, 10.0), 404)):
        seen = an_observation_in_the_database(server, people["worker"], category=category, lat=place[0], lon=place[1])
        photo = uuid7(datetime.now(UTC))
        assert post(server, cookies["worker"], seen, as_jpeg(a_scene(40, 30)), photo=photo).status == 201
        with opened(server.database) as db:
            district = db.conn.execute("SELECT district FROM observation WHERE id = ?", [seen]).fetchone()[0]
        expected = status or (200 if district == "vejlebroskolen" else 404)
        assert server.get(f"/api/v1/photos/{photo}", cookie=cookies["ssp"]).status == expected


def test_a_photo_is_answered_whole_as_a_picture_that_no_cache_keeps_and_no_page_can_be_made_of(server, cookies, shown):
    path = f"/api/v1/photos/{shown['graffiti']}"
    answer = server.get(path, cookie=cookies["worker"], headers={"Range": "bytes=0-9"})
    assert answer.status == 200 and len(answer.body) > 1000
    for headers in (answer.headers, server.request("HEAD", path, cookie=cookies["worker"]).headers):
        assert headers["Content-Type"] == "image/jpeg"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert "ETag" not in headers and "Last-Modified" not in headers


def test_a_withdrawn_or_hidden_observation_has_no_photo_for_anybody(server, cookies, people):
    now, photo = datetime.now(UTC), uuid7(datetime.now(UTC))
    seen = an_observation_in_the_database(server, people["worker"])
    post(server, cookies["worker"], seen, as_jpeg(a_scene(40, 30)), photo=photo)
    with opened(server.database) as db:
        observations.undo(seen, user=people["worker"], db=db, now=now)
        assert db.conn.execute("SELECT count(*) FROM photo WHERE id = ?", [photo]).fetchone()[0] == 0
    for who in ("worker", "coordinator"):
        for size in ("", "?size=thumb"):
            assert server.get(f"/api/v1/photos/{photo}{size}", cookie=cookies[who]).status == 404


def test_a_draft_photo_is_seen_by_its_author_alone(server, cookies):
    draft, photo = uuid7(datetime.now(UTC)), uuid7(datetime.now(UTC))
    assert post(server, cookies["colleague"], draft, as_jpeg(a_scene(40, 30)), photo=photo).status == 201
    seen = {who: server.get(f"/api/v1/photos/{photo}", cookie=cookies[who]).status for who in cookies}
    assert seen == {who: 200 if who == "colleague" else 404 for who in cookies}


def test_an_id_already_taken_elsewhere_is_refused_and_shows_nothing(server, cookies, people, shown):
    for taken in (shown["group"], shown["graffiti"]):
        seen = an_observation_in_the_database(server, people["colleague"])
        answer = post(server, cookies["colleague"], seen, as_jpeg(a_scene(40, 30)), photo=taken)
        assert (answer.status, json.loads(answer.body)["field"]) == (422, "id")


@pytest.mark.parametrize("guess", ["0", "look", "..%2f..%2fetc", "01a2016b-8ba1-7554-8911-4b5a47878bdc", "%00", "'--"])
def test_a_guessed_name_finds_nothing(server, cookies, guess):
    assert server.get(f"/api/v1/photos/{guess}", cookie=cookies["coordinator"]).status in (400, 404, 405)


def test_the_log_of_the_server_names_no_photo_and_no_box(server, cookies, people):
    seen = an_observation_in_the_database(server, people["worker"])
    post(server, cookies["worker"], seen, b"KanarieBytes", [{"x": 0.123456, "y": 0, "width": 1, "height": 1}])
    assert not any(word in server.log.read_text(errors="replace") for word in ("KanarieBytes", "0.123456", "redact"))
