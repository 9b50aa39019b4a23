"""A marker of every kind goes in by every door; afterwards it stands nowhere: log, database file, trail, answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from browsing import BYCENTER, chromium, laptop, sign_in
from making import a_wire
from playwright.sync_api import expect
from serving import ROOT, Server, make_user, signed_in_cookie, start_server

from fieldapp.model import uuid7
from fieldapp.privacy import check
from fieldapp.store.connection import opened

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a shared machine; nothing here is about speed

# Each is found by the gate, and none of its words is anywhere else in the app.
MARKERS = {
    "cpr": ("cpr 170388-4917", "170388-4917"),
    "phone": ("ring 71 93 58 46", "71 93 58 46"),
    "email": ("skriv til qvzmarkoer@hemmelig.dk", "qvzmarkoer"),
    "handle": ("snap: qvzlillebo99", "qvzlillebo99"),
    "full name": ("Hussein Yilmazoglu larmede", "Yilmazoglu"),
    "name": ("Abdirahman larmede", "Abdirahman"),
    "plate": ("nummerplade QZ 83 619 holdt der", "QZ 83 619"),
    "address": ("larm fra Vejledalen 87, 6. th", "87, 6. th"),
    "initials": ("Q.Z. fra 8.B var der", "Q.Z. fra 8.B"),
}


class Doors:
    """One server, one coordinator, and everything that came back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: Server = start_server(folder)
        self.cookie = signed_in_cookie(self.server.database, make_user(self.server.database, "coordinator"))
        self.answers: list[bytes] = []

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> int:
        headers = {"Content-Type": kind, "Origin": self.server.url}
        answer = self.server.request(method, path, body=body, headers=headers, cookie=self.cookie)
        self.answers.append(answer.body + str(answer.headers).encode())
        return answer.status

    def command(self, *words: str, stdin: str = "") -> int:
        environ = {"FIELDAPP_DATABASE": str(self.server.database), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        line = [sys.executable, "-m", "fieldapp", *words]
        done = subprocess.run(line, cwd=ROOT, env=environ, input=stdin.encode(), capture_output=True, check=False)
        self.answers.append(done.stdout + done.stderr)
        return done.returncode


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    made = Doors(tmp_path_factory.mktemp("leaks"))
    yield made
    made.server.stop()


def wire(**changes: object) -> bytes:
    now = datetime.now(UTC)
    return json.dumps(a_wire(**({"id": uuid7(now), "observed_at": now.isoformat()} | changes))).encode()


def through_the_api(doors: Doors, text: str) -> None:
    assert doors.send("POST", "/api/v1/observations", wire(note=text)) == 422
    assert doors.send("POST", "/api/v1/observations", wire(note=text, not_persons=[[0, 3]])) == 422
    assert doors.send("POST", "/api/v1/observations", wire(note=text, not_persons="ja")) == 422
    for field in ("place", text, "category", "group_size", "district_choice", "id", "observed_at", "position_source"):
        if field != "district_choice":
            assert doors.send("POST", "/api/v1/observations", wire(**{field: text})) == 422
    assert doors.send("POST", "/api/v1/observations", b'{"note": "' + text.encode() + b'", ') == 422
    for name in ("category", "district", "kind", "period", "from", "datetime", "bbox", "next", "limit", "q"):
        doors.send("GET", f"/api/v1/observations?{name}={quote(text)}")
        doors.send("GET", f"/api/v1/map?{name}={quote(text)}&zoom={quote(text)}")
    doors.send("GET", f"/api/v1/photos/{quote(text, safe='')}")
    named = f'--b\r\nContent-Disposition: form-data; name="photo"; filename="{text}.jpg"\r\n\r\nx\r\n--b--\r\n'
    doors.send("POST", "/api/v1/photos", named.encode(), "multipart/form-data; boundary=b")
    doors.send("POST", "/api/v1/photos?observation=" + quote(text), text.encode(), "image/jpeg")


def through_the_command_line(doors: Doors, texts: list[str]) -> None:
    rows = "".join(f"vandalism,55.61,12.35,2026-11-19T20:{n:02}:00Z,{text!r}\n" for n, text in enumerate(texts))
    rows = rows.replace("'", '"')
    file = doors.folder / "fil.csv"
    file.write_text("category,lat,lon,observed_at,note\n" + rows, encoding="utf-8")
    report = doors.folder / "report.csv"
    assert doors.command("observations", "import", str(file), "--report", str(report)) == 1
    assert doors.command("observations", "import", str(file), "--json") == 1
    assert doors.command("observations", "import", str(file), "--skip-bad", "--soft", "blank") == 0
    features = [{"type": "Feature", "properties": {"note": text, "category": text}} for text in texts]
    geojson = doors.folder / "fil.geojson"
    geojson.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert doors.command("observations", "import", str(geojson), "--map", "observed_at=category") == 1
    doors.answers.append(report.read_bytes())
    assert doors.command("privacy", "counts") == 0


def through_the_screen(doors: Doors, texts: list[str]) -> list[str]:
    """The form, the place search, the category search, the import page; gives the address of every request."""
    asked: list[str] = []
    with chromium() as browser:
        context = laptop(browser, geolocation=BYCENTER, permissions=["geolocation"])
        sign_in(context, doors.server.url, doors.cookie)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.goto(doors.server.url + "/ny")
        expect(page.locator(".st-key-place-line")).to_be_visible()
        page.locator(".st-key-categories").get_by_text("Hærværk").click()
        page.get_by_text("Tilføj note, billede eller andet").click()
        expect(page.locator("textarea")).to_be_visible()
        page.get_by_text("Søg sted, eller brug samme sted som sidst").click()
        expect(page.get_by_label("Sted eller adresse")).to_be_visible()
        for text in texts:
            page.get_by_label("Sted eller adresse").fill(text)
            page.get_by_label("Sted eller adresse").press("Enter")
            page.locator("textarea").fill(text)
            expect(page.locator("mark").first).to_be_visible()
            page.get_by_role("button", name="Gem observation").click()
            expect(page.locator(".findings")).to_be_focused()
            asked.append(page.url)
            page.locator("textarea").fill("")
            expect(page.locator("mark")).to_have_count(0)
        page.goto(doors.server.url + "/indlaes")
        content = "kategori,lat,lon,tid,note\n" + "".join(f'"{t}",55,12,2026-01-05 10:00,"{t}"\n' for t in texts)
        for name in (texts[0], texts[5]):
            upload = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": content.encode()}
            page.locator("input[type=file]").set_input_files(upload)
            expect(page.get_by_text("Disse ord kendes ikke")).to_be_visible()
        page.get_by_role("button", name="Se filen igennem").click()
        expect(page.get_by_text("rækker kan gemmes")).to_be_visible()
        page.goto(doors.server.url + "/administration")
        expect(page.get_by_role("heading", name="Administration")).to_be_visible()
        context.close()
    return asked


def stored(doors: Doors) -> bytes:
    """Every byte of every file in the database's folder that is not a file the test itself wrote."""
    own = {"fil.csv", "fil.geojson", "report.csv", "server.log"}
    files = [path for path in doors.folder.rglob("*") if path.is_file() and path.name not in own]
    assert {path.suffix for path in files} >= {".sqlite3", ".sqlite3-wal"}
    return b"".join(path.read_bytes() for path in files)


def test_the_markers_are_found_by_the_gate() -> None:
    assert {kind: check(text).ok for kind, (text, _) in MARKERS.items()} == dict.fromkeys(MARKERS, False)


def test_no_marker_stands_anywhere_after_going_in_by_every_door(doors: Doors) -> None:
    texts = [text for text, _ in MARKERS.values()]
    for text in texts:
        through_the_api(doors, text)
    through_the_command_line(doors, texts)
    asked = through_the_screen(doors, texts)
    with opened(doors.server.database) as db:
        trail = json.dumps(list(db.query("SELECT at, actor, action, entity, entity_id, before, after FROM audit")))
        assert {row["outcome"] for row in db.query("SELECT outcome FROM gate_count")} >= {"stopped", "removed"}
    places = {
        "log": doors.server.log.read_bytes(),
        "trail": trail.encode(),
        "database": stored(doors),
        "answers": b"\n".join(doors.answers),
        "addresses": "\n".join(asked).encode(),
    }
    found = []
    for kind, (text, word) in MARKERS.items():
        for spelling in {word, text, word.casefold(), quote(word), json.dumps(word)[1:-1], word.replace(" ", "")}:
            found += [(kind, where) for where, content in places.items() if spelling.encode() in content]
    assert found == []


def test_a_crash_tells_its_place_and_not_what_was_typed(doors: Doors) -> None:
    """The table a note goes into is away for a moment: what is unforeseen is logged without its words."""
    with opened(doors.server.database) as db:
        db.execute("ALTER TABLE audit RENAME TO audit_away")
    try:
        for text in ("Knust flodhestevindue", "Maling på flodhestevindue"):
            status = doors.send("POST", "/api/v1/observations", wire(note=text))
            assert status >= 500, status
    finally:
        with opened(doors.server.database) as db:
            db.execute("ALTER TABLE audit_away RENAME TO audit")
    log = doors.server.log.read_text(errors="replace")
    assert "OperationalError at" in log
    assert "flodhest" not in log
    assert b"flodhest" not in b"".join(doors.answers) + stored(doors)
