"""«Kort» in a real browser: the list and the map show the same, and each reader sees what is theirs to see."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browsing import foreign, phone, press, requests_of, sign_in
from PIL import Image
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie, start_server
from walking import a_plan, found

from fieldapp.images import sanitise, thumbnail
from fieldapp.model import Observation, Role, uuid7
from fieldapp.settings import ROOT, Settings
from fieldapp.store import photos
from fieldapp.store.connection import opened
from fieldapp.usecases import observations, walks_findings, walks_plan, walks_run
from fieldapp.usecases.services import load_services
from fieldapp.usecases.walks_run import Door

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a shared machine; nothing here is about speed
HOSTILE = "{{7*7}} <img src=x onerror=alert(1)> `${7*7}` **fed** :red[x] \u202e[a](b)"
SHOWN = "{{7*7}} <img src=x onerror=alert(1)> `${7*7}` **fed** :red[x] [a](b)"
VEJLEBRO, STRANDGAARD, VIBEHOLM = (55.6085, 12.3615), (55.6079, 12.3449), (55.6147, 12.3340)
EVIL_PLACE = (55.6150, 12.3300)
AT_STRANDGAARD = {"latitude": STRANDGAARD[0], "longitude": STRANDGAARD[1], "accuracy": 8}
VIEW = "() => [map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4), map.getZoom()]"


def hostile_data(folder):
    """The shipped files, with one category, one district and one place that try to be run."""
    shutil.copytree(ROOT / "data", folder)
    categories = json.loads((folder / "categories.json").read_text())
    next(one for one in categories["categories"] if one["key"] == "other")["da"] = HOSTILE
    districts = json.loads((folder / "districts.geojson").read_text())
    next(one for one in districts["features"] if one["properties"]["id"] == "vibeholm")["properties"]["name"] = SHOWN
    places = json.loads((folder / "places.geojson").read_text())
    near = {"type": "Point", "coordinates": [EVIL_PLACE[1], EVIL_PLACE[0]]}
    said = {"id": "ond", "name": SHOWN, "kind": "skole", "source": "prøve", "approximate": False, "aliases": []}
    places["features"].append({"type": "Feature", "id": "ond", "properties": said, "geometry": near})
    for name, content in (
        ("categories.json", categories),
        ("districts.geojson", districts),
        ("places.geojson", places),
    ):
        (folder / name).write_text(json.dumps(content))
    return folder


class World:
    """A server with sixty observations by two workers in two districts, and one hostile one in a third."""

    def __init__(self, folder: Path) -> None:
        self.data = hostile_data(folder / "data")
        self.server = start_server(folder, FIELDAPP_DATA=str(self.data))
        self.services = load_services(Settings(data=self.data))
        self.anna = make_user(self.server.database, "worker", name="Anna Gade")
        self.bo = make_user(self.server.database, "worker", name="Bo Gade")
        now = datetime.now(UTC)
        for n in range(30):
            self.add(self.anna, VEJLEBRO, n, now - timedelta(hours=30 + n), "vandalism" if n % 2 else "litter")
            self.add(self.bo, STRANDGAARD, n, now - timedelta(days=9, hours=n), "group" if n % 3 else "good")
        old = now - timedelta(days=500)
        for n in range(12):
            self.add(self.bo, STRANDGAARD, n, old, "moped", recorded=old)
        self.evil = self.add(self.bo, EVIL_PLACE, 0, now - timedelta(days=200), "other", note=HOSTILE)

    def add(self, user, around, n, at, category, *, recorded=None, **more):
        now = recorded or datetime.now(UTC)
        wire = {
            "id": uuid7(now),
            "category": category,
            "lat": around[0] + (n % 6 - 2.5) * 0.00025,
            "lon": around[1] + (n // 6 - 2) * 0.00045,
            "observed_at": at.isoformat(),
        } | more
        seen = Observation.from_wire(wire, catalogue=self.services.catalogue, now=now)
        with opened(self.server.database) as db:
            return observations.record(seen, user=user, db=db, services=self.services, now=now).observation

    def rows(self, where="1=1", *values):
        with opened(self.server.database) as db:
            return list(db.query(f"SELECT * FROM observation WHERE {where} ORDER BY recorded_at, id", list(values)))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("kort"))
    yield made
    made.server.stop()


@pytest.fixture
def kort(world, browser):
    """`kort(user, "period=90")` opens the page; afterwards no foreign host was asked and no text was run."""
    contexts, asked, said = [], [], []

    def start(user, query="", *, path="/kort", **more):
        context = phone(browser, **more)
        contexts.append(context)
        sign_in(context, world.server.url, signed_in_cookie(world.server.database, user))
        page = context.new_page()
        page.set_default_timeout(20_000)
        asked.append(requests_of(page))
        page.frames_loaded = []
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("framenavigated", lambda frame: page.frames_loaded.append(frame.url) if is_map(frame) else None)
        page.goto(f"{world.server.url}{path}?{query}" if query else world.server.url + path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert [one for requests in asked for one in foreign(requests, world.server.url)] == []
    assert said == []


def is_map(frame):
    return "streamlit_folium" in frame.url


def in_map(page, script, argument=None):
    return next(frame for frame in page.frames if is_map(frame)).evaluate(script, argument)


def in_frame(page):
    return page.frame_locator("iframe[title='Kort']")


def counts(page, list_says, map_says=None):
    """The list's heading, and the map's own live line."""
    expect(page.get_by_role("heading", level=2).filter(has_text="observation")).to_have_text(list_says)
    expect(in_frame(page).locator(".fa-live")).to_have_text(map_says or f"{list_says} vist")


def settled(page):
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")


def choose(page, label, option):
    """Choose in one of the lists of the filter, which is opened and closed again."""
    settled(page)
    page.get_by_role("button", name="Filter").tap()
    box = page.get_by_role("combobox", name=label)
    box.tap()
    box.press_sequentially(option)  # a long list holds only what is in view
    page.get_by_role("option", name=option).tap()
    close_filter(page)


def close_filter(page):
    settled(page)
    for _ in range(3):  # the first may only close the list of options
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
        if page.get_by_test_id("stPopoverBody").count() == 0:
            break
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def choose_period(page, option):
    settled(page)
    page.get_by_role("combobox", name="Periode").tap()
    page.get_by_role("option", name=option).tap()


def rows_on(page):
    return page.locator("[class*='st-key-row-'] button")


def dialog(page):
    return page.get_by_role("dialog").filter(has=page.get_by_role("heading", name="Observation"))


def test_list_map_and_address_follow_each_filter_and_the_map_stays_where_it_was(world, kort):
    page = kort(world.anna)
    counts(page, "60 observationer")
    view = in_map(page, VIEW)
    choose_period(page, "7 dage")
    counts(page, "30 observationer")
    assert page.url.endswith("/kort?period=7")
    choose(page, "Kategori", "Hærværk")
    counts(page, "15 observationer")
    assert page.url.endswith("?period=7&category=vandalism")
    choose_period(page, "3 måneder")
    choose(page, "Kategori", "God historie")
    counts(page, "25 observationer")
    choose(page, "Distrikt", "Strandgårdskolen")
    counts(page, "10 observationer")
    page.get_by_role("button", name="Filter (2)").tap()
    page.get_by_text("Kun mine egne").tap()
    counts(page, "0 observationer", "Ingen observationer passer til filteret her")
    page.get_by_role("button", name="Nulstil filter").first.tap()
    counts(page, "60 observationer")
    assert page.url.endswith("/kort")
    close_filter(page)
    choose(page, "Slags", "Adfærd")
    counts(page, "20 observationer")
    assert page.url.endswith("?kind=people")
    assert in_map(page, VIEW) == view
    assert len(page.frames_loaded) == 1


def test_a_shared_address_opens_the_same_view_for_another_reader(world, kort):
    page = kort(world.bo, "period=90&category=litter&category=vandalism&district=vejlebro&kind=place&mine=0")
    counts(page, "30 observationer")
    expect(page.get_by_role("combobox", name="Periode")).to_have_value("3 måneder")
    page.get_by_role("button", name="Filter (3)").tap()
    for words in ("Hærværk", "Affald og rod", "Vejlebroskolen", "Steder"):
        expect(page.get_by_test_id("stPopoverBody").get_by_text(words, exact=True).first).to_be_visible()
    assert page.get_by_text("Noget i adressen").count() == 0


def test_what_an_address_cannot_mean_is_left_out_and_said(world, kort):
    page = kort(world.anna, "period=4711&category=litter,nonsens&district=atlantis&kind=people%27--")
    expect(page.get_by_text("Noget i adressen kan ikke bruges her og er udeladt.")).to_be_visible()
    counts(page, "15 observationer")
    assert page.url.endswith("/kort?category=litter")


def test_a_tapped_point_opens_what_when_where_photo_and_history(world, kort, photo):
    at = (55.6133, 12.3650)
    seen = world.add(
        world.bo, at, 0, datetime.now(UTC) - timedelta(minutes=90), "graffiti", note="På muren", severity=3
    )
    photo(seen.id, world.bo)
    page = kort(world.anna, "category=graffiti")
    counts(page, "1 observation")
    in_map(page, "at => map.setView(at, 18, {animate: false})", [seen.lat, seen.lon])
    expect(in_frame(page).locator(".fa-live")).to_have_text("1 observation vist")
    page.wait_for_timeout(1500)  # the points of this zoom
    x, y = in_map(page, "at => { const p = map.latLngToContainerPoint(at); return [p.x, p.y]; }", [seen.lat, seen.lon])
    in_frame(page).locator("#map_div").tap(position={"x": x, "y": y})
    opened_one = dialog(page)
    for words in ("Graffiti", "I dag kl.", "Meget", "På muren", f"{seen.lat:.5f}, {seen.lon:.5f}", "Registreret i dag"):
        expect(opened_one.get_by_text(words).first).to_be_visible()
    picture = opened_one.get_by_alt_text("Billede 1 af stedet")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 80
    way = opened_one.get_by_role("link", name="Find vej")
    assert way.get_attribute("href").startswith(f"geo:{seen.lat:.5f},{seen.lon:.5f}")
    assert len(page.frames_loaded) == 1


@pytest.fixture
def photo(world):
    """`photo(observation id, its reporter)` puts a small picture on it."""

    def put(observation, user):
        raw = io.BytesIO()
        Image.new("RGB", (80, 60), "green").save(raw, "PNG")
        clean, now = sanitise(raw.getvalue()), datetime.now(UTC)
        kept = photos.StoredPhoto(uuid7(now), bytes.fromhex(clean.sha256), 80, 60, clean.jpeg, thumbnail(clean.jpeg))
        with opened(world.server.database) as db:
            photos.add(db, observation, kept, actor=user.id, at=now)

    return put


def test_ones_own_is_mended_in_the_dialog_and_anothers_is_not(world, kort):
    mine = world.add(world.anna, (55.6120, 12.3600), 0, datetime.now(UTC) - timedelta(minutes=50), "burglary")
    page = kort(world.anna, "category=burglary")
    press(rows_on(page).first, dialog(page))
    press(dialog(page).get_by_text("Ret observationen"), dialog(page).get_by_label("Note"))
    dialog(page).get_by_label("Note").fill("Ring 20 30 40 50")
    save = dialog(page).get_by_role("button", name="Gem rettelse")
    press(save, dialog(page).get_by_text("Teksten ligner persondata"))
    expect(dialog(page).get_by_label("Note")).to_have_value("Ring 20 30 40 50")
    dialog(page).get_by_label("Note").fill("Døren er brudt op")
    dialog(page).get_by_text("Meget", exact=True).tap()
    press(save, page.get_by_text("Rettelsen er gemt."))
    (row,) = world.rows("id = ?", mine.id)
    assert (row["note"], row["severity"], row["version"]) == ("Døren er brudt op", 3, 2)
    other = kort(world.bo, "category=burglary")
    press(rows_on(other).first, dialog(other))
    expect(dialog(other).get_by_text("Døren er brudt op")).to_be_visible()
    expect(dialog(other).get_by_text("Rettet i dag")).to_be_visible()
    assert dialog(other).get_by_text("Ret observationen").count() == 0


def test_seen_again_is_recorded_with_one_tap_linked_and_taken_back(world, kort):
    first = world.add(world.bo, (55.6080, 12.3600), 0, datetime.now(UTC) - timedelta(days=3), "lighting")
    page = kort(world.anna, "category=lighting")
    counts(page, "1 observation")
    press(rows_on(page).first, dialog(page))
    button = dialog(page).get_by_role("button", name="Set igen nu")
    button.evaluate("button => { button.click(); button.click(); button.click(); }")
    expect(page.get_by_text("Gemt (set igen) – Mørkt eller dårlig belysning")).to_be_visible()
    counts(page, "2 observationer")
    (row,) = world.rows("repeat_of = ?", first.id)
    kept = [row[name] for name in ("reporter", "category", "position_source", "district", "status")]
    assert kept == [world.anna.id, "lighting", "map", first.district, "active"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(row["observed_at"])) < timedelta(minutes=2)
    press(rows_on(page).first, dialog(page))
    dialog(page).get_by_role("button", name="Set igen – vis den tidligere").tap()
    expect(dialog(page).get_by_text("Registreret som set igen.")).to_be_visible()
    dialog(page).get_by_role("button", name="Luk").tap()
    page.get_by_role("button", name="Fortryd").tap()
    counts(page, "1 observation")
    assert [row["status"] for row in world.rows("repeat_of = ?", first.id)] == ["withdrawn"]


def test_the_list_comes_by_pages(world, kort):
    page = kort(world.anna, "district=vejlebro&category=litter,vandalism&period=90&district=strandgaard&category=group")
    counts(page, "50 observationer")
    expect(rows_on(page)).to_have_count(25)
    page.get_by_role("button", name="Vis flere").tap()
    expect(rows_on(page)).to_have_count(50)
    expect(page.get_by_role("button", name="Vis flere")).to_have_count(0)


def test_nearest_first_is_ordered_by_distance_from_the_phone(world, kort):
    page = kort(world.anna, "district=strandgaard", geolocation=AT_STRANDGAARD)
    counts(page, "30 observationer")
    page.get_by_role("radio", name="Nærmest mig").or_(page.get_by_text("Nærmest mig")).first.tap()
    expect(rows_on(page).nth(29)).to_contain_text(" m ·")
    metres = [int(text.split("\n")[-1].split(" m ·")[0].strip()) for text in rows_on(page).all_inner_texts()]
    assert len(metres) == 30
    assert metres == sorted(metres)
    assert metres[0] <= 20 < metres[-1] < 200


def test_own_dates_are_in_the_address_and_in_the_figures(world, kort):
    page = kort(world.anna)
    choose_period(page, "Vælg datoer")
    expect(page.locator(".st-key-filter-dates").get_by_text("Fra")).to_be_visible()
    day = (datetime.now(UTC) - timedelta(days=200)).date()
    shared = kort(world.anna, f"period=own&from={day - timedelta(days=2)}&to={day + timedelta(days=2)}")
    counts(shared, "1 observation")
    expect(shared.get_by_role("combobox", name="Periode")).to_have_value("Vælg datoer")
    expect(shared.locator(".st-key-filter-dates")).to_contain_text("Til")


def test_nothing_found_says_what_to_do_next(world, kort):
    page = kort(world.anna, "category=shoplifting")
    counts(page, "0 observationer", "Ingen observationer passer til filteret her")
    expect(page.get_by_text("Det betyder ikke, at der ikke sker noget.")).to_be_visible()
    page.locator(".st-key-reset-empty button").tap()
    expect(page.get_by_text("Det betyder ikke")).to_have_count(0)
    page = kort(world.anna, "category=shoplifting")
    press(page.locator(".st-key-empty-new a"), page.get_by_role("heading", name="Ny observation"))


def test_ssp_sees_its_own_district_and_no_other_name(world, kort):
    reader = make_user(world.server.database, Role.SSP, ["strandgaard"])
    page = kort(reader, "period=90&district=vejlebro")
    expect(page.get_by_text("Noget i adressen kan ikke bruges her og er udeladt.")).to_be_visible()
    counts(page, "30 observationer")
    page.get_by_role("button", name="Filter").tap()
    page.get_by_role("combobox", name="Distrikt").tap()
    expect(page.get_by_role("option")).to_have_text(["Strandgårdskolen"])
    page.keyboard.press("Escape")
    close_filter(page)
    assert {"Strandgårdskolen"} == {text.split(" · ")[-1] for text in rows_on(page).all_inner_texts()}
    press(rows_on(page).first, dialog(page))
    expect(dialog(page).get_by_text("Registreret i dag")).to_be_visible()
    assert dialog(page).get_by_role("button", name="Set igen nu").count() == 0
    elsewhere = kort(reader, "category=litter,vandalism")
    counts(elsewhere, "0 observationer", "Ingen observationer passer til filteret her")


def test_housing_sees_no_behaviour_as_points_but_areas_in_words(world, kort):
    reader = make_user(world.server.database, Role.HOUSING)
    page = kort(reader, "district=strandgaard")
    expect(page.get_by_role("heading", level=2).filter(has_text="observation")).to_have_text("10 observationer")
    expect(rows_on(page)).to_have_count(10)
    assert {"God historie"} == {text.split(" — ")[0].split(" ", 1)[1] for text in rows_on(page).all_inner_texts()}
    settled(page)
    told = page.get_by_test_id("stExpanderDetails")
    press(page.get_by_text("Områder som tekst"), told.get_by_text("vises kun for hele måneder og mindst 5 ad gangen"))
    expect(told.get_by_text("For få til at vise i grupper.")).to_be_visible()
    page = kort(reader, "district=strandgaard&period=all")
    settled(page)
    expect(in_frame(page).locator(".fa-live")).to_contain_text("Mindst 10 i områder (hele måneder)")
    counts_told = page.get_by_test_id("stExpanderDetails").locator("li strong")
    press(page.get_by_text("Områder som tekst"), counts_told.first)
    expect(counts_told).to_have_text(["mindst 10"])


def test_hostile_names_and_notes_are_only_text(world, kort):
    page = kort(world.anna, "period=all&category=other")
    counts(page, "1 observation")
    expect(rows_on(page).first).to_contain_text(SHOWN[:60])
    assert rows_on(page).first.inner_text().count("{{7*7}}") == 3  # category, place, district
    assert page.locator("[class*='st-key-row-'] :is(img, a, code)").count() == 0
    in_map(page, "at => map.setView(at, 18, {animate: false})", [world.evil.lat, world.evil.lon])
    page.wait_for_timeout(1500)
    x, y = in_map(
        page, "at => { const p = map.latLngToContainerPoint(at); return [p.x, p.y]; }", [world.evil.lat, world.evil.lon]
    )
    in_frame(page).locator("#map_div").tap(position={"x": x, "y": y})
    opened_one = dialog(page)
    expect(opened_one.get_by_role("heading", level=3)).to_contain_text(SHOWN)
    assert opened_one.get_by_text("49", exact=True).count() == 0
    assert opened_one.locator("[data-testid=stMarkdownContainer] :is(img, a, code, strong)").count() == 0
    expect(opened_one.locator(".st-key-opened-note")).to_have_text(SHOWN)
    expect(in_frame(page).locator(".leaflet-popup .fa-what")).to_contain_text("{{7*7}} <img src=x")
    assert in_map(page, "() => document.querySelectorAll('.leaflet-popup img, .fa-name img').length") == 0


def test_the_new_one_is_there_and_the_filter_as_it_was_on_coming_back_from_the_form(world, kort):
    page = kort(world.anna, "category=fire")
    counts(page, "0 observationer", "Ingen observationer passer til filteret her")
    page.get_by_role("navigation", name="Skærme").get_by_role("link", name="Ny").tap()
    expect(page.locator(".st-key-place-line")).to_contain_text("Vejlebroskolen")
    page.locator(".st-key-categories").get_by_text("+ Flere").tap()
    page.locator(".st-key-categories").get_by_text("Brand eller fyrværkeri").tap()
    page.get_by_role("button", name="Gem observation").tap()
    expect(page.get_by_text("Gemt – Brand eller fyrværkeri")).to_be_visible()
    page.get_by_role("navigation", name="Skærme").get_by_role("link", name="Kort").tap()
    counts(page, "1 observation")
    assert page.url.endswith("/kort?category=fire")
    expect(rows_on(page)).to_have_count(1)


WALK = "{{7*7}} <b>`${7*7}` **fed** og et navn så langt, at det ikke kan stå på en linje"


@pytest.fixture
def walked(world):
    """A walk that is planned for today, with one finding, while the test lasts."""
    now = datetime.now(UTC)
    common = {"services": world.services, "now": now}
    with opened(world.server.database) as db:
        plan = a_plan(id=uuid7(now), title=WALK, starts_at=now.isoformat())
        door = Door(walks_plan.plan(plan, user=world.anna, db=db, **common), user=world.anna)
        said = found(id=uuid7(now), observed_at=now.isoformat(), lat=EVIL_PLACE[0], lon=EVIL_PLACE[1], item="damage")
        walks_findings.add(said, door=door, skew=timedelta(0), db=db, **common)
        yield
        walks_findings.undo(said["id"], door=door, db=db, now=now)
        walks_run.take_step(door.walk.id, "cancel", user=world.anna, db=db, now=now)


def test_walks_are_numbers_on_the_map_and_words_beside_it_and_nothing_is_asked_for_while_they_are_off(
    world, kort, walked
):
    page = kort(world.anna, "category=vandalism&district=vibeholm")
    asked, frame = requests_of(page), in_frame(page)
    counts(page, "1 observation")
    assert not [one for one in asked if "/api/v1/walks" in one]
    press(page.get_by_text("Vis tryghedsvandringer"), page.get_by_text("Ingen tryghedsvandringer i perioden"))
    page.goto(f"{world.server.url}/kort?category=vandalism&walks=1")
    link = page.locator(".st-key-map-walks").get_by_role("link")
    expect(link).to_have_text(f"1 · {WALK}")
    expect(page.locator(".st-key-map-walks")).to_contain_text("Planlagt · 1 fund")
    assert link.evaluate("one => one.scrollWidth <= one.clientWidth && one.getBoundingClientRect().height >= 48")
    expect(frame.locator(".fa-walk-number")).to_have_text("1")
    expect(frame.locator("path.fa-walk.fa-walk-planned")).to_have_count(1)
    loaded = len(page.frames_loaded)
    page.get_by_text("Vis tryghedsvandringer").click()
    expect(frame.locator(".fa-walk-number")).to_have_count(0)
    assert "walks" not in page.url and len(page.frames_loaded) == loaded, "the same map, where it was left"
    press(rows_on(page).first, page.get_by_role("dialog"))
    expect(page.get_by_role("dialog")).to_contain_text(f"Fra tryghedsvandringen «{WALK}» (fund 1)")
    page.get_by_role("dialog").get_by_role("link", name="Åbn vandringen").click()
    expect(page.get_by_role("heading", name=WALK)).to_be_visible()
