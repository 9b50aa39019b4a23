"""Letters: the one form in which words are compared, in lists, in rules and in what staff type."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ALIKE = str.maketrans({"ł": "l", "đ": "d", "ı": "i", "ß": "s", "ð": "d", "þ": "t", "ä": "æ", "ö": "ø", "œ": "ø"})
_OURS = frozenset("abcdefghijklmnopqrstuvwxyzæøå")


def fold(word: str) -> str:
    """The word in small letters a–z, æ, ø, å, without marks, «aa» as «å»; other letters as «x».

    >>> fold("Çağla"), fold("Łukasz"), fold("Aagaard")
    ('cagla', 'lukasz', 'ågård')
    """
    return "".join(map(plain_letter, unicodedata.normalize("NFC", word))).replace("aa", "å")


@lru_cache(maxsize=4096)
def plain_letter(character: str) -> str:
    """One character as one small letter of ours; what is no letter stays as it is."""
    if not character.isalpha():
        return character
    small = character.lower()[0].translate(_ALIKE)
    if small not in _OURS:
        small = unicodedata.normalize("NFD", small)[0]
    return small if small in _OURS else "x"
