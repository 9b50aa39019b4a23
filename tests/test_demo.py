"""The demonstration database: fictional, the same for the same seed, and a story whose truth the app tells again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from making import CATALOGUE, NOW, a_database, a_user, some_services
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, Observation, ObservationFilter, Role
from fieldapp.model.follow_ups import State, replayed
from fieldapp.privacy import check
from fieldapp.settings import ROOT
from fieldapp.store import accounts, audit, follow_ups, meta
from fieldapp.store import observations as rows
from fieldapp.usecases import alerts, passwords
from fieldapp.usecases.demo import OBSERVATIONS, Demo, fill_demo
from fieldapp.usecases.demo_follow_ups import JOBS
from fieldapp.usecases.demo_presence import HAPPENINGS
from fieldapp.usecases.demo_process import spot
from fieldapp.usecases.demo_story import STORY, planted
from fieldapp.usecases.demo_texts import NOTES, PATTERNS
from fieldapp.usecases.hotspots import Found, detect, last_year, squares
from fieldapp.usecases.overview_periods import period_of

SERVICES = some_services()
TODAY = NOW.astimezone(COPENHAGEN).date()


def a_demo(folder: Path, count: int, **more: int) -> tuple[Database, Demo]:
    folder.mkdir(exist_ok=True)
    db = a_database(folder)
    return db, fill_demo(db=db, services=SERVICES, now=NOW, observations=count, **more)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demonstration as `make demo` fills it; only read."""
    filled, _ = a_demo(tmp_path_factory.mktemp("demo"), OBSERVATIONS)
    yield filled
    filled.close()


@pytest.fixture(scope="module")
def seen(db: Database) -> list[Observation]:
    return everything(db)


@pytest.fixture(scope="module")
def found(db: Database) -> tuple[Found, ...]:
    """What the app itself says stands out."""
    return detect(db=db, services=SERVICES, now=NOW)


def everything(db: Database) -> list[Observation]:
    """But for what was found on walks."""
    return [one for one in rows.find(db, ObservationFilter()) if one.origin != "walk"]


