"""«Overblik» at 600, 60 000 and a million rows, beside the same counts made by pandas from rows already in memory."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
from sqlite_utils import Database

from fieldapp.model import Kind, Observation, Role, User, uuid7
from fieldapp.settings import Settings
from fieldapp.store import bulk
from fieldapp.store.connection import migrate, opened, writing
from fieldapp.usecases.imports.locating import locate_all
from fieldapp.usecases.overview import overview
from fieldapp.usecases.overview_periods import period_of
from fieldapp.usecases.services import Services, load_services

SIZES = (600, 60_000, 1_000_000)
BATCH = 10_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = 730
REPEATS = 7
READERS = {
    "coordinator": User("u1", "Koordinator", Role.COORDINATOR),
    "worker": User("u2", "Medarbejder", Role.WORKER, frozenset({"strandgaard"})),
    "admin": User("u3", "Administrator", Role.ADMIN),
}


def run() -> dict[str, Any]:
    """Milliseconds (median) per reader, period and number of rows, and the ratio of many rows to few."""
    services = load_services(Settings())
    figures: dict[str, Any] = {"rows": SIZES, "ms": {}}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, opened(filled(Path(folder), size, services)) as db:
            figures["ms"][size] = _timings(db, services)
    few, many = (figures["ms"][size] for size in (SIZES[0], SIZES[-1]))
    figures["ratio"] = {name: round(many[name] / few[name], 2) for name in few}
    return figures


def filled(folder: Path, size: int, services: Services) -> Path:
    """A database with that many made-up observations over two years."""
    path = folder / "bench.sqlite3"
    migrate(path)
    with opened(path) as db:
        with writing(db):
            for reader in READERS.values():
                db.execute(
                    "INSERT INTO user (id, name, role, created_at) VALUES (?, ?, ?, ?)",
                    [reader.id, reader.name, str(reader.role), "2026-01-01T00:00:00Z"],
                )
        random, bases = Random(7), _bases(services)
        for start in range(0, size, BATCH):
            rows = [_made_up(random, bases, services) for _number in range(min(BATCH, size - start))]
            with writing(db):
                bulk.insert_within(db, [bulk.ready(row) for row in rows], actor="u1", at=NOW)
    return path


def _bases(services: Services) -> list[Observation]:
    """Ten thousand positions round the named places, with their district and square."""
    random = Random(11)
    blank = Observation("", "", 55.61, 12.35, NOW, recorded_at=NOW, reporter="u1", origin="import")
    places = [random.choice(services.gazetteer.places) for _number in range(BATCH)]
    near = (
        replace(blank, lat=place.lat + random.gauss(0, 0.0007), lon=place.lon + random.gauss(0, 0.0012))
        for place in places
    )
    return locate_all(list(near), services)


def _made_up(random: Random, bases: list[Observation], services: Services) -> Observation:
    category = random.choice(list(services.catalogue))
    seen_at = NOW - timedelta(minutes=random.randrange(DAYS * 1440))
    return replace(
        random.choice(bases),
        id=uuid7(seen_at, random.randbytes),
        category=category.key,
        kind=Kind(category.kind),
        observed_at=seen_at,
        reporter=random.choice(list(READERS.values())).id,
        note="Skrevet til måling " * 4,
    )


def _timings(db: Database, services: Services) -> dict[str, float]:
    today = NOW.date()
    timings = {}
    for name, reader in READERS.items():
        for choice in ("4uger", "12mdr"):
            for district in (None, "strandgaard"):
                asked = {"district": district, "period": period_of(choice, today=today), "reader": reader}
                key = f"{name} {choice} {district or 'alle'}"
                timings[key] = _median_ms(lambda asked=asked: overview(**asked, db=db, services=services, now=NOW))
    frame = _read(db)
    timings["pandas 12mdr alle (rows in memory)"] = _median_ms(lambda: _with_pandas(frame))
    timings["pandas 12mdr alle (rows read first)"] = _median_ms(lambda: _with_pandas(_read(db)))
    return timings


def _read(db: Database) -> pd.DataFrame:
    return pd.DataFrame(
        db.query("SELECT category, district, local_date, iso_week, weekday, hour, place FROM observation")
    )


def _with_pandas(frame: pd.DataFrame) -> None:
    for since, until in (("2025-11-23", "2026-11-22"), ("2024-11-23", "2025-11-22")):
        rows = frame[(frame.local_date >= since) & (frame.local_date <= until)]
        rows.groupby("category").size()
        rows.groupby("district", dropna=False).size()
    rows.groupby(["weekday", rows.hour // 3]).size()
    rows.groupby("place").size()
    frame.groupby("iso_week").size()


def _median_ms(call: Callable[[], object]) -> float:
    times = []
    for _repeat in range(REPEATS):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(times), 1)


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
