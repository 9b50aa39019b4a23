"""«Overblik» counted: literal rows in, literal figures out, for each reader what they may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from counting import in_groups, put, seen_by, told
from making import a_database, a_user, some_services
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.usecases.overview import choices
from fieldapp.usecases.overview_changes import Peak
from fieldapp.usecases.overview_compare import Normal, Verdict
from fieldapp.usecases.overview_periods import Days
from fieldapp.usecases.services import Services

TODAY = date(2026, 11, 20)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = a_database(tmp_path)
    yield database
    database.conn.close()


@pytest.fixture(scope="module")
def services() -> Services:
    return some_services()


@pytest.fixture
def chief(db: Database) -> User:
    return a_user(db, "coordinator")


def days(first: str, count: int, clock: str = "20:30") -> list[str]:
    """So many days from the first on, at that local time."""
    start = date.fromisoformat(first)
    return [f"{start + timedelta(days=number)}T{clock}" for number in range(count)]


def test_each_category_is_counted_now_before_and_a_year_before(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "moped", *days("2026-11-01", 3))
    put(db, chief, "moped", *days("2026-10-01", 2))
    put(db, chief, "graffiti", *days("2025-11-02", 4))
    put(db, chief, "good", "2026-11-20T22:09")
    shown = seen_by(chief, db, services)
    assert told(shown.categories) == {"moped": [3, 2, 0], "good": [1, 0, 0], "graffiti": [0, 0, 4]}
    assert shown.total == (4, 2, 4)
    assert shown.good == 1
    assert not shown.enough
    assert shown.newest == datetime(2026, 11, 20, 21, 9, tzinfo=UTC)


def test_the_first_and_the_last_day_of_the_period_count_and_the_days_beside_do_not(
    db: Database, services: Services, chief: User
) -> None:
    put(db, chief, "litter", "2026-10-23T23:59", "2026-10-24T00:00", "2026-11-20T22:00")
    assert told(seen_by(chief, db, services).categories) == {"litter": [2, 1, 0]}


def test_one_district_is_told_apart_from_the_others_and_from_outside(
    db: Database, services: Services, chief: User
) -> None:
    put(db, chief, "litter", *days("2026-11-01", 6), district="vejlebro")
    put(db, chief, "litter", *days("2026-11-01", 7), district=None)
    put(db, chief, "litter", *days("2026-11-01", 1), district="nedlagt")
    assert seen_by(chief, db, services, district="vejlebro").total[0] == 6
    everywhere = seen_by(chief, db, services)
    assert everywhere.total[0] == 14
    counts = {key: line[0] for key, line in told(everywhere.districts).items()}
    assert counts == {
        "gildbro": 0, "ishoej": 0, "nedlagt": 1, "strandgaard": 0, "vejlebro": 6, "vibeholm": 0, None: 7,
    }  # fmt: skip
    assert [row.key for row in everywhere.districts] == [
        "gildbro", "ishoej", "nedlagt", "strandgaard", "vejlebro", "vibeholm", None,
    ]  # fmt: skip


def test_weekdays_and_hours_are_copenhagens_in_summer_and_winter_and_across_the_change(
    db: Database, services: Services, chief: User
) -> None:
    """On 25 October 2026 02:30 comes twice; both are Sunday, 0–3."""
    put(db, chief, "traffic", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T00:30+02:00")
    put(db, chief, "traffic", "2026-10-25T03:00+01:00", "2026-10-24T22:15+00:00")
    blocks = seen_by(chief, db, services).blocks
    assert {key: count for key, count in blocks.items() if count} == {(7, 0): 4, (7, 3): 1}
    assert len(blocks) == 56


def test_week_53_is_a_week_and_belongs_to_one_year_only(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "litter", "2026-12-27T12:00", "2026-12-28T12:00", "2027-01-03T12:00", "2027-01-04T12:00")
    shown = seen_by(chief, db, services, now=datetime(2027, 1, 5, 12, tzinfo=UTC))
    assert [(week.number, week.monday, week.count, week.whole) for week in shown.weeks] == [
        (52, date(2026, 12, 21), 1, True),
        (53, date(2026, 12, 28), 2, True),
        (1, date(2027, 1, 4), 1, False),
    ]


def test_weeks_with_nothing_count_as_nothing_in_what_is_normal(db: Database, services: Services, chief: User) -> None:
    """The last 26 are shown; of the 14 before them every second has four; the half week it began in is left out."""
    for week in range(0, 14, 2):
        monday = date(2026, 11, 16) - timedelta(weeks=39 - week)
        put(db, chief, "litter", *[f"{monday}T12:00"] * 4)
    put(db, chief, "litter", *days("2026-11-01", 6), f"{TODAY - timedelta(days=2, weeks=40)}T12:00")
    shown = seen_by(chief, db, services)
    assert len(shown.weeks) == 26
    assert shown.normal == Normal(0, 2, 4, 14)


def test_too_few_weeks_make_no_normal(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "litter", *days("2026-05-01", 3), *days("2026-11-01", 9))
    assert seen_by(chief, db, services).normal is None


def test_an_empty_database_gives_an_overview_of_nothing(db: Database, services: Services, chief: User) -> None:
    shown = seen_by(chief, db, services)
    assert (shown.total[0], shown.categories, shown.weeks, shown.newest) == (0, (), (), None)
    assert shown.judgement.verdict is Verdict.TOO_FEW


def test_places_come_back_from_the_second_time_on_and_are_sorted_as_danish(
    db: Database, services: Services, chief: User
) -> None:
    for place, count in {"Åstien": 3, "Ørnestien": 3, "Arken": 3, "Torvet": 4, "Alene": 1}.items():
        put(db, chief, "litter", *days("2026-11-01", count), place=place)
    assert [row.key for row in seen_by(chief, db, services).places] == ["Torvet", "Arken", "Ørnestien", "Åstien"]


def test_a_rise_is_told_with_place_and_time_only_where_they_hold_enough(
    db: Database, services: Services, chief: User
) -> None:
    put(db, chief, "litter", "2026-01-05T12:00")
    put(db, chief, "moped", *days("2026-11-06", 2) * 15, place="Centerstien")
    put(db, chief, "moped", *days("2026-10-01", 5))
    change = seen_by(chief, db, services).changes[0]
    assert (change.category, change.verdict, change.place) == ("moped", Verdict.MORE, "Centerstien")
    assert change.peak == Peak((5, 6), 18)


def test_many_rows_about_one_situation_are_no_rise(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "litter", "2026-01-05T12:00")
    put(db, chief, "moped", *["2026-11-06T20:30"] * 30, at_once=True)
    shown = seen_by(chief, db, services)
    assert (shown.total[0], shown.situations[0]) == (30, 1)
    assert [(week.count, week.situations) for week in shown.weeks if week.count == 30] == [(30, 1)]
    assert (shown.judgement.verdict, shown.changes) == (Verdict.TOO_FEW, ())


def test_nothing_is_compared_with_a_time_before_registering_began(
    db: Database, services: Services, chief: User
) -> None:
    put(db, chief, "moped", *days("2026-11-01", 20) * 3)
    assert seen_by(chief, db, services).judgement.verdict is Verdict.NO_HISTORY


# Who sees what


@pytest.fixture
def mixed(db: Database, chief: User) -> None:
    """In one district 7 moped, 3 group, 6 drugs (all about people) and 2 graffiti; elsewhere 9 moped."""
    put(db, chief, "moped", *days("2026-11-01", 7))
    put(db, chief, "group", *days("2026-11-01", 3))
    put(db, chief, "drugs", *days("2026-11-01", 6))
    put(db, chief, "graffiti", *days("2026-11-01", 2))
    put(db, chief, "moped", *days("2026-11-01", 9), district="vejlebro")


EXACT = {"moped": 7, "drugs": 6, "group": 3, "graffiti": 2}
GROUPS = {"moped": 5, "drugs": 5}
LATER = datetime(2026, 12, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "own", "one_by_one", "groups"),
    [
        ("coordinator", (), EXACT, None),
        ("worker", (), EXACT, None),
        ("worker", ("strandgaard",), EXACT, {}),
        ("worker", ("vejlebro",), {"graffiti": 2}, GROUPS),
        ("housing", (), {"graffiti": 2}, GROUPS),
        ("housing", ("vejlebro",), {}, GROUPS),
        ("ssp", ("strandgaard",), EXACT, None),
        ("admin", (), {}, GROUPS),
    ],
)
@pytest.mark.usefixtures("mixed")
def test_a_district_as_each_role_sees_it(
    db: Database,
    services: Services,
    role: str,
    own: tuple[str, ...],
    one_by_one: dict[str, int],
    groups: dict[str, int] | None,
) -> None:
    """Seven are told as five, six as five, three not at all; the rest is counted one by one."""
    reader = a_user(db, role, *own)
    shown = seen_by(reader, db, services, district="strandgaard", choice="3mdr", now=LATER)
    assert {key: line[0] for key, line in told(shown.categories).items()} == one_by_one
    assert shown.total[0] == sum(one_by_one.values())
    assert in_groups(shown) == groups


@pytest.mark.usefixtures("mixed")
def test_groups_are_of_whole_months_that_are_over_and_out(db: Database, services: Services) -> None:
    housing = a_user(db, "housing")
    november = Days(date(2026, 11, 1), date(2026, 11, 30))
    for day, months, groups in [
        (date(2026, 12, 6), Days(date(2026, 10, 1), date(2026, 10, 31)), {}),
        (date(2026, 12, 7), november, GROUPS | {"moped": 10}),
        (date(2027, 1, 3), november, GROUPS | {"moped": 10}),
    ]:
        shown = seen_by(housing, db, services, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        assert shown.groups is not None
        assert (shown.groups.months[0], in_groups(shown)) == (months, groups)


@pytest.mark.usefixtures("mixed")
def test_ones_own_observations_count_one_by_one_and_in_no_group(db: Database, services: Services) -> None:
    housing = a_user(db, "housing")
    put(db, housing, "group", *days("2026-11-01", 2))
    shown = seen_by(housing, db, services, district="strandgaard", choice="3mdr", now=LATER)
    assert told(shown.categories)["group"][0] == 2
    assert in_groups(shown) == GROUPS


@pytest.mark.usefixtures("mixed")
def test_choosing_ones_own_district_does_not_open_the_others_in_the_comparison(
    db: Database, services: Services
) -> None:
    put(db, a_user(db), "group", *days("2026-11-01", 4), district="gildbro")
    worker = a_user(db, "worker", "strandgaard")
    shown = seen_by(worker, db, services, district="strandgaard")
    assert told(shown.districts)["gildbro"][0] == 0
    assert shown.total[0] == 18


def test_when_registering_began_is_told_of_what_the_reader_sees(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "drugs", "2024-02-03T12:00")
    put(db, chief, "litter", "2026-02-03T12:00", district="vejlebro")
    assert seen_by(chief, db, services).registered_since == date(2024, 2, 3)
    assert seen_by(a_user(db, "housing"), db, services).registered_since == date(2026, 2, 3)
    ssp = a_user(db, "ssp", "vejlebro")
    assert seen_by(ssp, db, services, district="vejlebro").registered_since == date(2026, 2, 3)


@pytest.mark.usefixtures("mixed")
def test_other_districts_do_not_exist_for_an_ssp_reader(db: Database, services: Services) -> None:
    reader = a_user(db, "ssp", "strandgaard")
    assert choices(reader=reader, services=services, today=TODAY) == (("strandgaard", "Strandgårdskolen"),)
    assert seen_by(reader, db, services, district="strandgaard").districts == ()
    for district in ("vejlebro", None, "findes-ikke"):
        with pytest.raises(Problem) as caught:
            seen_by(reader, db, services, district=district)
        assert caught.value.code == "not_found"


@pytest.mark.parametrize(("role", "stories"), [("coordinator", 1), ("housing", 1), ("admin", 0)])
def test_good_stories_are_read_only_by_those_who_see_points(
    db: Database, services: Services, chief: User, role: str, stories: int
) -> None:
    put(db, chief, "good", "2026-11-01T12:00", note="Naboerne hilste.")
    shown = seen_by(a_user(db, role), db, services)
    assert [point.note for point in shown.stories] == ["Naboerne hilste."] * stories


def test_a_reader_without_points_is_not_told_when_the_newest_was_made(
    db: Database, services: Services, chief: User
) -> None:
    put(db, chief, "conflict", *days("2026-11-01", 9))
    assert seen_by(a_user(db, "admin"), db, services).newest is None
