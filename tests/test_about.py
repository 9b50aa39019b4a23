"""«Om data»: what the page tells is what the rules do, for every reader and without an account."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from browsing import chromium, foreign, laptop, phone, requests_of, sign_in, violations
from making import NOW, a_database, a_user, some_services
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie
from streamlit.testing.v1 import AppTest

from fieldapp.errors import Problem
from fieldapp.model import Kind, Role
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.texts import translator
from fieldapp.usecases import retention, sessions
from fieldapp.usecases.about import ELSEWHERE, OWN, Sees, facts, sees
from fieldapp.usecases.about_html import as_html
from fieldapp.usecases.about_text import sections
from fieldapp.usecases.screens import screens_of

ROOT = Path(__file__).resolve().parents[1]
PLACE, PEOPLE, GOOD = Kind.PLACE, Kind.PEOPLE, Kind.GOOD
EVERY = frozenset((kind, where) for kind in Kind for where in (OWN, ELSEWHERE))
expect.set_options(timeout=20_000)


def the_text(db, language: str = "da") -> str:
    """All words of the page, one space between."""
    html = as_html(facts(db=db, services=some_services()), language=language, _=translator(language))
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00ad", "").split())


@pytest.mark.parametrize(
    ("role", "points", "areas"),
    [
        ("coordinator", EVERY, set()),
        ("worker", EVERY - {(PEOPLE, ELSEWHERE)}, {(PEOPLE, ELSEWHERE)}),
        ("housing", {(PLACE, OWN), (GOOD, OWN)}, EVERY - {(PLACE, OWN), (GOOD, OWN)}),
        ("ssp", {(PLACE, OWN), (PEOPLE, OWN), (GOOD, OWN)}, set()),
        ("admin", set(), EVERY),
    ],
)
def test_what_a_role_sees_is_asked_of_the_release_rules(role: str, points: set, areas: set) -> None:
    assert sees(Role(role)) == Sees(frozenset(points), frozenset(areas))


def test_the_table_says_it_in_words(tmp_path: Path) -> None:
    known = facts(db=a_database(tmp_path), services=some_services())
    (readers,) = [one for one in sections(known, language="da", _=translator("da")) if one.key == "readers"]
    assert readers.tables[0].rows == (
        (
            "Gadeplansmedarbejder",
            "alt i eget distrikt; fysiske forhold og gode historier i andre distrikter",
            "adfærd i andre distrikter",
        ),
        (
            "Boligsocial medarbejder",
            "fysiske forhold og gode historier i eget distrikt",
            "adfærd i eget distrikt; alt i andre distrikter",
        ),
        ("SSP-netværksgruppe", "alt i eget distrikt", "intet"),
        ("Koordinator", "alt", "intet"),
        ("Systemadministrator", "intet", "alt"),
    )


def test_lifetimes_and_whether_anything_is_deleted_are_the_databases(tmp_path: Path) -> None:
    db = a_database(tmp_path)
    karen = a_user(db, "coordinator")
    assert "Sletning er ikke slået til endnu." in the_text(db)
    retention.set_months(karen, "people.note", 7, db=db, now=NOW)
    retention.set_months(karen, "backup", 2, db=db, now=NOW)
    retention.authorise(karen, reference="26/12345", given_on=date(2026, 1, 2), given_by="Rigsarkivet", db=db, now=NOW)
    text = the_text(db)
    assert "adfærd 7 12 6" in text and "Sletning er slået til." in text and "slettes efter 2 måneder" in text


def test_every_category_stands_under_its_kind(tmp_path: Path) -> None:
    text = the_text(a_database(tmp_path))
    assert "Emner om adfærd: Knallertkørsel, Bekymrende gruppe, Konflikt eller vold," in text
    assert "Emner om gode historier: God historie." in text


def test_the_contact_and_the_address_for_an_underretning_are_settings(tmp_path: Path) -> None:
    known = facts(db=a_database(tmp_path), services=some_services())
    assert known.contact == "" and known.report_child_url == ""
    settings = Settings.from_env(
        {
            "FIELDAPP_CONTACT": " DPO <b>Ishøj</b>,\n tlf. 43 57 75 77 ",
            "FIELDAPP_REPORT_CHILD_URL": "https://www.ishoj.example/underretning",
        }
    )
    assert settings.contact == "DPO <b>Ishøj</b>, tlf. 43 57 75 77"
    told = type(known)(known.months, False, known.categories, settings.contact, settings.report_child_url)
    html = as_html(told, language="da", _=translator("da"))
    assert "DPO &lt;b&gt;Ishøj&lt;/b&gt;, tlf. 43 57 75 77" in html and "<b>" not in html
    assert 'href="https://www.ishoj.example/underretning" target="_blank" rel="noopener noreferrer"' in html


@pytest.mark.parametrize(("name", "value"), [("CONTACT", "x" * 201), ("REPORT_CHILD_URL", "javascript:alert(1)")])
def test_a_contact_that_is_too_long_and_an_address_that_is_none_are_refused_at_start(name: str, value: str) -> None:
    with pytest.raises(Problem) as refused:
        Settings.from_env({f"FIELDAPP_{name}": value})
    assert refused.value.code == "bad_setting"


def test_the_sentences_are_short(tmp_path: Path) -> None:
    """LIX: words a sentence plus the share of words over six letters; under 35 is easy."""
    known = facts(db=a_database(tmp_path), services=some_services())
    said = [
        line
        for one in sections(known, language="da", _=translator("da"))
        for line in (*one.lines, *one.bullets)
        if not line.startswith(("Emner om", "Disse roller"))
    ]
    sentences = [words for line in said for part in re.split(r"[.:?!]\s|[.:?!]$", line) if (words := part.split())]
    words = [word.strip("«»(),;") for sentence in sentences for word in sentence]
    lix = len(words) / len(sentences) + 100 * sum(len(word) > 6 for word in words) / len(words)
    assert lix < 35
    assert [" ".join(one) for one in sentences if len(one) > 22] == []


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_the_page_from_mere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role) -> None:
    database = tmp_path / "pages.sqlite3"
    monkeypatch.setenv("FIELDAPP_DATABASE", str(database))
    user = make_user(database, role, ["strandgaard"] if role is Role.SSP else [])
    with opened(database) as db:
        found = sessions.who(signed_in_cookie(database, user), db=db, now=datetime.now(UTC))
    assert found and "om_data" in {screen.key for screen in screens_of(user)}
    page = AppTest.from_file(str(ROOT / "pages" / "om_data.py"), default_timeout=20)
    page.user = {"id": user.id, "session": found.session_id}
    page.run()
    assert not page.exception and [title.value for title in page.title] == ["Om data"]


@pytest.mark.browser
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_the_page_reads_well_for_staff_and_for_anyone(server, size: str) -> None:
    user = make_user(server.database, "worker")
    with chromium() as browser:
        context = {"phone": phone, "laptop": laptop}[size](browser)
        page = context.new_page()
        seen = requests_of(page)
        page.goto(f"{server.url}/om-data")
        expect(page.locator("h1")).to_have_text("Om data")
        faults = looked_at(page)
        page.goto(f"{server.url}/om-data?lang=en")
        assert page.evaluate("document.documentElement.lang") == "en"
        sign_in(context, server.url, signed_in_cookie(server.database, user))
        page.goto(f"{server.url}/mere")
        page.get_by_role("link", name="Om data").click()
        expect(page.get_by_role("heading", name="Dine rettigheder")).to_be_visible()
        faults += looked_at(page)
        assert faults == [] and foreign(seen, server.url) == []
        context.close()


def looked_at(page) -> list[str]:
    """What axe finds, leaps in the headings, and anything wider than the screen."""
    found = violations(page)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((one) => Number(one.tagName[1]))")
    found += [] if levels == [1, *[2] * (len(levels) - 1)] else [f"headings {levels}"]
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].some((e) => e.getBoundingClientRect().right > innerWidth + 1)"
    )
    return found + (["too wide"] if wide else [])
