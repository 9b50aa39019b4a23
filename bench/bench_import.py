"""60 000 rows from a CSV file into the database, beside sqlite-utils' `insert_all` of the same rows, unchecked."""

from __future__ import annotations

import csv
import gc
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from sqlite_utils import Database

from fieldapp.settings import Settings
from fieldapp.store.connection import migrate, opened
from fieldapp.usecases import imports
from fieldapp.usecases.services import Services, load_services

ROWS, REPEATS = 60_000, 3
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_CATEGORIES = ("Hærværk", "Knallertkørsel", "Affald og rod", "Bekymrende gruppe")


def run() -> dict[str, Any]:
    """Rows a second of each part and of the peer, and the ratio of the whole to the peer (more is slower)."""
    services = load_services(Settings())
    looked, stored, peer = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = _file(folder / "rows.csv")
        for turn in range(REPEATS):  # turn about, so that other load on the machine hits both
            seconds = _ours(file, folder / f"{turn}.sqlite3", services)
            looked.append(seconds[0])
            stored.append(seconds[1])
            peer.append(_insert_all(file, folder / f"peer{turn}.sqlite3"))
    whole = [first + second for first, second in zip(looked, stored, strict=True)]
    return {
        "rows": ROWS,
        "import": _figures(whole),
        "of which looked through": _figures(looked),
        "of which stored": _figures(stored),
        "sqlite-utils insert_all": _figures(peer),
        "ratio": round(median(whole) / median(peer), 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _figures(seconds: list[float]) -> dict[str, Any]:
    return {
        "seconds": round(median(seconds), 2),
        "least": round(min(seconds), 2),
        "most": round(max(seconds), 2),
        "rows_per_second": round(ROWS / median(seconds)),
    }


def _file(path: Path) -> Path:
    random = Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "kategori", "lat", "lon", "tid", "note"])
        for number in range(ROWS):
            lat, lon = random.gauss(55.613, 0.008), random.gauss(12.345, 0.02)
            day = f"20{random.randint(10, 25)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
            note = "Støj ved indgangen sent om aftenen." if number % 4 == 0 else ""
            moment = f"{day}T{random.randint(0, 23):02}:{random.randint(0, 59):02}:00"
            writer.writerow([number, random.choice(_CATEGORIES), f"{lat:.6f}", f"{lon:.6f}", moment, note])
    return path


def _ours(file: Path, database: Path, services: Services) -> tuple[float, float]:
    migrate(database)
    gc.collect()
    with opened(database) as db:
        started = time.perf_counter()
        plan = imports.plan_import(imports.read_table(file), services=services, db=db, now=NOW)
        planned = time.perf_counter()
        done = imports.run_import(plan, user=imports.import_user(db=db, now=NOW), db=db, now=NOW)
        ended = time.perf_counter()
    assert done.new == ROWS
    return planned - started, ended - planned


def _insert_all(file: Path, database: Path) -> float:
    gc.collect()
    started = time.perf_counter()
    with file.open(encoding="utf-8", newline="") as rows:
        db = Database(database)
        db["observation"].insert_all(csv.DictReader(rows), pk="id")  # type: ignore[union-attr]
        db.close()
    return time.perf_counter() - started
