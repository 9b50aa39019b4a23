"""Follow-ups: no task is done because someone says so, none is refused without a reason, nothing of it is forgotten."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from making import NOW, STATION, a_database, a_user, an_observation, some_services
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import Role, User, uuid7
from fieldapp.model.follow_ups import LINK, USER, FollowUp, State, Step, replayed
from fieldapp.store import audit
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import sqlite3, writing
from fieldapp.usecases import follow_ups, follow_ups_mending, follow_ups_outside, follow_ups_reading, links
from fieldapp.usecases.follow_ups_export import csv_of
from fieldapp.usecases.follow_ups_words import deadline_text, state_text
from fieldapp.usecases.observations import record

SERVICES = some_services()
SECRET = b"s" * 32
TODAY = date(2026, 11, 20)
LAMP = "Lampen ved cykelstativet er slukket"
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return a_database(tmp_path)


def a_task(db: Database, user: User, **changes: Any) -> FollowUp:
    """A follow-up at the station; `None` takes a field away."""
    wire = {"id": uuid7(NOW), "title": LAMP, "lat": STATION[0], "lon": STATION[1], "responsible": "park_vej"}
    now = changes.pop("now", NOW)
    said = {name: value for name, value in (wire | changes).items() if value is not None}
    return follow_ups.make(said, user=user, db=db, services=SERVICES, now=now)


def step(db: Database, task: FollowUp, what: Step, user: User, text: str | None = None, **more: Any) -> FollowUp:
    version = more.pop("version", task.version)
    return follow_ups.step(task.id, what, version=version, user=user, db=db, now=NOW, text=text, **more)


def refused(work: Any) -> str:
    """The code of the Problem that `work` raises, and `ok` if none."""
    try:
        work()
    except Problem as problem:
        return problem.code
    return "ok"


class Field(RuleBasedStateMachine):
    """Three colleagues and a party with a link, each doing anything at any time, also from a page that is too old."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.db = a_database(Path(self.folder.name))
        self.users = [a_user(self.db, role) for role in (Role.WORKER, Role.HOUSING, Role.COORDINATOR)]

    @initialize()
    def made(self) -> None:
        self.task = a_task(self.db, self.users[0])
        code = follow_ups_outside.share(self.task.id, user=self.users[0], db=self.db, secret=SECRET, now=NOW).code
        self.code, self.versions = code, [1]

    @rule(
        who=st.integers(0, 2),
        what=st.sampled_from(Step),
        text=st.sampled_from([None, "", "  x ", "Det er lavet om", "Vi kan ikke"]),
        back=st.sampled_from([0, 0, 0, 1]),
    )
    def a_colleague_does_something(self, who: int, what: Step, text: str | None, back: int) -> None:
        stored = self.stored()
        version = max(1, stored.version - back)
        code = refused(lambda: step(self.db, stored, what, self.users[who], text, version=version))
        own = stored.reported_by == USER + self.users[who].id
        if back and version != stored.version:
            assert code == "task_changed"
        elif what is Step.SEE and stored.state is State.REPORTED:
            assert code == ("own_report" if own else "ok")
        elif what in (Step.REFUSE, Step.REOPEN) and len((text or "").strip()) < 3:
            assert code in ("missing", "step_not_now")
        else:
            assert code in ("ok", "step_not_now")

    @precondition(lambda self: self.stored().state in (State.NEW, State.ACTIVE))
    @rule(who=st.integers(0, 2))
    def a_colleague_reports_and_says_that_it_is_seen(self, who: int) -> None:
        reported = step(self.db, self.stored(), Step.REPORT, self.users[who])
        assert refused(lambda: step(self.db, reported, Step.SEE, self.users[who])) == "own_report"

    @rule(done=st.booleans(), visitor=st.sampled_from([None, 0, 1]))
    def the_party_answers(self, done: bool, visitor: int | None) -> None:
        user = None if visitor is None else self.users[visitor]
        with suppress(Problem):
            found = follow_ups_outside.visit(self.code, address="203.0.113.1", visitor=user, db=self.db, now=NOW)
            follow_ups_outside.answer(found, {"text": "Vi har set på det"}, done=done, db=self.db, now=NOW)

    @rule(who=st.integers(0, 2), days=st.integers(0, 9))
    def somebody_moves_the_deadline(self, who: int, days: int) -> None:
        stored, user = self.stored(), self.users[who]
        given = {"user": user, "db": self.db, "services": SERVICES, "now": NOW}
        code = refused(
            lambda: follow_ups.assign({stored.id: stored.version}, deadline=TODAY + timedelta(days=days), **given)
        )
        assert code == ("ok" if stored.is_open else "step_not_now")

    def stored(self) -> FollowUp:
        found = rows.get(self.db, self.task.id)
        assert found
        return found

    @invariant()
    def the_history_is_whole_and_leads_to_the_state(self) -> None:
        if not hasattr(self, "task"):
            return
        stored, events = self.stored(), rows.events(self.db, self.task.id)
        assert replayed(events) is stored.state
        trail = [row["action"] for row in audit.history(self.db, "follow_up", stored.id)]
        assert trail == [f"follow_up.{event.action}" for event in events]

    @invariant()
    def nobody_has_seen_their_own_report_and_every_no_has_its_reason(self) -> None:
        reporter = None
        for event in rows.events(self.db, self.task.id) if hasattr(self, "task") else ():
            if event.action == "see":
                assert reporter and event.who != reporter and event.who.startswith(USER)
            if event.after is State.REFUSED:
                assert (event.text and len(event.text) >= 3) or event.before is State.REFUSED
            reporter = event.who if event.action == "report" else reporter

    def teardown(self) -> None:
        assert audit.verify(self.db)[1] is None
        self.db.conn.close()
        self.folder.cleanup()


