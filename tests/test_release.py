"""Who may see what: every role, every kind, own and other district, through every door."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from making import CATALOGUE, NOW, a_database, a_user, an_observation, some_services

from fieldapp.errors import Problem
from fieldapp.model import Kind, ObservationFilter, utc_text
from fieldapp.privacy import release
from fieldapp.store import meta
from fieldapp.store import observations as rows
from fieldapp.store.connection import writing
from fieldapp.store.photos import StoredPhoto
from fieldapp.store.photos import add as add_photo
from fieldapp.usecases import browse, drafts, observations, wire
from fieldapp.usecases.filters import parse_filter

OWN, OTHER = (55.6085, 12.3615), (55.6147, 12.3356)  # at Vejlebroskolen and at Vibeholmskolen
OWN_ID, OTHER_ID = "vejlebro", "vibeholm"
FAR = (55.6761, 12.5683)
CATEGORIES = {"place": "vandalism", "people": "group", "good": "good"}
PLACES = {"own": OWN, "other": OTHER, "outside": FAR}
ROLES = ("worker", "worker_all", "housing", "housing_all", "ssp", "coordinator", "admin", "disabled")

# What each role sees as points, by kind and place; all else is areas of five or nothing.
EVERYWHERE = {(kind, place) for kind in CATEGORIES for place in PLACES}
SEES = {
    "worker": {(kind, place) for kind, place in EVERYWHERE if kind != "people" or place == "own"},
    "worker_all": EVERYWHERE,
    "housing": {("place", "own"), ("good", "own")},
    "housing_all": {(kind, place) for kind, place in EVERYWHERE if kind != "people"},
    "ssp": {(kind, "own") for kind in CATEGORIES},
    "coordinator": EVERYWHERE,
    "admin": set(),
    "disabled": set(),
}
SEES_AREAS = {"worker", "worker_all", "housing", "housing_all", "coordinator", "admin"}


def _user(db, role):
    if role == "disabled":
        user = a_user(db, "coordinator")
        return type(user)(user.id, user.name, user.role, active=False)
    name, _, everywhere = role.partition("_")
    scoped = name in ("worker", "housing", "ssp") and not everywhere
    return a_user(db, name, *([OWN_ID] if scoped else []))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One observation of each kind at each place, by somebody else, each with a note and a photo."""
    db = a_database(tmp_path_factory.mktemp("release"))
    author, services, seen = a_user(db, "coordinator"), some_services(), {}
    for (kind, category), (place, (lat, lon)) in itertools.product(CATEGORIES.items(), PLACES.items()):
        one = an_observation(category=category, lat=lat, lon=lon, note=f"Tekst om {kind} {place}")
        observations.record(one, user=author, db=db, services=services, now=NOW)
        photo = StoredPhoto(one.id[:-4] + "abcd", one.content_hash, 1, 1, b"jpeg", b"small")
        add_photo(db, one.id, photo, actor=author.id, at=NOW)
        seen[kind, place] = one.id
    yield db, services, seen, {role: _user(db, role) for role in ROLES}
    db.conn.close()


def _listed(db, reader, services, one):
    return one in {point.id for point in browse.page(ObservationFilter(), reader=reader, db=db).points}


def _listed_by_filter(db, reader, services, one):
    stored = rows.get(db, one)
    wanted = ObservationFilter(categories=frozenset({stored.category}))
    return one in {point.id for point in browse.page(wanted, reader=reader, db=db).points}


def _drawn(db, reader, services, one):
    view = browse.map_view(ObservationFilter(), reader=reader, db=db, now=NOW, points=True)
    return one in str(wire.map_payload(view, CATALOGUE, "da"))


def _opened(db, reader, services, one):
    return _found(lambda: observations.detail(one, user=reader, db=db).point.id == one)


def _photo(db, reader, services, one):
    photo = one[:-4] + "abcd"
    return _found(lambda: drafts.photo_for(photo, thumbnail=False, user=reader, db=db) == b"jpeg")


def _found(ask):
    """What it answers, False for `not_found`; any other failure is one."""
    try:
        return ask()
    except Problem as refused:
        if refused.code != "not_found":
            raise
        return False


def _near(db, reader, services, one):
    stored = rows.get(db, one)
    found = observations.near_points(stored.lat, stored.lon, within_m=50, user=reader, db=db)
    return one in {point.id for _, point in found}


def _nearest(db, reader, services, one):
    stored = rows.get(db, one)
    return one in {
        point.id for _, point in browse.nearest(ObservationFilter(), stored.lat, stored.lon, reader=reader, db=db)
    }


def _released(db, reader, services, one):
    return bool(release([rows.get(db, one)], reader).points)


DOORS = (_listed, _listed_by_filter, _drawn, _opened, _photo, _near, _nearest, _released)
MATRIX = [(role, kind, place, door) for role in ROLES for kind in CATEGORIES for place in PLACES for door in DOORS]


