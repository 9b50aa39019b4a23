"""The gate's question on a phone: shown while writing, put once when saving, answered in three ways, never lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from browsing import BYCENTER, COLOURS, WCAG, laptop, phone, sign_in, violations
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie

from fieldapp.store.connection import opened

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a shared machine; nothing here is about speed
SOFT = "Mohammed og Ali larmede ved Netto"
HARD = "Peter Hansen larmede ved Netto"
SHOTS = os.environ.get("GATE_SCREENSHOTS", "")  # a folder: keep pictures of the states


@pytest.fixture
def open_form(server, browser):
    """`open_form(make=phone)` gives (page, user id): a new worker who sees moped trouble, note unfolded."""
    contexts = []

    def start(make=phone, **more):
        user = make_user(server.database, "worker")
        with opened(server.database) as db:
            db.execute("UPDATE observation SET status = 'withdrawn'")
        context = make(browser, **more)
        contexts.append(context)
        sign_in(context, server.url, signed_in_cookie(server.database, user))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(server.url + "/ny")
        expect(page.locator(".st-key-place-line")).to_contain_text("Vejlebroskolen")
        choose(page)
        page.get_by_text("Tilføj note, billede eller andet").click()
        expect(page.locator("textarea")).to_be_visible()
        return page, user.id

    yield start
    for context in contexts:
        context.close()


def choose(page):
    page.locator(".st-key-categories").get_by_text("Knallertkørsel").click()
    expect(page.locator(".st-key-categories [aria-checked='true']")).to_contain_text("Knallertkørsel")


def notes_of(server, user):
    with opened(server.database) as db:
        sql = "SELECT note FROM observation WHERE reporter = ? ORDER BY recorded_at, id"
        return [row["note"] for row in db.query(sql, [user])]


def counted(server):
    with opened(server.database) as db:
        sql = "SELECT kind, outcome, sum(count) AS n FROM gate_count GROUP BY kind, outcome"
        return {(row["kind"], row["outcome"]): row["n"] for row in db.query(sql)}


def more(server, before):
    """What was counted since."""
    return {key: count - before.get(key, 0) for key, count in counted(server).items() if count != before.get(key, 0)}


def write(page, text):
    page.locator("textarea").fill(text)


def save(page):
    page.get_by_role("button", name="Gem observation").click()


def saved(page):
    expect(page.get_by_text("Gemt – Knallertkørsel")).to_be_visible()


def marks(page, *words):
    expect(page.locator("mark")).to_have_text(list(words))


def asked(page):
    """The question has the focus and all three answers."""
    expect(page.locator(".st-key-save-bar").get_by_text("Svar ved noten")).to_be_visible()
    box = page.get_by_role("group", name="Er det en person?")
    expect(box).to_be_focused()
    expect(box).to_be_in_viewport()
    return box


def shot(page, name):
    if SHOTS:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(SHOTS) / f"gate_{name}.png"))


def test_a_name_is_marked_while_writing_and_the_save_asks_once_that_it_is_no_person(server, open_form):
    page, user = open_form()
    before = counted(server)
    write(page, SOFT)
    marks(page, "Mohammed", "Ali")
    expect(page.locator("textarea")).to_have_attribute("aria-invalid", "false")
    shot(page, "writing_390")
    save(page)
    box = asked(page)
    expect(box).to_contain_text("Muligt navn: Mohammed, Ali")
    expect(page.locator(".live")).to_have_text("Er det en person? muligt navn: Mohammed, Ali")
    assert notes_of(server, user) == []
    shot(page, "asked_390")
    for name in ("Fjern", "Skriv om", "Det er ikke en person"):
        size = box.get_by_role("button", name=name, exact=True).bounding_box()
        assert min(size["height"], size["width"]) >= 44, name
    box.get_by_role("button", name="Det er ikke en person").tap()
    saved(page)
    assert notes_of(server, user) == [SOFT]
    assert more(server, before) == {("name", "passed"): 2}


def test_removing_takes_the_words_out_and_lets_the_writer_look_before_it_is_saved(server, open_form):
    page, user = open_form()
    before = counted(server)
    write(page, SOFT)
    save(page)
    asked(page).get_by_role("button", name="Fjern", exact=True).tap()
    expect(page.locator("textarea")).to_have_value("og larmede ved Netto")
    expect(page.get_by_text("Svar ved noten")).to_have_count(0)
    expect(page.locator(".findings")).to_be_hidden()
    shot(page, "removed_390")
    assert notes_of(server, user) == []
    save(page)
    saved(page)
    assert notes_of(server, user) == ["og larmede ved Netto"]
    assert more(server, before) == {("name", "removed"): 2}


def test_rewriting_puts_the_cursor_on_the_word_with_the_help(server, open_form):
    page, user = open_form()
    before = counted(server)
    write(page, SOFT)
    save(page)
    asked(page).get_by_role("button", name="Skriv om").tap()
    expect(page.locator("textarea")).to_be_focused()
    expect(page.locator(".help.wanted")).to_have_text("Skriv, hvad der skete, hvor mange og ca. alder – ikke hvem.")
    selected = page.locator("textarea").evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)")
    assert selected == "Mohammed"
    shot(page, "rewrite_390")
    write(page, "To drenge på ca. 15 larmede ved Netto")
    expect(page.locator(".findings")).to_be_hidden()
    save(page)
    saved(page)
    assert notes_of(server, user) == ["To drenge på ca. 15 larmede ved Netto"]
    assert more(server, before) == {("name", "rewritten"): 2}


def test_a_new_word_is_asked_about_alone_and_the_answers_survive_a_reload(server, open_form):
    page, user = open_form()
    write(page, "Mohammed larmede")
    marks(page, "Mohammed")
    page.get_by_role("button", name="Det er ikke en person").tap()
    expect(page.locator(".findings")).to_be_hidden()
    page.reload()
    expect(page.locator("textarea")).to_have_value("Mohammed larmede")
    expect(page.locator("mark")).to_have_count(0)
    write(page, "Mohammed og Ali larmede")
    marks(page, "Ali")
    for _wait in range(100):  # the phone marks at once, the server's draft follows
        with opened(server.database) as db:
            kept = str(list(db.query("SELECT content FROM draft WHERE user_id = ?", [user])))
        if "Mohammed" not in kept:
            break
        page.wait_for_timeout(200)
    assert "Mohammed" not in kept
    page.reload()
    expect(page.locator("textarea")).to_have_value("Mohammed og Ali larmede")
    marks(page, "Ali")
    expect(page.locator(".st-key-categories [aria-checked='true']")).to_contain_text("Knallertkørsel")
    save(page)
    asked(page).get_by_role("button", name="Det er ikke en person").tap()
    saved(page)
    assert notes_of(server, user) == ["Mohammed og Ali larmede"]


def test_a_full_name_cannot_be_saved_and_no_answer_lets_it_through(server, open_form):
    page, user = open_form()
    before = counted(server)
    write(page, HARD)
    marks(page, "Peter Hansen")
    expect(page.get_by_role("button", name="Det er ikke en person")).to_have_count(0)
    save(page)
    refused = page.locator(".st-key-save-bar").get_by_text("Teksten ligner persondata (navn)")
    expect(refused).to_be_visible()
    expect(page.locator("textarea")).to_have_attribute("aria-invalid", "true")
    shot(page, "refused_390")
    page.get_by_text("Tilføj note, billede eller andet").click()
    expect(page.locator("textarea")).to_be_hidden()
    save(page)
    expect(page.locator("textarea")).to_be_visible()
    page.reload()
    expect(page.locator("textarea")).to_have_value(HARD)
    save(page)
    expect(refused).to_be_visible()
    assert notes_of(server, user) == []
    page.get_by_role("button", name="Fjern", exact=True).tap()
    expect(page.locator("textarea")).to_have_value("larmede ved Netto")
    expect(refused).to_have_count(0)
    save(page)
    saved(page)
    assert notes_of(server, user) == ["larmede ved Netto"]
    assert more(server, before) == {("name", "stopped"): 3, ("name", "removed"): 1}


def test_the_question_is_answered_by_keyboard_alone(server, open_form):
    page, user = open_form(make=laptop, geolocation=BYCENTER, permissions=["geolocation"])
    page.locator("textarea").focus()
    page.keyboard.type("Ali larmede")
    marks(page, "Ali")
    page.get_by_role("button", name="Gem observation").focus()
    page.keyboard.press("Enter")
    asked(page)
    if SHOTS:
        page.set_viewport_size({"width": 1280, "height": 800})
        shot(page, "asked_1280")
    names = []
    for _ in range(3):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("""() => {
          let one = document.activeElement;
          while (one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
          return one.innerText;
        }""")
        )
    assert names == ["Fjern", "Skriv om", "Det er ikke en person"]
    page.keyboard.press("Enter")
    saved(page)
    assert notes_of(server, user) == ["Ali larmede"]


def test_axe_finds_nothing_by_day_and_by_night(open_form):
    page, _user = open_form()
    write(page, SOFT)
    expect(page.locator("mark").first).to_be_visible()
    save(page)
    expect(page.get_by_role("group", name="person")).to_be_focused()
    faults = []
    for scheme, rules in (("light", WCAG), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        shot(page, f"asked_{scheme}_390")
        faults += [f"{scheme} {one}" for one in violations(page, rules)]
    assert faults == []


def test_the_words_are_marked_by_the_phone_itself_when_the_line_is_gone(open_form):
    page, _ = open_form()
    with page.expect_response(lambda answer: answer.url.endswith("/assets/privacy.json")):
        page.locator("textarea").focus()
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    try:
        write(page, SOFT)
        marks(page, "Mohammed", "Ali")
        write(page, "Peter Hansen kender Ali")
        marks(page, "Peter Hansen", "Ali")
        expect(page.get_by_text("Persondata kan ikke gemmes").first).to_be_visible()
        write(page, "To knallerter på stien")
        expect(page.locator("mark")).to_have_count(0)
    finally:
        page.context.set_offline(False)
