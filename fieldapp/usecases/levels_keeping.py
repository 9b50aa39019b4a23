"""Hotspots over time: what is found each night is matched with what was known, and every level is set by rule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from fieldapp.formats import COPENHAGEN, iso_week
from fieldapp.hotspots import PARAMETERS
from fieldapp.model import Kind, uuid7
from fieldapp.model.levels import (
    LIMITS,
    Hotspot,
    Seen,
    gap_m,
    in_effect,
    level_by_rule,
    presence_squares,
)
from fieldapp.store import audit, meta, presence
from fieldapp.store import levels as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.levels import Finding, Week
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.hotspots import detect
from fieldapp.usecases.hotspots.months import month_of
from fieldapp.usecases.overview_periods import months_earlier
from fieldapp.usecases.services import Services

LOOK_BACK = PARAMETERS.lasting_months
_WEEK = timedelta(weeks=1)


class Found(Protocol):
    """What is read of a place that `usecases.hotspots.detect` has found; `squares` are (north, east) of `size_m`."""

    @property
    def category(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def district(self) -> str | None: ...
    @property
    def place(self) -> str: ...
    @property
    def size_m(self) -> int: ...
    @property
    def squares(self) -> tuple[tuple[int, int], ...]: ...
    @property
    def situations(self) -> int: ...
    @property
    def expected(self) -> float: ...
    @property
    def hours(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many hotspots were opened, found again, and closed."""

    opened: int
    again: int
    closed: int


def refresh(*, db: Database, services: Services, now: datetime) -> Refreshed:
    """Find the hotspots of today and bring the kept ones up to date; safe to call again.

    Where one is new to us, the months before are looked through too: it may have been there before we looked.
    """
    found = detect(db=db, services=services, now=now)
    earlier: dict[date, Sequence[Found]] = {}
    if not rows.any_ever(db) or None in _matched(found, rows.open_hotspots(db)):
        for then in _month_ends(now):
            earlier[then.date()] = detect(db=db, services=services, now=then)
    return keep(found, earlier=earlier, db=db, now=now)


def _month_ends(now: datetime) -> list[datetime]:
    """Noon on the last day of each of the months before, oldest first."""
    first = now.astimezone(COPENHAGEN).replace(day=1, hour=12)
    ends = [months_earlier(first.date(), back) - timedelta(days=1) for back in range(LOOK_BACK - 1, -1, -1)]
    return [datetime.combine(day, first.timetz()) for day in ends]


def keep(
    found: Iterable[Found], *, earlier: Mapping[date, Sequence[Found]] | None = None, db: Database, now: datetime
) -> Refreshed:
    """Match finds with open hotspots, open new ones, close those not found for three months, and set all levels.

    `earlier` is what was to be found on the last days of the months before: kept for hotspots that are opened now, and
    the very first time for those that have faded since.
    """
    today = now.astimezone(COPENHAGEN).date()
    finds, past = list(found), dict(earlier or {})
    with writing(db):
        kept, first = rows.open_hotspots(db), not rows.any_ever(db)
        matched = _matched(finds, kept)
        for one, before in zip(finds, matched, strict=True):
            hotspot = _put(db, one, before, on=today, now=now)
            if before is None:
                _put_past(db, hotspot, past)
        if first:
            _put_faded(db, past, now=now)
        again = {hotspot.id for hotspot in matched if hotspot}
        gone = today - timedelta(days=LIMITS.close_after_days)
        old = [one for one in kept if one.id not in again and one.last_found_on < gone]
        for hotspot in old:
            rows.close_within(db, hotspot.id, on=today)
            _tell(db, "close", hotspot, now)
        set_levels_within(db, today=today)
        done = Refreshed(matched.count(None), len(again), len(old))
        told = {"opened": done.opened, "again": done.again, "closed": done.closed}
        audit.append(db, at=now, actor=SYSTEM.id, action="refresh", entity="hotspot", entity_id="*", after=told)
        meta.touch(db)
    return done


