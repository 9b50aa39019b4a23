"""«Overblik» in words: which periods are compared, when a comparing word is allowed, and what the sentences say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import comb

import pytest
from counting import put, seen_by
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from making import CATALOGUE, a_database, a_user, some_services
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.store.connection import writing
from fieldapp.usecases.hotspots import HotPlace, Spot
from fieldapp.usecases.hotspots.summary import Summary, Told
from fieldapp.usecases.hotspots.words import spot_lines, told_sentences
from fieldapp.usecases.overview_changes import Peak, peak_of
from fieldapp.usecases.overview_compare import Normal, Verdict, binomial_p, compare, normal_of
from fieldapp.usecases.overview_periods import Days, months_earlier, period_of
from fieldapp.usecases.overview_presence import compared
from fieldapp.usecases.overview_presence_words import TOO_LITTLE, year_sentences
from fieldapp.usecases.overview_sentence import (
    ALIKE,
    COMPARING_WORDS,
    FEWER_IS_NOT_LESS,
    NO_COMPARISON,
    NO_HISTORY,
    TOO_FEW,
    days_text,
    peak_text,
    sentences,
)
from fieldapp.usecases.services import Services

TODAY = date(2026, 11, 20)
NEVER = ("signifikant", "sikkert", "værst", "bedst", "farlig", "skyldes", "fordi", "nr. ")


# Periods and tests


@pytest.mark.parametrize(
    ("choice", "now", "before", "year_before"),
    [
        ("4uger", ("2026-10-24", "2026-11-20"), ("2026-09-26", "2026-10-23"), ("2025-10-24", "2025-11-20")),
        ("3mdr", ("2026-08-21", "2026-11-20"), ("2026-05-21", "2026-08-20"), ("2025-08-21", "2025-11-20")),
        ("12mdr", ("2025-11-21", "2026-11-20"), ("2024-11-21", "2025-11-20"), ("2024-11-21", "2025-11-20")),
        ("iaar", ("2026-01-01", "2026-11-20"), ("2025-01-01", "2025-11-20"), ("2025-01-01", "2025-11-20")),
    ],
)
def test_each_choice_makes_its_days(choice: str, now: object, before: object, year_before: object) -> None:
    period = period_of(choice, today=TODAY)
    spans = [(str(one.since), str(one.until)) for one in (period.now, period.before, period.year_before)]
    assert spans == [now, before, year_before]
    assert len(period.columns) == (2 if before == year_before else 3)


def test_a_leap_day_has_its_year_before_on_the_28th() -> None:
    leap = date(2028, 2, 29)
    assert period_of("4uger", today=leap).year_before == Days(date(2027, 2, 2), date(2027, 2, 28))
    assert months_earlier(date(2026, 5, 31), 3) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        (None, TODAY, "missing"),
        (date(2026, 2, 2), date(2026, 2, 1), "invalid"),
        (date(2030, 1, 1), date(2030, 2, 1), "invalid"),
        (date(1, 1, 1), TODAY, "invalid"),
    ],
)
def test_dates_that_make_no_period_are_refused(since: date | None, until: date | None, code: str) -> None:
    with pytest.raises(Problem) as caught:
        period_of("egen", today=TODAY, since=since, until=until)
    assert caught.value.code == code


def test_the_binomial_test_agrees_with_published_figures() -> None:
    """Rate ratio 11/800 against 21/3011 (statistics.md); and all 20 of 20 where half are expected: 2·2⁻²⁰."""
    assert round(binomial_p(11, 21, first_days=800, second_days=3011), 5) == 0.07967
    assert binomial_p(20, 0, first_days=28, second_days=28) == pytest.approx(2**-19)
    assert binomial_p(0, 0, first_days=28, second_days=28) == 1
    assert binomial_p(5, 5, first_days=28, second_days=28) == pytest.approx(1)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (19, 0, Verdict.TOO_FEW),
        (20, 4, Verdict.MORE),
        (24, 20, Verdict.ALIKE),
        (60, 20, Verdict.MORE),
        (20, 60, Verdict.FEWER),
        (0, 60, Verdict.TOO_FEW),
    ],
)
def test_two_counts_are_called_different_only_by_the_rules(first: int, second: int, verdict: Verdict) -> None:
    assert compare(first, second, first_days=28, second_days=28) is verdict


def test_asking_about_many_categories_at_once_asks_more_of_each() -> None:
    assert compare(26, 9, first_days=28, second_days=28) is Verdict.MORE
    assert compare(26, 9, first_days=28, second_days=28, tests=16) is Verdict.ALIKE


def test_quartiles_are_of_eight_weeks_or_more() -> None:
    assert normal_of([1, 2, 3, 4, 5, 6, 7]) is None
    assert normal_of([8, 1, 2, 3, 4, 5, 6, 7, 9]) == Normal(3, 5, 7, 9)


def test_a_peak_is_one_day_when_one_day_holds_it_and_none_when_it_is_thin() -> None:
    assert peak_of({(7, 21): 9, (1, 21): 1}) == Peak((7,), 21)
    assert peak_of({(7, 21): 5, (1, 21): 4}) == Peak((7, 1), 21)
    assert peak_of({(1, 9): 4}) is None
    assert peak_of({(day, hour): 1 for day in range(1, 8) for hour in range(0, 24, 3)} | {(3, 12): 6}) is None


# The sentences


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = a_database(tmp_path_factory.mktemp("words"))
    yield database
    database.conn.close()


@pytest.fixture(scope="module")
def services() -> Services:
    return some_services()


@pytest.fixture(scope="module")
def chief(db: Database) -> User:
    return a_user(db, "coordinator")


@pytest.fixture(autouse=True)
def no_rows(request: pytest.FixtureRequest) -> None:
    if "db" in request.fixturenames:
        _empty(request.getfixturevalue("db"))


def _empty(db: Database) -> None:
    with writing(db):
        db.execute("DELETE FROM observation")


def days(first: str, count: int) -> list[str]:
    """So many evenings from the first day on, starting over after four weeks."""
    start = date.fromisoformat(first)
    return [f"{start + timedelta(days=number % 28)}T21:30" for number in range(count)]


def said(db: Database, services: Services, reader: User, *, choice: str = "4uger", language: str = "da") -> list[str]:
    shown = seen_by(reader, db, services, choice=choice)
    return list(sentences(shown, name="Alle distrikter", catalogue=CATALOGUE, language=language))


def test_nothing_registered_is_never_called_safe(db: Database, services: Services, chief: User) -> None:
    assert said(db, services, chief) == [
        "Alle distrikter, sidste 4 uger: ingen observationer registreret.",
        "For få registreringer til at sige noget. Det betyder ikke, at der ikke sker noget.",
    ]


def test_four_are_too_few_to_say_anything(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "moped", *days("2026-11-01", 4))
    assert said(db, services, chief) == ["Alle distrikter, sidste 4 uger: 4 observationer.", TOO_FEW]


def test_nineteen_are_told_without_a_comparison(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "moped", *days("2026-10-24", 18))
    put(db, chief, "good", "2026-11-01T12:00")
    assert said(db, services, chief) == [
        "Alle distrikter, sidste 4 uger: 19 observationer.",
        NO_COMPARISON,
        "1 god historie.",
    ]


def test_a_short_history_is_said(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "moped", *days("2026-10-24", 25))
    assert said(db, services, chief)[1] == NO_HISTORY


def test_as_usual_needs_both_the_period_before_and_the_earlier_weeks(
    db: Database, services: Services, chief: User
) -> None:
    for weeks in range(60):
        put(db, chief, "litter", *days(str(date(2026, 11, 14) - timedelta(weeks=weeks)), 6))
    put(db, chief, "good", *days("2026-10-30", 4))
    first, *rest = said(db, services, chief)
    assert first == "Alle distrikter, sidste 4 uger: 28 observationer."
    assert rest == [ALIKE, "4 gode historier."]
    _empty(db)
    for weeks in range(60):
        put(db, chief, "litter", *days(str(date(2026, 11, 14) - timedelta(weeks=weeks)), 5 + weeks % 3))
    assert said(db, services, chief) == ["Alle distrikter, sidste 4 uger: 23 observationer, som normalt."]


def test_a_rise_is_told_with_its_place_and_time(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "litter", "2026-01-05T12:00", *days("2026-09-26", 20), *days("2026-10-24", 20))
    put(db, chief, "moped", *["2026-11-06T21:30", "2026-11-07T22:30"] * 15, place="Centerstien")
    assert said(db, services, chief) == [
        "Alle distrikter, sidste 4 uger: 50 observationer.",
        "Der er registreret mere end i perioden før.",
        "Knallertkørsel er registreret mere end i perioden før, oftest ved Centerstien og fre.–lør. kl. 21–24.",
    ]


def test_fewer_is_never_told_as_less_happening(db: Database, services: Services, chief: User) -> None:
    put(db, chief, "litter", "2026-01-05T12:00", *days("2026-09-26", 90), *days("2026-10-24", 25))
    assert said(db, services, chief)[1:] == [
        "Der er registreret mindre end i perioden før.",
        "Affald og rod er registreret mindre end i perioden før.",
        FEWER_IS_NOT_LESS,
    ]


def test_what_is_not_seen_one_by_one_is_told_of_in_groups_of_a_whole_month(
    db: Database, services: Services, chief: User
) -> None:
    """In October 9 + 7 + 1, so the one is left out and nothing of the others is told exactly."""
    put(db, chief, "litter", *days("2026-10-24", 6))
    put(db, chief, "moped", *days("2026-10-01", 9))
    put(db, chief, "group", *days("2026-10-01", 7))
    put(db, chief, "drugs", "2026-10-01T12:00")
    housing, admin = a_user(db, "housing"), a_user(db, "admin")
    assert said(db, services, housing) == [
        "Alle distrikter, sidste 4 uger: 6 observationer.",
        NO_COMPARISON,
        "Dertil i grupper, oktober 2026: mindst 10 observationer.",
    ]
    assert said(db, services, housing, choice="3mdr")[-1] == (
        "Dertil i grupper, september–oktober 2026: mindst 10 observationer."
    )
    assert said(db, services, admin)[0] == "Alle distrikter, sidste 4 uger: ingen observationer, som du ser enkeltvis."
    _empty(db)
    put(db, chief, "drugs", *days("2026-10-01", 4))
    assert (
        said(db, services, a_user(db, "housing"))[-1]
        == "Andre observationer, oktober 2026: for få til at vise i grupper."
    )


def test_days_and_hours_are_written_as_danes_do() -> None:
    assert days_text(Days(date(2026, 10, 26), date(2026, 11, 22))) == "26. okt.–22. nov. 2026"
    assert days_text(Days(date(2025, 12, 1), date(2026, 1, 2))) == "1. dec. 2025–2. jan. 2026"
    assert peak_text(Peak((7, 1), 0)) == "søn.–man. kl. 0–3"
    assert days_text(period_of("4uger", today=datetime(2026, 11, 20, tzinfo=UTC).date()).now, "en").endswith("2026")


counts = st.one_of(st.integers(0, 12), st.integers(13, 60))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    now=st.tuples(counts, counts, counts),
    before=st.tuples(counts, counts, counts),
    history=st.booleans(),
)
@example(now=(19, 0, 0), before=(0, 0, 0), history=True)
@example(now=(20, 0, 0), before=(4, 0, 0), history=False)
@example(now=(60, 5, 5), before=(9, 5, 5), history=True)
def test_no_comparing_word_without_the_numbers_for_it(
    db: Database,
    services: Services,
    chief: User,
    now: tuple[int, int, int],
    before: tuple[int, int, int],
    history: bool,
) -> None:
    """The rules written anew, with whole numbers: 20 in the period, 5 expected, and p below 0.01."""
    _empty(db)
    names = ("moped", "litter", "good")
    for name, recent, earlier in zip(names, now, before, strict=True):
        put(db, chief, name, *days("2026-10-24", recent))
        put(db, chief, name, *days("2026-09-26", earlier))
    if history:
        put(db, chief, "other", "2026-01-05T12:00")
    text = said(db, services, chief)
    comparing = [sentence for sentence in text for word in COMPARING_WORDS if word in sentence]
    began = history or any(before)
    allowed = {
        CATALOGUE[name].da for name, one, two in zip(names, now, before, strict=True) if began and _may(one, two)
    }
    if began and _may(sum(now), sum(before)):
        allowed.add("Der er registreret")
    assert all(any(sentence.startswith(start) for start in allowed) for sentence in comparing), text
    assert not any(word in sentence.lower() for sentence in text for word in NEVER)
    if sum(now) < 5:
        assert text[1:] == [TOO_FEW]


def _may(one: int, two: int) -> bool:
    if one < 20 or one + two < 10:
        return False
    ways = [comb(one + two, k) for k in range(one + two + 1)]
    return 100 * sum(way for way in ways if way <= ways[one]) < 2 ** (one + two)


# Per hour of presence


@pytest.mark.parametrize(
    ("situations", "hours", "said"),
    [
        ((216, 168), (333, 298), [ALIKE, "Vi kunne først have set en ændring til omkring 1,4 gange så mange."]),
        ((90, 30), (100, 100), ["Der er registreret flere situationer pr. time end i samme periode året før."]),
        (
            (30, 90),
            (100, 100),
            ["Der er registreret færre situationer pr. time end i samme periode året før.", FEWER_IS_NOT_LESS],
        ),
        ((90, 30), (300, 100), [ALIKE, "Vi kunne først have set en ændring til omkring 1,9 gange så mange."]),
        ((19, 90), (100, 100), [TOO_LITTLE]),
    ],
)
def test_a_year_is_compared_per_hour(situations: tuple[int, int], hours: tuple[float, float], said: list[str]) -> None:
    assert list(year_sentences(compared(situations, hours))[1:]) == said
    assert compared(situations, (hours[0], 9.9)) is None


@settings(max_examples=200, deadline=None)
@given(now=st.integers(0, 200), then=st.integers(0, 200), hours=st.integers(10, 400), then_hours=st.integers(10, 400))
def test_a_year_is_never_called_other_than_the_one_before_without_the_numbers_for_it(
    now: int, then: int, hours: int, then_hours: int
) -> None:
    """The rules written anew with whole numbers: 20 now, 5 expected, and p of the exact split below 0.01."""
    text = " ".join(year_sentences(compared((now, then), (hours, then_hours))))
    if "flere situationer pr. time" in text or "færre situationer pr. time" in text:
        total, all_hours = now + then, hours + then_hours
        ways = [comb(total, k) * hours**k * then_hours ** (total - k) for k in range(total + 1)]
        assert now >= 20
        assert total * hours >= 5 * all_hours
        assert 100 * sum(way for way in ways if way <= ways[now]) < all_hours**total
        assert ("flere" in text) == (now * then_hours > then * hours)
    assert not any(word in text.lower() for word in NEVER)


def test_what_stands_out_is_said_with_its_months_and_nothing_where_hours_are_not_known(services: Services) -> None:
    place = HotPlace("Centerstien", "moped", "vejlebro", "new", ((1, 1),), 28, 22.0, 8.0, stands_out=True)
    spot = Spot("A", "Centerstien", "vejlebro", ((1, 1),), (place,))
    found = Summary(
        250, ("2025-12", "2026-11"), True, True, frozenset({"people"}), (), (spot,), (),
        (Told(place, Peak((5, 6), 21)),), 0, 1, (),
    )  # fmt: skip
    assert told_sentences(found, services) == (
        "Set over december 2025–november 2026:",
        "Knallertkørsel skiller sig ud ved Centerstien, oftest registreret fre.–lør. kl. 21–24.",
    )
    unsure = replace(place, stands_out=False)
    shown = replace(found, known=False, spots=(replace(spot, findings=(unsure,)),), told=())
    assert told_sentences(shown, services) == ()
    assert not any("skiller sig ud" in line for line in spot_lines(shown.spots[0], services.catalogue))
    assert not any(word in line.lower() for line in spot_lines(spot, services.catalogue) for word in NEVER)
