"""What the gate does with a text at each door below the screen: refused, asked about, answered once, counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from making import CATALOGUE, NOW, a_database, a_user, a_wire, an_observation, some_services

from fieldapp.errors import Problem
from fieldapp.model import Observation, Role, User, uuid7
from fieldapp.settings import Settings
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database
from fieldapp.usecases import asking, drafts, form, gate_counts, imports, observations, places

SERVICES = some_services()
SOFT = "Mohammed og Ali larmede ved Netto"
HARD = "Peter Hansen larmede ved Netto"
BOTH = frozenset({"mohammed", "ali"})
NEVER_STORED = {
    "cpr": "cpr 010203-1234 ved bænken",
    "phone": "ring 20 30 40 50",
    "email": "skriv til en.eller@anden.dk",
    "handle": "snap: lillebo99",
    "name": HARD,
}
ASKED_ABOUT = {
    "name": SOFT,
    "plate": "nummerplade AB 12 345 holdt der",
    "address": "larm fra Vejledalen 20, 2. th",
    "initials": "M.K. fra 8.B var der",
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = a_database(tmp_path)
    yield opened
    opened.conn.close()


@pytest.fixture
def worker(db: Database) -> User:
    return a_user(db)


def record(db: Database, user: User, spared: asking.Words = asking.NOBODY, **changes: Any) -> observations.Recorded:
    seen = an_observation(**changes)
    return observations.record(seen, user=user, db=db, services=SERVICES, now=NOW, spared=spared)


def refused(db: Database, user: User, spared: asking.Words = asking.NOBODY, **changes: Any) -> Problem:
    with pytest.raises(Problem) as raised:
        record(db, user, spared, **changes)
    return raised.value


def counted(db: Database) -> dict[tuple[str, str, str], int]:
    found = gate_counts.counts(reader=User("x", "x", Role.COORDINATOR), db=db)
    return {(one.origin, one.kind, one.outcome): one.count for one in found}


@pytest.mark.parametrize("kind", NEVER_STORED)
def test_what_can_never_be_stored_is_not_stored_whatever_is_answered(db: Database, worker: User, kind: str) -> None:
    text = NEVER_STORED[kind]
    every_word = frozenset(text.casefold().split()) | {asking.word_of(one) for one in asking.stopping(text)}
    problem = refused(db, worker, every_word, note=text)
    assert (problem.code, problem.field) == ("personal_data", "note")
    assert [one["kind"] for one in problem.details["findings"]] == [kind]
    assert list(db.query("SELECT * FROM observation")) == []
    assert counted(db) == {("api", kind, "stopped"): 1}


@pytest.mark.parametrize("kind", ASKED_ABOUT)
def test_what_may_be_a_person_is_asked_about_and_stored_on_the_answer(db: Database, worker: User, kind: str) -> None:
    text = ASKED_ABOUT[kind]
    problem = refused(db, worker, note=text)
    assert problem.code == "personal_data_unsure"
    assert {one["kind"] for one in problem.details["findings"]} == {kind}
    assert counted(db) == {}
    stored = record(db, worker, asking.soft_words(text), note=text).observation
    assert rows.get(db, stored.id).note == text  # type: ignore[union-attr]
    assert counted(db) == {("api", kind, "passed"): len(asking.stopping(text))}


def test_an_answer_holds_for_its_words_and_not_for_a_new_one(db: Database, worker: User) -> None:
    problem = refused(db, worker, frozenset({"mohammed"}), note=SOFT)
    assert problem.details["findings"] == [{"kind": "name", "start": 12, "end": 15}]


def test_a_refusal_names_kinds_and_places_and_never_the_words(db: Database, worker: User) -> None:
    for text in (*NEVER_STORED.values(), *ASKED_ABOUT.values()):
        problem = refused(db, worker, note=text)
        told = json.dumps(problem.to_wire(), ensure_ascii=False) + repr(problem.args) + str(problem.details)
        assert not [one.text for one in asking.stopping(text) if one.text in told]


def test_sent_again_with_or_without_the_answer_it_is_the_same_and_counted_once(db: Database, worker: User) -> None:
    wire = {"id": uuid7(NOW), "note": SOFT}
    assert record(db, worker, BOTH, **wire).outcome == "new"
    assert record(db, worker, **wire).outcome == "same"
    assert record(db, worker, BOTH, **wire).outcome == "same"
    assert counted(db) == {("api", "name", "passed"): 2}


def test_other_content_under_a_stored_id_is_asked_about_first(db: Database, worker: User) -> None:
    known = uuid7(NOW)
    record(db, worker, BOTH, id=known, note=SOFT)
    assert refused(db, worker, id=known, note="Ali larmede").code == "personal_data_unsure"
    assert refused(db, worker, BOTH, id=known, note="Ali larmede").code == "conflict"


def test_another_reporter_learns_nothing_by_sending_the_same(db: Database, worker: User) -> None:
    known = uuid7(NOW)
    record(db, worker, BOTH, id=known, note=SOFT)
    other = a_user(db)
    for note in (SOFT, "Ali larmede"):  # asked about alike, whether it is what stands there or not
        assert refused(db, other, id=known, note=note).code == "personal_data_unsure"
        assert refused(db, other, BOTH, id=known, note=note).code == "conflict"


def test_a_mended_note_is_asked_about_its_new_words_only(db: Database, worker: User) -> None:
    stored = record(db, worker, BOTH, note=SOFT).observation

    def amend(note: str, spared: asking.Words = asking.NOBODY) -> Observation:
        wire = stored.to_wire() | {"note": note}
        changed = Observation.from_wire(wire, catalogue=CATALOGUE, now=NOW)
        return observations.amend(changed, user=worker, db=db, services=SERVICES, now=NOW, spared=spared)

    with pytest.raises(Problem) as unsure:
        amend("Mohammed og Fatima larmede")
    assert [one["start"] for one in unsure.value.details["findings"]] == [12]
    with pytest.raises(Problem) as hard:
        amend(HARD, BOTH)
    assert hard.value.code == "personal_data"
    assert amend("Mohammed og Fatima larmede", frozenset({"fatima"})).version == 2
    assert counted(db)["form", "name", "passed"] == 1


def test_removing_keeps_what_was_answered_for() -> None:
    assert asking.without("Ali stod der, ring 20 30 40 50", frozenset({"ali"})) == "Ali stod der, ring"
    assert asking.without(SOFT) == "og larmede ved Netto"
    assert asking.stopping(asking.without("20 30 Ali 40 50 Ali")) == ()


def test_places_count_code_points_and_only_whole_soft_findings_are_heard() -> None:
    text = "🚲🚲 Mohammed kom"
    assert asking.places_of(text, frozenset({"mohammed"})) == [[3, 11]]
    assert asking.words_at(text, [[3, 11]]) == frozenset({"mohammed"})
    for nonsense in ([[0, 99]], [[3, 10]], True, "x", [[3]], None, [["3", "11"]], [[True, 11]]):
        assert asking.words_at(text, nonsense) == frozenset()
    assert asking.words_at(HARD, [[0, 12]]) == frozenset()


def draft_of(db: Database, worker: User, **content: Any) -> dict[str, Any]:
    drafts.save(drafts.Draft(uuid7(NOW), {"category": "group", **content}), user=worker, db=db, now=NOW)
    return drafts.load(user=worker, db=db, now=NOW).content


def test_the_draft_on_the_server_has_only_notes_that_may_be_stored(db: Database, worker: User) -> None:
    on_phone = {"category": "group", "note_on_phone": True}
    assert draft_of(db, worker, note=SOFT) == on_phone
    assert draft_of(db, worker, note=HARD) == on_phone
    assert draft_of(db, worker, note=SOFT, not_persons=[[0, 8]]) == on_phone
    answered = draft_of(db, worker, note=SOFT, not_persons=[[0, 8], [12, 15], [0, 3]])
    assert answered == {"category": "group", "note": SOFT, "not_persons": [[0, 8], [12, 15]]}
    assert draft_of(db, worker, note="Knust rude", not_persons=[[0, 4]]) == {"category": "group", "note": "Knust rude"}


def test_the_form_description_has_the_question_in_both_languages(db: Database) -> None:
    user = a_user(db)
    told = form.form(user=user, db=db, services=SERVICES, now=NOW)["gate"]
    assert (told["remove"], told["rewrite"], told["not_a_person"]) == ("Fjern", "Skriv om", "Det er ikke en person")
    assert told["possible"]["name"] == "muligt navn"


HEADER = "id,category,lat,lon,observed_at,note\n"
FILE = HEADER + "".join(
    f"{number},vandalism,55.61,12.35,2026-11-19T2{number}:00:00Z,{note}\n"
    for number, note in ((1, "Knust rude"), (2, SOFT), (3, HARD))
)


def plan(db: Database, text: str = FILE) -> imports.ImportPlan:
    return imports.plan_import(imports.read_table(text.encode(), name="a.csv"), services=SERVICES, db=db, now=NOW)


def notes(db: Database) -> list[str | None]:
    return [row["note"] for row in db.query("SELECT note FROM observation ORDER BY observed_at")]


def test_an_import_lists_unsure_rows_by_number_and_kind_and_never_their_words(db: Database) -> None:
    made = plan(db)
    assert [bad.row for bad in made.bad] == [4]
    assert made.unsure_kinds == {3: ("name", "name")}
    report = imports.report_csv(imports.refused(made, "refuse")).decode("utf-8-sig")
    assert [line.split(";")[0] for line in report.splitlines()] == ["række", "3", "4"]
    assert not [word for word in ("Mohammed", "Ali", "Peter", "Hansen") if word in report]


@pytest.mark.parametrize(
    ("soft", "stored", "skipped", "outcome"),
    [
        ("refuse", ["Knust rude"], 2, "stopped"),
        ("blank", ["Knust rude", None], 1, "removed"),
        ("keep", ["Knust rude", SOFT], 1, "passed"),
    ],
)
def test_an_import_does_with_unsure_notes_what_was_chosen(
    db: Database, soft: imports.Soft, stored: list[str | None], skipped: int, outcome: str
) -> None:
    worker = a_user(db)
    done = imports.run_import(plan(db), user=worker, db=db, now=NOW, skip_bad=True, soft=soft)
    assert (done.skipped, notes(db)) == (skipped, stored)
    names = counted(db)
    assert names["import", "name", outcome] == (3 if outcome == "stopped" else 2)
    again = imports.run_import(plan(db), user=worker, db=db, now=NOW, skip_bad=True, soft=soft)
    assert (again.new, notes(db), counted(db)) == (0, stored, names)


def test_an_import_that_must_be_whole_is_refused_for_one_unsure_note(db: Database) -> None:
    made = plan(db, "\n".join(FILE.splitlines()[:3]) + "\n")
    with pytest.raises(Problem) as problem:
        imports.run_import(made, user=a_user(db), db=db, now=NOW)
    assert (problem.value.code, notes(db)) == ("bad_rows", [])


def test_a_word_that_may_be_a_person_in_the_category_column_stands_in_no_report(db: Database) -> None:
    made = plan(db, HEADER + "1,Peter Hansen,55.61,12.35,2026-11-19T20:00:00Z,x\n")
    assert made.unknown_words == {"…": 1}


def test_a_typed_home_is_never_a_place_and_is_never_sent_to_an_address_service(db: Database, worker: User) -> None:
    nowhere = Settings(geocoder="nominatim", geocoder_url="http://127.0.0.1:9")
    services = some_services(geocoder=nowhere.geocoder, geocoder_url=nowhere.geocoder_url)
    for text in (*ASKED_ABOUT.values(), "Vejledalen 20, 2. th"):
        assert places.search(text, services=services).fallback is False, "it was sent on"
    assert places.search("Vejledalen 20", services=services).fallback is True
    with pytest.raises(Problem):
        Observation.from_wire(a_wire(place="Vejledalen 20, 2. th"), catalogue=CATALOGUE, now=NOW)
    assert record(db, worker).observation.place == "Ishøj Station"


def test_only_those_who_look_after_the_lists_see_the_counts(db: Database) -> None:
    for role in Role:
        user = User("x", "x", role)
        if role in gate_counts.READERS:
            assert gate_counts.counts(reader=user, db=db) == []
        else:
            with pytest.raises(Problem):
                gate_counts.counts(reader=user, db=db)


def test_a_count_belongs_to_the_iso_week_in_copenhagen(db: Database) -> None:
    late = NOW.replace(year=2026, month=11, day=22, hour=23, minute=30)  # Sunday in UTC, Monday here
    gate_counts.count(["name"], "passed", origin="form", db=db, now=late)
    assert [row["week"] for row in db.query("SELECT week FROM gate_count")] == ["2026-W48"]
