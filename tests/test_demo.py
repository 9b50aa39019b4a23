"""The demonstration database: fictional, marked as such, the same for the same seed, never beside real data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from making import CATALOGUE, NOW, a_database, a_user, some_services
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, Observation, ObservationFilter, Role
from fieldapp.privacy import check
from fieldapp.store import accounts, audit, meta
from fieldapp.store import observations as rows
from fieldapp.usecases import passwords
from fieldapp.usecases.demo import Demo, fill_demo
from fieldapp.usecases.demo_texts import NOTES, PATTERNS

SERVICES = some_services()


def a_demo(folder: Path, count: int = 1500, **more: int) -> tuple[Database, Demo]:
    folder.mkdir(exist_ok=True)
    db = a_database(folder)
    return db, fill_demo(db=db, services=SERVICES, now=NOW, observations=count, **more)


def everything(db: Database) -> list[Observation]:
    return rows.find(db, ObservationFilter())


def test_it_fills_two_years_of_every_category_and_marks_the_database(tmp_path: Path) -> None:
    db, demo = a_demo(tmp_path)
    seen = everything(db)
    assert (demo.added, len(seen), meta.is_fictional(db)) == (1500, 1500, True)
    assert {one.category for one in seen} == {category.key for category in CATALOGUE}
    assert (max(one.observed_at for one in seen) - min(one.observed_at for one in seen)).days > 700
    assert all(one.observed_at <= one.recorded_at <= NOW for one in seen)
    assert sum(one.district is not None for one in seen) > 1400
    assert {one.origin for one in seen} == {"demo"}
    assert audit.verify(db) == (1505, None)


def test_mopeds_are_a_matter_of_summer_evenings(tmp_path: Path) -> None:
    db, _ = a_demo(tmp_path)
    mopeds = [one.observed_at.astimezone(COPENHAGEN) for one in everything(db) if one.category == "moped"]
    months = Counter(moment.month for moment in mopeds)
    assert sum(months[month] for month in (5, 6, 7, 8)) > 4 * sum(months[month] for month in (11, 12, 1, 2))
    assert sum(moment.hour >= 18 or moment.hour == 0 for moment in mopeds) > 0.7 * len(mopeds)


def test_the_same_seed_makes_the_same_and_another_seed_another(tmp_path: Path) -> None:
    first, again, other = (
        everything(a_demo(tmp_path / name, 50, seed=seed)[0]) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == again
    assert {one.id for one in first}.isdisjoint(one.id for one in other)


def test_no_note_holds_personal_data_and_every_category_of_a_note_exists() -> None:
    assert {key for key in NOTES if key not in CATALOGUE} == set()
    assert {pattern.category for pattern in PATTERNS} == {category.key for category in CATALOGUE}
    assert [note for notes in NOTES.values() for note in notes if not check(note).ok] == []


def test_there_is_one_sign_in_for_each_role_that_works(tmp_path: Path) -> None:
    db, demo = a_demo(tmp_path, 10)
    assert {sign_in.role for sign_in in demo.sign_ins} == set(Role)
    for sign_in in demo.sign_ins:
        found = accounts.find(db, sign_in.name)
        assert found is not None and found[0].role is sign_in.role and found[0].active
        assert passwords.matches(found[1], sign_in.password)
    ssp = accounts.find(db, "Demo SSP")
    assert ssp is not None and ssp[0].districts == {"strandgaard"}


def test_housing_staff_report_no_peoples_behaviour(tmp_path: Path) -> None:
    db, _ = a_demo(tmp_path, 300)
    housing = accounts.find(db, "Demo Boligsocial")
    assert housing is not None
    assert {one.kind for one in everything(db) if one.reporter == housing[0].id} <= {Kind.PLACE, Kind.GOOD}


def test_filling_again_changes_nothing_and_still_tells_how_to_sign_in(tmp_path: Path) -> None:
    db, demo = a_demo(tmp_path, 20)
    again = fill_demo(db=db, services=SERVICES, now=NOW, observations=20)
    assert (again.added, again.sign_ins, len(everything(db))) == (0, demo.sign_ins, 20)


def test_a_database_with_real_users_is_refused_and_left_alone(tmp_path: Path) -> None:
    db = a_database(tmp_path)
    a_user(db)
    with pytest.raises(Problem) as problem:
        fill_demo(db=db, services=SERVICES, now=NOW)
    assert problem.value.code == "not_demo"
    assert not meta.is_fictional(db) and everything(db) == []
