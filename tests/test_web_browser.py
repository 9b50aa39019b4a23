"""The door and the chrome in a real browser: keyboard, phone and laptop, light and dark, axe, the lost session."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import browsing
import pytest
import serving
from playwright.sync_api import Browser, Page, expect
from serving import PASSWORD, Server, make_user, signed_in_cookie

from fieldapp.model import User
from fieldapp.store import meta
from fieldapp.store.connection import opened, writing
from fieldapp.usecases import sessions


@pytest.fixture(scope="module")
def karen(server: Server) -> User:
    return make_user(server.database, "coordinator", name="Karen Koordinator")


def open_screen(page: Page, server: Server, key: str, title: str) -> None:
    page.goto(f"{server.url}/{key}")
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible(timeout=20_000)
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=20_000
    )


def test_setup_link_account_and_the_first_screen_with_the_keyboard_alone(browser: Browser, tmp_path: object) -> None:
    server = serving.start_server(tmp_path)  # type: ignore[arg-type]
    context = browsing.phone(browser)
    try:
        page = context.new_page()
        link = re.search(r"http\S+/setup\?token=\S+", server.log.read_text())
        assert link
        page.goto(link.group())
        expect(page.get_by_label("Navn")).to_be_focused()
        page.keyboard.type("Karen Koordinator")
        page.keyboard.press("Tab")
        page.keyboard.type("kort")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Adgangskoden kan ikke bruges")
        expect(page.get_by_label("Navn")).to_have_value("Karen Koordinator")
        expect(page.get_by_label("Adgangskode", exact=True)).to_be_focused()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Ny observation")).to_be_visible(timeout=30_000)
        assert page.url == f"{server.url}/ny"
    finally:
        context.close()
        server.stop()


def test_sign_in_with_the_keyboard_leads_to_the_wanted_screen(browser: Browser, server: Server, karen: User) -> None:
    context = browsing.laptop(browser)
    page = context.new_page()
    page.goto(server.url + "/mere")
    page.keyboard.type("karen koordinator")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_label("Adgangskode", exact=True).get_attribute("type") == "text"
    assert page.get_by_label("Adgangskode", exact=True).input_value() == PASSWORD
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mere", exact=True)).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.lang") == "da"
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Gå til indhold")).to_be_focused()
    context.close()


def test_the_doors_and_the_quiet_screens_ask_no_foreign_host_and_break_no_rule_of_the_csp(
    browser: Browser, server: Server, karen: User
) -> None:
    context = browsing.phone(browser)
    page = context.new_page()
    asked = browsing.requests_of(page)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    for path in ("/login", "/login?lang=en", "/setup?token=x"):
        page.goto(server.url + path)
    browsing.sign_in(context, server.url, signed_in_cookie(server.database, karen, device="Chrome på Android"))
    for key, title in (("administration", "Administration"), ("enheder", "Mine enheder"), ("mere", "Mere")):
        open_screen(page, server, key, title)
    assert browsing.foreign(asked, server.url) == []
    assert complaints == []
    context.close()


def test_an_invitation_made_on_the_page_lets_the_invited_in(browser: Browser, server: Server, karen: User) -> None:
    context = browsing.phone(browser)
    browsing.sign_in(context, server.url, signed_in_cookie(server.database, karen))
    page = context.new_page()
    open_screen(page, server, "administration", "Administration")
    page.get_by_text("Tilføj bruger").click()
    page.get_by_label("Navn").fill("Vera Æble")
    page.get_by_role("button", name="Lav invitation").click()
    link = page.locator("[data-testid=stCode]", has_text="/invite").inner_text(timeout=15_000).strip()
    assert link.startswith(server.url + "/invite?token=")
    context.close()
    hers = browsing.phone(browser)
    page = hers.new_page()
    page.goto(link)
    page.get_by_label("Adgangskode", exact=True).fill("et rigtig langt kodeord")
    page.get_by_role("button", name="Gem og log ind").click()
    expect(page.get_by_role("heading", name="Ny observation")).to_be_visible(timeout=30_000)
    bar = page.get_by_role("navigation", name="Skærme")
    assert [item.strip() for item in bar.get_by_role("link").all_inner_texts()] == ["Ny", "Kort", "Opfølgning", "Mere"]
    hers.close()


def test_a_revoked_phone_is_led_to_the_sign_in_page_by_itself(browser: Browser, server: Server, karen: User) -> None:
    token = signed_in_cookie(server.database, karen)
    context = browsing.phone(browser)
    browsing.sign_in(context, server.url, token)
    page = context.new_page()
    open_screen(page, server, "mere", "Mere")
    with opened(server.database) as db:
        sessions.sign_out(token, db=db, now=datetime.now(UTC))
    page.wait_for_url("**/login?next=%2Fmere", timeout=20_000)
    context.close()


def test_sign_out_and_the_choice_of_language(browser: Browser, server: Server) -> None:
    user = make_user(server.database, "worker")
    context = browsing.phone(browser)
    browsing.sign_in(context, server.url, signed_in_cookie(server.database, user))
    page = context.new_page()
    open_screen(page, server, "mere", "Mere")
    page.get_by_text("English", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en", timeout=15_000)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en", timeout=15_000)
    page.get_by_text("Dansk", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "da", timeout=15_000)
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url("**/login**", timeout=20_000)
    page.goto(server.url + "/kort")
    assert "/login" in page.url
    context.close()


def test_fictional_data_is_marked_on_every_screen_and_a_lost_server_is_a_calm_line(
    browser: Browser, tmp_path: object
) -> None:
    server = serving.start_server(tmp_path)  # type: ignore[arg-type]
    context = browsing.phone(browser)
    try:
        admin = make_user(server.database, "admin")
        with opened(server.database) as db, writing(db):
            meta.mark_fictional(db)
        page = context.new_page()
        page.goto(server.url + "/login")
        expect(page.get_by_text("FIKTIVE DATA")).to_be_visible()
        browsing.sign_in(context, server.url, signed_in_cookie(server.database, admin))
        open_screen(page, server, "mere", "Mere")
        expect(page.get_by_text("FIKTIVE DATA")).to_be_visible()
        server.process.kill()
        expect(page.get_by_role("status").filter(has_text="Ingen forbindelse – prøver igen")).to_be_visible(
            timeout=15_000
        )
        page.wait_for_timeout(5_000)  # Streamlit's dialog comes after some tries
        assert "Streamlit server" not in page.inner_text("body")
    finally:
        context.close()
        server.stop()


def test_the_first_load_on_a_phone_is_small(browser: Browser, server: Server) -> None:
    """Bytes over the wire with an empty cache, as far as the packed copies are made (`fieldapp.web.precompress`)."""
    from fieldapp.web import precompress

    missing = [path for path in precompress.first_needed()[-1:] if not precompress.copy_of(path, "br").exists()]
    if missing:
        pytest.skip("the packed copies are not made yet: python -m fieldapp.web.precompress")
    user = make_user(server.database, "worker")
    context = browsing.phone(browser)
    browsing.sign_in(context, server.url, signed_in_cookie(server.database, user))
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    taken: list[float] = []
    network.on("Network.loadingFinished", lambda event: taken.append(event["encodedDataLength"]))
    open_screen(page, server, "ny", "Ny observation")
    page.wait_for_timeout(1500)
    assert 100_000 < sum(taken) <= 1_300_000
    context.close()