@pytest.mark.parametrize(
    ("role", "kind", "place", "door"), MATRIX, ids=[f"{r}-{k}-{p}-{d.__name__.strip('_')}" for r, k, p, d in MATRIX]
)
def test_a_reader_sees_through_every_door_exactly_what_the_role_allows(world, role, kind, place, door):
    db, services, seen, readers = world
    assert door(db, readers[role], services, seen[kind, place]) is ((kind, place) in SEES[role])


def test_the_matrix_is_large_enough_to_trust():
    assert len(MATRIX) >= 200


@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_what_somebody_else_wrote(world, role):
    db, services, seen, readers = world
    for one in seen.values():
        with pytest.raises(Problem) as refused:
            observations.undo(one, user=readers[role], db=db, now=NOW)
        assert refused.value.code == "not_found"
        with pytest.raises(Problem) as refused:
            observations.amend(rows.get(db, one), user=readers[role], db=db, services=services, now=NOW)
        assert refused.value.code == "not_found"


@pytest.mark.parametrize("role", ["ssp", "admin", "disabled"])
def test_readers_cannot_record(world, role):
    db, services, _, readers = world
    with pytest.raises(Problem) as refused:
        observations.record(an_observation(), user=readers[role], db=db, services=services, now=NOW)
    assert refused.value.status == 403


def test_one_cannot_learn_of_a_hidden_observation_by_seeing_it_again(world):
    db, services, seen, readers = world
    for place, expected in (("own", None), ("other", "repeat_of")):
        try:
            again = an_observation(repeat_of=seen["people", place])
            observations.prepare(again, user=readers["worker"], db=db, services=services, now=NOW)
            field = None
        except Problem as refused:
            field = refused.field
        assert field == expected


