"""Rollups: what they answer is what the rows answer, for every reader, filter and period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import CATALOGUE, NOW, a_database, a_user
from sqlite_utils import Database

from fieldapp.model import Grant, Kind, Observation, ObservationFilter, User, uuid7
from fieldapp.privacy.releasing import point_grants
from fieldapp.store import bulk, observations, summaries
from fieldapp.store.connection import writing
from fieldapp.store.rollups import UNITS, Unit

DISTRICTS = ("strandgaard", "vejlebro", None)
CATEGORIES = ("moped", "drugs", "litter", "graffiti", "good")
FIRST, DAYS = date(2025, 11, 20), 365
QUERIES = {
    summaries.by_category: lambda row: row["category"],
    summaries.by_district: lambda row: row["district"],
    summaries.by_day: lambda row: date.fromisoformat(row["local_date"]),
    summaries.by_block: lambda row: None if row["coarsened_at"] else (row["weekday"], row["hour"] // 3 * 3),
    summaries.by_place: lambda row: row["place"] or None,
}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = a_database(tmp_path_factory.mktemp("rollups"))
    yield database
    database.conn.close()


@pytest.fixture(scope="module")
def readers(db: Database) -> list[User]:
    """One of each role and scope; the rows are spread over them, some of the rows past their lifetime."""
    asked = [("coordinator",), ("worker",), ("worker", "strandgaard"), ("housing",), ("housing", "vejlebro"),
             ("ssp", "strandgaard"), ("admin",)]  # fmt: skip
    found = [a_user(db, role, *own) for role, *own in asked]
    random = Random(3)
    rows = [bulk.ready(_made_up(random, random.choice(found))) for _number in range(500)]
    with writing(db):
        bulk.insert_within(db, rows, actor="system", at=NOW)
        db.execute("UPDATE observation SET coarsened_at = ? WHERE rowid % 9 = 0", ["2026-11-20T00:00:00Z"])
    return found


def _made_up(random: Random, reporter: User) -> Observation:
    category = random.choice(CATEGORIES)
    minutes = random.randrange(60) * (DAYS * 24) + random.randrange(6) * 20  # so that some are one situation
    seen_at = datetime(2025, 11, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    return Observation(
        uuid7(seen_at, random.randbytes), category, 55.61 + random.randrange(3) * 0.0002, 12.35, seen_at,
        kind=CATALOGUE[category].kind, place=random.choice(("Torvet", "Arken", None)),
        district=random.choice(DISTRICTS),
        cell=(123_000, 14_000), recorded_at=seen_at, reporter=reporter.id, origin="import",
    )  # fmt: skip


@pytest.fixture(scope="module")
def rows(db: Database, readers: list[User]) -> list[tuple[dict[str, Any], Observation]]:
    """All of them, as stored and as values; a tenth and more of them joined another."""
    found = [(row, observations.from_row(row)) for row in db.query("SELECT * FROM observation")]
    assert len(found) == 500 and sum(row["situation"] is not None for row, _ in found) > 50 and readers
    return found


def _by_rows(
    rows: list[tuple[dict[str, Any], Observation]], wanted: ObservationFilter, name: Any, unit: Unit
) -> dict[Any, int]:
    """The same figures from every single row; of one's own beyond what one sees, each counts for itself."""
    counts: Counter[Any] = Counter()
    for row, seen in rows:
        day = date.fromisoformat(row["local_date"])
        fits = (
            (not wanted.categories or row["category"] in wanted.categories)
            and (not wanted.districts or row["district"] in wanted.districts)
            and (not wanted.kinds or seen.kind in wanted.kinds)
            and (wanted.since is None or wanted.since <= day)
            and (wanted.until is None or day <= wanted.until)
        )
        granted = wanted.granted if wanted.granted is not None else (Grant(),)
        shared = any(grant.holds(seen) for grant in granted if grant.reporter is None)
        own = any(grant.holds(seen) for grant in granted)
        if fits and own and (unit == "rows" or not shared or row["situation"] is None):
            counts[name(row)] += 1
    return dict(counts)


days = st.integers(-10, DAYS + 10).map(lambda number: FIRST + timedelta(days=number))
filters = st.builds(
    ObservationFilter,
    since=st.none() | days,
    until=st.none() | days,
    categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
    districts=st.frozensets(st.sampled_from(("strandgaard", "vejlebro")), max_size=1),
    kinds=st.frozensets(st.sampled_from(list(Kind)), max_size=1),
)


@settings(max_examples=25, deadline=None)
@given(wanted=filters, which=st.integers(0, 7), unit=st.sampled_from(UNITS))
def test_figures_are_those_of_the_rows_for_every_reader(
    db: Database,
    readers: list[User],
    rows: list[tuple[dict[str, Any], Observation]],
    wanted: ObservationFilter,
    which: int,
    unit: Unit,
) -> None:
    asked = wanted if which == 7 else wanted.only(granted=point_grants(readers[which]))
    for query, name in QUERIES.items():
        expected = _by_rows(rows, asked, name, unit)
        unnamed = query in (summaries.by_block, summaries.by_place)
        assert query(db, asked, unit) == {key: n for key, n in expected.items() if not (unnamed and key is None)}
    of_days = _by_rows(rows, asked, QUERIES[summaries.by_day], "rows")
    total = sum(of_days.values())
    assert [observations.count(db, asked, at_most=most) for most in (-1, 0, 20, 10_000)] == [
        total,
        0,
        min(total, 20),
        total,
    ]
    assert summaries.first_day(db, asked) == min(of_days, default=None)


def test_a_week_is_whole_whatever_day_is_asked_for(db: Database, readers: list[User]) -> None:
    asked = ObservationFilter(since=date(2026, 1, 1), until=date(2026, 1, 6))
    expected = db.execute("SELECT count(*) FROM observation WHERE iso_week IN ('2026-W01', '2026-W02')").fetchone()[0]
    found = summaries.by_week(db, asked)
    assert (set(found), sum(found.values())) == ({date(2025, 12, 29), date(2026, 1, 5)}, expected)
    assert readers


def test_the_rows_themselves_are_not_read_for_what_the_rollups_tell(db: Database, readers: list[User]) -> None:
    """Nothing of `observation` is looked at for a coordinator, nor for an SSP reader."""
    for reader in (readers[0], readers[5]):
        seen: list[str] = []
        db.conn.set_trace_callback(seen.append)
        for query in QUERIES:
            query(db, ObservationFilter(granted=point_grants(reader)), "situations")
        db.conn.set_trace_callback(None)
        assert len(seen) >= len(QUERIES)
        assert not [sql for sql in seen if "FROM observation" in sql]
