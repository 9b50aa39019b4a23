"""Hotspots in the database: where they lie, when they were found, and their levels by rule and by staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import RETIRED, Kind, Role, utc_text, uuid7
from fieldapp.model.levels import ALL, Because, Hotspot, Known, Level, Rule, Verdict

# A problem is a place's or people's; good stories make no hotspot.
_PROBLEMS = "o.kind IN ('place', 'people')"
_CELL_M = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """The numbers of one month in which a hotspot was found; `hours` None where they were not known."""

    month: str
    situations: int
    expected: float
    hours: float | None


@dataclass(frozen=True, slots=True)
class Week:
    """What the rule said in one ISO week, and what it read."""

    iso_week: str
    rule: Rule
    situations: int
    weeks: int
    severe: int
    visits: int


def open_hotspots(db: Database) -> list[Hotspot]:
    """Every hotspot that is not closed, oldest first."""
    squares = _grouped(
        db.conn.execute(
            "SELECT s.hotspot, s.size_m, s.north, s.east FROM hotspot_square s "
            "JOIN hotspot h ON h.id = s.hotspot WHERE h.closed_on IS NULL ORDER BY 1, 2, 3, 4"
        )
    )
    sql = (
        "SELECT id, category, kind, district, place, found_on, last_found_on FROM hotspot "
        "WHERE closed_on IS NULL ORDER BY found_on, id"
    )
    return [
        Hotspot(
            id=key,
            category=category,
            kind=Kind(kind),
            district=district,
            place=place,
            squares=tuple((size, north, east) for size, north, east in squares.get(key, ())),
            found_on=date.fromisoformat(first),
            last_found_on=date.fromisoformat(last),
        )
        for key, category, kind, district, place, first, last in db.conn.execute(sql)
    ]


def any_ever(db: Database) -> bool:
    """Has any hotspot been found before, closed ones too?"""
    return db.conn.execute("SELECT 1 FROM hotspot LIMIT 1").fetchone() is not None


def put_within(db: Database, hotspot: Hotspot) -> None:
    """Add a hotspot, or write anew where it lies and when it was last found; inside `writing`."""
    size, north, east = hotspot.squares[0]
    db.conn.execute(
        "INSERT INTO hotspot (id, category, kind, district, place, size_m, north, east, found_on, last_found_on) "
        "VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET district = excluded.district, "
        "place = excluded.place, size_m = excluded.size_m, north = excluded.north, east = excluded.east, "
        "last_found_on = excluded.last_found_on",
        [
            hotspot.id,
            hotspot.category,
            str(hotspot.kind),
            hotspot.district,
            hotspot.place,
            size,
            north,
            east,
            hotspot.found_on.isoformat(),
            hotspot.last_found_on.isoformat(),
        ],
    )
    db.conn.execute("DELETE FROM hotspot_square WHERE hotspot = ?", [hotspot.id])
    db.conn.executemany(
        "INSERT INTO hotspot_square VALUES (?,?,?,?)", [(hotspot.id, *square) for square in set(hotspot.squares)]
    )


def close_within(db: Database, hotspot_id: str, *, on: date) -> None:
    """From now on it is history; inside `writing`."""
    db.conn.execute("UPDATE hotspot SET closed_on = ? WHERE id = ?", [on.isoformat(), hotspot_id])


def found_within(db: Database, hotspot_id: str, finding: Finding) -> None:
    """Keep this month's newest numbers; inside `writing`."""
    db.conn.execute(
        "INSERT INTO hotspot_found VALUES (?,?,?,?,?) ON CONFLICT (hotspot, month) DO UPDATE SET "
        "situations = excluded.situations, expected = excluded.expected, hours = excluded.hours",
        [hotspot_id, finding.month, finding.situations, finding.expected, finding.hours],
    )


def findings(db: Database) -> dict[str, list[Finding]]:
    """Open hotspot → its months, oldest first."""
    sql = (
        "SELECT f.hotspot, f.month, f.situations, f.expected, f.hours FROM hotspot_found f "
        "JOIN hotspot h ON h.id = f.hotspot WHERE h.closed_on IS NULL ORDER BY 1, 2"
    )
    return {key: [Finding(*row) for row in rows] for key, rows in _grouped(db.conn.execute(sql)).items()}


def put_week_within(db: Database, hotspot_id: str, week: Week, *, on: date) -> None:
    """Keep what the rule says this week; inside `writing`."""
    db.conn.execute(
        "INSERT OR REPLACE INTO hotspot_week VALUES (?,?,?,?,?,?,?,?,?)",
        [
            hotspot_id,
            week.iso_week,
            str(week.rule.level),
            str(week.rule.because),
            week.situations,
            week.weeks,
            week.severe,
            week.visits,
            on.isoformat(),
        ],
    )


