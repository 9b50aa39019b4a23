"""What has changed, as far as the numbers carry it, and where and when a rise lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fieldapp.store import summaries
from fieldapp.usecases.overview_compare import LEAST_COUNT, Normal, Verdict, comparable, compare
from fieldapp.usecases.overview_periods import Period
from fieldapp.usecases.overview_scope import Scope

MOST_CHANGES = 3
LEAST_PEAK = 5
PEAK_SHARE = 0.25
ONE_DAY_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Peak:
    """The 3-hour block, from `hour`, on one weekday or two in a row (ISO 1–7), that holds most of a category."""

    weekdays: tuple[int, ...]
    hour: int


@dataclass(frozen=True, slots=True)
class Change:
    """A category registered MORE or FEWER than in the period before; place and peak only for a rise."""

    category: str
    verdict: Verdict
    place: str | None = None
    peak: Peak | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole period against the one before; `usual` when that and the earlier weeks both say so."""

    verdict: Verdict
    usual: bool = False
    changes: tuple[Change, ...] = ()


def judge(
    scope: Scope,
    keys: Iterable[str],
    *,
    counts: tuple[Mapping[str, int], ...],
    period: Period,
    first: date | None,
    normal: Normal | None,
) -> Judgement:
    """Compare situations, now and before, never the rows shown; `normal` is of situations a week.

    `counts` are by category, for each of the period's columns, and of what the reader sees one by one.
    """
    now, before = counts[:2]
    total = sum(now.values())
    if total < LEAST_COUNT:
        return Judgement(Verdict.TOO_FEW)
    if first is None or first > period.before.since:
        return Judgement(Verdict.NO_HISTORY)
    days = {"first_days": period.now.length, "second_days": period.before.length}
    asked = [key for key in keys if comparable(now.get(key, 0), before.get(key, 0), **days)]
    verdicts = {key: compare(now[key], before.get(key, 0), tests=len(asked) + 1, **days) for key in asked}
    verdict = compare(total, sum(before.values()), tests=len(asked) + 1, **days)
    weekly = total * 7 / period.now.length
    usual = verdict is Verdict.ALIKE and normal is not None and normal.low <= weekly <= normal.high
    told = [key for key in asked if verdicts[key] in (Verdict.MORE, Verdict.FEWER)]
    told.sort(key=lambda key: -abs(now[key] - before.get(key, 0)))
    return Judgement(verdict, usual, tuple(_change(scope, key, verdicts[key], period) for key in told[:MOST_CHANGES]))


def _change(scope: Scope, category: str, verdict: Verdict, period: Period) -> Change:
    """Where and when is told only where the reader sees every row as a point."""
    if verdict is not Verdict.MORE or not scope.sees_all:
        return Change(category, verdict)
    only = frozenset({category})
    places = scope.count(summaries.by_place, period.now, "situations", categories=only)
    blocks = scope.count(summaries.by_block, period.now, "situations", categories=only)
    total = sum(blocks.values())
    place = max(places, key=lambda name: (places[name], name), default=None)
    if place and places[place] < max(LEAST_PEAK, PEAK_SHARE * total):
        place = None
    return Change(category, verdict, place, peak_of(blocks))


def peak_of(blocks: Mapping[tuple[int, int], int]) -> Peak | None:
    """The fullest block on two days in a row (one, when it holds 80 % of them); None unless it holds 5 and a quarter.

    >>> peak_of({(5, 21): 6, (6, 21): 5, (2, 9): 4})
    Peak(weekdays=(5, 6), hour=21)
    """
    pairs = {
        (day, hour): (blocks.get((day, hour), 0), blocks.get((day % 7 + 1, hour), 0))
        for day in range(1, 8)
        for hour in range(0, 24, summaries.BLOCK_HOURS)
    }
    (day, hour), (one, two) = max(pairs.items(), key=lambda pair: (sum(pair[1]), pair[1][0]))
    if one + two < max(LEAST_PEAK, PEAK_SHARE * sum(blocks.values())):
        return None
    if max(one, two) >= ONE_DAY_SHARE * (one + two):
        return Peak((day,) if one >= two else (day % 7 + 1,), hour)
    return Peak((day, day % 7 + 1), hour)
