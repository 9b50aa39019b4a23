"""The map of squares on «Overblik» in a real browser on a real server: what is drawn, said and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
from browsing import foreign, phone, requests_of, sign_in
from planting import days_before, middle, present, put_all, seen, square_of
from playwright.sync_api import Browser, Frame, Page, expect
from serving import Server, make_user, signed_in_cookie, start_server
from test_squares import HOT, all_squares

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Role
from fieldapp.store.connection import opened

EMPTY = square_of(55.6270, 12.2600)
DARKEST = [0x13, 0x4F, 0x92, 255]
PIXEL = """([lat, lon]) => {
  const canvas = document.querySelector('.fa-canvas'), at = map.latLngToContainerPoint([lat, lon]);
  const box = canvas.getBoundingClientRect(), frame = document.querySelector('#map_div').getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const x = (at.x + frame.left - box.left) * ratio, y = (at.y + frame.top - box.top) * ratio;
  return [...canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data];
}"""


TAP = """(at) => map.fire('click', {latlng: L.latLng(at), containerPoint: map.latLngToContainerPoint(at)})"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Forty mopeds at one place, two a year elsewhere, ten hours everywhere but at one place: squares of 500 m."""
    running = start_server(tmp_path_factory.mktemp("squares"))
    today = datetime.now(COPENHAGEN).date()
    workers = make_user(running.database, Role.WORKER), make_user(running.database, Role.WORKER)
    with opened(running.database) as db:
        put_all(db, seen(HOT, "moped", days_before(today, 40, step=3), workers, district="vejlebro"))
        even = [seen(cell, "moped", days_before(today, 2), workers, district=own) for cell, own in all_squares()[::6]]
        put_all(db, [one for group in even for one in group])
        near = {(EMPTY[0] + north, EMPTY[1] + east) for north in (-1, 0, 1) for east in (-1, 0, 1)}
        present(db, workers[0], {cell: 10.0 for cell, _own in all_squares() if cell not in near}, today)
    yield running
    running.stop()


def opened_map(browser: Browser, server: Server, role: Role, *districts: str, address: str = "") -> tuple[Page, Frame]:
    """The page on a phone once its map has told what stands out."""
    context = phone(browser)
    context.set_default_timeout(30_000)
    sign_in(context, server.url, signed_in_cookie(server.database, make_user(server.database, role, districts)))
    page = context.new_page()
    page.loud = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.loud.append(message.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.loud.append(f"pageerror {error}"))  # type: ignore[attr-defined]
    page.goto(f"{server.url}/overblik{address}")
    page.frame_locator("iframe[title='Kort']").locator(".fa-live:not(:empty)").wait_for()
    return page, next(frame for frame in page.frames if "streamlit_folium" in frame.url)


def test_a_tap_on_the_dark_outlined_square_says_why_and_a_filter_keeps_the_frame(
    browser: Browser, server: Server
) -> None:
    page, frame = opened_map(browser, server, Role.COORDINATOR)
    asked = requests_of(page)
    expect(frame.get_by_text("1 sted skiller sig ud")).to_be_visible()
    lat, lon = middle((HOT[0] // 2, HOT[1] // 2), 500)
    frame.evaluate(f"() => map.setView([{lat}, {lon}], 15, {{animate: false}})")
    page.wait_for_timeout(500)
    assert frame.evaluate(PIXEL, [lat, lon]) == DARKEST
    frame.evaluate(TAP, [lat, lon])
    expect(frame.get_by_text("A · Centerstien")).to_be_visible()
    expect(frame.get_by_text("Det er næppe kun tilfældigt. Tallene siger ikke hvorfor.")).to_be_visible()
    expect(frame.get_by_text("Felt på 500 × 500 m")).to_be_visible()
    page.get_by_test_id("stSelectbox").filter(has_text="Kategori").get_by_role("combobox").click()
    page.get_by_role("option", name="Hærværk").click()
    expect(frame.get_by_text("Ingen steder skiller sig ud")).to_be_visible()
    assert page.url.endswith("category=vandalism")
    assert [url for url in asked if "streamlit_folium" in url and url.endswith("index.html")] == []
    assert foreign(asked, server.url) == []
    assert [line for line in page.loud if "Content Security" in line or line.startswith("pageerror")] == []  # type: ignore[attr-defined]


def test_a_square_without_a_visit_says_so_and_the_keyboard_opens_it(browser: Browser, server: Server) -> None:
    page, frame = opened_map(browser, server, Role.COORDINATOR, address="?category=vandalism")
    lat, lon = middle(EMPTY)
    frame.evaluate(f"() => map.setView([{lat}, {lon}], 16, {{animate: false}})")
    frame.locator("#map_div").focus()
    page.keyboard.press("Enter")
    expect(frame.get_by_text("Ingen besøg. Det betyder ikke, at der ikke sker noget.")).to_be_visible()


def test_an_ssp_group_is_sent_its_own_district_only_and_a_stranger_nothing(server: Server) -> None:
    cookie = signed_in_cookie(server.database, make_user(server.database, Role.SSP, ["strandgaard"]))
    own = json.loads(server.get("/api/v1/squares?district=vejlebro", cookie=cookie).body)
    chief = signed_in_cookie(server.database, make_user(server.database, Role.COORDINATOR))
    all_of_it = json.loads(server.get("/api/v1/squares?period=findes-ikke&category=nej", cookie=chief).body)
    assert (len(own["n"]), own["area"], own["spots"]) == (4, "strandgaard", [])
    assert (len(all_of_it["n"]), len(all_of_it["spots"])) == (147, 1)
    assert server.get("/api/v1/squares").status == 401
    ends = server.get("/api/v1/squares?period=egen&from=2026-02-02&to=2026-01-01", cookie=chief)
    assert (ends.status, json.loads(ends.body)["code"]) == (422, "invalid")
