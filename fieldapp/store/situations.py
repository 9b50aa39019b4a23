"""Which rows are one situation, kept in the transaction that changes them.

`observation.situation` is NULL for a row that stands alone or is its situation's head, the earliest by (observed_at,
id), and the head's id for the others: a situation is counted where it is NULL. Rows past their lifetime join nothing
new; they stay with those they were with, behind a head that is still known in detail where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlite_utils import Database

from fieldapp.geo import bounding_box
from fieldapp.model import utc_text
from fieldapp.model.situations import MERGE, Sighting, Together, situations
from fieldapp.store import meta
from fieldapp.store.connection import writing

BATCH = 1000
# How far the situations of a database from before they were kept have been worked out: an id, or DONE.
SETTLED, DONE = "situations_settled", "done"
_COLUMNS = "id, category, lat, lon, unixepoch(observed_at), repeat_of, situation, coarsened_at IS NOT NULL"
_EXACT = "status = 'active' AND coarsened_at IS NULL"
_NEAR = (
    f"SELECT {_COLUMNS} FROM observation INDEXED BY observation_by_category WHERE {_EXACT} AND category = ? "
    "AND observed_at BETWEEN ? AND ? AND lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?"
)
_LINKED_BACK = (
    f"SELECT {_COLUMNS} FROM observation INDEXED BY observation_by_category WHERE {_EXACT} AND category = ? "
    "AND observed_at BETWEEN ? AND ? AND repeat_of = ?"
)
# Most rows stand alone, which the index tells without Python's help; that they reach each other is tested afterwards.
_IN_COMPANY = (
    f"SELECT id FROM observation AS one WHERE {_EXACT} AND {{among}} AND (repeat_of IS NOT NULL OR EXISTS ("
    "SELECT 1 FROM observation AS other INDEXED BY observation_by_category WHERE other.status = 'active' "
    "AND other.coarsened_at IS NULL AND other.category = one.category AND other.observed_at BETWEEN "
    f"strftime('%Y-%m-%dT%H:%M:%SZ', one.observed_at, '-{MERGE.within_s} seconds') AND "
    f"strftime('%Y-%m-%dT%H:%M:%SZ', one.observed_at, '+{MERGE.within_s} seconds') "
    "AND abs(other.lat - one.lat) <= ? AND abs(other.lon - one.lon) <= ? AND other.rowid != one.rowid))"
)
# Tiles of about 560 × 630 m in Denmark: rows of one tile and time are looked up together.
_TILES_NORTH, _TILES_EAST = 200, 100
Place = tuple[str, int, int]


class _Row(NamedTuple):
    """A row as it stands: `head` is its situation's, itself where it has no other."""

    sighting: Sighting
    head: str
    coarse: bool

    @property
    def id(self) -> str:
        return self.sighting.id


def join(db: Database, ids: Sequence[str]) -> None:
    """Put rows that were just written, or never looked at, with those they belong to; inside `writing`."""
    for start in range(0, len(ids), BATCH):
        some = _in_company(db, ids[start : start + BATCH])
        if some:
            _join(db, _rows(db, _among("id", some), some))


def moved(db: Database, observation_id: str) -> None:
    """After a change of what decides a row's situation, or its withdrawal: leave the old one, join anew."""
    leave(db, observation_id)
    _join(db, _rows(db, f"{_EXACT} AND id = ?", [observation_id]), linked_back=True)


def leave(db: Database, observation_id: str) -> None:
    """Take one row out of its situation; what it held together may fall apart, and a new head is found."""
    group = _group_of(db, observation_id)
    db.execute("UPDATE observation SET situation = NULL WHERE id = ? AND situation IS NOT NULL", [observation_id])
    _divide(db, [row for row in group if row.id != observation_id])


def coarsened(db: Database, observation_id: str) -> None:
    """After a row was made coarse: a situation with rows still known in detail is headed by one of those."""
    group = _group_of(db, observation_id)
    if not all(row.coarse for row in group):
        _divide(db, group)


def settle(db: Database) -> int:
    """Find the situations of all rows written before they were kept; stopped anywhere, it goes on there. How many."""
    count, last = 0, meta.get(db, SETTLED) or ""
    while last != DONE:
        with writing(db):
            sql = f"SELECT id FROM observation WHERE id > ? AND {_EXACT} ORDER BY id LIMIT ?"
            ids = [row[0] for row in db.conn.execute(sql, [last, BATCH])]
            join(db, ids)
            last = ids[-1] if ids else DONE
            meta.put(db, SETTLED, last)
            if ids:
                meta.touch(db)
        count += len(ids)
    return count


def _join(db: Database, fresh: Iterable[_Row], *, linked_back: bool = False) -> None:
    """Unite the situations of all that the rule joins to these rows; inside `writing`."""
    exact = list(fresh)
    found = {row.id: row for row in exact}
    for query, marks in _questions(exact, linked_back=linked_back):
        found |= {row.id: row for row in _read(db, query, marks)}
    missing = sorted({row.sighting.repeat_of for row in exact if row.sighting.repeat_of} - set(found))
    found |= {row.id: row for row in _rows(db, f"{_EXACT} AND {_among('id', missing)}", missing)}
    together = Together()
    for group in situations(row.sighting for row in found.values()):
        for other in group[1:]:
            together.join(found[group[0].id].head, found[other.id].head)
    _unite(db, {row.head for row in found.values()}, together, {row.id: row.sighting for row in found.values()})