TestField = Field.TestCase
TestField.settings = settings(max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=SUPPRESSED)


def test_a_task_goes_from_new_to_seen_by_somebody_else_and_is_opened_again(db: Database) -> None:
    vera, karen = a_user(db), a_user(db, Role.COORDINATOR)
    task = a_task(db, vera, deadline="2026-11-24")
    assert (task.place, task.state, task.version) == ("Ishøj Station", State.NEW, 1)
    task = step(db, task, Step.TAKE, vera)
    assert task.assignee == vera.id
    task = step(db, task, Step.REPORT, vera, "Ny pære sat i")
    opened = follow_ups_reading.opened(task.id, reader=vera, db=db, now=NOW)
    assert opened.card.steps == (Step.STILL, Step.REFUSE)
    assert refused(lambda: step(db, task, Step.SEE, vera)) == "own_report"
    task = step(db, task, Step.STILL, karen)
    assert state_text(task, "da") == "I gang · genåbnet" and task.reported_by is None
    task = step(db, step(db, task, Step.REPORT, karen), Step.SEE, vera)
    assert (task.state, state_text(task, "da"), task.is_open) == (State.SEEN, "Set i marken", False)
    assert refused(lambda: step(db, task, Step.REOPEN, vera, "  ")) == "missing"
    task = step(db, task, Step.REOPEN, vera, "Slukket igen")
    history = follow_ups_reading.opened(task.id, reader=vera, db=db, now=NOW).history
    assert [(line.event.action, line.event.text) for line in history] == [
        ("make", None), ("take", None), ("report", "Ny pære sat i"), ("still", None), ("report", None), ("see", None),
        ("reopen", "Slukket igen"),
    ]  # fmt: skip


def test_the_database_itself_refuses_what_the_table_refuses(db: Database) -> None:
    vera = a_user(db)
    task = step(db, a_task(db, vera), Step.REPORT, vera)
    insert = "INSERT INTO follow_up_event (follow_up, at, who, action, before, after, text) VALUES (?,?,?,?,?,?,?)"
    at = "2026-11-20T21:10:00Z"
    for who, action, after, text in (
        (USER + vera.id, "see", "seen", None),
        (LINK + "x", "see", "seen", None),
        (USER + vera.id, "refuse", "refused", " x "),
    ):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(insert, [task.id, at, who, action, "reported", after, text])
    for sql in ("UPDATE follow_up_event SET who = 'u:x'", "DELETE FROM follow_up_event"):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(sql)
    db.execute("UPDATE follow_up_event SET text = NULL")


