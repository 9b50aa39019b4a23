"""«Overblik» in a real browser on a real server: what each reader meets on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from browsing import foreign, laptop, phone, requests_of, sign_in
from counting import put
from making import some_services
from playwright.sync_api import Browser, Page, expect
from serving import Server, make_user, signed_in_cookie, start_server
from sqlite_utils import Database

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Role, User, uuid7
from fieldapp.store.connection import opened
from fieldapp.usecases import follow_ups
from fieldapp.usecases.overview_periods import months_earlier

WIDE = "document.documentElement.scrollWidth - innerWidth"
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"


def evenings(count: int, *, back: int) -> list[str]:
    """So many evenings in a row, ending so many days ago."""
    today = datetime.now(COPENHAGEN).date()
    return [f"{today - timedelta(days=back + number)}T21:30" for number in range(count)]


def make_task(db: Database, chief: User, district: str, days: int) -> None:
    """A follow-up made three days ago, to be done within so many days."""
    made = datetime.now(UTC) - timedelta(days=3)
    wire = {"id": uuid7(made), "title": "Skift lampen", "kind": "place", "source": "hand", "responsible": "park_vej"}
    wire |= {"district": district, "deadline": (made + timedelta(days=days)).astimezone(COPENHAGEN).date().isoformat()}
    follow_ups.make(wire, user=chief, db=db, services=some_services(), now=made)


def two_months_ago() -> date:
    """The 15th of the month before last."""
    return months_earlier(datetime.now(COPENHAGEN).date().replace(day=15), 2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """In Strandgårdskolen's district 21 moped, 3 conflicts and a good story; 6 litter in Vejlebroskolen's.

    And 12 thefts from shops about the middle of the month before last, long enough ago to be told of in groups.
    """
    running = start_server(tmp_path_factory.mktemp("overview"))
    chief = make_user(running.database, Role.COORDINATOR)
    with opened(running.database) as db:
        put(db, chief, "moped", *evenings(21, back=1), place=HOSTILE)
        put(db, chief, "conflict", *evenings(3, back=1))
        put(db, chief, "good", *evenings(1, back=2), note=HOSTILE)
        put(db, chief, "litter", *evenings(6, back=1), district="vejlebro")
        put(db, chief, "shoplifting", *[f"{two_months_ago()}T12:00"] * 12)
        for district, days in (("strandgaard", 1), ("strandgaard", 30), ("vejlebro", 1)):
            make_task(db, chief, district, days)
    yield running
    running.stop()


def opened_page(
    browser: Browser,
    server: Server,
    role: Role,
    *districts: str,
    address: str = "/overblik",
    wide: bool = False,
    until: str = ".fa-lead",
) -> Page:
    """The page as a new user of this role sees it once its first sentence is there."""
    context = laptop(browser) if wide else phone(browser)
    context.set_default_timeout(30_000)
    sign_in(context, server.url, signed_in_cookie(server.database, make_user(server.database, role, districts)))
    page = context.new_page()
    page.goto(server.url + address)
    page.locator(until).first.wait_for()
    return page


def row(page: Page, name: str) -> list[str]:
    """The numbers of a table's line."""
    return page.locator("tr", has=page.get_by_role("rowheader", name=name, exact=True)).locator("td").all_inner_texts()


