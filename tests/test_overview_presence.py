"""«Overblik» per hour of presence: literal rows and hours in, literal figures out, for each reader what is theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from counting import put
from making import NOW, a_database, a_user, some_services
from planting import present
from sqlite_utils import Database

from fieldapp.model import User
from fieldapp.store import presence
from fieldapp.usecases.overview_compare import Verdict
from fieldapp.usecases.overview_periods import period_of
from fieldapp.usecases.overview_presence import Presence, per_hour
from fieldapp.usecases.overview_presence_words import presence_sentence, side_text

TODAY, CELL = date(2026, 11, 20), (24_671, 2_845)
SERVICES = some_services()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = a_database(tmp_path)
    yield database
    database.conn.close()


def found(
    reader: User, db: Database, *, district: str | None = None, choice: str = "4uger", category: str = ""
) -> Presence:
    categories = frozenset({category} if category else ())
    period = period_of(choice, today=TODAY)
    return per_hour(
        district=district, period=period, categories=categories, reader=reader, db=db, services=SERVICES, now=NOW
    )


def at_noon(count: int, *, ago: int = 1, step: int = 0) -> list[str]:
    """So many times at 13:00, `ago` days ago and every `step` days before."""
    return [f"{TODAY - timedelta(days=ago + step * number)}T13:00" for number in range(count)]


def test_the_database_adds_up_weeks_and_weekdays_as_the_calendar_does(db: Database) -> None:
    """Three new years among the days, one of them in week 53."""
    days = [date(2024, 12, 20) + timedelta(days=number) for number in range(0, 760, 3)]
    rows = [(name, str(day), day.day % 8, 60 + day.day) for day in days for name in ("", "vejlebro")]
    db.conn.executemany("INSERT INTO presence_day VALUES (?,?,?,?)", rows)
    span = "2024-12-29", "2027-01-03"
    weeks, weekdays = Counter[tuple[str, date]](), Counter[tuple[int, int]]()
    for (district, text, block), seconds in presence.hours_by_day(db, *span).items():
        day = date.fromisoformat(text)
        weeks[district, day - timedelta(days=day.weekday())] += seconds
        weekdays[day.isoweekday(), block] += seconds if district else 0
    assert presence.hours_by_week(db, *span) == weeks
    assert presence.hours_by_weekday(db, *span, {"vejlebro"}) == weekdays


def test_hours_are_told_by_area_and_the_share_of_the_two_fullest(db: Database) -> None:
    chief = a_user(db, "coordinator")
    for place, hours in {"Torvet": 40.0, "Arken": 21.0, "Byhaven": 20.0, None: 19.0}.items():
        present(db, chief, {CELL: hours}, TODAY, place=place)
    present(db, chief, {CELL: 99.0}, TODAY - timedelta(days=28), place="Før perioden")
    shown = found(chief, db)
    assert (shown.hours, shown.areas) == (100.0, (("Torvet", 40.0), ("Arken", 21.0), ("Byhaven", 20.0), (None, 19.0)))
    assert presence_sentence(shown) == "Vi ser kun det, vi er til stede for. 61 % af timerne lå i to områder."
    assert found(chief, db, district="vejlebro").areas == ()
    assert "ikke registreret timer nok" in presence_sentence(found(chief, db, district="vejlebro"))


def test_a_block_has_a_rate_only_with_two_hours_and_five_situations(db: Database) -> None:
    """13:00 lies in the block from 12. One rate needs 100 hours in all; the good story is not netted."""
    chief = a_user(db, "coordinator")
    assert found(chief, db).blocks is None
    put(db, chief, "moped", *at_noon(6))
    put(db, chief, "good", *at_noon(3))
    put(db, chief, "litter", *at_noon(4, ago=2), *at_noon(7, ago=3))
    for ago, hours in {1: 97.0, 2: 10.0, 3: 1.9}.items():
        present(db, chief, {CELL: hours}, TODAY - timedelta(days=ago))
    blocks = found(chief, db).blocks
    assert blocks
    told = {day: blocks.cells[day, 12] for day in (2, 3, 4, 5)}
    assert [(one.situations, one.hours, one.rate) for one in told.values()] == [
        (7, 1.9, None),
        (4, 10.0, None),
        (6, 97.0, 6 / 97),
        (0, 0.0, None),
    ]


def test_the_period_is_compared_with_a_year_before_by_its_hours(db: Database) -> None:
    chief = a_user(db, "coordinator")
    put(db, chief, "moped", *at_noon(60, ago=2))
    put(db, chief, "moped", *at_noon(30, ago=370))
    put(db, chief, "good", *at_noon(40, ago=370))
    present(db, chief, {CELL: 40.0}, TODAY)
    assert found(chief, db).year is None
    present(db, chief, {CELL: 20.0}, TODAY - timedelta(days=369))
    year = found(chief, db).year
    assert year
    assert (year.situations, year.hours, year.verdict) == ((60, 30), (40.0, 20.0), Verdict.ALIKE)
    assert year.visible
    present(db, chief, {CELL: 180.0}, TODAY - timedelta(days=369))
    more = found(chief, db).year
    assert more
    assert (more.verdict, more.visible) == (Verdict.MORE, None)


@pytest.fixture
def five(db: Database) -> None:
    """In each district 20 hours, 20 litter and 20 mopeds; but 60 mopeds more in one, and three in all in another."""
    chief = a_user(db, "coordinator")
    for name in ("gildbro", "ishoej", "strandgaard", "vejlebro", "vibeholm"):
        present(db, chief, {CELL: 20.0}, TODAY, district=name)
        put(db, chief, "litter", *at_noon(3 if name == "ishoej" else 20, ago=2), district=name)
        put(db, chief, "moped", *at_noon(0 if name == "ishoej" else 20, ago=3), district=name)
    put(db, chief, "moped", *at_noon(60, ago=4), district="vejlebro")


@pytest.mark.usefixtures("five")
def test_districts_lie_in_the_band_or_beside_it_and_too_few_have_no_rate(db: Database) -> None:
    funnel = found(a_user(db, "coordinator"), db).funnel
    assert funnel
    assert funnel.mean == 223 / 100
    assert [(dot.district, dot.situations, side_text(dot)) for dot in funnel.dots] == [
        ("gildbro", 40, "i båndet"),
        ("ishoej", None, "for få"),
        ("strandgaard", 40, "i båndet"),
        ("vejlebro", 100, "over båndet"),
        ("vibeholm", 40, "i båndet"),
    ]


@pytest.mark.usefixtures("five")
def test_a_district_with_fewer_than_20_has_a_rate_and_is_called_neither_over_nor_under(db: Database) -> None:
    """3 and 16 on 20 hours, far under the others' 40: too few to say so."""
    chief = a_user(db, "coordinator")
    put(db, chief, "moped", *at_noon(16, ago=5), district="ishoej")
    funnel = found(chief, db).funnel
    assert funnel
    (nineteen,) = (dot for dot in funnel.dots if dot.district == "ishoej")
    assert (nineteen.situations, nineteen.rate, nineteen.band, side_text(nineteen)) == (19, 19 / 20, None, "for få")
    put(db, chief, "moped", *at_noon(1, ago=6), district="ishoej")
    again = found(chief, db).funnel
    assert again
    assert [side_text(dot) for dot in again.dots if dot.district == "ishoej"] == ["under båndet"]


