"""Walks, guests, follow-ups, tips and addresses at the end of their lifetime: archived, forgotten, and no byte left."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from keeping import LAT, LON, NOTE, World, a_photo, a_world, traces
from making import NOW, STATION, some_services
from sqlite_utils import Database
from walking import a_guest, a_walk, add

from fieldapp.errors import Problem
from fieldapp.model import User, uuid7
from fieldapp.model.follow_ups import Step
from fieldapp.model.walks import Walk
from fieldapp.store import audit, findings, follow_up_photos, insight, links, retention_parts, walks
from fieldapp.store.connection import opened, writing
from fieldapp.usecases import (
    follow_ups,
    follow_ups_outside,
    parties,
    retention,
    walks_closing,
    walks_findings,
    walks_invite,
    walks_run,
)
from fieldapp.usecases.removal import Removed, remove

SERVICES, SECRET = some_services(), b"s" * 32
WALKED = datetime(2024, 9, 12, 17, 30, tzinfo=UTC)
SENT = datetime(2024, 9, 14, 8, 5, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def a_closed_walk(db: Database, leader: User, coordinator: User, at: datetime) -> tuple[Walk, str]:
    """Two findings by a guest, one refused and one asked of Park og Vej, who has said no; and the guest's token."""
    walk = a_walk(db, leader, now=at - timedelta(days=7), starts_at=at.isoformat(), track_on=True, themes=[NOTE])
    walks_invite.invite(walk.id, user=leader, db=db, secret=SECRET, now=at - timedelta(days=7))
    walks_run.take_step(walk.id, "start", user=leader, db=db, now=at)
    walks_run.keep_track(walk.id, [[LON, LAT], [LON, STATION[0]]], user=leader, db=db, now=at)
    _guest, token = walks_run.join(walks_run.Door(walk), "youth", db=db, now=at)
    door = walks_run.guest_door(walk.id, token, db=db)
    words = {"proposal": f"Klip hækken, {NOTE}", "feeling_dark": 2, "lat": LAT, "lon": LON}
    made = [add(db, door, now=at, id=uuid7(at), observed_at=at.isoformat(), note=NOTE, **words) for _ in range(2)]
    other = a_guest(db, walk, "caretaker", now=at)
    walks_findings.support(made[0].id, True, door=other, db=db, now=at)
    walks_findings.support(made[0].id, True, door=walks_run.Door(walk, user=leader), db=db, now=at)
    walks_run.take_step(walk.id, "stop", user=leader, db=db, now=at)
    said = {"user": leader, "db": db, "services": SERVICES, "now": at}
    walks_closing.decide(walk.id, [made[0].id], {"decision": "no", "reason": f"Ikke vores, {NOTE}"}, **said)
    walks_closing.decide(walk.id, [made[1].id], {"decision": "yes", "responsible": "park_vej"}, **said)
    task = follow_ups.rows.find(db, follow_ups.rows.Wanted(source_ids=frozenset({made[1].id})))[0]
    with writing(db):
        follow_up_photos.add_within(db, task.id, f"u:{coordinator.id}", a_photo(), at=at)
    stepped = {"version": task.version, "user": coordinator, "db": db, "now": at}
    follow_ups.step(task.id, Step.REFUSE, text=f"Kan ikke nås, {NOTE}", **stepped)
    parties.set_inbox("park_vej", "park@example.dk", user=coordinator, db=db, settings=SERVICES.settings, now=at)
    return walk, token


def a_tip(db: Database, user: User) -> None:
    """One from a school, refused in words."""
    with writing(db):
        school = [uuid7(SENT), "Skolen", "strandgaard", user.id, at_text(SENT)]
        db.execute("INSERT INTO tip_source VALUES (?,?,?,?,?)", school)
        tip = {
            "id": uuid7(SENT), "source": school[0], "category": "lighting",
            "kind": "place", "text": f"Mørkt, {NOTE}", "place_text": f"Ved {NOTE}", "lat": LAT, "lon": LON,
            "position_source": "map", "seen_on": "2024-09-14", "content_hash": b"h" * 32, "state": "refused",
            "state_at": at_text(SENT), "created_at": at_text(SENT),
        }  # fmt: skip
        db["tip"].insert(tip)
        event = {"tip": tip["id"], "at": at_text(SENT)}
        db["tip_event"].insert(event | {"who": f"l:{uuid7(SENT)}", "action": "send", "after": "new"})
        no = {"who": f"u:{user.id}", "action": "refuse", "before": "new", "after": "refused", "text": NOTE}
        db["tip_event"].insert(event | no)


