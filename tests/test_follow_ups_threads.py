"""The threads between tasks and the rest: «Er det stadig sådan?» in the form, «Lav opgave», photos from staff."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browsing import BYCENTER, phone, press, sign_in, violations
from making import CATALOGUE, NOW, STATION, a_database, a_user, an_observation, some_services
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from serving import Server, make_user, signed_in_cookie
from sqlite_utils import Database
from test_follow_ups import a_task, refused, step

from fieldapp.model import Kind, Observation, Role, User, uuid7
from fieldapp.model.follow_ups import USER, State, Step
from fieldapp.privacy import check
from fieldapp.store import follow_up_photos
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import opened
from fieldapp.usecases import follow_ups_photos, follow_ups_reading, nightly
from fieldapp.usecases.follow_ups_threads import may_make, origin
from fieldapp.usecases.observations import record

SERVICES = some_services()
expect.set_options(timeout=30_000)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return a_database(tmp_path)


def a_jpeg(grey: int = 90) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (grey, grey, grey)).save(file, "JPEG")
    return file.getvalue()


def test_a_photo_waits_for_its_sender_s_next_step_and_is_then_seen_by_those_who_see_the_task(db: Database) -> None:
    vera, bo, ssp = a_user(db), a_user(db, Role.HOUSING), a_user(db, Role.SSP, "gildbro")
    task, ids = a_task(db, vera), sorted(uuid7(NOW) for _ in range(6))

    def add(photo_id: str, user: User, data: bytes) -> str:
        return refused(lambda: follow_ups_photos.add(data, task.id, photo_id, user=user, db=db, now=NOW))

    def sees(photo_id: str, user: User) -> str:
        return refused(lambda: follow_ups_reading.photo_for(photo_id, thumbnail=True, reader=user, db=db))

    assert [add(ids[0], vera, a_jpeg()), add(ids[0], vera, a_jpeg())] == ["ok", "ok"]
    assert (add(ids[1], ssp, a_jpeg()), add("x", vera, a_jpeg()), add(ids[1], vera, b"GIF89a")) == (
        "not_found", "invalid", "photo_unreadable"
    )  # fmt: skip
    assert [sees(ids[0], user) for user in (vera, bo)] == ["ok", "not_found"]
    assert [add(photo, vera, a_jpeg(100 + number)) for number, photo in enumerate(ids[1:5])] == ["ok"] * 3 + ["invalid"]
    follow_ups_photos.remove(ids[3], task.id, user=bo, db=db)
    follow_ups_photos.remove(ids[3], task.id, user=vera, db=db)
    assert follow_ups_photos.waiting(task.id, user=vera, db=db) == ids[:3]
    bo_took = step(db, task, Step.TAKE, bo)
    assert follow_up_photos.by_event(db, task.id) == {}
    reported = step(db, bo_took, Step.REPORT, vera)
    (history,) = [line for line in follow_ups_reading.opened(task.id, reader=bo, db=db, now=NOW).history if line.photos]
    assert (history.event.action, history.photos) == ("report", tuple(ids[:3]))
    assert [sees(ids[0], user) for user in (bo, ssp)] == ["ok", "not_found"]
    step(db, reported, Step.SEE, bo)
    assert add(ids[5], vera, a_jpeg(9)) == "step_not_now"


def test_a_photo_whose_sender_never_said_more_is_gone_after_a_week(db: Database) -> None:
    vera = a_user(db)
    task, services = a_task(db, vera), some_services()
    follow_ups_photos.add(a_jpeg(), task.id, uuid7(NOW), user=vera, db=db, now=NOW)
    left = []
    for days in (6, 8):
        nightly.run(db=db, services=services, now=NOW + timedelta(days=days))
        left.append(len(follow_ups_photos.waiting(task.id, user=vera, db=db)))
    assert left == [1, 0]


def test_a_task_can_be_made_of_what_its_maker_may_see_and_is_told_of_there(db: Database) -> None:
    vera, bo, ssp, admin = (
        a_user(db), a_user(db, Role.HOUSING), a_user(db, Role.SSP, "vejlebro"), a_user(db, Role.ADMIN)
    )  # fmt: skip
    dark, group = (
        record(an_observation(category=key), user=vera, db=db, services=SERVICES, now=NOW).observation
        for key in ("lighting", "group")
    )
    given = {"db": db, "services": SERVICES, "now": NOW}
    found = origin("observation", dark.id, reader=bo, **given)
    assert found and (found.title, found.told) == (
        "Mørkt eller dårlig belysning, Ishøj Station",
        "Mørkt eller dårlig belysning, ved Ishøj Station, i dag kl. 22.10",
    )
    assert not check(found.title).findings
    assert refused(lambda: origin("observation", group.id, reader=bo, **given)) == "not_found"
    assert refused(lambda: origin("hotspot", "x", reader=bo, **given)) == "not_found"
    assert origin("finding", dark.id, reader=bo, **given) is None
    made = {
        one.id: a_task(db, vera, source="observation", source_id=one.id, title=one.category) for one in (dark, group)
    }
    told = {
        user.role: sorted(follow_ups_reading.made_from("observation", list(made), reader=user, db=db))
        for user in (vera, bo, ssp, admin)
    }
    assert told == {Role.WORKER: sorted(made), Role.HOUSING: [dark.id], Role.SSP: sorted(made), Role.ADMIN: []}
    people = {user.role: may_make(Kind.PEOPLE, "vejlebro", user=user) for user in (vera, bo, ssp, admin)}
    assert people == {Role.WORKER: True, Role.HOUSING: False, Role.SSP: True, Role.ADMIN: False}


@pytest.fixture
def at_the_station(server: Server, browser: Browser) -> Iterator[tuple[Page, User, User]]:
    """A worker's phone at the station, the worker, and a colleague."""
    vera, bo = make_user(server.database, Role.WORKER), make_user(server.database, Role.HOUSING)
    context = phone(browser)
    context.set_default_timeout(30_000)
    sign_in(context, server.url, signed_in_cookie(server.database, vera))
    page = context.new_page()
    page.on("dialog", lambda _dialog: pytest.fail("a script ran"))
    yield page, vera, bo
    context.close()


