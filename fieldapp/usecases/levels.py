"""Hotspots for those who look after them: level, what staff say of it, what was promised and what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fieldapp import hotspots
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, iso_week
from fieldapp.model import Role, User
from fieldapp.model.levels import (
    PROMISES,
    REASON_MAX,
    Hotspot,
    Known,
    Level,
    Promise,
    Rule,
    Verdict,
    in_effect,
    level_by_rule,
    presence_squares,
    weeks_to,
)
from fieldapp.privacy import clean_text
from fieldapp.privacy.releasing import point_grants
from fieldapp.store import audit, meta, presence
from fieldapp.store import levels as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.levels import Finding, Week
from fieldapp.texts import N_, later
from fieldapp.usecases import asking, gate_counts
from fieldapp.usecases.levels_keeping import refresh
from fieldapp.usecases.overview import danish
from fieldapp.usecases.overview_periods import months_earlier
from fieldapp.usecases.services import Services

__all__ = ["MAY_ANSWER", "MAY_SET", "PROMISES", "HotspotCard", "board", "confirm", "level_by_rule", "refresh", "sees"]
PROMISE_WEEKS = 5
LIFE_MONTHS = 12
# Who may say what the level is; an SSP group only says whether it knows the place.
MAY_SET = frozenset({Role.WORKER, Role.HOUSING, Role.COORDINATOR})
MAY_ANSWER = MAY_SET | {Role.SSP}


@dataclass(frozen=True, slots=True)
class HotspotCard:
    """One hotspot as its reader may see it.

    `level` is what counts now, `week` what the rule says and reads; `promises` are this week's and the last four,
    newest first; `verdicts` are all answers, newest first, and `answer` this week's last.
    """

    hotspot: Hotspot
    level: Level
    week: Week
    found: Finding
    lifecycle: str | None
    promises: tuple[Promise, ...]
    verdicts: tuple[Verdict, ...]
    answer: Verdict | None
    may_set: bool
    may_answer: bool

    @property
    def rule(self) -> Rule:
        return self.week.rule


def board(*, reader: User, db: Database, services: Services, now: datetime) -> tuple[HotspotCard, ...]:
    """The open hotspots the reader may be told of: by district and place in Danish order, highest level first."""
    today = now.astimezone(COPENHAGEN).date()
    seen = [hotspot for hotspot in rows.open_hotspots(db) if sees(hotspot, reader)]
    if not seen:
        return ()
    weeks, said, found = rows.weeks(db), rows.verdicts(db), rows.findings(db)
    cards = [
        _card(one, weeks[one.id], said.get(one.id, []), found[one.id], reader=reader, db=db, today=today)
        for one in seen
        if one.id in weeks and one.id in found
    ]
    return tuple(
        sorted(
            cards,
            key=lambda card: (
                danish(services.district_name(card.hotspot.district)),
                -card.level.height,
                danish(card.hotspot.place or ""),
                card.hotspot.id,
            ),
        )
    )


def sees(hotspot: Hotspot, reader: User) -> bool:
    """May this reader be told of it: are all the observations it is made of points to the reader?"""
    return any(
        grant.reporter is None
        and hotspot.kind in grant.kinds
        and (grant.districts is None or hotspot.district in grant.districts)
        for grant in point_grants(reader)
    )


def _card(
    hotspot: Hotspot,
    weeks: Sequence[Week],
    said: list[Verdict],
    found: Sequence[Finding],
    *,
    reader: User,
    db: Database,
    today: date,
) -> HotspotCard:
    newest, rules = weeks[-1], {week.iso_week: week.rule.level for week in weeks}
    this_week = [verdict for verdict in said if verdict.iso_week == iso_week(today)]
    return HotspotCard(
        hotspot=hotspot,
        level=in_effect(today, said, rules) or newest.rule.level,
        week=newest,
        found=found[-1],
        lifecycle=_lifecycle(found, today),
        promises=_promises(hotspot, said, rules, db=db, today=today),
        verdicts=tuple(reversed(said)),
        answer=this_week[-1] if this_week else None,
        may_set=reader.role in MAY_SET,
        may_answer=reader.role in MAY_ANSWER,
    )


def _lifecycle(found: Sequence[Finding], today: date) -> str | None:
    known = {one.month for one in found}
    months = [months_earlier(today.replace(day=1), back).isoformat()[:7] for back in range(LIFE_MONTHS - 1, -1, -1)]
    return hotspots.lifecycle([month in known for month in months])


def _promises(
    hotspot: Hotspot, said: Sequence[Verdict], rules: dict[str, Level], *, db: Database, today: date
) -> tuple[Promise, ...]:
    """This week's and up to four before, newest first; nothing was promised before the place was found."""
    first = today - timedelta(weeks=PROMISE_WEEKS - 1, days=today.weekday())
    squares = presence_squares(hotspot.squares)
    done = Counter(week for week, _day in presence.visits(db, squares, since=first))
    promises = []
    for back, week in enumerate(reversed(weeks_to(today, PROMISE_WEEKS))):
        level = in_effect(today - timedelta(weeks=back), said, rules)
        if level is not None and week >= iso_week(hotspot.found_on):
            promises.append(Promise(week, PROMISES[level], done[week], over=back > 0))
    return tuple(promises)


def confirm(
    hotspot_id: str,
    level: Level | None,
    known: Known,
    reason: str | None,
    *,
    user: User,
    db: Database,
    now: datetime,
    spared: asking.Words = asking.NOBODY,
) -> Verdict:
    """Keep this week's answer: does one know the place, and which level is it (None: nothing said of that).

    Another level than the one that counts needs a reason (at most 300 characters, through the personal-data gate).
    """
    if not user.active or user.role not in (MAY_ANSWER if level is None else MAY_SET):
        raise Problem("not_allowed")
    told = _reason(reason, spared=spared, db=db, now=now)
    today = now.astimezone(COPENHAGEN).date()
    with writing(db):
        hotspot = next((one for one in rows.open_hotspots(db) if one.id == hotspot_id and sees(one, user)), None)
        rules = rows.weeks(db).get(hotspot_id)
        if hotspot is None or not rules:
            raise Problem("not_found")
        said = rows.verdicts(db).get(hotspot_id, [])
        before = in_effect(today, said, {week.iso_week: week.rule.level for week in rules})
        if level not in (None, before) and told is None:
            raise Problem("missing", field=N_("begrundelse"))
        verdict = Verdict(iso_week(today), rules[-1].rule.level, level, known, told, user.role)
        rows.add_verdict_within(db, hotspot_id, verdict, by=user.id, at=now)
        after = {"week": verdict.iso_week, "level": level, "known": known, "has_reason": told is not None}
        steps: list[audit.Entry] = [("verdict", "hotspot", hotspot_id, {"level": before}, after)]
        audit.append_many(db, steps, at=now, actor=user.id)
        meta.touch(db)
    return verdict


def _reason(reason: str | None, *, spared: asking.Words, db: Database, now: datetime) -> str | None:
    """The reason as it is stored; raises the gate's Problems, and counts what it stopped."""
    if len(reason or "") > REASON_MAX:
        why = later("højst {limit} tegn; gør teksten kortere", limit=REASON_MAX)
        raise Problem("invalid", field=N_("begrundelse"), why=why)
    told = clean_text(reason or "")
    try:
        asking.require_answered(reason or "", N_("begrundelse"), spared=spared)
        asking.require_answered(told, N_("begrundelse"), spared=spared)
    except Problem as problem:
        if problem.code == asking.REFUSED:
            gate_counts.count(asking.kinds_of(problem).elements(), "stopped", origin="form", db=db, now=now)
        raise
    return told or None
