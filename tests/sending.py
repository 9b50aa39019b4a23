"""A phone with an outbox in a real Chromium, and everything that can happen to it as a state machine."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import browsing
import faulty
import serving
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from making import a_wire
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from fieldapp.model import uuid7
from fieldapp.store import accounts
from fieldapp.store.connection import opened
from fieldapp.web.static import OFFLINE

SCRIPTS = ("vault", "answers", "outbox", "file", "sender")
_ENQUEUE = """async ([user, record, photos]) => {
  const blobs = await Promise.all(photos.map(async ({ id, jpeg }) =>
    ({ id, blob: new Blob([Uint8Array.from(atob(jpeg), (one) => one.charCodeAt(0))], { type: "image/jpeg" }) })));
  return Fieldapp.outbox.enqueue(user, record, blobs);
}"""
# What was refused and why, as a value instead of an exception.
_TRY = """async ([name, args]) => {
  try { return { value: (await Fieldapp.outbox[name](...args)) ?? null }; }
  catch (error) { if (!error.reason) throw error; return { refused: error.reason }; }
}"""
_number = count(1)


def a_jpeg() -> bytes:
    """A small photo, each of another colour."""
    number, kept = next(_number), io.BytesIO()
    Image.new("RGB", (32, 24), (number % 256, number // 256 % 256, 90)).save(kept, "JPEG")
    return kept.getvalue()


def a_record(**changes: Any) -> dict[str, Any]:
    """An observation made now, each at another place."""
    now = datetime.now(UTC)
    place = {"lat": round(55.6 + next(_number) * 1e-5, 7), "lon": 12.35}
    return a_wire(**({"id": uuid7(now), "observed_at": now.isoformat(timespec="seconds")} | place | changes))


@dataclass
class Phone:
    """One person's phone; `page` is a blank page of the server's with our scripts in it, opened anew after a crash."""

    context: BrowserContext
    url: str
    page: Page

    @classmethod
    def of(cls, context: BrowserContext, url: str) -> Phone:
        for name in SCRIPTS:
            context.add_init_script(path=OFFLINE / f"{name}.js")
        return cls(context, url, another_page(context, url))

    def sign_in(self, token: str) -> None:
        browsing.sign_in(self.context, self.url, token)

    def enqueue(self, user: str, record: dict[str, Any], *photos: bytes) -> str:
        """The record's id."""
        now = datetime.now(UTC)
        sent = [{"id": uuid7(now), "jpeg": base64.b64encode(jpeg).decode()} for jpeg in photos]
        return str(self.page.evaluate(_ENQUEUE, [user, record, sent]))

    def try_enqueue(self, user: str, record: dict[str, Any], *photos: bytes) -> str:
        """`enqueue`, or why it was refused."""
        try:
            return self.enqueue(user, record, *photos)
        except PlaywrightError as error:
            return error.message.partition("Refused: ")[2].partition("\n")[0]

    def flush(self) -> dict[str, Any]:
        """One flush that waits for nothing that was put off."""
        return dict(self.page.evaluate("() => Fieldapp.sender.flush({ hurry: true })"))

    def flush_until(self, user: str, satisfied: Callable[[dict[str, Any]], bool], *, tries: int = 200) -> None:
        """Flush until the counts are as wanted."""
        for _ in range(tries):
            self.flush()
            if satisfied(self.counts(user)):
                return
            time.sleep(0.02)
        raise AssertionError(self.list(user))

    def empty(self, user: str) -> None:
        """Flush until nothing of this user's waits."""
        self.flush_until(user, lambda counts: not counts["waiting"])

    def wait_until_sent(self, user: str) -> None:
        """Until the page has sent everything by itself."""
        for _ in range(600):
            if not self.counts(user)["waiting"]:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(self.list(user))

    def list(self, user: str) -> list[dict[str, Any]]:
        return list(self.page.evaluate("(user) => Fieldapp.outbox.list(user)", user))

    def counts(self, user: str) -> dict[str, Any]:
        return dict(self.page.evaluate("(user) => Fieldapp.outbox.counts(user)", user))

    def attempt(self, name: str, *args: Any) -> Any:
        """A function of the outbox; what it gave, or why it refused as `refused: …`."""
        said = self.page.evaluate(_TRY, [name, list(args)])
        return f"refused: {said['refused']}" if "refused" in said else said["value"]

    def begin_flush(self) -> None:
        """Without waiting for its end."""
        self.page.evaluate("() => { Fieldapp.sender.flush({ hurry: true }); }")

    def crash(self) -> None:
        """The page is gone in the middle of whatever it did, and another opened."""
        self.page.close(run_before_unload=False)
        self.page = another_page(self.context, self.url)


def another_page(context: BrowserContext, url: str) -> Page:
    """A blank page of the server's, in which a phone's context runs our scripts."""
    page = context.new_page()
    page.goto(f"{url}/healthz")
    return page


