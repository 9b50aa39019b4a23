"""«Indlæs observationer» in a real browser: looked through, stored without its bad rows, again adds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import laptop, phone, sign_in
from playwright.sync_api import Browser, Page, expect
from serving import Server, make_user, signed_in_cookie

from fieldapp.model import ObservationFilter, Role
from fieldapp.store import observations as rows
from fieldapp.store.connection import opened

CSV = """id;hvad;bredde;længde;tid;note
1;Hærværk;55,6133;12,3580;19-10-2026 21.40;<img src=x onerror=alert(1)>{{7*7}}
2;Knallert (gammel);55,6133;12,3580;19-10-2026 22.40;
3;Hærværk;55,6133;;19-10-2026 21.40;
4;Hærværk;55,6133;12,3580;19-10-2026 21.40;Ring 20 12 34 56
"""

pytestmark = pytest.mark.browser


def opened_page(browser: Browser, server: Server, role: Role, *, wide: bool = True) -> Page:
    context = laptop(browser) if wide else phone(browser)
    context.set_default_timeout(30_000)
    sign_in(context, server.url, signed_in_cookie(server.database, make_user(server.database, role)))
    page = context.new_page()
    page.goto(f"{server.url}/indlaes")
    return page


def upload(page: Page, name: str, content: str) -> None:
    data = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(data)  # type: ignore[arg-type]


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_coordinator_maps_looks_skips_and_stores_and_again_adds_nothing(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    page = opened_page(browser, server, Role.COORDINATOR)
    upload(page, "gamle.csv", CSV)
    expect(page.get_by_text("Vælg en kolonne for: Kategori.")).to_be_visible(timeout=30_000)
    choose(page, "Kategori *", "hvad")
    expect(page.get_by_text("Disse ord kendes ikke.")).to_be_visible(timeout=30_000)
    button(page, "Se filen igennem")
    told = "2 rækker kan gemmes, 0 er der allerede, 2 kan ikke bruges."
    expect(page.get_by_text(told)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Gem observationer")).to_have_count(0)
    page.get_by_text("Spring dårlige rækker over").click()
    button(page, "Gem observationer")
    expect(page.get_by_text("Gemt 2 observationer, 2 sprunget over.")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        button(page, "Hent rapport over oversprungne rækker")
    report = Path(download.value.path()).read_text("utf-8-sig")
    assert [line.split(";")[:3] for line in report.splitlines()[1:]] == [["4", "lon", "længde"], ["5", "note", "note"]]
    assert "20 12" not in report
    with opened(server.database) as db:
        assert {seen.category for seen in rows.find(db, ObservationFilter())} == {"vandalism", "moped"}
    upload(page, "igen.csv", CSV)
    choose(page, "Kategori *", "hvad")
    button(page, "Se filen igennem")
    expect(page.get_by_text("Der er ikke noget nyt at gemme i filen.")).to_be_visible(timeout=30_000)


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(browser: Browser, server: Server) -> None:
    page = opened_page(browser, server, Role.COORDINATOR, wide=False)
    upload(page, "tom.csv", "\n")
    expect(page.get_by_text("den er tom")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("role", [Role.WORKER, Role.HOUSING, Role.ADMIN])
def test_nobody_else_finds_the_page(server: Server, role: Role) -> None:
    token = signed_in_cookie(server.database, make_user(server.database, role))
    assert server.get("/indlaes", cookie=token).status == 403


def test_notes_that_may_be_about_persons_are_shown_and_left_out_unless_somebody_says_otherwise(
    browser: Browser, server: Server
) -> None:
    page = opened_page(browser, server, Role.COORDINATOR, wide=False)
    rows_of = "kategori;lat;lon;tid;note\n" + "".join(
        f"Graffiti;55,6133;12,3580;18-10-2026 21.4{n};{note}\n" for n, note in enumerate(("Ali malede", "Ny maling"))
    )
    for answer, stored in (("Udelad noterne i disse rækker", None), ("Det er ikke personer", "Ali malede")):
        upload(page, "noter.csv", rows_of.replace("18-10", "18-10" if stored is None else "17-10"))
        button(page, "Se filen igennem")
        expect(page.locator(".fa-unsure li")).to_contain_text("Række 2 · muligt navn: Ali")
        expect(page.locator(".fa-unsure mark")).to_have_text("Ali")
        page.get_by_text(answer).click()
        page.screenshot(path=str(server.database.parent / "unsure.png"), full_page=True)
        button(page, "Gem observationer")
        expect(page.get_by_text("Gemt 2 observationer")).to_be_visible()
        with opened(server.database) as db:
            found = db.query("SELECT note FROM observation WHERE category = 'graffiti' ORDER BY observed_at")
            assert stored in [row["note"] for row in found]
        page.reload()
