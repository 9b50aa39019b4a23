"""WCAG 2.1 A and AA on every screen in a real browser: axe, targets, language, headings, reflow, focus, motion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from browsing import BYCENTER, COLOURS, WCAG, patient, phone, press, sign_in, violations
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie, start_server

from fieldapp.model import Observation, uuid7
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.usecases import accounts, observations
from fieldapp.usecases.services import load_services

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a shared machine; nothing here is about speed
RULES = {"light": WCAG, "dark": COLOURS}
LAPTOP = {"width": 1280, "height": 800}
SCREENS = (
    "ny",
    "kort",
    "overblik",
    "hotspots",
    "opfoelgning",
    "tryghedsvandringer",
    "tilstedevaerelse",
    "indlaes",
    "administration",
    "enheder",
    "om_data",
    "mere",
)
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 32, 42)"}
HTML = "document.documentElement"

# What a finger may aim at, through shadow roots, and how large it is: a control is as large as the label or the box
# round it that answers the same tap. Links inside running text are WCAG's own exception (2.5.5).
SMALL = """() => {
  const found = [], wanted = "a[href], button, input, select, textarea, summary, [role=button], [role=radio], "
    + "[role=checkbox], [role=switch], [role=combobox], [role=option], [role=tab], [role=spinbutton]";
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) walk(one.shadowRoot);
      if (!one.matches(wanted) || !one.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
      if (one.tabIndex < 0 && one.closest("[role=group]") && one.tagName === "BUTTON") continue;
      if (one.matches("p a, li a") || one.disabled) continue;
      const around = one.matches("input, [role=spinbutton]") ? one.closest("label, [role=group]") : null;
      const boxes = [one, around].filter(Boolean).map((e) => e.getBoundingClientRect());
      if (boxes[0].width <= 2 && boxes.length === 1) continue;
      if (boxes.some((b) => b.right < 0 || b.bottom < -5000)) continue;
      if (boxes.some((b) => Math.round(b.width) >= 44 && Math.round(b.height) >= 44)) continue;
      const b = boxes.at(-1);
      const name = one.ariaLabel || one.innerText || one.type || one.id;
      found.push(`${one.tagName} ${name} ${Math.round(b.width)}×${Math.round(b.height)}`);
    }
  };
  walk(document);
  return found;
}"""
WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility())
  .filter((e) => !e.closest(".fa-scroll, [data-testid=stCode] pre, [data-testid=stDataFrame]"))
  .slice(0, 5).map((e) => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right))"""


class World:
    """A server with forty observations, one coordinator, and an invitation nobody has used."""

    def __init__(self, folder) -> None:
        self.server = start_server(folder)
        services, now = load_services(Settings()), datetime.now(UTC)
        self.user = make_user(self.server.database, "coordinator", name="Karen Koordinator")
        with opened(self.server.database) as db:
            for n in range(40):
                wire = {
                    "id": uuid7(now),
                    "category": ("vandalism", "group", "good", "litter")[n % 4],
                    "lat": 55.6120 + n % 7 * 0.0004,
                    "lon": 12.3560 + n // 7 * 0.0006,
                    "observed_at": (now - timedelta(hours=3 + 13 * n)).isoformat(),
                    "note": "Ved cykelskuret" if n % 3 == 0 else None,
                }
                wire = {name: value for name, value in wire.items() if value is not None}
                seen = Observation.from_wire(wire, catalogue=services.catalogue, now=now)
                observations.record(seen, user=self.user, db=db, services=services, now=now)
            self.invitation = accounts.add_user(
                accounts.SYSTEM, "Vera Æble", self.user.role, frozenset(), db=db, now=now
            )

    def token(self):
        return signed_in_cookie(self.server.database, self.user, device="Chrome på Android")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("accessible"))
    yield made
    made.server.stop()


