"""Presence in the database: entries with their shares, and the sums that triggers keep of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.formats import iso_week
from fieldapp.model import parse_time, utc_text
from fieldapp.model.presence import LONGEST, Pause, Presence, Share
from fieldapp.store import audit, meta
from fieldapp.store.connection import one

Outcome = Literal["new", "same"]
Trail = dict[str, Any]
VISIT_SECONDS = 600
_COLUMNS = (
    "id worker activity started_at ended_at lat lon reach_m place district event source tracked status version "
    "recorded_at content_hash"
).split()
_READ = [name for name in _COLUMNS if name not in ("tracked", "content_hash")]
_SELECT = f"SELECT {', '.join(_READ)} FROM presence"
_INSERT = f"INSERT INTO presence ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_SHARES = "INSERT INTO presence_share VALUES (?,?,?,?,?,?,?,?)"
# SQLite's Sunday is 0, and its «weekday 0» is the next Sunday, or the day itself where it is one.
_WEEKDAY = "(strftime('%w', local_date) + 6) % 7 + 1"
_MONDAY = "date(local_date, 'weekday 0', '-6 days')"


def insert_within(db: Database, presence: Presence, shares: Iterable[Share], *, actor: str) -> Outcome:
    """One entry with its shares and its audit row; the same again is `same`, other content a Problem `conflict`."""
    if db.conn.execute(f"{_INSERT} ON CONFLICT (id) DO NOTHING", _row(presence)).rowcount == 0:
        return _same_or_conflict(db, presence)
    _write_parts(db, presence, shares)
    audit.append(db, **_entry("presence.add", presence, actor, presence.recorded_at), after=trail(presence))
    meta.touch(db)
    return "new"


def insert_many_within(
    db: Database, entries: Sequence[tuple[Presence, Iterable[Share]]], *, actor: str, at: datetime
) -> None:
    """Entries whose ids are new, without pauses or tracks, with their shares and audit rows; inside `writing`."""
    db.conn.executemany(_INSERT, [_row(entry) for entry, _ in entries])
    db.conn.executemany(_SHARES, [row for entry, shares in entries for row in _share_rows(entry, shares)])
    told = (("presence.add", "presence", entry.id, None, trail(entry)) for entry, _ in entries)
    audit.append_many(db, told, at=at, actor=actor)
    meta.touch(db)


def replace_within(
    db: Database, presence: Presence, shares: Iterable[Share], *, action: str, actor: str, at: datetime
) -> None:
    """Write a newer version over the one before it; Problem `conflict` when somebody else was first."""
    before = get(db, presence.id)
    if before is None or before.version != presence.version - 1:
        raise Problem("conflict", field="version")
    for table in ("presence_share", "presence_track", "presence_pause"):
        db.execute(f"DELETE FROM {table} WHERE presence = ?", [presence.id])
    names = ", ".join(f"{name} = ?" for name in _COLUMNS[1:])
    db.execute(f"UPDATE presence SET {names} WHERE id = ?", [*_row(presence)[1:], presence.id])
    _write_parts(db, presence, shares)
    audit.append(db, **_entry(action, presence, actor, at), before=trail(before), after=trail(presence))
    meta.touch(db)


def get(db: Database, presence_id: str) -> Presence | None:
    """One entry by id, withdrawn ones too."""
    return next(iter(_found(db, f"{_SELECT} WHERE id = ?", [presence_id])), None)


def running(db: Database, worker: str) -> Presence | None:
    """The worker's entry that has not ended."""
    sql = f"{_SELECT} WHERE worker = ? AND status = 'active' AND ended_at IS NULL"
    return next(iter(_found(db, sql, [worker])), None)


def overlapping(db: Database, worker: str, start: datetime, end: datetime, *, but: str = "") -> Presence | None:
    """An active entry of the worker that shares time with start–end; one that runs lasts for ever."""
    open_now = running(db, worker)
    if open_now and open_now.id != but and open_now.started_at < end:
        return open_now
    sql = (
        f"{_SELECT} WHERE worker = ? AND status = 'active' AND started_at >= ? AND started_at < ? AND ended_at > ? "
        "AND id != ? ORDER BY started_at LIMIT 1"
    )
    # No entry is longer than LONGEST: the index need not be read further back.
    times = [utc_text(moment) for moment in (start - LONGEST, end, start)]
    return next(iter(_found(db, sql, [worker, *times, but])), None)


def of_worker(db: Database, worker: str, since: datetime, until: datetime) -> list[Presence]:
    """The worker's active entries that began in [since, until), newest first."""
    sql = (
        f"{_SELECT} WHERE worker = ? AND status = 'active' AND started_at >= ? AND started_at < ? "
        "ORDER BY started_at DESC"
    )
    return _found(db, sql, [worker, utc_text(since), utc_text(until)])


