"""An attacker with patience: thousands of narrow views of the areas, paired, subtracted, added up and watched in time.

The same attacker breaks the simpler rule «exact counts of five or more under any filter», so the attack bites.
"""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from making import CATALOGUE, a_database, a_user, some_services
from numpy.typing import NDArray
from sqlite_utils import Database

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, Observation, ObservationFilter, User, uuid7
from fieldapp.privacy import areas, release
from fieldapp.privacy.areas import AREA_MINIMUM, Block, Entry, blocks_of, reaching_a_month
from fieldapp.privacy.releasing import sees_point
from fieldapp.store import observations as rows
from fieldapp.usecases import browse, exports, observations, wire
from fieldapp.usecases.areas import blocks_shown
from fieldapp.usecases.overview import overview
from fieldapp.usecases.overview_periods import Days, period_of

SERVICES = some_services()
FIRST, LAST = date(2026, 5, 1), date(2026, 9, 30)
NOW = datetime(2026, 10, 20, 10, tzinfo=UTC)
DISTRICTS = ("vejlebro", "vibeholm", "strandgaard", None)
CATEGORIES = ("moped", "group", "conflict", "drugs", "shoplifting", "litter", "good")
ROLES = {"housing": (), "housing of one": ("vejlebro",), "worker of one": ("vejlebro",), "admin": ()}
SMALL = range(1, AREA_MINIMUM)
SEEDS = (1, 2, 3)


@dataclass
class World:
    """One database, all its rows as they stand, and its readers."""

    db: Database
    rows: list[Observation]
    author: User
    readers: dict[str, User]
    random: Random


def _made(random: Random, count: int, reporters: list[str], now: datetime) -> list[Observation]:
    """Clustered in a few spots, some on the border of two squares; a few recorded late."""
    spots = [(55.600 + random.random() * 0.03, 12.33 + random.random() * 0.05) for _ in range(5)]
    blank = Observation("", "", 55.61, 12.35, now, recorded_at=now, origin="import")
    made = []
    for _ in range(count):
        lat, lon = random.choices(spots, (8, 5, 3, 2, 1))[0]
        lat, lon = lat + random.gauss(0, 0.002), lon + random.gauss(0, 0.003)
        category = random.choices(CATEGORIES, (9, 6, 3, 2, 1, 4, 1))[0]
        day = FIRST + timedelta(days=random.randrange((LAST - FIRST).days + 1))
        seen = datetime(day.year, day.month, day.day, random.randrange(24), tzinfo=COPENHAGEN).astimezone(UTC)
        late = timedelta(days=random.choice((0, 0, 0, 0, 0, 0, 0, 0, 3, 20)))
        made.append(
            replace(
                blank,
                id=uuid7(now, random.randbytes),
                category=category,
                kind=CATALOGUE[category].kind,
                lat=lat,
                lon=lon,
                cell=observations.grid_cell(lat, lon),
                district=random.choices(DISTRICTS, (6, 4, 2, 1))[0],
                observed_at=seen,
                recorded_at=min(now, seen + late),
                severity=random.choice((None, 1, 2, 3)),
                reporter=random.choice(reporters),
            )
        )
    return made


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    random = Random(request.param)
    db = a_database(tmp_path_factory.mktemp("attacked"))
    author = a_user(db, "coordinator")
    readers = {name: a_user(db, name.split()[0], *districts) for name, districts in ROLES.items()}
    reporters = [author.id] * 12 + [one.id for one in readers.values()]
    made = _made(random, (150, 500, 900)[request.param - 1], reporters, NOW - timedelta(days=1))
    rows.insert_many(db, made, actor=author.id, at=NOW)
    yield World(db, made, author, readers, random)
    db.conn.close()


def _withheld(world: World, reader: User) -> list[Observation]:
    return [row for row in world.rows if row.status == "active" and not sees_point(row, reader)]


def _day(row: Observation) -> date:
    return row.local_time.date()


# The attacker's questions


