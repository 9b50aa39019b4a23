"""Day, evening and night: read by part, judged by their own hours, and read again only where something changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from making import a_database, a_user
from planting import Cell, days_before, present, put_all, seen
from sqlite_utils import Database
from towns import BUSY, HOT, SERVICES, TODAY, Town, a_town, all_squares, at

from fieldapp import hotspots
from fieldapp.model import Observation, User
from fieldapp.store import squares as store
from fieldapp.store.connection import writing
from fieldapp.usecases.hotspots import last_year
from fieldapp.usecases.hotspots.analysis import analysed, counted_in
from fieldapp.usecases.hotspots.grid import grid_of
from fieldapp.usecases.hotspots.months import Months
from fieldapp.usecases.hotspots.reading import read, read_in
from fieldapp.usecases.hotspots.words import explained


def test_situations_are_read_by_part_of_the_day_and_square_and_only_inside_the_frame(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    days, layer = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)], [("people", "moped")]
    put_all(town.db, seen((24_660, 2_820), "moped", days, town.workers))
    put_all(town.db, at_hour(20, seen((24_660, 2_820), "moped", days[:2], town.workers)))
    put_all(town.db, at_hour(2, seen((24_660, 2_820), "moped", days[:1], town.workers)))
    put_all(town.db, seen((24_900, 2_820), "moped", [TODAY], town.workers))
    for size, north, east in ((100, 61_650, 7_050), (250, 24_660, 2_820), (500, 12_330, 1_410)):
        frame = store.Frame(size, north, east, 3, 3)
        counts = store.layered(town.db, frame, layer, "2026-10", "2026-11")
        assert counts.sum(axis=(0, 2, 3)).tolist() == [3, 2, 1, 0], size
        november = store.layered(town.db, frame, layer, "2026-11", "2026-11")
        assert november.sum(axis=(0, 2, 3)).tolist() == [2, 1, 0, 0], size
    other = store.layered(town.db, frame, layer, "2026-10", "2026-11", districts={"vejlebro"})
    assert int(other.sum()) == 0
    town.db.execute("UPDATE observation SET coarsened_at = ? WHERE hour < 6", ["2026-11-20T00:00:00Z"])
    coarse = store.layered(town.db, frame, layer, "2026-10", "2026-11")
    assert coarse.sum(axis=(0, 2, 3)).tolist() == [3, 2, 0, 1]


def test_a_month_is_read_again_only_when_something_in_it_has_changed(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    put_all(town.db, seen(HOT, "moped", [date(2026, 10, 3), date(2026, 11, 2)], town.workers))
    grid = grid_of(SERVICES, TODAY, 250)
    assert grid
    autumn = Months("2026-09", "2026-11")
    before, marks = read(grid, autumn, town.db), store.marks(town.db, "2026-09", "2026-11")
    put_all(town.db, seen(BUSY, "moped", [date(2026, 10, 9)], town.workers))
    after = read(grid, autumn, town.db)
    assert [old is new for old, new in zip(before.months, after.months, strict=True)] == [True, False, True]
    changed = store.marks(town.db, "2026-09", "2026-11")
    assert [old == new for old, new in zip(marks, changed, strict=True)] == [True, False, True]
    assert (before.counts[0, 0].sum(), after.counts[0, 0].sum()) == (2, 3)
    for change in (
        "UPDATE observation SET cell_n = cell_n + 50 WHERE local_date = '2026-11-02'",
        "UPDATE observation SET hour = 21 WHERE local_date = '2026-10-03'",
        "UPDATE observation SET category = 'group' WHERE local_date = '2026-10-03'",
        "UPDATE observation SET coarsened_at = '2026-11-20T00:00:00Z' WHERE local_date = '2026-10-09'",
        "UPDATE observation SET situation = (SELECT min(id) FROM observation) WHERE local_date = '2026-11-02'",
        "UPDATE observation SET status = 'withdrawn' WHERE local_date = '2026-10-09'",
        "DELETE FROM observation WHERE local_date = '2026-11-02'",
    ):
        town.db.execute(change)
        kept = read(grid, autumn, town.db)
        anew = read_in(grid, kept.layers, autumn, frozenset({"strandgaard"}), town.db)
        assert (kept.counts == anew[: len(kept.counts)]).all() and kept.counts.sum() == anew.sum(), change


# Parts of the day


def at_hour(hour: int, made: list[Observation]) -> list[Observation]:
    """The same at another UTC hour, the next day's recording."""
    return [
        replace(one, observed_at=one.observed_at.replace(hour=hour), recorded_at=one.recorded_at + timedelta(days=1))
        for one in made
    ]


