"""«Ny observation» in a real browser on an emulated phone: every way to «Gemt», and every way it may go wrong."""

from __future__ import annotations

import io
import json
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from browsing import BYCENTER, foreign, laptop, phone, press, requests_of, sign_in
from PIL import Image
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie, start_server

from fieldapp.store.connection import opened

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a shared machine; nothing here is about speed
COPENHAGEN_CITY = {"latitude": 55.6761, "longitude": 12.5683, "accuracy": 10}
UNSURE = {"latitude": 55.6133, "longitude": 12.3580, "accuracy": 500}


@pytest.fixture
def open_form(server, browser):
    """`open_form(**phone options)` gives (page, user id): a new worker on «Ny observation»."""
    contexts = []

    def start(make=phone, **more):
        user = make_user(server.database, "worker")
        with opened(server.database) as db:  # or every test would be asked whether it is the same as the one before
            db.execute("UPDATE observation SET status = 'withdrawn'")
        context = make(browser, **more)
        contexts.append(context)
        sign_in(context, server.url, signed_in_cookie(server.database, user))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(server.url + "/ny")
        expect(page.get_by_role("button", name="Gem observation")).to_be_visible()
        return page, user.id

    yield start
    for context in contexts:
        context.close()


def rows_of(server, user_id):
    with opened(server.database) as db:
        return list(db.query("SELECT * FROM observation WHERE reporter = ? ORDER BY recorded_at, id", [user_id]))


def choose(page, label):
    chosen = page.locator(".st-key-categories [aria-checked='true']").filter(has_text=label)
    press(page.locator(".st-key-categories").get_by_text(label), chosen)


def save(page):
    page.get_by_role("button", name="Gem observation").tap()


def saved(page, words):
    expect(page.get_by_text(words)).to_be_visible()


def placed(page, words):
    expect(page.locator(".st-key-place-line")).to_contain_text(words)


def unfold(page, *, waits=False):
    """The note's folder opens by itself when a note `waits` on the phone: a tap at that moment would close it."""
    if waits:
        with suppress(PlaywrightTimeout):
            page.locator("textarea").wait_for(state="visible", timeout=6_000)
    press(page.get_by_text("Tilføj note, billede eller andet"), page.locator("textarea"))


def write(page, text):
    page.locator("textarea").fill(text)
    page.locator("textarea").blur()


def map_frame(page):
    return page.frame_locator("iframe[title]").first


def tap_map(page, x=120, y=120):
    frame = page.locator("iframe").first
    frame.scroll_into_view_if_needed()
    expect(map_frame(page).locator(".leaflet-container")).to_be_visible()
    box = frame.bounding_box()
    page.touchscreen.tap(box["x"] + x, box["y"] + y)


def test_at_the_place_two_taps_store_the_right_district_place_accuracy_and_time(server, open_form):
    page, user = open_form()
    asked = requests_of(page)
    placed(page, "Vejlebroskolen · ved Ishøj Station")
    choose(page, "Hærværk")
    save(page)
    saved(page, "Gemt – Hærværk, Ishøj Station")
    (row,) = rows_of(server, user)
    kept = {name: row[name] for name in ("category", "district", "place", "accuracy_m", "position_source", "origin")}
    assert kept == {
        "category": "vandalism",
        "district": "vejlebro",
        "place": "Ishøj Station",
        "accuracy_m": 8.0,
        "position_source": "gps",
        "origin": "form",
    }
    assert (round(row["lat"], 4), round(row["lon"], 4)) == (BYCENTER["latitude"], BYCENTER["longitude"])
    assert abs(datetime.now(UTC) - datetime.fromisoformat(row["observed_at"])) < timedelta(minutes=1)
    assert foreign(asked, server.url) == []


