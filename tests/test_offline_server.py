"""What a phone's outbox may rely on: each record once, each answer after the commit, each time put right."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import CATALOGUE, NOW, a_database, a_user, a_wire, an_observation, some_services
from PIL import Image
from serving import make_user, signed_in_cookie

from fieldapp.errors import Problem
from fieldapp.model import Observation, utc_text, uuid7
from fieldapp.model.parsing import PARSERS, clock_skew
from fieldapp.privacy.releasing import release
from fieldapp.store import audit, drafts, photos
from fieldapp.store import observations as rows
from fieldapp.store.connection import opened
from fieldapp.ui.moments import phone_clock
from fieldapp.usecases import drafts as draft_uses
from fieldapp.usecases import observations, outbox
from fieldapp.usecases.form import form
from fieldapp.usecases.outbox import Sent
from fieldapp.usecases.retention_coarse import coarse_values, empty_values


def a_jpeg():
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (120, 130, 140)).save(file, "JPEG")
    return file.getvalue()


SERVICES = some_services()
HOUR = timedelta(hours=1)
JPEG = a_jpeg()


@pytest.fixture
def db(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.conn.close()


@pytest.fixture
def worker(db):
    return a_user(db, "worker")


def record_many(db, user, *sent, now=NOW):
    items = [one if isinstance(one, Sent) else Sent(one) for one in sent]
    return outbox.record_many(items, user=user, db=db, services=SERVICES, now=now)


def outcomes(answers):
    return [one.code if isinstance(one, Problem) else one.outcome for one in answers]


def count(db, table="observation"):
    return db.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


# --- many at a time


def test_many_are_stored_as_one_by_one_would_have_been_and_a_bad_one_stops_no_other(db, worker):
    good = [an_observation(note=f"Glas ved bænk {n}", lat=55.6 + n / 1000) for n in range(4)]
    named = an_observation(note="Ring til 20 30 40 50")
    unsure = an_observation(note="Ali sad her")
    again = an_observation(id=good[0].id, lat=good[0].lat, note=good[0].note)
    other = an_observation(id=good[1].id, note="Noget andet")
    answers = record_many(db, worker, good[0], named, good[1], unsure, again, other, *good[2:])
    assert outcomes(answers) == [
        "new", "personal_data", "new", "personal_data_unsure", "same", "conflict", "new", "new",
    ]  # fmt: skip
    alone = a_user(db, "worker")
    one_by_one = observations.record(
        an_observation(lat=good[0].lat, note=good[0].note), user=alone, db=db, services=SERVICES, now=NOW
    ).observation
    first = answers[0].observation
    for name in ("district", "place", "cell", "note", "recorded_at", "near_border"):
        assert getattr(first, name) == getattr(one_by_one, name)
    assert rows.get(db, good[0].id) == first
    assert [row["action"] for row in audit.history(db, "observation", good[3].id)] == ["record"]
    assert (count(db), audit.verify(db)[1]) == (5, None)


def test_the_writers_answers_count_in_a_batch_as_alone(db, worker):
    note = "Ali ved bænken"
    with pytest.raises(Problem) as asked:
        observations.record(an_observation(note=note), user=worker, db=db, services=SERVICES, now=NOW)
    places = [[one["start"], one["end"]] for one in asked.value.details["findings"]]
    one = an_observation(note=note)
    assert outcomes(record_many(db, worker, Sent(one, places))) == ["new"]
    assert outcomes(record_many(db, worker, one)) == ["same"]
    assert list(db.query("SELECT outcome, count FROM gate_count")) == [{"outcome": "passed", "count": len(places)}]


def test_a_role_that_records_nothing_is_told_so_as_a_whole(db):
    with pytest.raises(Problem, match="rolle"):
        record_many(db, a_user(db, "ssp"), an_observation())


def test_what_another_sent_under_the_same_id_is_a_conflict_and_untouched(db, worker):
    one = an_observation(note="Knust rude")
    record_many(db, worker, one)
    assert outcomes(record_many(db, a_user(db, "worker"), one)) == ["conflict"]
    stored = rows.get(db, one.id)
    assert (stored.reporter, stored.version) == (worker.id, 1)


def test_a_phone_that_never_heard_the_answer_is_told_the_same_after_a_change_or_undo(db, worker):
    sent = [an_observation(note="Knust rude"), an_observation(note="Larm")]
    record_many(db, worker, *sent)
    changed = an_observation(id=sent[0].id, note="Knust rude i døren")
    observations.amend(changed, user=worker, db=db, services=SERVICES, now=NOW)
    observations.undo(sent[1].id, user=worker, db=db, now=NOW)
    assert outcomes(record_many(db, worker, *sent)) == ["same", "same"]
    assert [rows.get(db, one.id).note for one in sent] == ["Knust rude i døren", None]
    assert outcomes(record_many(db, worker, an_observation(id=sent[0].id, note="Helt andet"))) == ["conflict"]


def test_a_record_that_is_the_users_draft_ends_it_and_takes_its_photos(db, worker):
    photo = photos.StoredPhoto(uuid7(NOW), bytes(32), 1, 1, b"jpeg", b"small")
    draft, before, after = (an_observation(note="Skrevet videre uden net"), an_observation(), an_observation())
    draft_uses.save(draft_uses.Draft(draft.id, {"category": "moped"}), user=worker, db=db, now=NOW)
    drafts.add_photo(db, worker.id, photo, at=NOW)
    record_many(db, worker, an_observation())
    assert draft_uses.load(user=worker, db=db, now=NOW).photos == (photo.id,)
    assert outcomes(record_many(db, worker, before, draft, after)) == ["new"] * 3
    assert photos.of(db, draft.id) == [photo.id]
    assert (count(db, "draft"), count(db, "draft_photo")) == (0, 0)


def test_nothing_is_half_stored_when_nothing_can_be(db, worker):
    db.conn.execute("PRAGMA query_only = ON")
    with pytest.raises(Problem) as refused:
        record_many(db, worker, an_observation(), an_observation())
    assert (refused.value.code, refused.value.status) == ("storage_readonly", 503)
    db.conn.execute("PRAGMA query_only = OFF")
    pages = db.conn.execute("PRAGMA page_count").fetchone()[0]
    db.conn.execute(f"PRAGMA max_page_count = {pages}")
    many = [an_observation(note="x" * 500) for _ in range(50)]
    with pytest.raises(Problem) as full:
        record_many(db, worker, *many)
    assert (full.value.code, full.value.status) == ("storage_full", 507)
    assert (count(db), count(db, "audit")) == (0, 0)
    db.conn.execute("PRAGMA max_page_count = 1000000")
    assert outcomes(record_many(db, worker, *many)) == ["new"] * 50


def test_many_threads_send_the_same_by_both_ways_and_each_is_there_once(db, worker, tmp_path):
    sent = [an_observation(lat=55.6 + n / 1000) for n in range(20)]

    def flush(number):
        with opened(tmp_path / "fieldapp.sqlite3") as own:
            if number % 2:
                return outcomes(record_many(own, worker, *sent))
            alone = [observations.record(one, user=worker, db=own, services=SERVICES, now=NOW) for one in sent]
            return [one.outcome for one in alone]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(flush, range(8)))
    assert sorted(one for some in told for one in some) == ["new"] * 20 + ["same"] * 140
    assert (count(db), count(db, "audit"), audit.verify(db)[1]) == (20, 20, None)


# --- the phone's clock


def parsed(wire, phone_time, now=NOW):
    return Observation.from_wire(wire, catalogue=CATALOGUE, now=now, skew=clock_skew(phone_time, now))


@pytest.mark.parametrize(
    ("phone", "seen", "kept", "said"),
    [
        (None, NOW, None, None),
        (NOW + timedelta(seconds=60), NOW, None, None),
        (NOW + 2 * HOUR, NOW - 2 * HOUR, NOW, "Telefonens ur gik 2 timer foran. Tiden her er rettet."),
        (NOW - timedelta(seconds=61), NOW + timedelta(seconds=61), NOW, "Telefonens ur gik 1 minut bagud. "),
        (NOW - timedelta(days=3), NOW + timedelta(days=3), NOW, "Telefonens ur gik 3 dage bagud. "),
    ],
    ids=["not told", "a minute", "two hours ahead", "just over a minute behind", "days behind"],
)
def test_a_phones_wrong_clock_is_put_right_and_what_it_said_kept(db, worker, phone, seen, kept, said):
    wire, later = a_wire(observed_at=NOW.isoformat()), NOW + timedelta(days=3)
    skew = clock_skew(phone and phone.isoformat(), NOW)
    one = Observation.from_wire(wire, catalogue=CATALOGUE, now=later, skew=skew)
    assert (one.observed_at, one.phone_observed_at) == (seen, kept)
    record_many(db, worker, one)
    assert rows.get(db, one.id).phone_observed_at == kept
    shown = observations.detail(one.id, user=worker, db=db).point
    assert (shown.observed_at, shown.phone_observed_at) == (seen, kept)
    assert (phone_clock(shown, language="da") or "").startswith(said or "") and bool(said) == bool(kept)


def test_the_same_sent_again_with_another_skew_is_the_same(db, worker):
    wire = a_wire(observed_at=(NOW - HOUR).isoformat())
    times = [NOW + HOUR, NOW - timedelta(hours=5), None, NOW]
    told = []
    for phone in times:
        skew = clock_skew(phone and phone.isoformat(), NOW)
        told += record_many(db, worker, outbox.read_sent(wire, [], services=SERVICES, now=NOW, skew=skew))
    assert outcomes(told) == ["new", "same", "same", "same"]
    assert rows.get(db, wire["id"]).observed_at == NOW - 2 * HOUR


def test_a_time_yet_to_come_is_refused_but_not_of_what_is_there_already(db, worker):
    wire = a_wire(observed_at=(NOW + HOUR).isoformat())
    right = outbox.read_sent(wire, [], services=SERVICES, now=NOW, skew=timedelta(0))
    wrong = outbox.read_sent(wire, [], services=SERVICES, now=NOW, skew=clock_skew((NOW + HOUR).isoformat(), NOW))
    assert outcomes(record_many(db, worker, right, wrong, right)) == ["invalid", "new", "invalid"]
    assert outcomes(record_many(db, worker, right)) == ["same"]
    assert outbox.record_one(right, user=worker, db=db, services=SERVICES, now=NOW).outcome == "same"


@pytest.mark.parametrize(
    ("seen", "phone", "code"),
    [
        ("1970-01-01T05:00:00Z", "1970-01-01T06:00:00Z", "new"),
        ("2099-05-05T05:00:00Z", "2099-05-05T06:00:00Z", "new"),
        ("9999-12-31T23:00:00Z", "1970-01-01T00:00:00Z", "invalid"),
        ("1970-01-01T05:00:00Z", "2099-05-05T06:00:00Z", "invalid"),
        ("2099-05-05T05:00:00Z", None, "invalid"),
        ("0001-01-01T00:00:00+14:00", None, "invalid"),
    ],
)
def test_a_clock_of_another_age_is_put_right_where_it_can_be(db, worker, seen, phone, code):
    wire = a_wire(observed_at=seen)
    if code != "new":
        with pytest.raises(Problem, match="observed_at"):
            parsed(wire, phone)
        return
    assert outcomes(record_many(db, worker, parsed(wire, phone))) == ["new"]
    assert rows.get(db, wire["id"]).observed_at == NOW - HOUR


def test_what_the_phone_said_goes_with_the_other_times_and_leaves_no_trace(db, worker):
    one = parsed(a_wire(observed_at=NOW.isoformat()), (NOW + 2 * HOUR).isoformat())
    record_many(db, worker, one)
    row = next(iter(db.query("SELECT * FROM observation")))
    assert row["phone_observed_at"] == utc_text(NOW)
    assert audit.history(db, "observation", one.id)[0]["after"]["phone_observed_at"] == utc_text(NOW)
    for values in (coarse_values(row, SERVICES), empty_values(row)):
        assert values["phone_observed_at"] is None


def test_mending_keeps_what_the_phone_said(db, worker):
    one = parsed(a_wire(observed_at=NOW.isoformat()), (NOW + 2 * HOUR).isoformat())
    record_many(db, worker, one)
    changed = Observation.from_wire(one.to_wire() | {"severity": 3}, catalogue=CATALOGUE, now=NOW)
    mended = observations.amend(changed, user=worker, db=db, services=SERVICES, now=NOW)
    assert (mended.severity, mended.phone_observed_at) == (3, NOW)
    assert release([mended], worker).points[0].phone_observed_at == NOW


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(sorted(PARSERS)), JSON, max_size=4), skewed=st.booleans())
def test_whatever_stands_in_a_field_it_is_an_observation_or_a_problem(changes, skewed):
    try:
        one = parsed(a_wire() | changes, (NOW + HOUR).isoformat() if skewed else None)
    except Problem:
        return
    rows.to_row(one)
    json.dumps(rows.trail(one), ensure_ascii=False).encode()


# --- photos that come late


@pytest.mark.parametrize(
    ("taken", "phone", "allowed"),
    [(0, 0, True), (23, 0, True), (25, 0, False), (25, 48, True), (-40, -48, True), (-20, -48, False), (73, 48, False)],
)
def test_a_photo_taken_in_time_may_come_days_later(db, worker, taken, phone, allowed):
    """`taken`: hours after the record by the phone's clock, which is `phone` hours ahead."""
    wire = a_wire(observed_at=(NOW + phone * HOUR).isoformat())
    record_many(db, worker, parsed(wire, (NOW + phone * HOUR).isoformat()))
    late = {"observation_id": wire["id"], "photo_id": uuid7(NOW + taken * HOUR), "user": worker, "db": db}
    if allowed:
        draft_uses.add_photo(JPEG, now=NOW + timedelta(days=6), **late)
        assert len(photos.of(db, wire["id"])) == 1
    else:
        with pytest.raises(Problem, match="24 timer"):
            draft_uses.add_photo(JPEG, now=NOW + timedelta(days=6), **late)


