"""The maps and the GPS component in a real Chromium on a phone's screen, with the content policy of the app."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from browsing import CHROMIUM
from map_phone import Phone
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[1]
COPENHAGEN = {"latitude": 55.6761, "longitude": 12.5683, "accuracy": 500}

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "tests" / "map_app.py"), str(port)]
    server = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(150):
        try:
            urllib.request.urlopen(f"{url}/api/v1/places", timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield url
    server.terminate()
    server.wait(10)


@pytest.fixture
def phone(browser, address):
    opened = []

    def start(path="/", **options):
        opened.append(Phone(browser, address, path, **options))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_the_pin_follows_the_position_without_a_reload_of_the_map(phone):
    there = phone()
    there.says("fix 55.6133 12.3580 ±8")
    there.says("Din position er fundet (± 8 m)")
    there.until(lambda: there.pin() == ["55.6133", "12.3580"])
    there.shot("picker")
    there.context.set_geolocation({"latitude": 55.6139, "longitude": 12.3588, "accuracy": 6})
    there.until(lambda: there.pin() == ["55.6139", "12.3588"])
    there.says("fix 55.6139 12.3588 ±6")
    assert there.frames_loaded == 1


def test_a_tap_sets_the_place_and_later_positions_do_not_move_it(phone):
    there = phone()
    there.until(lambda: there.pin() == ["55.6133", "12.3580"])
    there.map.locator("#map_div").tap(position={"x": 150, "y": 110})
    there.says("valgt 1")
    chosen = there.pin()
    assert chosen != ["55.6133", "12.3580"]
    there.says("Stedet er valgt.")
    view = there.view()
    there.context.set_geolocation({"latitude": 55.6150, "longitude": 12.3500, "accuracy": 5})
    there.still()
    assert there.pin() == chosen
    assert there.view() == view
    there.page.get_by_role("button", name="Brug min position").tap()
    there.until(lambda: there.pin() == ["55.6150", "12.3500"])
    there.says("fix 55.6150 12.3500 ±5")
    there.says("pin None")
    assert there.frames_loaded == 1


def test_a_dragged_pin_and_a_long_press_are_told_to_python(phone):
    there = phone()
    there.until(lambda: there.pin() == ["55.6133", "12.3580"])
    there.still()
    box = there.map.locator(".fa-pin").bounding_box()
    there.page.mouse.move(box["x"] + 22, box["y"] + 22)
    there.page.mouse.down()
    there.page.mouse.move(box["x"] + 82, box["y"] + 62, steps=6)
    there.page.mouse.up()
    there.says("valgt 1")
    dragged = there.pin()
    assert dragged != ["55.6133", "12.3580"]
    there.in_map("() => map.fire('contextmenu', {latlng: L.latLng(55.612, 12.351)})")
    there.says("pin (55.612, 12.351) valgt 2")


def test_a_place_found_by_python_moves_the_pin_without_a_reload(phone):
    there = phone()
    there.until(lambda: there.pin() == ["55.6133", "12.3580"])
    there.page.get_by_role("button", name="Stedsøgning").tap()
    there.until(lambda: there.pin() == ["55.6184", "12.3625"])
    assert there.frames_loaded == 1


def test_the_keyboard_alone_chooses_the_middle_of_the_map(phone):
    there = phone()
    there.until(lambda: there.pin() == ["55.6133", "12.3580"])
    there.map.locator("#map_div").focus()
    there.page.keyboard.press("ArrowRight")
    there.still()
    there.page.keyboard.press("Enter")
    there.says("valgt 1")
    assert float(there.pin()[1]) > 12.3580
    there.shot("keyboard")


def test_denied_permission_says_what_to_do_and_the_map_still_works(phone):
    there = phone(position=None)
    there.says("Du har ikke givet adgang til positionen. Tryk på kortet")
    there.says("fejl denied")
    there.shot("denied")
    there.map.locator("#map_div").tap(position={"x": 150, "y": 160})
    there.says("valgt 1")


@pytest.mark.parametrize(
    ("before", "sentence", "kind"),
    [
        (
            "Object.defineProperty(window, 'isSecureContext', {value: false})",
            "Positionen kan kun bruges på https. Tryk på kortet",
            "insecure",
        ),
        (
            "navigator.geolocation.watchPosition = (good, bad) => { setTimeout(() => bad({code: 2}), 50); return 1; }",
            "Telefonen kan ikke finde sin position. Slå placering til, eller tryk på kortet.",
            "unavailable",
        ),
        (
            "navigator.geolocation.watchPosition = (good, bad) => { setTimeout(() => bad({code: 3}), 50); return 1; }",
            "Positionen er ikke fundet endnu. Gå fri af bygninger, eller tryk på kortet.",
            "timeout",
        ),
    ],
)
def test_each_reason_for_no_position_has_its_own_sentence(phone, before, sentence, kind):
    there = phone(before=before)
    there.says(sentence)
    there.says(f"fejl {kind}")


def test_a_poor_position_is_said_and_used(phone):
    there = phone(position=COPENHAGEN)
    there.says("Usikker position (± 500 m). Tryk på kortet for at rette.")
    there.says("fix 55.6761 12.5683 ±500")
    there.until(lambda: there.pin() == ["55.6761", "12.5683"])


def test_a_still_phone_does_not_make_the_page_run_again(phone):
    there = phone()
    there.says("fix 55.6133 12.3580 ±8")
    there.still()
    runs = there.page.get_by_text("kørsler").inner_text()
    for accuracy in (7.9, 7.5, 7.7, 7.2):
        there.context.set_geolocation({"latitude": 55.61331, "longitude": 12.35801, "accuracy": accuracy})
        there.page.wait_for_timeout(300)
    there.still()
    assert there.page.get_by_text("kørsler").inner_text() == runs


def test_a_new_filter_fetches_again_and_keeps_zoom_and_centre(phone, address):
    there = phone("/?side=kort")
    there.map_says("37 observationer vist")
    there.shot("cells")
    there.in_map("() => map.setView([55.6133, 12.358], 16, {animate: false})")
    there.still()
    there.shot("points")
    view = there.view()
    there.page.evaluate("() => history.replaceState({}, '', '/?side=kort&category=good')")
    there.map_says("1 observation vist")
    assert there.view() == view
    assert there.frames_loaded == 1
    asked = json.load(urllib.request.urlopen(f"{address}/test/asked"))
    assert asked[-1].startswith("side=kort&category=good&zoom=16&bbox=12.")


def test_a_tapped_point_tells_python_its_id_each_time_and_shows_hostile_labels_as_text(phone):
    there = phone("/?side=kort")
    there.map_says("37 observationer vist")
    there.in_map("() => map.setView([55.614, 12.3592], 18, {animate: false})")
    there.still()
    there.tap_at(55.614, 12.3592)
    there.says("trykket b2 1")
    there.map_says("{{7*7}}<img src=x onerror=alert(1)>`${1}`{%")
    there.map_says("Din egen")
    there.shot("popup")
    there.map.get_by_role("button", name="Luk").tap()
    there.tap_at(55.614, 12.3592)
    there.says("trykket b2 2")
    there.map.locator("#map_div").tap(position={"x": 60, "y": 400})
    there.still()
    there.says("trykket b2 2")
    assert there.frames_loaded == 1


def test_a_new_version_of_the_data_is_fetched_without_a_reload(phone, address):
    there = phone("/?side=kort")
    there.map_says("37 observationer vist")
    there.still()
    before = len(json.load(urllib.request.urlopen(f"{address}/test/asked")))
    there.page.get_by_role("button", name="Ny version").tap()
    there.until(lambda: len(json.load(urllib.request.urlopen(f"{address}/test/asked"))) > before)
    assert there.frames_loaded == 1


def test_a_failed_fetch_is_said_and_can_be_tried_again(phone, address):
    urllib.request.urlopen(f"{address}/test/asked?broken=1").close()
    there = phone("/?side=kort")
    there.map_says("Observationerne kunne ikke hentes.")
    there.still()  # a map that moves asks anew by itself
    there.shot("failed")
    urllib.request.urlopen(f"{address}/test/asked?broken=0").close()
    there.map.get_by_role("button", name="Prøv igen").tap()
    there.map_says("37 observationer vist")
    assert there.map.get_by_text("kunne ikke hentes").count() == 0


def test_controls_are_large_enough_and_named_in_danish(phone):
    there = phone("/?side=kort", dark=True)
    there.map_says("37 observationer vist")
    for name in ("Zoom ind", "Zoom ud"):
        box = there.map.get_by_role("button", name=name).bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
    there.map_says("Skoledistrikter er vejledende (ikke officielle grænser)")
    there.map_says("Strandgårdskolen")
    there.shot("dark")


def test_a_base_map_that_does_not_answer_leaves_the_drawn_map_and_says_so(phone):
    there = phone("/?side=fliser")
    there.map_says("Baggrundskort svarer ikke")
    there.map_says("Strandgårdskolen")
    there.map_says("© {{7*7}} <b>Prøve</b>")
    there.shot("no-tiles")


def test_coming_back_to_a_page_finds_the_map_as_it_was_left(phone):
    there = phone("/?side=kort")
    there.map_says("37 observationer vist")
    there.in_map("() => map.setView([55.6133, 12.358], 17, {animate: false})")
    there.still()
    there.page.reload()
    there.map_says("37 observationer vist")
    assert there.view() == ["55.61330", "12.35800", 17]


def test_a_new_position_in_one_tab_does_not_move_the_pin_of_another(phone):
    one = phone()
    one.until(lambda: one.pin() == ["55.6133", "12.3580"])
    other = one.context.new_page()
    other.goto(one.address)
    other.frame_locator("iframe[title='Kort']").locator(".fa-pin").wait_for()
    other.get_by_role("button", name="Stedsøgning").tap()
    expect(other.get_by_text("pin (55.6184, 12.3625)")).to_be_visible()
    assert one.pin() == ["55.6133", "12.3580"]
