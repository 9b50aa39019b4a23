"""Files from elsewhere: read as they come in the wild, checked row by row, stored whole or not at all."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import NOW, SHARED, a_database, a_user, some_services
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import Observation, ObservationFilter, Role
from fieldapp.settings import ROOT
from fieldapp.store import audit, meta
from fieldapp.store import observations as rows
from fieldapp.usecases import imports
from fieldapp.usecases.imports import files, plan
from fieldapp.usecases.imports.locating import locate_all
from fieldapp.usecases.observations import locate

HEADER = "id,category,lat,lon,observed_at,note\n"
GOOD = "1,vandalism,55.6133,12.3580,2026-11-19T21:40:00+01:00,Knust rude\n"
SERVICES = some_services()
HOUSTON = SHARED / "data" / "FIKTIV_houston_flyttet_til_ishoj.csv.gz"
CATEGORIES = {
    "Uro/ophold (fiktiv)": "group",
    "Hærværk/affald (fiktiv)": "vandalism",
    "Knallertkørsel (fiktiv)": "moped",
    "Fyrværkeri/brand (fiktiv)": "fire",
    "Rusmidler (fiktiv)": "drugs",
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = a_database(tmp_path)
    yield db
    db.conn.close()


def a_plan(content: bytes | str, db: Database, *, name: str = "gamle.csv", **more: Any) -> imports.ImportPlan:
    data = content.encode() if isinstance(content, str) else content
    return imports.plan_import(imports.read_table(data, name=name), services=SERVICES, db=db, now=NOW, **more)


def taken_in(content: bytes | str, db: Database, **more: Any) -> imports.ImportResult:
    user = imports.import_user(db=db, now=NOW)
    return imports.run_import(a_plan(content, db, **more), user=user, db=db, now=NOW)


def stored(db: Database) -> list[Observation]:
    return rows.find(db, ObservationFilter())


def reasons(content: bytes | str, db: Database, **more: Any) -> list[tuple[int, str, str]]:
    return [(bad.row, bad.field, bad.reason) for bad in a_plan(content, db, **more).bad]


def test_a_row_becomes_what_recording_it_by_hand_would_have_stored(db: Database) -> None:
    assert taken_in(HEADER + GOOD, db) == imports.ImportResult(1, 0, 0)
    (seen,) = stored(db)
    assert (seen.category, seen.lat, seen.lon, seen.note) == ("vandalism", 55.6133, 12.358, "Knust rude")
    assert (seen.position_source, seen.origin, seen.observed_at) == (
        "import",
        "import",
        datetime(2026, 11, 19, 20, 40, tzinfo=UTC),
    )
    by_hand = locate(replace(seen, district=None, place=None, cell=None), services=SERVICES)
    assert (seen.district, seen.near_border, seen.place, seen.cell) == (
        by_hand.district,
        by_hand.near_border,
        by_hand.place,
        by_hand.cell,
    )


def test_many_at_once_are_located_as_one_by_one() -> None:
    random, first = Random(1), replace_position(an_empty(), 55.61, 12.35)
    spread = [replace_position(first, random.uniform(55.58, 55.65), random.uniform(12.18, 12.43)) for _ in range(400)]
    near = [
        replace_position(first, place.lat + random.gauss(0, 0.003), place.lon + random.gauss(0, 0.005))
        for place in SERVICES.gazetteer.places
        for _ in range(20)
    ]
    far = [replace_position(first, lat, lon) for lat, lon in ((0.0, 1.0), (-90.0, 180.0), (57.0, 10.0), (90.0, -180.0))]
    observations = spread + near + far
    assert locate_all(observations, SERVICES) == [locate(seen, services=SERVICES) for seen in observations]


def an_empty() -> Observation:
    return Observation("00000000-0000-7000-8000-000000000000", "graffiti", 55.6, 12.3, NOW)


def replace_position(seen: Observation, lat: float, lon: float) -> Observation:
    return replace(seen, lat=round(lat, 7), lon=round(lon, 7))


def test_importing_the_same_file_twice_adds_nothing(db: Database) -> None:
    content = HEADER + GOOD + ",moped,55.61,12.35,2026-11-18 20:00,\n,moped,55.61,12.35,2026-11-18 20:00,\n"
    assert taken_in(content, db) == imports.ImportResult(3, 0, 0)
    assert taken_in(content, db) == imports.ImportResult(0, 3, 0)
    assert len({seen.id for seen in stored(db)}) == 3


def test_a_plan_that_is_run_twice_stores_once(db: Database) -> None:
    ready, user = a_plan(HEADER + GOOD, db), imports.import_user(db=db, now=NOW)
    assert imports.run_import(ready, user=user, db=db, now=NOW).new == 1
    assert imports.run_import(ready, user=user, db=db, now=NOW) == imports.ImportResult(0, 1, 0)


def test_ids_are_kept_when_they_are_uuids_and_made_from_theirs_when_not(db: Database) -> None:
    own = "0193B1F0-0000-7000-8000-000000000001"
    taken_in(HEADER + GOOD + GOOD.replace("1,", f"{own},", 1), db)
    ids = {seen.id for seen in stored(db)}
    assert own.lower() in ids
    (made,) = ids - {own.lower()}
    assert made[14] == "5"  # UUIDv5


def test_two_systems_that_number_from_one_are_told_apart_by_their_source(db: Database) -> None:
    taken_in(HEADER + GOOD, db, source="Nabohjælp")
    other = HEADER + GOOD.replace("Knust rude", "Væltet bænk")
    assert taken_in(other, db, source="Boligselskab").new == 1
    assert reasons(other, db, source="Nabohjælp") == [(2, "id", plan.CONFLICT)]


def test_the_same_id_with_two_contents_in_one_file_names_both_rows(db: Database) -> None:
    ((row, field, reason),) = reasons(HEADER + GOOD + GOOD.replace("Knust", "Hel"), db)
    assert (row, field) == (3, "id") and "Række 2 har samme id" in reason


def test_an_observation_that_was_mended_here_is_not_overwritten(db: Database) -> None:
    taken_in(HEADER + GOOD, db)
    (seen,) = stored(db)
    rows.replace_content(db, replace(seen, note="Rettet", version=2), actor="x", at=NOW)
    assert taken_in(HEADER + GOOD, db) == imports.ImportResult(0, 1, 0)
    assert stored(db)[0].note == "Rettet"


def test_bad_rows_stop_everything_unless_they_are_skipped(db: Database) -> None:
    ready = a_plan(HEADER + GOOD + "2,vandalism,,12.3,2026-11-19 21:40,\n", db)
    user = imports.import_user(db=db, now=NOW)
    with pytest.raises(Problem) as problem:
        imports.run_import(ready, user=user, db=db, now=NOW)
    assert problem.value.code == "bad_rows" and stored(db) == []
    assert imports.run_import(ready, user=user, db=db, now=NOW, skip_bad=True) == imports.ImportResult(1, 0, 1)


@pytest.mark.parametrize(
    ("row", "field", "told"),
    [
        ("1,vandalism,,12.35,2026-11-19 21:40,", "lat", "mangler"),
        ("1,vandalism,55.61,,2026-11-19 21:40,", "lon", "mangler"),
        ("1,vandalism,0,0,2026-11-19 21:40,", "lat", "ingen position"),
        ("1,vandalism,12.35,55.61,2026-11-19 21:40,", "lat", "byttet om"),
        ("1,vandalism,6166200,705900,2026-11-19 21:40,", "lat", "UTM"),
        ("1,vandalism,nan,12.35,2026-11-19 21:40,", "lat", "et tal"),
        ("1,vandalism,5_5.6,12.35,2026-11-19 21:40,", "lat", "et tal"),
        ("1,vandalism,1e999,12.35,2026-11-19 21:40,", "lat", "endeligt"),
        ("1,rumvæsen,55.61,12.35,2026-11-19 21:40,", "category", "ikke en kendt kategori"),
        ("1,,55.61,12.35,2026-11-19 21:40,", "category", "mangler"),
        ("1,vandalism,55.61,12.35,,", "observed_at", "mangler"),
        ("1,vandalism,55.61,12.35,2026-11-19,", "observed_at", "klokkeslættet mangler"),
        ("1,vandalism,55.61,12.35,11/22/2026 21:40,", "observed_at", "skal skrives som"),
        ("1,vandalism,55.61,12.35,2027-01-01 12:00,", "observed_at", "fremtiden"),
        ("1,vandalism,55.61,12.35,1889-01-01 12:00,", "observed_at", "før 1990"),
        ("1,vandalism,55.61,12.35,2026-11-19 21:40,Ring 20 12 34 56", "note", "telefonnummer"),
        ("1,vandalism,55.61,12.35,2026-11-19 21:40," + "x" * 501, "note", "500 tegn"),
        ("1,vandalism,55,61,12,35,2026-11-19 21:40,", "række", "flere celler end overskriften"),
        ("\u200b,vandalism,55.61,12.35,2026-11-19 21:40,", "id", "usynlige"),
    ],
)
def test_a_bad_row_is_named_with_its_field_and_a_danish_reason(db: Database, row: str, field: str, told: str) -> None:
    ((number, named, reason),) = reasons(HEADER + GOOD + row + "\n", db)
    assert (number, named) == (3, field)
    assert told in reason and "20 12 34 56" not in reason


def test_rows_are_numbered_as_a_spreadsheet_shows_them(db: Database) -> None:
    content = (
        HEADER
        + '1,vandalism,55.61,12.35,2026-11-19 21:40,"to\nlinjer"\n\n,,,,,\n3,vandalism,x,12.35,2026-11-19 21:40,\n'
    )
    assert [bad[0] for bad in reasons(content, db)] == [5]


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        ("id;kategori;bredde;længde;tid;note\n1;Hærværk;55,6133;12,3580;22-10-2026 21.40;æøå\n".encode(), ""),
        (
            "id,Kategori,BREDDE,Længde,Tid,Note\n1,hærværk,55.6133,12.3580,22/10/2026 21:40,æøå\n".encode("utf-8-sig"),
            "",
        ),
        (
            "id\tkategori\tlat\tlon\ttid\tnote\n1\tVandalism\t55.6133\t12.3580\t22.10.2026 kl. 21.40\tæøå\n".encode(
                "utf-16"
            ),
            "",
        ),
        ("id;kategori;lat;lon;tid;note\n1;hærværk;55,6133;12,3580;2026-10-22T21:40;æøå\n".encode("cp1252"), "1252"),
        ("id;kategori;lat;lon;tid;note\r1;hærværk;55,6133;12,3580;2026-10-22T19:40Z;æøå\r".encode("latin-1"), "1252"),
        ("sep=;\nid;kategori;lat;lon;tid;note\n1;hærværk;55,6133;12,3580;22-10-2026 kl. 21:40;æøå\n".encode(), ""),
        (
            gzip.compress(
                "id;kategori;lat;lon;tid;note\n1;hærværk;55,6133;12,3580;2026-10-22 21:40;æøå\n".encode(), mtime=0
            ),
            "",
        ),
        (
            "id;kategori;lat;lon;tid;note\n1;hærværk;55,6133;12,3580;2026-10-22 21:40;æøå\n".encode("utf-16-le"),
            "UTF-16",
        ),
    ],
)
def test_files_in_the_wild_are_read_alike(db: Database, data: bytes, notice: str) -> None:
    ready = a_plan(data, db)
    assert ready.bad == []
    (seen,) = ready.preview
    assert (seen.category, seen.lat, seen.lon, seen.note) == ("vandalism", 55.6133, 12.358, "æøå")
    assert seen.observed_at == datetime(2026, 10, 22, 19, 40, tzinfo=UTC)
    assert any(notice in said for said in ready.notices) if notice else ready.notices == []


def test_clock_changes_take_the_first_of_two_hours_and_move_the_missing_one_on(db: Database) -> None:
    content = "kategori;lat;lon;tid\nAndet;55,61;12,35;2026-10-25 02:30\nAndet;55,61;12,35;2026-03-29 02:30\n"
    assert [str(seen.observed_at) for seen in a_plan(content, db).preview] == [
        "2026-10-25 00:30:00+00:00",
        "2026-03-29 01:30:00+00:00",
    ]


def test_danish_words_for_severity_group_and_age_are_understood(db: Database) -> None:
    content = (
        "kategori;lat;lon;tid;alvor;gruppe;alder\nKnallertkørsel;55,61;12,35;2026-10-20 20:00;meget;3 – 5;under 13 år\n"
    )
    (seen,) = a_plan(content, db).preview
    assert (seen.severity, seen.group_size, seen.age_band) == (3, "3-5", "under13")


def test_geojson_points_are_read_by_the_same_rules(db: Database) -> None:
    feature = {
        "type": "Feature",
        "properties": {"category": "graffiti", "observed_at": "2026-11-01T12:00:00+01:00", "severity": 2},
    }
    point = {**feature, "id": 7, "geometry": {"type": "Point", "coordinates": [12.358, 55.6133]}}
    line = {**feature, "geometry": {"type": "LineString", "coordinates": [[12, 55], [12, 56]]}}
    content = json.dumps({"type": "FeatureCollection", "features": [point, line, None]})
    ready = a_plan(content, db, name="gamle.geojson")
    assert [(bad.row, bad.field) for bad in ready.bad] == [(2, "lat"), (3, "category")]
    assert (ready.preview[0].lat, ready.preview[0].severity) == (55.6133, 2)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.csv", b"", "tom"),
        ("a.csv", b"\n \n", "tom"),
        ("a.csv", b"kategori;tid\nAndet;2026-01-01 12:00\n", "der mangler en kolonne for lat, lon"),
        ("a.csv", b"lat,lat,lon,tid,kategori\n1,2,3,4,5\n", "findes flere gange"),
        ("a.csv", b"PK\x03\x04abc", "Excel"),
        ("a.xlsx", b"PK\x03\x04abc", "kun .csv"),
        ("a.csv.gz", b"\x1f\x8bnot really", "arkivet er beskadiget"),
        ("a.csv.gz", gzip.compress(b"x" * 1000, mtime=0)[:-20], "arkivet er beskadiget"),
        ("a.csv", "tid,kategori,lat,lon\né,æble,1,2\n".encode() + b"\xff", "to tegns"),
        ("a.csv", b'tid,kategori,lat,lon\n"' + b"x" * 200_000, "anførselstegn"),
        ("a.geojson", b"{", "GeoJSON"),
        ("a.geojson", b"[" * 100_000, "GeoJSON"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[{"geometry":NaN}]}', "GeoJSON"),
        (
            "a.geojson",
            b'{"type":"FeatureCollection","features":[1],"crs":{"properties":{"name":"EPSG:25832"}}}',
            "4326",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(db: Database, name: str, data: bytes, told: str) -> None:
    with pytest.raises(Problem) as problem:
        a_plan(data, db, name=name)
    assert problem.value.code == "bad_file" and told in problem.value.text()


def test_a_small_archive_of_a_huge_file_is_stopped(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UNPACKED_MAX", 1_000_000)
    bomb = gzip.compress(HEADER.encode() + b"\n" * 5_000_000)
    assert len(bomb) < 10_000
    with pytest.raises(Problem, match="udpakket"):
        a_plan(bomb, db, name="a.csv.gz")


def test_too_many_rows_are_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "ROWS_MAX", 2)
    with pytest.raises(Problem, match="2 rækker ad gangen"):
        a_plan(HEADER + GOOD * 3, db)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+SUM(A1)",
        "{{7*7}}",
        "{% raw %}",
        "<img src=x onerror=alert(1)>",
        "a\x00b",
        "\u202egnihton",
        "`${1}`",
        "'; DROP TABLE user",
    ],
)
def test_hostile_text_is_stored_as_text_or_refused(db: Database, text: str) -> None:
    assert taken_in(HEADER + f'9,other,55.61,12.35,2026-11-19 21:40,"{text}"\n', db).new == 1
    assert stored(db)[0].note == text.replace("\x00", "").replace("\u202e", "")


def test_lone_surrogates_and_ten_thousand_characters_break_nothing(db: Database) -> None:
    base = {"category": "other", "observed_at": "2026-11-01T12:00:00Z", "note": "a\ud800b", "id": "\udfff7"}
    geometry = {"type": "Point", "coordinates": [12.35, 55.61]}
    features = [
        {"properties": properties, "geometry": geometry}
        for properties in (base, {**base, "note": "x" * 10_000}, {**base, "category": "\ud800" * 10_000})
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features})
    ready = a_plan(content, db, name="a.geojson")
    assert [(bad.row, bad.field) for bad in ready.bad] == [(2, "note"), (3, "category")]
    assert ready.preview[0].note == "ab"
    assert len(imports.report_csv(ready.bad).splitlines()) == 3


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_never_crash(data: bytes) -> None:
    for name in ("a.csv", "a.geojson"):
        try:
            list(imports.read_table(data, name=name).rows())
        except Problem:
            continue


def test_columns_and_categories_are_mapped_and_unknown_names_are_listed(db: Database) -> None:
    content = "hvad,hvor_n,hvor_e,hvornaar\nLarm,55.61,12.35,2026-11-01 20:00\n"
    mapping = {"category": "hvad", "lat": "hvor_n", "lon": "hvor_e", "observed_at": "hvornaar"}
    assert a_plan(content, db, mapping=mapping, categories={"larm": "group"}).preview[0].category == "group"
    assert a_plan(content, db, mapping=mapping).unknown_words == {"Larm": 1}
    with pytest.raises(Problem, match="«hvornår» findes ikke; filen har: hvad, hvor_n, hvor_e, hvornaar"):
        a_plan(content, db, mapping={**mapping, "observed_at": "hvornår"})
    with pytest.raises(Problem, match="feltet «sted» kendes ikke"):
        a_plan(content, db, mapping={"sted": "hvad"})
    with pytest.raises(Problem, match="«støj» er ingen kategori"):
        a_plan(content, db, mapping=mapping, categories={"larm": "støj"})


def test_columns_that_are_not_used_are_told_of(db: Database) -> None:
    assert a_plan(HEADER.replace("note", "navn") + GOOD, db).notices == ["Kolonner, der ikke bruges: navn."]


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("Knallertkørsel (fiktiv)", "moped"),
        ("Hærværk/affald (fiktiv)", "vandalism"),
        ("graffitti", "graffiti"),
        ("xyz", None),
    ],
)
def test_a_word_that_is_not_known_gets_a_guess_where_one_is_near(word: str, key: str | None) -> None:
    assert imports.suggest_category(word, SERVICES.catalogue) == key


def test_what_is_outside_the_municipality_is_kept_without_a_district_and_counted(db: Database) -> None:
    ready = a_plan("kategori;lat;lon;tid\nAndet;55,6761;12,5683;2026-10-20 20:00\n", db)
    assert ready.outside == 1 and ready.preview[0].district is None


def test_every_row_has_an_audit_row_and_the_import_has_one_without_the_files_name(db: Database) -> None:
    before = audit.verify(db)[0]
    taken_in(HEADER + GOOD, db, name="Ole Hansens liste.csv")
    count, broken = audit.verify(db)
    assert (count - before, broken) == (3, None)  # the import account, the observation, the import
    assert "Hansen" not in "".join(str(row) for row in db.query("SELECT * FROM audit"))
    assert meta.data_version(db) == 1


def test_only_those_who_may_record_may_import(db: Database) -> None:
    with pytest.raises(Problem) as problem:
        imports.run_import(a_plan(HEADER + GOOD, db), user=a_user(db, Role.SSP, "strandgaard"), db=db, now=NOW)
    assert problem.value.code == "not_allowed"


def test_nobody_can_sign_in_as_the_import(db: Database) -> None:
    user = imports.import_user(db=db, now=NOW)
    row = next(iter(db.query("SELECT active, password_hash FROM user WHERE id = ?", [user.id])))
    assert row == {"active": 0, "password_hash": None}
    assert list(db.query("SELECT * FROM link")) == []
    assert imports.import_user(db=db, now=NOW).id == user.id


_SLOW_IMPORT = """
import sys, time
from pathlib import Path
from making import NOW, some_services
from fieldapp.store.connection import open_database
from fieldapp.usecases import imports
db = open_database(Path(sys.argv[1]))
table = imports.read_table(Path(sys.argv[2]))
plan = imports.plan_import(table, services=some_services(), db=db, now=NOW)
def tell(count):
    print(count, flush=True)
    time.sleep(0.2)