def test_words_go_through_the_gate_and_never_into_the_trail(db: Database) -> None:
    vera = a_user(db)
    assert refused(lambda: a_task(db, vera, detail="Ring til 20 30 40 50")) == "personal_data"
    assert refused(lambda: a_task(db, vera, title="Yusuf var der")) == "personal_data_unsure"
    task = a_task(db, vera, detail="Blåbærgrødsmærket")
    assert refused(lambda: step(db, task, Step.REFUSE, vera, "Skriv til a.b@firma.dk")) == "personal_data"
    step(db, task, Step.REFUSE, vera, "Skal hilse fra Yusuf", spared=frozenset({"yusuf"}))
    trail = str([dict(row) for row in db.query("SELECT * FROM audit")])
    assert LAMP not in trail and "Blåbær" not in trail and "Yusuf" not in trail
    counts = {(row["outcome"], row["kind"]) for row in db.query("SELECT outcome, kind FROM gate_count")}
    assert counts == {("stopped", "phone"), ("stopped", "email"), ("passed", "name")}


def test_its_maker_mends_the_text_and_the_coordinator_takes_words_out_for_good(db: Database) -> None:
    vera, bo, karen = a_user(db), a_user(db, Role.HOUSING), a_user(db, Role.COORDINATOR)
    task = step(db, a_task(db, vera, detail="Blåbærgrødsmærket"), Step.REPORT, bo, "Ordene skal væk")
    given = {"version": 2, "db": db, "now": NOW}
    assert refused(lambda: follow_ups_mending.amend(task.id, "Ny", "", user=bo, **given)) == "not_allowed"
    assert refused(lambda: follow_ups_mending.amend(task.id, "Ring 20 30 40 50", "", user=vera, **given)) == (
        "personal_data"
    )
    assert refused(lambda: follow_ups_mending.amend(task.id, "Ny", "", user=vera, **given | {"version": 1})) == (
        "task_changed"
    )
    mended = follow_ups_mending.amend(task.id, "Ny titel", "", user=vera, **given)
    assert (mended.title, mended.detail, mended.state) == ("Ny titel", None, State.REPORTED)
    seq = rows.events(db, task.id)[1].seq
    assert refused(lambda: follow_ups_mending.forget(task.id, seq, user=vera, db=db, now=NOW)) == "not_allowed"
    assert refused(lambda: follow_ups_mending.forget(task.id, 99, user=karen, db=db, now=NOW)) == "not_found"
    follow_ups_mending.forget(task.id, seq, user=karen, db=db, now=NOW)
    assert [(event.action, event.text) for event in rows.events(db, task.id)] == [
        ("make", None), ("report", None), ("amend", None)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["place", "people"])
def test_who_sees_a_task_is_who_sees_an_observation_of_its_kind_and_district(db: Database, kind: str) -> None:
    karen = a_user(db, Role.COORDINATOR)
    tasks = {
        district: a_task(db, karen, kind=kind, lat=None, lon=None, district=district)
        for district in ("strandgaard", "vejlebro", None)
    }
    seen = {}
    for role in Role:
        for own in ((), ("strandgaard",)):
            if role is Role.SSP and not own:
                continue
            reader = a_user(db, role, *own)
            found = [key for key, task in tasks.items() if follow_ups.sees(task, reader)]
            seen[role.value, bool(own)] = found
            if role is Role.ADMIN:
                with pytest.raises(Problem):
                    follow_ups_reading.listing(rows.Wanted(), reader=reader, db=db, now=NOW)
                continue
            listed = follow_ups_reading.listing(rows.Wanted(), reader=reader, db=db, now=NOW)
            assert {card.follow_up.district for card in listed.cards} == set(found) and listed.total == len(found)
            for key, task in tasks.items():
                code = refused(lambda task=task, reader=reader: step(db, task, Step.TAKE, reader, version=9))  # type: ignore[misc]
                assert code == ("task_changed" if key in found else "not_found")
    everywhere, own_alone = ["strandgaard", "vejlebro", None], ["strandgaard"]
    place, people = (everywhere, own_alone), ([], own_alone)
    assert seen == {
        ("worker", False): everywhere,
        ("worker", True): place[0] if kind == "place" else own_alone,
        ("housing", False): everywhere if kind == "place" else people[0],
        ("housing", True): own_alone if kind == "place" else [],
        ("ssp", True): own_alone,
        ("coordinator", False): everywhere,
        ("coordinator", True): everywhere,
        ("admin", False): [],
        ("admin", True): [],
    }


