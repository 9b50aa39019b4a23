"""Lifetimes: off until authorised, archived first, coarse afterwards, and nothing comes back."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
import zipfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from keeping import LAT, LON, NEW, NOTE, OLD, PHOTO, World, a_photo, a_world, add, an_event, answers, authorise, run_on
from making import NOW, STATION, a_user, an_observation, some_services

from fieldapp.errors import Problem
from fieldapp.model import ObservationFilter, Role, uuid7
from fieldapp.model.retention import blunted, monday_noon, months_before
from fieldapp.store import alerts, audit, bulk, insight, photos, summaries
from fieldapp.store import observations as rows
from fieldapp.store import retention as store
from fieldapp.store.connection import opened, writing
from fieldapp.usecases import retention, upkeep
from fieldapp.usecases import retention_archive as archive
from fieldapp.usecases.exports import export_observations
from fieldapp.usecases.observations import detail, record, stored_own, undo
from fieldapp.usecases.retention_coarse import coarse_values


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def raw(world: World, observation_id: str) -> dict[str, object]:
    with opened(world.settings.database) as db:
        return next(iter(db.query("SELECT * FROM observation WHERE id = ?", [observation_id])))


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        (datetime(2026, 11, 20, 21, 10, tzinfo=UTC), 12, "2025-11-19T23:00:00+00:00"),
        (datetime(2026, 3, 31, 12, tzinfo=UTC), 1, "2026-02-27T23:00:00+00:00"),
        (datetime(2024, 3, 31, 12, tzinfo=UTC), 1, "2024-02-28T23:00:00+00:00"),
        (datetime(2026, 1, 15, 12, tzinfo=UTC), 13, "2024-12-14T23:00:00+00:00"),
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), 6, "2026-01-01T23:00:00+00:00"),
    ],
)
def test_a_lifetime_is_counted_in_calendar_months_of_copenhagen(moment: datetime, months: int, before: str) -> None:
    assert months_before(moment, months).isoformat() == before


def test_a_week_is_kept_as_its_monday_noon() -> None:
    assert monday_noon(datetime(2025, 9, 14, 21, 59, tzinfo=UTC)).isoformat() == "2025-09-08T10:00:00+00:00"
    assert monday_noon(datetime(2025, 9, 14, 22, 1, tzinfo=UTC)).isoformat() == "2025-09-15T10:00:00+00:00"


def test_the_proposal_is_a_year_for_text_and_half_a_year_for_photos(world: World) -> None:
    with opened(world.settings.database) as db:
        shown = retention.show(db=db)
    assert (shown.months["people.note"], shown.months["people.detail"], shown.months["people.photo"]) == (12, 12, 6)
    assert shown.leave is None and shown.runs == [] and shown.warning is None


def test_a_lifetime_is_changed_within_limits_and_the_trail_keeps_both(world: World) -> None:
    with opened(world.settings.database) as db:
        retention.set_months(world.coordinator, "people.note", 3, db=db, now=NOW)
        assert store.months(db)["people.note"] == 3
        told = audit.history(db, "retention", "people.note")[-1]
        assert (told["before"], told["after"]) == ({"months": 12}, {"months": 3})
        for key, months in (("people.note", 0), ("people.note", 121), ("people.note", "mange"), ("noget", 3)):
            with pytest.raises(Problem) as problem:
                retention.set_months(world.coordinator, key, months, db=db, now=NOW)
            assert problem.value.code == "invalid"
        with pytest.raises(Problem, match="ikke gemmes længere end sted og tid"):
            retention.set_months(world.coordinator, "people.photo", 13, db=db, now=NOW)
        assert retention.set_all_months(world.coordinator, {"draft": 1}, db=db, now=NOW) == []


@pytest.mark.parametrize("role", [Role.WORKER, Role.HOUSING, Role.SSP, Role.ADMIN])
def test_only_the_coordinator_decides(world: World, role: Role) -> None:
    with opened(world.settings.database) as db:
        user = a_user(db, role, "strandgaard")
        for work in (
            lambda: retention.set_months(user, "draft", 2, db=db, now=NOW),
            lambda: authorise(db, user),
            lambda: retention.withdraw(user, db=db, now=NOW),
        ):
            with pytest.raises(Problem) as problem:
                work()
            assert problem.value.code == "not_allowed"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("reference", {"reference": "  "}),
        ("reference", {"reference": "x" * 121}),
        ("dato", {"given_on": date(2026, 11, 21)}),
        ("dato", {"given_on": None}),
        ("givet af", {"given_by": ""}),
    ],
)
def test_an_authorisation_needs_reference_day_and_giver(world: World, field: str, changes: dict[str, object]) -> None:
    given = {"reference": "RA 26/1", "given_on": date(2026, 11, 20), "given_by": "Arkivar"} | changes
    with opened(world.settings.database) as db:
        with pytest.raises(Problem) as problem:
            retention.authorise(world.coordinator, **given, db=db, now=NOW)
        assert problem.value.field == field and store.in_force(db) is None


def test_an_authorisation_can_be_withdrawn_and_stays_in_the_history(world: World) -> None:
    with opened(world.settings.database) as db:
        authorise(db, world.coordinator)
        authorise(db, world.coordinator, archive_required=False)
        shown = retention.show(db=db)
        assert [(one.archive_required, one.in_force) for one in shown.history] == [(False, True), (True, False)]
        retention.withdraw(world.coordinator, db=db, now=NOW)
        assert retention.show(db=db).leave is None and len(retention.show(db=db).history) == 2
        with pytest.raises(Problem):
            run_on(db, world.settings, world.coordinator)
        with pytest.raises(Problem):
            retention.withdraw(world.coordinator, db=db, now=NOW)


def test_nothing_happens_without_an_authorisation(world: World) -> None:
    before = raw(world, world.old)
    with pytest.raises(Problem, match="mangler en bemyndigelse") as problem:
        world.run()
    assert problem.value.code == "retention_off" and raw(world, world.old) == before
    assert not world.settings.archive_folder.exists()


def test_a_dry_run_needs_none_and_counts_by_kind_field_district_and_month(world: World) -> None:
    with opened(world.settings.database) as db:
        plan = retention.plan(db=db, settings=world.settings, now=NOW)
        district = rows.get(db, world.old).district  # type: ignore[union-attr]
    assert [(row.kind, row.field, row.district, row.month, row.count) for row in plan.rows] == [
        ("people", "detail", district, "2025-09", 1),
        ("people", "note", district, "2025-09", 1),
        ("people", "photo", district, "2025-09", 1),
    ]
    staff = dict.fromkeys(("presence", "event", "verdict", "guest", "walk", "follow_up", "tip"), 0)
    others = dict.fromkeys(("session", "link", "seen", "public_link", "inbox", "attempt"), 0)
    assert plan.others == {**staff, "draft": 1, **others} and not plan.empty
    assert raw(world, world.old)["coarsened_at"] is None


def test_an_old_observation_is_left_as_category_square_and_week(world: World) -> None:
    world.authorise()
    done = world.run()
    assert {name: count for name, count in done.counts.items() if count} == {
        "detail": 1, "note": 1, "photo": 1, "draft": 1
    }  # fmt: skip
    kept = raw(world, world.old)
    assert kept["coarsened_at"] == "2026-11-20T21:10:00Z" and kept["category"] == "group"
    gone = ("note", "accuracy_m", "severity", "group_size", "age_band", "repeat_of")
    assert {name: kept[name] for name in gone} == dict.fromkeys(gone)
    assert (kept["observed_at"], kept["recorded_at"]) == ("2025-09-08T10:00:00Z",) * 2
    assert (kept["local_date"], kept["iso_week"], kept["weekday"], kept["hour"]) == ("2025-09-08", "2025-W37", 1, 12)
    assert kept["reporter"] == "retired" and kept["version"] == 2
    assert abs(float(kept["lat"]) - LAT) < 0.001 and kept["lat"] != LAT and kept["lon"] != LON  # type: ignore[arg-type]
    assert bytes(kept["content_hash"])[2:] == bytes(30)  # type: ignore[arg-type]
    new = raw(world, world.new)
    assert new["coarsened_at"] is None and new["note"] == "Ny og læselig"


def test_every_point_of_a_square_is_kept_as_the_same_middle(world: World) -> None:
    services = some_services()
    first, second = (
        {"lat": lat, "lon": LON, "cell_n": 123320 + step, "cell_e": 14117, "observed_at": "2025-09-10T19:40:00Z",
         "recorded_at": "2025-09-10T19:40:00Z"}
        for lat, step in ((55.61, 0), (55.6104, 1))
    )  # fmt: skip
    assert coarse_values(first, services) == coarse_values(second, services)
    abroad = coarse_values({**first, "lat": 10.123456, "lon": 20.123456, "cell_n": None, "cell_e": None}, services)
    assert (abroad["lat"], abroad["lon"], abroad["cell_n"]) == (10.12, 20.12, None)


def test_the_archive_holds_what_was_removed_and_says_by_whose_leave(world: World) -> None:
    world.authorise()
    made = world.run().archive
    assert made and stat.S_IMODE(made.stat().st_mode) == 0o600
    manifest = archive.verify(made)
    assert manifest["authorisation"] == {
        "reference": "Rigsarkivet 26/12345", "given_on": "2026-10-01", "given_by": "Arkivar Prøve"
    }  # fmt: skip
    staff = dict.fromkeys(("presence", "events", "verdicts", "guests", "walks", "follow_ups", "tips"), 0)
    assert manifest["counts"] == {"observations": 1, "photos": 1, **staff, "audit": 2}
    assert manifest["schema"][-1].startswith("m0")
    with zipfile.ZipFile(made) as zipped:
        line = json.loads(zipped.read("observations.jsonl"))
        assert line["observation"]["note"] == f"Knust rude, {NOTE}" and line["observation"]["lat"] == LAT
        assert line["remove"] == ["note", "detail"]
        photo = json.loads(zipped.read("photos.jsonl"))
        assert zipped.read(f"photos/{photo['id']}.jpg") == PHOTO
        assert sha256(PHOTO).hexdigest() == photo["sha256"]
        trail = [json.loads(line) for line in zipped.read("audit.jsonl").splitlines()]
        assert [row["action"] for row in trail] == ["record", "photo"] and str(LAT) in trail[0]["after"]
    assert [path.name for path in world.settings.archive_folder.iterdir()] == [made.name]


def test_without_a_good_archive_nothing_is_removed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.authorise()
    before = raw(world, world.old)
    world.settings.archive_folder.write_text("en fil, hvor mappen skulle være")
    with pytest.raises(Problem) as problem:
        world.run()
    assert problem.value.code == "archive_failed" and raw(world, world.old) == before
    with opened(world.settings.database) as db:
        assert [run.state for run in retention.show(db=db).runs] == ["failed"]


def test_an_archive_with_one_changed_byte_is_no_archive(world: World) -> None:
    world.authorise()
    made = world.run().archive
    assert made
    data = bytearray(made.read_bytes())
    data[data.index(b"billedmaerket") + 3] ^= 1
    made.write_bytes(bytes(data))
    with pytest.raises(Problem, match="kunne ikke skrives eller læses helt tilbage"):
        archive.verify(made)


def test_no_archive_is_made_where_the_authorisation_says_that_none_is_needed(world: World) -> None:
    world.authorise(archive_required=False)
    assert world.run().archive is None
    assert raw(world, world.old)["coarsened_at"] and not world.settings.archive_folder.exists()


def test_a_second_run_finds_nothing_to_do(world: World) -> None:
    world.authorise()
    world.run()
    before = world.settings.database.read_bytes(), len(list(world.settings.archive_folder.iterdir()))
    again = world.run()
    assert (again.counts, again.archive, again.wiped) == ({}, None, True)
    with opened(world.settings.database) as db:
        assert len(retention.show(db=db).runs) == 1
    assert len(list(world.settings.archive_folder.iterdir())) == before[1]


def test_a_note_can_go_before_the_rest(world: World) -> None:
    world.authorise()
    with opened(world.settings.database) as db:
        retention.set_months(world.coordinator, "people.detail", 24, db=db, now=NOW)
    world.run()
    kept = raw(world, world.old)
    assert kept["note"] is None and kept["lat"] == LAT and kept["coarsened_at"] is None
    assert bytes(kept["content_hash"])[2:] == bytes(30)  # type: ignore[arg-type]


def test_photos_go_after_half_a_year_and_the_observation_stays(world: World) -> None:
    with opened(world.settings.database) as db:
        spring = add(db, world.worker, NOW - timedelta(days=200), note="I foråret")
        photos.add(db, spring, a_photo(b"andre pixels"), actor=world.worker.id, at=NOW)
    world.authorise()
    assert world.run().counts["photo"] == 2
    with opened(world.settings.database) as db:
        assert photos.of(db, spring) == [] and rows.get(db, spring).note == "I foråret"  # type: ignore[union-attr]


def test_a_row_that_was_taken_back_is_coarsened_too(world: World) -> None:
    with opened(world.settings.database) as db:
        back = add(db, world.worker, OLD, note="Fortrudt")
        photos.add(db, back, a_photo(b"andre pixels"), actor=world.worker.id, at=OLD)
        undo(back, user=world.worker, db=db, now=OLD + timedelta(minutes=5))
    world.authorise()
    world.run()
    kept = raw(world, back)
    assert (kept["status"], kept["reporter"], kept["coarsened_at"]) == ("withdrawn", "retired", "2026-11-20T21:10:00Z")
    with opened(world.settings.database) as db:
        told = db.query("SELECT actor FROM audit WHERE entity = 'photo' AND action = 'photo'")
        assert [row["actor"] for row in told] == ["", ""]


def test_a_phone_that_sends_the_old_one_again_is_told_so_and_nothing_comes_back(world: World) -> None:
    with opened(world.settings.database) as db:
        before = rows.get(db, world.old)
    assert before
    world.authorise()
    world.run()
    with opened(world.settings.database) as db:
        again = an_observation(**before.to_wire())
        assert record(again, user=world.worker, db=db, services=some_services(), now=NOW).outcome == "same"
        other = an_observation(**before.to_wire() | {"note": "Noget andet"})
        with pytest.raises(Problem) as problem:
            record(other, user=world.worker, db=db, services=some_services(), now=NOW)
        assert problem.value.code == "conflict"
        assert bulk.known(db, [world.old]) == {world.old: None}
        with pytest.raises(Problem):
            stored_own(world.old, user=world.worker, db=db)
    assert raw(world, world.old)["note"] is None


def test_seen_again_still_points_at_the_coarse_one(world: World) -> None:
    world.authorise()
    world.run()
    with opened(world.settings.database) as db:
        again = add(db, world.worker, NEW, repeat_of=world.old, category="group")
        assert rows.get(db, again).repeat_of == world.old  # type: ignore[union-attr]


def test_the_trail_stays_whole_and_holds_neither_place_nor_reporter(world: World) -> None:
    world.authorise()
    world.run()
    with opened(world.settings.database) as db:
        assert audit.verify(db)[1] is None
        first = audit.history(db, "observation", world.old)[0]
        assert (first["action"], first["actor"], first["after"]) == ("record", "", None)
        assert first["at"] == "2025-09-08T10:00:00Z"
        assert audit.history(db, "observation", world.new)[0]["actor"] == world.worker.id
        texts = " ".join(str(value) for row in db.query("SELECT before, after FROM audit") for value in row.values())
    assert NOTE not in texts and "Arkivar" not in texts


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE audit SET action = 'import' WHERE seq = 1",
        "UPDATE audit_redaction SET digest = zeroblob(32) WHERE seq = 1",
        "DELETE FROM audit_redaction WHERE seq = 1",
        "UPDATE audit SET actor = 'en anden' WHERE seq = 1",
        "INSERT INTO audit_redaction SELECT max(seq), max(seq) + 1, zeroblob(32) FROM audit",
    ],
)
def test_a_blunted_trail_is_no_easier_to_forge(world: World, spoil: str) -> None:
    world.authorise()
    world.run()
    with opened(world.settings.database) as db:
        for name in ("audit_is_never_changed", "audit_redaction_is_never_changed", "audit_redaction_is_never_deleted"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute("PRAGMA foreign_keys = OFF")
        with writing(db):
            db.execute(spoil)
        assert audit.verify(db)[1] is not None


def test_the_trail_cannot_be_changed_without_being_blunted(world: World) -> None:
    with opened(world.settings.database) as db, pytest.raises(Exception, match="append-only"):
        db.execute("UPDATE audit SET actor = '', before = NULL, after = NULL WHERE seq = 1")


def test_old_rows_of_the_trail_lose_who_and_what(world: World) -> None:
    world.authorise()
    with opened(world.settings.database) as db:
        retention.set_months(world.coordinator, "audit", 1, db=db, now=NOW)
    later = NOW + timedelta(days=62)
    world.run(now=later)
    with opened(world.settings.database) as db:
        assert audit.verify(db)[1] is None
        actors = {row["actor"] for row in db.query("SELECT actor FROM audit WHERE at < '2026-12-01'")}
    assert actors == {""}


def two_answers(world: World) -> None:
    """One past its lifetime, one not, of the same hotspot."""
    with opened(world.settings.database) as db:
        answers(db, world.worker, OLD, NEW)
        retention.set_months(world.coordinator, "verdict", 12, db=db, now=NOW)


def test_an_old_answer_about_a_hotspot_keeps_what_was_said_but_not_who_and_why(world: World) -> None:
    two_answers(world)
    with opened(world.settings.database) as db:
        plan = retention.plan(db=db, settings=world.settings, now=NOW)
        before = insight.held(db, world.worker.id)
    assert (plan.others["verdict"], plan.others["seen"]) == (1, 1)
    assert before["hotspot_answers"] == {"count": 2, "first": "2025-09-10T19:40:00Z", "last": "2026-11-18T19:40:00Z"}
    assert (before["events_planned"], before["alerts_seen"]) == (0, 1)
    world.authorise()
    done = world.run()
    assert (done.counts["verdict"], done.counts["seen"]) == (1, 1) and done.archive
    with zipfile.ZipFile(done.archive) as zipped:
        kept = json.loads(zipped.read("verdicts.jsonl"))
        trail = [json.loads(line) for line in zipped.read("audit.jsonl").splitlines()]
    assert (kept["by"], kept["reason"], kept["at"]) == (world.worker.id, f"Uro, {NOTE}", "2025-09-10T19:40:00Z")
    assert [row["actor"] for row in trail if row["action"] == "verdict"] == [world.worker.id]
    with opened(world.settings.database) as db:
        said = "SELECT by, reason, at, level, known, iso_week FROM hotspot_level ORDER BY at"
        assert [tuple(row) for row in db.conn.execute(said)] == [
            ("retired", None, "2025-09-08T10:00:00Z", "red", "yes", "2025-W37"),
            (world.worker.id, f"Uro, {NOTE}", "2026-11-18T19:40:00Z", "red", "yes", "2026-W47"),
        ]
        told = "SELECT actor, after IS NULL FROM audit WHERE action = 'verdict' ORDER BY seq"
        assert [tuple(row) for row in db.conn.execute(told)] == [("", 1), (world.worker.id, 0)]
        after = insight.held(db, world.worker.id)
        assert after["hotspot_answers"]["count"] == 1 and after["alerts_seen"] == 0
        assert audit.verify(db)[1] is None
    assert world.run().counts == {}


def test_seen_stays_while_its_message_is_there(world: World) -> None:
    with opened(world.settings.database) as db:
        answers(db, world.worker, OLD)
        there = alerts.Kept("week:strandgaard:moped:2025-W36", "week", {})
        with writing(db):
            alerts.replace_within(db, [there], on=NOW.date())
        assert retention.plan(db=db, settings=world.settings, now=NOW).others["seen"] == 0


@pytest.mark.parametrize("archived", [True, False])
def test_who_made_an_old_event_goes_though_nothing_else_is_due(world: World, archived: bool) -> None:
    world.authorise(archive_required=archived)
    world.run()
    with opened(world.settings.database) as db:
        old, new = an_event(db, world.worker, OLD), an_event(db, world.worker, NEW)
        assert insight.held(db, world.worker.id)["events_planned"] == 2
        retention.set_months(world.coordinator, "presence", 12, db=db, now=NOW)
        plan = retention.plan(db=db, settings=world.settings, now=NOW)
        assert {name: count for name, count in plan.others.items() if count} == {"event": 1}
    done = world.run()
    assert {name: count for name, count in done.counts.items() if count} == {"event": 1}
    assert [id for id, _ in archive.events_in(done.archive)] == [old] if done.archive else not archived
    with opened(world.settings.database) as db:
        made = dict(db.conn.execute("SELECT id, created_by FROM event"))
        assert made == {old: "retired", new: world.worker.id}
        assert [audit.history(db, "event", one)[0]["actor"] for one in (old, new)] == ["", world.worker.id]
        assert audit.verify(db)[1] is None
    assert world.run().counts == {}


def test_a_coarse_row_has_no_hour_and_no_newest_moment(world: World) -> None:
    world.authorise()
    world.run()
    with opened(world.settings.database) as db:
        old = ObservationFilter(until=date(2025, 12, 31))
        assert summaries.by_block(db, old) == {} and summaries.newest(db, old) is None
        assert summaries.by_category(db, old) == {"group": 1}


def test_the_detail_of_a_coarse_one_says_that_it_is_coarse(world: World) -> None:
    world.authorise()
    world.run()
    with opened(world.settings.database) as db:
        found = detail(world.old, user=world.coordinator, db=db)
    assert found.point.coarse and found.photos == [] and not found.point.own


def test_no_index_of_words_keeps_what_was_deleted(world: World) -> None:
    """FTS5 and trigram tables keep traces until they are rebuilt: a new one must be wiped by the run as well."""
    with opened(world.settings.database) as db:
        assert db.conn.execute("SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'").fetchone() == (0,)


def test_check_and_start_ask_for_a_run_after_a_restore(world: World, tmp_path: Path) -> None:
    with opened(world.settings.database) as db:
        upkeep.back_up(tmp_path / "kopi.sqlite3", db=db, actor="system", now=NOW)
    world.authorise()
    world.run()
    assert upkeep.warnings(world.settings) == []
    upkeep.restore(tmp_path / "kopi.sqlite3", world.settings, actor="system", now=NOW, overwrite=True)
    assert raw(world, world.old)["note"] == f"Knust rude, {NOTE}"
    assert "Registrér bemyndigelsen igen" in upkeep.warnings(world.settings)[0]
    world.authorise()
    assert "kør «retention run» igen" in upkeep.warnings(world.settings)[0].casefold()
    world.run()
    assert raw(world, world.old)["note"] is None and upkeep.warnings(world.settings) == []


def test_the_hash_of_a_coarse_row_is_too_short_to_search_for() -> None:
    seen = an_observation(lat=STATION[0], id=uuid7(NOW))
    assert blunted(seen.content_hash)[:2] == seen.content_hash[:2] and set(blunted(seen.content_hash)[2:]) == {0}


def test_files_for_other_programs_say_week_and_square_and_no_time(world: World, tmp_path: Path) -> None:
    world.authorise()
    world.run()
    old = ObservationFilter(until=date(2025, 12, 31))
    with opened(world.settings.database) as db:
        for name in ("ud.csv", "ud.geojson", "ud.gpkg"):
            out, kind = tmp_path / name, name.partition(".")[2]
            export_observations(
                old, out, format=kind, reader=world.coordinator, db=db, services=some_services(), now=NOW
            )
    (row,) = csv.DictReader((tmp_path / "ud.csv").read_text("utf-8-sig").splitlines(), delimiter=";")
    assert (row["observed_at"], row["observed_week"], row["grid_m"], row["note"]) == ("", "2025-W37", "100", "")
    (feature,) = json.loads((tmp_path / "ud.geojson").read_text("utf-8"))["features"]
    assert feature["geometry"]["type"] == "Polygon" and feature["properties"]["observed_at"] is None
    gpkg = sqlite3.connect(tmp_path / "ud.gpkg")
    assert gpkg.execute("SELECT observed_at, observed_week, grid_m FROM observationer").fetchall() == [
        (None, "2025-W37", 100)
    ]
    gpkg.close()