def test_a_coordinator_reads_the_sentence_and_every_figure(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.COORDINATOR)
    expect(page.locator(".fa-lead")).to_have_text("Alle distrikter, sidste 4 uger: 31 observationer.")
    expect(page.get_by_text("Tallene viser, hvad der er registreret – ikke alt, hvad der sker.")).to_be_visible()
    assert row(page, "Knallertkørsel")[0] == "21"
    assert row(page, "Vejlebroskolen")[0] == "6"
    headings = page.locator(".fa h2").all_inner_texts()
    assert headings == [
        "Steder", "Uge for uge", "Ugedag og klokkeslæt", "Kategorier", "Steder, der går igen", "Tilstedeværelse",
        "Gode historier", "Samme periode året før", "Alle distrikter", "Opfølgning",
    ]  # fmt: skip
    expect(page.get_by_text("Vi ser kun det, vi er til stede for. Der er ikke registreret timer nok")).to_be_visible()
    tasks = page.get_by_role("table", name="Åbne opgaver lige nu")
    assert tasks.locator("td").all_inner_texts() == ["2", "1", "1", "1", "3", "2"]
    page.get_by_text("Sådan regner vi").click()
    expect(page.get_by_role("rowheader", name="mindst så mange forskellige personer")).to_be_visible()


def test_hostile_text_is_shown_and_does_nothing(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.COORDINATOR)
    page.on("dialog", lambda _dialog: pytest.fail("a script ran"))
    expect(page.get_by_role("rowheader", name=HOSTILE)).to_be_visible()
    assert page.locator(".fa img").count() == 0
    assert "49" not in page.locator(".fa li").first.inner_text()


def test_an_ssp_reader_of_one_district_gets_no_picker_and_no_other_district(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.SSP, "strandgaard", address="/overblik?district=vejlebro")
    expect(page.locator(".fa-lead")).to_have_text("Strandgårdskolen, sidste 4 uger: 25 observationer.")
    expect(page.get_by_role("link", name="Opfølgning: 2 åbne opgaver")).to_be_visible()
    assert page.get_by_text("Vejlebroskolen").count() == 0
    assert page.get_by_text("Alle distrikter").count() == 0
    assert page.get_by_text("Distrikt", exact=True).count() == 0


def test_housing_staff_get_behaviour_only_in_groups_of_a_whole_month(browser: Browser, server: Server) -> None:
    month = two_months_ago()
    last = months_earlier(month.replace(day=1), -1) - timedelta(days=1)
    address = f"/overblik?district=strandgaard&period=egen&from={month.replace(day=1)}&to={last}"
    page = opened_page(browser, server, Role.HOUSING, address=address)
    expect(page.locator(".fa-lead")).to_contain_text("ingen observationer, som du ser enkeltvis.")
    expect(page.get_by_text("vises kun for hele måneder og mindst 5 ad gangen")).to_be_visible()
    assert row(page, "Butikstyveri")[0] == "10+"
    assert page.get_by_text("12 observationer").count() == 0
    page = opened_page(browser, server, Role.HOUSING, address="/overblik?district=strandgaard")
    expect(page.locator(".fa-lead")).to_have_text("Strandgårdskolen, sidste 4 uger: 1 observation.")
    assert page.get_by_role("rowheader", name="Konflikt eller vold").count() == 0


def test_an_administrator_has_no_such_page(browser: Browser, server: Server) -> None:
    context = phone(browser)
    admin = make_user(server.database, Role.ADMIN)
    sign_in(context, server.url, signed_in_cookie(server.database, admin))
    page = context.new_page()
    page.goto(server.url + "/overblik")
    page.wait_for_timeout(3000)
    assert page.locator(".fa-lead").count() == 0


def test_the_filter_is_in_the_address_and_the_address_makes_the_filter(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.COORDINATOR)
    page.get_by_test_id("stSelectbox").filter(has_text="Distrikt").get_by_role("combobox").click()
    page.get_by_role("option", name="Vejlebroskolen").click()
    expect(page.locator(".fa-lead")).to_have_text("Vejlebroskolen, sidste 4 uger: 6 observationer.")
    assert page.url.endswith("/overblik?district=vejlebro&period=4uger")
    page.get_by_test_id("stSelectbox").filter(has_text="Kategori").get_by_role("combobox").click()
    page.get_by_role("option", name="Graffiti").click()
    expect(page.locator(".fa-lead")).to_have_text("Vejlebroskolen, sidste 4 uger: ingen observationer registreret.")
    assert page.url.endswith("/overblik?district=vejlebro&period=4uger&category=graffiti")
    page.get_by_role("link", name="1 over fristen").click()
    expect(page.get_by_role("heading", name="1 opgave")).to_be_visible()
    assert page.url.endswith("/opfoelgning?district=vejlebro&late=1")
    page.goto(f"{server.url}/overblik?district=vejlebro&category=litter")
    expect(page.locator(".fa-lead")).to_have_text("Vejlebroskolen, sidste 4 uger: 6 observationer.")


