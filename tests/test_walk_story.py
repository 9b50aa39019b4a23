"""One walk from its plan to the second walk: a laptop, the leader's phone and two guests', one of them without a line.

`WALK_STORY_SHOTS=<folder>` keeps a picture of each step, and both kinds of paper.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import browsing
import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
import serving
from browsing import press
from cutting import Line, cuttable
from drawing import a_scene, as_jpeg
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from serving import Server

from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.store.connection import opened

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)
TITLE, CENTRE = "Vejleåparken øst", (500, 200)
CORNERS = ((430, 260), (480, 170), (560, 150), (600, 240))


@dataclass
class Story:
    """Who takes part: pages by name, and the walk's link."""

    server: Server
    browser: Browser
    leader: User
    worker: User
    pages: dict[str, Page] = field(default_factory=dict)
    code: str = ""
    shown: int = 0

    def open(self, name: str, context: BrowserContext, user: User | None = None) -> Page:
        context.set_default_timeout(30_000)
        if user:
            browsing.sign_in(context, self.server.url, serving.signed_in_cookie(self.server.database, user))
        self.pages[name] = context.new_page()
        return self.pages[name]

    def shot(self, name: str, page: Page, *, whole: bool = False) -> None:
        if folder := os.environ.get("WALK_STORY_SHOTS"):
            self.shown += 1
            size = page.viewport_size
            if whole and size:
                page.set_viewport_size({"width": size["width"], "height": 3_000})
            page.wait_for_timeout(1_000)
            page.screenshot(path=Path(folder) / f"{self.shown:02d}-{name}.png")
            if whole and size:
                page.set_viewport_size(size)

    def paper(self, name: str, path: str) -> tuple[bytes, str]:
        """A document as the leader gets it: its bytes, and every word on it."""
        pdf = self.server.get(path, cookie=serving.signed_in_cookie(self.server.database, self.leader)).body
        document = pypdfium2.PdfDocument(pdf)
        if folder := os.environ.get("WALK_STORY_SHOTS"):
            for n, sheet in enumerate(document, 1):
                sheet.render(scale=1.6).to_pil().save(Path(folder) / f"{name}-{n}.png")
        return pdf, "\n".join(sheet.get_textpage().get_text_range() for sheet in document)

    def spot(self, n: int) -> dict[str, float]:
        """The n-th of six places along the route as it was drawn."""
        with opened(self.server.database) as db:
            (row,) = db.query("SELECT route FROM walk WHERE id = ?", [self.walk_id])
        corners = json.loads(row["route"])
        where = min(n / 5 * (len(corners) - 1), len(corners) - 1.001)
        one, other, far = corners[int(where)], corners[int(where) + 1], where % 1
        lon, lat = (one[axis] + (other[axis] - one[axis]) * far for axis in (0, 1))
        return {"latitude": lat, "longitude": lon, "accuracy": 8}

    @property
    def walk_id(self) -> str:
        with opened(self.server.database) as db:
            return str(next(iter(db.query("SELECT id FROM walk ORDER BY created_at DESC, id DESC")))["id"])


@pytest.fixture
def story(server: Server, browser: Browser) -> Iterator[Story]:
    leader, worker = (serving.make_user(server.database, role) for role in ("housing", "worker"))
    told = Story(server, browser, leader, worker)
    told.open("laptop", browsing.laptop(browser), leader)
    told.open("leader", browsing.phone(browser), leader)
    for name in ("first", "second"):
        told.open(name, browsing.phone(browser))
    yield told
    for page in told.pages.values():
        page.context.close()


def test_a_walk_from_its_plan_to_the_second_walk(story: Story) -> None:
    plan(story)
    invite(story)
    with cuttable(story.server.url) as line:
        join(story, line)
        walk(story, line)
    meeting(story)
    report(story)
    party(story)
    seen_in_the_field(story)
    answer(story)
    again(story)
    compared(story)


# --- plan, invite, come along


