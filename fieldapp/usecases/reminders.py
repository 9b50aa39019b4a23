"""Reminders to parties: one mail a day to an inbox, with the tasks that are due in three days or overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind
from fieldapp.model.follow_ups import FollowUp, State
from fieldapp.store import follow_ups as rows
from fieldapp.store import parties as sent
from fieldapp.store.connection import Database, writing
from fieldapp.texts import translator
from fieldapp.usecases import links
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.follow_ups_outside import PURPOSE, link_for
from fieldapp.usecases.mail import Send
from fieldapp.usecases.services import Services

SOON_DAYS, AGAIN_DAYS = 3, 7
SOON, OVERDUE = "soon", "overdue"
TASKS_MOST = 50


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many mails went out, about how many tasks, and how many inboxes could not be reached."""

    mails: int
    tasks: int
    failed: int


def run(*, db: Database, services: Services, now: datetime, send: Send | None) -> Reminded:
    """Send what is due today, once; a mail that fails is tried again at the next run. Of behaviour nothing goes out."""
    if send is None:
        return Reminded(0, 0, 0)
    today, mails, tasks, failed = now.astimezone(COPENHAGEN).date(), 0, 0, 0
    for party, email in sorted(sent.inboxes(db).items()):
        due = due_for(party, db=db, today=today)
        if not due:
            continue
        try:
            send(email, *_letter(due, db=db, services=services, now=now), now)
        except Problem:
            failed += 1
            continue
        with writing(db):
            marks = [(one.id, kind) for one, kind in due]
            sent.set_reminded_within(db, marks, day=today, party=party, actor=SYSTEM.id, at=now)
        mails, tasks = mails + 1, tasks + len(due)
    return Reminded(mails, tasks, failed)


def due_for(party: str, *, db: Database, today: date) -> list[tuple[FollowUp, str]]:
    """The party's tasks with the kind of reminder each is due for: `soon` once, `overdue` every seven days."""
    wanted = rows.Wanted(states=frozenset({State.NEW, State.ACTIVE}), responsible=frozenset({party}))
    found = []
    for one in rows.find(db, wanted):
        kind = _kind(one, today)
        if kind and one.kind is not Kind.PEOPLE and _not_told(sent.reminded(db, one.id).get(kind), kind, today):
            found.append((one, kind))
    return found[:TASKS_MOST]


def _kind(one: FollowUp, today: date) -> str | None:
    if one.deadline is None or (one.deadline - today).days > SOON_DAYS:
        return None
    return OVERDUE if one.deadline < today else SOON


def _not_told(last: date | None, kind: str, today: date) -> bool:
    return last is None or (kind == OVERDUE and (today - last).days >= AGAIN_DAYS)


def _letter(due: Sequence[tuple[FollowUp, str]], *, db: Database, services: Services, now: datetime) -> tuple[str, str]:
    """Subject and text, in the language of the settings."""
    language = services.settings.language
    _ = translator(language)
    today = now.astimezone(COPENHAGEN).date()
    late = sum(kind == OVERDUE for _one, kind in due)
    subject = _("Opgaver fra Fieldapp: {count}, heraf {late} over fristen").format(count=len(due), late=late)
    lines = [_("Her er opgaver, I er ansvarlige for. Svar med linket under hver – det kræver ingen konto."), ""]
    for one, _kind_of in due:
        lines += [*_told(one, today, language), *_link(one, db=db, services=services, now=now), ""]
    lines.append(_("Et link åbner kun sin ene opgave. Giv det kun til den, der skal svare."))
    return subject, "\n".join(lines)


def _told(one: FollowUp, today: date, language: str) -> list[str]:
    """«– Knust lampe, ved Ishøj Station» and its deadline in words."""
    _ = translator(language)
    place = _("ved {place}").format(place=one.place) if one.place else ""
    title = ", ".join(part for part in (one.title, place) if part)
    day = format_date(one.deadline, "d. MMMM y" if language == "da" else "d MMMM y", locale=language)
    late = one.overdue(today)
    due = _("frist {date}, {days} dage over fristen") if late > 1 else _("frist {date}")
    return [f"– {title}", "  " + due.format(date=day, days=late)]


def _link(one: FollowUp, *, db: Database, services: Services, now: datetime) -> list[str]:
    """The task's own link; none where a colleague has taken it back."""
    known = links.link_of(PURPOSE, one.id, db=db)
    if known is not None and known.revoked_at:
        return []
    code = link_for(one, user=SYSTEM, db=db, secret=links.secret_of(services.settings), now=now).code
    return [f"  {services.settings.origin}/opgave/{code}"]