def _in_company(db: Database, ids: Sequence[str]) -> list[str]:
    """Those of the ids that have a link, or another row of their category about as near as the rule asks."""
    among = _among("id", ids)
    farthest = db.conn.execute(f"SELECT max(abs(lat)) FROM observation WHERE {among}", ids).fetchone()[0]
    west, south, _east, _north = bounding_box(farthest or 0.0, 0.0, 1.01 * MERGE.within_m)
    reach = [(farthest or 0.0) - south, -west]
    return [row[0] for row in db.conn.execute(_IN_COMPANY.format(among=among), [*ids, *reach])]


def _unite(db: Database, heads: Iterable[str], together: Together, known: dict[str, Sighting]) -> None:
    """Give each set of heads that belong together the earliest of them for all of their rows."""
    sets: dict[str, list[str]] = {}
    for head in heads:
        sets.setdefault(together.root(head), []).append(head)
    several = [some for some in sets.values() if len(some) > 1]
    unknown = [head for some in several for head in some if head not in known]
    for start in range(0, len(unknown), BATCH):
        some = unknown[start : start + BATCH]
        known |= {row.id: row.sighting for row in _rows(db, _among("id", some), some)}
    for some in several:
        first = min(some, key=lambda head: known[head].order)
        gone = [head for head in some if head != first]
        db.conn.executemany("UPDATE observation SET situation = ? WHERE situation = ?", [(first, old) for old in gone])
        db.conn.executemany("UPDATE observation SET situation = ? WHERE id = ?", [(first, old) for old in gone])


def _divide(db: Database, group: Sequence[_Row]) -> None:
    """Work out anew the situations of rows that were one; the coarse ones follow the earliest of the others."""
    coarse = sorted((row.sighting for row in group if row.coarse), key=lambda one: one.order)
    groups = situations(row.sighting for row in group if not row.coarse)
    groups = [[*groups[0], *coarse], *groups[1:]] if groups else [coarse]
    stored = {row.id: row.head for row in group}
    wanted = [(some[0].id, one.id) for some in groups for one in some]
    changes = [(None if head == one else head, one) for head, one in wanted if stored[one] != head]
    db.conn.executemany("UPDATE observation SET situation = ? WHERE id = ?", changes)


def _group_of(db: Database, observation_id: str) -> list[_Row]:
    """All active rows of a row's situation, and the row itself as it stood."""
    found = db.conn.execute("SELECT coalesce(situation, id) FROM observation WHERE id = ?", [observation_id]).fetchone()
    head = found[0] if found else observation_id
    return list(_rows(db, "status = 'active' AND (situation = ? OR id = ?)", [head, head]))


def _questions(exact: Sequence[_Row], *, linked_back: bool) -> Iterator[tuple[str, list[Any]]]:
    """The queries that find every row in reach, a few rows to each where they lie close together."""
    placed = [(place, row.sighting) for row in exact if (place := _tile(row.sighting)) is not None]
    placed.sort(key=lambda pair: (pair[0], pair[1].at))
    for place, several in groupby(placed, key=lambda pair: pair[0]):
        for some in _runs([one for _, one in several]):
            yield _NEAR, [place[0], *_span(some, MERGE.within_s), *_box(some)]
    if linked_back:
        for row in exact:
            yield _LINKED_BACK, [row.sighting.category, *_span([row.sighting], MERGE.linked_s), row.id]


def _tile(one: Sighting) -> Place | None:
    if one.lat is None or one.lon is None:
        return None
    return one.category, int(one.lat * _TILES_NORTH), int(one.lon * _TILES_EAST)


def _runs(ordered: Sequence[Sighting]) -> Iterator[list[Sighting]]:
    """Sightings in the order of time, parted where nothing can reach across."""
    run = [ordered[0]]
    for one in ordered[1:]:
        if one.at - run[-1].at > 2 * MERGE.within_s:
            yield run
            run = []
        run.append(one)
    yield run


def _span(some: Sequence[Sighting], reach_s: int) -> tuple[str, str]:
    times = [one.at for one in some]
    first, last = min(times) - reach_s, max(times) + reach_s
    return utc_text(datetime.fromtimestamp(first, UTC)), utc_text(datetime.fromtimestamp(last, UTC))


def _box(some: Sequence[Sighting]) -> tuple[float, float, float, float]:
    """South, north, west, east, a little further out than the rule reaches."""
    boxes = (bounding_box(one.lat or 0.0, one.lon or 0.0, 1.01 * MERGE.within_m) for one in some)
    west, south, east, north = zip(*boxes, strict=True)
    return min(south), max(north), min(west), max(east)


def _among(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({','.join('?' * len(values))})"


def _rows(db: Database, where: str, marks: Sequence[Any]) -> Iterator[_Row]:
    return _read(db, f"SELECT {_COLUMNS} FROM observation WHERE {where}", marks)


def _read(db: Database, sql: str, marks: Sequence[Any]) -> Iterator[_Row]:
    for *values, head, coarse in db.conn.execute(sql, list(marks)):
        yield _Row(Sighting(*values), head or values[0], bool(coarse))
