"""Situations and hours by square of the national grid, as arrays: read from rollups, never from rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from fieldapp.model import Kind

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]
PARTS = ("day", "evening", "night")
# Where the number of a part stands; last those whose hour is no longer known.
_PART_AT = f"CASE part {' '.join(f'WHEN {part!r} THEN {at}' for at, part in enumerate(PARTS))} ELSE {len(PARTS)} END"
_ROLLUPS = {100: "cell_month_100", 250: "cell_month_250", 500: "cell_month_250"}
SHARE_M = 250
# More than any count or number of seconds in one row.
_PACK = 10**9
_MONTH = "(CAST(substr(month, 1, 4) AS INTEGER) * 12 + CAST(substr(month, 6, 2) AS INTEGER) - ?)"


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows and columns of squares: `north`, `east` are the numbers of the south-western one (metres / `size_m`)."""

    size_m: int
    north: int
    east: int
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.height, self.width


@dataclass(frozen=True, slots=True)
class Window:
    """Squares of 50 m from south-west to north-east, both ends included, on the days from `since` to `until`."""

    north: tuple[int, int]
    east: tuple[int, int]
    since: date
    until: date


def categories(db: Database) -> list[tuple[str, str]]:
    """(kind, category) of everything that was ever counted in a square."""
    # From one to the next in the index, where DISTINCT would read it all.
    sql = "SELECT min(category) FROM cell_month_250 WHERE kind = ? AND category > ?"
    found = []
    for kind in sorted(Kind):
        last = ""
        while category := db.conn.execute(sql, [kind.value, last]).fetchone()[0]:
            last = str(category)
            found.append((kind.value, last))
    return found


def total(db: Database, first: str, last: str, *, kinds: Iterable[str]) -> int:
    """Situations of these kinds in the months from `first` to `last` (`2026-11`), everywhere."""
    chosen = sorted(kinds)
    sql = (
        "SELECT coalesce(sum(situations), 0) FROM count_day "
        f"WHERE kind IN ({','.join('?' * len(chosen))}) AND local_date BETWEEN ? AND ?"
    )
    return int(db.conn.execute(sql, [*chosen, f"{first}-01", f"{last}-31"]).fetchone()[0])


def marks(db: Database, first: str, last: str) -> tuple[int, ...]:
    """One number for each month from `first` to `last`; what was read of a month holds while its number is the same."""
    sql = "SELECT month, mark FROM cell_month_mark WHERE month BETWEEN ? AND ?"
    found = dict(db.conn.execute(sql, [first, last]).fetchall())
    return tuple(found.get(month, 0) for month in months(first, last))


def layered(
    db: Database,
    frame: Frame,
    layers: Sequence[tuple[str, str]],
    first: str,
    last: str,
    *,
    districts: Iterable[str] | None = None,
) -> Counts:
    """Situations of several (kind, category) by part of the day, over the months from `first` to `last` together.

    Shape (layers, PARTS and one for unknown, height, width); those outside the frame are left out.
    """
    shape = len(layers), len(PARTS) + 1, *frame.shape
    if not layers:
        return np.zeros(shape, dtype=np.int32)
    area, step = frame.height * frame.width, 2 if frame.size_m == 500 else 1
    where, arguments = _districts(districts)
    among = months(first, last)
    # In the order of the primary key, so that each month of a category is one stretch of it.
    sql = (
        f"WITH layer (l_kind, l_category, l_at) AS (VALUES {_values(len(layers), 3)}), "
        f"at (m_month) AS (VALUES {_values(len(among), 1)}) "
        f"SELECT group_concat((l_at + {_PART_AT} * ? + north / {step} * ? + east / {step}) * {_PACK} + situations) "
        f"FROM layer CROSS JOIN at CROSS JOIN {_ROLLUPS[frame.size_m]} "
        "WHERE kind = l_kind AND category = l_category AND month = m_month "
        f"AND north BETWEEN ? AND ? AND east BETWEEN ? AND ? AND situations > 0{where}"
    )
    origin = frame.north * frame.width + frame.east
    values: list[object] = []
    for number, (kind, category) in enumerate(layers):
        values += [kind, category, number * shape[1] * area - origin]
    north, east = frame.north * step, frame.east * step
    values += [*among, area, frame.width, north, north + frame.height * step - 1]
    values += [east, east + frame.width * step - 1, *arguments]
    return _summed(db, sql, values, len(layers) * shape[1] * area).astype(np.int32).reshape(shape)


