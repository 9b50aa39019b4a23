"""2 000 records from 20 phones over a line that loses 30 % and does everything else wrong: lost, doubled, seconds.

Then a server killed 50 times while a phone sends, and the suite's state machine of the outbox, run longer.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from playwright.sync_api import Browser

from fieldapp.settings import ROOT

# The suite's own phone, line and server are the ones measured.
sys.path.insert(0, str(ROOT / "tests"))

import browsing
import faulty
import sending

PHONES, RECORDS, PHOTO_EVERY, SEEDS, KILLS = 20, 100, 10, (1, 2, 3), 50
LATENCY_S, PATIENCE_S = (0.0, 2.0), 1800
MACHINE_RUNS, MACHINE_STEPS = 500, 50


def run() -> dict[str, Any]:
    """Lost and doubled must be 0 everywhere; times tell of the waiting between tries more than of the app."""
    with browsing.chromium() as browser, tempfile.TemporaryDirectory() as folder:
        figures: dict[str, Any] = {}
        for seed in SEEDS:
            with sending.a_world(_within(folder, f"seed{seed}"), browser) as world:
                figures[f"seed {seed}"] = over_a_bad_line(world, seed)
        with sending.a_world(_within(folder, "kills"), browser) as world:
            kills = killed(world)
        with sending.a_world(_within(folder, "machine"), browser) as world:
            machine = any_order(world)
    return {"phones": PHONES, "bad line": figures, "server killed": {"": kills}, "state machine": {"": machine}}


def over_a_bad_line(world: sending.World, seed: int) -> dict[str, Any]:
    """All phones fill their outboxes without a line, then send by themselves until all are empty."""
    phones = [_a_phone(world, world.browser) for _ in range(PHONES)]
    made = {user: _filled(phone, user, RECORDS) for phone, user in phones}
    line = world.line
    line.rng, line.chances, line.latency_s = Random(seed), faulty.EVERYTHING, LATENCY_S
    started = time.perf_counter()
    for phone, _ in phones:
        phone.page.evaluate("() => Fieldapp.sender.start()")
    while _waiting(phones) and time.perf_counter() - started < PATIENCE_S:
        time.sleep(2)
        for phone, _ in phones:  # somebody looks at the phone, as after «Log ind for at sende»
            phone.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    seconds = time.perf_counter() - started
    found = _lost_and_doubled(world, made, phones)
    left = _waiting(phones)
    met = Counter(fault or "none" for _, _, fault in line.seen)
    for phone, _ in phones:
        phone.context.close()
    return found | {"left": left, "seconds": round(seconds, 1), "requests": sum(met.values())}


def killed(world: sending.World) -> dict[str, Any]:
    """One phone sends small batches again and again while its server is killed."""
    phone, user = _a_phone(world, world.browser)
    chance, made = Random(1), {user: {}}
    for _ in range(KILLS):
        made[user] |= _filled(phone, user, 10)
        phone.begin_flush()
        phone.page.wait_for_timeout(chance.uniform(0, 120))
        world.server.crash()
    phone.empty(user)
    found = _lost_and_doubled(world, made, [(phone, user)])
    left = _waiting([(phone, user)])
    phone.context.close()
    return {"kills": KILLS} | found | {"left": left}


def any_order(world: sending.World) -> dict[str, Any]:
    """The state machine; it raises where anything is lost or doubled."""
    sending.Outbox.world = world
    started = time.perf_counter()
    long = settings(
        max_examples=MACHINE_RUNS,
        stateful_step_count=MACHINE_STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(sending.Outbox, settings=long)
    return {"runs": MACHINE_RUNS, "steps": MACHINE_STEPS, "seconds": round(time.perf_counter() - started, 1)}


def _within(folder: str, name: str) -> Path:
    made = Path(folder) / name
    made.mkdir()
    return made


def _a_phone(world: sending.World, browser: Browser) -> tuple[sending.Phone, str]:
    user = world.person()
    phone = sending.Phone.of(browsing.phone(browser), world.line.url)
    phone.sign_in(world.cookie(user))
    return phone, user


def _filled(phone: sending.Phone, user: str, records: int) -> dict[str, int]:
    """Record id → how many photos it has."""
    photos = [int(number % PHOTO_EVERY == 0) for number in range(records)]
    return {phone.enqueue(user, sending.a_record(), *[sending.a_jpeg()] * one): one for one in photos}


def _waiting(phones: list[tuple[sending.Phone, str]]) -> int:
    counts = [phone.counts(user) for phone, user in phones]
    return sum(one["waiting"] + one["needs"] + one["unplaced"] for one in counts)


def _lost_and_doubled(
    world: sending.World, made: dict[str, dict[str, int]], phones: list[tuple[sending.Phone, str]]
) -> dict[str, int]:
    """Records and photos that are neither on phone nor server, and those on the server beside what was made."""
    lost = doubled = records = 0
    for phone, user in phones:
        held = {row["id"] for row in phone.list(user)}
        there = {one: row["photos"] for one, row in sending.stored(world.server.database, user).items()}
        sent = {one: photos for one, photos in made[user].items() if one not in held}
        records += len(made[user])
        lost += sum(one not in there for one in sent) + sum(there.get(one, 0) < photos for one, photos in sent.items())
        doubled += len(there.keys() - made[user].keys())
        doubled += sum(there.get(one, 0) > photos for one, photos in made[user].items())
    return {"records": records, "lost": lost, "doubled": doubled}


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
