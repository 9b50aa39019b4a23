"""The outbox on the phone: nothing lost, nothing doubled, whatever the line, the browser or the server does."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browsing
import faulty
import pytest
import sending
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from making import STATION
from playwright.sync_api import Browser
from sending import Phone, World, a_jpeg, a_record, stored

pytestmark = pytest.mark.browser
NOTE = "Ruden ved indgangen er knust"


@pytest.fixture(scope="module")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server to kill behind a line that can be made bad; one for all of these tests."""
    with sending.a_world(tmp_path_factory.mktemp("outbox"), browser) as made:
        yield made


@pytest.fixture
def user(world: World) -> str:
    """A new worker, who has sent nothing."""
    return world.person()


@pytest.fixture
def phone(world: World, user: str) -> Iterator[Phone]:
    """A phone on a good line, the worker signed in."""
    world.line.planned.clear()
    world.line.seen.clear()
    made = Phone.of(browsing.phone(world.browser), world.line.url)
    made.sign_in(world.cookie(user))
    yield made
    made.context.close()


def sent(world: World, user: str) -> dict[str, Any]:
    return stored(world.server.database, user)


@pytest.mark.parametrize("fault", faulty.FAULTS)
def test_whatever_happens_to_a_request_both_record_and_photo_are_there_once(
    fault: str, world: World, phone: Phone, user: str
) -> None:
    made = [phone.enqueue(user, a_record(), a_jpeg()), phone.enqueue(user, a_record())]
    world.line.plan("/batch", fault)
    world.line.plan("/photos", fault)
    phone.flush()
    assert world.line.posts("/batch") == [fault]
    if fault != "duplicate":
        assert phone.counts(user)["waiting"] == 2, "an answer that confirms nothing was taken for one that does"
        assert [row["frozen"] for row in phone.list(user)] == [True, True]
    phone.empty(user)
    assert fault in world.line.posts("/photos")
    assert phone.list(user) == []
    assert {one: row["photos"] for one, row in sent(world, user).items()} == {made[0]: 1, made[1]: 0}


def test_records_arrive_in_the_order_they_were_made_and_all_before_the_first_photo(
    world: World, phone: Phone, user: str
) -> None:
    made = [phone.enqueue(user, a_record(), a_jpeg()) for _ in range(3)]
    unplaced = phone.enqueue(user, a_record(lat=None, lon=None))
    later = phone.enqueue(user, a_record())
    told = phone.flush()
    assert (told["reason"], told["confirmed"]) == ("done", 4)
    assert list(sent(world, user)) == [*made, later]
    posts = [path.partition("?")[0].rpartition("/")[2] for method, path, _ in world.line.seen if method == "POST"]
    assert posts == ["batch", "photos", "photos", "photos"]
    assert phone.counts(user) | {"oldest": None} == {"waiting": 0, "needs": 0, "unplaced": 1, "oldest": None}
    assert phone.attempt("change", unplaced, {"lat": STATION[0], "lon": STATION[1]}) == "waiting"
    phone.empty(user)
    assert list(sent(world, user)) == [*made, later, unplaced]


def test_a_session_that_ends_keeps_the_queue_and_somebody_else_on_the_phone_sends_none_of_it(
    world: World, phone: Phone, user: str
) -> None:
    made = phone.enqueue(user, a_record(note=NOTE), a_jpeg())
    world.line.plan("/photos", "signed_out")
    phone.page.evaluate("() => { window.news = []; Fieldapp.vault.listen((one) => news.push(one.kind)); }")
    assert phone.flush()["reason"] == "signin"
    assert "signin" in phone.page.evaluate("() => news")
    other = world.person()
    phone.sign_in(world.cookie(other))
    assert phone.list(other) == []
    own = phone.enqueue(other, a_record())
    assert phone.flush() == {"reason": "done", "user": other, "confirmed": 1}
    assert own in sent(world, other) and made not in sent(world, other)
    assert sent(world, user)[made]["photos"] == 0
    [row] = phone.list(user)
    assert (row["id"], row["state"], row["sent_parts"]) == (made, "waiting", 1)
    phone.sign_in(world.cookie(user))
    phone.empty(user)
    assert sent(world, user)[made]["photos"] == 1


