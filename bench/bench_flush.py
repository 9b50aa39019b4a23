"""A phone's outbox of 10 000 observations emptied into a running server, and how another's form feels it meanwhile."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import time
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from PIL import Image

from bench.bench_sessions import form_habit
from bench.serving_bench import Running, load, percentile, rounded, running
from bench.streamlit_client import Session
from fieldapp.model import Role, uuid7
from fieldapp.store.connection import opened

RECORDS, BATCH, WITH_PHOTO, ROWS = 10_000, 50, 100, 6_000
TARGET_S, TARGET_RATIO = 60, 1.25
FORMS, EVERY_S, TURN_S = 4, 1.0, 6.0
_CATEGORIES = ("vandalism", "litter", "moped", "group", "graffiti", "good")


def run() -> dict[str, Any]:
    """Seconds for all of it, and the p95 of a form's rerun while it lasts against the same form left in peace."""
    with running(ROWS) as app:
        return asyncio.run(_measured(app)) | load()


async def _measured(app: Running) -> dict[str, Any]:
    phone = app.new_cookies(Role.WORKER, 1)[0]
    outbox = _Outbox(app, phone)
    async with AsyncExitStack() as stack:
        ticks = []
        for number, cookie in enumerate(app.new_cookies(Role.WORKER, FORMS)):
            session = await stack.enter_async_context(Session(app.url, cookie, "ny"))
            await session.rerun()
            ticks.append(form_habit(app, session, Random(number)))
        await _reruns(ticks, asyncio.create_task(asyncio.sleep(TURN_S)))  # what is loaded once
        quiet: list[float] = []
        meanwhile: list[float] = []
        # By turns, so that whatever else the machine does is felt by both alike.
        while not outbox.empty:
            quiet += await _reruns(ticks, asyncio.create_task(asyncio.sleep(TURN_S)))
            meanwhile += await _reruns(ticks, asyncio.create_task(asyncio.to_thread(outbox.send_for, TURN_S)))
    return {
        "records": RECORDS,
        "target_s": TARGET_S,
        **outbox.figures(),
        "target_ratio_p95": TARGET_RATIO,
        "ratio_p95": round(percentile(meanwhile, 0.95) / percentile(quiet, 0.95), 2),
        "ratio_median": round(median(meanwhile) / median(quiet), 2),
        "form in peace": _spread(quiet),
        "form meanwhile": _spread(meanwhile),
    }


def _spread(times: list[float]) -> dict[str, float]:
    return {
        "n": len(times),
        "p50_ms": rounded(median(times) * 1000),
        "p95_ms": rounded(percentile(times, 0.95) * 1000),
        "max_ms": rounded(max(times) * 1000),
    }


async def _reruns(ticks: list[Any], until: asyncio.Task[Any]) -> list[float]:
    """Every form rerun once a second, at moments of their own, until the task is done: seconds of each."""

    async def one(tick: Any, first: float) -> list[float]:
        times = []
        await asyncio.sleep(first)
        while not until.done():
            seconds = (await tick())["rerun"]
            times.append(seconds)
            await asyncio.sleep(max(0.0, EVERY_S - seconds))
        return times

    found = await asyncio.gather(*(one(tick, EVERY_S * number / len(ticks)) for number, tick in enumerate(ticks)))
    await until
    return [seconds for some in found for seconds in some]


class _Outbox:
    """One phone's queue on one connection, emptied as the phone does it: a batch after the other, then the photos."""

    def __init__(self, app: Running, cookie: str) -> None:
        self._app = app
        self._connection = http.client.HTTPConnection(app.server.host, timeout=60)
        self._headers = {"Cookie": f"fieldapp={cookie}", "Origin": app.url}
        self._records = _records()
        self._photos = [one["id"] for one in self._records[:: RECORDS // WITH_PHOTO]]
        self._picture = _jpeg()
        self._sending_s, self._batches, self._answers = 0.0, list[float](), Counter[int]()

    @property
    def empty(self) -> bool:
        return not self._records and not self._photos

    def send_for(self, seconds: float) -> None:
        """Send for about so long, or until nothing is left."""
        self._connection.close()  # the server has closed its end meanwhile; the next request opens it anew
        started = time.perf_counter()
        while time.perf_counter() - started < seconds and not self.empty:
            if self._records:
                self._send_batch()
            else:
                path = f"/api/v1/photos?observation={self._photos.pop()}&id={uuid7(datetime.now(UTC))}"
                self._post(path, self._picture, "image/jpeg")
        self._sending_s += time.perf_counter() - started

    def _send_batch(self) -> None:
        started = time.perf_counter()
        some, self._records = self._records[:BATCH], self._records[BATCH:]
        content = {"phone_time": datetime.now(UTC).isoformat(), "observations": some}
        told = self._post("/api/v1/observations/batch", json.dumps(content).encode(), "application/json")
        assert [one["status"] for one in told["results"]] == [201] * len(some), told["results"]
        self._batches.append(time.perf_counter() - started)

    def _post(self, path: str, body: bytes, kind: str) -> Any:
        while True:
            self._connection.request("POST", path, body=body, headers={**self._headers, "Content-Type": kind})
            answer = self._connection.getresponse()
            content = answer.read()
            self._answers[answer.status] += 1
            if answer.status < 300:
                return json.loads(content)
            assert answer.status == 503, content
            time.sleep(float(answer.headers["Retry-After"]))

    def figures(self) -> dict[str, Any]:
        """How long it sent, once all is on the server."""
        self._connection.close()
        sql = "SELECT (SELECT count(*) FROM observation WHERE origin = 'api'), (SELECT count(*) FROM photo)"
        with opened(self._app.database) as db:
            assert tuple(db.conn.execute(sql).fetchone()) == (RECORDS, WITH_PHOTO)
        return {
            "seconds": rounded(self._sending_s),
            "batch_p50_ms": rounded(median(self._batches) * 1000),
            "batch_p95_ms": rounded(percentile(self._batches, 0.95) * 1000),
            "answers": ", ".join(f"{status}: {count}" for status, count in sorted(self._answers.items())),
        }


def _records() -> list[dict[str, Any]]:
    """Spread over two weeks and the municipality, two of three with a note."""
    random, now = Random(7), datetime.now(UTC)
    records = []
    for number in range(RECORDS):
        seen = now - timedelta(seconds=random.randrange(14 * 86_400))
        record: dict[str, Any] = {
            "id": uuid7(seen),
            "category": random.choice(_CATEGORIES),
            "lat": round(random.uniform(55.595, 55.635), 6),
            "lon": round(random.uniform(12.29, 12.38), 6),
            "accuracy_m": round(random.uniform(4, 60), 1),
            "position_source": "gps",
            "observed_at": seen.isoformat(timespec="seconds"),
            "severity": random.choice((None, 1, 2, 3)),
        }
        if number % 3:
            record["note"] = f"Knust glas ved bænken nær indgang {number % 40}, ca. 20 cm, set fra stien"
        records.append(record)
    return records


def _jpeg() -> bytes:
    """A photo as the phone makes it: 1600 pixels, about 600 kB."""
    file = io.BytesIO()
    noise = Image.frombytes("RGB", (400, 300), Random(7).randbytes(400 * 300 * 3))
    noise.resize((1600, 1200)).save(file, "JPEG", quality=80)
    return file.getvalue()


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
