"""Taken out on request: bytes are gone, the trail holds no text, nothing comes back, and what is held can be shown."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import chromium, laptop, phone, press, sign_in
from keeping import DRAFT, LAT, LON, MARKS, NEW, NOTE, World, a_photo, a_world, add, traces
from making import NOW, a_user, an_observation, some_services
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie, start_server

from fieldapp.cli import main
from fieldapp.errors import Problem
from fieldapp.model import ObservationFilter, Role, User, uuid7
from fieldapp.store import aggregates, audit, bulk, drafts, meta, photos
from fieldapp.store import observations as rows
from fieldapp.store.connection import open_database, opened
from fieldapp.usecases import areas, browse, upkeep
from fieldapp.usecases import drafts as half_written
from fieldapp.usecases.observations import amend, detail, record, undo
from fieldapp.usecases.removal import PARTS, REASONS, Removed, remove
from fieldapp.usecases.retention_coarse import EMPTY

expect.set_options(timeout=20_000)
LATER = NOW + timedelta(days=40)
GONE_PHOTO = b"smaabilledmaerket"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One old observation with note, photo and place; one new; a forgotten draft without marks of its own."""
    made = a_world(tmp_path)
    with opened(made.settings.database) as db:
        half_written.discard(user=made.worker, db=db)
    return made


def take(world: World, part: str, *, of: str = "", actor: User | None = None, now: datetime = LATER) -> Removed:
    with opened(world.settings.database) as db:
        return remove(
            actor or world.coordinator, of or world.old, part, "persondata", db=db, settings=world.settings, now=now,
            pause=lambda seconds: None,
        )  # fmt: skip


def raw(world: World, observation_id: str) -> dict[str, Any]:
    with opened(world.settings.database) as db:
        return next(iter(db.query("SELECT * FROM observation WHERE id = ?", [observation_id])))


def marks_left(world: World) -> set[bytes]:
    data = b"".join(path.read_bytes() for path in world.settings.database.parent.iterdir() if path.is_file())
    return {mark for mark in MARKS if mark in data}


def test_the_note_alone_goes_and_the_rest_stays(world: World) -> None:
    assert NOTE.encode() in marks_left(world)
    assert take(world, "note") == Removed(("note",), 0, True)
    kept = raw(world, world.old)
    assert (kept["note"], kept["lat"], kept["category"], kept["status"]) == (None, LAT, "group", "active")
    assert kept["version"] == 2 and kept["coarsened_at"] is None
    left = marks_left(world)
    assert NOTE.encode() not in left and b"billedmaerket" in left and str(LAT).encode() in left


def test_the_photos_alone_go_with_their_thumbnails(world: World) -> None:
    assert GONE_PHOTO in marks_left(world)
    assert take(world, "photos") == Removed(("photos",), 1, True)
    left = marks_left(world)
    assert GONE_PHOTO not in left and b"billedmaerket" not in left and NOTE.encode() in left
    kept = raw(world, world.old)
    assert kept["version"] == 2 and kept["note"] == f"Knust rude, {NOTE}"
    assert bytes(kept["content_hash"])[2:] != bytes(30)


def test_of_the_whole_observation_no_byte_is_left_in_the_folder(world: World) -> None:
    assert sum(traces(world.settings.database.parent).values()) > 10
    assert take(world, "all") == Removed(("note", "photos", "all"), 1, True)
    assert traces(world.settings.database.parent) == {}
    kept = raw(world, world.old)
    empty = ("lat", "lon", "cell_n", "cell_e", "place", "district", "note", "severity", "group_size", "age_band")
    assert {kept[name] for name in empty} == {None}
    assert (kept["status"], kept["category"], kept["reporter"], kept["hour"]) == ("withdrawn", EMPTY, "retired", 12)
    with opened(world.settings.database) as db:
        assert aggregates.file_of(db) and rows.count(db, ObservationFilter()) == 1
        with pytest.raises(Problem):
            detail(world.old, user=world.coordinator, db=db)


