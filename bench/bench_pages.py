"""«Kort» and «Overblik» at 600, 60 000 and a million rows: first paint, a filter changed, the server, the map."""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import Mapping
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext, Page

from bench.serving_bench import SETTLED, Running, figures, load, milliseconds_until, phones, rounded, running
from bench.streamlit_client import Session
from fieldapp.model import Role
from fieldapp.store import meta
from fieldapp.store.connection import opened, writing

SIZES = (600, 60_000, 1_000_000)
REPEATS = 5
ZOOMS = range(11, 19)
TARGETS = {"ratio at 60 000": 2, "Overblik at 1M": 1.5, "map_bytes": 300_000}
MIDDLE = (55.6133, 12.3580)
# What shows the content, and from when on it is there: the list's heading with its number, the overview's sentences.
_SHOWN = {
    "kort": "(document.querySelector('h2, h3')?.innerText ?? '')",
    "overblik": "(document.querySelector('[data-testid=stMain] .fa')?.innerText ?? '')",
}
CONTENT = {"kort": f"/^[0-9.]+ observation/.test({_SHOWN['kort']})", "overblik": f"{_SHOWN['overblik']}.length > 200"}
_FILTER = {"kort": "f-period", "overblik": "overblik-period"}
# Never the choice that is there from the start. The first of each is no part of the figures: it also makes what is made
# once a day and period (the half year behind the overview's map, see `hotspot_chain`).
_FIRST = (2, 3, 1)
_CHOICES = (*_FIRST, *_FIRST, *_FIRST)
_TAPPED = "() => addEventListener('click', () => { window.tapped = performance.now(); }, { once: true, capture: true })"


def run() -> dict[str, Any]:
    """Milliseconds per page and size (median, least, most), bytes per zoom, and the ratio of many rows to few."""
    found: dict[str, Any] = {"targets": TARGETS, "pages": {}, "map": {}}
    for size in SIZES:
        with running(size) as app:
            found["pages"][size] = _pages(app)
            found["map"][size] = _map_rows(app)
    found["ratio"] = {f"{size} : {SIZES[0]}": _ratio(found["pages"], size) for size in SIZES[1:]}
    found["map_ratio"] = {f"{size} : {SIZES[0]}": _ratio(found["map"], size) for size in SIZES[1:]}
    found["map_largest_bytes"] = max(
        value for one in found["map"].values() for name, value in one.items() if name.endswith("bytes")
    )
    return found | load()


def _ratio(by_size: Mapping[int, Mapping[str, Any]], size: int) -> dict[str, float]:
    few, many = by_size[SIZES[0]], by_size[size]
    return {name: round(many[name] / few[name], 2) for name in few if name.endswith("ms")}


def _pages(app: Running) -> dict[str, float | str]:
    times: dict[str, list[float]] = {}
    cookie = app.cookie(Role.COORDINATOR)
    with phones() as phone:
        context = phone(app.url, cookie)
        for page in CONTENT:
            _painted(context, app, page)  # files in the browser's cache, modules in the server
            times[f"{page} first paint_ms"] = [_painted(context, app, page) for _ in range(REPEATS)]
            times[f"{page} filter_ms"] = _filtered(context, app, page)
        context.close()
    for page in CONTENT:
        first, again = asyncio.run(_server_part(app, cookie, page))
        times[f"{page} server first_ms"], times[f"{page} server filter_ms"] = first, again
    found = {name: figures(values) for name, values in times.items()}
    spread = {f"{name} (least–most)": f"{one['least']:.0f}–{one['most']:.0f}" for name, one in found.items()}
    return {name: one["median"] for name, one in found.items()} | spread


def _painted(context: BrowserContext, app: Running, page: str) -> float:
    _news(app)
    tab = context.new_page()
    tab.goto(f"{app.url}/{page}", wait_until="commit")
    time_ms = milliseconds_until(tab, CONTENT[page])
    tab.close()
    return time_ms


def _filtered(context: BrowserContext, app: Running, page: str) -> list[float]:
    """From the tap on another period to the page that shows it."""
    tab = context.new_page()
    tab.goto(f"{app.url}/{page}")
    milliseconds_until(tab, CONTENT[page])
    times = [_change(tab, app, page, choice) for choice in _CHOICES]
    tab.close()
    return times[len(_FIRST) :]


def _change(tab: Page, app: Running, page: str, choice: int) -> float:
    tab.wait_for_function(SETTLED)
    tab.wait_for_timeout(400)
    _news(app)
    tab.evaluate(f"() => {{ window.before = {_SHOWN[page]}; }}")
    tab.locator(f".st-key-{_FILTER[page]} [data-testid=stSelectbox] input").click()
    options = tab.get_by_role("option")
    options.first.wait_for()
    tab.evaluate(_TAPPED)
    options.nth(choice).click()
    return milliseconds_until(tab, f"{CONTENT[page]} && {_SHOWN[page]} !== window.before", since="window.tapped")


async def _server_part(app: Running, cookie: str, page: str) -> tuple[list[float], list[float]]:
    """Milliseconds from the message that asks for a run to the one that ends it."""
    first = []
    for _ in range(REPEATS):
        _news(app)
        async with Session(app.url, cookie, page) as session:
            first.append(await session.rerun() * 1000)
    again = []
    async with Session(app.url, cookie, page) as session:
        await session.rerun()
        period = session.widget("selectbox", _FILTER[page])
        for choice in _CHOICES:
            _news(app)
            again.append(await session.rerun({period.id: {"string_value": period.options[choice]}}) * 1000)
    return first, again[len(_FIRST) :]


def _news(app: Running) -> None:
    """As when somebody saves: nothing computed before may be shown again."""
    with opened(app.database) as db, writing(db):
        meta.touch(db)


def _map_rows(app: Running) -> dict[str, float]:
    """What the map asks for on a phone of 390 × 460 at each zoom, over the whole two years; unpacked bytes."""
    connection = http.client.HTTPConnection(app.server.host, timeout=60)
    headers = {"Cookie": f"fieldapp={app.cookie(Role.COORDINATOR)}"}
    found: dict[str, float] = {}
    for zoom in ZOOMS:
        times, size = [], 0
        for _ in range(REPEATS):
            started = time.perf_counter()
            connection.request("GET", f"/api/v1/map?period=all&zoom={zoom}&bbox={_box(zoom)}", headers=headers)
            answer = connection.getresponse()
            size = len(answer.read())
            times.append((time.perf_counter() - started) * 1000)
            assert answer.status == 200
        found[f"zoom {zoom} bytes"], found[f"zoom {zoom} ms"] = size, rounded(median(times))
    connection.close()
    return found


def _box(zoom: int) -> str:
    lat, lon = MIDDLE
    degrees = 360 / (256 * 2**zoom)
    half_lon, half_lat = 195 * degrees, 230 * degrees * 0.565
    return f"{lon - half_lon:.5f},{lat - half_lat:.5f},{lon + half_lon:.5f},{lat + half_lat:.5f}"


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
