"""«Opbevaring» on the screen: who sees it, what it says, and how a coarse observation looks to its readers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from browsing import chromium, phone, sign_in
from keeping import World, a_world
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie, start_server
from streamlit.testing.v1 import AppTest

from fieldapp.model import Role, User
from fieldapp.store import retention as store
from fieldapp.store.connection import opened
from fieldapp.ui.moments import away, moment
from fieldapp.usecases import sessions
from fieldapp.usecases.observations import detail

ROOT = Path(__file__).resolve().parents[1]
expect.set_options(timeout=20_000)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = a_world(tmp_path)
    monkeypatch.setenv("FIELDAPP_DATABASE", str(made.settings.database))
    monkeypatch.setenv("FIELDAPP_ARCHIVE", str(made.settings.archive_folder))
    return made


def page(world: World, user: User) -> AppTest:
    """«Administration» as this user's new session opens it."""
    token = signed_in_cookie(world.settings.database, user)
    with opened(world.settings.database) as db:
        found = sessions.who(token, db=db, now=datetime.now(UTC))
    assert found
    test = AppTest.from_file(str(ROOT / "pages" / "administration.py"), default_timeout=30)
    test.user = {"id": user.id, "session": found.session_id}
    return test.run()


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label == label).click().run()


def test_the_coordinator_is_told_that_deletion_is_off_and_the_administrator_sees_no_counts(world: World) -> None:
    seen = page(world, make_user(world.settings.database, Role.COORDINATOR))
    assert "Opbevaring" in [header.value for header in seen.header]
    assert [told.value[:34] for told in seen.warning] == ["Slået fra – mangler bemyndigelse. "]
    hidden = page(world, make_user(world.settings.database, Role.ADMIN))
    assert [header.value for header in hidden.header] == ["Brugere", "Persondata i tekst"] and not hidden.exception


def test_an_authorisation_is_recorded_and_withdrawn_and_an_error_keeps_what_was_typed(world: World) -> None:
    test = page(world, make_user(world.settings.database, Role.COORDINATOR))
    test.text_input(key="retention-reference").set_value("Rigsarkivet 26/12345")
    press(test, "Registrér bemyndigelsen")
    assert [error.value for error in test.error] == ["Feltet «dato» mangler."]
    assert test.text_input(key="retention-reference").value == "Rigsarkivet 26/12345"
    test.date_input(key="retention-date").set_value(date(2026, 10, 1))
    test.text_input(key="retention-by").set_value("Arkivar **Prøve**")
    press(test, "Registrér bemyndigelsen")
    assert not test.error and test.success[0].value.startswith("Bemyndigelsen er registreret.")
    assert "Rigsarkivet 26/12345, 01\\.10\\.2026, Arkivar \\*\\*Prøve\\*\\*" in test.info[0].value
    press(test, "Træk bemyndigelsen tilbage")
    with opened(world.settings.database) as db:
        assert store.in_force(db) is None and len(store.authorisations(db)) == 1


def test_lifetimes_are_changed_together_or_not_at_all(world: World) -> None:
    test = page(world, make_user(world.settings.database, Role.COORDINATOR))
    test.number_input(key="retention-people.photo").set_value(24)
    press(test, "Gem opbevaringstider")
    assert "ikke gemmes længere end sted og tid" in test.error[0].value
    test.number_input(key="retention-people.detail").set_value(24)
    press(test, "Gem opbevaringstider")
    with opened(world.settings.database) as db:
        months = store.months(db)
    assert (months["people.photo"], months["people.detail"], months["people.note"]) == (24, 24, 12)


def test_the_button_only_shows_what_would_go(world: World) -> None:
    test = page(world, make_user(world.settings.database, Role.COORDINATOR))
    press(test, "Vis, hvad der ville blive slettet i dag")
    assert not test.exception
    with opened(world.settings.database) as db:
        assert db.conn.execute("SELECT count(*) FROM observation WHERE coarsened_at IS NOT NULL").fetchone() == (0,)


def test_time_and_distance_are_told_no_more_exactly_than_they_are_known(world: World) -> None:
    world.authorise()
    world.run()
    now = datetime(2026, 11, 20, 21, 10, tzinfo=UTC)
    with opened(world.settings.database) as db:
        old = detail(world.old, user=world.coordinator, db=db).point
        new = detail(world.new, user=world.coordinator, db=db).point
    assert (moment(old, now=now, language="da"), moment(old, now=now, language="en")) == (
        "uge 37, 2025", "week 37, 2025"
    )  # fmt: skip
    assert (away(old, 340, language="da"), away(old, 12, language="da")) == ("ca. 300 m", "ca. 100 m")
    assert (moment(new, now=now, language="da"), away(new, 340, language="da")) == ("ons. 18. nov. kl. 20.40", "340 m")


def test_a_coarse_observation_is_a_week_and_a_square_on_the_screen(world: World, tmp_path: Path) -> None:
    world.authorise()
    world.run()
    server = start_server(tmp_path, FIELDAPP_DATABASE=str(world.settings.database))
    try:
        token = signed_in_cookie(world.settings.database, make_user(world.settings.database, Role.COORDINATOR))
        with chromium() as browser:
            context = phone(browser)
            sign_in(context, server.url, token)
            screen = context.new_page()
            screen.goto(f"{server.url}/kort?period=own&from=2025-09-01&to=2025-09-30")
            row = screen.get_by_role("button", name="Bekymrende gruppe")
            expect(row).to_contain_text("uge 37, 2025")
            expect(row).to_contain_text("ca. 100 m")
            row.click()
            dialog = screen.get_by_role("dialog")
            expect(dialog).to_contain_text("Uge 37, 2025")
            expect(dialog).to_contain_text("Kun kategori, uge og et felt på 100 × 100 m er gemt.")
            expect(dialog.get_by_role("button", name="Set igen nu")).to_have_count(0)
            expect(dialog).not_to_contain_text("12.00")
            expect(dialog).not_to_contain_text("Find vej")
    finally:
        server.stop()
