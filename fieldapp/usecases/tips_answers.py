"""The answer to a tip in plain words, for whoever holds its link: where it stands, what was seen, what is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind
from fieldapp.model.follow_ups import FollowUp
from fieldapp.model.tips import Event, State, Tip
from fieldapp.store import follow_ups as tasks
from fieldapp.store import observations as seen
from fieldapp.store import tips as rows
from fieldapp.store.connection import Database
from fieldapp.texts import N_, Translator, translator
from fieldapp.usecases import links
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services
from fieldapp.usecases.tips import ANSWER
from fieldapp.usecases.tips_staff import tasks_of
from fieldapp.usecases.walks_answers import BY, WORDS

# State → what is said of it now.
NOW: dict[State, str] = {
    State.NEW: N_("Vi har modtaget dit tip. Vi skriver her, hvornår vi kigger på det."),
    State.PLANNED: N_("Vi kigger på det {day}."),
    State.LOOKED: N_("Vi har kigget på det {day}."),
    State.REFUSED: N_("Vi går ikke videre med dit tip: {why}"),
}
LATE = N_("Vi ville have kigget {day}. Vi er forsinkede, men tippet er ikke glemt.")
# What the state is called to whoever gave the tip.
LABELS: dict[State, str] = {
    State.NEW: N_("Modtaget"),
    State.PLANNED: N_("Vi kommer og kigger"),
    State.LOOKED: N_("Vi har kigget"),
    State.REFUSED: N_("Vi går ikke videre"),
}
TAKEN = N_("{who} tager sig af det{by}.")
NOTHING = N_("Vi fandt ikke noget at gøre noget ved: {words}")
FOUND = N_("Vi så: {category}. {words}")


@dataclass(frozen=True, slots=True)
class Told:
    """The answer's parts, each a sentence in the reader's language; `tasks` are title and what becomes of it."""

    tip: Tip
    state: str
    found: str
    tasks: tuple[tuple[str, str], ...]
    history: tuple[tuple[date, str], ...]


def read(code: str, *, address: str, db: Database, services: Services, now: datetime, language: str) -> Told:
    """The answer that a code opens; raises what `links.find` raises."""
    link = links.find(code, purpose=ANSWER, address=address, db=db, now=now)
    tip = rows.get(db, link.target)
    if tip is None:
        raise Problem("link_expired")
    return told(tip, db=db, services=services, now=now, language=language)


def told(tip: Tip, *, db: Database, services: Services, now: datetime, language: str) -> Told:
    """The answer to this tip, as whoever gave it reads it."""
    _, events = translator(language), rows.events(db, tip.id)
    today = now.astimezone(COPENHAGEN).date()
    shown = [one for one in tasks_of(tip, db=db) if one.kind is not Kind.PEOPLE]
    words = tasks.last_words(db, [one.id for one in shown])
    made = tuple((one.title, _task(one, words.get(one.id), services, language)) for one in shown)
    return Told(
        tip,
        _state(tip, events[-1], today, language, _),
        _found(tip, events[-1], db, services, language, _),
        made,
        tuple(_line(one, language, _) for one in events),
    )


def date_words(day: date, language: str) -> str:
    """«22. november 2026»."""
    return format_date(day, "d. MMMM y" if language == "da" else "d MMMM y", locale=language)


def day_words(day: date, language: str) -> str:
    """«den 22. november 2026», as it stands in a sentence."""
    return translator(language)("den {date}").format(date=date_words(day, language))


def _state(tip: Tip, last: Event, today: date, language: str, _: Translator) -> str:
    late = tip.state is State.PLANNED and tip.look_on is not None and tip.look_on < today
    day = day_words(last.day, language) if last.day else ""
    return _(LATE if late else NOW[tip.state]).format(day=day, why=last.text or "–")


def _found(tip: Tip, last: Event, db: Database, services: Services, language: str, _: Translator) -> str:
    """What was seen: an observation that was taken back tells nothing any more."""
    if tip.state is not State.LOOKED:
        return ""
    if tip.observation is None:
        return _(NOTHING).format(words=last.text or "–")
    one = seen.get(db, tip.observation)
    if one is None or one.status != "active" or one.kind is Kind.PEOPLE:
        return ""
    label = services.catalogue[one.category].label(language)
    return _(FOUND).format(category=label, words=one.note or "").strip()


def _task(one: FollowUp, words: str | None, services: Services, language: str) -> str:
    """«Park og Vej tager sig af det senest den 4. december 2026.»"""
    _ = translator(language)
    who = parties_of(services.settings)[one.responsible].label(language)
    by = _(BY).format(date=date_words(one.deadline, language)) if one.deadline else ""
    on = date_words(one.state_at.astimezone(COPENHAGEN).date(), language)
    return _(TAKEN if one.state == "new" else WORDS[one.state]).format(who=who, by=by, on=on, why=words or "–")


_LINES: dict[str, str] = {
    "send": N_("Tippet er modtaget"),
    "plan": N_("Et kig blev planlagt til {day}"),
    "look": N_("Vi kiggede på stedet {day}"),
    "refuse": N_("Vi sagde nej: {why}"),
    "reopen": N_("Vi tog tippet op igen: {why}"),
}


def _line(event: Event, language: str, _: Translator) -> tuple[date, str]:
    day = day_words(event.day, language) if event.day else ""
    said = _(_LINES[event.action]).format(day=day, why=event.text or "–")
    return event.at.astimezone(COPENHAGEN).date(), said
