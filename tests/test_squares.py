"""Hotspots for readers: what was planted is found, what presence alone explains is not, and nobody sees too much."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import NOW, a_database, a_user
from planting import days_before, present, put_all, seen
from towns import BUSY, EMPTY, HOT, SERVICES, TODAY, Town, a_town, all_squares, at

from fieldapp.cli import main
from fieldapp.cli.hotspots import _line as command_line
from fieldapp.store import aggregates
from fieldapp.store import squares as store
from fieldapp.usecases.hotspots import Mark, Squares, detect
from fieldapp.usecases.hotspots.grid import grid_of
from fieldapp.usecases.hotspots.months import Months, earlier, last_year, months_of
from fieldapp.usecases.hotspots.shapes import HotPlace, Spot
from fieldapp.usecases.hotspots.summary import Summary, Told
from fieldapp.usecases.hotspots.wire import squares_payload
from fieldapp.usecases.hotspots.words import explained, spot_lines, told_sentences
from fieldapp.usecases.overview_changes import Peak
from fieldapp.usecases.overview_periods import period_of

COMPARING = ("gang", "dobbelt", "mere end", "oftest", "times", "twice", "most often")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Four situations on ten hours in every square; HOT has 40 mopeds more, BUSY ten times all, EMPTY no hours."""
    db = a_database(tmp_path_factory.mktemp("town"))
    workers = a_user(db), a_user(db)
    days = days_before(TODAY, 4, step=60)
    made, hours = [], {}
    for number, (cell, district) in enumerate(all_squares()):
        many = 10 if cell == BUSY else 1
        kinds = ("litter", "moped", "group", "graffiti") if number % 2 else ("traffic", "drugs", "lighting", "litter")
        for day, category in zip(days, kinds, strict=True):
            made += seen(cell, category, days_before(day, many, step=2), workers, district=district)
        hours[cell] = 0.0 if cell == EMPTY else 10.0 * many
    made += seen(HOT, "moped", days_before(TODAY, 40, step=5), workers, district="vejlebro")
    put_all(db, made)
    present(db, workers[0], hours, date(2026, 6, 1))
    yield Town(db, workers)
    db.conn.close()


# What is found


def test_the_planted_place_stands_out_and_the_place_with_more_presence_does_not(town: Town) -> None:
    shown = town.shown(a_user(town.db, "coordinator"))
    assert (shown.size_m, shown.known, shown.months) == (250, True, ("2025-12", "2026-11"))
    told = [(place.near, place.category, place.situations, place.hours, place.expected) for place in shown.places]
    assert told == [("Centerstien", "moped", 40, 10.0, 1.0)]
    assert [(spot.letter, spot.squares) for spot in shown.spots] == [("A", (HOT,))]
    hot, busy = at(shown, HOT), at(shown, BUSY)
    assert (hot.stands_out, hot.shade, hot.situations) == (True, 5, 44)
    assert (busy.stands_out, busy.situations, busy.hours) == (False, 40, 100.0)
    assert busy.low < busy.rate < busy.high < hot.low


def test_where_nobody_was_it_says_no_visit_and_never_a_rate(town: Town) -> None:
    empty = at(town.shown(a_user(town.db, "coordinator")), EMPTY)
    assert (empty.visited, empty.rate, empty.shade, empty.situations) == (False, None, 0, None)
    assert empty.mark == Mark.NOT_VISITED


def test_the_sentences_are_those_agreed_and_name_no_cause(town: Town) -> None:
    shown = town.shown(a_user(town.db, "coordinator"), categories=frozenset({"moped"}))
    what, sentence = spot_lines(shown.spots[0], SERVICES.catalogue)
    assert what == "Knallertkørsel (varigt)."
    told = (
        "Her er der registreret flere situationer pr. time, end vi ville forvente, hvis alle steder var ens "
        "(40 situationer på 10 timer; forventet ca. 1). Det er næppe kun tilfældigt. Tallene siger ikke hvorfor."
    )
    assert sentence == told


def test_the_official_list_names_each_place_once_with_its_category(town: Town) -> None:
    found = detect(db=town.db, services=SERVICES, now=NOW)
    assert [(one.category, one.kind, one.place, one.squares, one.situations) for one in found] == [
        ("moped", "people", "Centerstien", (HOT,), 40)
    ]