imports.run_import(plan, user=imports.import_user(db=db, now=NOW), db=db, now=NOW, progress=tell)
"""


def test_a_killed_import_leaves_nothing_and_can_be_run_again(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "gamle.csv"
    line = "{n},vandalism,55.61,12.35,2026-11-01 20:00,\n"
    file.write_text(HEADER + "".join(line.format(n=number) for number in range(8000)))
    command = [sys.executable, "-c", _SLOW_IMPORT, str(tmp_path / "fieldapp.sqlite3"), str(file)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline().strip() for _ in range(3)] == ["1000", "2000", "3000"]
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    time.sleep(0.1)
    assert stored(db) == []
    assert audit.verify(db)[1] is None
    assert taken_in(file.read_bytes(), db).new == 8000


@pytest.mark.skipif(not HOUSTON.exists(), reason="the shared test data is not here")
def test_twelve_thousand_rows_with_foreign_columns_and_words_are_taken_in(db: Database) -> None:
    """The first of them; `bench/bench_import.py` takes sixty thousand."""
    lines = gzip.decompress(HOUSTON.read_bytes()).splitlines(keepends=True)
    table = imports.read_table(gzip.compress(b"".join(lines[:12_001])), name=HOUSTON.name)
    ready = imports.plan_import(table, services=SERVICES, db=db, now=NOW, categories=CATEGORIES)
    assert (ready.good, ready.bad) == (12_000, [])
    user = imports.import_user(db=db, now=NOW)
    done = imports.run_import(ready, user=user, db=db, now=NOW, fictional=True)
    assert done == imports.ImportResult(12_000, 0, 0)
    assert meta.is_fictional(db)
    sample = rows.find(db, ObservationFilter(), limit=200)
    assert sample == [locate(seen, services=SERVICES) for seen in sample]
