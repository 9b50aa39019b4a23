"""A walk with twenty-five phones: each adds ten findings as fast as it can, and asks for others' every three seconds.

Beside how long an answer takes: when the last phone had seen the last finding, counted from when that one was stored.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bench.serving_bench import figures, load, running
from fieldapp.model import Role, uuid7
from fieldapp.settings import Settings
from fieldapp.store import accounts
from fieldapp.store.connection import opened
from fieldapp.usecases import links, walks_invite, walks_plan, walks_run
from fieldapp.usecases.services import load_services

PHONES, FINDINGS, POLL_S = 25, 10, 3.0
TARGETS = {"stored": PHONES * FINDINGS, "answer_s": 2.0, "seen_by_all_s": 5.0}


@dataclass
class Phone:
    """A guest's phone: what it has seen, and how long each answer took."""

    server: Any
    base: str
    cookie: str = ""
    seen: set[str] = field(default_factory=set)
    took: list[float] = field(default_factory=list)
    saw_all: float = 0.0
    latest: int = 0
    over: bool = False

    def ask(self, method: str, path: str, said: object = None) -> Any:
        """One request, timed."""
        headers = {"Cookie": self.cookie, "Origin": self.server.url, "Content-Type": "application/json"}
        body = None if said is None else json.dumps(said).encode()
        begun = time.perf_counter()
        answer = self.server.request(method, f"{self.base}/{path}", body=body, headers=headers)
        self.took.append(time.perf_counter() - begun)
        assert answer.status == 200, answer.text
        return answer

    def join(self) -> None:
        self.cookie = str(self.ask("POST", "in", {"role": "resident"}).headers["Set-Cookie"]).partition(";")[0]

    def add(self) -> None:
        """Ten, one after the other."""
        for _ in range(FINDINGS):
            now = datetime.now(UTC)
            place = {
                "lat": 55.6133,
                "lon": 12.358,
                "observed_at": now.isoformat(),
                "note": "Lampen ved stien er slukket",
            }
            told = self.ask("POST", "findings", {"observations": [{"id": uuid7(now), "item": "lighting", **place}]})
            assert json.loads(told.body)["results"][0]["status"] == 201

    def watch(self, most: int) -> None:
        """Ask every three seconds until all are seen."""
        while len(self.seen) < most and not self.over:
            view = json.loads(self.ask("GET", f"walk.json?since={self.latest}").body)
            self.latest = view["latest"]
            self.seen |= {one["id"] for one in view["findings"]}
            if len(self.seen) < most:
                time.sleep(POLL_S)
        self.saw_all = time.perf_counter()


def run() -> dict[str, Any]:
    """Seconds an answer took, and until everyone had seen everything."""
    with running(2_000) as app:
        base = f"/join/{_code(app)}"
        phones = [Phone(app.server, base) for _ in range(PHONES)]
        for phone in phones:
            phone.join()
        with ThreadPoolExecutor(2 * PHONES) as pool:
            watching = [pool.submit(phone.watch, PHONES * FINDINGS) for phone in phones]
            begun = time.perf_counter()
            try:
                list(pool.map(Phone.add, phones))
            except BaseException:
                for phone in phones:
                    phone.over = True
                raise
            stored = time.perf_counter()
            for one in watching:
                one.result()
        with opened(app.database) as db:
            walk = "walk = (SELECT id FROM walk WHERE title = 'Måling')"
            count = next(db.query(f"SELECT count(*) AS n FROM finding WHERE {walk}"))["n"]
    took = [value for phone in phones for value in phone.took]
    seen = max(0.0, max(phone.saw_all for phone in phones) - stored)
    return {
        "targets": TARGETS,
        "stored": count,
        "all_added_s": round(stored - begun, 2),
        "answer_s": figures(took),
        "seen_by_all_s": round(seen, 2),
        **load(),
    }


def _code(app: Any) -> str:
    settings, now = Settings(database=app.database), datetime.now(UTC)
    secret, services = links.secret_of(settings), load_services(settings)
    with opened(app.database) as db:
        leader = next(one.user for one in accounts.every(db) if one.user.role is Role.HOUSING)
        plan = {
            "id": uuid7(now), "title": "Måling", "kind": "dark", "starts_at": now.isoformat(), "size": PHONES,
            "meeting_point": "Foran stationen", "meeting_lat": 55.6133, "meeting_lon": 12.358,
        }  # fmt: skip
        walk = walks_plan.plan(plan, user=leader, db=db, services=services, now=now)
        walks_run.take_step(walk.id, "start", user=leader, db=db, now=now)
        return links.code_of(walks_invite.invite(walk.id, user=leader, db=db, secret=secret, now=now), secret)
