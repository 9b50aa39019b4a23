"""Hotspots over time: found and closed, the rule's level, staff's answers, and what was promised and done."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import NOW, a_database, a_user, some_services
from sqlite_utils import Database
from watching import DAY, DISTRICT, EAST, NORTH, a_find, seen, visited

from fieldapp.errors import Problem
from fieldapp.formats import iso_week
from fieldapp.model import Role, User
from fieldapp.model.levels import (
    ALL,
    Because,
    Known,
    Level,
    Rule,
    Seen,
    Verdict,
    gap_m,
    in_effect,
    level_by_rule,
    presence_squares,
)
from fieldapp.store import audit
from fieldapp.store import levels as rows
from fieldapp.store import presence as presence_rows
from fieldapp.store.levels import Week
from fieldapp.usecases import asking, hotspots
from fieldapp.usecases.levels import HotspotCard, board, confirm
from fieldapp.usecases.levels_keeping import Refreshed, keep
from fieldapp.usecases.levels_words import found_text, promise_text, reason_text, whole_to
from fieldapp.usecases.overview_sentence import COMPARING_WORDS

FORBIDDEN = (*COMPARING_WORDS, "signifikant", "95 %", "værst", "fordi", "skyldes", "trygt", "roligt")


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return a_database(tmp_path)


def card_of(db: Database, reader: User | None = None) -> HotspotCard:
    """The only card a coordinator (or this reader) sees."""
    (card,) = board(reader=reader or a_user(db, Role.COORDINATOR), db=db, services=some_services(), now=NOW)
    return card


def answer(db: Database, user: User, level: Level | None, reason: str | None = None, **more: object) -> Verdict:
    (hotspot,) = rows.open_hotspots(db)
    known = more.pop("known", Known.YES)
    return confirm(hotspot.id, level, known, reason, user=user, db=db, now=NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen_there", "level", "because"),
    [
        (Seen(visits=3, last_visit=2), Level.GREEN, Because.KNOWN),
        (Seen(situations=1, weeks=1, visits=5, last_visit=2), Level.GREEN, Because.KNOWN),
        (Seen(situations=2, weeks=1, visits=5, last_visit=2), Level.YELLOW, Because.SOME),
        (Seen(situations=1, weeks=1, severe=1, severe_weeks=1, visits=5, last_visit=2), Level.YELLOW, Because.SOME),
        (Seen(situations=4, weeks=3, visits=20, last_visit=2), Level.RED, Because.ACTIVE),
        (Seen(situations=4, weeks=3, visits=21, last_visit=2), Level.YELLOW, Because.SOME),
        (Seen(situations=2, weeks=2, severe=2, severe_weeks=2, visits=20, last_visit=2), Level.RED, Because.ACTIVE),
        (Seen(visits=3, last_visit=14, before=Level.RED), Level.RED, Because.KEPT),
        (Seen(before=Level.GREEN), Level.GREEN, Because.KEPT),
        (Seen(), Level.YELLOW, Because.KEPT),
        (Seen(situations=4, weeks=4, before=Level.GREEN), Level.RED, Because.ACTIVE),
    ],
)
def test_the_rule_gives_a_level_and_says_by_which_line(seen_there: Seen, level: Level, because: Because) -> None:
    assert level_by_rule(seen_there) == Rule(level, because)


@settings(max_examples=30)
@given(
    situations=st.integers(0, 9),
    severe=st.integers(0, 3),
    last_visit=st.none() | st.integers(14, 60),
    before=st.none() | st.sampled_from(Level),
)
def test_where_nobody_was_for_two_weeks_the_level_never_falls_and_never_becomes_green(
    situations: int, severe: int, last_visit: int | None, before: Level | None
) -> None:
    there = Seen(situations, min(situations, 4), severe, min(severe, 4), 0, last_visit, before)
    found = level_by_rule(there).level
    assert found.height >= (before or Level.YELLOW).height


def test_an_answer_counts_in_its_week_and_the_next_and_then_the_rule_again() -> None:
    said = [Verdict("2026-W46", Level.YELLOW, Level.RED, Known.YES, "Uro", Role.WORKER)]
    rules = {"2026-W45": Level.GREEN, "2026-W46": Level.YELLOW, "2026-W48": Level.GREEN}
    told = [in_effect(date(2026, 11, 4) + number * 7 * DAY, said, rules) for number in range(4)]
    assert told == [Level.GREEN, Level.RED, Level.RED, Level.GREEN]
    only_known = [Verdict("2026-W46", Level.YELLOW, None, Known.NO, None, Role.SSP)]
    assert in_effect(date(2026, 11, 11), only_known, rules) is Level.YELLOW
    assert in_effect(date(2026, 11, 11), [], {}) is None


def test_distance_is_between_edges_and_presence_is_known_by_squares_of_250_m() -> None:
    assert gap_m([(250, 10, 10)], [(250, 11, 11)]) == 0
    assert gap_m([(250, 10, 10)], [(250, 12, 10)]) == 250
    assert gap_m([(100, 0, 0)], [(500, 1, 1)]) == pytest.approx(565.685, abs=0.001)
    assert presence_squares([(500, 3, 4)]) == {(6, 8), (6, 9), (7, 8), (7, 9)}
    assert presence_squares([(100, 2, 7)]) == {(0, 2), (0, 3), (1, 2), (1, 3)}


def test_a_find_is_opened_found_again_within_300_m_and_closed_after_three_months(db: Database) -> None:
    assert keep([a_find()], db=db, now=NOW) == Refreshed(opened=1, again=0, closed=0)
    (first,) = rows.open_hotspots(db)
    near = a_find(north=NORTH + 2, squares=((NORTH + 2, EAST),), situations=44)
    assert keep([near], db=db, now=NOW + 30 * DAY) == Refreshed(opened=0, again=1, closed=0)
    (moved,) = rows.open_hotspots(db)
    assert (moved.id, moved.squares, moved.found_on) == (first.id, ((250, NORTH + 2, EAST),), first.found_on)
    assert [(one.month, one.situations) for one in rows.findings(db)[first.id]] == [("2026-11", 41), ("2026-12", 44)]
    assert keep([], db=db, now=NOW + 122 * DAY) == Refreshed(opened=0, again=0, closed=0)
    assert keep([], db=db, now=NOW + 123 * DAY) == Refreshed(opened=0, again=0, closed=1)
    assert rows.open_hotspots(db) == []
    assert [step["action"] for step in audit.history(db, "hotspot", first.id)] == ["open", "close"]
    assert audit.verify(db)[1] is None


def test_another_category_or_a_place_farther_off_is_another_hotspot(db: Database) -> None:
    keep([a_find()], db=db, now=NOW)
    far = a_find(squares=((NORTH + 3, EAST),))
    other = a_find(category="litter", kind="place")
    assert keep([far, other, a_find()], db=db, now=NOW + DAY) == Refreshed(opened=2, again=1, closed=0)


def test_the_first_night_knows_what_was_there_in_the_months_before(db: Database) -> None:
    gone = a_find(category="graffiti", kind="place")
    months = [date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)]
    keep([a_find()], earlier={day: [a_find(), gone][: 3 - (day.month == 10)] for day in months}, db=db, now=NOW)
    reader = a_user(db, Role.COORDINATOR)
    cards = board(reader=reader, db=db, services=some_services(), now=NOW)
    assert {card.hotspot.category: card.lifecycle for card in cards} == {"moped": "lasting", "graffiti": "lasting"} | {
        "graffiti": "fading"
    }
    faded = next(card for card in cards if card.hotspot.category == "graffiti")
    assert found_text(faded.found, bare=False, lifecycle="fading").startswith("Sidst fundet i oktober 2026.")


def test_the_rule_reads_situations_in_its_own_squares_district_and_category(db: Database) -> None:
    reporter = seen(db, 1, 8, 15)
    seen(db, 2, user=reporter, category="litter")
    seen(db, 3, user=reporter, lat=55.6240, lon=12.3300)
    seen(db, 40, user=reporter)
    visited(db, 2, 9)
    keep([a_find()], db=db, now=NOW)
    week = card_of(db).week
    assert (week.situations, week.weeks, week.severe, week.visits) == (3, 3, 0, 2)
    assert week.rule == Rule(Level.RED, Because.ACTIVE)
    assert reason_text(week) == "Aktiv over flere uger: 3 situationer i 3 af de sidste 4 uger, 2 besøg."


def test_all_categories_together_count_every_problem_and_a_situation_once(db: Database) -> None:
    assert hotspots.ALL == ALL
    reporter = seen(db, 1, category="litter")
    seen(db, 1, user=reporter, category="litter")
    seen(db, 2, user=reporter, category="good")
    seen(db, 3, user=reporter, category="conflict")
    visited(db, 1)
    keep([a_find(category=ALL)], db=db, now=NOW)
    week = card_of(db).week
    assert (week.situations, week.severe) == (2, 1)
    assert "1 alvorlig eller konflikt" in reason_text(week)


def test_what_was_promised_is_held_against_visits_of_ten_minutes_anywhere_in_the_squares(db: Database) -> None:
    seen(db, 1, 8)
    visited(db, 1, 9)
    visited(db, 2, minutes=9)
    visited(db, 3, reach_m=0, lat=None, lon=None, district=DISTRICT)
    keep([a_find()], db=db, now=NOW)
    card = card_of(db)
    assert card.level is Level.YELLOW
    assert [promise_text(one) for one in card.promises] == ["Lovet 2 · gjort 1 · mangler 1 inden søndag"]
    squares = presence_squares(card.hotspot.squares)
    found = [week for week, _day in presence_rows.visits(db, squares, since=NOW.date() - 28 * DAY)]
    assert [found.count(week) for week in ("2026-W45", "2026-W46", "2026-W47")] == [0, 1, 1]
    (later,) = board(reader=a_user(db, Role.WORKER), db=db, services=some_services(), now=NOW + timedelta(weeks=1))
    assert [promise_text(one) for one in later.promises] == [
        "Lovet 2 · gjort 0 · mangler 2 inden søndag", "Lovet 2 · gjort 1 · manglede 1",
    ]  # fmt: skip


def test_staff_confirm_or_change_the_level_with_a_reason_and_history_is_kept(db: Database) -> None:
    keep([a_find()], db=db, now=NOW)
    worker = a_user(db, Role.WORKER)
    assert answer(db, worker, Level.YELLOW).reason is None
    with pytest.raises(Problem, match="begrundelse"):
        answer(db, worker, Level.RED)
    answer(db, worker, Level.RED, "  Flere knallerter hver aften ved <b>{{7*7}}</b>  ")
    card = card_of(db)
    assert (card.level, card.rule.level) == (Level.RED, Level.YELLOW)
    assert [(one.level, one.reason) for one in card.verdicts] == [
        (Level.RED, "Flere knallerter hver aften ved <b>{{7*7}}</b>"), (Level.YELLOW, None),
    ]  # fmt: skip
    assert card.promises[0].promised == 3
    told = str(audit.history(db, "hotspot", card.hotspot.id))
    assert "knallerter" not in told and "'has_reason': True" in told


def test_a_reason_goes_through_the_gate(db: Database) -> None:
    keep([a_find()], db=db, now=NOW)
    worker = a_user(db, Role.WORKER)
    with pytest.raises(Problem) as refused:
        answer(db, worker, Level.RED, "Ring til 20 30 40 50")
    assert refused.value.code == asking.REFUSED
    with pytest.raises(Problem) as asked:
        answer(db, worker, Level.RED, "Yusuf og de andre var der igen")
    assert asked.value.code == asking.UNSURE
    spared = asking.soft_words("Yusuf og de andre var der igen")
    assert answer(db, worker, Level.RED, "Yusuf og de andre var der igen", spared=spared).level is Level.RED
    with pytest.raises(Problem, match="300"):
        answer(db, worker, Level.GREEN, "x" * 301)


@pytest.mark.parametrize(
    ("kind", "seen_by"),
    [
        ("people", {"worker", "ssp here", "coordinator"}),
        ("place", {"worker", "ssp here", "coordinator", "housing"}),
    ],
)
def test_a_hotspot_is_told_to_those_who_see_its_observations_as_points(
    db: Database, kind: str, seen_by: set[str]
) -> None:
    keep([a_find(kind=kind)], db=db, now=NOW)
    readers = {
        "worker": a_user(db, Role.WORKER),
        "housing": a_user(db, Role.HOUSING),
        "ssp here": a_user(db, Role.SSP, str(DISTRICT)),
        "ssp elsewhere": a_user(db, Role.SSP, "strandgaard"),
        "coordinator": a_user(db, Role.COORDINATOR),
        "admin": a_user(db, Role.ADMIN),
    }
    shown = {name for name, one in readers.items() if board(reader=one, db=db, services=some_services(), now=NOW)}
    assert shown == seen_by
    for name, one in readers.items():
        code = None
        try:
            answer(db, one, None, known=Known.UNSURE)
        except Problem as problem:
            code = problem.code
        assert code == (None if name in seen_by else "not_allowed" if name == "admin" else "not_found")


def test_an_ssp_group_answers_whether_it_knows_the_place_and_sets_no_level(db: Database) -> None:
    keep([a_find()], db=db, now=NOW)
    ssp = a_user(db, Role.SSP, str(DISTRICT))
    with pytest.raises(Problem) as refused:
        answer(db, ssp, Level.YELLOW)
    assert refused.value.code == "not_allowed"
    answer(db, ssp, None, known=Known.NO)
    card = card_of(db, ssp)
    assert (card.answer and card.answer.known, card.level, card.may_set) == (Known.NO, Level.YELLOW, False)


def test_a_district_s_reader_gets_no_count_where_a_square_crosses_the_border(db: Database) -> None:
    keep([a_find()], db=db, now=NOW)
    (hotspot,) = rows.open_hotspots(db)
    ssp, chief = a_user(db, Role.SSP, str(DISTRICT)), a_user(db, Role.COORDINATOR)
    huge = tuple((500, hotspot.squares[0][1] // 2 + step, hotspot.squares[0][2] // 2) for step in range(-8, 8))
    across = rows.Hotspot(**{name: getattr(hotspot, name) for name in hotspot.__slots__} | {"squares": huge})
    today, services = NOW.date(), some_services()
    assert whole_to(across, chief, services, today) and not whole_to(across, ssp, services, today)
    found = rows.findings(db)[hotspot.id][-1]
    counted, bare = (found_text(found, bare=one) for one in (False, True))
    assert counted == "41 situationer på 52 timer; forventet ca. 16. Det er næppe kun tilfældigt."
    assert "situationer på" not in bare


@settings(max_examples=30)
@given(
    situations=st.integers(0, 40),
    severe=st.integers(0, 40),
    visits=st.integers(0, 40),
    level=st.sampled_from(Level),
    because=st.sampled_from(Because),
)
def test_a_reason_never_compares_explains_or_says_that_all_is_well(
    situations: int, severe: int, visits: int, level: Level, because: Because
) -> None:
    week = Week("2026-W47", Rule(level, because), situations, min(situations, 4), severe, visits)
    told = reason_text(week).casefold()
    assert not [word for word in FORBIDDEN if word in told]
    assert week.iso_week == iso_week(NOW.date())