def test_the_next_one_there_is_asked_below_save_one_at_a_time_and_may_take_the_answer_back(
    server: Server, at_the_station: tuple[Page, User, User]
) -> None:
    page, vera, bo = at_the_station
    now, lat = datetime.now(UTC), BYCENTER["latitude"]
    with opened(server.database) as db:
        near = [
            a_task(db, bo, title=title, now=now, lat=lat + metres / 111_000, lon=BYCENTER["longitude"])
            for title, metres in (("Ruden <img src=x onerror=alert(1)> *ny*", 20), ("Bænken er væk", 60))
        ]
        own = a_task(db, vera, title="Min egen", now=now)
        for task, user in ((near[0], bo), (near[1], bo), (own, vera)):
            step(db, task, Step.REPORT, user, "Lavet i dag" if user is bo else None)
    page.goto(server.url + "/ny")
    save, line = page.get_by_role("button", name="Gem observation"), page.get_by_role("button", name="Er det stadig")
    expect(line).to_contain_text("Ruden <img src=x onerror=alert(1)> *ny* · 20 m")
    assert line.bounding_box()["y"] > save.bounding_box()["y"] + 50  # type: ignore[index]
    press(line, page.get_by_role("button", name="Det er i orden"))
    expect(page.locator(".st-key-still")).to_contain_text("«Lavet i dag»")
    assert violations(page) == [] and page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Ikke nu").tap()
    expect(line).to_contain_text("Bænken er væk · 60 m")
    press(line, page.get_by_role("button", name="Det er i orden"))
    page.get_by_role("button", name="Det er i orden").tap()
    expect(page.get_by_text("Gemt – set i marken. Opgaven er lukket.")).to_be_visible()
    with opened(server.database) as db:
        states = [(one.state, one.reported_by) for one in (rows.get(db, task.id) for task in near) if one]
    assert states == [(State.REPORTED, USER + bo.id), (State.SEEN, USER + bo.id)]
    page.get_by_role("button", name="Fortryd").tap()
    expect(page.get_by_text("Fortrudt – opgaven er i gang igen.")).to_be_visible()
    page.get_by_role("button", name="Luk").tap()
    expect(page.locator(".st-key-still")).to_have_count(0)
    with opened(server.database) as db:
        again = rows.get(db, near[1].id)
        assert again and (again.state, again.reopened) == (State.ACTIVE, True)
        assert rows.get(db, near[0].id).state is State.REPORTED  # type: ignore[union-attr]
        db.execute("UPDATE follow_up SET lat = 55.7 WHERE state = 'reported'")


def test_an_observation_becomes_a_task_that_is_shown_beside_it_and_reported_with_a_photo(
    server: Server, at_the_station: tuple[Page, User, User], tmp_path: Path
) -> None:
    page, vera, _bo = at_the_station
    now = datetime.now(UTC)
    wire = {
        "id": uuid7(now),
        "category": "lighting",
        "lat": STATION[0],
        "lon": STATION[1],
        "observed_at": now.isoformat(),
    }
    seen = Observation.from_wire(wire, catalogue=CATALOGUE, now=now)
    with opened(server.database) as db:
        record(seen, user=vera, db=db, services=SERVICES, now=now)
    row = page.locator("[class*=st-key-row-]").get_by_role("button", name="Mørkt eller dårlig belysning")
    make = page.get_by_role("dialog").get_by_role("link", name="Lav opgave")
    page.goto(server.url + "/kort")
    press(row, make)
    make.tap()
    expect(page.get_by_label("Hvad skal gøres?")).to_have_value("Mørkt eller dårlig belysning, Ishøj Station")
    page.get_by_label("Ansvarlig").click()
    page.get_by_role("option", name="Park og Vej").click()
    page.get_by_role("button", name="Gem opgave").tap()
    expect(page.get_by_text("Gemt – opgaven er oprettet.")).to_be_visible()
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(a_jpeg())
    camera = page.get_by_role("button", name="Tag billede")
    press(page.get_by_text("Tilføj billede"), camera)
    with page.expect_file_chooser() as chooser:
        camera.click()
    chooser.value.set_files(photo)
    page.get_by_role("button", name="Brug billedet").click()
    expect(page.get_by_role("button", name="Fjern billede 1")).to_be_visible()
    page.get_by_role("button", name="Meld udført").tap()
    expect(page.get_by_text("Gemt – meldt udført.")).to_be_visible()
    expect(page.locator(".fa-report img")).to_be_visible()
    assert page.locator(".fa-report img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("button", name="Vis observationen").tap()
    expect(page.get_by_role("dialog").get_by_role("link", name="Meldt udført")).to_be_visible()
    assert violations(page) == []