def plan(story: Story) -> None:
    page = story.pages["laptop"]
    page.goto(f"{story.server.url}/tryghedsvandringer")
    story.shot("empty", page)
    press(page.get_by_text("Planlæg en vandring"), page.get_by_label("Hvad skal vandringen hedde?"))
    page.get_by_label("Hvad skal vandringen hedde?").fill(TITLE)
    page.get_by_label("Boligselskab eller forening").fill("Vejleåparken")
    page.get_by_label("Hvor mødes I?").fill("Ved Vildtbanestien")
    today(page)
    ground = page.frame_locator("iframe").locator(".leaflet-container")
    ground.hover(position={"x": CENTRE[0], "y": CENTRE[1]})
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(600)
    for count, (x, y) in enumerate(CORNERS, 1):
        ground.click(position={"x": x, "y": y})
        if count > 1:
            expect(page.frame_locator("iframe").locator(".fa-live")).to_contain_text(f"{count} punkter")
    expect(page.get_by_text("Med stop undervejs")).to_be_visible()
    option(page, "Hvem inviterer I?", "Beboer")
    page.keyboard.press("Escape")
    story.shot("plan", page, whole=True)
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


def today(page: Page) -> None:
    """Guests may add from the day before to the day after, whatever the clock says now."""
    day = datetime.now(COPENHAGEN)
    for part, value in (("day", f"{day:%d}"), ("month", f"{day:%m}"), ("year", f"{day:%Y}")):
        page.locator(f"[role=spinbutton][data-type={part}]").first.press_sequentially(value)
    page.keyboard.press("Enter")


def option(page: Page, label: str, name: str) -> None:
    offered = page.get_by_role("option", name=name)
    press(page.get_by_role("combobox", name=label).first, offered)
    offered.click()


def invite(story: Story) -> None:
    page = story.pages["laptop"]
    press(page.get_by_role("button", name="Lav link"), page.get_by_alt_text("QR-kode med linket til vandringen"))
    story.shot("invite", page, whole=True)
    poster = page.get_by_role("link", name="Plakat").get_attribute("href")
    pdf, words = story.paper("poster", str(poster))
    assert TITLE in words and "Ved Vildtbanestien" in words
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().convert("L")
    address = cv2.QRCodeDetector().detectAndDecode(np.asarray(picture))[0]
    where, _, story.code = address.rpartition("/join/")
    assert where == story.server.url and len(story.code) >= 16


def join(story: Story, line: Line) -> None:
    own, first, second = (story.pages[name] for name in ("leader", "first", "second"))
    own.goto(f"{story.server.url}/walk/{story.walk_id}")
    press(own.get_by_role("button", name="Start vandring"), own.get_by_role("button", name="Afslut vandring"))
    for page, url, role in ((first, story.server.url, "Beboer"), (second, line.url, "Ung")):
        page.goto(f"{url}/join/{story.code}")
        expect(page.get_by_role("button", name=role, exact=True)).to_be_visible()
        if page is first:
            clean(page)
            story.shot("join", page)
        press(page.get_by_role("button", name=role, exact=True), page.locator("#quick"))
    second.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    second.reload()
    expect(second.locator("#quick")).to_be_visible()
    story.shot("joined", first)


# --- the walk


def find(
    story: Story, who: str, item: str, *, spot: int, note: str = "", wish: str = "", dark: int = 0, photo: bool = False
) -> None:
    """Two taps; the rest where there is more to say."""
    page = story.pages[who]
    begin(story, page, item, spot)
    if note or photo or dark:
        page.locator("#more").evaluate("(more) => { more.open = true; }")
        page.get_by_label("Hvad ser du?").fill(note)
        page.get_by_label("Hvad kunne hjælpe?").fill(wish)
    if dark:
        page.locator("#feeling_dark").get_by_text(str(dark), exact=True).click()
    if photo:
        picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(a_scene())}
        page.locator("#photos input[type=file]").set_input_files([picture])  # type: ignore[list-item]
        page.get_by_role("button", name="Brug billedet").click()
        expect(page.locator("#thumbs img")).to_have_count(1)
    page.get_by_role("button", name="Gem fund").click()
    expect(page.locator("#saved-text")).to_contain_text(item)