@pytest.fixture(params=["phone", "laptop"])
def page(request, world, browser):
    """One signed-in page, on the phone and on the laptop."""
    more = {"viewport": LAPTOP, "locale": "da-DK", "geolocation": BYCENTER, "permissions": ["geolocation"]}
    context = phone(browser) if request.param == "phone" else patient(browser.new_context(**more))
    sign_in(context, world.server.url, world.token())
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.small_screen = request.param == "phone"
    yield page
    context.close()


@pytest.fixture
def small_page(world, browser):
    context = phone(browser)
    sign_in(context, world.server.url, world.token())
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.small_screen = True
    yield page
    context.close()


def settled(page):
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def show(page, world, screen):
    page.goto(f"{world.server.url}/{screen}")
    expect(page.locator("h1")).to_be_visible()
    settled(page)
    if screen in ("ny", "kort"):
        expect(the_map(page).locator(".fa-border").first).to_be_attached()
    if screen == "ny":
        expect(page.locator(".st-key-place-line")).to_be_visible()
    if screen == "kort":
        expect(the_map(page).locator(".fa-live")).to_have_text("40 observationer vist")
    if screen == "overblik":
        expect(page.locator(".fa-bars")).to_be_visible()


def the_map(page):
    return page.frame_locator("iframe[title='Kort']")


def check(page, what):
    """Every fault by day, and on the phone by night and every small target; `what` names the state in the report."""
    faults = []
    for scheme, ground in GROUNDS.items() if page.small_screen else [("light", GROUNDS["light"])]:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # or axe measures colours on their way
        expect(page.locator(".stApp").or_(page.locator("body:not(:has(#root))"))).to_have_css(
            "background-color", ground
        )
        faults += [f"{what} {scheme} {one}" for one in violations(page, RULES[scheme])]
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if page.small_screen:
        for frame in page.frames:
            if frame.url.startswith("http"):
                faults += [f"{what} small target {one}" for one in frame.evaluate(SMALL)]
        if page.evaluate(f"{HTML}.scrollWidth") > 390:
            faults.append(f"{what} scrolls sideways: {page.evaluate(WIDE)}")
    return faults


def test_the_form_empty_unfolded_wrong_and_saved(page, world):
    show(page, world, "ny")
    faults = check(page, "ny")
    save = page.get_by_role("button", name="Gem observation")
    press(save, page.get_by_text("Vælg først, hvad du ser."))
    categories = page.locator(".st-key-categories")
    press(categories.get_by_text("+ Flere"), categories.get_by_text("Bekymrende gruppe"))
    categories.get_by_text("Bekymrende gruppe").click()
    press(page.get_by_text("Tilføj note, billede eller andet"), page.locator("textarea"))
    page.locator("textarea").fill("Ring 20 30 40 50")
    page.locator("textarea").blur()
    expect(page.locator("mark")).to_be_visible()
    press(page.get_by_text("Søg sted, eller brug samme sted som sidst"), page.get_by_label("Sted eller adresse"))
    press(page.get_by_text("Vælg tid"), page.get_by_label("Dato").first)
    settled(page)
    faults += check(page, "ny unfolded")
    press(save, page.locator(".st-key-save-bar").get_by_text("Teksten ligner persondata"))
    faults += check(page, "ny refused")
    page.get_by_role("button", name="Fjern", exact=True).click()
    expect(page.locator("textarea")).to_have_value("Ring")
    question, saved = page.get_by_text("Er det den samme?"), page.get_by_text("Gemt – Bekymrende gruppe")
    press(save, question.or_(saved))
    if question.count():
        press(page.get_by_role("button", name="Ny", exact=True), saved)
    expect(saved).to_be_visible()
    with opened(world.server.database) as db:
        newest = next(db.query("SELECT id FROM observation ORDER BY recorded_at DESC, id DESC"))["id"]
        observations.undo(newest, user=world.user, db=db, now=datetime.now(UTC))
    faults += check(page, "ny saved")
    assert not faults, "\n".join(faults)


