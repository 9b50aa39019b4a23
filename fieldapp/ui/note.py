"""The note field: checked against the personal-data gate while it is written, never lost before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from fieldapp.model import NOTE_MAX
from fieldapp.privacy import Finding, Verdict, mark
from fieldapp.texts import Translator
from fieldapp.ui.component import component
from fieldapp.usecases import asking

Answer = Literal["remove", "pass"]


@dataclass(frozen=True, slots=True)
class Written:
    """What the browser says: the text, the words its writer has answered for, and an answer given just now."""

    text: str
    spared: asking.Words
    answer: Answer | None = None
    about: asking.Words = asking.NOBODY


def said(value: str, *, draft: str, rev: int, spared: asking.Words) -> Written:
    """What the browser has told since `value` was drawn; read before drawing, since a rerun for it would lose a tap."""
    told = st.session_state.get(f"note-{draft}", {})
    return _written(told.get("said"), told.get("answered"), rev, value, spared)


def draw_note(value: str, *, draft: str, rev: int, ask: int, spared: asking.Words, _: Translator) -> None:
    """Draw the field; `rev` grows when Python sets the text, `ask` when the question is put and wants the focus."""
    found = asking.stopping(value, spared)
    data = {
        "label": _("Hvad så du?"),
        "placeholder": _("For eksempel: knust rude ved indgangen, ca. 20 cm"),
        "max": NOTE_MAX,
        "draft": draft,
        "rev": rev,
        "ask": ask,
        "value": value,
        "stored": not found,
        "spared": sorted(spared),
        "texts": asking.question_texts(_),
        **_question(value, found, _),
    }
    component("note")(key=f"note-{draft}", data=data, on_said_change=_rerun, on_answered_change=_rerun)


def _rerun() -> None:
    """A callback is what makes Streamlit keep the value; `said` reads it."""


def _question(value: str, found: Sequence[Finding], _: Translator) -> dict[str, Any]:
    """What is marked, and how it is told in words."""
    hard = any(one.hard for one in found)
    return {
        "state": "hard" if hard else "soft" if found else "",
        "title": asking.question_texts(_)["refused" if hard else "question"],
        "listed": listed(found, _),
        "segments": marked(value, found),
        "about": sorted({asking.word_of(one) for one in found if not one.hard}),
    }


def listed(found: Sequence[Finding], _: Translator) -> list[list[str]]:
    """«muligt navn: Ali, Mohammed»: each kind with its words, in the order of the text."""
    texts = asking.question_texts(_)
    lines: dict[str, list[str]] = {}
    for one in found:
        label = (texts["kinds"] if one.hard else texts["possible"]).get(one.kind, one.kind)
        words = lines.setdefault(label, [])
        if one.text not in words:
            words.append(one.text)
    return [[label, ", ".join(words)] for label, words in lines.items()]


def marked(value: str, found: Sequence[Finding]) -> list[list[str]]:
    """The text in segments, each with `hard`, `soft` or nothing."""
    hard = {one.start for one in found if one.hard}
    segments, place = [], 0
    for text, is_finding in mark(value, Verdict(tuple(found))) if found else ():
        segments.append([text, ("hard" if place in hard else "soft") if is_finding else ""])
        place += len(text)
    return segments


def _written(said: Any, answered: Any, rev: int, value: str, spared: asking.Words) -> Written:
    """What the browser claims is written, unless Python has set another text since."""
    text = value
    if isinstance(said, dict) and said.get("rev") == rev and isinstance(said.get("text"), str):
        text = str(said["text"])[:NOTE_MAX]
        spared |= _words(said.get("spared"))
    answer = answered.get("answer") if isinstance(answered, dict) and answered.get("rev") == rev else None
    if answer not in ("remove", "pass"):
        return Written(text, spared)
    return Written(text, spared, answer, _words(answered.get("about")))


def _words(value: Any) -> asking.Words:
    """Words as the browser sends them; they count only where they stand in the note as soft findings."""
    said = value[: asking.PLACES_MAX] if isinstance(value, list) else []
    return frozenset(word[:NOTE_MAX] for word in said if isinstance(word, str))
