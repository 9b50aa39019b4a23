"""The note field: checked against the personal-data gate while it is written, never lost before it is saved."""

from __future__ import annotations

from typing import Any

from fieldapp.model import NOTE_MAX
from fieldapp.privacy import check, mark
from fieldapp.texts import Translator
from fieldapp.ui.component import component


def note(value: str, *, draft: str, rev: int, message: str | None, _: Translator) -> str:
    """Draw the field and return what is written; `rev` grows when Python sets it, `message` says what is amiss."""
    verdict = check(value)
    data = {
        "label": _("Hvad så du?"),
        "help": _("Skriv, hvad der skete, hvor mange og ca. alder – ikke hvem."),
        "placeholder": _("For eksempel: knust rude ved indgangen, ca. 20 cm"),
        "max": NOTE_MAX,
        "draft": draft,
        "rev": rev,
        "value": value,
        "stored": verdict.ok,
        "message": message,
        "segments": [] if verdict.ok else [[text, found] for text, found in mark(value, verdict)],
    }
    result = component("note")(key=f"note-{draft}", data=data, on_said_change=lambda: None)
    return _written(result.get("said"), rev, value)


def _written(said: Any, rev: int, value: str) -> str:
    """What the browser claims is written, unless Python has set another text since."""
    if not isinstance(said, dict) or said.get("rev") != rev or not isinstance(said.get("text"), str):
        return value
    return str(said["text"])[:NOTE_MAX]