def _put(db: Database, find: Found, before: Hotspot | None, *, on: date, now: datetime) -> Hotspot:
    """Write a find as the hotspot it was, or as a new one."""
    hotspot = Hotspot(
        id=before.id if before else uuid7(now),
        category=find.category,
        kind=Kind(find.kind),
        district=find.district,
        place=find.place or None,
        squares=_squares(find),
        found_on=before.found_on if before else now.astimezone(COPENHAGEN).date(),
        last_found_on=on,
    )
    rows.put_within(db, hotspot)
    rows.found_within(db, hotspot.id, _finding(find, on))
    if before is None:
        _tell(db, "open", hotspot, now)
    return hotspot


def _put_past(db: Database, hotspot: Hotspot, past: Mapping[date, Sequence[Found]]) -> None:
    """The months before in which the same place was to be found."""
    for day, finds in past.items():
        if near := [find for find in finds if _gap(find, hotspot) <= LIMITS.match_m]:
            rows.found_within(db, hotspot.id, _finding(min(near, key=lambda find: _gap(find, hotspot)), day))


def _put_faded(db: Database, past: Mapping[date, Sequence[Found]], *, now: datetime) -> None:
    """Places to be found in the months before and not today, newest month first."""
    for day in sorted(past, reverse=True):
        for find in past[day]:
            if all(_gap(find, known) > LIMITS.match_m for known in rows.open_hotspots(db)):
                _put_past(db, _put(db, find, None, on=day, now=now), past)


def _matched(finds: Sequence[Found], kept: Sequence[Hotspot]) -> list[Hotspot | None]:
    """For each find the nearest open hotspot of its category and kind within reach; nearest first, each used once."""
    pairs = [
        (gap, one.found_on, one.id, number)
        for number, find in enumerate(finds)
        for one in kept
        if (gap := _gap(find, one)) <= LIMITS.match_m
    ]
    matched: dict[int, str] = {}
    for _metres, _on, key, number in sorted(pairs):
        if number not in matched and key not in matched.values():
            matched[number] = key
    by_id = {one.id: one for one in kept}
    return [by_id[matched[number]] if number in matched else None for number in range(len(finds))]


def _gap(find: Found, hotspot: Hotspot) -> float:
    """Metres between a find and a hotspot of the same category and kind; infinite for others."""
    same = (find.category, find.kind) == (hotspot.category, hotspot.kind)
    return gap_m(_squares(find), hotspot.squares) if same else math.inf


def _squares(find: Found) -> tuple[tuple[int, int, int], ...]:
    return tuple((find.size_m, north, east) for north, east in sorted(find.squares))


def _finding(find: Found, day: date) -> Finding:
    return Finding(month_of(day), find.situations, round(find.expected, 2), find.hours)


def _tell(db: Database, action: str, hotspot: Hotspot, now: datetime) -> None:
    told = {"category": hotspot.category, "district": hotspot.district, "place": hotspot.place}
    audit.append(db, at=now, actor=SYSTEM.id, action=action, entity="hotspot", entity_id=hotspot.id, after=told)


def set_levels_within(db: Database, *, today: date) -> None:
    """What the rule says this week of every open hotspot; inside `writing`."""
    said, before = rows.verdicts(db), rows.weeks(db)
    for hotspot in rows.open_hotspots(db):
        rules = {week.iso_week: week.rule.level for week in before.get(hotspot.id, ())}
        last_week = {week: level for week, level in rules.items() if week < iso_week(today)}
        seen = replace(
            seen_of(hotspot, db=db, today=today),
            before=in_effect(today - _WEEK, said.get(hotspot.id, ()), last_week),
        )
        rule = level_by_rule(seen)
        week = Week(iso_week(today), rule, seen.situations, seen.weeks, seen.severe, seen.visits)
        rows.put_week_within(db, hotspot.id, week, on=today)


def seen_of(hotspot: Hotspot, *, db: Database, today: date) -> Seen:
    """Situations and visits of the last four times seven days in the hotspot's squares, in its own district."""
    since = today - timedelta(days=7 * LIMITS.weeks - 1)
    found = [(day, severe) for day, severe in rows.situations(db, hotspot, since=since) if day <= today]
    visits = [day for _week, day in presence.visits(db, presence_squares(hotspot.squares), since=since) if day <= today]
    return Seen(
        situations=len(found),
        weeks=len({(today - day).days // 7 for day, _severe in found}),
        severe=sum(severe for _day, severe in found),
        severe_weeks=len({(today - day).days // 7 for day, severe in found if severe}),
        visits=len(visits),
        last_visit=(today - max(visits)).days if visits else None,
    )