# --- the form's description


def test_the_form_says_all_that_a_page_without_a_line_needs_and_when_it_changed(db, worker):
    def made(user):
        return form(user=user, db=db, services=SERVICES, now=NOW)

    first = made(worker)
    assert first["user"] == worker.id and first["hash"] == made(worker)["hash"] != made(a_user(db, "worker"))["hash"]
    assert first["fields"]["when"][1:3] == [
        {"value": "recently", "label": "For lidt siden", "minutes_ago": 15},
        {"value": "last_night", "label": "I går aftes", "hour_yesterday": 21},
    ]
    assert first["questions"]["category"] == "Hvad ser du?"
    assert first["border"]["choice_m"] == 100 and first["border"]["districts"]["vejlebro"] == "Vejlebroskolen"
    limits = first["limits"]
    assert (limits["batch"], limits["photo_side"], limits["observed_ahead_s"]) == (50, 1600, 600)
    assert {name: first["duties"]["rules"][0][name] for name in ("duty", "urgent")} == {"duty": "now", "urgent": True}


# --- over a real socket


@pytest.fixture(scope="module")
def people(server):
    """Cookie by role, and by «other» a second worker's."""
    roles = {"worker": "worker", "other": "worker", "ssp": "ssp"}
    users = {name: make_user(server.database, role, ["vejlebro"]) for name, role in roles.items()}
    return {name: (user, signed_in_cookie(server.database, user)) for name, user in users.items()}


