"""Places for tests: observations and hours put into squares of the national grid, straight into the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from making import CATALOGUE, NOW
from sqlite_utils import Database

from fieldapp import geo
from fieldapp.model import Observation, User, uuid7
from fieldapp.store import observations
from fieldapp.store.connection import writing

Cell = tuple[int, int]
_BLANK = Observation("", "", 55.61, 12.35, NOW, recorded_at=NOW, origin="import")


def square_of(lat: float, lon: float, size_m: int = 250) -> Cell:
    """North and east number of the square at a position."""
    rows, columns = geo.cell_numbers([lat], [lon], size_m)
    return int(rows[0]), int(columns[0])


def middle(square: Cell, size_m: int = 250) -> tuple[float, float]:
    """Latitude and longitude."""
    return geo.cell_center(f"{size_m}m_{square[0]}_{square[1]}")


def seen(
    square: Cell,
    category: str,
    days: Sequence[date],
    reporters: Sequence[User],
    *,
    district: str | None = "strandgaard",
    size_m: int = 250,
) -> list[Observation]:
    """One observation at noon of each day in the middle of a square, reporters taking turns."""
    lat, lon = middle(square, size_m)
    north, east = geo.to_utm32([lat], [lon])[::-1]
    return [
        replace(
            _BLANK,
            id=uuid7(NOW),
            category=category,
            kind=CATALOGUE[category].kind,
            lat=lat,
            lon=lon,
            cell=(int(north[0] // 50), int(east[0] // 50)),
            observed_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            recorded_at=datetime(day.year, day.month, day.day, 13, tzinfo=UTC),
            district=district,
            reporter=reporters[number % len(reporters)].id,
        )
        for number, day in enumerate(days)
    ]


def put_all(db: Database, made: Sequence[Observation]) -> None:
    observations.insert_many(db, made, actor="system", at=NOW)


def days_before(last: date, count: int, step: int = 7) -> list[date]:
    """So many days, `step` apart, the last first."""
    return [last - timedelta(days=number * step) for number in range(count)]


def present(
    db: Database,
    worker: User,
    hours: dict[Cell, float],
    day: date,
    *,
    district: str = "strandgaard",
    place: str | None = None,
) -> None:
    """Hours of presence in 250 m squares, all on one day between 12 and 15."""
    presence = uuid7(NOW)
    year, week, _weekday = day.isocalendar()
    with writing(db):
        db.execute(
            "INSERT INTO presence (id, worker, activity, started_at, ended_at, reach_m, source, recorded_at, "
            "place, content_hash) VALUES (?,?,'synlighed',?,?,250,'demo',?,?,zeroblob(32))",
            [presence, worker.id, f"{day}T11:00:00Z", f"{day}T14:00:00Z", f"{day}T14:00:00Z", place],
        )
        db.conn.executemany(
            "INSERT INTO presence_share VALUES (?,?,?,?,?,?,4,?)",
            [
                (presence, district, north, east, f"{day}", f"{year}-W{week:02d}", round(time * 3600))
                for (north, east), time in hours.items()
                if time
            ],
        )
        db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'data_version'")