def stored(database: Path, *reporters: str) -> dict[str, dict[str, Any]]:
    """The observations of these users on the server, by id, each with how many photos it has, in order of arrival."""
    marks = ",".join("?" * len(reporters))
    sql = (
        "SELECT id, lat, note, reporter, (SELECT count(*) FROM photo WHERE observation_id = observation.id) AS photos "
        f"FROM observation WHERE reporter IN ({marks}) ORDER BY rowid"
    )
    with opened(database) as db:
        return {row["id"]: row for row in db.query(sql, list(reporters))}


@dataclass
class World:
    """What all runs of the machine share: a browser, and a server to kill behind a bad line."""

    browser: Browser
    server: faulty.Mortal
    line: faulty.Line
    _cookies: dict[str, str] = field(default_factory=dict)

    def person(self) -> str:
        """The id of a worker nobody else is."""
        return serving.make_user(self.server.database, "worker").id

    def cookie(self, user: str) -> str:
        """A session of this person's, the same each time."""
        if user not in self._cookies:
            with opened(self.server.database) as db:
                person = accounts.get(db, user)
            assert person
            self._cookies[user] = serving.signed_in_cookie(self.server.database, person)
        return self._cookies[user]


@contextmanager
def a_world(folder: Path, browser: Browser) -> Iterator[World]:
    """Until the block ends."""
    with faulty.mortal(folder) as server, faulty.faulty(server.url) as line:
        yield World(browser, server, line)


FAULTS = st.lists(st.sampled_from(["", *faulty.FAULTS]), max_size=4)
PICK = st.integers(0, 10)


class Outbox(RuleBasedStateMachine):
    """Whatever happens: what was made is in the outbox or on the server, and on the server once, whole and its own."""

    world: ClassVar[World]

    @initialize()
    def begin(self) -> None:
        self.users: Sequence[str] = [self.world.person(), self.world.person()]
        self.phone = Phone.of(self.world.browser.new_context(), self.world.line.url)
        self.made: dict[str, tuple[str, float, int]] = {}
        self.discarded: set[str] = set()
        self.sign_in(self.users[0])

    def sign_in(self, user: str) -> None:
        self.user = user
        self.phone.sign_in(self.world.cookie(user))

    @rule(photos=st.integers(0, 1))
    def enqueue(self, photos: int) -> None:
        record = a_record()
        assert self.phone.enqueue(self.user, record, *(a_jpeg() for _ in range(photos))) == record["id"]
        self.made[record["id"]] = (self.user, record["lat"], photos)

    @rule(faults=FAULTS)
    def flush(self, faults: list[str]) -> None:
        self.world.line.plan("", *faults)
        self.phone.flush()
        self.world.line.planned.clear()

    @precondition(lambda self: self.made)
    @rule(which=PICK)
    def edit(self, which: int) -> None:
        waiting = self.phone.list(self.user)
        if not waiting:
            return
        row, lat = waiting[which % len(waiting)], a_record()["lat"]
        if self.phone.attempt("change", row["id"], {"lat": lat}) == "waiting":
            assert not row["frozen"]
            self.made[row["id"]] = (self.user, lat, self.made[row["id"]][2])
        else:
            assert row["frozen"]

    @precondition(lambda self: self.made)
    @rule(which=PICK)
    def discard(self, which: int) -> None:
        waiting = self.phone.list(self.user)
        if waiting:
            gone = waiting[which % len(waiting)]["id"]
            if self.phone.attempt("discard", gone) is None:
                self.made.pop(gone)
                self.discarded.add(gone)

    @rule(after_ms=st.integers(0, 80), faults=FAULTS, server=st.booleans())
    def crash(self, after_ms: int, faults: list[str], server: bool) -> None:
        self.world.line.plan("", *faults)
        self.phone.begin_flush()
        time.sleep(after_ms / 1000)
        if server:
            self.world.server.crash()
        else:
            self.phone.crash()
        self.world.line.planned.clear()

    @rule()
    def sign_in_as_other(self) -> None:
        self.phone.flush()  # what is under way ends: the session that sends is the one that was asked
        self.sign_in(next(user for user in self.users if user != self.user))

    @invariant()
    def nothing_is_lost_or_foreign(self) -> None:
        if not hasattr(self, "phone"):
            return
        held = {row["id"] for user in self.users for row in self.phone.list(user)}
        there = stored(self.world.server.database, *self.users)
        assert set(self.made) <= held | set(there)
        assert all(there[one]["reporter"] == self.made[one][0] for one in self.made if one in there)

    def teardown(self) -> None:
        if not hasattr(self, "phone"):
            return
        try:
            for user in self.users:
                self.sign_in(user)
                self.phone.empty(user)
                assert self.phone.list(user) == []
            there = stored(self.world.server.database, *self.users)
            sent = {one: (row["reporter"], row["lat"], row["photos"]) for one, row in there.items()}
            assert {one: sent[one] for one in self.made} == self.made
            # What was discarded may have left before; anything else would be a second one of something.
            assert set(there) <= set(self.made) | self.discarded
        finally:
            self.phone.context.close()
