"""Recording, taking back, mending, seeing again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from making import CATALOGUE, NOW, STATION, a_database, a_user, a_wire, an_observation, some_services

from fieldapp.errors import Problem
from fieldapp.model import Kind, Observation, ObservationFilter, uuid7
from fieldapp.store import audit, drafts, photos
from fieldapp.store import observations as rows
from fieldapp.usecases import drafts as draft_uses
from fieldapp.usecases import observations

SERVICES = some_services()


@pytest.fixture
def db(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.conn.close()


@pytest.fixture
def worker(db):
    return a_user(db, "worker")


def _record(db, user, now=NOW, **changes):
    one = an_observation(now=now, **changes)
    return observations.record(one, user=user, db=db, services=SERVICES, now=now).observation


def test_the_station_lies_in_vejlebroskolens_district_at_a_named_place(db, worker):
    stored = _record(db, worker, accuracy_m=8)
    assert (stored.district, stored.place, stored.accuracy_m, stored.near_border) == (
        "vejlebro",
        "Ishøj Station",
        8.0,
        False,
    )


@pytest.mark.parametrize(
    ("lat", "lon", "district", "near_border"),
    [
        (55.6245, 12.299, "ishoej", False),
        (55.6761, 12.5683, None, False),
        (0.0, 0.0, None, False),
        (-33.87, 151.21, None, False),
        (90.0, 180.0, None, False),
    ],
)
def test_a_position_anywhere_can_be_saved(db, worker, lat, lon, district, near_border):
    stored = _record(db, worker, lat=lat, lon=lon)
    assert (stored.district, stored.near_border) == (district, near_border)


def test_just_outside_the_municipality_counts_to_the_nearest_district_and_is_marked(db, worker):
    stored = _record(db, worker, lat=55.6390, lon=12.3300)
    assert (stored.district is not None, stored.near_border) == (True, True)


def test_near_a_border_the_neighbour_can_be_chosen_and_only_there(db, worker):
    lat, lon = _border_point()
    first = _record(db, worker, lat=lat, lon=lon)
    choices = observations.border_choices(lat, lon, NOW.date(), services=SERVICES)
    assert choices and choices[0].district_id != first.district
    chosen = _record(db, worker, lat=lat, lon=lon, district_choice=choices[0].district_id)
    assert chosen.district == choices[0].district_id
    assert _record(db, worker, district_choice="ishoej").district == "vejlebro"


def _border_point():
    """Between the two schools, at the middle: on the border of their districts."""
    return (55.6079 + 55.6085) / 2, (12.3449 + 12.3615) / 2


BAD = [
    ({"category": "ukendt"}, "category"),
    ({"category": None}, "category"),
    ({"id": "1"}, "id"),
    ({"id": None}, "id"),
    ({"lat": None}, "lat"),
    ({"lat": 91}, "lat"),
    ({"lat": "nan"}, "lat"),
    ({"lat": True}, "lat"),
    ({"lon": "øst"}, "lon"),
    ({"lon": -180.5}, "lon"),
    ({"lon": 10**400}, "lon"),
    ({"observed_at": "i går"}, "observed_at"),
    ({"observed_at": None}, "observed_at"),
    ({"observed_at": "2026-11-23T12:00:00Z"}, "observed_at"),
    ({"observed_at": "1815-06-18T12:00:00Z"}, "observed_at"),
    ({"accuracy_m": -1}, "accuracy_m"),
    ({"accuracy_m": float("inf")}, "accuracy_m"),
    ({"position_source": "sko"}, "position_source"),
    ({"severity": 4}, "severity"),
    ({"severity": 1.5}, "severity"),
    ({"category": "group", "group_size": "12"}, "group_size"),
    ({"category": "group", "age_band": "voksen"}, "age_band"),
    ({"group_size": "1-2"}, "group_size"),
    ({"note": "x" * 501}, "note"),
    ({"note": 7}, "note"),
    ({"repeat_of": "igen"}, "repeat_of"),
    ({"district_choice": 3}, "district_choice"),
    ({"navn": "nogen"}, "navn"),
]


@pytest.mark.parametrize(("changes", "field"), BAD, ids=[f"{field}-{number}" for number, (_, field) in enumerate(BAD)])
def test_bad_input_names_its_field_in_danish(changes, field):
    with pytest.raises(Problem) as refused:
        Observation.from_wire(a_wire(**changes), catalogue=CATALOGUE, now=NOW)
    assert (refused.value.status, refused.value.field) == (422, field)
    assert refused.value.text().endswith(".")


@pytest.mark.parametrize("wire", [None, [], "x", 3, [a_wire()]])
def test_something_that_is_no_object_is_refused(wire):
    with pytest.raises(Problem) as refused:
        Observation.from_wire(wire, catalogue=CATALOGUE, now=NOW)
    assert refused.value.status == 422


def test_the_wire_reads_back_what_it_wrote():
    one = an_observation(category="moped", severity=3, group_size="11+", age_band="18+", note="Støj", accuracy_m=12.5)
    assert Observation.from_wire(one.to_wire(), catalogue=CATALOGUE, now=NOW) == one


def test_a_note_with_a_cpr_number_is_refused_and_nothing_stored(db, worker):
    with pytest.raises(Problem) as refused:
        _record(db, worker, note="Han hedder 010203-1234")
    assert (refused.value.code, refused.value.field) == ("personal_data", "note")
    assert "010203" not in refused.value.text()
    assert rows.count(db, ObservationFilter()) == 0


HOSTILE = [
    "{{7*7}}",
    "{% if x %}",
    "<img src=x onerror=alert(1)>",
    "`${7*7}`",
    "\u202egnat\u202c",
    "a\x00b",
    "a\ud800b",
    "=1+1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text_without_what_no_text_holds(db, worker, text):
    note = rows.get(db, _record(db, worker, note=text).id).note
    assert not set(note) & set("\x00\ud800\u202e\u202c")
    note.encode("utf-8")
    assert "7*7" not in text or "7*7" in note


def test_undo_within_ten_minutes_deletes_text_and_photos_and_leaves_a_bare_row(db, worker):
    stored = _record(db, worker, note="Knust rude")
    photos.add(db, stored.id, photos.StoredPhoto(uuid7(NOW), bytes(32), 1, 1, b"j", b"t"), actor=worker.id, at=NOW)
    observations.undo(stored.id, user=worker, db=db, now=NOW + timedelta(minutes=10))
    gone = rows.get(db, stored.id)
    assert (gone.status, gone.note, photos.of(db, stored.id)) == ("withdrawn", None, [])
    assert rows.count(db, ObservationFilter()) == 0
    assert [row["action"] for row in audit.history(db, "observation", stored.id)] == ["record", "withdraw"]


def test_a_withdrawn_note_is_gone_from_the_bytes_of_the_file(db, worker, tmp_path):
    stored = _record(db, worker, note="knust flodhestevindue")
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert _traces(tmp_path, b"flodhestevindue") > 0
    observations.undo(stored.id, user=worker, db=db, now=NOW)
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert _traces(tmp_path, b"flodhestevindue") == 0


def _traces(folder, word):
    return sum(path.read_bytes().count(word) for path in folder.glob("fieldapp.sqlite3*"))


def test_undo_is_too_late_after_ten_minutes(db, worker):
    stored = _record(db, worker)
    with pytest.raises(Problem, match="10 minutter"):
        observations.undo(stored.id, user=worker, db=db, now=NOW + timedelta(minutes=10, seconds=1))


def test_ones_own_can_be_mended_for_a_day_and_a_second_editor_is_told(db, worker):
    stored = _record(db, worker, note="Knust rude")
    later = NOW + timedelta(hours=23)
    changed = replace(stored, category="graffiti", note="Maling på rude")
    mended = observations.amend(changed, user=worker, db=db, services=SERVICES, now=later)
    assert (mended.version, mended.note, mended.recorded_at) == (2, "Maling på rude", stored.recorded_at)
    with pytest.raises(Problem) as refused:
        observations.amend(changed, user=worker, db=db, services=SERVICES, now=later)
    assert refused.value.code == "conflict"
    with pytest.raises(Problem, match="24 timer"):
        observations.amend(mended, user=worker, db=db, services=SERVICES, now=NOW + timedelta(hours=25))


def test_the_same_category_near_in_place_and_time_is_asked_about(db, worker):
    stored = _record(db, worker)
    lat, lon = STATION

    def asked(category="vandalism", lat=lat, lon=lon, minutes=0):
        at = NOW + timedelta(minutes=minutes)
        found = observations.similar(category, lat, lon, at, user=worker, db=db)
        return found.id if found else None

    assert asked() == stored.id
    assert asked(lat=lat + 0.0004) == stored.id  # 45 m
    assert asked(lat=lat + 0.0005) is None  # 56 m
    assert asked(minutes=120) == stored.id
    assert asked(minutes=121) is None
    assert asked("graffiti") is None


def test_seen_again_is_linked(db, worker):
    first = _record(db, worker)
    again = _record(db, worker, repeat_of=first.id)
    assert rows.get(db, again.id).repeat_of == first.id


def test_a_draft_survives_and_its_photos_go_with_the_observation(db, worker):
    photo = photos.StoredPhoto(uuid7(NOW), bytes(32), 1, 1, b"jpeg", b"small")
    draft = draft_uses.Draft(uuid7(NOW), {"category": "moped", "note": "Larm", "severity": 2, "fremmed": 1})
    draft_uses.save(draft, user=worker, db=db, now=NOW)
    drafts.add_photo(db, worker.id, photo, at=NOW)
    resumed = draft_uses.load(user=worker, db=db, now=NOW)
    assert resumed == draft_uses.Draft(draft.id, {"category": "moped", "note": "Larm", "severity": 2}, (photo.id,))
    one = an_observation(id=draft.id, category="moped")
    observations.record(one, user=worker, db=db, services=SERVICES, now=NOW)
    assert photos.of(db, draft.id) == [photo.id]
    assert draft_uses.load(user=worker, db=db, now=NOW).photos == ()
    assert draft_uses.load(user=worker, db=db, now=NOW).id != draft.id


def test_saving_a_draft_twice_makes_one_observation(db, worker):
    one = an_observation()
    outcomes = [
        observations.record(one, user=worker, db=db, services=SERVICES, now=NOW + timedelta(seconds=second)).outcome
        for second in range(2)
    ]
    assert outcomes == ["new", "same"]


def test_a_draft_never_keeps_personal_data_on_the_server(db, worker):
    draft = draft_uses.Draft(uuid7(NOW), {"category": "moped", "note": "ring 12345678"})
    draft_uses.save(draft, user=worker, db=db, now=NOW)
    assert draft_uses.load(user=worker, db=db, now=NOW).content == {"category": "moped", "note_on_phone": True}
    assert "12345678" not in str(list(db.query("SELECT * FROM draft")))


def test_every_category_has_what_the_form_needs():
    assert len(CATALOGUE.categories) == 16
    for category in CATALOGUE:
        assert category.da and category.en and category.icon and isinstance(category.kind, Kind)
    assert {category.key for category in CATALOGUE if category.urgent} == {"conflict", "fire", "burglary"}


def test_ids_made_here_sort_as_time_does():
    ids = [uuid7(NOW + timedelta(milliseconds=number)) for number in range(100)]
    assert ids == sorted(ids)
    assert all(one[14] == "7" and one[19] in "89ab" for one in ids)
