"""Alerts in the app: made once a night, told to those who see what they are about as points, and marked as seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, iso_week
from fieldapp.model import Kind, User, utc_text
from fieldapp.privacy.releasing import point_grants
from fieldapp.store import alerts as rows
from fieldapp.store import audit
from fieldapp.store.alerts import Kept, Spot
from fieldapp.store.connection import Database, writing
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.alerts_rules import LIMITS, Group, repeated, three_parties, week_alarm
from fieldapp.usecases.alerts_words import words
from fieldapp.usecases.observations import grid_cell
from fieldapp.usecases.overview_periods import months_earlier
from fieldapp.usecases.services import Services

SORTS = ("parties", "burglary", "week")
SPOTS_MOST = 2000
_SEEN_KEPT = timedelta(days=400)
_WEEK = timedelta(weeks=1)
_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert in its reader's language; `shown_by` is the filter of «Kort» that shows it, and `link` its address."""

    key: str
    sort: str
    title: str
    text: str
    next_step: str
    place: str | None
    district: str | None
    shown_by: tuple[tuple[str, str], ...]
    seen: bool

    @property
    def link(self) -> str:
        return f"/kort?{urlencode(self.shown_by)}"


def alerts(*, reader: User, db: Database, services: Services, now: datetime) -> tuple[Alert, ...]:
    """The alerts of the last night that this reader may be told of, those not yet seen first."""
    seen = rows.seen_by(db, reader.id)
    told = [_told(one, one.key in seen, reader.language, services) for one in rows.kept(db) if may_be_told(one, reader)]
    return tuple(sorted(told, key=lambda alert: (alert.seen, SORTS.index(alert.sort), alert.key)))


def may_be_told(alert: Kept, reader: User) -> bool:
    """Does the reader see every observation it is made of as a point?"""
    grants = [grant for grant in point_grants(reader) if grant.reporter is None]
    return all(
        any(Kind(kind) in grant.kinds and (grant.districts is None or district in grant.districts) for grant in grants)
        for kind, district in alert.content["about"]
    )


def _told(alert: Kept, seen: bool, language: str, services: Services) -> Alert:
    said = words(alert, services=services, language=language)
    content = alert.content
    return Alert(
        key=alert.key,
        sort=alert.sort,
        title=said.title,
        text=said.text,
        next_step=said.next_step,
        place=content.get("place"),
        district=content["district"],
        shown_by=_filter(content),
        seen=seen,
    )


def _filter(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    days = (("period", "own"), ("from", content["since"]), ("to", content["until"]))
    return days + tuple((name, content[name]) for name in ("category", "district") if content.get(name))


def see(key: str, *, user: User, db: Database, now: datetime) -> None:
    """Mark as seen for this user; raises `not_found` for what is not there or not the user's to know."""
    alert = next((one for one in rows.kept(db) if one.key == key), None)
    if alert is None or not may_be_told(alert, user):
        raise Problem("not_found")
    with writing(db):
        if rows.see_within(db, key, user.id, at=utc_text(now)):
            audit.append(db, at=now, actor=user.id, action="see", entity="alert", entity_id=key)


def refresh(*, db: Database, now: datetime) -> int:
    """Make the alerts anew and put them in the place of yesterday's; returns how many there are."""
    today = now.astimezone(COPENHAGEN).date()
    made = [*_weeks(db, today), *_parties(db, today), *_burglaries(db, today)]
    with writing(db):
        rows.replace_within(db, made, on=today)
        rows.forget_seen_within(db, before=utc_text(now - _SEEN_KEPT))
        told = {sort: sum(one.sort == sort for one in made) for sort in SORTS}
        audit.append(db, at=now, actor=SYSTEM.id, action="refresh", entity="alert", entity_id="*", after=told)
    return len(made)


def _weeks(db: Database, today: date) -> Iterator[Kept]:
    """The last whole ISO week of every district and category against the weeks before."""
    last = today - timedelta(days=today.weekday()) - _WEEK
    mondays = [last - back * _WEEK for back in range(LIMITS.baseline_weeks, -1, -1)]
    counts = _counts(db, mondays)
    hours = _hours(db, mondays)
    first = rows.first_weeks(db)
    for (district, kind, category), by_week in sorted(counts.items()):
        # The first week of all began before somebody began to look.
        known = [week for week in map(iso_week, mondays) if week > first[district]]
        if not known or known[-1] != iso_week(last):
            continue
        found = week_alarm([by_week[week] for week in known], [hours[district, week] / _SECONDS for week in known])
        if found is not None:
            yield Kept(
                f"week:{district}:{category}:{iso_week(last)}",
                "week",
                {
                    "about": [[kind, district]],
                    "district": district,
                    "category": category,
                    "since": last.isoformat(),
                    "until": (last + timedelta(days=6)).isoformat(),
                    "situations": found.situations,
                    "hours": found.hours,
                    "expected": round(found.expected, 2),
                    "weeks": found.weeks,
                    "comparable": found.comparable,
                },
            )


def _counts(db: Database, mondays: list[date]) -> dict[tuple[str, str, str], defaultdict[str, int]]:
    counts: dict[tuple[str, str, str], defaultdict[str, int]] = {}
    for district, kind, category, week, situations in rows.weekly_counts(
        db, iso_week(mondays[0]), iso_week(mondays[-1])
    ):
        counts.setdefault((district, kind, category), defaultdict(int))[week] = situations
    return counts


def _hours(db: Database, mondays: list[date]) -> defaultdict[tuple[str, str], int]:
    """(district, ISO week) → seconds of presence."""
    seconds: defaultdict[tuple[str, str], int] = defaultdict(int)
    for district, day, some in rows.daily_seconds(db, mondays[0], mondays[-1] + timedelta(days=6)):
        seconds[district, iso_week(day)] += some
    return seconds


def _parties(db: Database, today: date) -> Iterator[Kept]:
    since = months_earlier(today, LIMITS.parties_months)

    def staff_near(centre: Spot) -> list[Spot]:
        cell = grid_cell(centre.lat, centre.lon)
        return rows.round_cell(db, cell, LIMITS.near_m, since) if cell else []

    for group in three_parties(rows.of_walks_and_schools(db, since, most=SPOTS_MOST), staff_near):
        parties = sorted({spot.party for spot in group.spots})
        yield _at(group, "parties", {"parties": parties, "rows": len(group.spots)}, since=since, today=today)


def _burglaries(db: Database, today: date) -> Iterator[Kept]:
    since = today - LIMITS.burglary_weeks * _WEEK
    for group in repeated(rows.burglaries(db, since, most=SPOTS_MOST)):
        more = {"category": "burglary", "situations": len(group.spots)}
        yield _at(group, "burglary", more, since=since, today=today)


def _at(group: Group, sort: str, more: dict[str, Any], *, since: date, today: date) -> Kept:
    """An alert about one place; its key is the earliest row's, so that it stays the same while that row counts."""
    about = sorted({(str(spot.kind), spot.district) for spot in group.spots}, key=str)
    where = {"district": group.first.district, "place": group.first.place}
    days = {"since": since.isoformat(), "until": today.isoformat()}
    return Kept(f"{sort}:{group.first.id}", sort, {"about": [list(pair) for pair in about], **where, **days, **more})