def weeks(db: Database) -> dict[str, list[Week]]:
    """Open hotspot → what the rule has said, oldest week first."""
    sql = (
        "SELECT w.hotspot, w.iso_week, w.level, w.because, w.situations, w.weeks, w.severe, w.visits "
        "FROM hotspot_week w JOIN hotspot h ON h.id = w.hotspot WHERE h.closed_on IS NULL ORDER BY 1, 2"
    )
    return {
        key: [Week(week, Rule(Level(level), Because(because)), *rest) for week, level, because, *rest in rows]
        for key, rows in _grouped(db.conn.execute(sql)).items()
    }


def add_verdict_within(db: Database, hotspot_id: str, verdict: Verdict, *, by: str, at: datetime) -> None:
    """Keep one answer beside the earlier ones; inside `writing`."""
    level = str(verdict.level) if verdict.level else None
    said = [verdict.iso_week, str(verdict.rule_level), level, str(verdict.known), verdict.reason]
    db.conn.execute(
        "INSERT INTO hotspot_level (id, hotspot, iso_week, rule_level, level, known, reason, by, at) "
        "VALUES (?,?,?,?,?,?,?,?,?)",
        [uuid7(at), hotspot_id, *said, by, utc_text(at)],
    )


def verdicts(db: Database) -> dict[str, list[Verdict]]:
    """Open hotspot → every answer, oldest first; no role where who answered is past its lifetime."""
    sql = (
        "SELECT l.hotspot, l.iso_week, l.rule_level, l.level, l.known, l.reason, iif(l.by = ?, NULL, u.role) "
        "FROM hotspot_level l "
        "JOIN hotspot h ON h.id = l.hotspot JOIN user u ON u.id = l.by WHERE h.closed_on IS NULL "
        "ORDER BY l.hotspot, l.at, l.rowid"
    )
    return {
        key: [
            Verdict(
                week, Level(rule), Level(level) if level else None, Known(known), reason, Role(role) if role else None
            )
            for week, rule, level, known, reason, role in rows
        ]
        for key, rows in _grouped(db.conn.execute(sql, [RETIRED])).items()
    }


def situations(db: Database, hotspot: Hotspot, *, since: date) -> list[tuple[date, bool]]:
    """(day, severe) of every situation in the hotspot's squares and own district from `since` on.

    Severe: a row of it has severity 3, or it is a conflict.
    """
    arguments: list[Any] = [since.isoformat(), hotspot.district or ""]
    if hotspot.category == ALL:
        # Of behaviour: all problems together; of places: the physical ones, which more readers may be told of.
        what = _PROBLEMS if hotspot.kind is Kind.PEOPLE else "o.kind = 'place'"
    else:
        what = "o.category = ?"
        arguments.append(hotspot.category)
    places = " OR ".join(["(o.cell_n BETWEEN ? AND ? AND o.cell_e BETWEEN ? AND ?)"] * len(hotspot.squares))
    for size, north, east in hotspot.squares:
        cells = size // _CELL_M
        arguments += [north * cells, (north + 1) * cells - 1, east * cells, (east + 1) * cells - 1]
    sql = (
        "SELECT min(o.local_date), max(o.category = 'conflict' OR coalesce(o.severity, 0) = 3) FROM observation o "
        f"WHERE o.status = 'active' AND o.local_date >= ? AND coalesce(o.district, '') = ? AND {what} "
        f"AND ({places}) GROUP BY coalesce(o.situation, o.id)"
    )
    return [(date.fromisoformat(day), bool(severe)) for day, severe in db.conn.execute(sql, arguments)]


def save_scan_within(db: Database, content: str, *, on: date) -> None:
    """Keep this night's scan statistic as JSON; inside `writing`."""
    db.conn.execute("INSERT OR REPLACE INTO scan_result VALUES (?,?)", [on.isoformat(), content])


def newest_scan(db: Database) -> tuple[date, str] | None:
    """The day and the JSON of the newest scan."""
    row = db.conn.execute("SELECT computed_on, content FROM scan_result ORDER BY computed_on DESC LIMIT 1").fetchone()
    return (date.fromisoformat(row[0]), row[1]) if row else None


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """Rows by their first column, in their order."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for key, *rest in rows:
        found.setdefault(key, []).append(tuple(rest))
    return found
