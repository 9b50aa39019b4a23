"""The overview's squares at 600, 60 000 and a million rows: what `/api/v1/squares` weighs and takes.

Beside it what folium users would pick: one element per observation (MarkerCluster), or one list of them all.
"""

from __future__ import annotations

import gzip
import http.client
import random
import statistics
import time
from typing import Any

import folium
from folium.plugins import FastMarkerCluster, MarkerCluster

from bench.serving_bench import Running, load, rounded, running
from fieldapp.model import Role
from fieldapp.store import meta
from fieldapp.store.connection import opened, writing

SIZES = (600, 60_000, 1_000_000)
PEER_SIZES = {"MarkerCluster": 10_000, "FastMarkerCluster": 60_000}
REPEATS = 7
TARGETS = {"payload_bytes": 150_000, "server_ms": 50}
ASKED = {"all, 12 months": "period=12mdr", "one district": "period=12mdr&district=vejlebro"}
READERS = (Role.COORDINATOR, Role.WORKER, Role.HOUSING)


def run() -> dict[str, Any]:
    """Bytes and milliseconds (median) per number of rows, reader and filter."""
    found: dict[str, Any] = {"targets": TARGETS, "squares": {}}
    for size in SIZES:
        with running(size) as app:
            found["squares"][size] = _asked(app)
    few, many = found["squares"][SIZES[0]], found["squares"][SIZES[-1]]
    found["ratio 1M : 600"] = {name: round(many[name] / few[name], 2) for name in few if name.endswith("ms")}
    return found | {"peers": {name: _peer(name, size) for name, size in PEER_SIZES.items()}} | load()


def _asked(app: Running) -> dict[str, float]:
    found: dict[str, float] = {}
    for role in READERS:
        cookie = app.cookie(role)
        for name, query in ASKED.items():
            anew = [_get(app, cookie, query, news=True) for _ in range(REPEATS)]
            kept = [_get(app, cookie, query, news=False) for _ in range(REPEATS)]
            key = f"{role} {name}"
            found[f"{key} bytes"], found[f"{key} packed bytes"] = kept[-1][1:]
            found[f"{key} after news_ms"] = rounded(statistics.median(one[0] for one in anew))
            found[f"{key} again_ms"] = rounded(statistics.median(one[0] for one in kept))
    return found


def _get(app: Running, cookie: str, query: str, *, news: bool) -> tuple[float, int, int]:
    if news:
        with opened(app.database) as db, writing(db):
            meta.touch(db)
    connection = http.client.HTTPConnection(app.server.host, timeout=60)
    begun = time.perf_counter()
    connection.request("GET", f"/api/v1/squares?{query}", headers={"Cookie": f"fieldapp={cookie}"})
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - begun) * 1000
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"the server answered {answer.status}")
    return took, len(body), len(gzip.compress(body, 6))


def _peer(name: str, size: int) -> dict[str, float]:
    drawn = random.Random(5)
    points = [(55.61 + drawn.gauss(0, 0.01), 12.35 + drawn.gauss(0, 0.02)) for _ in range(size)]
    begun = time.perf_counter()
    drawing = folium.Map((55.61, 12.35), zoom_start=13)
    if name == "FastMarkerCluster":
        FastMarkerCluster(points).add_to(drawing)
    else:
        cluster = MarkerCluster().add_to(drawing)
        for point in points:
            folium.Marker(point).add_to(cluster)
    page = drawing.get_root().render()
    return {"points": size, "server_ms": rounded((time.perf_counter() - begun) * 1000), "bytes": len(page.encode())}


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