@pytest.mark.usefixtures("five")
def test_bunches_make_the_band_wider(db: Database) -> None:
    """The same 20 hours in each of four weeks; in each district all litter came in a week of its own."""
    chief = a_user(db, "coordinator")
    for week in (1, 2, 3):
        for place, name in enumerate(("gildbro", "ishoej", "strandgaard", "vejlebro", "vibeholm")):
            present(db, chief, {CELL: 20.0}, TODAY - timedelta(weeks=week), district=name)
            put(db, chief, "fire", *at_noon(20 if place % 3 + 1 == week else 1, ago=7 * week), district=name)
    even = found(chief, db, category="litter").funnel
    bunched = found(chief, db, category="fire").funnel
    assert even
    assert bunched
    wide = [dots.dots[0].band[1] / dots.mean for dots in (even, bunched) if dots.dots[0].band]
    assert 1 < wide[0] < 1.6 < wide[1]


@pytest.mark.parametrize(
    ("role", "own", "dots", "situations"),
    [
        ("worker", (), 5, 100),
        ("ssp", ("vejlebro",), 1, 100),
        ("housing", (), 5, 20),
        ("worker", ("vejlebro",), 1, 100),
        ("admin", (), None, None),
    ],
)
@pytest.mark.usefixtures("five")
def test_each_reader_sees_the_districts_that_are_theirs_and_the_kinds_they_see(
    db: Database, role: str, own: tuple[str, ...], dots: int | None, situations: int | None
) -> None:
    funnel = found(a_user(db, role, *own), db, district=own[0] if own else None).funnel
    assert (funnel and len(funnel.dots)) == dots
    assert (
        next((dot.situations for dot in funnel.dots if dot.district == "vejlebro"), None) == situations
        if funnel
        else True
    )
