"""Real browsers for tests: the phone and the laptop of the brief, and what each page asked the network for."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
# Only these hang on the colours of a scheme: the rest is the same page by day and by night.
COLOURS = WCAG | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
BYCENTER = {"latitude": 55.6133, "longitude": 12.3580, "accuracy": 8}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), headless=True)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def installed(browser: Browser, folder: Path) -> Iterator[tuple[BrowserContext, subprocess.Popen[bytes]]]:
    """A browser that keeps its files in a folder, as on a phone; its process group can be killed."""
    told, quiet = folder / "DevToolsActivePort", subprocess.DEVNULL
    told.unlink(missing_ok=True)
    command = [CHROMIUM, *FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        while not (told.exists() and told.read_text().strip()):
            assert process.poll() is None
            time.sleep(0.05)
        yield _joined(browser, f"http://127.0.0.1:{told.read_text().split()[0]}").contexts[0], process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _joined(browser: Browser, address: str) -> Browser:
    """A browser that is still starting up may leave who connects waiting for a page that is gone by now."""
    for _ in range(7):
        with suppress(PlaywrightTimeout):
            return browser.browser_type.connect_over_cdp(address, timeout=15_000)
    raise AssertionError("the browser cannot be reached")


# What a script is doing while Streamlit draws: the page may yet move what a finger is about to press.
_DRAWING = ", ".join(f"[data-testid=stApp][data-test-script-state={state}]" for state in ("running", "rerunRequested"))


def patient(context: BrowserContext) -> BrowserContext:
    """A context whose pages are pressed and looked at as a person does it: when they have been drawn."""

    def wait_while_drawing(page: Page) -> None:
        page.add_locator_handler(page.locator(_DRAWING), lambda _drawing: None)

    context.on("page", wait_while_drawing)
    return context


def phone(
    browser: Browser, *, geolocation: dict[str, float] | None = BYCENTER, dark: bool = False, **more: Any
) -> BrowserContext:
    """390×844 with touch, in Danish; `geolocation=None` means the permission is denied."""
    if geolocation is not None:
        more |= {"geolocation": geolocation, "permissions": ["geolocation"]}
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
        color_scheme="dark" if dark else "light",
        **more,
    )
    return patient(context)


def laptop(browser: Browser, *, dark: bool = False, **more: Any) -> BrowserContext:
    """1366×768 with a mouse, in Danish."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768},
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
        color_scheme="dark" if dark else "light",
        **more,
    )
    return patient(context)


def sign_in(context: BrowserContext, url: str, token: str) -> None:
    """Give the browser a session without the sign-in page."""
    context.add_cookies([{"name": "fieldapp", "value": token, "url": url, "httpOnly": True, "sameSite": "Lax"}])


def press(target: Locator, shown: Locator) -> None:
    """Press until `shown` is there: a press may miss what a page that is still being drawn moves.

    For tests that are about what comes after; one about the press itself clicks once.
    """
    for _ in range(4):
        if not shown.is_visible():
            target.click()
        with suppress(PlaywrightTimeout):
            shown.wait_for(state="visible", timeout=5_000)
            return
    expect(shown).to_be_visible()


def until(page: Page, script: str, seconds: float = 30) -> None:
    """Wait for an async function to say yes; `wait_for_function` takes its promise for the answer."""
    ends = time.monotonic() + seconds
    while not page.evaluate(script):
        assert time.monotonic() < ends, f"never true: {script}"
        page.wait_for_timeout(50)


def violations(page: Page, rules: dict[str, Any] = WCAG) -> list[str]:
    """What axe still finds on the page when its colours have come to rest, one line for each element."""
    lines: list[str] = []
    for _ in range(6):
        page.wait_for_timeout(600)  # fields and components take the colours of a scheme after the page has
        found = Axe().run(page, options=rules).response["violations"]
        lines = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
        if not lines:
            break
    return lines


def requests_of(page: Page) -> list[str]:
    """A list that fills with the address of every request the page makes from now on (websockets too)."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("websocket", lambda socket: seen.append(socket.url))
    return seen


def foreign(requests: list[str], url: str) -> list[str]:
    """Those that went to another host than the app's own."""
    own = url.removeprefix("http://")
    return [
        address
        for address in requests
        if address.split("://", 1)[0] not in ("data", "blob", "about") and address.split("/")[2] != own
    ]