def at_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    with opened(world.settings.database) as db:
        return [tuple(row) for row in db.conn.execute(sql)]


def test_of_an_old_walk_its_task_and_a_tip_no_word_name_or_byte_is_left(world: World) -> None:
    with opened(world.settings.database) as db:
        leader, coordinator = world.worker, world.coordinator
        walk, token = a_closed_walk(db, leader, coordinator, WALKED)
        a_tip(db, coordinator)
        (link,) = db.query("SELECT id FROM public_link")
        plan = retention.plan(db=db, settings=world.settings, now=NOW).others
    counted = {"guest": 1, "walk": 1, "follow_up": 1, "tip": 1, "public_link": 1, "inbox": 1}
    assert {name: plan[name] for name in counted} == counted
    world.authorise()
    done = world.run()
    assert done.wiped and {name: done.counts[name] for name in counted} == counted
    assert traces(world.settings.database.parent) == {}
    noon = "2024-09-12T12:00:00Z"
    assert rows(world, "SELECT leader, created_by, track, themes, title, state, started_at FROM walk") == [
        ("retired", "retired", None, "[]", "Vejleåparken øst", "meeting", noon)
    ]
    assert rows(world, "SELECT role, joined_at, seen_at, looked_at FROM guest ORDER BY role") == [
        ("caretaker", noon, noon, None), ("youth", noon, noon, None)
    ]  # fmt: skip
    finding = "proposal, feeling_dark, guest, decision, reason, decided_by, decided_at"
    assert rows(world, f"SELECT {finding} FROM finding ORDER BY number") == [
        (None, None, None, "no", "(ikke længere oplyst)", "retired", noon),
        (None, None, None, "yes", None, "retired", noon),
    ]
    assert [name[:10] for (name,) in rows(world, "SELECT supporter FROM finding_support")] == ["g:retired-"] * 2
    assert rows(world, "SELECT title, detail, lat, responsible, state, created_by, state_at FROM follow_up") == [
        ("(ikke længere oplyst)", None, None, "park_vej", "refused", "retired", noon)
    ]
    assert rows(world, "SELECT action, text, who, at FROM follow_up_event ORDER BY seq") == [
        ("make", None, "u:retired", noon), ("refuse", None, "u:retired", noon)
    ]  # fmt: skip
    assert rows(world, "SELECT text, place_text, lat, seen_on, state FROM tip") == [
        (None, None, None, "2024-09-14", "refused")
    ]
    assert rows(world, "SELECT action, text, who FROM tip_event ORDER BY seq") == [
        ("send", None, "u:retired"), ("refuse", None, "u:retired")
    ]  # fmt: skip
    gone = ("follow_up_photo", "public_link", "party_inbox", "reminder_sent")
    assert [rows(world, f"SELECT count(*) FROM {table}") for table in gone] == [[(0,)]] * 4
    whole = "SELECT entity FROM audit WHERE actor != '' AND at < '2024-10' AND entity IN ('walk','finding','follow_up')"
    assert rows(world, whole) == []
    with opened(world.settings.database) as db:
        assert audit.verify(db)[1] is None
        assert walks_run.guest_door(walk.id, token, db=db).guest is None
        assert walks.roles_of(db, walk.id) == {"caretaker": 1, "youth": 1}
        assert [one.support for one in findings.of(db, walk.id)] == [3, 1]
        assert links.get(db, link["id"]) is None
    assert world.run().counts == {}
    assert done.archive
    archived(done.archive, token)


def archived(path: Path, token: str) -> None:
    """All of it stands in the archive, but for what opens a guest's door."""
    with zipfile.ZipFile(path) as zipped:
        kept = {
            name: json.loads(zipped.read(f"{name}.jsonl")) for name in ("guests", "walks", "follow_ups", "tips")
        }  # fmt: skip
        (photo,) = kept["follow_ups"]["photos"]
        assert zipped.read(f"photos/{photo['id']}.jpg").startswith(b"billedmaerket")
        assert b"token" not in zipped.read("guests.jsonl")
    assert str(LAT) in kept["walks"]["track"] and NOTE in kept["walks"]["findings"][0]["reason"]
    assert len(kept["guests"]["support"]) == 2 and NOTE in kept["follow_ups"]["events"][1]["text"]
    assert NOTE in kept["tips"]["text"] and NOTE in kept["tips"]["events"][1]["text"]


