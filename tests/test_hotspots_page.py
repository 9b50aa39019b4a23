"""«Hotspots» on a phone: the week's answer, another level with its reason, an alert marked as seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from browsing import phone, press, sign_in
from making import some_services
from playwright.sync_api import Browser, Page, expect
from serving import Server, make_user, signed_in_cookie
from watching import DISTRICT, a_find, seen

from fieldapp.model import Role, User
from fieldapp.model.levels import Known, Level
from fieldapp.store import levels as rows
from fieldapp.store.connection import opened
from fieldapp.usecases import alerts
from fieldapp.usecases.levels import board
from fieldapp.usecases.levels_keeping import keep

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}} **ny** trappe"
KEPT = "JSON.stringify({ ...sessionStorage, ...localStorage })"
expect.set_options(timeout=20_000)


def page_of(browser: Browser, server: Server, user: User) -> Page:
    """The screen as this user opens it."""
    context = phone(browser)
    context.set_default_timeout(30_000)
    sign_in(context, server.url, signed_in_cookie(server.database, user))
    page = context.new_page()
    page.on("dialog", lambda _dialog: pytest.fail("a script ran"))
    page.goto(server.url + "/hotspots")
    page.get_by_role("heading", name="Hotspots").wait_for()
    return page


def test_a_worker_answers_changes_the_level_and_marks_an_alert_as_seen(browser: Browser, server: Server) -> None:
    worker, now = make_user(server.database, Role.WORKER), datetime.now(UTC)
    empty = page_of(browser, server, worker)
    expect(empty.get_by_text("Det betyder ikke, at der ikke sker noget")).to_be_visible()
    expect(empty.get_by_role("link", name="Registrér tilstedeværelse")).to_be_visible()
    with opened(server.database) as db:
        keep([a_find(place=HOSTILE)], db=db, now=now)
        seen(db, 3, 9, user=worker, now=now, category="burglary")
        alerts.refresh(db=db, now=now)
    page = page_of(browser, server, worker)
    card = page.locator('[class*="st-key-hs-card-"]')
    expect(card.get_by_role("heading", name=HOSTILE)).to_be_visible()
    expect(card.get_by_text("Gul – nogen aktivitet")).to_be_visible()
    expect(card.get_by_text("Lovet 2 · gjort 0 · mangler 2 inden søndag")).to_be_visible()
    yes = card.get_by_role("button", name="Ja")
    assert yes.bounding_box()["height"] >= 48  # type: ignore[index]
    yes.click()
    expect(page.get_by_text("Gemt: ")).to_be_visible()
    card.get_by_role("button", name="Ret niveau").click()
    card.get_by_text("Rød – aktiv").click()
    card.get_by_role("button", name="Gem niveau").click()
    expect(page.get_by_text("«begrundelse» mangler")).to_be_visible()
    card.get_by_role("textbox").fill(f"Yusuf var der {HOSTILE}")
    page.reload()
    card.get_by_role("button", name="Ret niveau").click()
    expect(card.get_by_role("textbox")).to_have_value(f"Yusuf var der {HOSTILE}")
    card.get_by_text("Rød – aktiv").click()
    card.get_by_role("button", name="Gem niveau").click()
    expect(page.get_by_text("Er det en person?")).to_be_visible()
    card.get_by_role("button", name="Det er ikke en person").click()
    expect(card.get_by_text("Lovet 3 · gjort 0 · mangler 3 inden søndag")).to_be_visible()
    page.wait_for_function(f"() => !{KEPT}.includes('Yusuf')")
    card.get_by_text("Tidligere svar (2)").click()
    expect(card.get_by_text(f"Yusuf var der {HOSTILE}").first).to_be_visible()
    assert card.locator("img").count() == 0
    page.get_by_text("Beskeder: 1 ny").click()
    expect(page.get_by_text("2 indbrud inden for 100 m")).to_be_visible()
    press(page.get_by_role("button", name="Set", exact=True), page.get_by_text("Beskeder: ingen nye"))
    with opened(server.database) as db:
        (found,) = board(reader=worker, db=db, services=some_services(), now=now)
        assert [alert.seen for alert in alerts.alerts(reader=worker, db=db, services=some_services(), now=now)] == [
            True
        ]
        assert len(rows.verdicts(db)[found.hotspot.id]) == 2
    assert found.answer
    assert (found.level, found.answer.known, found.answer.reason) == (
        Level.RED, Known.YES, f"Yusuf var der {HOSTILE}"
    )  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_school_s_group_is_asked_only_whether_it_knows_the_place(browser: Browser, server: Server) -> None:
    page = page_of(browser, server, make_user(server.database, Role.SSP, [str(DISTRICT)]))
    card = page.locator('[class*="st-key-hs-card-"]')
    card.get_by_role("button", name="Ved ikke").click()
    expect(card.get_by_text("Ved ikke · SSP-netværksgruppe").first).to_be_visible()
    assert card.get_by_role("button", name="Ret niveau").count() == 0
    assert page.get_by_text("Hele kommunen under ét").count() == 0