def test_map_list_filter_and_an_opened_observation(page, world):
    show(page, world, "kort")
    faults = check(page, "kort")
    press(page.get_by_role("button", name="Filter"), page.get_by_test_id("stPopoverBody"))
    faults += check(page, "kort filter")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    press(page.locator("[class*='st-key-row-'] button").first, page.get_by_role("button", name="Set igen nu"))
    press(page.get_by_text("Ret observationen"), page.get_by_role("button", name="Gem rettelse"))
    faults += check(page, "kort dialog")
    page.goto(f"{world.server.url}/kort?category=shoplifting&period=own")
    expect(page.get_by_text("Det betyder ikke, at der ikke sker noget.")).to_be_visible()
    settled(page)
    faults += check(page, "kort empty")
    assert not faults, "\n".join(faults)


def test_overview_with_its_tables_and_the_quiet_screens(page, world):
    show(page, world, "overblik")
    page.get_by_text("Vis ugerne som tabel").click()
    faults = check(page, "overblik")
    show(page, world, "administration")
    page.get_by_text("Tilføj bruger").click()
    press(page.get_by_text("Karen Koordinator ·"), page.get_by_role("button", name="Luk kontoen"))
    faults += check(page, "administration")
    show(page, world, "enheder")
    faults += check(page, "enheder")
    for screen in ("hotspots", "tilstedevaerelse", "mere", "om_data"):
        show(page, world, screen)
        faults += check(page, screen)
    assert not faults, "\n".join(faults)


def test_import_with_a_file_that_has_bad_rows(page, world):
    show(page, world, "indlaes")
    faults = check(page, "indlaes")
    text = "kategori,lat,lon,tidspunkt,note\nHærværk,55.61,12.35,2026-01-05 10:00,x\nUkendt,99,12,i går,20 30 40 50\n"
    file = {"name": "ældre.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("ældre.csv").first).to_be_visible()
    settled(page)
    faults += check(page, "indlaes with a file")
    assert not faults, "\n".join(faults)


def test_the_doors_sign_in_set_up_and_invitation(page, world):
    page.context.clear_cookies()
    faults = []
    for path in (
        "login",
        "login?lang=en",
        "om-data",
        "setup?token=x",
        "invite?token=x",
        f"invite?token={world.invitation}",
    ):
        page.goto(f"{world.server.url}/{path}")
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate(f"{HTML}.lang") == ("en" if "lang=en" in path else "da")
        faults += check(page, path[:12])
    assert not faults, "\n".join(faults)


def test_each_screen_has_its_language_one_h1_no_leap_in_headings_and_fits_320_pixels_and_200_percent(browser, world):
    # 200 % on a screen of 1280 pixels is a page of 640; 400 % is one of 320 (WCAG 1.4.10).
    sizes = {"width": 640, "height": 400}, {"width": 320, "height": 640}
    context = patient(browser.new_context(viewport=sizes[0], locale="da-DK"))
    sign_in(context, world.server.url, world.token())
    page = context.new_page()
    page.set_default_timeout(20_000)
    for screen in SCREENS:
        show_without_position(page, world, screen)
        assert page.locator("h1").count() == 1, screen
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))")
        assert all(after - before <= 1 for before, after in pairwise(levels)), (screen, levels)
        assert page.evaluate(f"{HTML}.lang") == "da", screen
        for size in sizes:
            page.set_viewport_size(size)
            page.wait_for_timeout(400)
            wide = page.evaluate(f"{HTML}.scrollWidth") > size["width"] or page.evaluate(WIDE)
            assert not wide, (screen, size, page.evaluate(WIDE))
            if screen == "ny":
                expect(page.get_by_role("button", name="Gem observation")).to_be_in_viewport()
        page.set_viewport_size(sizes[0])
    context.close()


