"""Walks and follow-ups beside the observations: on «Kort», in «Overblik», and the walk that is on now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from making import NOW, a_database, a_user, some_services
from sqlite_utils import Database
from walking import EVENING, a_guest, a_running_walk, a_walk, add

from fieldapp.errors import Problem
from fieldapp.model import ObservationFilter, Role, User, uuid7
from fieldapp.model.follow_ups import Step
from fieldapp.usecases import browse, follow_ups, gate_counts, walks_run
from fieldapp.usecases.basemap import touches
from fieldapp.usecases.overview import overview
from fieldapp.usecases.overview_periods import period_of
from fieldapp.usecases.overview_tasks import Tasks, tasks, together
from fieldapp.usecases.walks_map import found_on, mark, payload, surroundings, walk_now, walks_shown

SERVICES = some_services()
EVERYTHING = ObservationFilter()
VEJLEBRO, VIBEHOLM = (55.6085, 12.3615), (55.6147, 12.3340)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = a_database(tmp_path)
    yield database
    database.conn.close()


@pytest.fixture
def leader(db: Database) -> User:
    return a_user(db, Role.HOUSING)


def titles(db: Database, reader: User, wanted: ObservationFilter = EVERYTHING) -> list[tuple[int, str]]:
    return [(one.number, one.walk.title) for one in walks_shown(wanted, reader=reader, db=db)]


def test_the_map_shows_the_walks_of_the_period_and_the_districts_that_the_reader_may_see(
    db: Database, leader: User
) -> None:
    chief = a_user(db, Role.COORDINATOR)
    for number, at in enumerate((VEJLEBRO, VIBEHOLM, VIBEHOLM)):
        plan = {"title": f"Tur {number}", "meeting_lat": at[0], "meeting_lon": at[1]}
        a_walk(db, leader, id=uuid7(NOW), starts_at=(EVENING - timedelta(days=30 * number)).isoformat(), **plan)
    gone = a_walk(db, leader, id=uuid7(NOW), title="Aflyst tur")
    walks_run.take_step(gone.id, "cancel", user=leader, db=db, now=NOW)
    assert titles(db, chief) == [(1, "Tur 0"), (2, "Tur 1"), (3, "Tur 2")]
    recent = ObservationFilter(since=date(2026, 10, 1), until=date(2026, 11, 1))
    assert titles(db, chief, recent) == [(1, "Tur 1")]
    assert titles(db, chief, ObservationFilter(districts=frozenset({"vejlebro"}))) == [(1, "Tur 0")]
    assert titles(db, a_user(db, Role.SSP, "vibeholm")) == [(1, "Tur 1"), (2, "Tur 2")]
    assert titles(db, a_user(db, Role.ADMIN)) == []
    assert titles(db, chief, ObservationFilter(reporter=chief.id)) == []


def test_the_map_is_told_numbers_and_shapes_and_no_word(db: Database, leader: User) -> None:
    area = [[12.35, 55.61], [12.36, 55.61], [12.36, 55.62], [12.35, 55.61]]
    a_walk(db, leader, title="{{7*7}} <b>", area=area)
    found = walks_shown(EVERYTHING, reader=leader, db=db)
    assert payload(found) == {
        "walks": [
            {
                "n": 1,
                "planned": True,
                "line": [[5561330, 1235800], [5561400, 1236000], [5561500, 1236200]],
                "area": [[5561000, 1235000], [5561000, 1236000], [5562000, 1236000], [5561000, 1235000]],
                "at": [5561400, 1236000],
            }
        ]
    }
    assert (mark(found), mark(())) == ("w1v1", "")


def test_a_finding_counts_on_the_map_and_in_the_overview_as_any_observation_and_tells_where_it_is_from(
    db: Database, leader: User
) -> None:
    walk = a_running_walk(db, leader)
    found = add(db, a_guest(db, walk))
    chief, elsewhere = a_user(db, Role.COORDINATOR), a_user(db, Role.SSP, "vibeholm")
    assert [point.id for point in browse.page(EVERYTHING, reader=chief, db=db).points] == [found.id]
    shown = overview(
        district=None, period=period_of("4uger", today=NOW.date()), reader=chief, db=db, services=SERVICES, now=NOW
    )
    assert [(row.key, row.counts[0]) for row in shown.categories] == [("lighting", 1)]
    assert walks_shown(EVERYTHING, reader=chief, db=db)[0].findings == 1
    told, hidden = (found_on(found.id, reader=reader, db=db) for reader in (chief, elsewhere))
    assert told is not None and told.walk is not None and (told.number, told.walk.id) == (1, walk.id)
    assert hidden is not None and (hidden.number, hidden.walk) == (1, None)
    assert found_on(uuid7(NOW), reader=chief, db=db) is None


def test_the_walk_now_is_ones_own_before_others_and_what_runs_before_what_is_planned(
    db: Database, leader: User
) -> None:
    other = a_user(db, Role.COORDINATOR)
    soon = a_walk(db, other, id=uuid7(NOW), title="Snart", starts_at=(NOW + timedelta(minutes=30)).isoformat())
    tomorrow = NOW + timedelta(days=1)
    a_walk(db, leader, id=uuid7(NOW), title="I morgen", starts_at=tomorrow.isoformat())
    for reader in (leader, other, a_user(db, Role.WORKER)):
        assert walk_now(user=reader, db=db, now=NOW) == soon
    running = a_running_walk(db, other, id=uuid7(NOW), title="I gang")
    assert walk_now(user=leader, db=db, now=NOW) == running
    own = a_walk(db, leader, id=uuid7(NOW), title="Min", starts_at=(NOW + timedelta(minutes=60)).isoformat())
    assert walk_now(user=leader, db=db, now=NOW) == own
    assert walk_now(user=a_user(db, Role.SSP, "vibeholm"), db=db, now=NOW) is None
    past_midnight = walk_now(user=other, db=db, now=NOW + timedelta(hours=3))
    assert past_midnight == running, "it is still on"


def test_a_guests_map_reaches_500_m_round_the_walk(db: Database, leader: User) -> None:
    box = surroundings(a_walk(db, leader))
    assert box == pytest.approx((12.350, 55.6088, 12.370, 55.6195), abs=0.001)
    assert touches(box, 15, 17508, 10266), "the station's"
    assert not touches(box, 15, 17507, 10266) and not touches(box, 15, 17508, 10268)


def test_follow_ups_are_counted_for_each_district_as_their_reader_sees_them(db: Database) -> None:
    chief, now = a_user(db, Role.COORDINATOR), NOW - timedelta(days=10)
    own = {"user": chief, "db": db, "services": SERVICES, "now": now}
    made = [
        follow_ups.make(
            {"id": uuid7(now), "title": "Skift lampen", "kind": kind, "source": "hand", "responsible": "park_vej"}
            | {"lat": at[0], "lon": at[1], "deadline": (now + timedelta(days=days)).date().isoformat()},
            **own,
        )
        for at, kind, days in ((VEJLEBRO, "place", 1), (VEJLEBRO, "place", 30), (VIBEHOLM, "people", 1))
    ]
    follow_ups.step(made[1].id, Step.REPORT, version=1, user=chief, db=db, now=now)
    assert tasks(None, reader=chief, db=db, now=NOW) == {"vejlebro": Tasks(2, 1, 1), "vibeholm": Tasks(1, 1, 0)}
    assert together(tasks(None, reader=chief, db=db, now=NOW)) == Tasks(3, 2, 1)
    assert tasks("vibeholm", reader=chief, db=db, now=NOW) == {"vibeholm": Tasks(1, 1, 0)}
    assert tasks(None, reader=a_user(db, Role.HOUSING), db=db, now=NOW) == {"vejlebro": Tasks(2, 1, 1)}
    assert tasks(None, reader=a_user(db, Role.SSP, "gildbro"), db=db, now=NOW) == {}


def test_what_guests_write_is_counted_by_the_gate_as_walk(db: Database, leader: User) -> None:
    guest = a_guest(db, a_running_walk(db, leader))
    for changes in ({"note": "Ring til 12345678"}, {"proposal": "Spørg Peter Hansen"}):
        with pytest.raises(Problem):
            add(db, guest, id=uuid7(NOW), **changes)
    text = "Bo kender stedet"
    with pytest.raises(Problem) as asked:
        add(db, guest, id=uuid7(NOW), proposal=text)
    places = [[one["start"], one["end"]] for one in asked.value.details["findings"]]
    add(db, guest, id=uuid7(NOW), proposal=text, not_persons_proposal=places)
    counted = gate_counts.counts(reader=a_user(db, Role.COORDINATOR), db=db)
    assert {one.origin for one in counted} == {"walk"}
    assert {one.outcome for one in counted} == {"stopped", "passed"}