@settings(max_examples=150, deadline=None)
@given(
    numbers=st.lists(st.tuples(st.integers(5, 60), st.integers(1, 30)), min_size=1, max_size=3),
    known=st.booleans(),
    language=st.sampled_from(["da", "en"]),
)
def test_no_word_compares_where_there_are_fewer_than_20_or_fewer_than_5_expected(
    numbers: list[tuple[int, int]], known: bool, language: str
) -> None:
    found = tuple(
        HotPlace("Centerstien", key, "vejlebro", "new", (HOT,), count, 10.0, float(expected), stands_out=known)
        for key, (count, expected) in zip(("moped", "litter", None), numbers, strict=False)
    )
    spot = Spot("A", "Centerstien", "vejlebro", (HOT,), found)
    for place in found:
        told = (Told(place, Peak((5, 6), 21)),) if known else ()
        kinds = frozenset({"people", "place"})
        shown = Summary(250, ("2025-12", "2026-11"), True, known, kinds, (), (spot,), (), told, 0, 1, ())
        sentences = told_sentences(shown, SERVICES, language)
        both = f"{' '.join(sentences)} {command_line(place, SERVICES)}".lower()
        if place.situations >= 20 and place.expected >= 5:
            assert any(word in both for word in COMPARING) == known
        else:
            assert not any(word in both for word in COMPARING)
    lines = " ".join(spot_lines(spot, SERVICES.catalogue, language)).lower()
    assert not any(word in lines for word in COMPARING)
    assert "skiller sig ud" not in lines


# Who sees what


@pytest.mark.parametrize(
    ("role", "own", "district", "places", "districts"),
    [
        ("worker", (), None, {"moped"}, 5),
        ("ssp", ("vejlebro",), "vejlebro", {"moped"}, 1),
        ("ssp", ("strandgaard",), "strandgaard", set(), 1),
        ("housing", (), None, set(), 5),
        ("worker", ("strandgaard",), None, set(), 5),
        ("worker", ("vejlebro",), "vejlebro", {"moped"}, 1),
        ("admin", (), None, set(), 0),
    ],
)
def test_each_reader_is_told_only_of_what_they_see_as_points(
    town: Town, role: str, own: tuple[str, ...], district: str | None, places: set[str], districts: int
) -> None:
    shown = town.shown(a_user(town.db, role, *own), district)
    assert {place.category for place in shown.places} == places
    assert len({one.district for one in shown.squares}) == districts
    if role == "housing":
        assert shown.kinds == {"place"}
        assert at(shown, HOT).situations is None  # two of its places, none of its 42 about people


def test_rows_of_the_neighbours_do_not_change_what_a_group_is_told(town: Town) -> None:
    ssp = a_user(town.db, "ssp", "strandgaard")
    border = next(cell for cell, district in all_squares() if district == "strandgaard")
    before = at(town.shown(ssp, "strandgaard"), border)
    put_all(town.db, seen(border, "group", days_before(TODAY, 9, step=3), town.workers, district="vejlebro"))
    after = at(town.shown(ssp, "strandgaard"), border)
    assert (before.situations, after.situations) == (None, None)
    assert at(town.shown(a_user(town.db, "coordinator")), border).situations == 13


def test_no_number_below_five_leaves_the_server_and_the_answer_stays_small(town: Town) -> None:
    payload = squares_payload(town.shown(a_user(town.db, "coordinator")), SERVICES, "da")
    assert not {1, 2, 3, 4} & set(payload["situations"])
    lengths = {len(payload[name]) for name in ("n", "e", "shade", "mark", "situations", "hours")}
    assert lengths == {589}
    assert max(payload["n"]) < payload["height"]


def test_the_answer_is_under_150_kilobytes_with_every_square_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """All 3 669 squares of 100 m with six digits each."""
    from fieldapp.usecases.hotspots.shapes import Square

    grid = grid_of(SERVICES, TODAY, 100)
    assert grid
    full = tuple(
        Square(int(r) + grid.frame.north, int(c) + grid.frame.east, None, 123_456, 99_999.9, 1.0, 0.5, 2.0, 5, Mark(6))
        for r, c in zip(*grid.inside.nonzero(), strict=True)
    )
    shown = Squares(100, ("2025-12", "2026-11"), True, True, frozenset({"place"}), (0.1, 0.2, 0.3, 0.4), full, (), ())
    assert len(json.dumps(squares_payload(shown, SERVICES, "da"), separators=(",", ":"))) < 150_000


# Limits


@pytest.mark.parametrize(
    ("origin", "reporters", "step", "found"),
    [("form", 2, 1, 1), ("form", 1, 1, 0), ("form", 2, 0, 0), ("import", 1, 1, 1), ("import", 1, 0, 0)],
)
def test_one_reporter_or_one_day_is_not_enough_and_an_imported_row_is_a_reporter_of_its_own(
    tmp_path: Path, origin: str, reporters: int, step: int, found: int
) -> None:
    town = a_town(tmp_path)
    days = days_before(TODAY, 40, step=step)
    cells = [cell for cell, _ in all_squares()]
    made = seen(HOT, "moped", days, town.workers[:reporters])
    made += [one for cell in cells[::6] for one in seen(cell, "moped", days_before(TODAY, 1), town.workers)]
    put_all(town.db, [replace(one, origin=origin) for one in made])
    present(town.db, town.workers[0], dict.fromkeys(cells, 10.0), TODAY)
    shown = town.shown(a_user(town.db, "coordinator"), categories=frozenset({"moped"}))
    assert (shown.size_m, len(shown.places)) == (500, found)


