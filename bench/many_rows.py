"""A database with very many observations, made once a day: the demonstration's presence, and rows put in directly.

Row by row through triggers a million takes a quarter of an hour; here the triggers and indexes rest while rows are
put in, and the sums are counted from the rows afterwards by the very SELECT that the triggers are tested against.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from db.steps.rollups import ROLLUPS, counted
from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.settings import ROOT
from fieldapp.store import meta, situations
from fieldapp.store.connection import Database, migrate, opened, writing
from fieldapp.store.observations import COLUMNS
from fieldapp.usecases import nightly
from fieldapp.usecases.demo import fill_demo
from fieldapp.usecases.services import Services

STORY_ROWS = 6000
DAYS = 730
_DAY_S = 86_400


def filled(rows: int, services: Services, now: datetime) -> Path:
    """The file, shared by the benches of one day; copy it before it is changed."""
    if rows <= STORY_ROWS:
        return _kept(rows, services, now, lambda db: fill_demo(db=db, services=services, now=now, observations=rows))

    def fill(db: Database) -> None:
        fill_demo(db=db, services=services, now=now, observations=STORY_ROWS)
        put_in(rows - STORY_ROWS, db, services, now)

    return _kept(rows, services, now, fill)


def copied(source: Path, target: Path) -> None:
    """A copy to be written to."""
    shutil.copyfile(source, target)


def _kept(rows: int, services: Services, now: datetime, fill: Any) -> Path:
    mark = sha256((ROOT / "db" / "schema.sql").read_bytes()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"fieldapp-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{rows}-{now:%Y%m%d}-{mark}.sqlite3"
    if path.exists():
        return path
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    migrate(half)
    with opened(half) as db:
        fill(db)
        # Or a server that is measured would work it out beside the measuring, half a minute after its start.
        nightly.run(db=db, services=services, now=now)
        db.conn.execute("ANALYZE")
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    half.rename(path)
    for rest in ("-wal", "-shm"):
        half.with_name(half.name + rest).unlink(missing_ok=True)
    return path


def put_in(count: int, db: Database, services: Services, now: datetime) -> None:
    """So many rows, each a situation of its own, evenly over two years and over the hours of presence."""
    db.conn.execute("PRAGMA foreign_keys = OFF")
    db.conn.execute("PRAGMA cache_size = -1000000")
    db.conn.execute("PRAGMA synchronous = OFF")
    resting = [tuple(row) for row in db.conn.execute(_RESTING)]
    columns = _columns(count, db, services, now)
    values = f"({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    with writing(db):
        for kind, name, _sql in resting:
            db.conn.execute(f"DROP {kind} {name}")
        db.conn.executemany(f"INSERT INTO observation {values}", zip(*columns.values(), strict=True))
        for _kind, _name, sql in resting:
            db.conn.execute(sql)
        for name in ROLLUPS:
            db.conn.execute(f"DELETE FROM {name}")
            db.conn.execute(f"INSERT INTO {name} {counted(name)}")
        # Or a server's first start would look for situations among them all.
        meta.put(db, situations.SETTLED, situations.DONE)
        meta.touch(db)


_PRESENCE = "SELECT cell_n, cell_e, sum(seconds) FROM presence_cell GROUP BY 1, 2"
_RESTING = (
    "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'observation' AND sql IS NOT NULL "
    "AND type IN ('trigger', 'index')"
)


def _columns(count: int, db: Database, services: Services, now: datetime) -> dict[str, list[Any]]:
    rng = np.random.default_rng(1)
    # In the order of time, so that ids are put in at the end of their index.
    seconds = np.sort(int(now.timestamp()) - rng.integers(3600, DAYS * _DAY_S, count)) // 60 * 60
    where = _where(count, rng, db, services, now)
    known = list(services.catalogue)
    numbers = rng.choice(len(known), count, p=rng.dirichlet(np.full(len(known), 8.0)))
    workers = [user for (user,) in db.conn.execute("SELECT id FROM user WHERE role = 'worker' ORDER BY id")]
    made: dict[str, list[Any]] = {
        "id": _ids(seconds.tolist(), rng.bytes(16 * count)),
        "category": [known[number].key for number in numbers],
        "kind": [str(known[number].kind) for number in numbers],
        "reporter": [workers[number] for number in rng.integers(0, len(workers), count).tolist()],
        **where,
        **_when(seconds.tolist()),
        **{name: [value] * count for name, value in _ALIKE.items()},
    }
    return {name: made.get(name, [None] * count) for name in COLUMNS}


_ALIKE = {
    "position_source": "map",
    "near_border": 0,
    "origin": "demo",
    "status": "active",
    "version": 1,
    "content_hash": bytes(32),
}


def _where(
    count: int, rng: np.random.Generator, db: Database, services: Services, now: datetime
) -> dict[str, list[Any]]:
    """Positions drawn by the hours of presence, with their square, nearest place and district."""
    squares = np.array(db.conn.execute(_PRESENCE).fetchall())
    drawn = rng.choice(len(squares), count, p=squares[:, 2] / squares[:, 2].sum())
    north, east = ((squares[drawn, :2] + rng.random((count, 2))) * 250).T
    lats, lons = geo.from_utm32(east, north)
    places = services.gazetteer.places
    place_east, place_north = geo.to_utm32([place.lat for place in places], [place.lon for place in places])
    near, owners = [], []
    today = now.date()
    for some in np.array_split(np.arange(count), max(1, count // 50_000)):
        away = np.hypot(east[some, None] - place_east, north[some, None] - place_north)
        near.append(away.argmin(axis=1))
        owners.append(services.districts.locate_many(lats[some], lons[some], today))
    names = [district.id for district in services.districts.current(today)]
    return {
        "lat": np.round(lats, 7).tolist(),
        "lon": np.round(lons, 7).tolist(),
        "cell_n": (north // 50).astype(int).tolist(),
        "cell_e": (east // 50).astype(int).tolist(),
        "place": [places[number].name for number in np.concatenate(near)],
        "district": [names[number] if number >= 0 else None for number in np.concatenate(owners)],
    }


def _when(seconds: list[int]) -> dict[str, list[Any]]:
    """UTC, and Copenhagen's calendar."""
    clock = [datetime.fromtimestamp(second, UTC) for second in seconds]
    local = [moment.astimezone(COPENHAGEN) for moment in clock]
    weeks = [moment.isocalendar() for moment in local]
    texts = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in clock]
    return {
        "observed_at": texts,
        "local_date": [f"{moment:%Y-%m-%d}" for moment in local],
        "iso_week": [f"{year}-W{week:02d}" for year, week, _ in weeks],
        "weekday": [weekday for *_, weekday in weeks],
        "hour": [moment.hour for moment in local],
        "recorded_at": texts,
    }


def _ids(seconds: list[int], noise: bytes) -> list[str]:
    """UUIDv7 of each second."""
    found = []
    for number, second in enumerate(seconds):
        value = second * 1000 << 80 | int.from_bytes(noise[16 * number : 16 * number + 10], "big")
        found.append(str(UUID(int=value & ~(0xF << 76 | 0x3 << 62) | 7 << 76 | 2 << 62)))
    return found