def test_what_the_server_refuses_waits_for_its_writer_and_is_mended_discarded_or_tried_again_by_hand(
    world: World, phone: Phone, user: str
) -> None:
    good, bad, odd = a_record(), a_record(category="findes ikke"), a_record(note="Ring til mig på 20 30 40 50")
    for record in (good, bad, odd):
        phone.enqueue(user, record)
    broken = phone.enqueue(user, a_record(), b"not a photo", a_jpeg())
    phone.flush()
    assert list(sent(world, user)) == [good["id"], broken]
    rows = {row["id"]: row for row in phone.list(user)}
    assert {one: (row["state"], row["problem"]["code"], row["problem"]["field"]) for one, row in rows.items()} == {
        bad["id"]: ("needs", "invalid", "category"),
        odd["id"]: ("needs", "personal_data", "note"),
        broken: ("needs", "photo_unreadable", "photo"),
    }
    assert rows[broken]["problem"]["photo"] == rows[broken]["photos"][0]["id"]
    assert sent(world, user)[broken]["photos"] == 1, "one bad photo does not hold up the next"
    assert phone.attempt("change", broken, {"note": NOTE}) == "refused: frozen"
    assert phone.attempt("change", bad["id"], {"category": "vandalism", "note": NOTE}) == "waiting"
    assert phone.attempt("replacePhoto", rows[broken]["photos"][0]["id"]) == "confirmed"
    assert phone.attempt("discard", odd["id"]) is None
    assert phone.attempt("discard", odd["id"]) == "refused: gone"
    phone.empty(user)
    assert phone.list(user) == []
    assert sent(world, user)[bad["id"]]["note"] == NOTE
    assert odd["id"] not in sent(world, user)


def test_the_same_id_with_other_content_is_never_sent_over_what_is_there(world: World, phone: Phone, user: str) -> None:
    record = a_record()
    phone.enqueue(user, record)
    phone.empty(user)
    phone.enqueue(user, record | {"note": NOTE})
    phone.flush()
    [row] = phone.list(user)
    assert (row["state"], row["problem"]["code"], row["frozen"]) == ("needs", "conflict", True)
    assert phone.attempt("again", record["id"]) == "waiting"
    phone.flush()
    assert phone.counts(user)["needs"] == 1
    assert sent(world, user)[record["id"]]["note"] is None


def test_a_second_tap_is_the_same_record_and_another_content_is_refused(phone: Phone, user: str) -> None:
    record = a_record()
    assert phone.enqueue(user, record) == phone.enqueue(user, record) == record["id"]
    assert phone.attempt("enqueue", user, record | {"note": NOTE}) == "refused: exists"
    assert phone.counts(user)["waiting"] == 1


def test_nothing_a_person_wrote_can_be_read_in_the_browsers_files_and_a_lost_key_loses_no_row(
    phone: Phone, user: str
) -> None:
    record, jpeg = a_record(note=NOTE), a_jpeg()
    phone.enqueue(user, record, jpeg)
    draft = "(user) => Fieldapp.vault.keep(user, 'draft', { note: 'Halvt skrevet' }, { sealed: true })"
    phone.page.evaluate(draft, user)
    assert phone.page.evaluate("(user) => Fieldapp.vault.kept(user, 'draft')", user) == {"note": "Halvt skrevet"}
    kept = phone.page.evaluate(
        """async () => {
          const text = (value) => JSON.stringify(value, (key, one) => one instanceof CryptoKey
            ? { extractable: one.extractable } : one instanceof ArrayBuffer || ArrayBuffer.isView(one)
            ? String.fromCharCode(...new Uint8Array(one.buffer || one)) : one);
          const all = (...stores) => Promise.all(stores.map((one) => Fieldapp.vault.done(one.getAll())));
          return text(await Fieldapp.vault.transact(["keys", "records", "photos", "kept"], "readonly", all));
        }"""
    )
    for secret in (NOTE, "vandalism", str(record["lat"]), "Halvt skrevet", "JFIF"):
        assert secret not in kept
    assert user in kept and '{"extractable":false}' in kept
    lose = "(user) => Fieldapp.vault.transact(['keys'], 'readwrite', (keys) => Fieldapp.vault.done(keys.delete(user)))"
    phone.page.evaluate(lose, user)
    phone.flush()
    [row] = phone.list(user)
    assert (row["state"], row["problem"]["code"], row["record"]) == ("needs", "locked", None)


def test_the_whole_queue_leaves_as_one_file_and_sign_out_wipes_it_only_after_a_clear_choice(
    phone: Phone, user: str
) -> None:
    record, jpeg = a_record(note=NOTE), a_jpeg()
    phone.enqueue(user, record, jpeg)
    file = json.loads(phone.page.evaluate("async (user) => (await Fieldapp.outbox.export(user)).text()", user))
    assert file["records"][0]["record"] == record
    assert phone.page.evaluate("(text) => atob(text).length", file["records"][0]["photos"][0]["base64"]) == len(jpeg)
    wipe = "async ([user, also]) => Fieldapp.vault.wipe(user, also).catch((error) => error.reason)"
    assert phone.page.evaluate(wipe, [user, {}]) == "unsent"
    assert phone.counts(user)["waiting"] == 1
    assert phone.page.evaluate(wipe, [user, {"records": True}]) is None
    assert phone.counts(user)["waiting"] == 0