def square_of(key: str, size_m: int = 250) -> tuple[int, int]:
    at = spot(planted(key), SERVICES)
    assert at is not None
    return int(at[1] // size_m), int(at[0] // size_m)


def test_it_fills_two_years_of_every_category_and_marks_the_database(db: Database, seen: list[Observation]) -> None:
    assert (len(seen), meta.is_fictional(db)) == (OBSERVATIONS, True)
    assert {one.category for one in seen} == {category.key for category in CATALOGUE}
    assert (max(one.observed_at for one in seen) - min(one.observed_at for one in seen)).days > 700
    assert all(one.observed_at <= one.recorded_at <= NOW for one in seen)
    assert sum(one.district is not None for one in seen) > 5500
    assert {one.origin for one in seen} == {"demo"}
    written = audit.verify(db)
    assert written[0] > 11_000 and written[1] is None


def test_mopeds_are_a_matter_of_summer_evenings(seen: list[Observation]) -> None:
    mopeds = [one.observed_at.astimezone(COPENHAGEN) for one in seen if one.category == "moped"]
    months = Counter(moment.month for moment in mopeds)
    assert sum(months[month] for month in (5, 6, 7, 8)) > 4 * sum(months[month] for month in (11, 12, 1, 2))
    assert sum(moment.hour >= 17 or moment.hour == 0 for moment in mopeds) > 0.7 * len(mopeds)


def test_staff_report_what_their_role_may_see_while_they_are_there(db: Database, seen: list[Observation]) -> None:
    housing = {row["id"] for row in db.query("SELECT id FROM user WHERE role = 'housing'")}
    assert len(housing) == 3
    assert {one.kind for one in seen if one.reporter in housing} == {Kind.PLACE, Kind.GOOD}
    present = (
        "SELECT count(*) FROM observation o WHERE repeat_of IS NULL AND EXISTS (SELECT 1 FROM presence p WHERE "
        "p.worker = o.reporter AND o.observed_at BETWEEN p.started_at AND p.ended_at "
        "AND p.started_at > date(o.observed_at, '-1 day'))"
    )
    assert db.conn.execute(present).fetchone()[0] > 0.9 * OBSERVATIONS


def test_presence_is_over_uneven_and_of_one_place_at_a_time(db: Database) -> None:
    entries, still, early = db.conn.execute(
        "SELECT count(*), sum(ended_at IS NULL OR ended_at > ?), sum(ended_at <= started_at) FROM presence",
        [NOW.strftime("%Y-%m-%dT%H:%M:%SZ")],
    ).fetchone()
    assert entries > 4500 and (still, early) == (0, 0)
    twice = (
        "SELECT count(*) FROM presence a JOIN presence b ON a.worker = b.worker AND a.id < b.id "
        "AND a.started_at < b.ended_at AND b.started_at < a.ended_at AND b.started_at > date(a.started_at, '-1 day')"
    )
    assert db.conn.execute(twice).fetchone()[0] == 0
    by_square = [n for (n,) in db.conn.execute("SELECT sum(seconds) FROM presence_cell GROUP BY cell_n, cell_e")]
    busiest = sorted(by_square, reverse=True)[: len(by_square) // 10]
    assert sum(busiest) > 0.4 * sum(by_square)


def test_what_was_planted_is_what_the_app_finds(found: tuple[Found, ...]) -> None:
    covered = {(one.category, square) for one in found for square in one.squares}
    for key in ("moped_path", "behind_the_shops", "new_group"):
        for category in planted(key).categories:
            assert (category, square_of(key)) in covered, (key, category)
    assert {one.size_m for one in found} == {250}


def test_the_station_has_most_observations_and_does_not_stand_out(db: Database, found: tuple[Found, ...]) -> None:
    station = square_of("busy_station")
    since = last_year(TODAY).first
    counted = {
        (north, east): count
        for north, east, count in db.conn.execute(
            "SELECT north, east, sum(situations) FROM cell_month_250 WHERE kind != 'good' AND month >= ? GROUP BY 1, 2",
            [since],
        )
    }
    assert max(counted, key=lambda cell: counted[cell]) == station
    assert station not in {square for one in found for square in one.squares}


def test_the_area_nobody_visits_says_so_and_what_came_and_went_is_told(db: Database) -> None:
    coordinator = accounts.find(db, "Demo Koordinator")
    assert coordinator is not None
    shown = squares(
        district=None,
        period=period_of("12mdr", today=TODAY),
        categories=frozenset(),
        reader=coordinator[0],
        db=db,
        services=SERVICES,
        now=NOW,
    )
    at = {(one.north, one.east): one for one in shown.squares}
    unvisited = at[square_of("unvisited")]
    assert (unvisited.visited, unvisited.rate, unvisited.stands_out) == (False, None, False)
    told = {(place.category, place.lifecycle) for place in shown.places}
    assert {("group", "new"), ("litter", "lasting"), ("graffiti", "fading")} <= told


def test_the_alerts_of_the_story_come(db: Database, tmp_path: Path) -> None:
    copy = Database(tmp_path / "copy.sqlite3")
    db.conn.backup(copy.conn)
    alerts.refresh(db=copy, now=NOW)
    worker = accounts.find(copy, "Demo Gadeplan")
    assert worker is not None
    made = alerts.alerts(reader=worker[0], db=copy, services=SERVICES, now=NOW)
    told = {(one.sort, one.place or one.district) for one in made}
    assert {("parties", "Skyttestien"), ("burglary", "Vildtbanegård"), ("week", "strandgaard")} <= told


def test_two_who_go_together_tell_of_one_situation(db: Database, seen: list[Observation]) -> None:
    situations = db.conn.execute("SELECT sum(situations) FROM count_week").fetchone()[0]
    assert 0.8 * len(seen) < situations < 0.95 * len(seen)
    again = [one for one in seen if one.repeat_of]
    first = {one.id: one for one in seen}
    assert len(again) > 100
    assert all(one.reporter != first[one.repeat_of or ""].reporter for one in again)


def test_events_have_the_presence_that_was_given_to_them(db: Database) -> None:
    given = db.conn.execute(
        "SELECT title, count(presence.id) FROM event LEFT JOIN presence ON event = event.id GROUP BY title"
    ).fetchall()
    assert dict(given) == {"Sidste skoledag": 4, "Åben aften i Byhaven": 4, "Julemarked på torvet": 0}


def test_there_is_a_believable_task_in_every_state(db: Database) -> None:
    tasks = {one.title: one for one in follow_ups.find(db, follow_ups.Wanted())}
    made = [tasks[job.title] for job in JOBS]
    assert len(made) >= 12 and {one.state for one in made} == set(State) and {one.kind for one in made} == set(Kind)
    assert {one.source for one in made} == {"hand", "observation"} and all(one.place and one.district for one in made)
    assert any(one.reopened for one in made) and 0 < sum(one.overdue(TODAY) > 0 for one in made) < len(made) / 2
    for one in made:
        events = follow_ups.events(db, one.id)
        assert replayed(events) is one.state
        assert [event.at for event in events] == sorted(event.at for event in events) and events[-1].at <= NOW


def test_the_same_seed_makes_the_same_and_another_seed_another(tmp_path: Path) -> None:
    made = [a_demo(tmp_path / name, 20, seed=seed)[0] for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    first, again, other = (everything(db) for db in made)
    assert first == again and len(first) == 20
    assert {one.id for one in first}.isdisjoint(one.id for one in other)
    present = [db.conn.execute("SELECT * FROM presence_share ORDER BY 1, 2, 3, 4, 5, 7").fetchall() for db in made]
    assert present[0] == present[1] != present[2]


def test_nothing_can_be_asked_for_too(tmp_path: Path) -> None:
    db, demo = a_demo(tmp_path, 0)
    assert (demo.added, everything(db), len(demo.sign_ins)) == (0, [], 5)


def test_no_text_holds_personal_data_and_every_category_and_place_exists() -> None:
    assert {key for key in NOTES if key not in CATALOGUE} == set()
    assert {pattern.category for pattern in PATTERNS} == {category.key for category in CATALOGUE}
    texts = [note for notes in NOTES.values() for note in notes]
    texts += [text for one in HAPPENINGS for text in (one.title, one.plan)]
    assert [text for text in texts if not check(text).ok] == []
    assert {one.place for one in STORY if SERVICES.gazetteer.by_id(one.place) is None} == set()


def test_the_facit_tells_of_everything_that_is_planted() -> None:
    facit = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    assert [one.key for one in STORY if one.truth not in facit or one.says not in facit] == []


def test_there_is_one_sign_in_for_each_role_that_works(tmp_path: Path) -> None:
    db, demo = a_demo(tmp_path, 10)
    assert {sign_in.role for sign_in in demo.sign_ins} == set(Role)
    for sign_in in demo.sign_ins:
        found = accounts.find(db, sign_in.name)
        assert found is not None and found[0].role is sign_in.role and found[0].active
        assert passwords.matches(found[1], sign_in.password)
    ssp = accounts.find(db, "Demo SSP")
    assert ssp is not None and ssp[0].districts == {"strandgaard"}
    colleague = accounts.find(db, "Demo Gadeplan 5")
    assert colleague is not None and colleague[1] is None


def test_filling_again_changes_nothing_and_still_tells_how_to_sign_in(tmp_path: Path) -> None:
    db, demo = a_demo(tmp_path, 20)
    later = NOW + timedelta(days=1)
    again = fill_demo(db=db, services=SERVICES, now=later, observations=20)
    assert (again.added, again.sign_ins, len(everything(db))) == (0, demo.sign_ins, 20)


def test_a_database_with_real_users_is_refused_and_left_alone(tmp_path: Path) -> None:
    db = a_database(tmp_path)
    a_user(db)
    with pytest.raises(Problem) as problem:
        fill_demo(db=db, services=SERVICES, now=NOW)
    assert problem.value.code == "not_demo"
    assert not meta.is_fictional(db) and everything(db) == []