def test_a_task_about_behaviour_is_made_by_those_who_see_it_and_goes_to_no_link(db: Database) -> None:
    vera, bo = a_user(db), a_user(db, Role.HOUSING)
    seen = record(an_observation(category="group"), user=vera, db=db, services=SERVICES, now=NOW).observation
    from_seen = {"source": "observation", "source_id": seen.id, "kind": "place", "lat": 55.0}
    assert refused(lambda: a_task(db, bo, **from_seen)) == "not_found"
    assert refused(lambda: a_task(db, bo, kind="people")) == "not_allowed"
    task = a_task(db, vera, **from_seen)
    assert (task.kind, task.lat, task.district) == ("people", seen.lat, seen.district)
    with pytest.raises(Problem, match="ikke ud af huset"):
        follow_ups_outside.share(task.id, user=vera, db=db, secret=SECRET, now=NOW)
    assert follow_ups_reading.answers("observation", [seen.id], db=db) == {}
    given = {"user": vera, "db": db, "services": SERVICES, "now": NOW}
    assert refused(lambda: follow_ups.assign({task.id: 1}, assignee=bo.id, **given)) == "invalid"
    made = links.make("task", task.id, secret=SECRET, valid_from=NOW, adds_until=NOW, reads_until=NOW + timedelta(9),
                      user=vera, db=db, now=NOW)  # fmt: skip
    code = links.code_of(made, SECRET)
    assert (
        refused(lambda: follow_ups_outside.visit(code, address="::1", visitor=None, db=db, now=NOW)) == "link_expired"
    )


def test_many_are_given_away_at_once_or_none_is(db: Database) -> None:
    vera = a_user(db)
    tasks = [a_task(db, vera) for _ in range(3)]
    bo = a_user(db, Role.HOUSING, str(tasks[0].district))
    hidden = a_task(db, vera, lat=None, lon=None)
    given = {"user": bo, "db": db, "services": SERVICES, "now": NOW, "responsible": "boligselskab"}
    ids = {task.id: 1 for task in tasks}
    step(db, tasks[2], Step.TAKE, vera)
    assert refused(lambda: follow_ups.assign(ids, **given)) == "task_changed"
    ids[tasks[2].id] = 2
    assert refused(lambda: follow_ups.assign(ids | {hidden.id: 1}, **given)) == "not_found"
    assert refused(lambda: follow_ups.assign(ids, **{**given, "responsible": "nabo"})) == "invalid"
    assert refused(lambda: follow_ups.assign(ids, deadline=TODAY - timedelta(1), **given)) == "invalid"
    assert {one.responsible for one in rows.find(db, rows.Wanted())} == {"park_vej"}
    changed = follow_ups.assign(ids, deadline=TODAY, assignee=bo.id, **given)
    assert [(one.responsible, one.deadline, one.assignee) for one in changed] == [("boligselskab", TODAY, bo.id)] * 3
    history = follow_ups_reading.opened(tasks[0].id, reader=bo, db=db, now=NOW).history
    assert dict(history[-1].changed) == {
        "responsible": "boligselskab", "assignee": bo.id, "deadline": "2026-11-20"
    }  # fmt: skip
    assert follow_ups_reading.mine(reader=bo, db=db, now=NOW + timedelta(1)) == (3, 3)


def test_a_finding_has_one_follow_up_and_those_who_walked_are_told_what_became_of_it(db: Database) -> None:
    leader, vera = a_user(db, Role.HOUSING), a_user(db)
    found = record(an_observation(category="lighting"), user=leader, db=db, services=SERVICES, now=NOW).observation
    said = {"source": "finding", "source_id": found.id, "walk": "tur"}
    task = a_task(db, leader, **said)
    assert a_task(db, leader, **said, responsible="plan", deadline="2026-12-24").id == task.id
    later = rows.get(db, task.id)
    assert later and (later.responsible, later.version) == ("plan", 2)
    step(db, later, Step.REFUSE, vera, "Der kommer en ny plads til foråret")
    (told,) = follow_ups_reading.answers("finding", [found.id, "andet"], db=db).values()
    assert (told.state, told.since, told.words) == (State.REFUSED, TODAY, "Der kommer en ny plads til foråret")
    assert a_task(db, leader, **said, responsible="andet").responsible == "plan"
    ready = follow_ups.prepared([{"id": uuid7(NOW), "title": "To", "responsible": "plan"}], user=vera, db=db,
                                services=SERVICES, now=NOW)  # fmt: skip
    with suppress(ValueError), writing(db):
        follow_ups.put_within(ready, user=vera, db=db, now=NOW)
        raise ValueError
    assert rows.count(db, rows.Wanted()) == 1