def test_a_phone_that_is_full_to_the_brim_says_so_keeps_nothing_by_halves_and_can_still_be_emptied(
    world: World, phone: Phone, user: str
) -> None:
    session = phone.context.new_cdp_session(phone.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": phone.url, "quotaSize": 2_000_000})
    assert phone.attempt("isFull") is False
    made = [phone.enqueue(user, a_record(), a_jpeg())]
    for size in [400_000] * 6 + [50_000] * 10:
        record = a_record()
        if phone.try_enqueue(user, record, os.urandom(size)) == "full":
            break
        made.append(record["id"])
    assert len(made) < 17
    assert phone.attempt("isFull") is True
    assert [row["id"] for row in phone.list(user)] == made
    phone.empty(user)
    assert list(sent(world, user)) == made
    assert sent(world, user)[made[0]]["photos"] == 1
    assert phone.counts(user)["needs"] == len(made) - 1


def test_two_tabs_that_send_at_the_same_moment_send_everything_once(world: World, phone: Phone, user: str) -> None:
    other = sending.another_page(phone.context, phone.url)
    other.evaluate("() => { delete self.Fieldapp; }")
    for name in sending.SCRIPTS:  # as a page of ours loads them
        other.add_script_tag(url=f"/assets/{name}.js")
    made = [phone.enqueue(user, a_record(), a_jpeg()) for _ in range(4)]
    for page in (phone.page, other):
        page.evaluate("() => { window.ended = Fieldapp.sender.flush({ hurry: true }); }")
    told = [page.evaluate("() => ended") for page in (phone.page, other)]
    assert sorted(one["confirmed"] for one in told) == [0, 4]
    assert len(world.line.posts("/batch")) == 1 and len(world.line.posts("/photos")) == 4
    assert list(sent(world, user)) == made


def test_a_page_that_is_open_sends_by_itself_when_something_is_queued_and_when_the_line_is_back(
    world: World, phone: Phone, user: str
) -> None:
    phone.page.evaluate("() => Fieldapp.sender.start()")
    first = phone.enqueue(user, a_record())
    phone.wait_until_sent(user)
    phone.page.evaluate("() => Fieldapp.sender.flush()")
    phone.context.set_offline(True)
    second = phone.enqueue(user, a_record())
    phone.page.wait_for_timeout(200)
    [row] = phone.list(user)
    assert not row["frozen"], "without a line a record can still be mended"
    phone.context.set_offline(False)
    phone.wait_until_sent(user)
    assert list(sent(world, user)) == [first, second]


def test_a_killed_browser_and_a_killed_server_lose_and_double_nothing(
    world: World, browser: Browser, user: str, tmp_path: Path
) -> None:
    """kill -9 of both in the middle of a batch; the browser keeps its files in a folder, as on a phone."""
    world.line.planned.clear()
    world.line.seen.clear()
    with browsing.installed(browser, tmp_path) as (context, process):
        phone = Phone.of(context, world.line.url)
        phone.sign_in(world.cookie(user))
        made = [phone.enqueue(user, a_record(note=NOTE), a_jpeg()) for _ in range(3)]
        world.line.latency_s = (0.5, 0.5)
        phone.begin_flush()
        while not world.line.posts("/batch"):
            phone.page.wait_for_timeout(20)
        os.killpg(process.pid, signal.SIGKILL)
        world.server.crash()
        world.line.latency_s = (0, 0)
    with browsing.installed(browser, tmp_path) as (context, _):
        phone = Phone.of(context, world.line.url)
        left = phone.list(user)
        assert {row["id"] for row in left} == set(made)
        assert [(row["state"], row["frozen"]) for row in left] == [("sending", True)] * 3
        phone.sign_in(world.cookie(user))
        phone.empty(user)
        assert phone.list(user) == []
    there = {one: (row["note"], row["photos"]) for one, row in sent(world, user).items()}
    assert there == dict.fromkeys(made, (NOTE, 1))


def test_outbox_and_server_together_always_hold_everything_once(world: World) -> None:
    """The state machine of `sending`; the bench runs it longer."""
    world.line.planned.clear()
    sending.Outbox.world = world
    few = settings(
        max_examples=6, stateful_step_count=20, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(sending.Outbox, settings=few)
