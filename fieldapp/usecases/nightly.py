"""What is worked out once a night: hotspots and levels, alerts, and the scan statistic of the whole municipality."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from fieldapp import hotspots
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Role, User, parse_time, utc_text
from fieldapp.store import follow_up_photos, meta
from fieldapp.store import levels as rows
from fieldapp.store.connection import Database, writing
from fieldapp.usecases import alerts, levels_keeping
from fieldapp.usecases.hotspots import ALL, last_year
from fieldapp.usecases.hotspots.analysis import Analysis, analysed
from fieldapp.usecases.hotspots.grouping import Cell, place_near
from fieldapp.usecases.hotspots.history import flags_before
from fieldapp.usecases.levels_keeping import Refreshed
from fieldapp.usecases.services import Services

LAST = "nightly_last"
AT = time(3, 30)
_DAY = timedelta(days=1)
# Photos of a task whose sender never said what became of it.
_WAITING_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ScanFound:
    """The one rectangle least like chance: its sides in metres, the place it lies at, and its one p for the map.

    `place` and sides are None where nothing lies above what the hours would give.
    """

    place: str | None
    high_m: int | None
    wide_m: int | None
    situations: int
    expected: float
    p: float
    permutations: int

    @property
    def one_in(self) -> int:
        """It would happen in about one of so many random maps."""
        return max(1, round(1 / self.p))

    @property
    def beyond_chance(self) -> bool:
        return self.place is not None and self.p <= hotspots.PARAMETERS.alpha


@dataclass(frozen=True, slots=True)
class Night:
    """What one run did; `scan` None where hours are not known."""

    hotspots: Refreshed
    alerts: int
    scan: ScanFound | None


def run(*, db: Database, services: Services, now: datetime) -> Night:
    """Work everything out anew; safe to repeat, and to run beside the app."""
    today = now.astimezone(COPENHAGEN).date()
    refreshed = levels_keeping.refresh(db=db, services=services, now=now)
    made = alerts.refresh(db=db, now=now)
    scan = _scan(db=db, services=services, today=today)
    with writing(db):
        if scan is not None:
            rows.save_scan_within(db, json.dumps(asdict(scan), ensure_ascii=False), on=today)
        follow_up_photos.forget_waiting_within(db, now - _WAITING_FOR)
        meta.put(db, LAST, utc_text(now))
    _look_back(db=db, services=services, today=today)
    return Night(refreshed, made, scan)


def last_run(db: Database) -> datetime | None:
    """When the last run came to its end."""
    at = meta.get(db, LAST)
    return parse_time("at", at) if at else None


def overdue(db: Database, *, now: datetime) -> bool:
    """Has no run come to its end in the last day?"""
    last = last_run(db)
    return last is None or now - last > _DAY


def next_run(now: datetime) -> datetime:
    """The next time it is half past three in Copenhagen, summer and winter."""
    local = now.astimezone(COPENHAGEN)
    today = datetime.combine(local.date(), AT, COPENHAGEN)
    return today if today > local else datetime.combine(local.date() + _DAY, AT, COPENHAGEN)


def newest_scan(*, reader: User, db: Database) -> tuple[date, ScanFound] | None:
    """The newest scan and its day, for the coordinator; raises `not_allowed` for others."""
    if not reader.active or reader.role is not Role.COORDINATOR:
        raise Problem("not_allowed")
    found = rows.newest_scan(db)
    return (found[0], ScanFound(**json.loads(found[1]))) if found else None


def _scan(*, db: Database, services: Services, today: date) -> ScanFound | None:
    analysis = analysed(last_year(today), today=today, db=db, services=services)
    if analysis is None or not analysis.known:
        return None
    everything = next(number for number, layer in enumerate(analysis.layers) if layer.category == ALL)
    # The day alone decides which random maps are drawn, so that a second run says the same.
    rng = np.random.default_rng(today.toordinal())
    found = hotspots.scan(analysis.judged[everything], analysis.expected[everything], rng=rng)
    if found.box is None:
        return ScanFound(None, None, None, 0, 0.0, found.p, hotspots.PARAMETERS.permutations)
    row, column, last_row, last_column = found.box
    size = analysis.grid.frame.size_m
    cells = tuple((r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1))
    return ScanFound(
        place=_named(cells, analysis, services),
        high_m=(last_row - row + 1) * size,
        wide_m=(last_column - column + 1) * size,
        situations=round(found.observed),
        expected=round(found.expected, 1),
        p=found.p,
        permutations=hotspots.PARAMETERS.permutations,
    )


def _look_back(*, db: Database, services: Services, today: date) -> None:
    """The half year behind the overview's map, so that the day's first reader in this process need not wait for it."""
    analysis = analysed(last_year(today), today=today, db=db, services=services)
    if analysis is not None:
        flags_before(analysis, today=today, db=db, services=services)


def _named(cells: tuple[Cell, ...], analysis: Analysis, services: Services) -> str:
    """The place nearest to the middle of the situations, else the district of most squares."""
    everything = next(number for number, layer in enumerate(analysis.layers) if layer.category == ALL)
    near = place_near(cells, analysis.counts[everything], analysis.grid, services)
    if near:
        return near
    owners = [owner for cell in cells if (owner := int(analysis.grid.owner[cell])) >= 0]
    return services.district_name(analysis.grid.districts[max(set(owners), key=owners.count)]) if owners else ""