def walk(story: Story, line: Line) -> None:
    own, first, second = (story.pages[name] for name in ("leader", "first", "second"))
    find(story, "leader", "Lys", spot=0, note="Tre lamper ved stien er slukket", wish="Nye pærer", dark=2, photo=True)
    find(story, "first", "Overblik", spot=1, note="Høj hæk ved hjørnet", wish="Klip den ned til en meter", dark=3)
    find(story, "first", "Det virker godt", spot=2, note="Mange børn på legepladsen", photo=True)
    find(story, "second", "Renhold", spot=1)
    expect(second.locator("#list h3")).to_have_count(4)
    line.cut()
    find(story, "second", "Trafik", spot=2, note="Knallerter på gangstien om aftenen", photo=True)
    find(story, "second", "Følelsen", spot=3, dark=1, note="Her går jeg helst ikke alene")
    find(story, "second", "Det virker godt", spot=4, note="Nye bænke ved søen")
    expect(second.locator("#state-text")).to_contain_text("Venter på at blive sendt (3)")
    story.shot("without-a-line", second)
    find(story, "leader", "Skader", spot=3, note="Bænken er knækket")
    find(story, "first", "Veje og udveje", spot=4)
    find(story, "first", "Finde vej", spot=5, note="Skiltet mangler")
    find(story, "leader", "Øjne på stedet", spot=5, dark=4)
    support(story, first, "Tre lamper")
    line.mend()
    find(story, "second", "Andet", spot=5, note="Cykler spærrer fortovet")
    for page in (own, first, second):
        expect(page.locator("#list h3")).to_have_count(12)
    expect(second.locator("#state-text")).to_have_text("Alt er sendt")
    story.shot("found", first, whole=True)
    press(first.locator("#show-map"), first.locator("#map .mark").first)
    first.locator("#map").scroll_into_view_if_needed()
    story.shot("map", first)
    shots_of_the_form(story, first)
    clean(first)
    story.shot("leader", own)
    press(own.get_by_role("button", name="Afslut vandring"), own.get_by_role("link", name="Til afslutningsmødet"))
    story.shot("stopped", own)


def begin(story: Story, page: Page, item: str, spot: int) -> None:
    page.context.set_geolocation(story.spot(spot))  # type: ignore[arg-type]
    press(page.locator("#items").get_by_role("button", name=item), page.locator("#form-box"))
    expect(page.locator("#gps")).to_have_attribute("data-state", "ok")


def support(story: Story, page: Page, note: str) -> None:
    """Who would add what is there already is asked to stand behind it instead."""
    begin(story, page, "Lys", 0)
    expect(page.locator("#near")).to_contain_text(note)
    story.shot("near", page)
    page.locator("#near-support").click()
    expect(page.locator("#list li").filter(has_text=note)).to_contain_text("2 står bag")


def clean(page: Page) -> None:
    """By day and by night."""
    assert browsing.violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert browsing.violations(page, browsing.COLOURS) == []
    page.emulate_media(color_scheme="light")


def shots_of_the_form(story: Story, page: Page) -> None:
    press(page.locator("#items").get_by_role("button", name="Lys"), page.locator("#form-box"))
    story.shot("form", page)
    page.locator("#more").evaluate("(more) => { more.open = true; }")
    page.get_by_label("Hvad ser du?").scroll_into_view_if_needed()
    clean(page)
    story.shot("form-more", page)
    page.locator("#form-close").click()


# --- closing meeting and report


