"""The guest's door: one walk by its link, and nothing else of the app whatever is tried."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import serving
from drawing import a_scene, draw_face
from making import STATION, some_services
from PIL import Image
from serving import Answer, Server
from walking import a_plan

from fieldapp.model import Role, User, uuid7
from fieldapp.model.walks import Walk
from fieldapp.settings import Settings
from fieldapp.store.connection import opened, writing
from fieldapp.usecases import links, walks_closing, walks_invite, walks_plan, walks_run
from fieldapp.web.walk_door import cookie_of

_addresses = count(1)


class Phone:
    """A guest's phone: a code, a cookie, and nothing else."""

    def __init__(self, server: Server, base: str, cookie: str = "") -> None:
        self.server, self.base, self.cookie = server, base, cookie

    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.server.request("GET", path, headers=self.headers() | headers)

    def post(self, path: str, said: object) -> Answer:
        headers = self.headers() | {"Content-Type": "application/json", "Origin": self.server.url}
        return self.server.request("POST", path, body=json.dumps(said).encode(), headers=headers)

    def join(self, role: str = "resident") -> str:
        """Who the phone is from now on."""
        answer = self.post(f"{self.base}/in", {"role": role})
        assert answer.status == 200, answer.text
        self.cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
        return str(json.loads(answer.body)["user"])

    def view(self, since: int = 0) -> dict[str, Any]:
        answer = self.get(f"{self.base}/walk.json?since={since}")
        assert answer.status == 200, answer.text
        return dict(json.loads(answer.body))

    def add(self, *findings: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        answer = self.post(f"{self.base}/findings", {"observations": list(findings)} | more)
        assert answer.status == 200, answer.text
        return list(json.loads(answer.body)["results"])

    def photo(self, finding: str, jpeg: bytes) -> Answer:
        photo = uuid7(datetime.now(UTC))
        headers = self.headers() | {"Content-Type": "image/jpeg", "Origin": self.server.url}
        return self.server.request(
            "POST", f"{self.base}/photos?observation={finding}&id={photo}", body=jpeg, headers=headers
        )


def a_finding(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    wire = {"id": uuid7(now), "item": "lighting", "lat": STATION[0], "lon": STATION[1], "observed_at": now.isoformat()}
    return {name: value for name, value in (wire | changes).items() if value is not None}


def a_jpeg() -> bytes:
    kept = io.BytesIO()
    Image.frombytes("RGB", (32, 24), os.urandom(32 * 24 * 3)).save(kept, "JPEG", exif=_exif())
    return kept.getvalue()


def _exif() -> Image.Exif:
    made = Image.Exif()
    made[0x010E] = "Peter Hansen"
    return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One with a base map, which has one tile far away and answers with transparent ones here."""
    folder = tmp_path_factory.mktemp("join")
    with closing(sqlite3.connect(folder / "kort.mbtiles")) as made:
        made.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        made.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        made.execute("INSERT INTO metadata VALUES ('attribution', '© Prøvekort <b>')")
        made.execute("INSERT INTO tiles VALUES (18, 0, 0, ?)", [a_jpeg()])
        made.commit()
    running = serving.start_server(folder, FIELDAPP_BASEMAP=str(folder / "kort.mbtiles"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def leader(server: Server) -> User:
    return serving.make_user(server.database, Role.HOUSING)


@pytest.fixture
def walk(server: Server, leader: User) -> Walk:
    """One that is under way now."""
    now = datetime.now(UTC)
    wire = a_plan(id=uuid7(now), starts_at=now.isoformat())
    with opened(server.database) as db:
        made = walks_plan.plan(wire, user=leader, db=db, services=some_services(), now=now)
        return walks_run.take_step(made.id, "start", user=leader, db=db, now=now)


def secret_of(server: Server) -> bytes:
    return links.secret_of(Settings(database=server.database))


def code_of(server: Server, walk: Walk, leader: User) -> str:
    with opened(server.database) as db:
        link = walks_invite.invite(walk.id, user=leader, db=db, secret=secret_of(server), now=datetime.now(UTC))
        return links.code_of(link, secret_of(server))


@pytest.fixture
def guest(server: Server, walk: Walk, leader: User) -> Phone:
    """Somebody who has the link."""
    return Phone(server, f"/join/{code_of(server, walk, leader)}")


def test_a_guest_joins_with_a_role_adds_supports_and_reads_without_a_name_or_an_account(
    server: Server, guest: Phone
) -> None:
    assert guest.get(guest.base, Accept="text/html").status == 200
    assert guest.get(f"{guest.base}/me").status == 401
    assert guest.view()["me"]["adds"] is False
    user = guest.join("parent")
    assert json.loads(guest.get(f"{guest.base}/me").body) == {"user": user}
    said = a_finding(note="Lampen er gået ud", feeling_dark=2)
    assert [one["status"] for one in guest.add(said, said | {"id": uuid7(datetime.now(UTC)), "item": "king"})] == [
        201,
        422,
    ]
    assert [one["status"] for one in guest.add(said)] == [200]
    other = Phone(server, guest.base)
    other.join("police")
    assert json.loads(other.post(f"{guest.base}/support", {"finding": said["id"]}).body)["support"] == 2
    view = guest.view()
    assert [(one["number"], one["note"], one["support"], one["mine"]) for one in view["findings"]] == [
        (1, "Lampen er gået ud", 2, True)
    ]
    assert view["roles"] == {"Forælder": 1, "Politi": 1}
    assert guest.view(view["latest"])["findings"] == []
    assert other.post(f"{guest.base}/undo", {"finding": said["id"]}).status == 404
    assert guest.post(f"{guest.base}/undo", {"finding": said["id"]}).status == 200
    assert other.view(view["latest"])["findings"] == [{"id": said["id"], "gone": True}]


def test_a_photo_is_seen_by_all_on_the_walk_without_what_the_camera_wrote_into_it(
    server: Server, guest: Phone, walk: Walk, leader: User
) -> None:
    guest.join()
    said = a_finding()
    guest.add(said)
    assert guest.photo(said["id"], a_jpeg()).status == 201
    (photo,) = guest.view()["findings"][0]["photos"]
    sent = Phone(server, guest.base).get(f"{guest.base}/photo/{photo}")
    assert (sent.status, sent.headers["Content-Type"], b"Hansen" in sent.body) == (200, "image/jpeg", False)
    stranger = Phone(server, guest.base)
    stranger.join()
    assert stranger.photo(said["id"], a_jpeg()).status == 404, "another's finding"
    assert guest.photo(uuid7(datetime.now(UTC)), a_jpeg()).status == 404
    assert Phone(server, guest.base).photo(said["id"], a_jpeg()).status == 401
    assert server.get(f"/api/v1/photos/{photo}").status == 401


def others(walk: Walk, server: Server, leader: User) -> dict[str, str]:
    """Ids of things that are no guest's business."""
    now = datetime.now(UTC)
    with opened(server.database) as db:
        other = walks_plan.plan(
            a_plan(id=uuid7(now), starts_at=now.isoformat()), user=leader, db=db, services=some_services(), now=now
        )
    cookie = serving.signed_in_cookie(server.database, leader)
    phone = Phone(server, f"/walk/{other.id}", f"fieldapp={cookie}")
    said = a_finding(note="Andet sted")
    phone.add(said)
    phone.photo(said["id"], a_jpeg())
    (photo,) = phone.view()["findings"][0]["photos"]
    return {
        "walk": other.id,
        "finding": said["id"],
        "photo": photo,
        "user": leader.id,
        "code": code_of(server, other, leader),
    }


def test_a_guest_tries_two_hundred_other_addresses_and_gets_nothing(
    server: Server, guest: Phone, walk: Walk, leader: User
) -> None:
    guest.join()
    seen = others(walk, server, leader)
    pages = (
        "/ny /kort /overblik /tilstedevaerelse /hotspots /indlaes /enheder /administration /om_data /mere /opfoelgning "
        "/tryghedsvandringer / /start /logout /nowhere /_stcore/health /_stcore/host-config /_stcore/stream "
        "/_stcore/metrics /_stcore/allowed-message-origins /media/abc.jpg /component/x "
        "/vendor/leaflet-1.9.4/leaflet.js /tiles/12/2185/1279 /static/index.html"
    ).split()
    api = (
        "openapi.json me observations map squares form districts places photos presence presence/state walks "
        f"photos/{seen['photo']} photos/look observations/batch observations/{seen['finding']} users audit export"
    ).split()
    own = ("", "/me", "/walk.json", "/walk.ics", "/qr.svg", "/step", "/track", f"/photo/{seen['photo']}")
    asked = [
        *pages,
        *(f"/api/v1/{one}" for one in api),
        *(f"/walk/{one}{path}" for one in (walk.id, seen["walk"]) for path in own),
        *(f"/join/{one}{path}" for one in (walk.id, seen["walk"], seen["user"]) for path in own[1:4]),
        *(
            f"{guest.base}/{path}"
            for path in ("step", "track", "qr.svg", "merge", "photo/x", "../../kort", "%2e%2e/kort")
        ),
        f"{guest.base}/photo/{seen['photo']}",
        f"{guest.base}/photo/{seen['finding']}",
        f"/opgave/{guest.base.rpartition('/')[2]}",
    ]
    tries = [(method, path) for path in asked for method in ("GET", "POST")]
    found = {pair: _try(guest, *pair) for pair in tries}
    assert len(tries) >= 150
    assert {pair: status for pair, status in found.items() if status < 300} == {}
    for pair, status in found.items():
        assert status in (303, 400, 401, 403, 404, 405, 410, 422, 429), (pair, status)


def _try(guest: Phone, method: str, path: str) -> int:
    """The status, after a look at whether the answer names anything of another walk."""
    answer = guest.get(path, Accept="text/html") if method == "GET" else guest.post(path, {"role": "resident"})
    assert "Andet sted" not in answer.text
    if answer.status == 303:
        assert answer.headers["Location"].startswith("/login")
    return answer.status


def test_another_walks_findings_cannot_be_reached_through_ones_own(
    server: Server, guest: Phone, walk: Walk, leader: User
) -> None:
    guest.join()
    seen, own = others(walk, server, leader), guest.base
    assert guest.post(f"{own}/support", {"finding": seen["finding"]}).status == 404
    assert guest.post(f"{own}/undo", {"finding": seen["finding"]}).status == 404
    assert guest.photo(seen["finding"], a_jpeg()).status == 404
    assert [one["status"] for one in guest.add(a_finding(id=seen["finding"]))] == [409]
    assert [one["status"] for one in guest.add(a_finding(checks=seen["finding"], checked="gone"))] == [422]
    other = Phone(server, f"/join/{seen['code']}", guest.cookie)
    assert other.view()["me"] == {"user": "", "role": None, "adds": False, "leads": False, "track": False}
    assert other.post(f"{other.base}/findings", {"observations": [a_finding()]}).status == 401
    forged = Phone(server, other.base, guest.cookie.replace(cookie_of(walk.id), cookie_of(seen["walk"])))
    assert forged.view()["me"]["user"] == ""


def test_a_guests_cookie_opens_no_websocket(server: Server, guest: Phone) -> None:
    guest.join()
    key = base64.b64encode(os.urandom(16)).decode()
    ask = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    for path in ("/_stcore/stream", f"{guest.base}/_stcore/stream", guest.base):
        answer = server.request("GET", path, headers=guest.headers() | ask | {"Origin": server.url})
        assert answer.status != 101, path


def test_behaviour_is_never_on_a_guests_list(server: Server, guest: Phone) -> None:
    guest.join()
    said = a_finding(note="Skal ikke ses")
    guest.add(said)
    with opened(server.database) as db, writing(db):
        db.execute("UPDATE observation SET kind = 'people', category = 'group' WHERE id = ?", [said["id"]])
    assert "Skal ikke ses" not in guest.get(f"{guest.base}/walk.json").text
    assert not any("group" in item["key"] for item in guest.view()["walk"]["checklist"])


def test_a_link_that_was_taken_back_renewed_or_has_run_out_opens_nothing(
    server: Server, guest: Phone, walk: Walk, leader: User
) -> None:
    guest.join()
    with opened(server.database) as db:
        walks_invite.renew(walk.id, user=leader, db=db, secret=secret_of(server), now=datetime.now(UTC))
    assert [guest.get(f"{guest.base}{path}").status for path in ("", "/walk.json", "/me")] == [404, 404, 404]
    fresh = Phone(server, f"/join/{code_of(server, walk, leader)}", guest.cookie)
    assert fresh.view()["me"]["adds"], "the phone's own cookie lasts"
    with opened(server.database) as db:
        walks_invite.revoke(walk.id, user=leader, db=db, now=datetime.now(UTC))
    assert fresh.get(f"{fresh.base}/walk.json").status == 410
    assert fresh.post(f"{fresh.base}/findings", {"observations": [a_finding()]}).status == 410
    again = Phone(server, f"/join/{code_of(server, walk, leader)}", guest.cookie)
    with opened(server.database) as db, writing(db):
        db.execute("UPDATE public_link SET valid_from = '2025-01-01T00:00:00Z', adds_until = '2025-01-02T00:00:00Z', "
                   "reads_until = '2026-01-02T00:00:00Z' WHERE target = ?", [walk.id])  # fmt: skip
    assert again.get(f"{again.base}/walk.json").status == 410


def test_after_the_walk_the_answers_are_read_and_nothing_is_added(server: Server, guest: Phone, walk: Walk) -> None:
    guest.join()
    early = a_finding()
    guest.add(early)
    ago = (datetime.now(UTC) - timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with opened(server.database) as db, writing(db):
        db.execute(
            "UPDATE walk SET starts_at = ?, local_date = ?, state = 'meeting' WHERE id = ?", [ago, ago[:10], walk.id]
        )
    assert [one["number"] for one in guest.view()["findings"]] == [1] and guest.view()["me"]["adds"] is False
    (refused,) = guest.add(a_finding())
    assert (refused["status"], refused["problem"]["code"]) == (409, "too_late")


def test_guessing_codes_is_stopped_and_does_not_stop_who_has_joined(server: Server, guest: Phone) -> None:
    guest.join()
    statuses = [server.get(f"/join/{os.urandom(8).hex()}/walk.json").status for _ in range(40)]
    assert statuses.count(404) <= 21 and statuses[-1] == 429
    assert guest.view()["me"]["adds"]
    assert Phone(server, guest.base).get(f"{guest.base}/walk.json").status == 429, "who has not joined waits"
    with opened(server.database) as db, writing(db):
        db.execute("DELETE FROM sign_in_attempt")


def test_the_leader_has_the_same_page_with_start_and_stop_and_colleagues_only_look(
    server: Server, walk: Walk, leader: User
) -> None:
    own = Phone(server, f"/walk/{walk.id}", f"fieldapp={serving.signed_in_cookie(server.database, leader)}")
    assert own.get(own.base, Accept="text/html").status == 200
    assert own.post(f"{own.base}/step", {"step": "stop"}).status == 200
    assert [one["status"] for one in own.add(a_finding())] == [201]
    colleague = serving.make_user(server.database, Role.WORKER)
    looks = Phone(server, own.base, f"fieldapp={serving.signed_in_cookie(server.database, colleague)}")
    assert looks.view()["me"]["leads"] is False
    assert looks.post(f"{own.base}/step", {"step": "start"}).status == 403
    assert [one["status"] for one in looks.add(a_finding())] == [403]
    admin = serving.make_user(server.database, Role.ADMIN)
    shut = Phone(server, own.base, f"fieldapp={serving.signed_in_cookie(server.database, admin)}")
    assert shut.get(f"{own.base}/walk.json").status == 404


def test_the_qr_code_and_the_calendar_are_made_here(server: Server, walk: Walk, leader: User, guest: Phone) -> None:
    own = Phone(server, f"/walk/{walk.id}", f"fieldapp={serving.signed_in_cookie(server.database, leader)}")
    code = own.get(f"{own.base}/qr.svg")
    assert (code.status, code.headers["Content-Type"]) == (200, "image/svg+xml") and b"<svg" in code.body
    assert not re.search(rb"https?://(?!www\.w3\.org)", code.body)
    # Without a set address it leads to where this browser reached the app, not to where the server listens.
    host = f"localhost:{server.url.rpartition(':')[2]}"
    there = own.get(f"{own.base}/qr.svg", Host=host)
    assert there.body == walks_invite.qr_svg(f"http://{host}/join/{code_of(server, walk, leader)}") != code.body
    calendar = guest.get(f"{guest.base}/walk.ics").text
    assert "SUMMARY:Tryghedsvandring: Vejleåparken øst" in calendar and "LOCATION:Foran stationen" in calendar
    assert "BEGIN:VTIMEZONE" in calendar and guest.base not in calendar


def test_twenty_five_phones_adding_at_once_lose_and_double_nothing(server: Server, guest: Phone) -> None:
    phones = [Phone(server, guest.base) for _ in range(25)]
    for phone in phones:
        phone.join()
    with ThreadPoolExecutor(25) as pool:
        sent = list(pool.map(lambda phone: [phone.add(a_finding())[0]["status"] for _ in range(3)], phones))
    assert sent == [[201] * 3] * 25
    assert sorted(one["number"] for one in guest.view()["findings"]) == list(range(1, 76))


def test_a_guests_photo_is_looked_through_for_faces_as_everybodys_while_things_are_added(
    server: Server, guest: Phone, walk: Walk, leader: User
) -> None:
    def look(phone: Phone, body: bytes) -> Answer:
        headers = phone.headers() | {"Content-Type": "image/jpeg", "Origin": server.url}
        return server.request("POST", f"{guest.base}/look", body=body, headers=headers)

    picture = io.BytesIO()
    scene = a_scene()
    draw_face(scene, 300, 200, 220)
    scene.save(picture, "JPEG", quality=90)
    assert look(guest, picture.getvalue()).status == 401
    guest.join()
    (box, *_) = json.loads(look(guest, picture.getvalue()).body)["boxes"]
    assert box["kind"] == "face" and box["x"] < 330 / 960 < box["x"] + box["width"]
    assert look(guest, b"%PDF-1.7").status == 422
    assert look(guest, b"x" * 1_000_001).status == 413, "the editor sends a small picture"
    with opened(server.database) as db:
        assert db.conn.execute("SELECT count(*) FROM photo WHERE observation_id IN (SELECT id FROM finding "
                               "WHERE walk = ?)", [walk.id]).fetchone()[0] == 0  # fmt: skip
        walks_run.take_step(walk.id, "stop", user=leader, db=db, now=datetime.now(UTC))
        walks_closing.close(walk.id, user=leader, db=db, now=datetime.now(UTC))
    assert look(guest, picture.getvalue()).status == 409


def test_the_base_map_is_the_guests_round_their_own_walk_and_nowhere_else(server: Server, guest: Phone) -> None:
    def tile(phone: Phone, place: str) -> int:
        return phone.get(f"{guest.base}/tiles/{place}").status

    here = "15/17508/10266"
    assert tile(guest, here) == 401, "reading the answers is no reason to look at maps"
    guest.join()
    assert [tile(guest, one) for one in (here, "13/4377/2566", "18/140070/82130")] == [200] * 3
    elsewhere = ("15/17508/10290", "12/2188/1283", "19/280140/164260", "15/x/10266", "15/17508/99999999")
    assert [tile(guest, one) for one in elsewhere] == [404] * 5
    assert guest.get(f"/tiles/{here}").status == 401
    setup = re.search(r'id="setup">(.*?)</script>', guest.get(guest.base, Accept="text/html").text)
    assert setup and json.loads(setup[1])["attribution"] == "© Prøvekort <b>"


def test_the_icons_shortcut_opens_the_walk_that_is_on(server: Server) -> None:
    user = serving.make_user(server.database, Role.HOUSING)
    cookie, now = serving.signed_in_cookie(server.database, user), datetime.now(UTC)
    shortcuts = json.loads(server.get("/manifest.webmanifest").body)["shortcuts"]
    assert shortcuts[-1]["name"] == "Aktuel vandring"
    address = shortcuts[-1]["url"]
    signed_out = server.get(address, headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
    assert signed_out.headers["Location"] == "/login?next=%2Fwalk%2Faktuel"
    ssp = serving.make_user(server.database, Role.SSP, ["vibeholm"])
    nothing = server.get(address, cookie=serving.signed_in_cookie(server.database, ssp))
    assert (nothing.status, nothing.headers["Location"]) == (302, "/tryghedsvandringer")
    with opened(server.database) as db:
        wire = a_plan(id=uuid7(now), starts_at=now.isoformat())
        own = walks_plan.plan(wire, user=user, db=db, services=some_services(), now=now)
    assert server.get(address, cookie=cookie).headers["Location"] == f"/walk/{own.id}"