def test_an_area_shows_only_from_five_on_in_fives_and_when_its_month_is_over(tmp_path):
    db, services = a_database(tmp_path), some_services()
    author = a_user(db, "coordinator")
    for number in range(1, 12):
        one = an_observation(category="group", lat=OWN[0], lon=OWN[1])
        observations.record(one, user=author, db=db, services=services, now=NOW)
        # Somebody who has not looked yet: nothing is recorded before a table that is out already.
        reader = a_user(db, "housing")
        counts = [_areas(db, reader, now) for now in (NOW, SUNDAY, MONDAY)]
        assert counts == [[], [], [number // 5 * 5] if number >= 5 else []]
    db.conn.close()


SUNDAY, MONDAY = datetime(2026, 12, 6, 22, 59, tzinfo=UTC), datetime(2026, 12, 6, 23, 0, tzinfo=UTC)


def _areas(db, reader, now, **wanted):
    view = browse.map_view(ObservationFilter(**wanted), reader=reader, db=db, now=now, points=True)
    assert (view.points, view.cells, view.total) == ((), (), 0)
    return [cell.count for cell in view.areas]


def test_what_is_recorded_late_changes_no_area_that_is_out_and_comes_as_one_of_its_own(tmp_path):
    db, services = a_database(tmp_path), some_services()
    author, reader = a_user(db, "coordinator"), a_user(db, "housing")

    def write(count, now):
        for _ in range(count):
            one = an_observation(category="group", lat=OWN[0], lon=OWN[1])
            observations.record(one, user=author, db=db, services=services, now=now)

    write(7, NOW)
    assert _areas(db, reader, MONDAY) == [5]
    write(4, MONDAY)
    assert _areas(db, reader, MONDAY + timedelta(days=14)) == [5]
    write(1, MONDAY + timedelta(hours=2))
    assert _areas(db, reader, MONDAY + timedelta(days=6, hours=23)) == [5]
    assert _areas(db, reader, MONDAY + timedelta(days=7)) == [10]
    db.conn.close()


def test_what_is_taken_back_leaves_its_area_at_once(tmp_path):
    db, services = a_database(tmp_path), some_services()
    author, reader = a_user(db, "coordinator"), a_user(db, "housing")
    for _ in range(5):
        one = an_observation(category="group", lat=OWN[0], lon=OWN[1])
        observations.record(one, user=author, db=db, services=services, now=NOW)
    assert _areas(db, reader, MONDAY) == [5]
    observations.undo(one.id, user=author, db=db, now=NOW)
    assert _areas(db, reader, MONDAY) == []
    db.conn.close()


def test_a_month_leaves_the_areas_whole_when_the_first_of_its_rows_is_past_its_lifetime(tmp_path):
    """Such a row has lost its reporter: the reader's own would join the others and could be subtracted."""
    db, services = a_database(tmp_path), some_services()
    author, reader = a_user(db, "coordinator"), a_user(db, "housing")
    for _ in range(12):
        one = an_observation(category="group", lat=OWN[0], lon=OWN[1])
        observations.record(one, user=author, db=db, services=services, now=NOW)
    assert _areas(db, reader, MONDAY) == [10]
    with writing(db):
        db.execute("UPDATE observation SET coarsened_at = ? WHERE id = ?", [utc_text(NOW), one.id])
        meta.touch(db)
    assert _areas(db, reader, MONDAY) == []
    db.conn.close()


def test_a_filter_that_cuts_an_area_or_asks_what_it_does_not_know_shows_none(tmp_path):
    db, services = a_database(tmp_path), some_services()
    author, reader = a_user(db, "coordinator"), a_user(db, "housing")
    for _ in range(6):
        one = an_observation(category="group", lat=OWN[0], lon=OWN[1])
        observations.record(one, user=author, db=db, services=services, now=NOW)
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    shown = {"since": first, "until": last, "categories": frozenset({"group"}), "districts": frozenset({OWN_ID})}
    assert _areas(db, reader, MONDAY, **shown) == [5]
    for cut in (
        {"since": first + timedelta(days=1), "until": last},
        {"since": first, "until": last - timedelta(days=1)},
        {"categories": frozenset({"drugs"})},
        {"districts": frozenset({OTHER_ID})},
        {"kinds": frozenset({Kind.PLACE})},
        {"reporter": reader.id},
    ):
        assert _areas(db, reader, MONDAY, **cut) == []
    lat, lon = OWN
    for bbox, count in (((lon - 0.03, lat - 0.02, lon + 0.03, lat + 0.02), [5]), ((lon, lat, lon + 1, lat + 1), [])):
        wanted = ObservationFilter(bbox=bbox)
        assert [cell.count for cell in browse.areas(wanted, reader=reader, db=db, now=MONDAY)] == count
    db.conn.close()


def test_nobody_can_watch_a_number_grow_by_one_for_each_observation_of_others(tmp_path):
    db, services = a_database(tmp_path), some_services()
    author = a_user(db, "coordinator")
    readers = [a_user(db, "housing"), a_user(db, "ssp", OTHER_ID), a_user(db, "admin"), a_user(db, "worker", OTHER_ID)]
    before = [browse.version(reader=reader, db=db, now=NOW) for reader in readers]
    one = an_observation(category="group", lat=OWN[0], lon=OWN[1])
    observations.record(one, user=author, db=db, services=services, now=NOW)
    assert [browse.version(reader=reader, db=db, now=NOW) for reader in readers] == before
    two = an_observation(category="group", lat=OTHER[0], lon=OTHER[1])
    observations.record(two, user=author, db=db, services=services, now=NOW)
    after = [browse.version(reader=reader, db=db, now=NOW) for reader in readers]
    assert [old != new for old, new in zip(before, after, strict=True)] == [False, True, False, True]
    db.conn.close()


def test_an_ssp_group_gets_not_even_areas_of_other_districts(tmp_path):
    db, services = a_database(tmp_path), some_services()
    author, reader = a_user(db, "coordinator"), a_user(db, "ssp", OWN_ID)
    for _ in range(20):
        observations.record(an_observation(lat=OTHER[0], lon=OTHER[1]), user=author, db=db, services=services, now=NOW)
    for points in (False, True):
        assert browse.map_view(ObservationFilter(), reader=reader, db=db, now=MONDAY, points=points).total == 0
    assert browse.areas(ObservationFilter(), reader=reader, db=db, now=MONDAY) == ()
    db.conn.close()


def test_what_one_wrote_oneself_one_sees(tmp_path):
    db, services = a_database(tmp_path), some_services()
    housing = a_user(db, "housing", OWN_ID)
    one = an_observation(category="group", lat=OTHER[0], lon=OTHER[1])
    observations.record(one, user=housing, db=db, services=services, now=NOW)
    point = observations.detail(one.id, user=housing, db=db).point
    assert (point.own, point.district) == (True, OTHER_ID)
    db.conn.close()


def test_an_ssp_user_without_a_district_sees_nothing(tmp_path):
    db, services = a_database(tmp_path), some_services()
    observations.record(an_observation(), user=a_user(db, "coordinator"), db=db, services=services, now=NOW)
    reader = a_user(db, "ssp")
    assert browse.page(ObservationFilter(), reader=reader, db=db).total == 0
    db.conn.close()


def test_asking_for_a_foreign_district_by_filter_gives_nothing(world):
    db, _, _, readers = world
    wanted = parse_filter({"district": [OTHER_ID], "period": ["all"]}, reader=readers["ssp"], now=NOW)
    assert browse.page(wanted, reader=readers["ssp"], db=db).points == ()


def test_a_map_payload_carries_no_text_of_anybody(world):
    db, _, _, readers = world
    view = browse.map_view(ObservationFilter(), reader=readers["coordinator"], db=db, now=NOW, points=True)
    assert "Tekst om" not in str(wire.map_payload(view, CATALOGUE, "da"))
