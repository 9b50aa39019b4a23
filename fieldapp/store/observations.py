"""Observations in the database: written once by id, read by filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.formats import iso_week
from fieldapp.model import RETIRED, Kind, Observation, ObservationFilter, parse_time, utc_text
from fieldapp.model.parsing import parse_clock
from fieldapp.model.retention import blunted
from fieldapp.store import audit, meta, rollups, situations
from fieldapp.store.connection import one, writing
from fieldapp.store.granting import among, any_of

Outcome = Literal["new", "same"]
COLUMNS = (
    "id category kind lat lon accuracy_m position_source cell_n cell_e place district near_border observed_at "
    "local_date iso_week weekday hour phone_observed_at recorded_at reporter severity group_size age_band note "
    "repeat_of origin status version content_hash"
).split()
_VALUES = f"({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_INSERT = f"INSERT INTO observation {_VALUES} ON CONFLICT (id) DO NOTHING"
_READ = (
    "id category kind lat lon accuracy_m position_source cell_n cell_e place district near_border observed_at "
    "phone_observed_at recorded_at reporter severity group_size age_band note repeat_of origin status version "
    "coarsened_at".split()
)
_SELECT = f"SELECT {', '.join(_READ)} FROM observation"
# What decides which situation a row is part of.
_DECISIVE = ("category", "lat", "lon", "observed_at", "repeat_of", "status")
# Degrees north–south, about 5 km: in a box up to this high it pays to go by position rather than by time.
_SMALL_BOX = 0.05


def insert(db: Database, observation: Observation, *, actor: str) -> Outcome:
    """Store one observation with its audit row; the same again is `same`, other content a Problem `conflict`."""
    with writing(db):
        return insert_within(db, observation, actor=actor)


def insert_within(db: Database, observation: Observation, *, actor: str) -> Outcome:
    """`insert` for a caller that already holds the transaction."""
    if db.conn.execute(_INSERT, to_row(observation)).rowcount == 0:
        return same_or_conflict(db, observation)
    situations.join(db, [observation.id])
    audit.append(
        db,
        at=observation.recorded_at,
        actor=actor,
        action="record",
        entity="observation",
        entity_id=observation.id,
        after=trail(observation),
    )
    meta.touch(db)
    return "new"


def insert_many(db: Database, observations: Iterable[Observation], *, actor: str, at: datetime) -> tuple[int, int]:
    """All or none: how many were new, and how many were already there with the same content."""
    entries: list[audit.Entry] = []
    same = 0
    with writing(db):
        for observation in observations:
            if db.conn.execute(_INSERT, to_row(observation)).rowcount:
                entries.append(("import", "observation", observation.id, None, trail(observation)))
            else:
                same_or_conflict(db, observation)
                same += 1
        situations.join(db, [entry[2] for entry in entries])
        audit.append_many(db, entries, at=at, actor=actor)
        meta.touch(db)
    return len(entries), same


def same_or_conflict(db: Database, observation: Observation) -> Outcome:
    """`same` for what its reporter sent before under this id, whatever became of it; else a Problem `conflict`."""
    stored = one(db, "SELECT content_hash, reporter, version FROM observation WHERE id = ?", observation.id)
    # Changed or past its lifetime, only a piece of the hash is kept, and nothing of what was sent may come back.
    hashes = observation.content_hash, blunted(observation.content_hash)
    if stored and stored["reporter"] in (observation.reporter, RETIRED) and stored["content_hash"] in hashes:
        return "same"
    raise Problem("conflict", field="id")


def replace_content(db: Database, observation: Observation, *, actor: str, at: datetime) -> None:
    """Write a newer version over the one before it; Problem `conflict` when somebody else was first."""
    with writing(db):
        before = get(db, observation.id)
        if before is None or before.version != observation.version - 1:
            raise Problem("conflict", field="version")
        # A phone that never heard that it had sent it sends it again: of that it keeps a piece of the hash.
        sent = one(db, "SELECT content_hash FROM observation WHERE id = ?", observation.id) or {}
        values = dict(zip(COLUMNS, to_row(observation), strict=True)) | {"content_hash": blunted(sent["content_hash"])}
        names = ", ".join(f"{name} = :{name}" for name in COLUMNS if name != "id")
        db.execute(f"UPDATE observation SET {names} WHERE id = :id", values)
        if any(getattr(before, name) != getattr(observation, name) for name in _DECISIVE):
            situations.moved(db, observation.id)
        audit.append(
            db,
            at=at,
            actor=actor,
            action="withdraw" if observation.status == "withdrawn" else "edit",
            entity="observation",
            entity_id=observation.id,
            before=trail(before),
            after=trail(observation),
        )
        if observation.status == "withdrawn":
            db.execute("DELETE FROM photo WHERE observation_id = ?", [observation.id])
        meta.touch(db)


def get(db: Database, observation_id: str) -> Observation | None:
    """One observation by id, withdrawn ones too."""
    row = one(db, f"{_SELECT} WHERE id = ?", observation_id)
    return from_row(row) if row else None


def find(
    db: Database, wanted: ObservationFilter, *, limit: int | None = None, after: tuple[str, str] | None = None
) -> list[Observation]:
    """Newest first; `after` is the (observed_at, id) of the last row of the page before."""
    where, arguments = conditions(wanted)
    if after:
        where.append("(observed_at, id) < (?, ?)")
        arguments.extend(after)
    free = _by_position(wanted)
    # The newest few of many: SQLite would rather sort a whole period than walk back from its end.
    walked = limit is not None and hinted(wanted) and not (wanted.reporter or wanted.categories)
    by_time = " INDEXED BY observation_by_time" if walked else ""
    sql = f"{_SELECT}{by_time} WHERE {' AND '.join(where)} ORDER BY {free}observed_at DESC, {free}id DESC"
    if limit is not None:
        sql += " LIMIT ?"
        arguments.append(limit)
    return [from_row(row) for row in db.query(sql, arguments)]


def count(db: Database, wanted: ObservationFilter, *, at_most: int = -1) -> int:
    """How many fit the filter; counting stops at `at_most`, where that is told."""
    parts = rollups.parts(wanted, "category")
    known = sum(rollups.count(db, parts.rolled, "category").values()) if parts.rolled else 0
    for rest in (parts.rows, parts.own):
        if rest and not 0 <= at_most <= known:
            known += _count_rows(db, rest, at_most=at_most - known if at_most >= 0 else -1)
    return known if at_most < 0 else min(known, at_most)


def _count_rows(db: Database, wanted: ObservationFilter, *, at_most: int) -> int:
    where, arguments = conditions(wanted)
    fitting = f"SELECT 1 FROM observation WHERE {' AND '.join(where)} LIMIT ?"
    row = one(db, f"SELECT count(*) AS n FROM ({fitting})", *arguments, at_most)
    return int(row["n"]) if row else 0


def each(db: Database, wanted: ObservationFilter) -> Iterator[Observation]:
    """Oldest first, one at a time: for exports of any size."""
    where, arguments = conditions(wanted)
    sql = f"{_SELECT} WHERE {' AND '.join(where)} ORDER BY observed_at, id"
    yield from (from_row(row) for row in db.query(sql, arguments))


def favourites(db: Database, reporter: str, *, last: int = 200) -> list[str]:
    """The reporter's category keys, most used of their last observations first."""
    rows = db.query(
        "SELECT category, count(*) AS n FROM (SELECT category FROM observation WHERE reporter = ? "
        "ORDER BY observed_at DESC LIMIT ?) GROUP BY category ORDER BY n DESC, category",
        [reporter, last],
    )
    return [row["category"] for row in rows]