def meeting(story: Story) -> None:
    page = story.pages["laptop"]
    page.goto(f"{story.server.url}/tryghedsvandringer?walk={story.walk_id}")
    expect(page.get_by_text("10 af 10 fund mangler et svar")).to_be_visible()
    assert browsing.violations(page) == []
    story.shot("meeting", page)
    projector(story, page)
    chosen = page.get_by_role("checkbox", name="Vælg fund")
    expect(chosen).to_have_count(10)
    pick(page, chosen.last)
    page.get_by_text("Nej", exact=True).click()
    reason = page.get_by_label("Hvorfor ikke?")
    refused = page.get_by_role("alert").filter(has_text="et nej skal have en grund")
    press(page.get_by_role("button", name="Gem svaret"), refused)
    story.shot("no-without-reason", page)
    reason.fill("Fortovet er privat")
    press(page.get_by_role("button", name="Gem svaret"), page.get_by_text("9 af 10 fund mangler et svar"))
    press(page.get_by_text("Vælg alle, der mangler et svar"), page.get_by_text("Svar til 9 valgte fund"))
    option(page, "Hvem tager sig af det?", "Park og Vej")
    press(page.get_by_role("button", name="Gem svaret"), page.get_by_text("0 af 10 fund mangler et svar"))
    story.shot("decided", page, whole=True)
    press(page.get_by_role("button", name="Luk mødet"), page.get_by_text("Åbn mødet igen"))