def test_the_trail_says_who_when_and_why_and_is_whole_and_holds_no_text(world: World) -> None:
    take(world, "note")
    take(world, "all", now=LATER + timedelta(days=1))
    with opened(world.settings.database) as db:
        assert audit.verify(db)[1] is None
        told = audit.history(db, "observation", world.old)
        texts = json.dumps([dict(row) for row in db.query("SELECT before, after FROM audit")], default=str)
    assert [(row["action"], row["actor"]) for row in told] == [
        ("record", ""), ("remove", world.coordinator.id), ("remove", world.coordinator.id)
    ]  # fmt: skip
    assert told[1]["after"] == {"reason": "persondata", "removed": ["note"], "photos": 0}
    assert told[2]["after"] == {"reason": "persondata", "removed": ["photos", "all"], "photos": 1}
    assert told[2]["before"] == {"version": 2} and NOTE not in texts and str(LAT) not in texts


def test_a_phone_that_sends_the_same_again_is_told_so_and_nothing_comes_back(world: World) -> None:
    with opened(world.settings.database) as db:
        before = rows.get(db, world.new)
    assert before
    for part in ("note", "all"):
        take(world, part, of=world.new)
        kept = raw(world, world.new)
        with opened(world.settings.database) as db:
            again = an_observation(**before.to_wire())
            assert record(again, user=world.worker, db=db, services=some_services(), now=LATER).outcome == "same"
            other = an_observation(**before.to_wire() | {"note": "Noget andet"})
            with pytest.raises(Problem) as problem:
                record(other, user=world.worker, db=db, services=some_services(), now=LATER)
            assert problem.value.code == "conflict"
            assert bulk.known(db, [world.new]) == {world.new: None}
        assert raw(world, world.new) == kept


def test_a_photo_that_is_sent_again_stays_out_and_another_may_come(world: World) -> None:
    with opened(world.settings.database) as db:
        mine = a_photo(b"x" * 50)
        photos.add(db, world.new, mine, actor=world.worker.id, at=NEW)
        take(world, "photos", of=world.new, now=NEW + timedelta(hours=1))
        photos.add(db, world.new, mine, actor=world.worker.id, at=NEW)
        assert photos.of(db, world.new) == []
        other = a_photo(b"y" * 50)
        photos.add(db, world.new, other, actor=world.worker.id, at=NEW)
        assert photos.of(db, world.new) == [other.id]


def test_a_form_left_open_on_another_screen_brings_nothing_back(world: World) -> None:
    content = {"note": DRAFT, "lat": LAT, "lon": LON}
    with opened(world.settings.database) as db:
        for part, left in (("note", {"lat": LAT, "lon": LON}), ("all", None)):
            drafts.save(db, world.worker.id, world.old, content, at=NEW)
            drafts.add_photo(db, world.worker.id, a_photo(), at=NEW)
            assert DRAFT.encode() in marks_left(world)
            take(world, part)
            found = drafts.load(db, world.worker.id)
            assert (found and found[1]) == left and DRAFT.encode() not in marks_left(world)
        assert traces(world.settings.database.parent) == {}
        before = an_observation(id=world.old)
        with pytest.raises(Problem):
            record(before, user=world.worker, db=db, services=some_services(), now=LATER)


def test_photos_that_wait_in_a_draft_go_with_the_photos(world: World) -> None:
    with opened(world.settings.database) as db:
        drafts.save(db, world.worker.id, world.old, {}, at=NEW)
        drafts.add_photo(db, world.worker.id, a_photo(b"z" * 30), at=NEW)
        assert take(world, "photos").photos == 2
        assert drafts.photos(db, world.worker.id) == [] and drafts.load(db, world.worker.id) is not None


def test_a_coarse_observation_can_be_removed_too(world: World) -> None:
    world.authorise()
    world.run()
    assert take(world, "note").parts == ()
    assert take(world, "all").parts == ("all",)
    assert raw(world, world.old)["lat"] is None
    with opened(world.settings.database) as db:
        assert audit.verify(db)[1] is None
    assert world.run(now=LATER).wiped and raw(world, world.old)["category"] == EMPTY


