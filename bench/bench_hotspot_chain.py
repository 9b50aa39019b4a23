"""The whole hotspot chain (rollups → squares → test → guards → places) at 600, 60 000 and a million rows.

Beside it what a user would pick instead: pandas counting the rows, and, where they are installed, esda's G_Local.
"""

from __future__ import annotations

import importlib.util
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.many_rows import filled
from bench.serving_bench import load, rounded
from fieldapp import hotspots
from fieldapp.formats import COPENHAGEN
from fieldapp.settings import Settings
from fieldapp.store import meta, squares
from fieldapp.store.connection import Database, opened, writing
from fieldapp.usecases.hotspots import ALL, detect, last_year
from fieldapp.usecases.hotspots.analysis import Analysis, analysed, flagged_before
from fieldapp.usecases.hotspots.history import LOOK_BACK
from fieldapp.usecases.hotspots.reading import read
from fieldapp.usecases.services import Services, load_services

SIZES = (600, 60_000, 1_000_000)
REPEATS = 7
TARGETS = {"chain at 1M_ms": 50, "dashboard query at 1M_ms": 5}
_WEEKS = (
    "SELECT district, category, iso_week, sum(situations) FROM count_week "
    "WHERE iso_week BETWEEN '2026-W01' AND '2026-W52' AND district = 'vejlebro' GROUP BY 1, 2, 3"
)
_DAYS = (
    "SELECT category, sum(situations) FROM count_day WHERE district = 'vejlebro' "
    "AND local_date BETWEEN '2026-06-01' AND '2026-08-31' GROUP BY 1"
)
_NEWS = (
    "SELECT id FROM observation WHERE status = 'active' AND substr(local_date, 1, 7) = ? AND cell_n IS NOT NULL "
    "AND kind != 'good' ORDER BY rowid DESC LIMIT 100"
)


def run() -> dict[str, Any]:
    """Milliseconds (median of seven) of chain, its parts, and the peers in the same run."""
    services, now = load_services(Settings()), datetime.now(UTC)
    figures: dict[str, Any] = {"targets": TARGETS, "ms": {}}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "chain.sqlite3"
            shutil.copyfile(filled(size, services, now), path)
            with opened(path) as db:
                figures["ms"][size] = _timings(db, services, now)
    few, many = figures["ms"][SIZES[0]], figures["ms"][SIZES[-1]]
    figures["ratio 1M : 600"] = {name: round(many[name] / few[name], 2) for name in few if many.get(name) and few[name]}
    return figures | {"peers_ms": _peers()} | load()


def _timings(db: Database, services: Services, now: datetime) -> dict[str, float]:
    today = now.astimezone(COPENHAGEN).date()
    months, common = last_year(today), {"today": today, "db": db, "services": services}

    news = [row for (row,) in db.conn.execute(_NEWS, [months.last])]

    def changed() -> None:
        """One observation of the month that runs is moved to the next square, as when somebody has mended it."""
        with writing(db):
            db.execute("UPDATE observation SET cell_n = cell_n + 2 WHERE id = ?", [news.pop()])
            meta.touch(db)

    begun = time.process_time()
    analysed(months, **common)
    first = rounded((time.process_time() - begun) * 1000)
    analysis = analysed(months, **common)
    assert analysis is not None

    def chain() -> object:
        return detect(db=db, services=services, now=now)

    return (
        _about(analysis)
        | _reading(analysis, db)
        | {
            "chain, first in a process, processor": first,
            "chain": _median(chain, before=changed),
            "chain, processor": _median(chain, before=changed, clock=time.process_time),
            "a half year back, once a day": _once(lambda: flagged_before(analysis, LOOK_BACK, **common)),
            "chain, kept": _median(chain),
            "a year's weeks of a district (rollup)": _median(lambda: db.conn.execute(_WEEKS).fetchall()),
            "a quarter's categories of a district (rollup)": _median(lambda: db.conn.execute(_DAYS).fetchall()),
            "pandas groupby of the rows": _once(lambda: _with_pandas(db)),
        }
    )


