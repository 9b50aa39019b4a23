"""Rows for tests that count: many alike observations put straight into the store, district and place by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from making import CATALOGUE, NOW
from sqlite_utils import Database

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Observation, User, parse_time, uuid7
from fieldapp.store import observations
from fieldapp.usecases.overview import Overview, Row, overview
from fieldapp.usecases.overview_periods import period_of
from fieldapp.usecases.services import Services

_BLANK = Observation("", "", 55.61, 12.35, NOW, recorded_at=NOW, origin="import")


def put(
    db: Database,
    reporter: User,
    category: str,
    *times: str,
    district: str | None = "strandgaard",
    place: str | None = None,
    note: str | None = None,
    at_once: bool = False,
) -> None:
    """One observation at each local Danish time, every one 55 m from the last; `at_once` all of them at one place."""
    already = observations.count(db, observations.ObservationFilter())
    made = [
        replace(
            _BLANK,
            id=uuid7(NOW),
            category=category,
            kind=CATALOGUE[category].kind,
            observed_at=parse_time("observed_at", time),
            recorded_at=parse_time("observed_at", time),
            district=district,
            place=place,
            lat=_BLANK.lat + (0 if at_once else 0.0005 * (already + number)),
            cell=(123_000 + (0 if at_once else already + number), 14_000),
            note=note,
            reporter=reporter.id,
        )
        for number, time in enumerate(times)
    ]
    observations.insert_many(db, made, actor=reporter.id, at=NOW)


def seen_by(
    reader: User,
    db: Database,
    services: Services,
    *,
    district: str | None = None,
    choice: str = "4uger",
    now: datetime = NOW,
) -> Overview:
    """The overview as this reader gets it."""
    period = period_of(choice, today=now.astimezone(COPENHAGEN).date())
    return overview(district=district, period=period, reader=reader, db=db, services=services, now=now)


def told(rows: tuple[Row, ...]) -> dict[str | None, list[int]]:
    """Key → counts."""
    return {row.key: list(row.counts) for row in rows}


def in_groups(shown: Overview) -> dict[str | None, int] | None:
    """Category → at least so many in the first column; None where the reader is never told of groups."""
    return None if shown.groups is None else {row.category: row.counts[0] for row in shown.groups.rows}
