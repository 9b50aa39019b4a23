"""A walk on paper: what its report and poster say and do not say, and that the PDFs can be read by everyone."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import NOW, a_database, a_user, some_services
from PIL import Image
from sqlite_utils import Database
from starlette.applications import Starlette
from walking import EVENING, a_guest, a_running_walk, a_walk, add

from fieldapp import reports
from fieldapp.errors import Problem
from fieldapp.images import only_pixels
from fieldapp.model import User, uuid7
from fieldapp.model.walks import Walk
from fieldapp.reports import MapContent, Poster, WalkReport, shrunk
from fieldapp.reports.drawing import RADIUS, moved_apart
from fieldapp.reports.layout import laid_out
from fieldapp.settings import Settings
from fieldapp.store.connection import writing
from fieldapp.usecases import links, sessions, walks_closing, walks_documents, walks_findings, walks_invite, walks_run
from fieldapp.usecases.walks_run import Door
from fieldapp.web.documents import document_routes
from fieldapp.web.doorman import Doorman
from fieldapp.web.gate import Gate
from fieldapp.web.sockets import Registry
from fieldapp.web.walk_door import cookie_of

HOSTILE = """<img src=http://127.0.0.1:{port}/x> {{{{ 7 * 191 }}}} {{% raw %}} <script>1</script>"""
SECRET = b"s" * 32


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return a_database(tmp_path)


@pytest.fixture
def leader(db: Database) -> User:
    return a_user(db, "housing", name="Karla Testperson")


def a_photo(width: int = 1600, height: int = 1200) -> bytes:
    kept = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(kept, "JPEG", comment=b"hvem tog det")
    return kept.getvalue()


def report_of(db: Database, walk: Walk, leader: User, **more: Any) -> WalkReport:
    return walks_documents.report(Door(walk, user=leader), db=db, services=some_services(), now=NOW, **more)


def closed(db: Database, walk: Walk, leader: User) -> Walk:
    walks_run.take_step(walk.id, "stop", user=leader, db=db, now=NOW)
    return walks_closing.close(walk.id, user=leader, db=db, now=NOW)


# --- what a report says


