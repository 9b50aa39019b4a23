"""A walk's documents: the report of sixty findings with two photos each, as PDF and HTML, and the poster.

Beside how long each takes: its size, the memory it needs, and how late another thread wakes up meanwhile.
"""

from __future__ import annotations

import io
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from bench.serving_bench import figures, load
from fieldapp import images, reports
from fieldapp.model import Role, User, uuid7
from fieldapp.model.walks import Walk
from fieldapp.settings import Settings
from fieldapp.store import photos
from fieldapp.store.connection import Database, migrate, opened
from fieldapp.usecases import accounts, links, walks_documents, walks_findings, walks_invite, walks_plan, walks_run
from fieldapp.usecases.services import Services, load_services
from fieldapp.usecases.walks_run import Door

FINDINGS, PHOTOS_EACH, PICTURES = 60, 2, 6
TARGETS = {"report_s": 20.0}
ITEMS = ("lighting", "overview", "care", "damage", "traffic", "works_well")
ROUTE = [[12.3580, 55.6133], [12.3620, 55.6150], [12.3660, 55.6160], [12.3630, 55.6172], [12.3590, 55.6160]]
NOTE = (
    "Lampen ved stien er slukket, og buskene er vokset ud over skiltet, så man ikke kan se, hvad der er længere fremme."
)


def run() -> dict[str, Any]:
    """Seconds and megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database=Path(folder) / "fieldapp.sqlite3")
        migrate(settings.database)
        services, secret = load_services(settings), links.secret_of(settings)
        with opened(settings.database) as db:
            return measured(db, services, secret)


def measured(db: Database, services: Services, secret: bytes) -> dict[str, Any]:
    """The walk built, and each document made once."""
    leader = _leader(db)
    walk = _walk(leader, db, services)
    walks_invite.invite(walk.id, user=leader, db=db, secret=secret, now=_now())
    before = _memory_mb()
    told, gathered = timed(
        lambda: walks_documents.report(Door(walk, user=leader), db=db, services=services, now=_now())
    )
    poster = walks_documents.poster(
        walk.id, user=leader, db=db, services=services, secret=secret, origin=services.settings.origin
    )
    _, as_poster = timed(lambda: reports.poster_pdf(poster))
    (pdf, laid_out), late = beside(lambda: timed(lambda: reports.report_pdf(told)))
    html, as_html = timed(lambda: reports.report_html(told))
    return {
        "targets": TARGETS,
        "report_s": round(gathered + laid_out, 2),
        "parts_s": {"photos and rows": gathered, "PDF": laid_out, "HTML": as_html},
        "poster_s": as_poster,
        "size_mb": {"PDF": round(len(pdf) / 1e6, 1), "HTML": round(len(html.encode()) / 1e6, 1)},
        "memory_mb": {"app": round(_memory_mb() - before), "program": round(_memory_mb(resource.RUSAGE_CHILDREN))},
        "another_thread_late_ms": figures(late),
        **load(),
    }


def timed(work: Any) -> tuple[Any, float]:
    """What it gives, and the seconds it took."""
    begun = time.perf_counter()
    made = work()
    return made, round(time.perf_counter() - begun, 2)


def beside(work: Any) -> tuple[Any, list[float]]:
    """What `work` gives in a thread, and how many ms late this one woke up from 5 ms of sleep meanwhile."""
    late = []
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        while not done.done():
            begun = time.perf_counter()
            time.sleep(0.005)
            late.append(1000 * (time.perf_counter() - begun - 0.005))
        return done.result(), late


def _walk(leader: User, db: Database, services: Services) -> Walk:
    now, rng = _now(), np.random.default_rng(6)
    plan = {
        "id": uuid7(now), "title": "Måling", "kind": "dark", "starts_at": now.isoformat(), "size": 12, "route": ROUTE,
        "meeting_point": "Foran stationen", "meeting_lat": ROUTE[0][1], "meeting_lon": ROUTE[0][0],
    }  # fmt: skip
    walk = walks_plan.plan(plan, user=leader, db=db, services=services, now=now)
    walk = walks_run.take_step(walk.id, "start", user=leader, db=db, now=now)
    pictures = [images.sanitise(_jpeg(rng)) for _ in range(PICTURES)]
    for number in range(FINDINGS):
        lon, lat = ROUTE[number % len(ROUTE)] + rng.normal(0, 0.0004, 2)
        said = {
            "id": uuid7(now), "item": ITEMS[number % len(ITEMS)], "lat": lat, "lon": lon, "note": NOTE,
            "observed_at": now.isoformat(), "proposal": "Sæt en ny lampe op.", "feeling_dark": 1 + number % 7,
        }  # fmt: skip
        door = Door(walk, user=leader)
        found = walks_findings.add(said, door=door, db=db, services=services, now=now, skew=timedelta(0)).finding
        for one in range(PHOTOS_EACH):
            clean = pictures[(number + one) % PICTURES]
            sha, small = bytes.fromhex(clean.sha256), images.thumbnail(clean.jpeg)
            photo = photos.StoredPhoto(uuid7(now), sha, clean.width, clean.height, clean.jpeg, small)
            photos.add(db, found.id, photo, actor=leader.id, at=now)
    return walk


def _jpeg(rng: np.random.Generator) -> bytes:
    """About as many bytes as a phone's photo of a path and its bushes: large shapes, edges and grain."""
    ground = Image.fromarray(rng.integers(0, 255, (24, 32, 3), dtype=np.uint8)).resize((1600, 1200))
    leaves = np.asarray(Image.fromarray(rng.integers(0, 90, (300, 400), dtype=np.uint8)).resize((1600, 1200)))
    grain = np.asarray(ground).astype(int) // 2 + leaves[..., None] + rng.normal(0, 6, (1200, 1600, 1))
    drawn = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    kept = io.BytesIO()
    drawn.save(kept, "JPEG", quality=85)
    return kept.getvalue()


def _leader(db: Database) -> User:
    now = _now()
    token = accounts.add_user(accounts.SYSTEM, "Måler", Role.HOUSING, frozenset(), db=db, now=now)
    return accounts.accept_invite(token, "en meget lang adgangskode til måling", db=db, now=now)


def _now() -> datetime:
    return datetime.now(UTC)


def _memory_mb(whose: int = resource.RUSAGE_SELF) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024
