"""The main job from end to end: the printed link, the first account, the first observation, and who sees it at once."""

from __future__ import annotations

import re

import pytest
from browsing import foreign, laptop, phone, requests_of, sign_in
from playwright.sync_api import expect
from serving import PASSWORD, make_user, signed_in_cookie

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


def opened_as(server, browser, role, districts, path, make=phone):
    user = make_user(server.database, role, districts)
    context = make(browser)
    sign_in(context, server.url, signed_in_cookie(server.database, user))
    page = context.new_page()
    page.goto(server.url + path)
    return page


def save_vandalism(page):
    expect(page.locator(".st-key-place-line")).to_contain_text("Vejlebroskolen")
    page.locator(".st-key-categories").get_by_text("Hærværk").tap()
    page.get_by_role("button", name="Gem observation").tap()
    expect(page.get_by_text("Gemt – Hærværk, Ishøj Station")).to_be_visible()


def test_from_the_printed_link_to_the_first_observation_with_nothing_else_typed(server, browser):
    link = re.search(r"http://\S+/setup\?token=\S+", server.log.read_text())[0]
    context = phone(browser)
    page = context.new_page()
    asked = requests_of(page)
    page.goto(link)
    page.get_by_label("Navn").fill("Åse Ærø")
    page.get_by_label("Adgangskode", exact=True).first.fill(PASSWORD)
    page.locator("button[type=submit]").tap()
    expect(page.get_by_role("heading", name="Ny observation")).to_be_visible()
    save_vandalism(page)
    assert foreign(asked, server.url) == []
    context.close()
    again = phone(browser).new_page()
    again.goto(link)
    expect(again.get_by_label("Navn")).to_have_count(0)


def test_what_was_saved_is_at_once_in_list_map_and_overview_for_those_who_may_see_it(server, browser):
    for path, words in (("/kort?period=7", "1 observation"), ("/overblik", "Hærværk")):
        page = opened_as(server, browser, "coordinator", [], path, make=laptop)
        expect(page.get_by_text(words).first).to_be_visible()
        page.context.close()
    page = opened_as(server, browser, "ssp", ["vejlebro"], "/kort?period=7")
    expect(page.get_by_text("Hærværk").first).to_be_visible()
    expect(page.frame_locator("iframe").first.get_by_text("1 observation vist")).to_be_visible()
    page.context.close()


def test_an_ssp_group_of_another_district_sees_nothing_of_it(server, browser):
    page = opened_as(server, browser, "ssp", ["ishoej"], "/kort?period=7")
    expect(page.get_by_text("Ingen registreringer passer til filteret")).to_be_visible()
    expect(page.get_by_text("Hærværk")).to_have_count(0)
    page.context.close()
    page = opened_as(server, browser, "ssp", ["ishoej"], "/ny")
    expect(page.get_by_role("button", name="Gem observation")).to_have_count(0)
    page.context.close()


def test_an_invited_worker_signs_in_once_and_stays_signed_in(server, browser):
    admin = opened_as(server, browser, "coordinator", [], "/administration", make=laptop)
    expect(admin.get_by_role("heading", name="Administration")).to_be_visible()
    admin.context.close()
    user = make_user(server.database, "worker", name="Gade Plan")
    context = phone(browser)
    page = context.new_page()
    page.goto(server.url + "/ny")
    page.get_by_label("Navn").fill(user.name)
    page.get_by_label("Adgangskode", exact=True).first.fill(PASSWORD)
    page.locator("button[type=submit]").tap()
    expect(page.get_by_role("heading", name="Ny observation")).to_be_visible()
    (cookie,) = (one for one in context.cookies() if one["name"] == "fieldapp")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    page.close()
    page = context.new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Ny observation")).to_be_visible()
    context.close()