def _reading(analysis: Analysis, db: Database) -> dict[str, float]:
    months = analysis.months
    keys = [(next(iter(layer.kinds)), layer.category) for layer in analysis.layers if layer.category != ALL]

    def layered(some: list[tuple[str, str]], first: str = months.first) -> object:
        return squares.layered(db, analysis.grid.frame, some, first, months.last)

    return {
        "reading a year, all layers, processor": _median(lambda: layered(keys), clock=time.process_time),
        "reading a month, all layers, processor": _median(lambda: layered(keys, months.last), clock=time.process_time),
        "reading a year, one layer, processor": _median(lambda: layered(keys[:1]), clock=time.process_time),
    }


def _testing(analysis: Analysis, db: Database) -> dict[str, float]:
    found, inside = read(analysis.grid, analysis.months, db), analysis.grid.inside
    by_part, hours = (hotspots.divided(values, analysis.parts) for values in (found.counts, found.hours))

    def tested(some: slice) -> object:
        return hotspots.strata_test(hotspots.stratified(by_part[:, some], hours, inside), findings_only=True)

    return {
        "the test alone": _median(lambda: tested(slice(None))),
        "the test of one layer": _median(lambda: tested(slice(1))),
    }


def _about(analysis: Analysis) -> dict[str, float]:
    return {
        "squares tested": int(analysis.grid.inside.sum()),
        "side_m": analysis.grid.frame.size_m,
        "layers": len(analysis.layers),
        "parts of the day": analysis.parts,
        "squares that stand out": int(analysis.flagged.sum()),
    }


def _with_pandas(db: Database) -> None:
    import pandas as pd

    sql = "SELECT district, category, iso_week, cell_n / 5, cell_e / 5, substr(local_date, 1, 7) FROM observation"
    read = db.conn.execute(f"{sql} WHERE status = 'active'").fetchall()
    rows = pd.DataFrame(read, columns=["district", "category", "iso_week", "n", "e", "month"])
    rows.groupby(["district", "category", "iso_week"], dropna=False).size()
    rows.groupby(["category", "month", "n", "e"]).size()


def _peers() -> dict[str, float | str]:
    """14 400 squares: our test with false discovery control, and esda's Gi* with its weights."""
    rng = np.random.default_rng(3)
    counts, hours = rng.poisson(0.7, (120, 120)).astype(float), rng.lognormal(1, 1, (120, 120)) + 2
    found: dict[str, float | str] = {"ours, 120 × 120": _median(lambda: hotspots.window_test(counts[None], hours))}
    if importlib.util.find_spec("esda") is None:
        return found | {"esda.G_Local": "not installed"}
    from esda.getisord import G_Local
    from libpysal.weights import lat2W

    def with_esda() -> None:
        weights = lat2W(120, 120, rook=False)
        G_Local(counts.ravel(), weights, transform="B", star=True, permutations=0)

    return found | {"esda.G_Local with its weights": _median(with_esda, repeats=3)}


def _once(call: Callable[[], object]) -> float:
    """One turn is enough for what takes seconds."""
    begun = time.perf_counter()
    call()
    return rounded((time.perf_counter() - begun) * 1000)


def _median(
    call: Callable[[], object],
    *,
    repeats: int = REPEATS,
    clock: Callable[[], float] = time.perf_counter,
    before: Callable[[], None] = lambda: None,
) -> float:
    """Milliseconds; on the processor alone with `time.process_time`, which a busy machine changes less.

    What is done `before` each turn is not counted.
    """
    before()
    call()
    times = []
    for _ in range(repeats):
        before()
        begun = clock()
        call()
        times.append((clock() - begun) * 1000)
    return rounded(statistics.median(times)) if statistics.median(times) >= 1 else round(statistics.median(times), 3)


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
