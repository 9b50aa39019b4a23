"""Who a page takes its reader for: the database's word at every run, not what the browser once said."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from serving import make_user, signed_in_cookie
from streamlit.testing.v1 import AppTest

from fieldapp.model import Role, User
from fieldapp.store.connection import opened
from fieldapp.usecases import accounts, sessions
from fieldapp.web.logs import keep_words_out

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "pages.sqlite3"
    monkeypatch.setenv("FIELDAPP_DATABASE", str(path))
    return path


def page(database: Path, user: User, name: str) -> AppTest:
    """The page as this user's new session opens it."""
    token = signed_in_cookie(database, user)
    with opened(database) as db:
        found = sessions.who(token, db=db, now=datetime.now(UTC))
    assert found
    test = AppTest.from_file(str(ROOT / "pages" / name), default_timeout=20)
    test.user = {"id": user.id, "session": found.session_id}
    return test


def test_a_page_without_a_session_says_so_and_shows_nothing(database: Path) -> None:
    make_user(database, "coordinator")
    for said in ({}, {"id": "x", "session": "y"}, {"email": "karen@example.dk", "is_logged_in": True}):
        test = AppTest.from_file(str(ROOT / "pages" / "administration.py"), default_timeout=20)
        test.user = said
        test.run()
        assert [error.value[:37] for error in test.error] == ["Du er ikke længere logget ind på denn"]
        assert not test.title and not test.expander and not test.exception


def test_a_session_of_somebody_else_is_no_session(database: Path) -> None:
    karen, vera = make_user(database, "coordinator"), make_user(database, "worker")
    test = page(database, vera, "administration.py")
    test.user = {**test.user, "id": karen.id}
    test.run()
    assert not test.title and len(test.error) == 1


def test_role_and_active_flag_count_from_the_next_run(database: Path) -> None:
    karen, bodil = make_user(database, "coordinator"), make_user(database, "coordinator")
    test = page(database, bodil, "administration.py").run()
    assert [title.value for title in test.title] == ["Administration"]
    with opened(database) as db:
        accounts.set_role(karen, bodil.id, Role.WORKER, db=db, now=datetime.now(UTC))
    test.run()
    assert not test.title and test.error[0].value.startswith("Din rolle giver ikke adgang til det.")
    with opened(database) as db:
        accounts.disable(karen, bodil.id, db=db, now=datetime.now(UTC))
    test.run()
    assert test.error[0].value.startswith("Du er ikke længere logget ind")


def test_my_devices_shows_mine_only_and_ends_the_chosen_one(database: Path) -> None:
    vera = make_user(database, "worker")
    signed_in_cookie(database, make_user(database, "worker"), device="En andens")
    lost = signed_in_cookie(database, vera, device="Chrome på Android")
    test = page(database, vera, "enheder.py").run()
    assert [button.label for button in test.button] == ["Log ud her", "Afslut Chrome på Android"]
    test.button[1].click().run()
    with opened(database) as db:
        assert sessions.who(lost, db=db, now=datetime.now(UTC)) is None
    assert [button.label for button in test.button] == ["Log ud her"]
    test.button[0].click().run()
    assert test.error[0].value.startswith("Du er ikke længere logget ind")


def links(test: AppTest) -> list[str]:
    return [code.value for code in test.code if "/invite?token=" in code.value]


def test_an_invitation_needs_a_district_for_ssp_and_keeps_the_typed_name_until_then(database: Path) -> None:
    test = page(database, make_user(database, "coordinator", name="Karen"), "administration.py").run()
    test.text_input("new-name").input("Sofie Skole")
    test.selectbox("new-role").select(Role.SSP)
    test.button("new-make").click().run()
    assert test.error[0].value == "En SSP-bruger skal have mindst ét skoledistrikt. Vælg et."
    assert test.text_input("new-name").value == "Sofie Skole" and not links(test)
    test.multiselect("new-districts").select(test.multiselect("new-districts").options[0])
    test.button("new-make").click().run()
    assert len(links(test)) == 1 and test.text_input("new-name").value == ""
    with opened(database) as db:
        found = [account for account in accounts.users(accounts.SYSTEM, db=db) if account.user.name == "Sofie Skole"]
    assert len(found) == 1 and found[0].user.role is Role.SSP and len(found[0].user.districts) == 1


@pytest.mark.parametrize("role", ["worker", "housing", "ssp", "coordinator", "admin"])
def test_the_main_script_opens_the_first_screen_of_every_role(database: Path, role: str) -> None:
    user = make_user(database, role, ["strandgaard"] if role == "ssp" else [])
    test = page(database, user, "mere.py")
    main = AppTest.from_file(str(ROOT / "fieldapp" / "ui" / "main.py"), default_timeout=30)
    main.user = test.user
    main.run()
    expected = {"ssp": "Overblik", "admin": "Administration"}.get(role, "Ny observation")
    assert not main.exception and [title.value for title in main.title] == [expected]


def test_a_crash_leaves_type_and_place_in_the_log_and_none_of_the_words(caplog: pytest.LogCaptureFixture) -> None:
    keep_words_out()
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(caplog.handler)
    try:
        int("Vera Worker 010190-1234")
    except ValueError:
        logger.exception("Exception in ASGI application\n")
    finally:
        logger.removeHandler(caplog.handler)
    assert "ValueError at " in caplog.text and "test_session_pages.py:" in caplog.text
    assert "Vera" not in caplog.text