def latest(db: Database, worker: str, count: int) -> list[Presence]:
    """The worker's last active entries, newest first, the running one too."""
    sql = f"{_SELECT} WHERE worker = ? AND status = 'active' ORDER BY started_at DESC LIMIT ?"
    return _found(db, sql, [worker, count])


def last_observed(db: Database, worker: str, since: datetime, until: datetime) -> datetime | None:
    """When the worker last recorded something seen in this time; the forgotten stop asks."""
    sql = (
        "SELECT max(observed_at) AS at FROM observation WHERE reporter = ? AND status = 'active' "
        "AND observed_at > ? AND observed_at <= ?"
    )
    found = one(db, sql, worker, utc_text(since), utc_text(until))
    return parse_time("observed_at", found["at"]) if found and found["at"] else None


def week_sums(db: Database, iso_week: str) -> list[tuple[str, str, str, int]]:
    """(worker, local date, activity, seconds) of one ISO week, for own hours and guarded team sums."""
    sql = (
        "SELECT worker, local_date, activity, sum(seconds) FROM presence CROSS JOIN presence_share ON presence = id "
        "WHERE iso_week = ? AND started_at >= ? AND started_at < ? AND status = 'active' GROUP BY 1, 2, 3"
    )
    monday = date.fromisocalendar(int(iso_week[:4]), int(iso_week[-2:]), 1)
    since, until = (str(monday + timedelta(days=days)) for days in (-2, 8))
    return [tuple(row) for row in db.conn.execute(sql, [iso_week, since, until])]


def event_sums(db: Database, event: str) -> dict[str, int]:
    """Worker → seconds given to one event."""
    sql = "SELECT worker, sum(seconds) FROM presence JOIN presence_share ON presence = id WHERE event = ? GROUP BY 1"
    return dict(db.conn.execute(sql, [event]).fetchall())


def hours_by_cell(
    db: Database,
    months: Collection[str],
    *,
    districts: Collection[str] | None = None,
    parts: Collection[str] | None = None,
) -> list[tuple[int, int, int]]:
    """(north, east, seconds) of each 250 m square in these months ('2026-11'); districts '' is outside, None all."""
    where, arguments = _among("month", months)
    for column, wanted in (("district", districts), ("part", parts)):
        if wanted is not None:
            term, more = _among(column, wanted)
            where, arguments = f"{where} AND {term}", arguments + more
    sql = f"SELECT cell_n, cell_e, sum(seconds) FROM presence_cell WHERE {where} GROUP BY cell_n, cell_e"
    return [tuple(row) for row in db.conn.execute(sql, arguments)]


def hours_by_day(
    db: Database, since: str, until: str, districts: Collection[str] | None = None
) -> dict[tuple[str, str, int], int]:
    """(district, local date, 3-hour block) → seconds, from one local date ('2026-11-20') to another, both included."""
    found = _summed(db, "district, local_date, block", since, until, districts)
    return {(district, day, block): seconds for district, day, block, seconds in found}


def hours_by_weekday(
    db: Database, since: str, until: str, districts: Collection[str] | None = None
) -> dict[tuple[int, int], int]:
    """(ISO weekday, 3-hour block) → seconds, local dates included."""
    found = _summed(db, f"{_WEEKDAY}, block", since, until, districts)
    return {(weekday, block): seconds for weekday, block, seconds in found}


def hours_by_week(db: Database, since: str, until: str) -> dict[tuple[str, date], int]:
    """(district, Monday) → seconds, local dates included: at both ends a week may be a part of one."""
    found = _summed(db, f"district, {_MONDAY}", since, until)
    return {(district, date.fromisoformat(monday)): seconds for district, monday, seconds in found}


def _summed(
    db: Database, by: str, since: str, until: str, districts: Collection[str] | None = None
) -> list[tuple[Any, ...]]:
    """Rows of these columns and the seconds of each, added up by the database, which does it in half the time."""
    where, arguments = "local_date BETWEEN ? AND ?", [since, until]
    if districts is not None:
        term, more = _among("district", districts)
        where, arguments = f"{where} AND {term}", arguments + more
    sql = f"SELECT {by}, sum(seconds) FROM presence_day WHERE {where} GROUP BY {by}"
    return [tuple(row) for row in db.conn.execute(sql, arguments)]


def hours_by_place(db: Database, since: str, until: str, districts: Collection[str] | None = None) -> dict[str, int]:
    """Nearest named place of an entry → seconds, local dates included; only as far back as entries are kept."""
    where, arguments = "local_date BETWEEN ? AND ? AND place IS NOT NULL", [since, until]
    if districts is not None:
        term, more = _among("presence_share.district", districts)
        where, arguments = f"{where} AND {term}", arguments + more
    sql = (
        f"SELECT place, sum(seconds) FROM presence CROSS JOIN presence_share ON presence = id WHERE {where} "
        "AND started_at >= date(?, '-2 days') AND started_at < date(?, '+2 days') AND status = 'active' GROUP BY place"
    )
    return dict(db.conn.execute(sql, [*arguments, since, until]).fetchall())


