"""From the tap on «Gem observation» to «Gemt» on a phone-sized Chromium on loopback, and the server's part alone."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from bench.serving_bench import SETTLED, figures, load, milliseconds_until, percentile, phones, rounded, running
from fieldapp.model import Observation, Role, User, uuid7
from fieldapp.settings import Settings
from fieldapp.store import accounts
from fieldapp.store.connection import migrate, opened, writing
from fieldapp.usecases.observations import record
from fieldapp.usecases.services import load_services

SAVES, RECORDS, ROWS = 20, 200, 6_000
TARGET_MS = 1000
SAVED = """document.querySelector(".st-key-saved [data-testid=stAlert]")?.innerText.startsWith("Gemt")"""
CHOSEN = "document.querySelector('.st-key-categories button[aria-checked=true]')"
_MARK = """() => document.querySelector(".st-key-save button").addEventListener("click",
    () => { window.tapped = performance.now(); }, { once: true, capture: true })"""


def run() -> dict[str, Any]:
    """Milliseconds per save: what the user waits for, and `record` with nothing round it."""
    with running(ROWS) as app, phones() as phone:
        context = phone(app.url, app.cookie(Role.WORKER))
        taps = _saves(context, f"{app.url}/ny")
    return {
        "rows": ROWS,
        "target_ms": TARGET_MS,
        "tap to Gemt_ms": _spread(taps),
        "record alone_ms": _spread(_records()),
        **load(),
    }


def _spread(times: list[float]) -> dict[str, float]:
    return {"n": len(times), **figures(times), "p95": rounded(percentile(times, 0.95))}


def _saves(context: BrowserContext, url: str) -> list[float]:
    """One observation after the other, each 150 m from the last, so that none is «set igen»."""
    page = context.new_page()
    page.goto(url)
    times = []
    for number in range(SAVES):
        place = {"latitude": 55.6045 + 0.00135 * (number % 10), "longitude": 12.335 + 0.004 * (number // 10)}
        context.set_geolocation({**place, "accuracy": 8})
        times.append(_save(page, number))
    context.close()
    return times


def _save(page: Page, number: int) -> float:
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(3500)  # a newer position is told every three seconds at most
    page.wait_for_function(SETTLED)
    page.locator(".st-key-categories [data-testid=stButtonGroup] button").nth(number % 5).tap()
    page.wait_for_function(f"() => !document.querySelector('.st-key-saved') && {CHOSEN}")
    page.wait_for_function(SETTLED)
    page.evaluate(_MARK)
    page.locator(".st-key-save button").tap()
    return milliseconds_until(page, SAVED, since="window.tapped")


def _records() -> list[float]:
    """`usecases.observations.record` on a fresh database, one transaction on disk each."""
    services, now = load_services(Settings()), datetime.now(UTC).replace(microsecond=0)
    times = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        migrate(path)
        with opened(path) as db:
            user = User(uuid7(now), "Måling", Role.WORKER)
            with writing(db):
                accounts.insert(db, user, at=now)
            for number in range(RECORDS):
                wire = {"id": uuid7(now), "category": "vandalism", "lat": 55.60 + number / 10_000, "lon": 12.35}
                started = time.perf_counter()
                seen = Observation.from_wire(
                    wire | {"observed_at": now.isoformat()}, catalogue=services.catalogue, now=now
                )
                record(seen, user=user, db=db, services=services, now=now)
                times.append((time.perf_counter() - started) * 1000)
    return times


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
