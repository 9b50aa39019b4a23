"""Safety walks: planned, walked with guests who have no account, decided on, answered and walked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import NOW, a_database, a_user, some_services
from sqlite_utils import Database
from walking import EVENING, ROUTE, a_guest, a_plan, a_running_walk, a_walk, add, found

from fieldapp.errors import Problem
from fieldapp.model import User, uuid7
from fieldapp.model.walks import STEPS, State, Walk, WalkKind, next_state, size_advice
from fieldapp.store import audit, observations, sessions
from fieldapp.store import findings as rows
from fieldapp.store.connection import sqlite3, writing
from fieldapp.usecases import (
    walks_answers,
    walks_closing,
    walks_findings,
    walks_plan,
    walks_route,
    walks_run,
    walks_view,
)
from fieldapp.usecases.walks_run import Door


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return a_database(tmp_path)


@pytest.fixture
def leader(db: Database) -> User:
    return a_user(db, "housing")


def refused(code: str, field: str | None = None) -> pytest.RaisesContext[Problem]:
    """The Problem of this code, and this field where one is named."""
    return pytest.raises(Problem, check=lambda problem: problem.code == code and field in (None, problem.field))


# --- planning


def test_a_plan_knows_its_district_length_and_walking_time(db: Database, leader: User) -> None:
    walk = a_walk(db, leader)
    assert (walk.state, walk.leader, walk.length_m, walk.district is not None) == (State.PLANNED, leader.id, 316, True)
    assert walks_route.walking_minutes(walk.length_m) == 15
    assert walks_route.walking_minutes(2000) == 80
    assert [item.key for item in walk.checklist][:2] == ["lighting", "overview"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"kind": "twilight"}, "kind"),
        ({"meeting_lat": 48.2, "meeting_lon": 16.4}, "meeting_lat"),
        ({"route": [[12.3, 55.6]]}, "route"),
        ({"size": 0}, "size"),
        ({"starts_at": "2030-01-01T19:00"}, "starts_at"),
        ({"title": "Tur med Peter Hansen, 20 30 40 50"}, "title"),
        ({"themes": ["Ring til 20 30 40 50"]}, "themes"),
        ({"checklist": [{"key": "gang", "da": "Grupper", "category": "group"}]}, "checklist"),
        ({"leader_name": "x"}, "leader_name"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_plan_that_cannot_be_used_names_the_field(
    changes: dict[str, object], field: str, db: Database, leader: User
) -> None:
    with pytest.raises(Problem) as problem:
        a_walk(db, leader, **changes)
    assert problem.value.field == field


def test_the_sun_says_when_a_walk_in_the_dark_is_planned_by_daylight() -> None:
    def light(kind: WalkKind, clock: str) -> tuple[str, bool]:
        told = walks_route.light(kind, datetime.fromisoformat(clock), 55.6133, 12.358)
        return f"{told.sets:%H:%M}", bool(told.warning)

    assert light(WalkKind.DARK, "2026-11-20T15:30+01:00") == ("15:56", True)
    assert light(WalkKind.DARK, "2026-11-20T19:00+01:00") == ("15:56", False)
    assert light(WalkKind.DAY, "2026-11-20T15:30+01:00") == ("15:56", True), "it ends in the dark"
    assert light(WalkKind.DAY, "2026-06-20T19:00+02:00") == ("21:57", False)
    assert light(WalkKind.DARK, "2026-06-20T20:00+02:00") == ("21:57", True)


def test_a_walk_is_best_with_eight_to_twelve_and_split_above_twenty_five() -> None:
    said = {size: size_advice(size) for size in (5, 8, 12, 25, 26)}
    assert said == {5: "few", 8: "", 12: "", 25: "many", 26: "split"}


def test_themes_come_from_what_was_seen_near_the_route_and_never_from_behaviour(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    for _ in range(3):
        add(db, Door(walk, user=leader))
    worker = a_user(db)
    with writing(db):
        db.execute(
            "UPDATE observation SET kind = 'people', category = 'drugs' WHERE id = (SELECT max(id) FROM finding)"
        )
    route = [(lon, lat) for lon, lat in ROUTE]
    near = walks_route.themes_near(route, user=worker, db=db, services=some_services(), now=NOW)
    assert near == [("lighting", 2)]
    assert walks_route.themes_near([(12.3, 55.6)], user=worker, db=db, services=some_services(), now=NOW) == []


def test_only_the_leader_the_planner_and_coordinators_change_a_walk(db: Database, leader: User) -> None:
    walk, other, admin = a_walk(db, leader), a_user(db, "worker"), a_user(db, "admin")
    with refused("not_allowed"):
        walks_run.take_step(walk.id, "start", user=other, db=db, now=NOW)
    with refused("not_found"):
        walks_run.take_step(walk.id, "start", user=admin, db=db, now=NOW)
    with refused("not_allowed"):
        a_walk(db, a_user(db, "ssp", "vejleaa"))
    assert walks_run.take_step(walk.id, "start", user=a_user(db, "coordinator"), db=db, now=NOW).state is State.RUNNING
    assert [card.next_step for card in walks_plan.cards(user=leader, db=db, now=NOW)] == ["walk"]
    assert walks_plan.cards(user=admin, db=db, now=NOW) == []


def test_a_plan_is_mended_by_version_and_keeps_what_has_happened(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    mend = {"user": leader, "db": db, "services": some_services(), "now": NOW}
    mended = walks_plan.amend(a_plan(id=walk.id, title="Kortere tur"), version=walk.version, **mend)
    assert (mended.title, mended.state, mended.started_at) == ("Kortere tur", State.RUNNING, NOW)
    with refused("conflict"):
        walks_plan.amend(a_plan(id=walk.id), version=walk.version, **mend)


@given(st.lists(st.sampled_from(list(STEPS)), max_size=12))
@settings(max_examples=60)
def test_a_walk_goes_only_where_its_table_leads(steps: list[str]) -> None:
    walk, taken = Walk("x", "T", WalkKind.DAY, NOW, "P", 55.6, 12.3), []
    for step in steps:
        allowed, after = STEPS[step]
        if walk.state not in allowed:
            with refused("walk_step"):
                next_state(walk, step)
            continue
        walk = replace(walk, state=next_state(walk, step))
        taken.append(step)
        assert walk.state is after
    assert walk.state is not State.CLOSED or taken.index("start") < taken.index("stop") < taken.index("close")


# --- on the walk


def test_what_a_guest_finds_is_an_observation_of_the_leaders_that_counts(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    guest = a_guest(db, walk)
    one = add(db, guest, note="Lampen ved stien er slukket", proposal="Skift pæren", feeling_dark=2)
    stored = observations.get(db, one.id)
    assert stored and (stored.origin, stored.reporter, stored.category) == ("walk", leader.id, "lighting")
    assert (one.number, one.guest, one.proposal, one.feeling_dark) == (1, guest.guest.id, "Skift pæren", 2)  # type: ignore[union-attr]
    assert [row["actor"] for row in audit.history(db, "observation", one.id)] == [guest.supporter]
    assert add(db, guest, item="works_well").observation.category == "good"
    assert add(db, guest, item="lighting", good=True).observation.kind == "good"


def test_a_finding_sent_again_is_there_once_and_another_under_its_id_is_refused(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    guest, said = a_guest(db, walk), found(note="Mørkt her")
    sent = {"db": db, "services": some_services(), "now": NOW, "skew": timedelta(0)}
    assert [walks_findings.add(said, door=guest, **sent).outcome for _ in range(2)] == ["new", "same"]
    with refused("conflict"):
        walks_findings.add(said | {"note": "Andet"}, door=guest, **sent)
    with refused("conflict"):
        walks_findings.add(said, door=a_guest(db, walk), **sent)
    assert len(rows.of(db, walk.id)) == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"note": "Peter Hansen bor her, 20 30 40 50"}, "personal_data", "note"),
        ({"proposal": "Ring til 20 30 40 50"}, "personal_data", "proposal"),
        ({"item": "group"}, "invalid", "item"),
        ({"feeling_day": 8}, "invalid", "feeling_day"),
        ({"lat": None}, "missing", "lat"),
        ({"reporter": "x"}, "unknown_field", "reporter"),
        ({"category": "drugs"}, "unknown_field", "category"),
        ({"checks": "01a2016b-8ba1-7554-8911-4b5a47878bdc", "checked": "gone"}, "invalid", "checks"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_finding_that_cannot_be_used_names_the_field(
    changes: dict[str, object], code: str, field: str, db: Database, leader: User
) -> None:
    walk = a_running_walk(db, leader)
    with refused(code, field):
        add(db, a_guest(db, walk), **changes)
    assert rows.of(db, walk.id) == []


def test_guests_add_from_the_day_before_to_the_day_after_and_what_was_late_on_the_line_still_comes_in(
    db: Database, leader: User
) -> None:
    walk = a_walk(db, leader)
    guest = a_guest(db, walk)
    start, end = EVENING.astimezone(UTC) - timedelta(days=1), datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    for moment, code in (
        (start - timedelta(hours=1), "too_early"),
        (start + timedelta(minutes=1), ""),
        (end - timedelta(minutes=1), ""),
        (end + timedelta(minutes=1), "too_late"),
    ):
        wire = {"id": uuid7(moment), "observed_at": moment.isoformat(), "now": moment}
        if code:
            with refused(code):
                add(db, guest, **wire)
        else:
            add(db, guest, **wire)
    made = end - timedelta(hours=1)
    add(db, guest, id=uuid7(made), observed_at=made.isoformat(), now=end + timedelta(days=2))
    with refused("too_late"):
        add(db, guest, id=uuid7(made), observed_at=made.isoformat(), now=end + timedelta(days=8))
    add(db, Door(walk, user=leader), now=end + timedelta(days=30))


def test_support_counts_each_once_and_a_merge_keeps_all_who_stand_behind(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    first, second, third = (a_guest(db, walk) for _ in range(3))
    one, other = add(db, first), add(db, second)
    for door in (third, third):
        walks_findings.support(other.id, True, door=door, db=db, now=NOW)
    with refused("invalid"):
        walks_findings.support(one.id, True, door=first, db=db, now=NOW)
    walks_findings.merge(other.id, one.id, user=leader, db=db, now=NOW)
    assert [(found.number, found.support) for found in walks_findings.standing(walk, db)] == [(1, 3)]
    assert [found.number for found in walks_findings.joined(walk, db)] == [2]
    walks_findings.part(other.id, user=leader, db=db, now=NOW)
    assert [found.number for found in walks_findings.standing(walk, db)] == [1, 2]


def test_the_leader_orders_mends_and_takes_away_and_a_guest_only_takes_back_ones_own(
    db: Database, leader: User
) -> None:
    walk = a_running_walk(db, leader)
    guest, other = a_guest(db, walk), a_guest(db, walk)
    ids = [add(db, guest, note=f"Fund nummer {number}").id for number in range(3)]
    walks_findings.order(walk.id, ids[::-1], user=leader, db=db, now=NOW)
    assert [one.id for one in walks_findings.standing(walk, db)] == ids[::-1]
    mend = {"user": leader, "db": db, "services": some_services(), "now": NOW}
    mended = walks_findings.edit(ids[0], {"note": "Lygten er slukket", "item": "traffic"}, version=1, **mend)
    assert (mended.observation.note, mended.observation.category) == ("Lygten er slukket", "traffic")
    with refused("conflict"):
        walks_findings.edit(ids[0], {"note": "x"}, version=1, **mend)
    with refused("not_found"):
        walks_findings.undo(ids[1], door=other, db=db, now=NOW)
    with refused("too_late"):
        walks_findings.undo(ids[1], door=guest, db=db, now=NOW + timedelta(minutes=11))
    walks_findings.undo(ids[1], door=guest, db=db, now=NOW)
    walks_findings.undo(ids[2], door=Door(walk, user=leader), db=db, now=NOW + timedelta(days=1))
    assert [one.id for one in walks_findings.standing(walk, db)] == ids[:1]


def test_a_route_is_kept_only_for_the_leader_and_only_where_it_was_chosen(db: Database, leader: User) -> None:
    plain = a_running_walk(db, leader)
    with refused("not_allowed"):
        walks_run.keep_track(plain.id, ROUTE, user=leader, db=db, now=NOW)
    chosen = a_running_walk(db, leader, track_on=True)
    with refused("not_allowed"):
        walks_run.keep_track(chosen.id, ROUTE, user=a_user(db, "coordinator"), db=db, now=NOW)
    kept = walks_run.keep_track(chosen.id, ROUTE[:1], user=leader, db=db, now=NOW)
    assert kept.track == ((12.358, 55.6133),)


# --- what the phones see


def see(db: Database, door: Door, since: int = 0, now: datetime = NOW) -> dict[str, object]:
    return walks_view.view(door, since=since, db=db, services=some_services(), now=now, language="da")


def test_a_phone_hears_of_each_change_once_and_never_of_behaviour(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    guest, other = a_guest(db, walk), a_guest(db, walk, "police")
    one = add(db, guest, note="Mørkt")
    first = see(db, other)
    assert [(said["number"], said["mine"], said["support"]) for said in first["findings"]] == [(1, False, 1)]  # type: ignore[attr-defined]
    assert see(db, other, first["latest"])["findings"] == []  # type: ignore[arg-type]
    walks_findings.support(one.id, True, door=other, db=db, now=NOW)
    second = see(db, other, first["latest"])  # type: ignore[arg-type]
    assert [(said["supported"], said["support"]) for said in second["findings"]] == [(True, 2)]  # type: ignore[attr-defined]
    assert second["roles"] == {"Beboer": 1, "Politi": 1}
    add(db, guest, item="works_well")
    third = see(db, other, second["latest"])  # type: ignore[arg-type]
    assert third["counts"] == walks_answers.counts(walks_answers.answers(walk, db=db))
    assert third["counts"]["waiting"] == 1  # type: ignore[index]
    with writing(db):
        db.execute("UPDATE observation SET kind = 'people', category = 'group', note = 'Skjult' WHERE id = ?", [one.id])
    assert see(db, other, third["latest"])["findings"] == [{"id": one.id, "gone": True}]  # type: ignore[arg-type]
    assert "Skjult" not in str(see(db, other)) and see(db, other)["answers"] == {}


def test_a_guest_is_a_role_and_a_hash_and_nothing_else(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    guest, token = walks_run.join(Door(walk), "youth", db=db, now=NOW)
    (row,) = db.query("SELECT * FROM guest")
    assert set(row) == {"id", "walk", "token_hash", "role", "joined_at", "seen_at", "looked_at"}
    assert token not in str(list(db.query("SELECT * FROM guest"))) and len(row["token_hash"]) == 32
    assert walks_run.guest_door(a_walk(db, leader).id, token, db=db).guest is None, "another walk"
    assert sessions.by_token(db, row["token_hash"], at=NOW) is None
    with refused("invalid", "role"):
        walks_run.join(Door(walk), "king", db=db, now=NOW)
    door = walks_run.guest_door(walk.id, token, db=db)
    assert walks_run.join(door, "senior", db=db, now=NOW) == (
        door.guest and type(guest)(**{**_of(guest), "role": "senior"}),
        "",
    )


def _of(guest: object) -> dict[str, object]:
    return {name: getattr(guest, name) for name in ("id", "walk", "joined_at", "looked_at")}


# --- the closing meeting and the answers


def decide(db: Database, walk: Walk, ids: list[str], leader: User, **wire: object) -> None:
    walks_closing.decide(walk.id, ids, wire, user=leader, db=db, services=some_services(), now=NOW)


def test_a_no_without_a_reason_is_refused_by_the_meeting_and_by_the_database(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    one = add(db, Door(walk, user=leader))
    for reason in (None, "  ", "ja"):
        with refused("invalid", "reason"):
            decide(db, walk, [one.id], leader, decision="no", reason=reason)
    with refused("invalid", "responsible"):
        decide(db, walk, [one.id], leader, decision="yes")
    with refused("personal_data", "reason"):
        decide(db, walk, [one.id], leader, decision="no", reason="Spørg på 20 30 40 50")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE finding SET decision = 'no', reason = ' ', decided_at = ?, decided_by = ?", [
            "2026-11-20T21:10:00Z", leader.id,
        ])  # fmt: skip


def test_one_decision_answers_many_at_once_or_none(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    ids = [add(db, Door(walk, user=leader)).id for _ in range(4)]
    good = add(db, Door(walk, user=leader), item="works_well").id
    walks_run.take_step(walk.id, "stop", user=leader, db=db, now=NOW)
    with refused("not_found"):
        decide(db, walk, [*ids, uuid7(NOW)], leader, decision="later")
    with refused("walk_undecided"):
        walks_closing.close(walk.id, user=leader, db=db, now=NOW)
    decide(db, walk, ids[:2], leader, decision="yes", responsible="park_vej", deadline="2026-12-01")
    decide(db, walk, ids[2:3], leader, decision="no", reason="Stien er privat")
    decide(db, walk, ids[3:], leader, decision="later")
    assert walks_closing.close(walk.id, user=leader, db=db, now=NOW).state is State.CLOSED
    told = walks_answers.answers(walk, db=db)
    words = [walks_answers.in_words(told[one], services=some_services(), language="da") for one in [*ids, good]]
    assert words == [
        "Ja. Park og Vej tager sig af det senest 1. december 2026.",
        "Ja. Park og Vej tager sig af det senest 1. december 2026.",
        "Nej: Stien er privat",
        "Senere",
        "Skal blive, som det er",
    ]
    counted = walks_answers.counts(told)
    assert walks_answers.count_words(counted, "da") == (
        "0 af 4 er ordnet · 2 er i gang · 1 er udsat · 1 får nej med en grund"
    )


def test_what_changed_since_a_guest_last_looked_is_marked(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    guest, one = a_guest(db, walk), add(db, Door(walk, user=leader))
    walks_view.looked(guest, db=db, now=NOW - timedelta(minutes=5))
    decide(db, walk, [one.id], leader, decision="later", reason="Når vejen er lagt om")
    again = Door(walk, walks_run.guest_door(walk.id, "", db=db).guest or _reread(db, guest))
    assert see(db, again)["findings"][0]["answer"] == {  # type: ignore[index]
        "state": "later", "text": "Senere: Når vejen er lagt om", "new": True,
    }  # fmt: skip
    walks_view.looked(guest, db=db, now=NOW + timedelta(minutes=5))
    assert see(db, Door(walk, _reread(db, guest)))["findings"][0]["answer"]["new"] is False  # type: ignore[index]


def _reread(db: Database, door: Door) -> object:
    from fieldapp.store import walks

    (row,) = db.query("SELECT token_hash FROM guest WHERE id = ?", [door.guest and door.guest.id])
    return walks.guest_by_token(db, row["token_hash"])


def test_the_same_route_again_says_what_is_better_worse_or_gone(db: Database, leader: User) -> None:
    old = a_running_walk(db, leader)
    lamp, bush = add(db, Door(old, user=leader), feeling_dark=2), add(db, Door(old, user=leader), item="overview")
    plan = walks_answers.again(old, walk_id=uuid7(NOW), starts_at=EVENING + timedelta(days=180))
    walk = walks_plan.plan(plan, user=leader, db=db, services=some_services(), now=NOW)
    assert (walk.before, walk.route, walk.title) == (old.id, old.route, old.title)
    door = Door(walk, user=leader)
    assert [said["number"] for said in see(db, door)["old"]] == [1, 2]  # type: ignore[attr-defined]
    gone = add(db, door, item="lighting", checks=lamp.id, checked="gone", feeling_dark=5)
    assert gone.observation.category == "good"
    worse = add(db, door, item="overview", checks=bush.id, checked="worse")
    assert worse.observation.repeat_of == bush.id
    told = walks_answers.compare(walk, db=db)
    assert told and [(pair.old.number, pair.checked) for pair in told.findings] == [(1, "gone"), (2, "worse")]
    assert (told.counted, told.feeling_before, told.feeling_now) == (
        {"better": 0, "same": 0, "worse": 1, "gone": 1}, 2.0, 5.0,
    )  # fmt: skip
    said = walks_answers.answers(walk, db=db)
    assert [said[one.id].state for one in (gone, worse)] == ["gone", "waiting"]
    assert walks_answers.checked_words(worse, db=db, language="da") == "Fund 2 fra sidst: værre"


def test_the_trail_tells_of_every_change_and_holds_no_text(db: Database, leader: User) -> None:
    walk = a_running_walk(db, leader)
    guest = a_guest(db, walk)
    one = add(db, guest, note="Meget mørkt ved porten", proposal="Hæng en lampe op")
    decide(db, walk, [one.id], leader, decision="no", reason="Porten skal rives ned")
    trail = list(db.query("SELECT action, before, after FROM audit"))
    assert {row["action"] for row in trail} >= {"walk.plan", "walk.start", "walk.join", "record", "finding.add",
                                                "finding.decide"}  # fmt: skip
    told = str(trail)
    assert not any(word in told for word in ("porten", "lampe", "rives", "Vejleåparken", "stationen"))
    assert audit.verify(db)[1] is None
    with writing(db):
        db.execute("UPDATE observation SET status = 'withdrawn' WHERE id = ?", [one.id])
    assert rows.get(db, one.id).proposal is None  # type: ignore[union-attr]
