"""The page of one task as plain HTML: what it is, where it stands, the answer's fields with what was typed in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from babel.dates import format_date

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, when
from fieldapp.model import PHOTOS_MAX
from fieldapp.model.follow_ups import SHAPES, State
from fieldapp.texts import Translator, translator
from fieldapp.usecases import asking
from fieldapp.usecases.follow_ups_outside import WORDS_MOST, Visit
from fieldapp.usecases.follow_ups_words import deadline_text, state_text
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services
from fieldapp.web.plain import document

_OTHER = {"da": ("en", "In English"), "en": ("da", "På dansk")}


@dataclass(frozen=True, slots=True)
class Told:
    """What this visit has said so far: the fields as they were typed, what was wrong, whether an answer was given."""

    code: str
    typed: dict[str, str]
    failure: Problem | None = None
    thanks: bool = False


def task_page(found: Visit, told: Told, *, services: Services, language: str, now: datetime) -> str:
    """The whole page in `language`."""
    _ = translator(language)
    task = found.follow_up
    other, words = _OTHER[language]
    parts = [
        f'<p class="wrong" role="alert" id="wrong">{escape(told.failure.text(language))}</p>' if told.failure else "",
        f'<p class="state" role="status">{_("Tak. Jeres svar er gemt.")}</p>' if told.thanks else "",
        _facts(found, services=services, language=language, now=now),
        _form(found, told, now, _) if task.is_open else f"<p>{_('Opgaven er lukket. I skal ikke gøre mere.')}</p>",
    ]
    switch = f'<a href="/opgave/{escape(told.code)}?lang={other}" lang="{other}" hreflang="{other}">{words}</a>'
    body = f"<main><h1>{escape(task.title)}</h1>{''.join(parts)}</main>"
    about = f'<a href="/om-data?lang={language}">{_("Om data")}</a>'
    return document(task.title, f'{body}<p class="switch">{switch} {about}</p>', language)


def _facts(found: Visit, *, services: Services, language: str, now: datetime) -> str:
    _ = translator(language)
    task, today = found.follow_up, now.astimezone(COPENHAGEN).date()
    place = " · ".join(part for part in (task.place, services.district_name(task.district)) if part)
    rows = [
        (_("Hvad"), task.detail),
        (_("Hvor"), place),
        (_("Position"), f"{task.lat:.5f}, {task.lon:.5f}" if task.lat is not None and task.lon is not None else None),
        (_("Ansvarlig"), parties_of(services.settings)[task.responsible].label(language)),
        (_("Frist"), deadline_text(task, today=today, language=language, bare=True) or None),
    ]
    told = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows if value)
    since = format_date(task.state_at.astimezone(COPENHAGEN), "d. MMMM y" if language == "da" else "d MMMM y", language)
    state = f"{SHAPES[task.state]} {state_text(task, language)} · {since}"
    words = f"<br>{escape(found.words)}" if found.words else ""
    hint = f"<br>{_('En kollega ser efter i marken, før opgaven lukkes.')}" if task.state is State.REPORTED else ""
    answered = "".join(
        f"<dt>{escape(when(at, now=now, language=language))}</dt><dd>{escape(text)}</dd>" for at, text in found.answered
    )
    history = f"<h2>{_('Jeres svar')}</h2><dl>{answered}</dl>" if answered else ""
    return f'<p class="state {task.state}">{escape(state)}{words}{hint}</p><dl>{told}</dl>{history}'


def _form(found: Visit, told: Told, now: datetime, _: Translator) -> str:
    today = now.astimezone(COPENHAGEN).date().isoformat()
    typed, left = told.typed, PHOTOS_MAX - len(found.waiting)
    described = ' aria-describedby="text-hint wrong"' if told.failure else ' aria-describedby="text-hint"'
    day = (
        f'<label for="day">{_("Hvornår blev det gjort?")}</label>'
        f'<input type="date" id="day" name="day" max="{today}" value="{escape(typed.get("day") or today)}">'
    )
    report = f'<button class="main" name="do" value="report">{_("Meld udført")}</button>'
    return (
        f'<form method="post" action="/opgave/{escape(told.code)}" enctype="multipart/form-data">'
        # The first button is the one that Enter presses: it keeps what is typed and does nothing.
        '<button name="do" value="keep" hidden></button>'
        f'<input type="hidden" name="lang" value="{escape(typed.get("lang", ""))}">'
        f'<label for="text">{_("Svar")}</label><p class="hint" id="text-hint">'
        f"{_('Skriv, hvad der er gjort, eller hvornår det sker. Ikke navne eller telefonnumre.')}</p>"
        f'<textarea id="text" name="text" maxlength="{WORDS_MOST}"{described}>'
        f"{escape(typed.get('text', ''))}</textarea>"
        f"{_question(told, _)}{_photos(found, told.code, left, _)}{day if found.can_report else ''}"
        f"{report if found.can_report else ''}"
        f'<button class="second" name="do" value="answer">{_("Send kun svaret")}</button></form>'
    )


def _question(told: Told, _: Translator) -> str:
    """What the gate asks about, and the box that answers it."""
    if told.failure is None or told.failure.code not in (asking.UNSURE, asking.REFUSED):
        return ""
    found = asking.stopping(told.typed.get("text", ""))
    texts = asking.question_texts(_)
    words = "".join(
        f"<li>{escape((texts['kinds'] if one.hard else texts['possible']).get(one.kind, one.kind))}: "
        f"<mark>{escape(one.text)}</mark></li>"
        for one in found
    )
    hard = any(one.hard for one in found)
    box = (
        ""
        if hard
        else f'<label class="check"><input type="checkbox" name="sure" value="1">{texts["not_a_person"]}</label>'
    )
    return f'<div class="asked"><p>{texts["refused" if hard else "question"]}</p><ul>{words}</ul>{box}</div>'


def _photos(found: Visit, code: str, left: int, _: Translator) -> str:
    shown = "".join(
        f'<li><img src="/opgave/{escape(code)}/foto/{photo}" alt="{_("Billede {n}").format(n=number)}">'
        f'<button class="show" name="do" value="remove-{photo}">{_("Fjern billede {n}").format(n=number)}</button></li>'
        for number, photo in enumerate(found.waiting, 1)
    )
    listed = f'<ul class="photos">{shown}</ul>' if shown else ""
    if not left:
        return listed
    return (
        f'{listed}<label for="photo">{_("Billede")}</label><p class="hint" id="photo-hint">'
        f"{_('Ansigter og nummerplader bliver dækket. Tag helst kun stedet.')}</p>"
        '<input type="file" id="photo" name="photo" accept="image/jpeg,image/png,image/webp" '
        'aria-describedby="photo-hint">'
        f'<button class="second" name="do" value="photo">{_("Tilføj billedet")}</button>'
    )