def _questions(random: Random, count: int) -> list[ObservationFilter]:
    """Narrow and wide, beside and within each other: day by day, category by category, box by box."""
    asked = []
    for number in range(count):
        first = FIRST.replace(month=random.randint(5, 9)) + timedelta(days=random.choice((0, 0, 0, 1, 14)))
        last = date(2026, random.randint(5, 9), 28) + timedelta(days=random.randrange(5))
        lat, lon = 55.59 + random.random() * 0.04, 12.31 + random.random() * 0.08
        reach = random.choice((0.002, 0.005, 0.01, 0.03, 0.1))
        asked.append(
            ObservationFilter(
                since=random.choice((None, first, first)),
                until=random.choice((None, last, last)),
                categories=frozenset(random.sample(CATEGORIES, random.choice((0, 0, 1, 1, 2, 6)))),
                kinds=frozenset(random.sample(list(Kind), random.choice((0, 0, 0, 1, 2)))),
                districts=frozenset(
                    random.sample(("vejlebro", "vibeholm", "strandgaard"), random.choice((0, 0, 1, 2)))
                ),
                bbox=random.choice((None, (lon - reach, lat - reach / 2, lon + reach, lat + reach / 2))),
                reporter="somebody" if number % 50 == 0 else None,
            )
        )
    return asked


Answers = dict[object, list[int]]


def _answers(world: World, reader: User, questions: list[ObservationFilter], now: datetime) -> Answers:
    """What each question is told, square by square and in all (0 where nothing is told)."""
    told: Answers = defaultdict(lambda: [0] * len(questions))
    for number, wanted in enumerate(questions):
        for cell in browse.areas(wanted, reader=reader, db=world.db, now=now):
            told[cell.size_m, cell.north, cell.east][number] = cell.count
            told["all"][number] += cell.count
        for block in blocks_shown(wanted, reader=reader, db=world.db, now=now) if number % 4 == 0 else ():
            told[block.category][number] += block.shown
            told[block.district, block.month][number] += block.shown
    return told