def test_one_that_was_taken_back_loses_its_place_too(world: World) -> None:
    with opened(world.settings.database) as db:
        back = add(db, world.worker, NEW, note="Fortrudt")
        undo(back, user=world.worker, db=db, now=NEW + timedelta(minutes=5))
    assert raw(world, back)["lat"] == LAT
    assert take(world, "all", of=back).parts == ("all",)
    assert raw(world, back)["lat"] is None


def test_removing_again_removes_nothing_and_leaves_no_row(world: World) -> None:
    take(world, "all")
    with opened(world.settings.database) as db:
        step = aggregates.last_step(db)
        assert [take(world, part) for part in PARTS] == [Removed((), 0, True)] * len(PARTS)
        assert aggregates.last_step(db) == step


def test_whoever_edits_an_older_version_is_told(world: World) -> None:
    with opened(world.settings.database) as db:
        read = rows.get(db, world.new)
        take(world, "note", of=world.new, now=NEW + timedelta(hours=1))
        assert read
        with pytest.raises(Problem) as problem:
            amend(
                replace(read, severity=3), user=world.worker, db=db, services=some_services(),
                now=NEW + timedelta(hours=2),
            )  # fmt: skip
    assert problem.value.code == "conflict"


def test_the_table_of_areas_and_every_cache_follow_at_once(world: World) -> None:
    with opened(world.settings.database) as db:
        housing = a_user(db, Role.HOUSING)
        ids = [add(db, world.worker, NOW - timedelta(days=70), category="group", note="En flok") for _ in range(5)]
        wanted = ObservationFilter()
        shown = areas.blocks_shown(wanted, reader=housing, db=db, now=LATER)
        assert sum(block.shown for block in shown) == 5
        before = meta.data_version(db), browse.version(reader=world.worker, db=db, now=LATER)
        take(world, "all", of=ids[2])
        assert areas.blocks_shown(wanted, reader=housing, db=db, now=LATER) == ()
        after = meta.data_version(db), browse.version(reader=world.worker, db=db, now=LATER)
    assert before[0] < after[0] and before[1] != after[1]


@pytest.mark.parametrize("role", [Role.WORKER, Role.HOUSING, Role.SSP, Role.ADMIN])
def test_only_the_coordinator_removes(world: World, role: Role) -> None:
    with opened(world.settings.database) as db:
        other = a_user(db, role, "strandgaard")
    with pytest.raises(Problem) as problem:
        take(world, "all", actor=other)
    assert problem.value.code == "not_allowed"
    with pytest.raises(Problem):
        take(world, "all", actor=replace(world.coordinator, active=False))
    assert raw(world, world.old)["version"] == 1


@pytest.mark.parametrize(("part", "reason"), [("alt", "fejl"), ("note", "Det var Hansen"), ("note", ""), (None, None)])
def test_a_reason_in_own_words_is_refused_and_not_repeated(world: World, part: Any, reason: Any) -> None:
    with opened(world.settings.database) as db, pytest.raises(Problem) as problem:
        remove(world.coordinator, world.old, part, reason, db=db, settings=world.settings, now=LATER)
    assert problem.value.code == "invalid" and "Hansen" not in problem.value.text()
    assert raw(world, world.old)["version"] == 1


def test_an_unknown_id_is_said_and_nothing_happens(world: World) -> None:
    with pytest.raises(Problem) as problem:
        take(world, "note", of=uuid7(NOW))
    assert problem.value.code == "not_found"
    with pytest.raises(Problem) as problem:
        take(world, "note", of="'; DROP TABLE observation")
    assert problem.value.code == "invalid"


def test_beside_a_retention_run_one_is_told_to_wait(world: World) -> None:
    world.authorise()
    inside, told = threading.Event(), threading.Event()

    def tell(step: str, count: int) -> None:
        inside.set()
        assert told.wait(30)

    first = threading.Thread(target=world.run, kwargs={"tell": tell})
    first.start()
    assert inside.wait(30)
    with pytest.raises(Problem, match="Der slettes allerede noget") as problem:
        take(world, "all", of=world.new)
    told.set()
    first.join(60)
    assert problem.value.code == "removal_busy" and raw(world, world.new)["note"] == "Ny og læselig"
    assert take(world, "all", of=world.new).wiped


