"""Texts on screen: Danish sentences are the message ids; `locales/en` holds the English by choice.

The catalogues are gettext `.po` files read with Babel at first use, so no compiled file can be stale.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent / "locales"
Translator = Callable[[str], str]


@cache
def translator(language: str) -> Translator:
    """A function from a Danish sentence to the same in `language`; Danish where none is known."""
    catalogue = _catalogue(language)
    return lambda message: catalogue.get(message, message)


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = LOCALES / language / "LC_MESSAGES" / "fieldapp.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}