def present_in(db: Database, worker: User, hours: dict[Cell, float], block: int) -> None:
    """Hours in another three of the day's hours than `present` has."""
    present(db, worker, hours, date(2026, 6, 1))
    newest = "presence = (SELECT id FROM presence ORDER BY rowid DESC LIMIT 1) AND block = 4"
    with writing(db):
        db.execute(
            "INSERT INTO presence_share SELECT presence, district, cell_n, cell_e, local_date, iso_week, ?, seconds "
            f"FROM presence_share WHERE {newest}",
            [block],
        )
        db.execute(f"DELETE FROM presence_share WHERE {newest}")


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Ten hours of day and two of night in every square, and in the southern ones twenty of evening.

    In those are six mopeds, all in the evening; in HOT twenty by night, in BUSY too, where nobody is by night.
    """
    db = a_database(tmp_path_factory.mktemp("evenings"))
    town = Town(db, (a_user(db), a_user(db)))
    cells = [cell for cell, _ in all_squares()]
    made = []
    for cell in cells:
        made += seen(cell, "litter", days_before(TODAY, 2, step=90), town.workers)
    for cell in cells[:150]:
        made += at_hour(19, seen(cell, "moped", days_before(TODAY, 6, step=40), town.workers))
    for cell in (HOT, BUSY):
        made += at_hour(2, seen(cell, "moped", days_before(TODAY, 20, step=9), town.workers))
    put_all(db, made)
    present(db, town.workers[0], dict.fromkeys(cells, 10.0), date(2026, 6, 1))
    present_in(db, town.workers[0], dict.fromkeys(cells[:150], 20.0), 7)
    present_in(db, town.workers[0], {cell: 2.0 for cell in cells if cell != BUSY}, 0)
    yield town
    db.conn.close()


def test_each_part_of_the_day_is_judged_by_its_own_hours(evenings: Town) -> None:
    """By all hours together most squares with evenings would hold more mopeds than their share."""
    shown = evenings.shown(a_user(evenings.db, "coordinator"), categories=frozenset({"moped"}))
    assert (shown.parts, shown.known, shown.size_m) == (3, True, 250)
    told = [(place.near, place.situations, place.hours) for place in shown.places]
    assert told == [("Centerstien", 26, 32.0)]
    grid = grid_of(SERVICES, TODAY, 250)
    assert grid
    found = read(grid, last_year(TODAY), evenings.db)
    mopeds = found.counts[:, [layer.category for layer in found.layers].index("moped")].sum(axis=0)
    together = hotspots.window_test(mopeds, found.hours.sum(axis=0), grid.inside)
    assert (together.q <= 0.05).sum() > 100
    assert any(line.startswith("Dag, aften og nat hver for sig") for line in explained(shown))
    busy = at(shown, BUSY)
    assert (busy.stands_out, busy.situations, busy.rate) == (False, 20, None)


def test_who_was_there_at_other_times_is_nobody_behind_a_finding(tmp_path: Path) -> None:
    """One reporter in the night's hours that were judged; by day others, but HOT has no hours of the day."""
    town = a_town(tmp_path)
    cells = [cell for cell, _ in all_squares()]
    made = [one for cell in cells[::4] for one in seen(cell, "moped", days_before(TODAY, 2, step=90), town.workers)]
    made += at_hour(19, [one for cell in cells[::8] for one in seen(cell, "moped", [TODAY], town.workers)])
    made += at_hour(2, seen(HOT, "moped", days_before(TODAY, 20, step=9), town.workers[:1]))
    made += seen(HOT, "moped", days_before(TODAY, 9, step=9), town.workers[1:])
    put_all(town.db, [replace(one, origin="form") for one in made])
    wide = {near for near in cells if abs(near[0] - HOT[0]) < 8 and abs(near[1] - HOT[1]) < 8}
    present(town.db, town.workers[0], dict.fromkeys(set(cells) - wide, 10.0), date(2026, 6, 1))
    for block in (0, 7):
        present_in(town.db, town.workers[0], dict.fromkeys(cells, 10.0), block)

    def found() -> list[str | None]:
        shown = town.shown(a_user(town.db, "coordinator"), categories=frozenset({"moped"}))
        assert shown.parts == 3
        return [place.near for place in shown.places]

    assert found() == []
    put_all(town.db, at_hour(2, seen(HOT, "moped", days_before(date(2026, 11, 1), 1), town.workers[1:])))
    assert len(found()) == 1


def test_a_reader_of_some_districts_is_told_of_their_rows_in_the_parts_that_were_judged(evenings: Town) -> None:
    analysis = analysed(last_year(TODAY), today=TODAY, db=evenings.db, services=SERVICES)
    assert analysis and analysis.parts == 3
    counts, judged = counted_in(analysis, frozenset({"strandgaard"}), db=evenings.db)  # where all of them are
    assert (counts == analysis.counts).all() and (judged == analysis.judged).all()
    assert counts.sum() - judged.sum() == 2 * 20 and judged.sum() == pytest.approx(analysis.expected.sum())
    assert not np.any(counted_in(analysis, frozenset({"vejlebro"}), db=evenings.db))