def test_many_at_once_end_well_or_with_a_sentence(world: World) -> None:
    with opened(world.settings.database) as db:
        ids = [add(db, world.worker, NEW, note=f"{NOTE} {number}") for number in range(6)]
    said: list[str] = []

    def go(one: str) -> None:
        try:
            said.append(",".join(take(world, "all", of=one).parts))
        except Problem as problem:
            said.append(problem.code)

    threads = [threading.Thread(target=go, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(said) == 6 and set(said) <= {"note,all", "removal_busy"} and "note,all" in said
    for one in ids:
        assert take(world, "all", of=one).wiped
    with opened(world.settings.database) as db:
        assert audit.verify(db)[1] is None and rows.count(db, ObservationFilter()) == 2


def cli(world: World, *argv: str) -> int:
    environ = {
        "FIELDAPP_DATABASE": str(world.settings.database), "FIELDAPP_ARCHIVE": str(world.settings.archive_folder)
    }  # fmt: skip
    return main(argv, environ=environ, now=LATER)


def test_a_long_reader_is_told_of_and_the_same_command_finishes(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("observations", "remove", world.old, "--what", "all", "--reason", "indsigelse")
    reader = open_database(world.settings.database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM observation").fetchone()
    assert cli(world, *command) == 1
    assert f"«observations remove {world.old} --reason indsigelse»" in capsys.readouterr().err
    assert sum(traces(world.settings.database.parent).values()) > 0
    assert "slettede bytes kan endnu ligge" in upkeep.warnings(world.settings)[0]
    reader.execute("COMMIT")
    assert cli(world, "observations", "remove", world.old, "--reason", "indsigelse") == 0
    assert capsys.readouterr().out == "Der var intet at fjerne.\n"
    assert traces(world.settings.database.parent) == {} and upkeep.warnings(world.settings) == []
    reader.conn.close()


def test_a_retention_run_finishes_what_a_removal_had_to_leave(world: World) -> None:
    world.authorise()
    world.run()
    reader = open_database(world.settings.database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM observation").fetchone()
    assert not take(world, "all", of=world.new).wiped
    reader.conn.close()
    assert world.run().wiped and upkeep.warnings(world.settings) == []
    assert b"Ny og l\xc3\xa6selig" not in world.settings.database.read_bytes()


def test_the_command_says_what_went_and_takes_only_known_reasons(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli(world, "observations", "remove", world.old)
    assert end.value.code == 2
    with pytest.raises(SystemExit):
        cli(world, "observations", "remove", world.old, "--reason", "fordi")
    capsys.readouterr()
    assert cli(world, "observations", "remove", world.old, "--reason", "fejl", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"parts": ["note"], "photos": 0, "wiped": True}
    assert cli(world, "observations", "remove", world.old, "--what", "photos", "--reason", "fejl") == 0
    assert capsys.readouterr().out.startswith("Fjernet: billederne.")


def test_what_is_held_of_an_account_is_shown_without_a_word_of_any_note(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(world.settings.database) as db:
        drafts.save(db, world.worker.id, uuid7(NOW), {"note": DRAFT, "lat": LAT}, at=NOW)
    take(world, "note")
    assert cli(world, "audit", "show", "--account", world.worker.name.upper(), "--json") == 0
    said = capsys.readouterr().out
    found = json.loads(said)
    assert found["account"]["name"] == world.worker.name and found["account"]["observations"] == {"active": 2}
    assert found["account"]["draft"] == {"updated_at": "2026-11-20T21:10:00Z", "fields": ["lat", "note"], "photos": 0}
    assert [row["action"] for row in found["rows"]] == ["record", "photo", "record"]
    assert found["rows"][0]["after"]["lat"] == LAT and NOTE not in said and DRAFT not in said
    assert cli(world, "audit", "show", "--observation", world.old, "--json") == 0
    one = json.loads(capsys.readouterr().out)
    assert [row["action"] for row in one["rows"]] == ["record", "photo", "remove"] and one["account"] is None
    assert cli(world, "audit", "show", "--account", world.coordinator.name, "--observation", world.old) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].endswith("0 svar og ændringer på opgaver og tip, ingen kladde.")
    assert "remove" in out[1] and out[2] == "Rækker i revisionssporet: 1."


def test_insight_leaves_a_row_and_unknown_names_a_sentence(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli(world, "audit", "show", "--account", "Ingen Her") == 1
    assert cli(world, "audit", "show", "--observation", uuid7(NOW)) == 1
    assert "findes ikke længere" in capsys.readouterr().err
    assert cli(world, "audit", "show") == 0
    with opened(world.settings.database) as db:
        (told,) = audit.history(db, "audit", "*")
        assert told["action"] == "trail.shown" and told["after"]["rows"] == 3
        assert audit.verify(db)[1] is None


@pytest.mark.browser
def test_the_coordinator_removes_a_note_on_the_phone_and_all_of_it_on_the_laptop(world: World, tmp_path: Path) -> None:
    server = start_server(tmp_path, FIELDAPP_DATABASE=str(world.settings.database))
    database = world.settings.database
    tokens = {role: signed_in_cookie(database, make_user(database, role)) for role in (Role.COORDINATOR, Role.WORKER)}
    address = f"{server.url}/kort?period=own&from=2025-09-01&to=2025-09-30"
    try:
        with chromium() as browser:
            context = phone(browser)
            sign_in(context, server.url, tokens[Role.WORKER])
            screen = context.new_page()
            screen.goto(address)
            press(screen.get_by_role("button", name="Bekymrende gruppe"), screen.get_by_role("dialog"))
            expect(screen.get_by_role("dialog")).to_contain_text(NOTE)
            expect(screen.get_by_role("dialog")).not_to_contain_text("Fjern …")
            context = phone(browser)
            sign_in(context, server.url, tokens[Role.COORDINATOR])
            screen = context.new_page()
            screen.goto(address)
            press(screen.get_by_role("button", name="Bekymrende gruppe"), screen.get_by_role("dialog"))
            choose(screen, "Teksten", "Persondata, der ikke måtte stå her")
            dialog = screen.get_by_role("dialog")
            expect(dialog).to_contain_text("Det kan ikke fortrydes.")
            dialog.get_by_role("button", name="Behold").click()
            expect(dialog.get_by_role("button", name="Fjern for altid")).to_have_count(0)
            assert raw(world, world.old)["note"]
            dialog.get_by_role("button", name="Fjern", exact=True).click()
            dialog.get_by_role("button", name="Fjern for altid").click()
            expect(screen.get_by_text("Teksten er fjernet.")).to_be_visible()
            assert raw(world, world.old)["note"] is None
            wide = laptop(browser)
            sign_in(wide, server.url, tokens[Role.COORDINATOR])
            screen = wide.new_page()
            screen.goto(address)
            press(screen.get_by_role("button", name="Bekymrende gruppe"), screen.get_by_role("dialog"))
            choose(screen, "Hele observationen", "Registreret ved en fejl")
            screen.get_by_role("button", name="Fjern for altid").click()
            expect(screen.get_by_text("Observationen er fjernet.")).to_be_visible()
            expect(screen.get_by_role("button", name="Bekymrende gruppe")).to_have_count(0)
            assert raw(world, world.old)["category"] == EMPTY
        assert traces(database.parent) == {}
    finally:
        server.stop()


def choose(screen: Any, part: str, reason: str) -> None:
    """As far as the question."""
    dialog = screen.get_by_role("dialog")
    dialog.get_by_text("Fjern …").click()
    expect(dialog.get_by_role("button", name="Fjern", exact=True)).to_be_disabled()
    dialog.get_by_role("radiogroup").get_by_text(part, exact=True).click()
    dialog.get_by_role("radiogroup").get_by_text(reason, exact=True).click()
    dialog.get_by_role("button", name="Fjern", exact=True).click()


def test_every_reason_is_a_code() -> None:
    assert list(REASONS) == ["indsigelse", "fejl", "persondata", "andet"]