def test_guests_are_forgotten_before_the_walk_and_what_is_in_use_stays(world: World) -> None:
    with opened(world.settings.database) as db:
        walk, token = a_closed_walk(db, world.worker, world.coordinator, NOW - timedelta(days=75))
        retention.set_months(world.coordinator, "guest", 1, db=db, now=NOW)
        wire = {"id": uuid7(WALKED), "title": "Lampen er slukket", "responsible": "park_vej"}
        task = follow_ups.make(wire, user=world.coordinator, db=db, services=SERVICES, now=NOW - timedelta(days=700))
        shared = {"user": world.coordinator, "db": db, "now": NOW - timedelta(days=700)}
        follow_ups_outside.share(task.id, secret=SECRET, **shared)
        follow_ups_outside.unshare(task.id, **shared)
    world.authorise()
    counts = {name: count for name, count in world.run().counts.items() if count}
    assert counts.pop("guest") == 1 and not counts.keys() & {"walk", "follow_up", "tip", "public_link", "inbox"}
    with opened(world.settings.database) as db:
        assert walks_run.guest_door(walk.id, token, db=db).guest is None
        found = findings.of(db, walk.id)
        assert [(one.guest, one.support) for one in found] == [(None, 3), (None, 1)]
        assert all(NOTE in (one.proposal or "") for one in found)
        assert walks.get(db, walk.id).leader == world.worker.id  # type: ignore[union-attr]
        assert audit.verify(db)[1] is None
    assert world.run().counts == {}


def test_a_task_that_was_changed_since_it_was_listed_is_left_alone(world: World) -> None:
    with opened(world.settings.database) as db:
        a_closed_walk(db, world.worker, world.coordinator, WALKED)
        part = retention_parts.FOLLOW_UPS
        ((one, version),) = retention_parts.due(db, part, NOW)
        with writing(db):
            assert retention_parts.forget(db, part, [(one, version - 1)], NOW) == []
            assert retention_parts.forget(db, part, [(one, version)], WALKED) == []


@pytest.mark.parametrize("change", ["at = '2020-01-01T12:00:00Z', who = 'u:retired'", "who = 'u:retired', text = 'x'",
                                    "who = 'u:en anden'", "after = 'seen'"])  # fmt: skip
def test_a_history_can_be_forgotten_but_not_rewritten(world: World, change: str) -> None:
    with opened(world.settings.database) as db:
        a_closed_walk(db, world.worker, world.coordinator, WALKED)
        with pytest.raises(Exception, match="append-only"), writing(db):
            db.conn.execute(f"UPDATE follow_up_event SET {change}")


@pytest.mark.parametrize(("part", "gone"), [("note", ("note", "proposal")), ("proposal", ("proposal",)),
                                            ("all", ("note", "proposal", "all"))])  # fmt: skip
def test_a_findings_words_go_on_request_from_the_finding_and_its_task(
    world: World, part: str, gone: tuple[str, ...]
) -> None:
    with opened(world.settings.database) as db:
        walk, _ = a_closed_walk(db, world.worker, world.coordinator, NOW - timedelta(days=5))
        asked = findings.of(db, walk.id)[1]
        before = findings.latest_change(db, walk.id)
        given = {"db": db, "settings": world.settings, "now": NOW, "pause": lambda seconds: None}
        assert remove(world.coordinator, asked.id, part, "persondata", **given) == Removed(gone, 0, True)
        left = findings.get(db, asked.id)
        assert left and (left.proposal, findings.latest_change(db, walk.id) > before) == (None, True)
        assert (left.observation.note, left.feeling_dark) == {
            "note": (None, 2), "proposal": (NOTE, 2), "all": (None, None)
        }[part]  # fmt: skip
        assert rows(world, "SELECT detail FROM follow_up") == [(None,)]
        assert remove(world.coordinator, asked.id, part, "persondata", **given).parts == ()
        with pytest.raises(Problem):
            remove(world.worker, asked.id, part, "persondata", **given)
        assert audit.verify(db)[1] is None


def test_insight_shows_an_account_its_own_words_and_route_and_nobody_elses(world: World) -> None:
    with opened(world.settings.database) as db:
        a_closed_walk(db, world.worker, world.coordinator, WALKED)
        leader, coordinator = (insight.held(db, user.id) for user in (world.worker, world.coordinator))
    assert leader["walks"][0]["track"] and {row["reason"] for row in leader["decisions"]} == {
        None,
        f"Ikke vores, {NOTE}",
    }
    assert [row["action"] for row in leader["follow_up_events"]] == ["make"] and leader["findings"] == []
    assert (coordinator["walks"], len(coordinator["follow_up_photos"])) == ([], 1)
    assert coordinator["follow_up_events"][0]["text"] == f"Kan ikke nås, {NOTE}"
    assert len(leader["findings_supported"]) == 1 and leader["public_links"][0]["purpose"] == "walk"
