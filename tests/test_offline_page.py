"""The form without a line, in a real Chromium as a phone: nothing lost, nothing doubled, the gate as online."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import browsing
import pytest
import serving
from cutting import Line, cuttable
from offline_phone import fold_out, ready, save, stored, take_photo
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Server, make_user, signed_in_cookie

from fieldapp.model import User

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
HARD, SOFT = "Ring til mig på 22 33 44 55", "Brian stod der igen"
Start = Callable[..., Page]


@pytest.fixture
def worker(server: Server) -> User:
    return make_user(server.database, "worker")


@pytest.fixture
def start(browser: Browser, server: Server, worker: User) -> Iterator[Start]:
    """`start(make, **options)` gives the offline page of a signed-in worker, ready to lose its line."""
    contexts: list[BrowserContext] = []

    def started(make: Callable[..., BrowserContext] = browsing.phone, **options: object) -> Page:
        context = make(browser, **options)
        contexts.append(context)
        browsing.sign_in(context, server.url, signed_in_cookie(server.database, worker))
        page = context.new_page()
        ready(page, server.url)
        return page

    yield started
    for context in contexts:
        context.close()


@contextmanager
def installed(browser: Browser, folder: Path) -> Iterator[tuple[BrowserContext, subprocess.Popen[bytes]]]:
    """A phone that may ask where it is."""
    with browsing.installed(browser, folder) as (context, process):
        context.grant_permissions(["geolocation"])
        context.set_geolocation(browsing.BYCENTER)  # type: ignore[arg-type]
        yield context, process


def test_five_with_photos_are_logged_without_a_line_and_all_arrive_once_in_order_after_a_kill(
    browser: Browser, server: Server, worker: User, tmp_path: Path
) -> None:
    words = ["Hærværk", "Graffiti", "Knallertkørsel", "Bekymrende gruppe", "Konflikt eller vold"]
    folder, token = tmp_path / "phone", signed_in_cookie(server.database, worker)
    with cuttable(server.url) as line:
        with installed(browser, folder) as (context, process):
            browsing.sign_in(context, line.url, token)
            page = context.new_page()
            ready(page, line.url)
            page.close()
            line.cut()
            page = context.new_page()
            page.goto(f"{line.url}/?icon")
            for number, word in enumerate(words):
                page.get_by_text(word).click()
                expect(page.locator("#place")).to_contain_text("Vejlebroskolen")
                if number == 1:
                    page.get_by_text("I går aftes").click()
                take_photo(page, (40 * number, 90, 90))
                save(page, word)
            waiting = "Ingen forbindelse · Venter på at blive sendt (5) · ældste fra kl."
            expect(page.locator("#state-text")).to_contain_text(waiting)
            page.get_by_text("Hærværk").click()
            fold_out(page)
            page.get_by_role("textbox", name="Hvad så du?").fill("halvskrevet")
            page.wait_for_timeout(1500)
            os.killpg(process.pid, signal.SIGKILL)
        assert stored(server, worker) == []
        with installed(browser, folder) as (context, _):
            page = context.new_page()
            page.goto(f"{line.url}/kort")
            expect(page.get_by_role("textbox", name="Hvad så du?")).to_have_value("halvskrevet")
            expect(page.get_by_role("radio", name="Hærværk")).to_be_checked()
            expect(page.locator("#state-text")).to_contain_text(waiting)
            browsing.sign_in(context, line.url, token)
            line.mend()
            expect(page.locator("#state-text")).to_have_text("Alt er sendt", timeout=40_000)
    rows = stored(server, worker)
    assert [row[0] for row in rows] == ["vandalism", "graffiti", "moped", "group", "conflict"]
    assert [row[3] for row in rows] == [1] * 5
    times = [row[1] for row in rows]
    assert times[1] < times[0] <= times[2] <= times[3] <= times[4]


def test_without_a_position_it_is_kept_and_placed_later_by_hand(start: Start, server: Server, worker: User) -> None:
    page = start(geolocation=None)
    page.context.set_offline(True)
    page.get_by_text("Graffiti").click()
    page.get_by_role("button", name="Gem observation").click()
    expect(page.get_by_role("alert")).to_contain_text("Stedet mangler")
    page.get_by_role("button", name="Sæt stedet senere").click()
    save(page)
    page.context.set_offline(False)
    expect(page.locator("#state-text")).to_have_text("1 mangler et sted")
    page.get_by_role("button", name="Se dem").click()
    expect(page.get_by_role("dialog")).to_contain_text("Sted mangler")
    page.get_by_role("button", name="Sæt stedet", exact=True).click()
    page.get_by_role("combobox", name="Kendt sted").select_option(label="Ishøj Station")
    expect(page.locator("#place")).to_contain_text("Ishøj Station")
    page.get_by_role("button", name="Gem ændringen").click()
    expect(page.locator("#state-text")).to_have_text("Alt er sendt")
    assert [row[0] for row in stored(server, worker)] == ["graffiti"]


def test_the_gate_asks_and_refuses_without_a_line_before_anything_is_queued(
    start: Start, server: Server, worker: User
) -> None:
    page = start()
    page.context.set_offline(True)
    page.get_by_text("Hærværk").click()
    fold_out(page)
    note = page.get_by_role("textbox", name="Hvad så du?")
    note.fill(HARD)
    page.get_by_role("button", name="Gem observation").click()
    expect(page.get_by_role("alert")).to_contain_text("Noten kan ikke gemmes")
    expect(page.get_by_role("button", name="Det er ikke en person")).to_be_hidden()
    note.fill(SOFT)
    page.get_by_role("button", name="Gem observation").click()
    expect(page.get_by_role("alert")).to_contain_text("Er det en person?")
    assert page.evaluate("async () => (await Fieldapp.outbox.list((await Fieldapp.keep.device()).user)).length") == 0
    page.get_by_role("button", name="Det er ikke en person").click()
    save(page)
    page.context.set_offline(False)
    expect(page.locator("#state-text")).to_have_text("Alt er sendt")
    assert [row[2] for row in stored(server, worker)] == [SOFT]


def test_what_is_half_filled_in_the_app_goes_on_without_a_line_and_is_stored_once(
    browser: Browser, server: Server, worker: User
) -> None:
    with cuttable(server.url) as line:
        context = browsing.phone(browser)
        browsing.sign_in(context, line.url, signed_in_cookie(server.database, worker))
        page = context.new_page()
        ready(page, line.url)
        go_on_without(page, line)
        context.close()
    assert [row[::2] for row in stored(server, worker)] == [("graffiti", "Maling på muren")]


def go_on_without(page: Page, line: Line) -> None:
    """Half in the app, the line cut, the rest on the offline page, the line mended, and the app's form is empty."""
    page.goto(f"{line.url}/ny")
    page.get_by_role("radio", name="Graffiti").click()
    page.get_by_text("Tilføj note, billede eller andet").click()
    page.get_by_role("textbox", name="Hvad så du?").fill("Maling på muren")
    browsing.until(
        page,
        """async () => { if (!self.Fieldapp?.keep) return false;
        const { user } = await Fieldapp.keep.device(), draft = await Fieldapp.keep.draft(user);
        return draft?.category === "graffiti" && draft.note === "Maling på muren" && draft.lat; }""",
    )
    line.cut()
    page.get_by_role("link", name="Fortsæt uden forbindelse").click(timeout=40_000)
    expect(page.get_by_role("textbox", name="Hvad så du?")).to_have_value("Maling på muren")
    expect(page.get_by_role("radio", name="Graffiti")).to_be_checked()
    save(page)
    line.mend()
    expect(page.locator("#state-text")).to_have_text("Alt er sendt", timeout=40_000)
    page.goto(f"{line.url}/ny")
    expect(page.locator(".st-key-place-line")).to_be_visible(timeout=40_000)
    expect(page.get_by_role("radio", name="Graffiti")).not_to_be_checked()