def latest_by(db: Database, reporter: str) -> Observation | None:
    """The reporter's newest observation that still stands."""
    row = one(
        db, f"{_SELECT} WHERE reporter = ? AND status = 'active' ORDER BY recorded_at DESC, id DESC LIMIT 1", reporter
    )
    return from_row(row) if row else None


def conditions(wanted: ObservationFilter) -> tuple[list[str], list[Any]]:
    """The WHERE terms and their arguments; store modules only."""
    where: list[str] = ["status = 'active'"]
    arguments: list[Any] = []
    free = _by_position(wanted)
    for column, values in (("category", wanted.categories), ("district", wanted.districts), ("kind", wanted.kinds)):
        if values:
            where.append(among(free + column, values, arguments))
    for term, value in (("local_date >= ?", wanted.since), ("local_date <= ?", wanted.until)):
        if value is not None:
            where.append(free + term)
            arguments.append(value.isoformat())
    if wanted.reporter is not None:
        where.append(f"{free}reporter = ?")
        arguments.append(wanted.reporter)
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        where.append("lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?")
        arguments.extend((west, east, south, north))
    if wanted.granted is not None:
        where.append(free + any_of(wanted.granted, arguments))
    if wanted.withheld:
        where.append("NOT " + any_of(wanted.withheld, arguments))
    return where, arguments


def hinted(wanted: ObservationFilter) -> bool:
    """May a query name its index? SQLite refuses one that it cannot use, as where a grant holds nothing at all."""
    grants = wanted.granted
    some = grants is None or any(grant.kinds and grant.districts != frozenset() for grant in grants)
    return some and wanted.bbox is None


def _by_position(wanted: ObservationFilter) -> str:
    """`+` before a column keeps SQLite, which cannot know how small a box is, from going by that column instead."""
    small = wanted.bbox is not None and wanted.bbox[3] - wanted.bbox[1] < _SMALL_BOX
    return "+" if small else ""


def to_row(observation: Observation) -> tuple[Any, ...]:
    """The values of COLUMNS, with Copenhagen's calendar beside UTC."""
    local = observation.local_time
    north, east = observation.cell or (None, None)
    derived = {
        "kind": str(observation.kind),
        "cell_n": north,
        "cell_e": east,
        "near_border": int(observation.near_border),
        "observed_at": utc_text(observation.observed_at),
        "phone_observed_at": observation.phone_observed_at and utc_text(observation.phone_observed_at),
        "recorded_at": utc_text(observation.recorded_at),
        "local_date": local.date().isoformat(),
        "iso_week": iso_week(local),
        "weekday": local.isoweekday(),
        "hour": local.hour,
    }
    return tuple(derived[name] if name in derived else getattr(observation, name) for name in COLUMNS)


def from_row(row: dict[str, Any]) -> Observation:
    """A stored row as the value it was."""
    values = {name: row[name] for name in _READ if name not in ("cell_n", "cell_e", "coarsened_at")}
    values["coarse"] = row["coarsened_at"] is not None
    values["kind"] = Kind(row["kind"])
    values["near_border"] = bool(row["near_border"])
    values["observed_at"] = parse_time("observed_at", row["observed_at"])
    values["recorded_at"] = parse_time("recorded_at", row["recorded_at"])
    values["phone_observed_at"] = row["phone_observed_at"] and parse_clock("observed_at", row["phone_observed_at"])
    values["cell"] = None if row["cell_n"] is None else (row["cell_n"], row["cell_e"])
    return Observation(**values)


def trail(observation: Observation) -> dict[str, Any]:
    """What the audit row keeps of an observation: what was said about place and time, never its text."""
    kept = observation.to_wire() | {"district": observation.district, "status": observation.status}
    if observation.phone_observed_at:
        kept["phone_observed_at"] = utc_text(observation.phone_observed_at)
    return kept | {"version": observation.version, "has_note": observation.note is not None}
