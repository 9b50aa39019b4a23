"""How often the gate stopped or asked, by week, door and kind; never a word of any text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database


def add_within(db: Database, counts: Mapping[str, int], *, outcome: str, origin: str, week: str) -> None:
    """Add to the week's counts, kind → how many; inside `writing`."""
    db.conn.executemany(
        "INSERT INTO gate_count (week, origin, kind, outcome, count) VALUES (?,?,?,?,?) "
        "ON CONFLICT (week, origin, kind, outcome) DO UPDATE SET count = count + excluded.count",
        [(week, origin, kind, outcome, count) for kind, count in counts.items() if count],
    )


def read(db: Database) -> list[dict[str, Any]]:
    """Every count, newest week first."""
    sql = "SELECT week, origin, kind, outcome, count FROM gate_count ORDER BY week DESC, origin, kind, outcome"
    return list(db.query(sql))