def test_signing_out_asks_about_what_is_not_sent_and_else_leaves_nothing_behind(start: Start, server: Server) -> None:
    page = start(geolocation=None)
    page.get_by_text("Hærværk").click()
    page.get_by_role("button", name="Sæt stedet senere").click()
    save(page)
    page.goto(f"{server.url}/mere")
    expect(page.get_by_role("link", name="1 mangler et sted")).to_be_visible(timeout=40_000)
    page.get_by_role("button", name="Log ud").click()
    asked = page.get_by_role("dialog", name="1 registrering er ikke sendt")
    asked.get_by_role("button", name="Bliv logget ind").click()
    expect(asked).to_be_hidden()
    page.get_by_role("button", name="Log ud").click()
    asked.get_by_role("button", name="Slet det, og log ud").click()
    page.wait_for_url("**/login**")
    page.context.set_offline(True)
    page.goto(f"{server.url}/offline")
    expect(page.get_by_text("Formularen er ikke hentet på denne telefon endnu")).to_be_visible()
    assert (
        page.evaluate(
            "() => Fieldapp.vault.transact(['keys'], 'readonly', (keys) => Fieldapp.vault.done(keys.count()))"
        )
        == 0
    )


def test_a_new_version_takes_over_but_never_under_what_is_half_typed(browser: Browser, tmp_path: Path) -> None:
    port = serving.free_port()
    old = serving.start_server(tmp_path, port=port)
    context = browsing.phone(browser)
    browsing.sign_in(context, old.url, signed_in_cookie(old.database, make_user(old.database, "worker")))
    page = context.new_page()
    ready(page, old.url)
    page.get_by_text("Graffiti").click()
    page.wait_for_timeout(500)
    old.stop()
    new = serving.start_server(tmp_path, port=port, FIELDAPP_LANGUAGE="en")
    try:
        page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
        expect(page.get_by_text("Der er en ny udgave af siden.")).to_be_visible()
        expect(page.get_by_role("radio", name="Graffiti")).to_be_checked()
        page.get_by_role("button", name="Hent den nye udgave").click()
        page.wait_for_function("() => JSON.parse(document.querySelector('#setup').textContent).language === 'en'")
        expect(page.get_by_role("radio", name="Graffiti")).to_be_checked()
        assert page.evaluate("async () => (await caches.keys()).filter((one) => /-page-/.test(one)).length") == 1
    finally:
        context.close()
        new.stop()
