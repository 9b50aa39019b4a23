"""A photo on a phone: what is found is boxed, a finger covers more, and only what is left of it is ever kept."""

from __future__ import annotations

import io
import random

import pytest
from browsing import laptop, phone, sign_in, violations
from drawing import LAWN, a_scene, as_jpeg, draw_face, pieces_of, traces
from PIL import Image
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie, start_server

from fieldapp.store.connection import opened

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
MARK = (255, 0, 255)
CANARY = b"KanariePerson"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="module")
def server(folder):
    running = start_server(folder)
    yield running
    running.stop()


@pytest.fixture
def open_form(server, browser):
    """`open_form(**options)` gives a new worker's form with the folded part open."""
    contexts = []

    def start(make=phone, **more):
        context = make(browser, **more)
        contexts.append(context)
        sign_in(context, server.url, signed_in_cookie(server.database, make_user(server.database, "worker")))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(server.url + "/ny")
        expect(page.locator(".st-key-place-line")).to_contain_text("Vejlebroskolen")
        page.get_by_text("Tilføj note, billede eller andet").click()
        expect(page.get_by_role("button", name="Tag billede")).to_be_visible()
        expect(page.get_by_text("Ingen mennesker på billedet.")).to_be_visible()
        return page

    yield start
    for context in contexts:
        context.close()


def a_photo() -> tuple[bytes, tuple[int, int, int, int]]:
    """1200 × 1600 with a face above, a magenta square with noise in it below, and metadata; the box of the face."""
    scene = a_scene(1200, 1600)
    face = draw_face(scene, 450, 300, 300)
    scene.paste(MARK, (300, 1000, 600, 1300))
    chance = random.Random(5)  # the same noise in every run, and one that is taken for no plate
    grains = bytes(min(255, max(0, int(chance.gauss(128, 120)))) for _ in range(260 * 260))
    noise = Image.frombytes("L", (260, 260), grains)
    scene.paste(noise.convert("RGB"), (320, 1020))
    return as_jpeg(scene, comment=CANARY), face


def take(page, photo: bytes) -> None:
    picture = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.get_by_role("heading", name="Se billedet efter")).to_be_visible()


def searched(page) -> None:
    expect(page.get_by_role("button", name="Brug billedet")).to_be_enabled()


def boxes(page):
    return page.locator(".picture .box")


def at(page, x: float, y: float) -> dict[str, float]:
    """Where a point of the photo (1200 × 1600) lies on the screen."""
    frame = page.locator("dialog canvas").bounding_box()
    return {"x": frame["x"] + x / 1200 * frame["width"], "y": frame["y"] + y / 1600 * frame["height"]}


def swipe(page, start: dict[str, float], end: dict[str, float]) -> None:
    """One finger over the screen, as the browser itself reports it."""
    screen = page.context.new_cdp_session(page)
    way = [{name: start[name] + (end[name] - start[name]) * part / 6 for name in ("x", "y")} for part in range(1, 7)]
    screen.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [start]})
    for point in way:
        screen.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def kept(server) -> Image.Image:
    """The newest stored photo, of a draft or an observation."""
    with opened(server.database) as db:
        rows = list(db.query("SELECT jpeg, created_at FROM draft_photo UNION ALL SELECT jpeg, created_at FROM photo"))
    return Image.open(io.BytesIO(max(rows, key=lambda row: row["created_at"])["jpeg"])).convert("RGB")


def is_black(picture: Image.Image, box) -> bool:
    return max(high for _, high in picture.crop(box).getextrema()) <= 12


def magenta(picture: Image.Image) -> int:
    return sum(count for count, (r, g, b) in picture.getcolors(1 << 24) if r > 200 and g < 90 and b > 200)


def test_a_face_is_boxed_a_finger_covers_more_and_only_the_covered_photo_is_kept(server, folder, open_form):
    page, (photo, face) = open_form(), a_photo()
    take(page, photo)
    searched(page)
    expect(page.get_by_text("Appen kan overse ansigter. Se selv efter.")).to_be_visible()
    expect(boxes(page)).to_have_count(1)
    swipe(page, at(page, 280, 980), at(page, 620, 1320))
    expect(boxes(page)).to_have_count(2)
    expect(page.locator(".grip")).to_have_count(2)
    assert all(grip.bounding_box()["width"] >= 44 for grip in page.locator(".grip").all())
    page.get_by_role("button", name="Brug billedet").tap()
    expect(page.get_by_alt_text("Billede 1")).to_be_visible()
    page.locator(".st-key-categories").get_by_text("Hærværk").tap()
    page.get_by_role("button", name="Gem observation").tap()
    expect(page.get_by_text("Gemt – Hærværk")).to_be_visible()
    picture = kept(server)
    assert picture.size == (1200, 1600)
    assert is_black(picture, face) and is_black(picture, (305, 1005, 595, 1295))
    assert magenta(picture) == 0
    assert all(abs(a - b) < 8 for a, b in zip(picture.getpixel((100, 100)), LAWN, strict=True))
    assert traces(folder, [CANARY, *pieces_of(photo)]) == []


