"""A walk in real browsers: the leader and two guests on their phones, one of them without a line half the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import browsing
import pytest
import serving
from cutting import cuttable
from drawing import a_scene, as_jpeg
from making import some_services
from playwright.sync_api import Browser, Page, expect
from serving import Server
from walking import a_plan

from fieldapp.model import uuid7
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.usecases import links, walks_findings, walks_invite, walks_plan, walks_run
from fieldapp.usecases.walks_run import Door

pytestmark = pytest.mark.browser
SEEN_WITHIN_MS = 5_000


def find(page: Page, item: str, note: str = "", photo: bytes = b"") -> None:
    """Two taps, and words and a photo where there are any; a photo is looked through for faces first."""
    page.locator("#items").get_by_role("button", name=item).click()
    if photo:
        page.locator("#more").evaluate("(more) => { more.open = true; }")
        with page.expect_response(lambda answer: answer.url.endswith("/look")) as looked:
            file = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo}
            page.locator("#photos input").set_input_files([file])  # type: ignore[list-item]
        assert looked.value.status == 200
        page.locator("#photos .use").click()
        expect(page.locator("#thumbs img")).to_be_visible()
    if note:
        page.locator("#more").evaluate("(more) => { more.open = true; }")
        page.get_by_label("Hvad ser du?").fill(note)
    page.get_by_role("button", name="Gem fund").click()
    expect(page.locator("#saved-text")).to_contain_text(item, timeout=15_000)


def join(page: Page, address: str, role: str) -> None:
    page.goto(address)
    page.get_by_role("button", name=role, exact=True).click()
    expect(page.locator("#quick")).to_be_visible()


def test_leader_and_guests_see_each_others_findings_and_what_was_found_without_a_line_comes_later(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    leader, now = serving.make_user(server.database, "housing"), datetime.now(UTC)
    secret = links.secret_of(Settings(database=server.database))
    with opened(server.database) as db:
        plan = a_plan(id=uuid7(now), starts_at=now.isoformat())
        walk = walks_plan.plan(plan, user=leader, db=db, services=some_services(), now=now)
        code = links.code_of(walks_invite.invite(walk.id, user=leader, db=db, secret=secret, now=now), secret)
    contexts = [browsing.phone(browser) for _ in range(3)]
    own, first, second = (context.new_page() for context in contexts)
    browsing.sign_in(contexts[0], server.url, serving.signed_in_cookie(server.database, leader))
    asked = browsing.requests_of(first)
    with cuttable(server.url) as line:
        own.goto(f"{server.url}/walk/{walk.id}")
        own.get_by_role("button", name="Start vandring").click()
        expect(own.get_by_role("button", name="Afslut vandring")).to_be_visible()
        join(first, f"{server.url}/join/{code}", "Beboer")
        join(second, f"{line.url}/join/{code}", "Ung")
        second.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        second.reload()
        expect(second.locator("#quick")).to_be_visible()

        find(own, "Lys", "Lampen ved stien er slukket")
        find(first, "Overblik")
        expect(first.locator("#list h3").filter(has_text="Lys")).to_be_visible(timeout=SEEN_WITHIN_MS)
        expect(second.locator("#list h3")).to_have_count(2, timeout=SEEN_WITHIN_MS)

        line.cut()
        find(second, "Trafik", "Knallerter på stien hver aften")
        find(second, "Det virker godt")
        expect(second.locator("#state-text")).to_contain_text("Venter på at blive sendt (2)", timeout=15_000)
        second.reload()
        expect(second.locator("#state-text")).to_contain_text("Venter på at blive sendt (2)", timeout=15_000)
        find(first, "Renhold", photo=as_jpeg(a_scene()))
        find(own, "Skader")
        line.mend()
        expect(own.locator("#list h3")).to_have_count(6, timeout=20_000)
        expect(second.locator("#state-text")).to_have_text("Alt er sendt", timeout=10_000)

        expect(own.locator("#list li .thumbs img")).to_be_visible()
        mine = first.locator("#list li").filter(has_text="Lampen ved stien")
        mine.get_by_role("button", name="Det synes jeg også").click()
        expect(mine).to_contain_text("2 står bag")
        expect(own.locator("#list li").filter(has_text="Lampen ved stien")).to_contain_text("2 står bag")
        assert browsing.violations(first) == [] and browsing.violations(own) == []
        own.get_by_role("button", name="Afslut vandring").click()
        expect(own.get_by_role("link", name="Til afslutningsmødet")).to_be_visible()
    assert browsing.foreign(asked, server.url) == []
    with opened(server.database) as db:
        numbers = [row["number"] for row in db.query("SELECT number FROM finding ORDER BY number")]
    assert numbers == [1, 2, 3, 4, 5, 6]
    for context in contexts:
        context.close()


def test_a_walk_is_planned_on_the_map_invited_to_decided_on_and_answered_on_a_laptop(
    server: Server, browser: Browser
) -> None:
    leader = serving.make_user(server.database, "coordinator")
    context = browsing.laptop(browser)
    browsing.sign_in(context, server.url, serving.signed_in_cookie(server.database, leader))
    page = context.new_page()
    page.goto(f"{server.url}/tryghedsvandringer")
    page.get_by_text("Planlæg en vandring").click()
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("alert")).to_contain_text("«Vandringens navn» mangler")
    page.get_by_label("Hvad skal vandringen hedde?").fill("Strandparken <b>{{7*7}}")
    page.get_by_label("Hvor mødes I?").fill("Ved søen")
    ground = page.frame_locator("iframe").locator(".leaflet-container")
    for count, (x, y) in enumerate(((300, 200), (360, 180), (420, 230)), 1):
        ground.click(position={"x": x, "y": y})
        expect(page.frame_locator("iframe").locator(".fa-live")).to_contain_text(f"{count} punkter")
    expect(page.get_by_text("Med stop undervejs")).to_be_visible()
    page.frame_locator("iframe").get_by_role("button", name="Tegn område").click()
    for count, (x, y) in enumerate(((250, 110), (480, 110), (480, 250), (250, 240)), 1):
        ground.click(position={"x": x, "y": y})
        said = f"{count} hjørner" if count > 2 else "hvert hjørne"
        expect(page.frame_locator("iframe").locator(".fa-live")).to_contain_text(said)
    page.get_by_text("I dagslys", exact=True).click()
    expect(page.get_by_text("Vandringen er «i dagslys», men solen")).to_be_visible()
    page.get_by_text("I mørke", exact=True).click()
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("heading", name="Strandparken <b>{{7*7}}")).to_be_visible()
    page.get_by_role("button", name="Lav link").click()
    expect(page.get_by_alt_text("QR-kode med linket til vandringen")).to_be_visible()

    walk_id = page.url.rpartition("walk=")[2]
    with opened(server.database) as db:
        sql = "SELECT json_array_length(route) points, json_array_length(area) ring, length_m FROM walk WHERE id = ?"
        (row,) = db.query(sql, [walk_id])
        assert (row["points"], row["ring"]) == (3, 5) and row["length_m"] > 500
        walk, now = walks_run.take_step(walk_id, "start", user=leader, db=db, now=datetime.now(UTC)), datetime.now(UTC)
        for item in ("lighting", "overview", "care", "works_well"):
            said = {"id": uuid7(now), "item": item, "lat": 55.6133, "lon": 12.358, "observed_at": now.isoformat()}
            own = {"db": db, "services": some_services(), "now": now, "skew": timedelta(0)}
            walks_findings.add(said | {"note": "<i>{{7*7}}</i>"}, door=Door(walk, user=leader), **own)
        walks_run.take_step(walk_id, "stop", user=leader, db=db, now=now)
    page.reload()
    expect(page.get_by_text("3 af 3 fund mangler et svar")).to_be_visible()
    expect(page.get_by_text("<i>{{7*7}}</i>").first).to_be_visible()
    page.get_by_text("Vælg fund 1", exact=True).click()
    page.get_by_text("Nej", exact=True).click()
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_role("alert")).to_contain_text("et nej skal have en grund")
    page.get_by_label("Hvorfor ikke?").fill("Stien er privat")
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("2 af 3 fund mangler et svar")).to_be_visible()
    page.get_by_text("Vælg alle, der mangler et svar").click()
    expect(page.get_by_text("Svar til 2 valgte fund")).to_be_visible()
    party = page.get_by_role("option", name="Park og Vej")
    browsing.press(page.get_by_role("combobox", name="Hvem tager sig af det?"), party)
    party.click()
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("0 af 3 fund mangler et svar")).to_be_visible()
    page.get_by_role("button", name="Luk mødet").click()
    expect(page.get_by_role("button", name="Åbn mødet igen")).to_be_visible()
    page.get_by_text("Svar", exact=True).first.click()
    expect(page.get_by_text("0 af 3 er ordnet · 2 er i gang · 1 får nej med en grund")).to_be_visible()
    assert browsing.violations(page) == []
    with opened(server.database) as db:
        tasks = list(db.query("SELECT responsible, source, walk FROM follow_up"))
    assert tasks == [{"responsible": "park_vej", "source": "finding", "walk": walk_id}] * 2
    context.close()
