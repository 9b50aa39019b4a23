"""The table of areas of one reader: made from the rows withheld from them, kept until it can have changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, User
from fieldapp.privacy.areas import ENTRY_M, Block, Entry, blocks_of, chosen, last_day, latest_month, table_of
from fieldapp.privacy.releasing import area_grants, point_grants, sees_all
from fieldapp.store import aggregates, meta
from fieldapp.store.connection import Database

_KEPT_MOST = 64
_Key = tuple[object, ...]


def blocks_shown(wanted: ObservationFilter, *, reader: User, db: Database, now: datetime) -> tuple[Block, ...]:
    """The blocks that lie wholly inside the filter; empty for those who see every observation, and for SSP groups."""
    if not hides(reader):
        return ()
    return chosen(_table(reader, db, now.astimezone(COPENHAGEN).date()), wanted)


def hides(reader: User) -> bool:
    """Are there observations that this reader is told of only as areas? It depends on the reader alone."""
    return bool(area_grants(reader)) and not sees_all(reader)


@dataclass(frozen=True, slots=True)
class _Kept:
    version: int
    step: int
    blocks: tuple[Block, ...]


def _table(reader: User, db: Database, today: date) -> tuple[Block, ...]:
    """New observations only come with a new Monday, so the table outlives them; any other change makes it anew."""
    monday = today - timedelta(days=today.weekday())
    key = (_file(db), monday, point_grants(reader), area_grants(reader))
    # Read before the rows: a change in between makes it anew once too often, never too seldom.
    version, step = meta.data_version(db), aggregates.last_step(db)
    kept = _tables.get(key)
    if kept is None or (kept.version != version and not aggregates.only_added_since(db, kept.step)):
        kept = _Kept(version, step, _made(db, reader, monday))
    _tables.put(key, replace(kept, version=version, step=step))
    return kept.blocks


def _made(db: Database, reader: User, monday: date) -> tuple[Block, ...]:
    wanted = ObservationFilter(
        until=last_day(latest_month(monday)), granted=area_grants(reader), withheld=point_grants(reader)
    )
    groups = list(aggregates.by_month(db, wanted, size_m=ENTRY_M))
    # Rows past their lifetime have lost whose they were: the reader's own would come in. Their months are over.
    over: dict[str, date] = {}
    for one in groups:
        if one.coarse:
            over[one.kind] = max(one.month, over.get(one.kind, one.month))
    return blocks_of(
        Entry(Kind(one.kind), one.district, one.month, table, one.category, one.north, one.east, one.rows)
        for one in groups
        if one.month > over.get(one.kind, date.min) and (table := table_of(one.month, one.recorded)) <= monday
    )


def _file(db: Database) -> _Key:
    """Which database: another file under the same name is another one."""
    path = aggregates.file_of(db)
    status = Path(path).stat() if path else None
    return (path, status.st_dev, status.st_ino) if status else (id(db.conn),)


class _Tables:
    """The tables last used, for all threads."""

    def __init__(self) -> None:
        self._lock, self._kept = Lock(), OrderedDict[_Key, _Kept]()

    def get(self, key: _Key) -> _Kept | None:
        with self._lock:
            return self._kept.get(key)

    def put(self, key: _Key, kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT_MOST:
                self._kept.popitem(last=False)


_tables = _Tables()
