"""Many signed-in people at once, over real websockets: how long a rerun takes, and what an idle session weighs."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from bench.serving_bench import Running, load, percentile, resident_mb, rounded, running
from bench.streamlit_client import Session
from fieldapp.model import Role

ROWS = 6_000
EVERY_S, FOR_S = 5.0, float(os.environ.get("BENCH_SESSION_SECONDS", "25"))
FORM_SESSIONS, MAP_SESSIONS, IDLE_SESSIONS = (10, 50, 100), (10, 25), 50
TARGET_MS = 1000
_MAP = "/api/v1/map?zoom=13&bbox=12.30,55.58,12.42,55.65"
Tick = Callable[[], Awaitable[dict[str, float]]]


def run() -> dict[str, Any]:
    """Milliseconds per step of N sessions, each with one rerun every 5 s, and kB of memory per idle session."""
    found: dict[str, Any] = {"target_p95_ms": TARGET_MS, "rows": ROWS, "seconds_per_step": FOR_S}
    with running(ROWS) as app:
        found["idle session"] = asyncio.run(_idle(app))
        found["form sessions"] = {count: asyncio.run(_crowd(app, count, "ny", form_habit)) for count in FORM_SESSIONS}
    with running(ROWS) as app:
        found["map sessions"] = {count: asyncio.run(_crowd(app, count, "kort", _map)) for count in MAP_SESSIONS}
    return found


async def _idle(app: Running) -> dict[str, float]:
    """Growth of the server's memory while sessions that have drawn the form stay open."""
    cookies = app.new_cookies(Role.WORKER, IDLE_SESSIONS + 10)
    async with AsyncExitStack() as stack:
        await _opened(app, cookies[:10], "ny", stack)  # what is loaded once is not a session's own
        before = resident_mb(app.pid)
        await _opened(app, cookies[10:], "ny", stack)
        after = resident_mb(app.pid)
    each = rounded((after - before) * 1000 / IDLE_SESSIONS)
    return {"sessions": IDLE_SESSIONS, "process_mb": rounded(after), "kb_each": each}


async def _crowd(
    app: Running, count: int, page: str, habit: Callable[[Running, Session, Random], Tick]
) -> dict[str, Any]:
    """All sessions opened, then each does its habit every five seconds, at moments of its own."""
    random = Random(7)
    async with AsyncExitStack() as stack:
        sessions = await _opened(app, app.new_cookies(Role.COORDINATOR, count), page, stack)
        begin = time.perf_counter() + 0.5
        clocks = [
            _repeat(habit(app, session, random), begin + random.random() * EVERY_S, begin + FOR_S)
            for session in sessions
        ]
        used = _processor_seconds(app.pid)
        ticks = [tick for one in await asyncio.gather(*clocks) for tick in one]
        used = _processor_seconds(app.pid) - used
    figures: dict[str, Any] = {"reruns": len(ticks)}
    for name in ticks[0]:
        times = [tick[name] * 1000 for tick in ticks]
        for label, value in (("p50", median(times)), ("p95", percentile(times, 0.95)), ("max", max(times))):
            figures[f"{name}_{label}_ms"] = rounded(value)
    figures["server_cpu_ms_each"] = rounded(used * 1000 / len(ticks))
    return figures | load()


async def _opened(app: Running, cookies: list[str], page: str, stack: AsyncExitStack) -> list[Session]:
    sessions = []
    for cookie in cookies:
        session = await stack.enter_async_context(Session(app.url, cookie, page))
        await session.rerun()
        sessions.append(session)
    return sessions


async def _repeat(tick: Tick, first: float, until: float) -> list[dict[str, float]]:
    """Every five seconds; a slow answer puts the next one off, as a person waits."""
    done, at = [], first
    while at < until:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        done.append(await tick())
        at = max(at + EVERY_S, time.perf_counter())
    return done


def form_habit(_app: Running, session: Session, random: Random) -> Tick:
    """A position; then by turns a category tapped (which reruns that part) and a time chosen (the whole form)."""
    fix = {"lat": 55.6133 + random.random() / 1000, "lon": 12.358, "accuracy_m": 8.0, "at": time.time() * 1000}
    position = {session.widget("bidi_component", "gps").id: {"json_value": json.dumps({"fix": fix})}}
    turns = cycle(("category", "when"))

    async def tick() -> dict[str, float]:
        if position:
            await session.rerun({position_id: position.pop(position_id) for position_id in list(position)})
        pills = session.widget("button_group", next(turns))
        words = [option.content for option in pills.options][:-1]  # «Flere» and «Vælg tid» lead elsewhere
        chosen = {pills.id: {"string_array_value": {"data": [random.choice(words)]}}}
        return {"rerun": await session.rerun(chosen)}

    return tick


def _map(app: Running, session: Session, random: Random) -> Tick:
    """The period changed, and what the map's frame then fetches."""
    periods: Iterator[str] = cycle(random.sample(["7 dage", "4 uger", "3 måneder", "12 måneder"], 4))

    async def tick() -> dict[str, float]:
        changed = {session.widget("selectbox", "f-period").id: {"string_value": next(periods)}}
        seconds = await session.rerun(changed)
        return {"rerun": seconds, "map": await asyncio.to_thread(_fetch, app, session)}

    return tick


def _fetch(app: Running, session: Session) -> float:
    started = time.perf_counter()
    connection = http.client.HTTPConnection(app.server.host, timeout=60)
    try:
        connection.request("GET", f"{_MAP}&{session.query}", headers={"Cookie": f"fieldapp={session.cookie}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    finally:
        connection.close()
    return time.perf_counter() - started


def _processor_seconds(pid: int) -> float:
    """Time the server has had on a processor (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