def test_without_hours_nothing_stands_out_and_the_words_say_why(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    put_all(town.db, seen(HOT, "moped", days_before(TODAY, 40, step=3), town.workers))
    put_all(town.db, seen(BUSY, "moped", days_before(TODAY, 9, step=3), town.workers))
    shown = town.shown(a_user(town.db, "coordinator"))
    assert (shown.known, {one.hours for one in shown.squares}) == (False, {None})
    told = [(place.category, place.situations, place.stands_out) for place in shown.places]
    assert told == [("moped", 40, False), ("moped", 9, False)]
    assert not any(one.stands_out for one in shown.squares)
    assert spot_lines(shown.spots[0], SERVICES.catalogue)[-1].startswith("Vi kender ikke timerne på gaden")
    assert detect(db=town.db, services=SERVICES, now=NOW) == ()


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (days_before(TODAY, 30, step=1), ("new", True)),
        (days_before(TODAY, 60, step=6), ("lasting", True)),
        (days_before(date(2025, 11, 28), 40, step=1), ("fading", False)),
    ],
)
def test_a_place_is_new_lasting_or_fading(tmp_path: Path, days: list[date], told: tuple[str, bool]) -> None:
    town = a_town(tmp_path)
    cells = [cell for cell, _ in all_squares()]
    put_all(town.db, seen(HOT, "moped", days, town.workers))
    even = [seen(cell, "moped", days_before(TODAY, 2, step=300), town.workers) for cell in cells[::6]]
    put_all(town.db, [one for group in even for one in group])
    for day in days_before(TODAY, 6, step=90):
        present(town.db, town.workers[0], dict.fromkeys(cells, 10.0), day)
    put_all(town.db, seen(HOT, "moped", days_before(date(2026, 3, 1), 5, step=9), town.workers))
    shown = town.shown(a_user(town.db, "coordinator"), categories=frozenset({"moped"}))
    assert [(place.lifecycle, place.stands_out) for place in shown.places] == [told]


def test_an_empty_database_has_no_places_and_no_numbers(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    shown = town.shown(a_user(town.db, "coordinator"))
    assert (shown.known, shown.places, {one.situations for one in shown.squares}) == (False, (), {0})


# Months, squares and hours


def test_a_short_period_is_shown_over_the_last_twelve_months_and_a_long_one_over_its_own() -> None:
    assert months_of(period_of("4uger", today=TODAY), today=TODAY) == Months("2025-12", "2026-11")
    assert months_of(period_of("3mdr", today=TODAY), today=TODAY) == Months("2026-08", "2026-11")
    assert last_year(date(2028, 2, 29)) == Months("2027-03", "2028-02")
    assert earlier(Months("2025-12", "2026-11"), 3) == Months("2025-09", "2026-08")
    assert Months("2026-01", "2026-02").until == date(2026, 2, 28)


def test_a_smaller_square_has_its_areas_share_of_the_hours(tmp_path: Path) -> None:
    """A square of 250 m covers four squares of 100 m (4/25 each), four by half and one by a quarter."""
    town = a_town(tmp_path)
    present(town.db, town.workers[0], {(24_660, 2_820): 25.0}, TODAY)
    frame = store.Frame(100, 61_650, 7_050, 4, 4)
    day, *rest = store.seconds(town.db, frame, "2026-10", "2026-11")[1] / 3600
    assert not np.any(rest)
    assert day.tolist() == [[4, 4, 2, 0], [4, 4, 2, 0], [2, 2, 1, 0], [0, 0, 0, 0]]
    whole = store.seconds(town.db, store.Frame(500, 12_330, 1_410, 1, 1), "2026-11", "2026-11")
    assert whole.tolist() == [[[[25 * 3600]], [[0]], [[0]]]]


def test_where_a_part_of_the_day_has_too_few_hours_all_are_taken_together(town: Town) -> None:
    shown = town.shown(a_user(town.db, "coordinator"))
    assert (shown.known, shown.parts) == (True, 1)
    assert not any("aften" in line for line in explained(shown))


# The command


def test_the_command_tells_the_same_and_json_names_the_squares(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    environ = {"FIELDAPP_DATABASE": aggregates.file_of(town.db)}
    assert main(["hotspots", "--category", "moped"], environ=environ, now=NOW) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == ("Centerstien: Knallertkørsel (varigt). 40 situationer på 10 timer, forventet ca. 1.")
    assert main(["hotspots", "--district", "ishoej", "--json"], environ=environ, now=NOW) == 0
    assert json.loads(capsys.readouterr().out)["places"] == []
    assert main(["hotspots", "--district", "nej"], environ=environ, now=NOW) == 1
