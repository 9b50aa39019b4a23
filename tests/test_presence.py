"""Presence: what is shared out where, what the sums say after anything that can happen, and who may see whose hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import NOW, STATION, a_database, a_user, an_observation, some_services
from sqlite_utils import Database

from fieldapp import geo
from fieldapp.errors import Problem
from fieldapp.model import Role, User, uuid7
from fieldapp.model.presence import Pause, Presence, slots, spread
from fieldapp.store import audit, presence_retention
from fieldapp.store import presence as rows
from fieldapp.store.connection import writing
from fieldapp.usecases import events, insight, observations, presence, retention
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.presence_area import area, shares
from fieldapp.usecases.presence_suggestions import habits
from fieldapp.usecases.presence_week import guarded
from fieldapp.usecases.retention_run import run

SERVICES = some_services()
HOUR = timedelta(hours=1)
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
PARK = (55.6085, 12.3615)
HERE = {"lat": STATION[0], "lon": STATION[1], "reach_m": 250}
SQUARE = tuple(int(one[0]) for one in geo.cell_numbers([STATION[0]], [STATION[1]], 250))


@pytest.fixture
def db(tmp_path):
    return a_database(tmp_path)


@pytest.fixture
def worker(db):
    return a_user(db)


def a_stay(start: datetime, end: datetime | None, **changes: object) -> Presence:
    return Presence("x", "dialog", start, end, *STATION, **changes)  # type: ignore[arg-type]


def a_wire(start: datetime, end: datetime, **changes: object) -> dict[str, object]:
    times = {"started_at": start.isoformat(), "ended_at": end.isoformat()}
    return {"id": uuid7(NOW), "activity": "dialog", **HERE, **times, **changes}


def start(db: Database, user: User, now: datetime = NOW, **changes: object) -> Presence:
    wire = {"id": uuid7(now), "activity": "dialog", **HERE, **changes}
    return presence.start(wire, user=user, db=db, services=SERVICES, now=now)


def stop(db: Database, user: User, entry: Presence, now: datetime, **more: object) -> Presence:
    return presence.stop(entry.id, user=user, db=db, services=SERVICES, now=now, **more)  # type: ignore[arg-type]


def add(db: Database, user: User, begun: datetime, ended: datetime, *, now: datetime = NOW, **more: object) -> Presence:
    wire = a_wire(begun, ended, **more)
    return presence.add_afterwards(wire, user=user, db=db, services=SERVICES, now=now)


def kept_sums(db: Database) -> tuple[dict[object, int], dict[object, int]]:
    cells = {tuple(row[:-1]): row[-1] for row in db.conn.execute("SELECT * FROM presence_cell")}
    return cells, rows.hours_by_day(db, "0000", "9999")  # type: ignore[return-value]


def counted_sums(db: Database) -> tuple[dict[object, int], dict[object, int]]:
    part = "CASE WHEN block < 2 THEN 'night' WHEN block < 6 THEN 'day' ELSE 'evening' END"
    by_cell = f"cell_n, cell_e, district, substr(local_date, 1, 7), iso_week, {part}"
    found = []
    for keys in (by_cell, "district, local_date, block"):
        sql = f"SELECT {keys}, sum(seconds) FROM presence_share GROUP BY {keys}"
        found.append({tuple(row[:-1]): row[-1] for row in db.conn.execute(sql)})
    return found[0], found[1]


# Sharing


@given(
    begun=st.integers(0, 2 * 366 * 24 * 3600).map(
        lambda late: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=late)
    ),
    lasted=st.integers(0, 16 * 3600),
    cuts=st.lists(st.tuples(st.integers(0, 3600), st.integers(1, 3600)), max_size=4),
    weights=st.dictionaries(
        st.tuples(st.sampled_from(["", "a"]), st.integers(0, 9), st.integers(0, 9)),
        st.integers(1, 50),
        min_size=1,
        max_size=30,
    ),
)
@settings(max_examples=60, deadline=None)
def test_no_second_is_lost_or_made_up_and_each_square_gets_its_part(begun, lasted, cuts, weights):
    end, at, pauses = begun + timedelta(seconds=lasted), begun, []
    for wait, length in cuts:
        pauses.append(Pause(at + timedelta(seconds=wait), at + timedelta(seconds=wait + length)))
        at = pauses[-1].ended_at
    entry = a_stay(begun, end, pauses=tuple(pauses))
    present = [second for second in range(0, lasted, 60) if _present(begun + timedelta(seconds=second), pauses)]
    parts = spread(entry, weights)
    whole = sum(one.seconds for one in parts)
    assert whole == entry.seconds == entry.elapsed(end + HOUR).total_seconds()
    assert abs(whole - 60 * len(present)) <= 60 * (2 + 2 * len(pauses))
    total = sum(weights.values())
    for (day, _week, block), seconds in slots(entry).items():
        for (district, north, east), weight in weights.items():
            got = sum(
                one.seconds
                for one in parts
                if (one.local_date, one.block) == (day, block)
                and (one.district, one.cell_n, one.cell_e) == (district, north, east)
            )
            assert abs(got - seconds * weight / total) < 1


def _present(moment: datetime, pauses: list[Pause]) -> bool:
    return not any(one.started_at <= moment < one.ended_at for one in pauses if one.ended_at)


@pytest.mark.parametrize(
    ("begun", "ended", "told"),
    [
        # The hour that comes twice, and the one that never comes.
        ("2026-10-24T22:00+02:00", "2026-10-25T04:00+01:00", [("24", 7, 2), ("25", 0, 4), ("25", 1, 1)]),
        ("2026-03-28T22:00+01:00", "2026-03-29T04:00+02:00", [("28", 7, 2), ("29", 0, 2), ("29", 1, 1)]),
    ],
)
def test_nights_when_the_clock_is_moved_have_their_own_number_of_hours(begun, ended, told):
    entry = a_stay(*(datetime.fromisoformat(one).astimezone(UTC) for one in (begun, ended)))
    assert [(day[-2:], block, seconds / 3600) for (day, _week, block), seconds in slots(entry).items()] == told


def test_a_disc_covers_its_own_size_and_nothing_beyond_its_reach():
    for reach in (100, 250, 500):
        weights = area(a_stay(NOW, NOW + HOUR, reach_m=reach), services=SERVICES)
        assert sum(weights.values()) * 2500 == pytest.approx(3.14159 * reach**2, rel=0.12)
        for _district, north, east in weights:
            assert abs(north - SQUARE[0]) <= reach // 250 + 1 and abs(east - SQUARE[1]) <= reach // 250 + 1


def test_a_whole_district_is_its_polygon_and_a_track_is_its_squares():
    whole = area(a_stay(NOW, NOW + HOUR, reach_m=0, district="vejlebro"), services=SERVICES)
    assert {district for district, *_ in whole} == {"vejlebro"}
    polygon = SERVICES.districts.by_id("vejlebro").geometry
    metres = 111_195**2 * polygon.area * 0.5648  # cos 55.61°
    assert sum(whole.values()) * 2500 == pytest.approx(metres, rel=0.03)
    tracked = a_stay(NOW, NOW + HOUR, track=((*SQUARE, 40), (SQUARE[0] + 40, SQUARE[1], 10)))
    squares = {}
    for one in spread(tracked, area(tracked, services=SERVICES)):
        squares[one.cell_n, one.cell_e] = squares.get((one.cell_n, one.cell_e), 0) + one.seconds
    assert squares == {SQUARE: 2880, (SQUARE[0] + 40, SQUARE[1]): 720}
    barely = replace(tracked, track=((*SQUARE, 29),))
    assert not barely.tracked and len(area(barely, services=SERVICES)) > 4


# A shift


def test_start_pause_resume_and_stop_count_only_the_time_one_was_there(db, worker):
    entry = start(db, worker)
    assert (entry.place, entry.district) == ("Ishøj Station", "vejlebro")
    assert kept_sums(db) == ({}, {})
    presence.pause(entry.id, user=worker, db=db, now=NOW + HOUR)
    assert presence.running(user=worker, db=db).paused
    presence.resume(entry.id, user=worker, db=db, now=NOW + 1.5 * HOUR)
    ended = stop(db, worker, entry, NOW + 2 * HOUR)
    assert ended.seconds == 5400
    assert stop(db, worker, entry, NOW + 3 * HOUR) == ended
    assert sum(kept_sums(db)[1].values()) == 5400
    assert sum(seconds for *_, seconds in rows.hours_by_cell(db, {"2026-11"})) == 5400
    assert rows.hours_by_cell(db, {"2026-10"}) == []
    assert rows.hours_by_place(db, "2026-11-20", "2026-11-21") == {"Ishøj Station": 5400}
    # 22.10–24 is evening, the rest of the shift is night.
    assert sum(one[2] for one in rows.hours_by_cell(db, {"2026-11"}, parts={"evening"})) == 4800
    back = presence.undo_stop(entry.id, user=worker, db=db, now=NOW + 2 * HOUR + timedelta(minutes=9))
    assert back.ended_at is None and kept_sums(db) == ({}, {})
    history = [row["action"] for row in audit.history(db, "presence", entry.id)]
    assert history == [f"presence.{one}" for one in ("add", "pause", "resume", "stop", "undo_stop")]


def test_a_second_start_is_refused_and_the_same_start_is_the_same(db, worker):
    wire = {"id": uuid7(NOW), "activity": "samtale", **HERE}
    first = presence.start(wire, user=worker, db=db, services=SERVICES, now=NOW)
    assert presence.start(wire, user=worker, db=db, services=SERVICES, now=NOW + HOUR) == first
    with pytest.raises(Problem, match="Du er allerede i gang"):
        start(db, worker, NOW + HOUR)


def test_an_overlap_names_the_other_and_making_it_shorter_gives_room(db, worker):
    first = add(db, worker, NOW - 6 * HOUR, NOW - 3 * HOUR)
    with pytest.raises(Problem) as caught:
        add(db, worker, NOW - 4 * HOUR, NOW - 2 * HOUR)
    assert caught.value.code == "presence_overlaps" and caught.value.details["other"] == first.id
    assert "«Dialog» fra i dag kl. 16.10 til i dag kl. 19.10. Afkort den" in caught.value.text()
    presence.shorten(first.id, NOW - 4 * HOUR, user=worker, db=db, services=SERVICES, now=NOW)
    add(db, worker, NOW - 4 * HOUR, NOW - 2 * HOUR)
    assert sum(kept_sums(db)[1].values()) == 4 * 3600
    # A colleague's time is no hindrance, and one stay may begin in the second another ends.
    add(db, a_user(db), NOW - 6 * HOUR, NOW - HOUR)
    add(db, worker, NOW - 2 * HOUR, NOW - HOUR)


@pytest.mark.parametrize(
    ("clock", "asked_after"),
    [
        ("2026-11-20T10:00", 10 * HOUR),  # ten hours
        ("2026-11-20T22:00", 6 * HOUR),  # four in the morning
        ("2026-11-20T03:30", 10 * HOUR),  # a night shift is not asked half an hour in
    ],
)
def test_a_forgotten_stop_is_asked_about_and_counts_nowhere_until_answered(db, worker, clock, asked_after):
    begun = datetime.fromisoformat(clock).replace(tzinfo=COPENHAGEN).astimezone(UTC)
    entry = start(db, worker, begun)
    assert presence.forgotten(user=worker, db=db, now=begun + asked_after) is None
    late = begun + asked_after + timedelta(minutes=1)
    seen = an_observation(observed_at=(begun + 2 * HOUR).isoformat(), now=late)
    observations.record(seen, user=worker, db=db, services=SERVICES, now=late)
    missed = presence.forgotten(user=worker, db=db, now=late)
    assert (missed.last_observation, missed.usual_end) == (begun + 2 * HOUR, begun + 3 * HOUR)
    with pytest.raises(Problem, match="Vælg, hvornår du gik"):
        stop(db, worker, entry, late)
    assert kept_sums(db) == ({}, {})
    assert stop(db, worker, entry, late, ended_at=missed.last_observation).seconds == 7200


def test_a_track_that_went_on_after_a_forgotten_stop_is_thrown_away(db, worker):
    entry = start(db, worker)
    presence.add_track(entry.id, [[*SQUARE, 290]], user=worker, db=db, services=SERVICES, now=NOW + 5 * HOUR)
    assert rows.get(db, entry.id).track == ((*SQUARE, 290),)
    late = NOW + 12 * HOUR
    assert stop(db, worker, entry, late, ended_at=NOW + HOUR).track == ()


BAD = [
    ({"activity": "ferie"}, "activity"),
    ({"reach_m": 10}, "reach_m"),
    ({"reach_m": True}, "reach_m"),
    ({"lat": None, "lon": None}, "lat"),
    ({"lat": 40.7, "lon": -74.0}, "lat"),
    ({"lat": 55.7, "lon": 12.6, "reach_m": 0}, "reach_m"),
    ({"lat": None, "lon": None, "reach_m": 0, "district": "findes-ikke"}, "district"),
    ({"ended_at": (NOW - 4 * HOUR).isoformat()}, "ended_at"),
    ({"ended_at": (NOW + HOUR).isoformat()}, "ended_at"),
    ({"started_at": (NOW - 18 * HOUR).isoformat()}, "ended_at"),
    ({"started_at": (NOW - 61 * 24 * HOUR).isoformat(), "ended_at": (NOW - 1463 * HOUR).isoformat()}, "started_at"),
    ({"pauses": [[(NOW - 9 * HOUR).isoformat(), NOW.isoformat()]]}, "pauses"),
    ({"pauses": [[(NOW - 2 * HOUR).isoformat(), None]]}, "pauses"),
    ({"pauses": 2 * [[(NOW - 2 * HOUR).isoformat(), (NOW - HOUR).isoformat()]]}, "pauses"),
    ({"track": [[61679, 7114, 5]]}, "track"),  # 100 m squares
    ({"track": [[123359, 14229, 5]]}, "track"),  # 50 m squares
    ({"track": [[24671.5, 2845, 5]]}, "track"),
    ({"track": [[*SQUARE, 5, "2026-11-20T20:00"]]}, "track"),
    ({"track": [[*SQUARE, 171]]}, "track"),  # more minutes than the stay has, ten spared
    ({"event": "01a2016b-8ba1-7554-8911-4b5a47878bdc"}, "event"),
    ({"note": "hvem"}, "note"),
]


@pytest.mark.parametrize(("changes", "field"), BAD, ids=[f"{number}-{field}" for number, (_, field) in enumerate(BAD)])
def test_what_cannot_be_true_is_refused_by_the_name_of_its_field(db, worker, changes, field):
    with pytest.raises(Problem) as caught:
        add(db, worker, **{"begun": NOW - 3 * HOUR, "ended": NOW - timedelta(minutes=20), **changes})
    assert caught.value.field == field
    assert db["presence"].count == 0


def test_only_those_who_work_outside_log_presence_and_only_their_own(db, worker):
    for role in (Role.SSP, Role.ADMIN):
        with pytest.raises(Problem, match="rolle"):
            start(db, a_user(db, role, "vejlebro"))
    entry, colleague = start(db, worker), a_user(db, Role.COORDINATOR)
    for work in (
        lambda: stop(db, colleague, entry, NOW + HOUR),
        lambda: presence.withdraw(entry.id, user=colleague, db=db, now=NOW),
        lambda: presence.amend(entry, user=colleague, db=db, services=SERVICES, now=NOW),
        lambda: presence.add_track(entry.id, [[*SQUARE, 1]], user=colleague, db=db, services=SERVICES, now=NOW),
    ):
        with pytest.raises(Problem) as caught:
            work()
        assert caught.value.code == "not_found"
    assert presence.own_since(NOW - HOUR, user=colleague, db=db, now=NOW) == []


def test_what_was_taken_back_can_be_brought_back_where_there_is_room(db, worker):
    entry = add(db, worker, NOW - 3 * HOUR, NOW - HOUR)
    before = kept_sums(db)
    presence.withdraw(entry.id, user=worker, db=db, now=NOW)
    assert kept_sums(db) == ({}, {})
    presence.restore(entry.id, user=worker, db=db, services=SERVICES, now=NOW)
    assert kept_sums(db) == before
    presence.withdraw(entry.id, user=worker, db=db, now=NOW)
    add(db, worker, NOW - 2 * HOUR, NOW - HOUR)
    with pytest.raises(Problem) as caught:
        presence.restore(entry.id, user=worker, db=db, services=SERVICES, now=NOW)
    assert caught.value.code == "presence_overlaps"


# Sums

PLACES = (STATION, PARK, (55.6147, 12.3356))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "amend", "withdraw", "track", "start", "stop", "undo", "retire"]),
        st.integers(0, 30),
        st.integers(1, 15),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=14,
)


@given(steps=STEPS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_sums_are_what_counting_anew_gives_after_anything_that_can_happen(tmp_path_factory, steps):
    db = a_database(tmp_path_factory.mktemp("sums"))
    people = [a_user(db), a_user(db)]
    gone: list[dict[object, int]] = [{}, {}]
    for name, back, length, place in steps:
        user = people[back % 2]
        if name == "retire":
            _retire(db, gone, NOW - timedelta(days=back))
            continue
        try:
            _step(db, user, name, back, length, place)
        except Problem as problem:
            if problem.code not in ("presence_overlaps", "presence_running", "too_late", "conflict", "invalid"):
                raise
    for kept, counted, without in zip(kept_sums(db), counted_sums(db), gone, strict=True):
        whole = {key: counted.get(key, 0) + without.get(key, 0) for key in {*counted, *without}}
        assert kept == whole
    assert audit.verify(db)[1] is None
    db.close()


def _step(db: Database, user: User, name: str, back: int, length: int, place: int) -> None:
    begun, (lat, lon) = NOW - timedelta(days=back, hours=4), PLACES[place]
    last = next(iter(rows.latest(db, user.id, 1)), None)
    if name == "add":
        reach = (100, 250, 0)[place]
        add(db, user, begun - length * HOUR, begun, lat=lat, lon=lon, reach_m=reach)
    elif name == "start":
        start(db, user, NOW - length * HOUR, lat=lat, lon=lon)
    elif last and name == "stop":
        stop(db, user, last, NOW, ended_at=last.started_at + length * HOUR / 16)
    elif last and name == "amend" and last.ended_at:
        changed = replace(last, ended_at=last.started_at + length * HOUR / 2, lat=lat, lon=lon, activity="samtale")
        presence.amend(changed, user=user, db=db, services=SERVICES, now=NOW)
    elif last and name == "withdraw":
        presence.withdraw(last.id, user=user, db=db, now=NOW)
    elif last and name == "track":
        track = [[SQUARE[0] + place, SQUARE[1], 20 * length]]
        presence.add_track(last.id, track, user=user, db=db, services=SERVICES, now=last.ended_at or NOW)
    elif last and name == "undo" and last.ended_at:
        presence.undo_stop(last.id, user=user, db=db, now=last.ended_at)


def _retire(db: Database, gone: list[dict[object, int]], before: datetime) -> None:
    counted = counted_sums(db)
    with writing(db):
        presence_retention.remove(db, presence_retention.due(db, before))
    for sums, old, left in zip(gone, counted, counted_sums(db), strict=True):
        for key, seconds in old.items():
            if lost := seconds - left.get(key, 0):
                sums[key] = sums.get(key, 0) + lost


def test_past_its_lifetime_the_name_goes_and_the_hours_stay(db, worker, tmp_path):
    add(db, worker, NOW - 4 * HOUR, NOW - HOUR, track=[[*SQUARE, 120]], pauses=[])
    coordinator = a_user(db, Role.COORDINATOR)
    retention.authorise(
        coordinator, reference="26/1", given_on=NOW.date(), given_by="Arkivet", archive_required=True, db=db, now=NOW
    )
    before, later = kept_sums(db), NOW + timedelta(days=745)
    config = replace(SERVICES.settings, database=tmp_path / "fieldapp.sqlite3", archive=tmp_path / "archive")
    assert retention.plan(db=db, settings=config, now=later).others["presence"] == 1
    assert retention.plan(db=db, settings=config, now=NOW).others["presence"] == 0
    done = run(db=db, settings=config, services=SERVICES, actor=coordinator, now=later)
    assert done.counts["presence"] == 1 and done.archive is not None
    assert kept_sums(db) == before
    for table in ("presence", "presence_share", "presence_pause", "presence_track"):
        assert db[table].count == 0
    assert "55.6133" not in str(list(db.query("SELECT * FROM audit")))
    assert audit.verify(db)[1] is None


# Who sees what


def test_a_visit_is_ten_minutes_near_and_a_whole_district_visits_nothing(db, worker):
    add(db, worker, NOW - 9 * HOUR, NOW - 9 * HOUR + timedelta(minutes=9))
    add(db, worker, NOW - 8 * HOUR, NOW - 7 * HOUR, reach_m=0)
    add(db, worker, NOW - 6 * HOUR, NOW - 5 * HOUR, track=[[*SQUARE, 5], [SQUARE[0] + 9, SQUARE[1], 50]])
    since = NOW.date() - timedelta(weeks=3)
    assert rows.visits(db, {SQUARE}, since=since) == []
    add(db, worker, NOW - 4 * HOUR, NOW - 4 * HOUR + timedelta(minutes=10))
    both = {SQUARE, (SQUARE[0] + 1, SQUARE[1])}
    assert rows.visits(db, both, since=since) == [("2026-W47", NOW.date())]
    assert rows.visits(db, {SQUARE}, since=NOW.date() + timedelta(days=1)) == rows.visits(db, set(), since=since) == []


def test_a_team_sum_shows_only_what_three_gave_and_own_hours_are_exact(db):
    team = [a_user(db) for _ in range(4)]
    for number, user in enumerate(team[:2]):
        add(db, user, NOW - (5 + number) * HOUR, NOW - 2 * HOUR)
    week = presence.team_week(user=team[0], db=db, now=NOW)
    assert (week.total, set(week.by_day.values())) == (None, {None})
    for user in team[2:]:
        add(db, user, NOW - 4 * HOUR, NOW - 2 * HOUR, activity="dialog" if user == team[2] else "samtale")
    week = presence.team_week(user=team[0], db=db, now=NOW)
    # «Samtale» is one colleague's; shown beside the total, «Dialog» would give those hours away.
    assert (week.total, week.by_day, week.by_activity) == (11, {"2026-11-20": 11}, {"dialog": None, "samtale": None})
    assert presence.own_week(user=team[0], db=db, now=NOW).seconds == {("dialog", "2026-11-20"): 3 * 3600}
    assert presence.team_week(user=team[0], db=db, now=NOW, weeks_back=1).total is None


@given(st.dictionaries(st.integers(0, 6), st.dictionaries(st.integers(0, 5), st.integers(1, 9), min_size=1)))
@settings(max_examples=60, deadline=None)
def test_what_is_left_when_the_shown_is_taken_from_the_sum_is_never_one_or_two_people(parts):
    shown = guarded({str(key): {str(who): hours * 3600 for who, hours in of.items()} for key, of in parts.items()})
    hidden = {who for key, of in parts.items() if shown[str(key)] is None for who in of}
    everyone = {who for of in parts.values() for who in of}
    assert all(len(parts[int(key)]) >= 3 for key, hours in shown.items() if hours is not None)
    assert not hidden or len(hidden) >= 3 or len(everyone) < 3


def test_ones_own_last_entries_suggest_the_next_ones(db, worker):
    evening = datetime(2026, 11, 18, 18, 7, tzinfo=UTC)
    add(db, worker, evening, evening + 3 * HOUR, activity="samtale", lat=PARK[0], lon=PARK[1])
    now = NOW - HOUR
    usual = habits(user=worker, db=db, now=now)
    assert (usual.activity, usual.reach_m, len(usual.places)) == ("samtale", 250, 1)
    (one,) = usual.afterwards
    # 19.07–22.07 in Copenhagen becomes yesterday 19.00–22.00: tonight's is not over.
    assert (one.started_at.isoformat(), one.ended_at - one.started_at) == ("2026-11-19T18:00:00+00:00", 3 * HOUR)
    presence.add_afterwards(one.wire(now), user=worker, db=db, services=SERVICES, now=now)
    assert habits(user=worker, db=db, now=now).afterwards == ()


def test_insight_gives_a_worker_every_stay_and_no_colleagues(db, worker):
    mine = add(db, worker, NOW - 3 * HOUR, NOW - HOUR, track=[[*SQUARE, 100]])
    add(db, a_user(db), NOW - 3 * HOUR, NOW - HOUR)
    told = insight.show(SYSTEM, account=worker.name, observation=None, db=db, now=NOW).account["presence"]
    assert [one["id"] for one in told] == [mine.id]
    assert told[0]["track"] == [[*SQUARE, 100]] and told[0]["place"] == "Ishøj Station"


# Events

EVENT = {"lat": PARK[0], "lon": PARK[1], "reach_m": 250, "planned_minutes": 600}


def an_event(db: Database, user: User, **changes: object) -> events.Event:
    times = {"starts_at": (NOW - HOUR).isoformat(), "ends_at": (NOW + 4 * HOUR).isoformat()}
    wire = {"id": uuid7(NOW), "title": "Sidste skoledag", "plan": "Vand og boldspil", **times, **EVENT, **changes}
    return events.plan(wire, user=user, db=db, services=SERVICES, now=NOW)


def test_hours_given_to_an_event_stand_beside_what_was_planned(db, worker):
    event = an_event(db, worker)
    entry = start(db, worker, **events.presence_for(event))
    stop(db, worker, entry, NOW + 2 * HOUR)
    (card,) = events.cards(user=worker, db=db, now=NOW)
    assert (card.own_seconds, card.team_hours, card.anyone, card.open) == (7200, None, True, True)
    for user in (a_user(db), a_user(db)):
        add(db, user, NOW, NOW + HOUR, now=NOW + 2 * HOUR, event=event.id)
    assert events.cards(user=worker, db=db, now=NOW)[0].team_hours == 4
    events.withdraw(event.id, user=worker, db=db, now=NOW)
    assert events.cards(user=worker, db=db, now=NOW) == ()
    assert "Sidste skoledag" not in str(list(db.query("SELECT * FROM event"))) + str(
        list(db.query("SELECT * FROM audit"))
    )


def test_an_event_is_mended_by_the_version_that_was_read(db, worker):
    event = an_event(db, worker)
    wire = {
        "id": event.id,
        "title": "Byhaven",
        "starts_at": NOW.isoformat(),
        "ends_at": (NOW + HOUR).isoformat(),
        **EVENT,
    }
    own = {"user": worker, "db": db, "services": SERVICES, "now": NOW}
    newer = events.amend(wire, version=1, **own)
    assert (newer.title, newer.plan, newer.version, newer.created_by) == ("Byhaven", None, 2, worker.id)
    with pytest.raises(Problem) as caught:
        events.amend(wire, version=1, **own)
    assert caught.value.code == "conflict"


def test_an_event_holds_no_person_and_is_changed_by_who_made_it_or_a_coordinator(db, worker):
    for changes, code in (({"plan": "Ring 20 30 40 50"}, "personal_data"), ({"title": "Mohammed Hansen"}, None)):
        with pytest.raises(Problem) as caught:
            an_event(db, worker, **changes)
        assert caught.value.code in (code or ("personal_data", "personal_data_unsure"))
    assert db["event"].count == 0
    event = an_event(db, worker)
    with pytest.raises(Problem, match="rolle"):
        events.withdraw(event.id, user=a_user(db, Role.HOUSING), db=db, now=NOW)
    events.withdraw(event.id, user=a_user(db, Role.COORDINATOR), db=db, now=NOW)


def test_the_shares_of_an_open_or_withdrawn_stay_are_none():
    assert shares(a_stay(NOW, None), services=SERVICES) == ()
    assert shares(a_stay(NOW, NOW + HOUR, status="withdrawn"), services=SERVICES) == ()