def fresh(**changes):
    now = datetime.now(UTC)
    return a_wire(**({"id": uuid7(now), "observed_at": now.isoformat()} | changes))


def post(server, cookie, path, content, **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    given = {"Content-Type": "application/json", "Origin": server.url} | headers
    return server.request("POST", f"/api/v1/{path}", body=body, headers=given, cookie=cookie)


def send(server, cookie, *wires, **more):
    return post(server, cookie, "observations/batch", {"observations": list(wires), **more})


def test_who_is_signed_in(server, people):
    for name, records in (("worker", True), ("ssp", False)):
        user, cookie = people[name]
        told = json.loads(server.get("/api/v1/me", cookie=cookie).body)
        assert abs(datetime.now(UTC) - datetime.fromisoformat(told.pop("server_time"))) < timedelta(seconds=30)
        assert told == {"user": user.id, "name": user.name, "role": name, "language": "da", "records": records}


def test_each_of_a_batch_has_its_own_answer_in_order(server, people):
    cookie = people["worker"][1]
    good, mine = [fresh(lat=55.6 + n / 1000) for n in range(46)], fresh()
    assert send(server, people["other"][1], mine).status == 200
    bad = [mine, {"id": "ikke et id"}, "ingen observation", fresh(note="cpr 010203-1234")]
    answer = send(server, cookie, *bad[:2], *good, *bad[2:])
    told = json.loads(answer.body)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert [one["status"] for one in told["results"]] == [409, 422] + [201] * 46 + [422, 422]
    assert [one["id"] for one in told["results"]][2:48] == [one["id"] for one in good]
    assert [told["results"][place]["id"] for place in (0, 1, 48)] == [mine["id"], None, None]
    assert told["results"][49]["problem"]["findings"][0]["kind"] == "cpr" and "010203" not in answer.text
    assert told["results"][2] == {
        "id": good[0]["id"],
        "status": 201,
        "outcome": "new",
        "district": "vejlebro",
        "place": None,
    }
    again = json.loads(send(server, cookie, *good).body)["results"]
    assert {(one["status"], one["outcome"]) for one in again} == {(200, "same")}


@pytest.mark.parametrize(
    ("content", "status", "field"),
    [
        (b"", 422, "body"),
        (b'{"observations":[', 422, "body"),
        (b"[]", 422, "body"),
        (b"{}", 422, "observations"),
        ({"observations": {}}, 422, "observations"),
        ({"observations": [{}] * 51}, 422, "observations"),
        ({"observations": [], "extra": 1}, 422, "extra"),
        ({"observations": [], "phone_time": "i morgen"}, 422, "phone_time"),
        ({"observations": ["x" * 210_000]}, 413, None),
    ],
    ids=["empty", "cut in half", "a list", "no list", "no list but an object", "51", "unknown", "no time", "too large"],
)
def test_a_batch_that_is_none_is_refused_with_a_sentence(server, people, content, status, field):
    answer = post(server, people["worker"][1], "observations/batch", content)
    told = json.loads(answer.body)
    assert (answer.status, told["field"]) == (status, field) and told["reason"].endswith(".")


def test_only_who_records_may_send_a_batch_and_only_from_our_own_pages(server, people):
    assert send(server, people["ssp"][1], fresh()).status == 403
    assert send(server, None, fresh()).status == 401
    body = {"observations": [fresh()]}
    foreign = post(server, people["worker"][1], "observations/batch", body, Origin="https://ond.example")
    assert foreign.status == 403


def test_what_another_wrote_on_the_phone_is_not_taken_in_and_a_photo_not_before_its_row(server, people):
    user, cookie = people["worker"]
    record, photo = fresh(), uuid7(datetime.now(UTC))
    path = f"photos?observation={record['id']}&id={photo}&user="
    for said in (people["other"][0].id, "", 1):
        assert post(server, cookie, "observations/batch", {"observations": [record], "user": said}).status == 401
    assert post(server, cookie, path + user.id, a_jpeg()).status == 404
    answer = post(server, cookie, "observations/batch", {"observations": [record], "user": user.id})
    assert json.loads(answer.body)["results"][0]["status"] == 201
    assert post(server, cookie, path + people["other"][0].id, a_jpeg()).status == 401
    assert [post(server, cookie, path + user.id, a_jpeg()).status for _ in range(2)] == [201, 201]
    with opened(server.database) as db:
        kept = db.query("SELECT id FROM photo WHERE observation_id = ?", [record["id"]])
        assert [row["id"] for row in kept] == [photo]


def test_the_clock_is_told_by_header_or_body_and_no_other_header_of_ours_comes_in(server, people):
    user, cookie = people["worker"]
    ahead = datetime.now(UTC) + 2 * HOUR
    wires = [fresh(observed_at=ahead.isoformat()) for _ in range(2)]
    clock = {"X-Fieldapp-Phone-Time": ahead.isoformat(), "X-Fieldapp-User": people["other"][0].id}
    assert post(server, cookie, "observations", wires[0]).status == 422
    assert post(server, cookie, "observations", wires[0], **clock).status == 201
    told = send(server, cookie, wires[1], phone_time=ahead.isoformat())
    assert json.loads(told.body)["results"][0]["status"] == 201
    with opened(server.database) as db:
        stored = [rows.get(db, wire["id"]) for wire in wires]
    for one in stored:
        assert (one.reporter, one.phone_observed_at) == (user.id, ahead.replace(microsecond=0))
        assert abs(one.observed_at - (ahead - 2 * HOUR)) < timedelta(seconds=10)


def test_many_phones_at_once_are_told_to_wait_and_each_record_is_there_once(server, people):
    cookie = people["worker"][1]
    wires = [fresh(category="traffic") for _ in range(40)]
    told, lock = [], threading.Lock()

    def flush(number):
        left = list(wires) if number % 2 else list(reversed(wires))
        while left:
            if number < 4:
                answer = send(server, cookie, *left)
                assert answer.status == 200 or (answer.status, answer.headers["Retry-After"]) == (503, "1")
                found = json.loads(answer.body).get("results", [])
            else:
                answer = post(server, cookie, "observations", left[0])
                assert answer.status != 409 or answer.headers["Retry-After"] == "1"
                found = [{"id": left[0]["id"], "status": answer.status}]
            with lock:
                told.extend(one["status"] for one in found)
            done = {one["id"] for one in found if one["status"] in (200, 201)}
            left = [wire for wire in left if wire["id"] not in done]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(flush, range(8)))
    assert told.count(201) == 40 and set(told) <= {200, 201, 409}
    with opened(server.database) as db:
        ids = [wire["id"] for wire in wires]
        marks = ",".join("?" * len(ids))
        assert db.conn.execute(f"SELECT count(*) FROM observation WHERE id IN ({marks})", ids).fetchone()[0] == 40