def test_the_form_is_ready_for_the_next_one_and_the_first_can_be_taken_back(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Hærværk")
    save(page)
    saved(page, "Gemt – Hærværk")
    choose(page, "Graffiti")
    save(page)
    saved(page, "Gemt – Graffiti")
    page.reload()
    page.get_by_role("button", name="Fortryd").tap()
    expect(page.get_by_text("Gemt – Graffiti")).to_have_count(0)
    assert [(row["category"], row["status"]) for row in rows_of(server, user)] == [
        ("vandalism", "active"),
        ("graffiti", "withdrawn"),
    ]


def test_the_same_again_is_asked_about_and_linked(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    for _ in range(2):
        choose(page, "Hærværk")
        save(page)
        expect(page.get_by_text("Gemt – Hærværk").or_(page.get_by_text("Er det den samme?"))).to_be_visible()
    page.get_by_role("button", name="Set igen").tap()
    saved(page, "Gemt (set igen) – Hærværk")
    first, second = rows_of(server, user)
    assert second["repeat_of"] == first["id"]


def test_a_double_tap_makes_one_observation(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Hærværk")
    button = page.get_by_role("button", name="Gem observation")
    button.evaluate("button => { button.click(); button.click(); button.click(); }")
    saved(page, "Gemt – Hærværk")
    page.wait_for_timeout(1000)
    assert len(rows_of(server, user)) == 1


def test_without_permission_the_map_still_works(server, open_form):
    page, user = open_form(geolocation=None)
    expect(page.get_by_text("Du har ikke givet adgang til positionen")).to_be_visible()
    choose(page, "Hærværk")
    save(page)
    saved(page, "Vælg et sted: tryk på kortet, søg, eller brug din position.")
    tap_map(page)
    expect(page.locator(".st-key-place-line")).to_be_visible()
    save(page)
    saved(page, "Gemt – Hærværk")
    (row,) = rows_of(server, user)
    assert (row["position_source"], row["accuracy_m"]) == ("map", None)


def test_without_permission_the_place_search_still_works_with_a_typing_error(server, open_form):
    page, user = open_form(geolocation=None)
    choose(page, "Hærværk")
    press(page.get_by_text("Søg sted, eller brug samme sted som sidst"), page.get_by_label("Sted eller adresse"))
    page.get_by_label("Sted eller adresse").fill("vejleaparkn")
    page.get_by_label("Sted eller adresse").press("Enter")
    page.get_by_role("button", name="Vejleåparken").first.tap()
    placed(page, "ved Vejleåparken")
    save(page)
    saved(page, "Gemt – Hærværk, Vejleåparken")
    assert rows_of(server, user)[0]["position_source"] == "address"


def test_an_unsure_position_is_said_and_does_not_block(server, open_form):
    page, user = open_form(geolocation=UNSURE)
    expect(page.get_by_text("Usikker position")).to_be_visible()
    choose(page, "Hærværk")
    save(page)
    saved(page, "Gemt – Hærværk")
    assert rows_of(server, user)[0]["accuracy_m"] == 500.0


def test_a_position_in_copenhagen_is_outside_and_can_be_saved(server, open_form):
    page, user = open_form(geolocation=COPENHAGEN_CITY)
    placed(page, "Uden for kommunen")
    choose(page, "Hærværk")
    save(page)
    saved(page, "Gemt – Hærværk, Uden for kommunen")
    assert rows_of(server, user)[0]["district"] is None


def test_near_a_border_the_neighbour_is_one_tap_away(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    page.get_by_role("button", name="Nej, det var i Gildbroskolen").tap()
    placed(page, "Gildbroskolen")
    choose(page, "Hærværk")
    save(page)
    saved(page, "Gemt – Hærværk")
    assert rows_of(server, user)[0]["district"] == "gildbro"


def test_personal_data_is_marked_and_nothing_else_is_lost(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Graffiti")
    unfold(page)
    write(page, "Ring til mig på 20 30 40 50 om muren")
    expect(page.locator("mark")).to_have_text("20 30 40 50")
    save(page)
    expect(page.locator(".st-key-save-bar").get_by_text("Teksten ligner persondata")).to_be_visible()
    assert rows_of(server, user) == []
    page.get_by_role("button", name="Fjern", exact=True).tap()
    expect(page.locator("textarea")).to_have_value("Ring til mig på om muren")
    save(page)
    saved(page, "Gemt – Graffiti")
    assert rows_of(server, user)[0]["note"] == "Ring til mig på om muren"


def test_an_unsaved_note_with_personal_data_survives_a_reload_on_the_phone_alone(server, open_form):
    page, _user = open_form()
    choose(page, "Graffiti")
    unfold(page)
    write(page, "cpr 010203-1234")
    expect(page.locator("mark")).to_be_visible()
    with opened(server.database) as db:
        assert "010203" not in str(list(db.query("SELECT * FROM draft")))
    page.reload()
    expect(page.locator(".st-key-categories [aria-checked='true']")).to_contain_text("Graffiti")
    unfold(page, waits=True)
    expect(page.locator("textarea")).to_have_value("cpr 010203-1234")


def test_a_draft_survives_a_reload_with_note_choices_and_photo(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Knallertkørsel")
    unfold(page)
    write(page, "To knallerter på stien")
    size = page.get_by_role("radio").filter(has_text="3–5")
    press(size, page.locator("[aria-checked='true']").filter(has_text="3–5"))
    photo = io.BytesIO()
    Image.effect_noise((2400, 1600), 50).convert("RGB").save(photo, "JPEG")
    picture = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    page.locator("input[type=file]").set_input_files(picture)
    page.get_by_role("button", name="Brug billedet").tap()
    expect(page.get_by_alt_text("Billede 1")).to_be_visible()
    page.reload()
    expect(page.locator("textarea")).to_have_value("To knallerter på stien")
    expect(page.get_by_alt_text("Billede 1")).to_be_visible()
    save(page)
    saved(page, "Gemt – Knallertkørsel")
    (row,) = rows_of(server, user)
    assert (row["note"], row["group_size"]) == ("To knallerter på stien", "3-5")
    with opened(server.database) as db:
        (kept,) = db.query("SELECT width, height, jpeg FROM photo WHERE observation_id = ?", [row["id"]])
    assert (kept["width"], kept["height"]) == (1600, 1067)
    assert b"Exif" not in kept["jpeg"]


def test_what_is_tapped_in_the_moment_the_note_is_left_is_read_with_it(server, open_form):
    """Streamlit runs one fragment for all that changes in one turn of the browser: here the note's."""
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Knallertkørsel")
    unfold(page)
    field = page.locator("textarea")
    for text, tapped in (("To knallerter", "3–5"), ("To knallerter på stien", "Hærværk")):
        field.fill(text)
        chip = page.get_by_role("radio").filter(has_text=tapped)
        field.evaluate("(field, chip) => { field.blur(); chip.click(); }", chip.element_handle())
        expect(page.locator("[aria-checked='true']").filter(has_text=tapped)).to_be_visible()
        for _wait in range(50):
            with opened(server.database) as db:
                (kept,) = db.query("SELECT content FROM draft WHERE user_id = ?", [user])
            said = json.loads(kept["content"])
            if said.get("note") == text and (said.get("group_size") == "3-5" or said["category"] == "vandalism"):
                break
            page.wait_for_timeout(200)
        else:
            pytest.fail(f"the draft has not read both: {said}")


def test_all_categories_are_behind_more_and_can_be_searched(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    page.locator(".st-key-categories").get_by_text("+ Flere").tap()
    expect(page.locator(".st-key-categories button")).to_have_count(16)
    page.get_by_label("Søg kategori").fill("lys")
    expect(page.locator(".st-key-categories button")).to_have_count(1)
    choose(page, "Mørkt eller dårlig belysning")
    save(page)
    saved(page, "Gemt – Mørkt eller dårlig belysning")
    assert rows_of(server, user)[0]["category"] == "lighting"


def test_a_category_chosen_behind_more_folds_the_rest_away_also_while_a_note_is_open(server, open_form):
    page, _user = open_form()
    choose(page, "Hærværk")
    unfold(page)
    page.locator(".st-key-categories").get_by_text("+ Flere").tap()
    expect(page.locator(".st-key-categories button")).to_have_count(16)
    choose(page, "Andet")
    expect(page.locator(".st-key-categories button")).to_have_count(6)


def test_danger_now_is_called_in_and_can_still_be_saved(server, open_form):
    page, _user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Konflikt eller vold")
    expect(page.get_by_text("Ring 112")).to_be_visible()
    save(page)
    saved(page, "Gemt – Konflikt eller vold")


def test_another_time_is_kept_as_copenhagen_time(server, open_form):
    page, user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Hærværk")
    press(page.get_by_text("I går aftes"), page.locator("[aria-checked='true']").filter(has_text="I går aftes"))
    save(page)
    saved(page, "Gemt – Hærværk")
    (row,) = rows_of(server, user)
    assert row["hour"] == 21


HOSTILE = "{{7*7}} {% <img src=x onerror=alert(1)> `${7*7}` \u202e :red[x] **fed** $a$"


def test_hostile_text_in_the_note_and_the_search_is_only_text(server, open_form):
    page, user = open_form()
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    placed(page, "Vejlebroskolen")
    choose(page, "Hærværk")
    page.get_by_text("Søg sted, eller brug samme sted som sidst").tap()
    page.get_by_label("Sted eller adresse").fill(HOSTILE[:60])
    page.get_by_label("Sted eller adresse").press("Enter")
    expect(page.get_by_text("Intet sted hedder sådan")).to_be_visible()
    unfold(page)
    write(page, HOSTILE)
    save(page)
    saved(page, "Gemt – Hærværk")
    assert rows_of(server, user)[0]["note"] == HOSTILE.replace("\u202e", "")
    assert alerts == []


def test_a_keyboard_alone_logs_an_observation(server, open_form):
    page, user = open_form(make=laptop, geolocation=BYCENTER, permissions=["geolocation"])
    placed(page, "Vejlebroskolen")
    reached = tab_to(page, "Hærværk")
    assert reached, "the category was not reached by Tab"
    page.keyboard.press("Space")
    expect(page.locator(".st-key-categories [aria-checked='true']")).to_contain_text("Hærværk")
    assert tab_to(page, "Gem observation")
    page.keyboard.press("Enter")
    saved(page, "Gemt – Hærværk")
    assert len(rows_of(server, user)) == 1


def tab_to(page, words, most=80):
    """Press Tab until the focused element says these words."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.matches('button') ? document.activeElement.innerText : ''"):
            return True
    return False


def test_a_lost_socket_loses_nothing_that_was_chosen(server, open_form):
    page, _user = open_form()
    placed(page, "Vejlebroskolen")
    choose(page, "Graffiti")
    unfold(page)
    write(page, "Maling på muren")
    page.wait_for_timeout(1200)
    page.context.set_offline(True)
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    page.goto(server.url + "/kort")
    page.goto(server.url + "/ny")
    expect(page.locator("textarea")).to_have_value("Maling på muren")
    save(page)
    saved(page, "Gemt – Graffiti")


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk_is_said_the_form_stays_and_saving_works_when_there_is_room(tmp_path, small_disk, browser):
    server = start_server(tmp_path, FIELDAPP_DATABASE=str(small_disk / "f.sqlite3"))
    context = phone(browser)
    try:
        user = make_user(server.database, "worker")
        sign_in(context, server.url, signed_in_cookie(server.database, user))
        page = context.new_page()
        page.goto(server.url + "/ny")
        placed(page, "Vejlebroskolen")
        choose(page, "Hærværk")
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        save(page)
        expect(page.get_by_text("Serverens disk er fuld")).to_be_visible()
        expect(page.locator(".st-key-categories [aria-checked='true']")).to_contain_text("Hærværk")
        filler.unlink()
        save(page)
        saved(page, "Gemt – Hærværk")
        assert len(rows_of(server, user.id)) == 1
    finally:
        context.close()
        server.stop()
