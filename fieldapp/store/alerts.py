"""What alerts are made of, the alerts of the last night, and who has seen which."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from fieldapp.model import Kind

_HEAD = "(o.situation IS NULL OR o.situation = o.id)"
_SPOT = "o.id, o.lat, o.lon, o.kind, o.district, o.place, o.local_date"
_KNOWN = "o.status = 'active' AND o.coarsened_at IS NULL AND o.lat IS NOT NULL AND o.kind IN ('place', 'people')"
_WALK = "(o.origin = 'walk' OR o.position_source = 'walk')"
# Neither a walk's nor a school's: of the others those two roles count as parties.
PARTY = f"CASE WHEN {_WALK} THEN 'walk' WHEN u.role = 'ssp' THEN 'school' ELSE u.role END"
_CELL_M = 50


@dataclass(frozen=True, slots=True)
class Spot:
    """One row at its place: WGS 84 degrees, Copenhagen's day, and which party reported it."""

    id: str
    lat: float
    lon: float
    kind: Kind
    district: str | None
    place: str | None
    day: date
    party: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One alert of the last night: its stable key, its sort, and its numbers."""

    key: str
    sort: str
    content: dict[str, Any]


def weekly_counts(db: Database, first: str, last: str) -> list[tuple[str, str, str, str, int]]:
    """(district, kind, category, ISO week, situations) of problems between two ISO weeks, weeks with none left out."""
    sql = (
        "SELECT district, kind, category, iso_week, situations FROM count_week "
        "WHERE kind IN ('place', 'people') AND district != '' AND iso_week BETWEEN ? AND ?"
    )
    return [tuple(row) for row in db.conn.execute(sql, [first, last])]


def first_weeks(db: Database) -> dict[str, str]:
    """District → the ISO week of its first observation."""
    return dict(db.conn.execute("SELECT district, min(iso_week) FROM count_week GROUP BY district"))


def daily_seconds(db: Database, since: date, until: date) -> list[tuple[str, date, int]]:
    """(district, day, seconds of presence)."""
    sql = (
        "SELECT district, local_date, sum(seconds) FROM presence_day WHERE local_date BETWEEN ? AND ? "
        "GROUP BY district, local_date"
    )
    found = db.conn.execute(sql, [since.isoformat(), until.isoformat()])
    return [(district, date.fromisoformat(day), seconds) for district, day, seconds in found]


def burglaries(db: Database, since: date, *, most: int) -> list[Spot]:
    """The newest burglaries since that day, one row a situation, oldest first."""
    sql = (
        f"SELECT {_SPOT}, {PARTY} FROM observation o JOIN user u ON u.id = o.reporter "
        f"WHERE o.category = 'burglary' AND {_KNOWN} AND {_HEAD} AND o.observed_at >= ? "
        "ORDER BY o.observed_at DESC, o.id DESC LIMIT ?"
    )
    return _spots(db, sql, [since.isoformat(), most])[::-1]


def of_walks_and_schools(db: Database, since: date, *, most: int) -> list[Spot]:
    """The newest rows of walks and schools since that day, oldest first."""
    sql = (
        f"SELECT {_SPOT}, {PARTY} FROM observation o JOIN user u ON u.id = o.reporter "
        f"WHERE {_KNOWN} AND o.observed_at >= ? AND ({_WALK} OR u.role = 'ssp') "
        "ORDER BY o.observed_at DESC, o.id DESC LIMIT ?"
    )
    return _spots(db, sql, [since.isoformat(), most])[::-1]


def round_cell(db: Database, cell: tuple[int, int], reach_m: int, since: date) -> list[Spot]:
    """Rows of staff since that day in the 50 m squares round one, far enough to hold all within `reach_m` of it."""
    far = -(-reach_m // _CELL_M) + 1
    north, east = cell
    sql = (
        f"SELECT {_SPOT}, {PARTY} AS party FROM observation o JOIN user u ON u.id = o.reporter WHERE {_KNOWN} "
        "AND o.cell_n BETWEEN ? AND ? AND o.cell_e BETWEEN ? AND ? AND o.local_date >= ? "
        "AND party IN ('worker', 'housing') ORDER BY o.observed_at, o.id"
    )
    return _spots(db, sql, [north - far, north + far, east - far, east + far, since.isoformat()])


def replace_within(db: Database, alerts: Iterable[Kept], *, on: date) -> None:
    """Put these alerts in the place of all earlier ones; inside `writing`."""
    db.conn.execute("DELETE FROM alert")
    rows = [(one.key, one.sort, json.dumps(one.content, ensure_ascii=False), on.isoformat()) for one in alerts]
    db.conn.executemany("INSERT INTO alert VALUES (?,?,?,?)", rows)


def kept(db: Database) -> list[Kept]:
    """The alerts of the last night, by key."""
    found = db.conn.execute("SELECT key, sort, content FROM alert ORDER BY key")
    return [Kept(key, sort, json.loads(content)) for key, sort, content in found]


def seen_by(db: Database, user_id: str) -> frozenset[str]:
    """Keys of the alerts this user has marked as seen."""
    return frozenset(row[0] for row in db.conn.execute("SELECT alert FROM alert_seen WHERE user_id = ?", [user_id]))


def see_within(db: Database, key: str, user_id: str, *, at: str) -> bool:
    """Mark as seen; False when it was already; inside `writing`."""
    sql = "INSERT INTO alert_seen VALUES (?,?,?) ON CONFLICT (alert, user_id) DO NOTHING"
    return bool(db.conn.execute(sql, [key, user_id, at]).rowcount)


def forget_seen_within(db: Database, *, before: str) -> None:
    """Drop marks older than this UTC text, whose alerts are long gone; inside `writing`."""
    db.conn.execute("DELETE FROM alert_seen WHERE seen_at < ?", [before])


def _spots(db: Database, sql: str, arguments: list[Any]) -> list[Spot]:
    return [
        Spot(key, lat, lon, Kind(kind), district, place, date.fromisoformat(day), party)
        for key, lat, lon, kind, district, place, day, party in db.conn.execute(sql, arguments)
    ]
