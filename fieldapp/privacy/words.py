"""Words of a note and what each may be: a word of Danish, a place, a name that is borne in Denmark, or none of them."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from fieldapp.privacy.characters import Searched
from fieldapp.privacy.letters import fold
from fieldapp.privacy.table import Table

_SHORTEST_PART = 3
_SHORTEST_SLIP = 5
_LONGEST_WORD = 40
_LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
SHOUTED = 0.7  # a text with more capitals than this is written in capitals throughout


class Known(StrEnum):
    """What a word is known as: `made` is made of known words, `new` is of no list at all."""

    PLACE = "place"
    WORD = "word"
    EITHER = "either"
    FIRST = "first"
    LAST = "last"
    MADE = "made"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the searched text; `gap` is what stands between it and the word before."""

    start: int
    end: int
    key: str
    known: Known
    owns: bool
    capital: bool
    shouted: bool
    begins: bool
    gap: str
    oddness: int
    slip: bool


def words_of(searched: Searched, table: Table) -> list[Word]:
    """The words in their order; in a text all in capitals a capital tells nothing."""
    shouting = _is_shouted(searched.cased)
    return list(_words(searched, table, shouting))


def _words(searched: Searched, table: Table, shouting: bool) -> Iterator[Word]:
    done, before = 0, ""
    for found in table.patterns["word"].finditer(searched.cased):
        text, gap = found[0], searched.cased[done : found.start()]
        whole = fold(text.replace("'", "").replace("’", ""))
        known, owns = look_up(_without_owner(text), table)
        if known is Known.NEW and _is_glued(searched.cased, found.start(), found.end(), table):
            known = Known.WORD
        capital = text[0].isupper() and not shouting
        yield Word(
            start=found.start(),
            end=found.end(),
            key=whole,
            known=known,
            owns=owns,
            capital=capital,
            shouted=capital and len(text) > 1 and text.isupper(),
            begins=_begins(searched.cased, found.start(), gap, before, table),
            gap=gap,
            oddness=oddness(whole, table),
            slip=known is Known.NEW and is_slip(whole, table.lists["words"]),
        )
        done, before = found.end(), whole


def _is_glued(cased: str, start: int, end: int, table: Table) -> bool:
    """Is it part of a file name, an address of the web or a code rather than a word of its own?"""
    around = cased[start - 1 : start] + cased[end : end + 1]
    dotted = cased[end : end + 1] == "." and cased[end + 1 : end + 2].isalpha()
    return bool(table.patterns["glue"].search(around)) or dotted


def _without_owner(text: str) -> str:
    for mark in ("'s", "’s", "'S", "’S"):
        if text.endswith(mark):
            return fold(text[:-2].replace("'", "").replace("’", "")) + "'"
    return fold(text.replace("'", "").replace("’", ""))


def look_up(key: str, table: Table) -> tuple[Known, bool]:
    """What a folded word is known as, and whether it stands in the genitive («alis», «ali'»)."""
    bare = key.rstrip("'")
    for known in (Known.PLACE, Known.WORD, Known.EITHER, Known.FIRST, Known.LAST):
        if bare in _list(known, table):
            return known, bare != key
    if bare == key and key.endswith("s") and len(key) > _SHORTEST_PART:
        for known in (Known.FIRST, Known.LAST, Known.EITHER, Known.PLACE, Known.WORD):
            if key[:-1] in _list(known, table):
                return known, True
    return _unlisted(bare, table), bare != key


def _unlisted(key: str, table: Table) -> Known:
    if len(key) < 2 or table.patterns["no_vowel"].search(key) or len(key) > _LONGEST_WORD:
        return Known.WORD
    if any(key.endswith(end) and len(key) > len(end) + 1 for end in table.cues["placelike"]):
        return Known.PLACE
    if is_made(key, table):
        return Known.MADE
    if is_slip(key, table.long_places):
        return Known.PLACE
    return Known.NEW


def _list(known: Known, table: Table) -> Set[str]:
    return table.lists["words" if known is Known.WORD else "places" if known is Known.PLACE else known.value]


def is_made(key: str, table: Table) -> bool:
    """Is it a known word bent, or several joined?"""
    return _is_inflected(key, table) or _is_joined(key, table)


def _is_part(key: str, table: Table) -> bool:
    if len(key) <= _SHORTEST_PART:
        return key in table.cues["parts"]
    return any(key in table.lists[name] for name in ("words", "places", "either"))


def _is_inflected(key: str, table: Table) -> bool:
    for ending in table.cues["endings"]:
        stem = key[: -len(ending)]
        if key.endswith(ending) and len(stem) >= _SHORTEST_PART:
            if _is_part(stem, table) or _is_part(stem + "e", table):
                return True
            if stem[-1] == stem[-2] and _is_part(stem[:-1], table):
                return True
    return False


def _is_joined(key: str, table: Table) -> bool:
    return any(
        _is_left(key[:cut], table) and (_is_part(key[cut:], table) or _is_inflected(key[cut:], table))
        for cut in range(_SHORTEST_PART, len(key) - _SHORTEST_PART + 1)
    )


def _is_left(left: str, table: Table) -> bool:
    return _is_part(left, table) or (left[-1] in table.cues["joints"] and _is_part(left[:-1], table))


def is_slip(key: str, words: Set[str]) -> bool:
    """Is it one of the words with one letter lost, added, changed or swapped?"""
    return len(key) >= _SHORTEST_SLIP and not words.isdisjoint(_one_off(key))


def _one_off(key: str) -> Iterator[str]:
    for place in range(len(key) + 1):
        left, right = key[:place], key[place:]
        if right and len(key) > _SHORTEST_SLIP:
            yield left + right[1:]
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        for letter in _LETTERS:
            yield left + letter + right
            if right:
                yield left + letter + right[1:]


def oddness(key: str, table: Table) -> int:
    """How much more the letters of a folded word are those of names than of Danish words (quarters of a log odds)."""
    framed = f"^{key}^"
    return sum(table.pairs.get(framed[place : place + 2], 0) for place in range(len(key) + 1))


def _is_shouted(cased: str) -> bool:
    letters = [letter for letter in cased if letter.isalpha()]
    return len(letters) >= 8 and sum(letter.isupper() for letter in letters) > SHOUTED * len(letters)


def _begins(cased: str, start: int, gap: str, before: str, table: Table) -> bool:
    if not before:
        return True
    if not table.patterns["begins"].search(gap):
        return False
    short = before in table.cues["short"] or len(before) == 1
    return not (short and table.patterns["abbreviated"].search(gap) and "\n" not in gap)
