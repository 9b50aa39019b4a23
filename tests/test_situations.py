"""Situations: literal rows in, who is counted once out; and any series of writes leaves what a new count would find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import CATALOGUE, NOW, a_database, a_user, some_services
from sqlite_utils import Database

from db.steps.rollups import ROLLUPS, counted
from fieldapp.geo import distance_m
from fieldapp.model import Observation, User, uuid7
from fieldapp.model.situations import MERGE, Sighting, same_situation, situations
from fieldapp.store import bulk, meta, observations
from fieldapp.store import removal as removing
from fieldapp.store import retention_rows as retention
from fieldapp.store import situations as kept
from fieldapp.store.connection import writing
from fieldapp.usecases.retention_coarse import coarse_values, empty_values
from fieldapp.usecases.services import Services

LAT, LON = 55.61, 12.35
STEP = 20 / 111_350  # degrees north of 20 metres
MINUTE = 60


def at(metres: float, minutes: int, *, category: str = "moped", of: str | None = None, name: str = "") -> Sighting:
    """So many metres north of one place, so many minutes after one time."""
    one = name or f"{category}-{metres}-{minutes}"
    return Sighting(one, category, LAT + metres / 111_350, LON, minutes * MINUTE, of)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([at(0, 0), at(49, 119)], 1),
        ([at(0, 0), at(51, 0)], 2),
        ([at(0, 0), at(0, 120)], 1),
        ([at(0, 0), at(0, 121)], 2),
        ([at(0, 0), at(0, 0, category="litter")], 2),
        ([at(0, 0), at(40, 60), at(80, 120), at(120, 180)], 1),
        ([at(0, 0), at(40, 60), at(300, 60), at(120, 180)], 3),
        ([at(0, 0, name="a"), at(900, 700, of="a")], 1),
        ([at(0, 0, name="a"), at(900, 721, of="a")], 2),
        ([at(0, 0, name="a"), at(0, 700, of="a", category="litter")], 2),
        ([replace(at(0, 0, name="a"), lat=None, lon=None), at(0, 0)], 2),
    ],
)
def test_what_is_near_in_place_and_time_or_seen_again_is_one_situation(seen: list[Sighting], expected: int) -> None:
    assert len(situations(seen)) == expected
    assert sorted(map(len, situations(reversed(seen)))) == sorted(map(len, situations(seen)))


def test_the_earliest_is_first_and_of_two_at_once_the_lower_id() -> None:
    seen = [at(0, 30, name="c"), at(10, 5, name="b"), at(20, 5, name="a")]
    assert [[one.id for one in some] for some in situations(seen)] == [["a", "b", "c"]]


def test_the_rule_holds_at_every_latitude_and_at_the_date_line() -> None:
    for lat in (-80.0, 0.0, 55.6, 89.9):
        for metres, expected in ((49.0, True), (51.0, False)):
            north = Sighting("n", "moped", lat + metres / 111_400 * (1 if lat < 89 else -1), 179.99999, 0)
            here = Sighting("h", "moped", lat, 179.99999, 0)
            exact = distance_m(lat, 179.99999, north.lat or 0, 179.99999)
            assert same_situation(here, north) is (exact <= 50), (lat, exact, expected)
    assert same_situation(Sighting("w", "moped", 0, 179.9999, 0), Sighting("e", "moped", 0, -179.9999, 0))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 30), spread=st.sampled_from([60, 200, 600]))
def test_situations_are_the_connected_parts_of_the_rule(seed: int, count: int, spread: int) -> None:
    random = Random(seed)
    seen = [
        Sighting(
            str(number),
            random.choice(("moped", "litter")),
            LAT + random.uniform(0, spread) / 111_350,
            LON + random.uniform(0, spread) / 63_000,
            random.choice((0, random.randrange(0, 400))) * MINUTE,
            random.choice((None, str(random.randrange(count)))),
        )
        for number in range(count)
    ]
    random.shuffle(seen)
    assert {one.id: some[0].id for some in situations(seen) for one in some} == heads_of(seen)


def heads_of(seen: list[Sighting]) -> dict[str, str]:
    """Id → the earliest of its situation, by looking at every pair, with distances on the ellipsoid."""
    parts = {one.id: {one.id} for one in seen}
    for one in seen:
        for other in seen:
            if parts[one.id] is not parts[other.id] and _joined(one, other):
                both = parts[one.id] | parts[other.id]
                parts |= dict.fromkeys(both, both)
    order = {one.id: (one.at, one.id) for one in seen}
    return {one.id: min(parts[one.id], key=lambda other: order[other]) for one in seen}


def _joined(one: Sighting, other: Sighting) -> bool:
    apart = abs(one.at - other.at)
    if one.category != other.category:
        return False
    if one.repeat_of == other.id and apart <= 12 * 60 * MINUTE:
        return True
    return apart <= 120 * MINUTE and distance_m(one.lat or 0, one.lon or 0, other.lat or 0, other.lon or 0) <= 50


def test_thousands_at_one_place_and_time_are_one_situation_at_once() -> None:
    """Every pair would be eight million."""
    random = Random(1)
    seen = [replace(at(random.uniform(0, 30), 0), id=str(number)) for number in range(4_000)]
    assert [len(some) for some in situations(seen)] == [4_000]


# Kept while rows are written


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = a_database(tmp_path)
    yield database
    database.conn.close()


@pytest.fixture(scope="module")
def services() -> Services:
    return some_services()


@pytest.fixture
def user(db: Database) -> User:
    with writing(db):
        retention.keep_retired_account(db, at=NOW)
    return a_user(db)


def made(user: User, metres: float, minutes: int, **changes: object) -> Observation:
    """An observation as it is stored, so many metres north of one place and minutes after one time."""
    seen_at = NOW - timedelta(days=40) + timedelta(minutes=minutes)
    seen = Observation(
        uuid7(seen_at), "moped", LAT + metres / 111_350, LON, seen_at, recorded_at=seen_at, reporter=user.id,
        kind=CATALOGUE["moped"].kind, district="strandgaard", cell=(123_000 + int(metres // 50), 14_000),
    )  # fmt: skip
    return replace(seen, **changes)  # type: ignore[arg-type]


def stored(db: Database) -> dict[str, str | None]:
    return dict(db.conn.execute("SELECT id, situation FROM observation WHERE status = 'active'").fetchall())


def count_of(db: Database) -> tuple[int, int]:
    """Rows and situations as the weekly table has them."""
    return tuple(
        db.conn.execute("SELECT coalesce(sum(rows), 0), coalesce(sum(situations), 0) FROM count_week").fetchone()
    )


def test_one_that_joins_is_not_counted_again_and_one_before_the_head_becomes_it(db: Database, user: User) -> None:
    late, early, between = made(user, 80, 100), made(user, 0, 0), made(user, 40, 50)
    observations.insert(db, late, actor=user.id)
    observations.insert(db, early, actor=user.id)
    assert (stored(db), count_of(db)) == ({late.id: None, early.id: None}, (2, 2))
    observations.insert(db, between, actor=user.id)
    assert (stored(db), count_of(db)) == ({late.id: early.id, early.id: None, between.id: early.id}, (3, 1))


def test_what_one_row_held_together_falls_apart_without_it(db: Database, user: User) -> None:
    first, between, last = made(user, 0, 0), made(user, 40, 50), made(user, 80, 100)
    for one in (first, between, last):
        observations.insert(db, one, actor=user.id)
    moved = replace(between, lat=LAT + 0.01, version=2)
    observations.replace_content(db, moved, actor=user.id, at=NOW)
    assert (stored(db), count_of(db)) == ({first.id: None, between.id: None, last.id: None}, (3, 3))
    observations.replace_content(db, replace(moved, lat=between.lat, version=3), actor=user.id, at=NOW)
    assert count_of(db) == (3, 1)
    observations.replace_content(db, replace(between, status="withdrawn", version=4), actor=user.id, at=NOW)
    assert count_of(db) == (2, 2)


def test_one_seen_again_far_away_follows_its_link_when_the_first_one_moves(db: Database, user: User) -> None:
    first = made(user, 0, 0)
    again = made(user, 700, 300, repeat_of=first.id)
    for one in (first, again):
        observations.insert(db, one, actor=user.id)
    assert count_of(db) == (2, 1)
    other = replace(first, category="litter", version=2)
    observations.replace_content(db, other, actor=user.id, at=NOW)
    assert count_of(db) == (2, 2)
    observations.replace_content(db, replace(first, version=3), actor=user.id, at=NOW)
    assert (stored(db)[again.id], count_of(db)) == (first.id, (2, 1))


def test_a_head_past_its_lifetime_hands_over_and_stays_one_situation(
    db: Database, user: User, services: Services
) -> None:
    first, second = made(user, 0, 0), made(user, 10, 10)
    for one in (first, second):
        observations.insert(db, one, actor=user.id)
    _coarsen(db, first.id, services)
    assert (stored(db), count_of(db)) == ({first.id: second.id, second.id: None}, (2, 1))
    _coarsen(db, second.id, services)
    assert count_of(db) == (2, 1)
    beside = made(user, 5, 5)
    observations.insert(db, beside, actor=user.id)
    assert (stored(db)[beside.id], count_of(db)) == (None, (3, 2))
    _remove(db, second.id)
    assert (stored(db)[first.id], count_of(db)) == (None, (2, 2))


def test_a_database_from_before_situations_is_settled_in_steps_that_can_be_stopped(
    db: Database, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "BATCH", 3)
    seen = [made(user, 30 * number, 10 * number) for number in range(8)] + [made(user, 5_000, 0)]
    for one in seen:
        observations.insert(db, one, actor=user.id)
    expected = stored(db)
    db.execute("UPDATE observation SET situation = NULL")
    with writing(db):
        meta.put(db, kept.SETTLED, sorted(one.id for one in seen)[2])
    assert kept.settle(db) == 6
    db.execute("UPDATE observation SET situation = NULL")
    assert kept.settle(db) == 0
    with writing(db):
        meta.put(db, kept.SETTLED, None)
    assert kept.settle(db) == 9
    assert stored(db) == expected
    assert count_of(db) == (9, 2)


def _coarsen(db: Database, observation_id: str, services: Services) -> None:
    row = removing.whole_row(db, observation_id)
    assert row is not None
    with writing(db):
        due = removing.due_of(row, "detail")
        assert retention.coarsen(db, due, coarse_values(row, services), at=NOW)


def _remove(db: Database, observation_id: str) -> None:
    row = removing.whole_row(db, observation_id)
    assert row is not None
    with writing(db):
        assert retention.coarsen(db, removing.due_of(row, "detail"), empty_values(row), at=NOW)


class _Killed(Exception):
    pass


class _Series:
    """A random series of writes, by the functions that the app writes with."""

    def __init__(self, db: Database, user: User, services: Services, random: Random) -> None:
        self.db, self.user, self.services, self.random = db, user, services, random

    def go(self, steps: int) -> None:
        for _step in range(steps):
            self.random.choice(
                (*[self.record] * 4, self.amend, self.amend, self.undo, self.load, self.age, self.remove)
            )()

    def one(self) -> Observation:
        random = self.random
        category = random.choice(("moped", "moped", "litter"))
        earlier = self.some("status = 'active'")
        return made(
            self.user,
            random.choice((0, 0, 25, 40, 70, 95, 130)),
            random.choice((0, 30, 100, 150, 240, 400, 3_000)),
            category=category,
            kind=CATALOGUE[category].kind,
            district=random.choice(("strandgaard", None)),
            place=random.choice(("Torvet", None)),
            repeat_of=earlier if random.random() < 0.25 else None,
        )

    def some(self, where: str) -> str | None:
        ids = [row[0] for row in self.db.conn.execute(f"SELECT id FROM observation WHERE {where} ORDER BY rowid")]
        return self.random.choice(ids) if ids else None

    def record(self) -> None:
        observations.insert(self.db, self.one(), actor=self.user.id)

    def amend(self) -> None:
        chosen = self.some("status = 'active' AND coarsened_at IS NULL")
        before = observations.get(self.db, chosen) if chosen else None
        if before:
            other = self.one()
            link = None if other.repeat_of == before.id else other.repeat_of
            changed = replace(other, id=before.id, repeat_of=link, version=before.version + 1)
            observations.replace_content(self.db, changed, actor=self.user.id, at=NOW)

    def undo(self) -> None:
        chosen = self.some("status = 'active' AND coarsened_at IS NULL")
        before = observations.get(self.db, chosen) if chosen else None
        if before:
            gone = replace(before, status="withdrawn", version=before.version + 1)
            observations.replace_content(self.db, gone, actor=self.user.id, at=NOW)

    def load(self) -> None:
        """Many at once, and now and then everything is called off at the end."""
        rows = [bulk.ready(self.one()) for _number in range(self.random.randrange(1, 6))]
        called_off = self.random.random() < 0.3
        try:
            with writing(self.db):
                bulk.insert_within(self.db, rows, actor=self.user.id, at=NOW)
                if called_off:
                    raise _Killed
        except _Killed:
            pass

    def age(self) -> None:
        if chosen := self.some("status = 'active' AND coarsened_at IS NULL"):
            _coarsen(self.db, chosen, self.services)

    def remove(self) -> None:
        if chosen := self.some("1"):
            _remove(self.db, chosen)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 40))
def test_after_any_series_of_writes_situations_and_counts_are_what_a_new_count_would_find(
    db: Database, user: User, services: Services, seed: int, steps: int
) -> None:
    db.execute("DELETE FROM observation")
    _Series(db, user, services, Random(seed)).go(steps)
    _require_heads_as_counted_anew(db)
    _require_every_other_follows_a_head(db)
    for name in ROLLUPS:
        rows = sorted(db.conn.execute(f"SELECT * FROM {name}").fetchall())
        assert rows == sorted(db.conn.execute(counted(name)).fetchall()), name


def _require_heads_as_counted_anew(db: Database) -> None:
    sql = (
        "SELECT id, category, lat, lon, unixepoch(observed_at), repeat_of FROM observation "
        "WHERE status = 'active' AND coarsened_at IS NULL"
    )
    seen = [Sighting(*row) for row in db.conn.execute(sql)]
    now = stored(db)
    assert {one.id: now[one.id] or one.id for one in seen} == heads_of(seen)


def _require_every_other_follows_a_head(db: Database) -> None:
    """No row follows one that is gone or follows another; none that is coarse leads one that is not."""
    sql = (
        "SELECT count(*) FROM observation AS one LEFT JOIN observation AS head ON head.id = one.situation "
        "WHERE one.situation IS NOT NULL AND NOT coalesce(one.status = 'active' AND head.status = 'active' "
        "AND head.situation IS NULL AND (head.coarsened_at IS NULL OR one.coarsened_at IS NOT NULL), 0)"
    )
    assert db.conn.execute(sql).fetchone()[0] == 0


def test_the_rule_is_the_one_that_is_explained() -> None:
    """«Flere registreringer af det samme inden for 50 m og 2 timer tæller som én situation», and «Er det den samme?»"""
    assert (MERGE.within_m, MERGE.within, MERGE.linked_within) == (50, timedelta(hours=2), timedelta(hours=12))