@pytest.mark.parametrize("query", ["district=findes-ikke&period=x", "period=egen&from=i-dag&to=2999-01-01", "from=%00"])
def test_an_address_that_means_nothing_opens_a_whole_page(browser: Browser, server: Server, query: str) -> None:
    page = opened_page(browser, server, Role.COORDINATOR, address=f"/overblik?{query}")
    expect(page.locator(".fa-lead")).to_contain_text("Alle distrikter, ")


def test_dates_in_the_wrong_order_say_what_to_do_and_keep_the_filter(browser: Browser, server: Server) -> None:
    address = "/overblik?period=egen&from=2026-02-01&to=2026-01-01"
    page = opened_page(browser, server, Role.COORDINATOR, address=address, until='[data-testid="stAlert"]')
    expect(page.get_by_text("«fra» skal ligge før «til»")).to_be_visible()
    expect(page.get_by_test_id("stDateInput")).to_have_count(2)
    texts = page.get_by_test_id("stDateInput").all_inner_texts()
    assert ["".join(sign for sign in text if sign.isdigit()) for text in texts] == ["01022026", "01012026"]


def test_a_district_with_nothing_says_what_to_do_and_never_that_all_is_well(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.WORKER, address="/overblik?district=gildbro")
    expect(page.locator(".fa-lead")).to_have_text("Gildbroskolen, sidste 4 uger: ingen observationer registreret.")
    expect(page.get_by_text("Det betyder ikke, at der ikke sker noget.")).to_be_visible()
    expect(page.get_by_text("Registrér den første under «Ny observation»")).to_be_visible()


def test_a_new_observation_is_in_the_figures_at_the_next_look(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.COORDINATOR, address="/overblik?district=ishoej")
    expect(page.locator(".fa-lead")).to_contain_text("ingen observationer registreret")
    with opened(server.database) as db:
        reporter = make_user(server.database, Role.WORKER)
        put(db, reporter, "litter", datetime.now(UTC).isoformat(), district="ishoej")
    page.reload()
    expect(page.locator(".fa-lead")).to_have_text("Ishøj Skole, sidste 4 uger: 1 observation.")


@pytest.mark.parametrize("wide", [False, True])
def test_the_page_never_scrolls_sideways_and_asks_no_other_host(browser: Browser, server: Server, wide: bool) -> None:
    page = opened_page(browser, server, Role.COORDINATOR, wide=wide)
    seen = requests_of(page)
    page.reload()
    page.locator(".fa-lead").wait_for()
    page.get_by_text("Vis ugerne som tabel").click()
    expect(page.get_by_role("columnheader", name="Uge", exact=True)).to_be_visible()
    assert page.evaluate(WIDE) <= 0
    assert len(seen) > 0
    assert foreign(seen, server.url) == []


def test_print_leaves_out_menus_and_filters_and_the_button_prints(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.COORDINATOR, wide=True)
    page.evaluate("window.print = () => { document.title = 'printed' }")
    button = page.get_by_role("button", name="Udskriv")
    assert button.bounding_box()["height"] >= 44  # type: ignore[index]
    button.click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    expect(button).to_be_hidden()
    expect(page.get_by_text("Periode", exact=True)).to_be_hidden()
    expect(page.locator(".fa-lead")).to_be_visible()
    assert page.pdf(path=None, format="A4").startswith(b"%PDF")