def _old_answers(hidden: list[Observation], questions: list[ObservationFilter]) -> Answers:
    """The rule before: exact counts of every 500 m square that holds five or more, under any filter."""
    told: Answers = defaultdict(lambda: [0] * len(questions))
    squares = [(row.cell[0] // 10, row.cell[1] // 10) if row.cell else None for row in hidden]
    for number, wanted in enumerate(questions):
        counts: dict[object, int] = defaultdict(int)
        for row, square in zip(hidden, squares, strict=True):
            counts[square] += _fits(row, wanted)
        for square, count in counts.items():
            if count >= AREA_MINIMUM:
                told[square][number] = count
    return told


def _fits(row: Observation, wanted: ObservationFilter) -> bool:
    west, south, east, north = wanted.bbox or (-180, -90, 180, 90)
    return (
        (wanted.since is None or wanted.since <= _day(row))
        and (wanted.until is None or _day(row) <= wanted.until)
        and (not wanted.categories or row.category in wanted.categories)
        and (not wanted.kinds or row.kind in wanted.kinds)
        and (not wanted.districts or row.district in wanted.districts)
        and wanted.reporter in (None, row.reporter)
        and west <= row.lon <= east
        and south <= row.lat <= north
    )


# The attack: whatever two answers differ by, and whatever follows from all of them together


def _differences(told: Answers) -> dict[object, set[int]]:
    """For each figure that was given under several filters: every difference of two of its values, never of a blank."""
    found = {}
    for key, values in told.items():
        given = np.unique([value for value in values if value])
        found[key] = set(np.abs(given[:, None] - given[None, :]).ravel().tolist()) | set(given.tolist())
    return found


def _small(told: Answers) -> int:
    """How many figures give a group of one to four away to somebody who subtracts."""
    return sum(not differences.isdisjoint(SMALL) for differences in _differences(told).values())


def _solved(told: list[int], questions: list[ObservationFilter], atoms: list[Observation]) -> NDArray[np.float64]:
    """Least squares: how many of each atom (month, category, district) there are, NaN where it does not follow."""
    equations = np.array([[_fits(atom, wanted) for atom in atoms] for wanted in questions], dtype=float)
    kept = np.array(told) > 0
    equations, values = equations[kept], np.array(told, dtype=float)[kept]
    if not len(values):
        return np.full(len(atoms), np.nan)
    inverse = np.linalg.pinv(equations)
    follows = np.abs((inverse @ equations) - np.eye(len(atoms))).max(axis=1) < 1e-6
    solution = inverse @ values
    exact = np.abs(equations @ solution - values).max() < 1e-6
    return np.where(follows & exact, solution, np.nan)


TRIES = 1000


@pytest.mark.parametrize("role", ROLES)
def test_no_two_answers_differ_by_a_small_group(world: World, role: str) -> None:
    questions = _questions(world.random, TRIES)
    told = _answers(world, world.readers[role], questions, NOW)
    assert _small(told) == 0
    assert all(value % AREA_MINIMUM == 0 for values in told.values() for value in values)
    assert all(not any(values[::50]) for values in told.values())


def test_there_are_ten_thousand_tries_and_more() -> None:
    assert len(SEEDS) * len(ROLES) * TRIES >= 10_000


def test_the_same_attacker_breaks_exact_counts_under_any_filter(world: World) -> None:
    hidden = _withheld(world, world.readers["admin"])
    assert _small(_old_answers(hidden, _questions(world.random, 150))) > 0


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_a_sum_of_blocks_that_are_disjoint_and_hold_five(world: World, role: str) -> None:
    reader = world.readers[role]
    blocks = blocks_shown(ObservationFilter(), reader=reader, db=world.db, now=NOW)
    hidden = _withheld(world, reader)
    held = [[number for number, row in enumerate(hidden) if _in(row, block)] for block in blocks]
    assert [len(one) for one in held] == [block.count for block in blocks]
    assert all(block.count >= AREA_MINIMUM for block in blocks)
    assert len(set(itertools.chain(*held))) == sum(map(len, held))
    for wanted in _questions(world.random, 100):
        chosen = blocks_shown(wanted, reader=reader, db=world.db, now=NOW)
        whole = [all(_fits(hidden[number], wanted) for number in one) for one in held]
        assert {block for block, fits in zip(blocks, whole, strict=True) if fits} >= set(chosen)
        areas = browse.areas(wanted, reader=reader, db=world.db, now=NOW)
        assert sum(cell.count for cell in areas) == sum(block.shown for block in chosen if block.square)


def _in(row: Observation, block: Block) -> bool:
    """Written anew from the description: kind, district, month, table, and category and square where told apart."""
    day, recorded = _day(row), row.recorded_at.date()
    out = (day.replace(day=28) + timedelta(days=4)).replace(day=1) + timedelta(days=3)
    if (recorded.year, recorded.month) > (day.year, day.month):
        out = max(out, recorded + timedelta(days=3))
    while out.weekday():
        out += timedelta(days=1)
    size, north, east = block.square or (1, 0, 0)
    assert row.cell
    square = (row.cell[0] * 50 // size, row.cell[1] * 50 // size) if block.square else (0, 0)
    return (
        (row.kind, row.district, day.replace(day=1), out) == (block.kind, block.district, block.month, block.table)
        and block.category in (None, row.category)
        and square == (north, east)
    )


@pytest.mark.parametrize("role", ROLES)
def test_the_equations_of_all_answers_give_no_small_group(world: World, role: str) -> None:
    """Months, categories and districts with all their margins."""
    reader = world.readers[role]
    questions = [
        ObservationFilter(since=since, until=until, categories=categories, districts=districts)
        for since, until in itertools.combinations([None, *(date(2026, month, 1) for month in range(5, 11))], 2)
        if until
        for until in (until - timedelta(days=1),)
        for categories in ({}, *({one} for one in CATEGORIES), set(CATEGORIES) - {"moped"})
        for categories in (frozenset(categories),)
        for districts in (frozenset(), frozenset({"vejlebro"}), frozenset({"vibeholm", "strandgaard"}))
    ]
    hidden = _withheld(world, reader)
    atoms = list({(row.district, row.category, _day(row).month): row for row in hidden}.values())
    told = [sum(one.shown for one in blocks_shown(wanted, reader=reader, db=world.db, now=NOW)) for wanted in questions]
    solved = _solved(told, questions, atoms)
    assert not np.isin(np.round(solved[~np.isnan(solved)]), SMALL).any()


def test_the_same_equations_solve_the_exact_counts(world: World) -> None:
    hidden = _withheld(world, world.readers["admin"])
    atoms = list({(row.district, row.category, _day(row).month): row for row in hidden if row.district}.values())
    questions = [
        ObservationFilter(districts=frozenset({district}), categories=categories, since=since, until=until)
        for district in DISTRICTS[:3]
        for categories in (frozenset(), *(frozenset(set(CATEGORIES) - {one}) for one in CATEGORIES))
        for since, until in [
            (date(2026, month, 1), date(2026, month, 28) + timedelta(days=3)) for month in range(5, 10)
        ]
        for until in (min(until, (since + timedelta(days=31)).replace(day=1) - timedelta(days=1)),)
    ]
    exact = [count if (count := sum(_fits(row, one) for row in hidden)) >= AREA_MINIMUM else 0 for one in questions]
    solved = _solved(exact, questions, [replace(one, observed_at=one.observed_at) for one in atoms])
    assert np.isin(np.round(solved[~np.isnan(solved)]), SMALL).any()


# Every door


@pytest.mark.parametrize("role", ROLES)
def test_every_door_tells_the_same_sums(world: World, role: str, tmp_path: Path) -> None:
    reader, db = world.readers[role], world.db
    for number, wanted in enumerate(_questions(world.random, 30)):
        # A map draws the areas beyond its edge too, and the newest month where a period up to now holds none.
        around = browse.areas(reaching_a_month(wanted.only(bbox=None), NOW.date()), reader=reader, db=db, now=NOW)
        known = {(cell.size_m, cell.north, cell.east): cell.count for cell in around}
        view = browse.map_view(wanted, reader=reader, db=db, now=NOW, points=number % 2 == 0, size_m=100)
        assert {(cell.size_m, cell.north, cell.east): cell.count for cell in view.areas} == known
        payload = wire.map_payload(view, CATALOGUE, "da")
        assert sorted(area[2] for area in payload["areas"]) == sorted(known.values())
        page = browse.page(wanted, reader=reader, db=db)
        mine = [row for row in world.rows if row.status == "active" and sees_point(row, reader) and _fits(row, wanted)]
        assert (page.total, view.total) == (len(mine), len(mine))
        words = browse.areas_in_words(wanted, reader=reader, db=db, services=SERVICES, now=NOW)
        blocks = blocks_shown(reaching_a_month(wanted, NOW.date()), reader=reader, db=db, now=NOW)
        assert sum(area.count for area in words) == sum(block.shown for block in blocks)
        if role == "admin" and number < 4:
            path = tmp_path / f"{number}.csv"
            exports.export_observations(wanted, path, format="csv", reader=reader, db=db, services=SERVICES, now=NOW)
            with path.open(encoding="utf-8-sig", newline="") as file:
                counts = [int(row["count"]) for row in csv.DictReader(file, delimiter=";")]
            assert sorted(counts) == sorted(c.count for c in browse.areas(wanted, reader=reader, db=db, now=NOW))


@pytest.mark.parametrize("role", ["housing", "housing of one", "worker of one"])
def test_an_overview_counts_what_is_seen_and_tells_of_the_rest_in_fives(world: World, role: str) -> None:
    reader = world.readers[role]
    for number, district in itertools.product(range(6), (None, "vejlebro", "vibeholm")):
        since = FIRST + timedelta(days=world.random.randrange(90))
        period = period_of("egen", today=NOW.date(), since=since, until=since + timedelta(days=20 + number * 17))
        shown = overview(district=district, period=period, reader=reader, db=world.db, services=SERVICES, now=NOW)
        mine = [row for row in world.rows if row.status == "active" and sees_point(row, reader)]
        here = [row for row in mine if district in (None, row.district)]
        assert shown.total == tuple(_counted(here, days) for days in period.columns)
        assert shown.registered_since == min(map(_day, mine))
        assert sum(row.counts[0] for row in shown.districts) == _counted(mine, period.now)
        if shown.enough:
            assert sum(shown.blocks.values()) == shown.total[0]
        assert shown.groups is not None
        assert all(count % AREA_MINIMUM == 0 for row in shown.groups.rows for count in row.counts)


def _counted(seen: list[Observation], days: Days) -> int:
    return sum(days.since <= _day(row) <= days.until for row in seen)


def test_release_of_any_rows_differs_by_fives(world: World) -> None:
    reader, totals = world.readers["housing"], []
    for _ in range(100):
        some = world.random.sample(world.rows, world.random.randrange(len(world.rows)))
        released = release(some, reader)
        assert len(released.points) == sum(sees_point(row, reader) for row in some)
        totals.append([cell.count for cell in released.cells])
    assert all(count and count % AREA_MINIMUM == 0 for counts in totals for count in counts)


# In time


def test_watching_day_by_day_tells_of_nothing_but_whole_new_blocks(tmp_path: Path) -> None:
    """New rows every day, for today and for earlier months: no block that is out ever changes."""
    random, db = Random(7), a_database(tmp_path)
    author, reader = a_user(db, "coordinator"), a_user(db, "housing")
    before: set[Block] = set()
    changes = 0
    for day in range(80):
        now = datetime(2026, 8, 1, 12, tzinfo=UTC) + timedelta(days=day)
        made = [
            replace(one, observed_at=now - timedelta(days=random.choice((0, 0, 1, 9, 40)), hours=1), recorded_at=now)
            for one in _made(random, random.randrange(1, 25), [author.id, author.id, reader.id], now)
        ]
        rows.insert_many(db, made, actor=author.id, at=now)
        blocks = set(blocks_shown(ObservationFilter(), reader=reader, db=db, now=now))
        assert before <= blocks
        assert all(block.count >= AREA_MINIMUM and block.table.weekday() == 0 for block in blocks - before)
        assert blocks == before or now.weekday() == 0
        changes += blocks != before
        before = blocks
    assert changes >= 3
    db.conn.close()


def test_what_is_deleted_meanwhile_shows_as_fives_or_not_at_all(world: World) -> None:
    """The last test of each world: it takes rows away."""
    reader = world.readers["housing"]
    questions = _questions(world.random, 60)
    told = _answers(world, reader, questions, NOW)
    for _ in range(12):
        victims = world.random.sample([row for row in world.rows if row.status == "active"], 3)
        for row in victims:
            gone = replace(row, status="withdrawn", version=row.version + 1)
            rows.replace_content(world.db, gone, actor=world.author.id, at=NOW)
            world.rows[world.rows.index(row)] = gone
        after = _answers(world, reader, questions, NOW)
        for key in told.keys() & after.keys():
            assert all(abs(old - new) not in SMALL for old, new in zip(told[key], after[key], strict=True))
        told = after


# The one who knows the rule by heart


def _certain(norths: tuple[int, ...], categories: int, numbers: tuple[int, ...]) -> NDArray[np.bool_]:
    """For each answer and each group of places: does it hold one to four in every database that gives the answer?

    The databases: one month, district and kind, so many squares and categories, so many rows in each place.
    """
    places = [(12_000 + north, f"c{category}") for north in norths for category in range(categories)]
    month, table = date(2026, 9, 1), date(2026, 10, 5)
    worlds = np.array(list(itertools.product(numbers, repeat=len(places))), dtype=np.int16)
    looks: dict[object, int] = {}
    look_of = np.empty(len(worlds), dtype=np.int64)
    for number, counts in enumerate(worlds.tolist()):
        entries = [
            Entry(Kind.PEOPLE, "vejlebro", month, table, category, north, 1000, count)
            for (north, category), count in zip(places, counts, strict=True)
            if count
        ]
        look = frozenset((block.category, block.square, block.shown) for block in blocks_of(entries))
        look_of[number] = looks.setdefault(look, len(looks))
    groups = np.array(list(itertools.product((0, 1), repeat=len(places)))[1:], dtype=np.int16).T
    order = np.argsort(look_of, kind="stable")
    sums, starts = (worlds @ groups)[order], np.searchsorted(look_of[order], np.arange(len(looks)))
    assert len(looks) > 3
    return (np.minimum.reduceat(sums, starts) >= 1) & (np.maximum.reduceat(sums, starts) < AREA_MINIMUM)


UP_TO_9, UP_TO_14 = tuple(range(10)), tuple(range(15))
WORLDS = [
    ((0, 2, 4), 1, UP_TO_14),
    ((0, 1, 2), 1, UP_TO_14),
    ((0, 1), 2, UP_TO_9),
    ((0, 2), 2, UP_TO_9),
    ((0,), 3, UP_TO_14),
]


@pytest.mark.parametrize(("norths", "categories", "numbers"), WORLDS)
def test_even_all_worlds_that_look_alike_leave_no_small_group_certain(
    norths: tuple[int, ...], categories: int, numbers: tuple[int, ...]
) -> None:
    """Squares 0 and 1 lie in one of a kilometre, 2 and 4 in others."""
    assert not _certain(norths, categories, numbers).any()


def test_that_one_finds_out_where_a_cut_is_tried_again_that_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A level of another type counts as another thing to cut by."""
    monkeypatch.setattr(areas, "LEVELS", (1000, "category", 1000.0))
    assert _certain((0, 2), 2, UP_TO_9).any()
