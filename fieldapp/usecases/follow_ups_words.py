"""What is said of a follow-up in words: its state, its deadline, who must do it, and each line of its history."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from fieldapp.model import ROLE_NAMES, Role, User
from fieldapp.model.follow_ups import LINK, MAY_FOLLOW_UP, STATE_NAMES, USER, FollowUp, State
from fieldapp.store import accounts
from fieldapp.store.connection import Database
from fieldapp.texts import N_, translator
from fieldapp.usecases.overview import danish

ACTION_NAMES: dict[str, str] = {
    "make": N_("Oprettet"),
    "take": N_("Taget"),
    "report": N_("Meldt udført"),
    "see": N_("Set i marken"),
    "still": N_("Det er stadig sådan"),
    "refuse": N_("Afvist"),
    "reopen": N_("Genåbnet"),
    "assign": N_("Ny ansvarlig eller frist"),
    "amend": N_("Rettet"),
    "answer": N_("Svar"),
    "photo": N_("Billede tilføjet"),
}
SOURCE_NAMES: dict[str, str] = {
    "finding": N_("Fund på tryghedsvandring"),
    "observation": N_("Observation"),
    "hotspot": N_("Hotspot"),
    "meeting": N_("SSP-møde"),
    "tip": N_("Tryghedskig"),
    "hand": N_("Oprettet her"),
}
_DAY = {"da": "EEE d. MMM", "en": "EEE d MMM"}


def state_text(follow_up: FollowUp, language: str) -> str:
    """«Meldt udført», «I gang · genåbnet»."""
    _ = translator(language)
    told = _(STATE_NAMES[follow_up.state])
    if follow_up.reopened and follow_up.state is State.ACTIVE:
        return _("{state} · genåbnet").format(state=told)
    return told


def deadline_text(follow_up: FollowUp, *, today: date, language: str, bare: bool = False) -> str:
    """«3 dage over fristen (fre. 20. nov.)», «frist i dag», «frist fre. 27. nov.» (`bare`: the day), or nothing."""
    _, due = translator(language), follow_up.deadline
    if due is None:
        return ""
    day = day_text(due, today=today, language=language)
    late = follow_up.overdue(today)
    if late:
        told = _("1 dag over fristen ({date})") if late == 1 else _("{days} dage over fristen ({date})")
        return told.format(days=late, date=day)
    if bare:
        return _("i dag") if due == today else day
    return _("frist i dag") if due == today else _("frist {date}").format(date=day)


def day_text(day: date, *, today: date, language: str) -> str:
    """«fre. 27. nov.», with the year where it is another one."""
    return format_date(day, _DAY[language] + (" y" if day.year != today.year else ""), locale=language)


def who_text(who: str, *, reader: User, db: Database) -> str:
    """«dig», a colleague by role (by name for a coordinator), or the responsible party's link."""
    _ = translator(reader.language)
    if who.startswith(LINK):
        return _("den ansvarlige, ved link")
    return person_text(who.removeprefix(USER), reader=reader, db=db)


def person_text(user_id: str, *, reader: User, db: Database) -> str:
    """«dig», or a colleague: by role, and by name for a coordinator."""
    _ = translator(reader.language)
    if user_id == reader.id:
        return _("dig")
    known = accounts.get(db, user_id)
    if known is None:
        return _("en tidligere kollega")
    return known.name if reader.role is Role.COORDINATOR else _(ROLE_NAMES[known.role])


def colleagues(*, reader: User, db: Database) -> dict[str, str]:
    """Whom the reader may give a task to: user id → how they are called; everybody by name for a coordinator alone."""
    _ = translator(reader.language)
    own = {reader.id: _("Mig selv")}
    if reader.role is not Role.COORDINATOR:
        return own
    others = [one.user for one in accounts.every(db) if one.user.active and one.user.role in MAY_FOLLOW_UP]
    named = sorted(((one.id, one.name) for one in others if one.id != reader.id), key=lambda pair: danish(pair[1]))
    return own | dict(named)
