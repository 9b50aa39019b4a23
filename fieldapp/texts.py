"""Texts on screen: Danish sentences are the message ids; `locales/en` holds the English by choice.

The catalogues are gettext `.po` files read with Babel at first use, so no compiled file can be stale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


def N_(message: str) -> str:
    """Mark a text for the catalogues where it is not yet translated."""
    return message


@dataclass(frozen=True, slots=True)
class Later:
    """A sentence whose language is not known yet: a message id and the values that fill it."""

    message: str
    values: tuple[tuple[str, object], ...] = ()

    def text(self, language: str = "da") -> str:
        """The sentence in `language`."""
        values = {name: said(value, language) for name, value in self.values}
        return translator(language)(self.message).format(**values)


def later(message: str, **values: object) -> Later:
    """«vælg et tal fra 0 til {most}» and `most=500`, to be said when the reader is known."""
    return Later(message, tuple(values.items()))


def said(value: object, language: str) -> object:
    """A value as it stands inside a sentence: a `Later` without its full stop, a tuple of texts as a list of them."""
    match value:
        case Later():
            return value.text(language).rstrip(".")
        case tuple():
            return ", ".join(map(translator(language), value))
    return value


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = LOCALES / language / "LC_MESSAGES" / "fieldapp.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}