def seconds(db: Database, frame: Frame, first: str, last: str) -> Floats:
    """Seconds of presence by month, part of the day and square: shape (months, PARTS, height, width).

    Known to 250 m: a smaller square has its area's share of a larger.
    """
    half = frame.size_m * frame.height, frame.size_m * frame.width
    low = frame.north * frame.size_m // SHARE_M, frame.east * frame.size_m // SHARE_M
    high = (
        -(-(frame.north * frame.size_m + half[0]) // SHARE_M),
        -(-(frame.east * frame.size_m + half[1]) // SHARE_M),
    )
    height, width = high[0] - low[0], high[1] - low[1]
    sql = (
        f"SELECT group_concat((({_MONTH} * ? + {_PART_AT}) * ? + (cell_n - ?) * ? + cell_e - ?) * {_PACK} + seconds) "
        "FROM presence_cell INDEXED BY presence_cell_by_month WHERE month BETWEEN ? AND ? "
        "AND cell_n BETWEEN ? AND ? AND cell_e BETWEEN ? AND ?"
    )
    count = month_number(last) - month_number(first) + 1
    values = [
        *(month_number(first), len(PARTS), height * width, low[0], width, low[1], first, last),
        *(low[0], high[0] - 1, low[1], high[1] - 1),
    ]
    known = _summed(db, sql, values, count * len(PARTS) * height * width)
    offset = frame.north * frame.size_m - low[0] * SHARE_M, frame.east * frame.size_m - low[1] * SHARE_M
    return _shared(known.reshape(count, len(PARTS), height, width), frame, offset)


def _shared(known: Floats, frame: Frame, offset: tuple[int, int]) -> Floats:
    """250 m squares cut into 25 equal squares of 50 m, and those put together to the frame's squares."""
    piece, step = SHARE_M // 50, frame.size_m // 50
    down = _pieces(known.shape[-2], frame.height, offset[0] // 50, piece, step)
    across = _pieces(known.shape[-1], frame.width, offset[1] // 50, piece, step)
    return np.asarray(down @ known @ across.T) / piece**2


def _pieces(large: int, small: int, offset: int, piece: int, step: int) -> Floats:
    """[small, large]: how many rows (or columns) of 50 m a square of the frame has in common with one of 250 m."""
    begin, end = offset + step * np.arange(small)[:, None], offset + step * np.arange(1, small + 1)[:, None]
    from_, to = piece * np.arange(large), piece * np.arange(1, large + 1)
    return np.asarray(np.maximum(0.0, np.minimum(end, to) - np.maximum(begin, from_)))


def distinct(
    db: Database,
    column: str,
    window: Window,
    *,
    categories: Iterable[str],
    most: int,
    hours: Iterable[int] | None = None,
) -> int:
    """How many different values of `reporter` or `local_date` the rows of a window have; counting stops at `most`.

    An imported row counts as a reporter of its own. With `hours` only rows seen in those hours of the day, or at a time
    that is no longer known.
    """
    chosen, some = sorted(categories), sorted(hours or ())
    at = "" if hours is None else f"AND (coarsened_at IS NOT NULL OR hour IN ({','.join('?' * len(some))})) "
    sql = (
        f"SELECT count(*) FROM (SELECT DISTINCT {_COLUMNS[column]} FROM observation INDEXED BY observation_by_cell "
        "WHERE status = 'active' AND cell_n BETWEEN ? AND ? AND cell_e BETWEEN ? AND ? "
        f"AND local_date BETWEEN ? AND ? {at}AND category IN ({','.join('?' * len(chosen))}) LIMIT ?)"
    )
    days = window.since.isoformat(), window.until.isoformat()
    return int(db.conn.execute(sql, [*window.north, *window.east, *days, *some, *chosen, most]).fetchone()[0])


def blocks(db: Database, window: Window, *, categories: Iterable[str]) -> dict[tuple[int, int], int]:
    """(ISO weekday, first hour of the 3-hour block) → situations of a window whose time is known so well."""
    chosen = sorted(categories)
    sql = (
        "SELECT weekday, hour / 3 * 3, count(*) FROM observation INDEXED BY observation_by_cell "
        "WHERE status = 'active' AND cell_n BETWEEN ? AND ? AND cell_e BETWEEN ? AND ? AND local_date BETWEEN ? AND ? "
        f"AND category IN ({','.join('?' * len(chosen))}) AND coarsened_at IS NULL "
        "AND (situation IS NULL OR situation = id) GROUP BY 1, 2"
    )
    days = window.since.isoformat(), window.until.isoformat()
    found = db.conn.execute(sql, [*window.north, *window.east, *days, *chosen])
    return {(weekday, hour): count for weekday, hour, count in found}


def month_number(month: str) -> int:
    """`2026-11` → a number that grows by one a month."""
    return int(month[:4]) * 12 + int(month[5:7])


def months(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, as text."""
    numbers = range(month_number(first) - 1, month_number(last))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _values(rows: int, columns: int) -> str:
    """`(?,?),(?,?)`"""
    return ",".join([f"({','.join('?' * columns)})"] * rows)


# Whoever imports stands as the reporter of all rows; who saw them is not known.
_COLUMNS = {"reporter": "iif(origin = 'import', id, reporter)", "local_date": "local_date"}


def _districts(districts: Iterable[str] | None) -> tuple[str, list[str]]:
    if districts is None:
        return "", []
    chosen = sorted(districts)
    return f" AND district IN ({','.join('?' * len(chosen))})", chosen


def _summed(db: Database, sql: str, values: list[object], length: int) -> Floats:
    """Numbers of place * _PACK + count, put together by the database → sums by place.

    One text of a million numbers is read four times as fast as a million rows.
    """
    text = db.conn.execute(sql, values).fetchone()[0]
    if not text:
        return np.zeros(length)
    places, numbers = np.divmod(np.fromstring(text, dtype=np.int64, sep=","), _PACK)
    return np.asarray(np.bincount(places, weights=numbers, minlength=length), dtype=np.float64)