def projector(story: Story, page: Page) -> None:
    """All that is needed for an answer stays in sight, in large letters, while the findings are gone through."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.get_by_role("checkbox", name="Vælg fund").last.scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Gem svaret")).to_be_in_viewport()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    story.shot("projector", page)
    page.set_viewport_size(size)


def pick(page: Page, box: Locator) -> None:
    box.locator("xpath=ancestor::label").click()
    expect(page.get_by_text("Svar til 1 valgt fund")).to_be_visible()


def report(story: Story) -> None:
    page = story.pages["laptop"]
    page.get_by_text("Svar", exact=True).first.click()
    expect(page.get_by_text("0 af 10 er ordnet · 9 er i gang · 1 får nej med en grund")).to_be_visible()
    story.shot("answers", page, whole=True)
    link = page.get_by_role("link", name="Rapport til udskrift (PDF)")
    pdf, words = story.paper("report", str(link.get_attribute("href")))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.Root.MarkInfo.Marked and str(document.Root.Lang).startswith("da")
    assert words.index("Mange børn på legepladsen") < words.index("Tre lamper ved stien er slukket")
    for told in ("Nye bænke ved søen", "Fortovet er privat", "Høj hæk ved hjørnet", "Ung", "Beboer"):
        assert told in words
    assert "Knallerter på gangstien" in words
    guest = story.pages["first"]
    guest.reload()
    expect(guest.locator("#counts")).to_have_text("0 af 10 er ordnet · 9 er i gang · 1 får nej med en grund")
    clean(guest)
    story.shot("guest-closed", guest)
    for kind in ("PDF", "Læs"):
        address = guest.get_by_role("link", name=kind).get_attribute("href")
        assert guest.request.get(f"{story.server.url}{address}").ok


# --- a party answers, another sees, the guest reads


def party(story: Story) -> None:
    page = story.pages["laptop"]
    page.goto(f"{story.server.url}/opfoelgning")
    link = page.locator("[data-testid=stCode]", has_text="/opgave/")
    press(page.get_by_role("button", name="Lys").first, page.get_by_text("Link til den ansvarlige"))
    press(page.get_by_text("Link til den ansvarlige"), page.get_by_role("button", name="Lav link"))
    press(page.get_by_role("button", name="Lav link"), link)
    theirs = story.open("party", browsing.laptop(story.browser))
    theirs.goto(link.inner_text().strip())
    theirs.get_by_label("Svar", exact=True).fill("Pærerne er skiftet i alle tre lamper")
    picture = {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(a_scene())}
    theirs.get_by_label("Billede", exact=True).set_input_files([picture])  # type: ignore[list-item]
    theirs.get_by_role("button", name="Tilføj billedet").click()
    expect(theirs.get_by_alt_text("Billede 1")).to_be_visible()
    story.shot("party", theirs, whole=True)
    theirs.get_by_role("button", name="Meld udført").click()
    expect(theirs.get_by_text("Tak. Jeres svar er gemt.")).to_be_visible()
    story.shot("party-done", theirs)


def seen_in_the_field(story: Story) -> None:
    page = story.open("worker", browsing.phone(story.browser), story.worker)
    page.goto(f"{story.server.url}/opfoelgning?show=look")
    press(page.get_by_role("button", name="Lys").first, page.get_by_role("button", name="Set i marken"))
    story.shot("look", page, whole=True)
    press(page.get_by_role("button", name="Set i marken"), page.get_by_text("Gemt – set i marken"))


def answer(story: Story) -> None:
    guest = story.pages["first"]
    guest.reload()
    expect(guest.locator("#counts")).to_have_text("1 af 10 er ordnet · 8 er i gang · 1 får nej med en grund")
    fresh = guest.locator("#list li").filter(has_text="Nyt siden sidst")
    expect(fresh).to_have_count(1)
    expect(fresh).to_contain_text("Ordnet. Vi har set det på stedet")
    expect(guest.locator("#fresh")).to_have_text("Nyt siden sidst: Fund 1")
    story.shot("guest-answer", guest, whole=True)


# --- the same way again


def again(story: Story) -> None:
    page, own = story.pages["laptop"], story.pages["leader"]
    page.goto(f"{story.server.url}/tryghedsvandringer?walk={story.walk_id}")
    press(page.get_by_text("Gå ruten igen"), page.get_by_role("button", name="Planlæg vandringen"))
    today(page)
    first = story.walk_id
    page.get_by_role("button", name="Planlæg vandringen").click()
    expect(page.get_by_role("button", name="Gem planen")).to_be_visible()
    assert story.walk_id != first
    story.shot("again", page)
    own.goto(f"{story.server.url}/walk/{story.walk_id}")
    press(own.get_by_role("button", name="Start vandring"), own.get_by_role("button", name="Afslut vandring"))
    story.shot("old-findings", own)
    for note, word in (("Høj hæk", "Bedre"), ("Knallerter", "Uændret"), ("Her går jeg", "Værre"), ("Bænken", "Væk")):
        line = own.locator("#old-list li").filter(has_text=note)
        line.get_by_role("button", name=word).click()
        expect(line).to_contain_text(f"Set efter: {word}")
    find(story, "leader", "Lys", spot=0, dark=6)
    expect(own.locator("#list h3")).to_have_count(5)
    clean(own)
    story.shot("checked", own)
    press(own.get_by_role("button", name="Afslut vandring"), own.get_by_role("link", name="Til afslutningsmødet"))


def compared(story: Story) -> None:
    page = story.pages["laptop"]
    page.goto(f"{story.server.url}/tryghedsvandringer?walk={story.walk_id}")
    press(page.get_by_text("Vælg alle, der mangler et svar"), page.get_by_text("Svar til 4 valgte fund"))
    page.get_by_text("Senere", exact=True).click()
    press(page.get_by_role("button", name="Gem svaret"), page.get_by_text("0 af 4 fund mangler et svar"))
    press(page.get_by_role("button", name="Luk mødet"), page.get_by_text("Åbn mødet igen"))
    page.get_by_text("Svar", exact=True).first.click()
    expect(page.get_by_text("0 af 4 er ordnet · 4 er udsat")).to_be_visible()
    expect(page.get_by_text("Det er væk siden sidste vandring")).to_be_visible()
    expect(page.get_by_text("Bedre: 1 · Uændret: 1 · Værre: 1 · Væk: 1")).to_be_visible()
    expect(page.get_by_text("Tryghed på stedet (1–7): 2,5 sidst, 6,0 nu.")).to_be_visible()
    story.shot("compared", page, whole=True)
    _, words = story.paper("second-report", f"/vandring/{story.walk_id}/rapport.pdf")
    for told in ("1 bedre", "1 værre", "Fund 2 fra sidst: bedre", "Høj hæk ved hjørnet"):
        assert told in words
