"""«Opfølgning» on a phone: a task from «Ny opgave» to «Set i marken» by somebody else, and many given away at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from browsing import foreign, laptop, phone, press, requests_of, sign_in, violations
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Server, make_user, signed_in_cookie
from test_follow_ups import a_task

from fieldapp.model import Role, User
from fieldapp.model.follow_ups import State
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import opened

expect.set_options(timeout=30_000)
HOSTILE = "Lampe <img src=x onerror=alert(1)> {{7*7}} **slukket**"


def page_of(context: BrowserContext, server: Server, user: User, query: str = "") -> Page:
    """The screen as this user opens it."""
    context.set_default_timeout(30_000)
    sign_in(context, server.url, signed_in_cookie(server.database, user))
    page = context.new_page()
    page.on("dialog", lambda _dialog: pytest.fail("a script ran"))
    page.goto(server.url + "/opfoelgning" + query)
    expect(page.get_by_role("heading", name="Opfølgning", level=1)).to_be_visible()
    return page


def test_a_task_is_made_taken_reported_seen_by_another_and_many_are_given_away(
    browser: Browser, server: Server
) -> None:
    vera, karen = make_user(server.database, Role.WORKER), make_user(server.database, Role.COORDINATOR)
    page = page_of(phone(browser), server, vera)
    asked = requests_of(page)
    expect(page.get_by_text("Ingen opgaver passer til filteret.")).to_be_visible()
    save = page.get_by_role("button", name="Gem opgave")
    press(page.get_by_text("Ny opgave"), save)
    press(save, page.get_by_text("Skriv, hvad der skal gøres, og vælg en ansvarlig."))
    page.get_by_label("Hvad skal gøres?").fill(HOSTILE)
    page.get_by_label("Mere om det").fill("Set af Yusuf")
    page.reload()
    press(page.get_by_text("Ny opgave"), save)
    expect(page.get_by_label("Hvad skal gøres?")).to_have_value(HOSTILE)
    page.get_by_label("Ansvarlig").click()
    page.get_by_role("option", name="Park og Vej").click()
    press(save, page.get_by_role("button", name="Det er ikke en person"))
    page.get_by_role("button", name="Det er ikke en person").tap()
    expect(page.get_by_text("Gemt – opgaven er oprettet.")).to_be_visible()
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    assert page.locator(".fa img").count() == 0 and "opgave=" in page.url
    page.get_by_role("button", name="Tag opgaven").tap()
    expect(page.get_by_text("Gemt – opgaven er din.")).to_be_visible()
    page.get_by_role("button", name="Afvis").tap()
    expect(page.get_by_text("Feltet «begrundelse» mangler.")).to_be_visible()
    page.get_by_label("Bemærkning").fill("Ring 20 30 40 50")
    page.get_by_role("button", name="Meld udført").tap()
    expect(page.get_by_text("Persondata kan ikke gemmes")).to_be_visible()
    expect(page.get_by_label("Bemærkning")).to_have_value("Ring 20 30 40 50")
    page.get_by_label("Bemærkning").fill("Ny pære")
    page.get_by_role("button", name="Meld udført").tap()
    expect(page.get_by_text("Gemt – meldt udført.")).to_be_visible()
    assert page.get_by_role("button", name="Set i marken").count() == 0
    assert violations(page) == [] and page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert foreign(asked, server.url) == []
    hers = page_of(laptop(browser), server, karen, "?show=look")
    hers.get_by_role("button", name="Lampe").click()
    expect(hers.locator(".fa-report")).to_contain_text("«Ny pære»")
    hers.get_by_text("Link til den ansvarlige").click()
    hers.get_by_role("button", name="Lav link").click()
    expect(hers.locator("[data-testid=stCode]", has_text="/opgave/")).to_be_visible()
    hers.get_by_role("button", name="Set i marken").click()
    expect(hers.get_by_text("Gemt – set i marken. Opgaven er lukket.")).to_be_visible()
    with opened(server.database) as db:
        (task,) = rows.find(db, rows.Wanted())
        assert (task.state, task.title) == (State.SEEN, HOSTILE)
        for number in range(3):
            a_task(db, karen, title=f"Opgave {number}", now=datetime.now(UTC))
    hers.goto(server.url + "/opfoelgning")
    hers.get_by_text("Vælg flere").click()
    for number in range(2):
        hers.get_by_text(f"Opgave {number}").click()
    press(hers.get_by_role("button", name="Ret 2 opgaver"), hers.get_by_label("Kollega"))
    hers.get_by_label("Kollega").click()
    hers.get_by_role("option", name=vera.name).click()
    hers.get_by_role("button", name="Gem for 2 opgaver").click()
    expect(hers.get_by_text("Gemt for 2 opgaver.")).to_be_visible()
    with opened(server.database) as db:
        assert rows.count(db, rows.Wanted(assignee=vera.id)) == 3
    answer = server.get("/opfoelgning.csv?show=all", cookie=signed_in_cookie(server.database, vera))
    assert answer.status == 200 and answer.text.count("Opgave ") == 3
    assert server.get("/opfoelgning.csv").status == 401