def test_a_report_tells_good_things_first_each_once_with_what_was_decided(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    guest, other = a_guest(db, walk), a_guest(db, walk, "police")
    lamp = add(db, guest, note="Lygten er slukket", proposal="Sæt en ny op", feeling_dark=2, feeling_day=6)
    same = add(db, other, note="Mørkt ved hjørnet", feeling_dark=3)
    path = add(db, other, item="ways")
    add(db, other, item="works_well", note="Legepladsen er i brug")
    gone, hidden = add(db, guest, note="Taget tilbage"), add(db, guest, note="Om adfærd")
    walks_findings.undo(gone.id, door=guest, db=db, now=NOW)
    walks_findings.merge(same.id, lamp.id, user=leader, db=db, now=NOW)
    with writing(db):
        db.execute("UPDATE observation SET kind = 'people', category = 'group' WHERE id = ?", [hidden.id])
    decide = {"user": leader, "db": db, "services": some_services(), "now": NOW}
    yes = {"decision": "yes", "responsible": "park_vej", "deadline": "2026-12-01"}
    walks_closing.decide(walk.id, [lamp.id], yes, **decide)
    walks_closing.decide(walk.id, [path.id], {"decision": "no", "reason": "Stien er privat"}, **decide)
    told = report_of(db, walk, leader)
    assert [(one.number, one.label, one.note, one.support) for one in told.findings] == [
        (4, "Det virker godt", "Legepladsen er i brug", 1),
        (1, "Lys", "Lygten er slukket", 2),
        (3, "Veje og udveje", "", 1),
    ]
    assert [mark.number for mark in told.map.marks] == [4, 1, 3]
    first = told.findings[1]
    assert (first.also, first.feeling) == (("Mørkt ved hjørnet",), "6 af 7 i dagslys, 2 af 7 i mørke")
    assert (first.decision, first.responsible, first.deadline) == ("Ja", "Park og Vej", "1. december 2026")
    assert (told.findings[2].decision, told.findings[2].reason) == ("Nej", "Stien er privat")
    assert [(one.label, one.mean, one.answers) for one in told.feelings] == [("I dagslys", 6, 1), ("I mørke", 2.5, 2)]
    assert (told.roles, told.draft) == ((("Beboer", 1), ("Politi", 1)), True)
    assert dict(told.facts)["Ledet af"] == "Boligsocial medarbejder"
    html = reports.report_html(told)
    assert html.index("Hvad virker godt") < html.index("Legepladsen er i brug") < html.index("Hvad kan blive bedre")
    assert not any(word in html for word in ("Karla", "Taget tilbage", "Om adfærd", leader.id))
    assert html.count("Lygten er slukket") == html.count("Mørkt ved hjørnet") == 1


def test_a_report_of_the_same_route_compares_finding_by_finding(db: Database, leader: User) -> None:
    old = a_running_walk(db, leader)
    lamp, bush = add(db, Door(old, user=leader), feeling_dark=2), add(db, Door(old, user=leader), item="overview")
    walk = a_running_walk(db, leader, before=old.id)
    add(db, Door(walk, user=leader), checks=lamp.id, checked="better", feeling_dark=5, note="Ny lampe")
    told = report_of(db, walk, leader).comparison
    assert told is not None
    assert [(one.number, one.verdict, one.note) for one in told.findings] == [
        (1, "Bedre", "Ny lampe"), (2, "Ikke set efter", ""),
    ]  # fmt: skip
    assert told.counted == (("bedre", 1), ("uændret", 0), ("værre", 0), ("væk", 0), ("ikke set efter", 1))
    assert (told.feeling_before, told.feeling_now, bush.number) == (2.0, 5.0, 2)
    assert "2,0 dengang, 5,0 i dag" in reports.report_html(report_of(db, walk, leader))
    by_day = a_running_walk(db, leader, before=old.id, kind="day", starts_at=EVENING.replace(hour=11).isoformat())
    told = report_of(db, by_day, leader).comparison
    assert told is not None and told.feeling_before is None, "day and dark are two questions"


def test_photos_are_drawn_anew_two_a_finding(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    door, one = Door(walk, user=leader), add(db, Door(walk, user=leader))
    for width in (1600, 1599, 1598):
        walks_findings.add_photo(
            a_photo(width), finding_id=one.id, photo_id=uuid7(NOW), cover=(), door=door, db=db, now=NOW
        )
    (found,) = report_of(db, walk, leader).findings
    assert [picture.alt for picture in found.pictures] == [
        "Billede 1 af 2 til fund 1: Lys",
        "Billede 2 af 2 til fund 1: Lys",
    ]
    assert found.more_pictures == 1
    for jpeg in (found.pictures[0].jpeg, shrunk(a_photo(3000, 1000))):
        with Image.open(io.BytesIO(jpeg)) as picture:
            assert max(picture.size) in (800, 1000) and only_pixels(jpeg)


# --- nothing comes in, nothing gets out


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port on loopback, and what was asked there."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def take() -> None:
            while not over.is_set():
                try:
                    caller, _ = server.accept()
                except TimeoutError:
                    continue
                with caller:
                    asked.append(caller.recv(200))
                    caller.sendall(b"HTTP/1.0 404 No\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            over.set()
            thread.join()


def test_hostile_text_is_text_and_no_document_asks_anything_of_anyone(
    db: Database, leader: User, tmp_path: Path
) -> None:
    with listening() as (port, asked):
        hostile = HOSTILE.format(port=port)
        walk = a_running_walk(db, leader, meeting_point=hostile[:100])
        add(db, Door(walk, user=leader), note=hostile, proposal=hostile)
        told = replace(report_of(db, walk, leader), title=hostile)
        told = replace(told, map=replace(told.map, places=((hostile, 55.6135, 12.3585),)))
        html = reports.report_html(told)
        assert "{{ 7 * 191 }}" in html and "1337" not in html and "<script" not in html
        assert f"&lt;img src=http://127.0.0.1:{port}/x&gt;" in html and f"<img src=http://127.0.0.1:{port}" not in html
        assert "{{ 7 * 191 }}" in text_of(reports.report_pdf(told))
        poster = reports.poster_html(a_poster(title=hostile, meeting_point=hostile, host=hostile))
        assert f"<img src=http://127.0.0.1:{port}" not in poster and "1337" not in poster
        assert asked == []


def test_even_an_address_that_got_into_the_page_is_not_followed(tmp_path: Path) -> None:
    import weasyprint

    secret = tmp_path / "hemmelig.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text y='20'>hemmelig</text></svg>")
    with listening() as (port, asked):
        there = f"http://127.0.0.1:{port}"
        html = (
            f"<html lang=da><head><title>x</title><link rel=stylesheet href={there}/a.css>"
            f"<style>@import '{there}/b.css'; @font-face {{ font-family: f; src: url({there}/f.woff) }}"
            f"body {{ background: url({there}/c.png); font-family: f }}</style></head><body>synlig"
            f"<img alt='' src={there}/d.png><img alt='' src={secret.as_uri()}><object data={there}/e></object>"
            f"<svg><title>x</title><image href='{there}/g.png'/><use href='{there}/h.svg#a'/></svg></body></html>"
        )
        assert text_of(laid_out([html], {})).strip() == "synlig"
        assert asked == []
        weasyprint.HTML(string=html).write_pdf()
        assert len(asked) >= 4, "left alone, the library does ask"


# --- the PDFs


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def a_poster(**changes: Any) -> Poster:
    told = Poster(
        title="Vejleåparken øst", day="Fredag den 20. november 2026", clock="kl. 19.00", light="Vi går i mørke.",
        meeting_point="Foran stationen", length="Turen er cirka 1,5 km.", host="Boligselskabet",
        address="https://gadeplan.example/join/0123-4567-89ab-cdef", link="gadeplan.example/join/",
        code="0123-4567-89ab-cdef", map=MapContent((55.6133, 12.358), ((12.358, 55.6133), (12.362, 55.615))),
    )  # fmt: skip
    return replace(told, **changes)


def require_readable(pdf: bytes, title: str, figures: int) -> None:
    """Tagged, named, in Danish, each figure told in words; and PDF/UA where a checker is at hand."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        assert (str(root.Lang), bool(root.MarkInfo.Marked), bool(root.ViewerPreferences.DisplayDocTitle)) == (
            "da", True, True,
        )  # fmt: skip
        assert str(document.docinfo.Title) == title
        elements = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
        alts = [str(one.get("/Alt", "")) for one in elements if one.S == "/Figure"]
        assert len(alts) == figures and all(len(alt) > 10 for alt in alts)
        assert {"/Document", "/H1", "/H2", "/P"} <= {str(one.S) for one in elements if isinstance(one.S, pikepdf.Name)}
        assert b"pdfuaid:part" in root.Metadata.read_bytes()
    try:
        import page
    except ImportError:
        return
    judged = page.validate_pdf_bytes(pdf, profile="ua1")
    assert [(failure.rule_id, failure.message) for failure in judged.failures] == []


def test_a_report_as_pdf_is_tagged_and_holds_what_the_page_holds(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    door, one = Door(walk, user=leader), add(db, Door(walk, user=leader), note="Lygten ved åen er slukket")
    add(db, door, item="works_well", note="Her er rart")
    walks_findings.add_photo(a_photo(), finding_id=one.id, photo_id=uuid7(NOW), cover=(), door=door, db=db, now=NOW)
    pdf = reports.report_pdf(report_of(db, walk, leader))
    require_readable(pdf, "Rapport fra tryghedsvandring: Vejleåparken øst", figures=2)
    text = text_of(pdf)
    assert text.index("Her er rart") < text.index("Lygten ved åen er slukket") < text.index("Sådan læses rapporten")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert [float(side) for side in document.pages[0].MediaBox[2:]] == pytest.approx([595.3, 841.9], abs=0.1)
        named = [str(item.title) for item in document.open_outline().root[0].children]
        assert named[-1] == "Sådan læses rapporten" and "Hvad virker godt" in named


@pytest.mark.parametrize(
    "changes",
    [{}, {"title": "Øst " * 19 + "øst", "meeting_point": "Ved porten " * 11, "host": "Afdeling " * 9}],
    ids=["short", "longest"],
)
def test_a_poster_is_one_page_whose_code_a_phone_can_read(changes: dict[str, str]) -> None:
    told = a_poster(**changes)
    pdf = reports.poster_pdf(told)
    require_readable(pdf, f"Tryghedsvandring: {told.title}", figures=2)
    pages = pypdfium2.PdfDocument(pdf)
    assert len(pages) == 1
    drawn = np.asarray(pages[0].render(scale=2, grayscale=True).to_pil())
    assert cv2.QRCodeDetector().detectAndDecode(drawn)[0] == told.address
    text = " ".join(text_of(pdf).split())
    assert all(part in text for part in ("Ingen konto, intet navn", told.code, "kl. 19.00", told.host.strip()))


@pytest.mark.parametrize("lacks", ["library", "fonts"])
def test_a_machine_that_cannot_lay_out_text_is_told_what_to_install(
    lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacks == "library":
        (tmp_path / "weasyprint.py").write_text("print('advice')\nraise OSError('cannot load library')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    else:
        (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
        monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    with pytest.raises(Problem, match=r"libpango-1\.0-0.*fonts-dejavu-core") as failure:
        reports.poster_pdf(a_poster())
    assert (failure.value.code, failure.value.status) == ("pdf_missing", 503)


# --- the map

SPOTS = st.lists(st.tuples(st.integers(20, 500), st.integers(20, 400)), min_size=1, max_size=40)


@settings(max_examples=30, deadline=None)
@given(SPOTS)
def test_numbers_on_the_map_do_not_hide_each_other(spots: list[tuple[int, int]]) -> None:
    shown = moved_apart(np.array(spots, dtype=float), 536, 440)
    apart = np.hypot(*(shown[:, None] - shown[None]).transpose(2, 0, 1)) + np.eye(len(spots)) * 99
    assert apart.min() > 1.6 * RADIUS
    assert (shown >= RADIUS).all() and (shown <= [536 - RADIUS, 440 - RADIUS]).all()


def test_a_number_that_is_alone_stays_where_it_belongs() -> None:
    there = np.array([[100.0, 100.0], [300.0, 200.0]])
    assert np.abs(moved_apart(there, 536, 440) - there).max() < 0.1


# --- who gets them


class Entrance:
    """The gate and our routes without a socket."""

    def __init__(self, settings: Settings) -> None:
        gate = Gate(Starlette(routes=document_routes()), settings, Registry())
        self.app = Doorman(gate, settings)

    def get(self, path: str, cookie: str = "", accept: str = "*/*") -> tuple[int, dict[str, str], bytes]:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode()), (b"accept", accept.encode())]
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "scheme": "http",
            "http_version": "1.1", "root_path": "",
        }  # fmt: skip
        asyncio.run(self.app(scope, receive, send))
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], found, b"".join(part.get("body", b"") for part in sent[1:])


def test_documents_are_given_to_those_who_may_have_them(db: Database, leader: User, tmp_path: Path) -> None:
    app_settings = Settings(database=tmp_path / "fieldapp.sqlite3")
    secret, door = links.secret_of(app_settings), Entrance(app_settings)
    walk, now = a_walk(db, leader), datetime.now(UTC)
    cookie = {
        who: "fieldapp=" + sessions.open_session(user, "Prøve", db=db, now=now)
        for who, user in {
            "leader": leader, "ssp": a_user(db, "ssp", "nowhere"), "admin": a_user(db, "admin"), "worker": a_user(db),
        }.items()
    }  # fmt: skip
    base = f"/vandring/{walk.id}"
    assert [door.get(f"{base}/{name}")[0] for name in ("rapport.pdf", "rapport.html", "plakat.pdf")] == [401] * 3
    assert [door.get(f"{base}/rapport.html", cookie[who])[0] for who in ("ssp", "admin", "worker", "leader")] == [
        404, 404, 200, 200,
    ]  # fmt: skip
    assert door.get(f"{base}/plakat.pdf", cookie["leader"])[0] == 409
    status, headers, told = door.get(f"{base}/plakat.pdf", cookie["leader"], accept="text/html")
    assert (status, headers["content-type"]) == (409, "text/html; charset=utf-8") and 'role="alert"' in told.decode()
    walks_invite.invite(walk.id, user=leader, db=db, secret=secret, now=now)
    assert [door.get(f"{base}/plakat.pdf", cookie[who])[0] for who in ("worker", "leader")] == [403, 200]
    status, headers, pdf = door.get(f"{base}/rapport.pdf", cookie["leader"])
    assert (status, headers["content-type"], headers["cache-control"], pdf[:5]) == (
        200, "application/pdf", "no-store", b"%PDF-",
    )  # fmt: skip
    assert "script-src" not in (
        policy := door.get(f"{base}/rapport.html", cookie["leader"])[1]["content-security-policy"]
    )
    assert policy.startswith("default-src 'none'") and "sandbox" in policy


def test_a_guest_reads_the_report_of_the_own_walk_when_the_meeting_is_over(
    db: Database, leader: User, tmp_path: Path
) -> None:
    app_settings = Settings(database=tmp_path / "fieldapp.sqlite3")
    secret, door, now = links.secret_of(app_settings), Entrance(app_settings), datetime.now(UTC)
    walk, other = a_running_walk(db, leader, starts_at=now.isoformat()), a_walk(db, leader)
    link = walks_invite.invite(walk.id, user=leader, db=db, secret=secret, now=now)
    there = f"/join/{links.code_of(link, secret)}/rapport"
    _, token = walks_run.join(Door(walk), "resident", db=db, now=now)
    cookie = f"{cookie_of(walk.id)}={token}"
    assert door.get(f"{there}.pdf", cookie)[0] == 403, "too early"
    closed(db, walk, leader)
    assert door.get(f"{there}.pdf")[0] == 401, "has not joined"
    assert door.get(f"{there}.html", cookie)[0] == 200
    elsewhere = ("/vandring/{}/rapport.pdf", "/vandring/{}/plakat.pdf", "/join/{}/rapport.pdf")
    tried = [door.get(path.format(one.id), cookie)[0] for path in elsewhere for one in (walk, other)]
    assert tried == [401, 401, 401, 401, 404, 404]