def test_the_next_one_within_a_hundred_metres_is_asked_but_not_who_reported_it(db: Database) -> None:
    vera, bo, ssp = a_user(db), a_user(db, Role.HOUSING), a_user(db, Role.SSP, "vejlebro")
    lat, lon = STATION
    near, far = a_task(db, vera, lat=lat + 0.0008), a_task(db, vera, lat=lat + 0.0011)
    for task in (near, far):
        step(db, task, Step.REPORT, vera)
    a_task(db, vera)
    asked = {
        user.role: [(round(metres), card.follow_up.id) for metres, card in found]
        for user in (vera, bo, ssp)
        for found in [follow_ups_reading.near(lat, lon, reader=user, db=db, now=NOW)]
    }
    assert asked == {Role.WORKER: [], Role.HOUSING: [(89, near.id)], Role.SSP: []}


def test_the_address_bar_says_what_is_listed_and_the_overdue_are_told_in_words(db: Database) -> None:
    vera = a_user(db)
    late = a_task(db, vera, deadline="2026-11-20", responsible="plan", now=NOW - timedelta(2))
    a_task(db, vera, deadline="2026-11-28", now=NOW - timedelta(1))
    step(db, a_task(db, vera, deadline="2026-11-21"), Step.REPORT, vera)
    now = NOW + timedelta(days=3)

    def listed(**query: str) -> list[str]:
        said = {name: [value] for name, value in query.items()}
        wanted, order = follow_ups_reading.parse_wanted(said, reader=vera, services=SERVICES, now=now)
        found = follow_ups_reading.listing(wanted, reader=vera, db=db, now=now, order=order)
        return [f"{card.follow_up.deadline:%d} {card.overdue}" for card in found.cards]

    assert listed() == ["20 3", "21 0", "28 0"]
    assert listed(order="newest") == ["21 0", "28 0", "20 3"]
    assert listed(late="1") == listed(responsible="plan") == ["20 3"]
    assert listed(show="look") == ["21 0"] and listed(mine="1") == listed(show="closed") == []
    for said in ({"show": "alt"}, {"responsible": "nabo"}, {"district": "atlantis"}):
        assert refused(lambda said=said: listed(**said)) == "invalid"  # type: ignore[misc]
    assert deadline_text(late, today=date(2026, 11, 23), language="da") == "3 dage over fristen (fre. 20. nov.)"
    assert [deadline_text(late, today=day, language="da") for day in (TODAY, date(2026, 11, 19))] == [
        "frist i dag", "frist fre. 20. nov."
    ]  # fmt: skip


def test_the_spreadsheet_holds_what_its_reader_sees_and_nothing_that_runs(db: Database) -> None:
    vera, bo = a_user(db), a_user(db, Role.HOUSING)
    for title in ("=1+1 på bænken", "+45 meter hegn", "- bænken er væk", "@ 5 bænke", "Almindelig; med «tegn»"):
        a_task(db, vera, title=title)
    a_task(db, vera, kind="people", title="Uro ved kiosken")
    raw = csv_of(rows.Wanted(), reader=bo, db=db, services=SERVICES, now=NOW)
    assert raw.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert {row["opgave"] for row in table} == {
        "'=1+1 på bænken", "'+45 meter hegn", "'- bænken er væk", "'@ 5 bænke", "Almindelig; med «tegn»"
    }  # fmt: skip
    assert {(row["status"], row["ansvarlig"], row["lat"]) for row in table} == {("Ny", "Park og Vej", "55,6133")}
    assert vera.id not in raw.decode() and audit.history(db, "follow_up", "*")[0]["after"]["count"] == 5
    assert refused(lambda: csv_of(rows.Wanted(), reader=a_user(db, Role.ADMIN), db=db, services=SERVICES, now=NOW)) == (
        "not_allowed"
    )