def visits(db: Database, cells250: Collection[tuple[int, int]], *, since: date) -> list[tuple[str, date]]:
    """(ISO week, last day) of each visit to one of the squares: an entry of ten minutes or more that covers one.

    A whole district covers everything and visits nothing; with a track the ten minutes are those in the squares. An
    entry that crosses midnight on Sunday is a visit in both weeks.
    """
    if not cells250:
        return []
    sql = (
        "SELECT iso_week, last FROM (SELECT presence, iso_week, max(local_date) AS last, sum(seconds) AS here FROM "
        f"presence_share WHERE (cell_n, cell_e) IN (VALUES {', '.join(['(?,?)'] * len(cells250))}) "
        "AND iso_week >= ? AND local_date >= ? GROUP BY presence, iso_week) "
        "JOIN presence ON id = presence WHERE CASE WHEN tracked THEN here >= ? ELSE reach_m > 0 AND "
        "(SELECT sum(seconds) FROM presence_share AS whole WHERE whole.presence = id) >= ? END"
    )
    marks = [number for cell in cells250 for number in cell]
    # The index knows weeks, and every day from `since` on lies in one from its week on.
    found = db.conn.execute(sql, [*marks, iso_week(since), since.isoformat(), VISIT_SECONDS, VISIT_SECONDS])
    return [(week, date.fromisoformat(day)) for week, day in found]


def held(db: Database, worker: str) -> list[dict[str, Any]]:
    """Everything kept of one worker's presence, oldest first: for the worker's own insight."""
    rows = _found(db, f"{_SELECT} WHERE worker = ? ORDER BY started_at", [worker])
    return [{**row.to_wire(), "place": row.place, "district": row.district, "status": row.status} for row in rows]


def trail(presence: Presence) -> Trail:
    """What the audit row keeps; of a track only how many squares."""
    kept = presence.to_wire() | {"district": presence.district, "place": presence.place, "status": presence.status}
    return kept | {"track": len(presence.track), "version": presence.version}


def _entry(action: str, presence: Presence, actor: str, at: datetime) -> dict[str, Any]:
    return {"action": action, "entity": "presence", "entity_id": presence.id, "actor": actor, "at": at}


def _same_or_conflict(db: Database, presence: Presence) -> Outcome:
    stored = one(db, "SELECT worker, content_hash FROM presence WHERE id = ?", presence.id)
    if stored and (stored["worker"], stored["content_hash"]) == (presence.worker, presence.content_hash):
        return "same"
    raise Problem("conflict", field="id")


def _write_parts(db: Database, presence: Presence, shares: Iterable[Share]) -> None:
    pauses = [
        (presence.id, utc_text(one.started_at), one.ended_at and utc_text(one.ended_at)) for one in presence.pauses
    ]
    db.conn.executemany("INSERT INTO presence_pause VALUES (?,?,?)", pauses)
    db.conn.executemany("INSERT INTO presence_track VALUES (?,?,?,?)", [(presence.id, *one) for one in presence.track])
    db.conn.executemany(_SHARES, _share_rows(presence, shares))


def _share_rows(presence: Presence, shares: Iterable[Share]) -> list[tuple[Any, ...]]:
    return [
        (presence.id, one.district, one.cell_n, one.cell_e, one.local_date, one.iso_week, one.block, one.seconds)
        for one in shares
    ]


def _row(presence: Presence) -> tuple[Any, ...]:
    derived = {
        "started_at": utc_text(presence.started_at),
        "ended_at": presence.ended_at and utc_text(presence.ended_at),
        "recorded_at": utc_text(presence.recorded_at),
        "tracked": int(presence.tracked),
    }
    return tuple(derived[name] if name in derived else getattr(presence, name) for name in _COLUMNS)


def _found(db: Database, sql: str, arguments: Sequence[Any]) -> list[Presence]:
    return [_value(db, row) for row in list(db.query(sql, arguments))]


def _value(db: Database, row: dict[str, Any]) -> Presence:
    times = {name: row[name] and parse_time(name, row[name]) for name in ("started_at", "ended_at", "recorded_at")}
    pauses = db.conn.execute(
        "SELECT started_at, ended_at FROM presence_pause WHERE presence = ? ORDER BY started_at", [row["id"]]
    ).fetchall()
    track = db.conn.execute(
        "SELECT cell_n, cell_e, minutes FROM presence_track WHERE presence = ? ORDER BY cell_n, cell_e", [row["id"]]
    ).fetchall()
    return Presence(
        **{**row, **times},
        pauses=tuple(Pause(*(when and parse_time("pauses", when) for when in pair)) for pair in pauses),
        track=tuple(tuple(one) for one in track),
    )


def _among(column: str, values: Collection[str]) -> tuple[str, list[str]]:
    return f"{column} IN ({','.join('?' * len(values))})", sorted(values)