def test_the_chosen_language_is_on_the_next_screen_and_in_its_map(small_page, world):
    page = small_page
    show(page, world, "mere")
    page.get_by_text("English", exact=True).click()
    try:
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.goto(f"{world.server.url}/kort")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.frame_locator("iframe[title='Map']").locator("html")).to_have_attribute("lang", "en")
    finally:
        with opened(world.server.database) as db:
            accounts.set_language(world.user, "da", db=db, now=datetime.now(UTC))


def show_without_position(page, world, screen):
    page.goto(f"{world.server.url}/{screen}")
    expect(page.locator("h1")).to_be_visible()
    settled(page)


def test_every_stop_of_the_tab_key_is_seen(world, browser):
    context = patient(browser.new_context(viewport=LAPTOP, locale="da-DK"))
    sign_in(context, world.server.url, world.token())
    page = context.new_page()
    page.set_default_timeout(20_000)
    seen = """() => {
      let one = document.activeElement;
      while (one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
      if (one === document.body || one.tagName === "IFRAME") return "elsewhere";
      const marked = (e) => {
        const s = getComputedStyle(e);
        return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none";
      };
      for (let e = one, n = 0; e && n < 4; e = e.parentElement, n++) if (marked(e)) return "seen";
      return one.outerHTML.slice(0, 160);
    }"""
    unseen = set()
    for screen in ("ny", "kort", "mere"):
        show_without_position(page, world, screen)
        for _ in range(30):
            page.keyboard.press("Tab")
            unseen.add((screen, page.evaluate(seen)))
    assert {(screen, what) for screen, what in unseen if what not in ("seen", "elsewhere")} == set()
    assert {screen for screen, what in unseen if what == "seen"} == {"ny", "kort", "mere"}
    context.close()


def test_nothing_moves_for_those_who_ask_for_stillness(world, browser):
    context = phone(browser, reduced_motion="reduce")
    sign_in(context, world.server.url, world.token())
    page = context.new_page()
    page.set_default_timeout(20_000)
    show(page, world, "kort")
    press(page.get_by_role("button", name="Filter"), page.get_by_test_id("stPopoverBody"))
    slow = page.evaluate("""() => document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().duration > 10)
        .map((one) => one.animationName || one.transitionProperty)""")
    assert slow == []
    still = "() => [map.options.zoomAnimation, map.options.fadeAnimation, map.options.inertia]"
    frame = next(frame for frame in page.frames if "streamlit_folium" in frame.url)
    assert frame.evaluate(still) == [False, False, False]
    context.close()


def test_the_page_without_a_line_by_touch_by_keyboard_and_enlarged(page, world):
    page.goto(f"{world.server.url}/offline")
    expect(page.get_by_role("radio", name="Hærværk")).to_be_visible()
    expect(page.locator("#place")).to_contain_text("Vejlebroskolen")
    faults = check(page, "offline")
    page.get_by_role("radio", name="Hærværk").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("Tilføj note, billede eller andet").press("Enter")
    page.get_by_role("textbox", name="Hvad så du?").fill("Ring 20 30 40 50")
    expect(page.get_by_text("Persondata kan ikke gemmes", exact=True)).to_be_visible()
    page.get_by_role("button", name="Vis kort").press("Enter")
    expect(page.locator(".leaflet-overlay-pane path").first).to_be_attached()
    page.get_by_role("button", name="Gem observation").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    faults += check(page, "offline refused")
    page.get_by_role("textbox", name="Hvad så du?").fill("")
    page.get_by_role("button", name="Sæt stedet senere").press("Enter")
    page.get_by_role("button", name="Gem observation").press("Enter")
    expect(page.get_by_text("Gemt på telefonen")).to_be_visible()
    page.get_by_role("button", name="Se dem").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Sted mangler")
    faults += check(page, "offline queue")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(f"{HTML}.scrollWidth") <= 320, page.evaluate(WIDE)
    assert not faults, "\n".join(faults)