def test_a_box_can_be_shown_moved_grown_and_undone_by_touch(server, open_form):
    page, (photo, _face) = open_form(), a_photo()
    take(page, photo)
    searched(page)
    (found,) = boxes(page).all()
    before = found.bounding_box()
    found.tap()
    expect(found).to_have_attribute("aria-pressed", "false")
    found.tap()
    expect(found).to_have_attribute("aria-pressed", "true")
    middle = {"x": before["x"] + before["width"] / 2, "y": before["y"] + before["height"] / 2}
    swipe(page, middle, {"x": middle["x"] + 40, "y": middle["y"] + 60})
    assert abs(boxes(page).first.bounding_box()["x"] - before["x"] - 40) < 4
    grip = page.locator(".grip[data-corner=se]").bounding_box()
    corner = {"x": grip["x"] + 22, "y": grip["y"] + 22}
    swipe(page, corner, {"x": corner["x"] + 30, "y": corner["y"] + 30})
    assert abs(boxes(page).first.bounding_box()["width"] - before["width"] - 30) < 4
    for _ in range(4):
        page.get_by_role("button", name="Fortryd").tap()
    assert abs(boxes(page).first.bounding_box()["x"] - before["x"]) < 1
    expect(page.get_by_role("button", name="Fortryd")).to_be_disabled()


def test_the_editor_works_with_the_keyboard_alone(server, open_form):
    page, (photo, _face) = (
        open_form(laptop, geolocation={"latitude": 55.6133, "longitude": 12.3580}, permissions=["geolocation"]),
        a_photo(),
    )
    take(page, photo)
    searched(page)
    assert violations(page) == []
    page.get_by_role("button", name="Tilføj felt").focus()
    page.keyboard.press("Enter")
    mine = page.get_by_role("button", name="Felt 1: Dækket")
    expect(mine).to_be_focused()
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    for key in ("ArrowLeft",) * 5 + ("+",) * 5:
        page.keyboard.press(key)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Felt 1: Ikke dækket")).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Brug billedet").press("Enter")
    expect(page.get_by_alt_text("Billede 1")).to_be_visible()
    assert magenta(kept(server)) == 0


def test_without_an_answer_the_photo_is_covered_by_hand_and_waits_until_it_can_be_sent(server, open_form):
    page, (photo, _face) = open_form(), a_photo()
    page.route("**/api/v1/photos/look", lambda route: route.abort())
    page.route("**/api/v1/photos?*", lambda route: route.abort())
    take(page, photo)
    expect(page.get_by_text("Appen har ikke ledt i billedet.")).to_be_visible()
    expect(boxes(page)).to_have_count(0)
    swipe(page, at(page, 280, 980), at(page, 620, 1320))
    page.get_by_role("button", name="Brug billedet").tap()
    expect(page.get_by_text("Billedet blev ikke sendt.")).to_be_visible()
    page.unroute("**/api/v1/photos?*")
    page.get_by_role("button", name="Send billedet igen").tap()
    expect(page.get_by_alt_text("Billede 1")).to_be_visible()
    assert magenta(kept(server)) == 0


def test_a_discarded_photo_is_not_sent_and_can_be_fetched_back(server, open_form):
    page, (photo, _face) = open_form(), a_photo()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/photos?" in request.url else None)
    take(page, photo)
    searched(page)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Billedet er kasseret og ikke sendt.")).to_be_visible()
    expect(page.get_by_role("heading", name="Se billedet efter")).to_be_hidden()
    assert sent == []
    page.get_by_role("button", name="Fortryd: hent billedet igen").tap()
    expect(boxes(page)).to_have_count(1)
    page.get_by_role("button", name="Brug billedet").tap()
    expect(page.get_by_alt_text("Billede 1")).to_be_visible()
    assert len(sent) == 1


def test_what_the_phone_cannot_show_is_not_sent_and_the_reason_is_said(server, open_form):
    page = open_form()
    heic = {"name": "a.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(5000)}
    page.locator("input[type=file]").set_input_files(heic)
    expect(page.get_by_text("Mest kompatibel")).to_be_visible()
    expect(page.get_by_role("heading", name="Se billedet efter")).to_be_hidden()
