"""Reminders in the form: 112, 114 or an «underretning». Calm, never in the way of saving, and nothing of it is kept."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Literal

import streamlit as st

from fieldapp.model.duties import Duty, Sight, reminders
from fieldapp.texts import Translator
from fieldapp.ui.capture.state import Capture
from fieldapp.usecases.duties_form import duty_words
from fieldapp.usecases.services import Services

BORGER = "https://www.borger.dk/"
_PRESENT = ("now", "recently", None)
_STYLE = """<style>
.fa-duty { border-left: 4px solid var(--fa-main); padding: .25rem 0 .25rem .75rem; margin: .25rem 0; }
.fa-duty p { margin: 0 0 .5rem; max-width: 40rem; }
.fa-duty .fa-calls { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; padding: 0; }
.fa-duty a { display: inline-flex; align-items: center; min-height: 48px; padding: .25rem 1rem; border-radius: .5rem;
  border: 2px solid var(--fa-main); color: var(--fa-main); font-weight: 650; text-decoration: none; }
</style>"""


def reminder_part(capture: Capture, *, of: Literal["choices", "note"], services: Services, _: Translator) -> None:
    """What the choices, or the note beyond them, should remind of; nothing where there is nothing.

    The two stand in two fragments of the form, so that a tap or a word redraws only its own.
    """
    found = found_in(sight_of(capture, services), of)
    if found:
        address, words = services.settings.report_child_url, duty_words(_)
        st.html(_STYLE + "".join(_duty(duty, address, words) for duty in found))


def sight_of(capture: Capture, services: Services) -> Sight:
    """What stands in the form, as the rules read it."""
    said = capture.values
    category = said.get("category")
    return Sight(
        category=category or "",
        urgent=bool(category and services.catalogue[category].urgent),
        severity=said.get("severity"),
        age_band=said.get("age_band"),
        group_size=said.get("group_size"),
        note=capture.note,
        now=said.get("when") in _PRESENT,
    )


def found_in(sight: Sight, of: Literal["choices", "note"]) -> tuple[Duty, ...]:
    """The reminders of one part; what the choices have said the note does not say again."""
    choices = reminders(replace(sight, note=""))
    if of == "choices":
        return choices
    told = {*choices, *({Duty.POLICE} if Duty.NOW in choices else ())}
    return tuple(duty for duty in reminders(sight) if duty not in told)


def _duty(duty: Duty, address: str, words: dict[str, str]) -> str:
    said = {Duty.NOW: _now, Duty.POLICE: _police, Duty.CHILD: _child}[duty]
    return f'<div class="fa-duty" role="note" id="fa-duty-{duty}">{said(address, words)}</div>'


def _now(_address: str, words: dict[str, str]) -> str:
    return _paragraph("", words["now"]) + _calls(_call("112", words["call_112"]), _call("114", words["call_114"]))


def _police(_address: str, words: dict[str, str]) -> str:
    return _paragraph(words["police_title"], words["police"]) + _calls(_call("114", words["call_114"]))


def _child(address: str, words: dict[str, str]) -> str:
    where = escape(words["report" if address else "find_report"])
    link = f'<a href="{escape(address or BORGER)}" target="_blank" rel="noopener noreferrer">{where}</a>'
    return (
        _paragraph(words["child_title"], words["child"])
        + _paragraph("", words["child_duty"])
        + _calls(link, _call("114", words["child_urgent"]))
    )


def _paragraph(title: str, said: str) -> str:
    strong = f"<strong>{escape(title)}</strong> " if title else ""
    return f"<p>{strong}{escape(said)}</p>".replace("§ ", "§&nbsp;")


def _calls(*links: str) -> str:
    return f'<div class="fa-calls">{"".join(links)}</div>'


def _call(number: str, said: str) -> str:
    return f'<a href="tel:{number}">{escape(said)}</a>'
