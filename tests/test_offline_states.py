"""Every state of the offline page, seen and walked through in a real Chromium as a phone."""

from __future__ import annotations

import io
import json
import math
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import browsing
import pytest
import serving
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browsing import BYCENTER, COLOURS, WCAG, until, violations
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Server, make_user, signed_in_cookie

from fieldapp.model import User
from fieldapp.privacy import check
from fieldapp.store import meta
from fieldapp.store.connection import opened, writing
from fieldapp.usecases import accounts

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
NOTES = Path(__file__).parents[1] / "bench" / "privacy" / "notes.jsonl"
SENT = """async () => {
  const { user } = await Fieldapp.keep.device();
  while ((await Fieldapp.outbox.list(user)).length) await new Promise((resolve) => setTimeout(resolve, 50));
}"""
READY = "() => navigator.serviceWorker.controller?.state === 'activated'"
KEPT = "async () => Boolean((await Fieldapp.keep.load((await Fieldapp.keep.device()).user))?.places)"
# Into the outbox as the form puts them there: [record, photos as texts] each; what the record lacks is filled in.
ENQUEUE = """async (wanted) => {
  const { user } = await Fieldapp.keep.device(), made = [];
  for (const [changes, photos] of wanted) {
    const observed_at = new Date().toISOString().replace(/\\.\\d+/, "");
    const record = { id: Fieldapp.vault.newId(), category: "litter", observed_at, lat: 55.6133, lon: 12.358 };
    Object.assign(record, changes);
    for (const name of Object.keys(record)) if (record[name] === null) delete record[name];
    const blob = (text) => new Blob([text], { type: "image/jpeg" });
    const blobs = photos.map((text) => ({ id: Fieldapp.vault.newId(), blob: blob(text) }));
    made.push(await Fieldapp.outbox.enqueue(user, record, blobs));
  }
  return made;
}"""
AGED = """async ([id, created_at]) => {
  const { transact, done } = Fieldapp.vault;
  await transact(["records"], "readwrite", async (rows) => {
    await done(rows.put({ ...(await done(rows.get(id))), created_at }));
  });
  await Fieldapp.queue.show();
}"""
# Until not even a record without a photo has room.
FILL = """async () => {
  const { user } = await Fieldapp.keep.device(), chance = crypto.getRandomValues(new Uint8Array(65_536));
  const { newId } = Fieldapp.vault, said = [];
  for (const size of [327_680, 65_536, 8_192, 0]) for (;;) {
    const record = { id: newId(), category: "litter", observed_at: new Date().toISOString() };
    const pieces = [...Array(Math.floor(size / 65_536)).fill(chance), chance.slice(0, size % 65_536)];
    const photos = size ? [{ id: newId(), blob: new Blob(pieces, { type: "image/jpeg" }) }] : [];
    try { await Fieldapp.outbox.enqueue(user, record, photos); }
    catch (error) { said.push(error.reason); break; }
  }
  return said;
}"""
CHECKED = """async (notes) => {
  const { form, files } = Fieldapp, module = await import(files.note), gate = await module.loadGate();
  const { gate: texts } = form.state.kept.form, known = { texts, spared: [] };
  return notes.map((text) => {
    let spans = [];
    const check = (one) => {
      const found = gate.check(one);
      spans = found.map(({ kind, start, end }) => [kind, start, end]);
      return found;
    };
    return [module.findingsHere({ check }, text, known, { spared: [] }).state, spans];
  });
}"""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on fictional data, with a base map of red tiles round Ishøj Bycenter."""
    folder = tmp_path_factory.mktemp("states")
    running = serving.start_server(folder, FIELDAPP_BASEMAP=str(red_tiles(folder / "red.mbtiles")))
    with opened(running.database) as db, writing(db):
        meta.mark_fictional(db)
    yield running
    running.stop()


def red_tiles(path: Path, zoom: int = 16) -> Path:
    kept = io.BytesIO()
    Image.new("RGB", (256, 256), "red").save(kept, "PNG")
    east = int((BYCENTER["longitude"] + 180) / 360 * 2**zoom)
    south = int((1 - math.asinh(math.tan(math.radians(BYCENTER["latitude"]))) / math.pi) / 2 * 2**zoom)
    rows = [(zoom, east + x, 2**zoom - 1 - south + y, kept.getvalue()) for x in range(-2, 3) for y in range(-2, 3)]
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute("INSERT INTO metadata VALUES ('format', 'png')")
        file.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        file.executemany("INSERT INTO tiles VALUES (?,?,?,?)", rows)
    file.close()
    return path


@pytest.fixture
def worker(server: Server) -> User:
    return make_user(server.database, "worker")


@pytest.fixture
def phone(browser: Browser, server: Server, worker: User) -> Iterator[Open]:
    """`phone(**options)` gives the offline page of the signed-in worker, ready to lose its line."""
    contexts: list[BrowserContext] = []

    def start(make: Callable[..., BrowserContext] = browsing.phone, *, quota: int = 0, **options: Any) -> Page:
        context = make(browser, **options)
        contexts.append(context)
        browsing.sign_in(context, server.url, signed_in_cookie(server.database, worker))
        page = context.new_page()
        if quota:
            told = {"origin": server.url, "quotaSize": quota}
            context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", told)
        page.goto(f"{server.url}/offline")
        expect(page.locator("#form")).to_be_visible()
        page.wait_for_function(READY)
        page.wait_for_function(KEPT)
        return page

    yield start
    for context in contexts:
        context.close()


def faults(page: Page, state: str) -> list[str]:
    """What axe finds by day and, of colours, by night; and what is wider than the phone, with large letters too."""
    found = []
    for scheme, rules in (("light", WCAG), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.wait_for_timeout(100)
        if Axe().run(page, options=rules).response["violations"]:  # Streamlit's colours come later than the page's
            found += [f"{state} {scheme} {one}" for one in violations(page, rules)]
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    for size in ("200%", ""):
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{state} scrolls sideways at {size or '100%'}")
    return found


def said(page: Page) -> Any:
    return expect(page.locator("#state-text"))


def row(page: Page, text: str) -> Any:
    return page.locator("#queue-list li").filter(has_text=text)


def test_the_first_visit_says_what_to_do_with_a_line_and_without(browser: Browser, server: Server) -> None:
    context = browsing.phone(browser)
    page = context.new_page()
    page.goto(f"{server.url}/offline")
    expect(page.get_by_text("Åbn appen én gang med forbindelse, og log ind.")).to_be_visible()
    expect(page.get_by_text("FIKTIVE DATA")).to_be_visible()
    expect(page.get_by_role("link", name="Log ind")).to_be_visible()
    expect(page.get_by_role("banner")).to_be_hidden()
    page.wait_for_function(READY)
    found = faults(page, "first visit")
    context.set_offline(True)
    page.reload()
    said(page).to_have_text("Ingen forbindelse")
    expect(page.get_by_text("Åbn appen én gang med forbindelse, og log ind.")).to_be_visible()
    expect(page.get_by_role("link", name="Log ind")).to_be_hidden()
    assert not found, "\n".join(found)
    context.close()


def test_what_the_server_refuses_is_told_and_each_has_a_way_on(phone: Open, server: Server, worker: User) -> None:
    page = phone()
    [first] = page.evaluate(ENQUEUE, [[{}, []]])
    page.evaluate(SENT)
    page.context.set_offline(True)
    refused = [
        [{"id": first, "category": "graffiti"}, []],
        [{"category": "gone"}, []],
        [{"note": "Ring 22 33 44 55"}, []],
        [{"category": "good"}, ["no photo"]],
        [{"category": "moped", "lat": None, "lon": None}, []],
    ]
    page.evaluate(ENQUEUE, refused)
    said(page).to_contain_text("Ingen forbindelse · Venter på at blive sendt (4) · 1 mangler et sted")
    page.context.set_offline(False)
    said(page).to_have_text("1 mangler et sted · 4 skal du se på")
    page.get_by_role("button", name="Se dem").click()
    expect(row(page, "allerede en anden med samme nummer").get_by_role("button")).to_have_text(["Kassér"])
    expect(row(page, "Kategorien findes ikke længere").get_by_role("button")).to_have_text(
        ["Ret", "Prøv igen", "Kassér"]
    )
    expect(row(page, "Serveren tog ikke billedet").get_by_role("button")).to_have_text(
        ["Send uden billedet", "Prøv igen", "Kassér"]
    )
    found = faults(page, "queue")
    row(page, "Teksten ligner persondata").get_by_role("button", name="Kassér").click()
    row(page, "Serveren tog ikke billedet").get_by_role("button", name="Send uden billedet").click()
    expect(page.locator("#queue-list li")).to_have_count(4)
    page.get_by_role("button", name="Kassér for altid").click()  # the question outlives what was sent meanwhile
    expect(page.get_by_role("status").filter(has_text="Kasseret.")).to_be_visible()
    row(page, "allerede en anden").get_by_role("button", name="Kassér").click()
    page.get_by_role("button", name="Behold").click()
    expect(row(page, "allerede en anden").get_by_role("button", name="Kassér")).to_be_focused()
    row(page, "Kategorien findes ikke").get_by_role("button", name="Prøv igen").click()
    expect(row(page, "Kategorien findes ikke")).to_be_visible()
    row(page, "Kategorien findes ikke").get_by_role("button", name="Ret").click()
    page.locator("#categories").get_by_text("Graffiti").click()
    page.get_by_role("button", name="Gem ændringen").click()
    said(page).to_have_text("1 mangler et sted · 1 skal du se på")
    with opened(server.database) as db:
        stored = [one["category"] for one in db.query("SELECT category FROM observation ORDER BY rowid")]
        db.execute("UPDATE user SET role = 'ssp' WHERE id = ?", [worker.id])
        db.conn.commit()
    assert sorted(stored[-3:]) == ["good", "graffiti", "litter"]
    page.reload()  # a role that was taken away hides the form, never what waits
    expect(page.get_by_text("Din rolle opretter ikke observationer.")).to_be_visible()
    said(page).to_have_text("1 mangler et sted · 1 skal du se på")
    page.get_by_role("button", name="Se dem").click()
    expect(page.locator("#queue-list li")).to_have_count(2)
    found += faults(page, "no role")
    assert not found, "\n".join(found)


def test_a_day_old_queue_warns_in_english_and_waits_for_its_owner(phone: Open, server: Server, worker: User) -> None:
    with opened(server.database) as db:
        accounts.set_language(worker, "en", db=db, now=datetime.now(UTC))
    page = phone()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Save observation")).to_be_visible()
    page.context.set_offline(True)
    [first, _] = page.evaluate(ENQUEUE, [[{}, []], [{}, []]])
    page.evaluate(AGED, [first, "2026-01-05T16:30:00.000Z"])
    expect(page.get_by_text("The oldest has waited for more than a day.")).to_be_visible()
    said(page).to_contain_text("17:30")
    found = faults(page, "old")
    page.context.clear_cookies()
    page.context.set_offline(False)
    said(page).to_contain_text("Sign in to send (2)")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    found += faults(page, "signed out")
    other = make_user(server.database, "worker")
    browsing.sign_in(page.context, server.url, signed_in_cookie(server.database, other))
    page.reload()
    said(page).to_have_text("Alt er sendt")
    browsing.sign_in(page.context, server.url, signed_in_cookie(server.database, worker))
    page.reload()
    said(page).to_have_text("Everything is sent")
    assert not found, "\n".join(found)


def test_a_full_phone_says_so_before_anything_is_typed(phone: Open) -> None:
    page = phone(quota=2_500_000)
    page.context.set_offline(True)
    expect(page.get_by_text("Telefonen er næsten fuld.")).to_be_hidden()
    assert page.evaluate(FILL) == ["full"] * 4
    page.reload()
    expect(page.get_by_text("Telefonen er næsten fuld.")).to_be_visible()
    found = faults(page, "nearly full")
    assert not found, "\n".join(found)


def test_signing_out_sends_first_or_leaves_it_for_its_owner_and_the_hint_to_install_comes_once(
    phone: Open, server: Server, worker: User
) -> None:
    page = phone()
    batch, busy = "**/api/v1/observations/batch", {"status": 503, "body": "", "headers": {"Retry-After": "300"}}
    page.context.route(batch, lambda route: route.fulfill(**busy))  # type: ignore[arg-type]
    page.evaluate(ENQUEUE, [[{}, []]])
    page.goto(f"{server.url}/mere")
    expect(page.get_by_role("link", name="Venter på at blive sendt (1)")).to_be_visible(timeout=40_000)
    offer = """() => {
        const event = new Event("beforeinstallprompt", { cancelable: true });
        dispatchEvent(Object.assign(event, { prompt() {} })); }"""
    page.evaluate(offer)
    expect(page.get_by_text("Læg appen på telefonens startskærm")).to_be_visible()
    found = faults(page, "hint")
    page.get_by_role("button", name="Ikke nu").click()
    page.evaluate(offer)
    expect(page.get_by_text("Læg appen på telefonens startskærm")).to_be_hidden()
    page.get_by_role("button", name="Log ud").click()
    asked = page.get_by_role("dialog", name="1 registrering er ikke sendt")
    asked.get_by_role("button", name="Send det først").click()
    expect(asked).to_contain_text("Det kunne ikke sendes nu.")
    found += faults(page, "signing out")
    asked.get_by_role("button", name="Lad det ligge på telefonen").click()
    page.wait_for_url("**/login**")
    page.context.unroute(batch)
    other = make_user(server.database, "worker")
    browsing.sign_in(page.context, server.url, signed_in_cookie(server.database, other))
    page.goto(f"{server.url}/offline")
    said(page).to_have_text("Alt er sendt")
    assert sent_by(server, worker) == 0
    page.context.route(batch, lambda route: route.fulfill(**busy))  # type: ignore[arg-type]
    browsing.sign_in(page.context, server.url, signed_in_cookie(server.database, worker))
    page.goto(f"{server.url}/mere")
    expect(page.get_by_role("link", name="Venter på at blive sendt (1)")).to_be_visible(timeout=40_000)
    page.context.unroute(batch)
    page.get_by_role("button", name="Log ud").click()
    asked.get_by_role("button", name="Send det først").click()
    page.wait_for_url("**/login**")
    assert sent_by(server, worker) == 1
    assert not found, "\n".join(found)


def sent_by(server: Server, user: User) -> int:
    with opened(server.database) as db:
        return int(db.execute("SELECT count(*) FROM observation WHERE reporter = ?", [user.id]).fetchone()[0])


def test_map_tiles_that_were_looked_at_are_there_without_a_line_and_a_window_enlarged_twice_fits(phone: Open) -> None:
    red = """() => [...document.querySelectorAll(".leaflet-tile")].some((tile) => {
        if (!tile.complete || !tile.naturalWidth) return false;
        const paper = new OffscreenCanvas(1, 1).getContext("2d");
        paper.drawImage(tile, 0, 0);
        return String(paper.getImageData(0, 0, 1, 1).data) === "255,0,0,255"; })"""
    page = phone()
    page.get_by_role("button", name="Vis kort").click()
    page.wait_for_function(red)
    kept = "async () => (await (await caches.open('fieldapp-tiles')).keys()).length > 3"
    until(page, kept)
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="Vis kort").click()
    page.wait_for_function(red)
    # What a browser does at 200 % on a screen of 1280 × 800.
    metrics = {"width": 640, "height": 400, "deviceScaleFactor": 2, "mobile": False}
    page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", metrics)
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [640, 640]
    expect(page.get_by_role("button", name="Gem observation")).to_be_in_viewport()


def test_an_observation_is_logged_with_tab_enter_and_space_alone(phone: Open, server: Server, worker: User) -> None:
    page = phone(browsing.laptop, geolocation=BYCENTER, permissions=["geolocation"])
    expect(page.locator("#place")).to_contain_text("Vejlebroskolen")
    page.context.set_offline(True)
    reach(page, "Hærværk")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Hærværk")).to_be_checked()
    reach(page, "Gem observation")
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Gemt på telefonen – Hærværk")
    page.keyboard.press("Shift+Tab")
    reach(page, "Se dem")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Venter på telefonen")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Se dem")).to_be_focused()
    page.context.set_offline(False)
    said(page).to_have_text("Alt er sendt")
    assert sent_by(server, worker) == 1


def reach(page: Page, name: str) -> None:
    """Tab until the thing of this name has the focus, and can be seen to have it."""
    named = """() => { const one = document.activeElement, by = one.labels && one.labels[0];
        return one === document.body ? "" : (by || one).textContent; }"""
    ring = """() => { const one = document.activeElement, both = [one, one.nextElementSibling || one];
        return both.some((each) => getComputedStyle(each).outlineStyle === "solid"); }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate(named):
            assert page.evaluate(ring), name
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_gate_says_of_the_whole_evaluation_set_the_same_without_a_line_as_on_the_server(phone: Open) -> None:
    notes = [json.loads(line)["text"] for line in NOTES.read_text("utf-8").splitlines()]
    assert len(notes) > 1_500
    page = phone()
    until(page, "async () => Boolean(await caches.match('/assets/privacy.json', { ignoreSearch: true }))")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#form")).to_be_visible()
    page.get_by_text("Tilføj note, billede eller andet").click()
    found = page.evaluate(CHECKED, notes)
    assert [note for note, here in zip(notes, found, strict=True) if here != on_the_server(note)] == []
    assert {state for state, _ in found} == {"", "soft", "hard"}


def on_the_server(text: str) -> list[Any]:
    found = check(text).findings
    state = "hard" if any(one.hard for one in found) else "soft" if found else ""
    return [state, [[one.kind, one.start, one.end] for one in found]]
