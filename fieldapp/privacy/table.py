"""The table the gate looks things up in: compiled by `lists.build`, the same for server and browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("table.json")
_END = re.compile(r"(?<!\\)\$(?=$|[)|])")
_LETTERS = "^abcdefghijklmnopqrstuvwxyzæøå"


@dataclass(frozen=True, slots=True)
class Clause:
    """What must all hold: patterns on the text `before`, on the `match`, on its `tail` and on the text `after`."""

    before: re.Pattern[str] | None
    match: re.Pattern[str] | None
    tail: re.Pattern[str] | None
    after: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Shape:
    """One rule of `lists/rules.toml`; a hard finding cannot be saved, a soft one can after a look."""

    kind: str
    hard: bool
    cased: bool
    find: re.Pattern[str]
    group: int
    part: int
    word: int | None
    needs: tuple[Clause, ...]
    unless: tuple[Clause, ...]
    anyway: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rules in their order, the lists of words by what they are, the cues beside names, and the letter pairs."""

    patterns: Mapping[str, re.Pattern[str]]
    least: Mapping[str, int]
    shapes: tuple[Shape, ...]
    lists: Mapping[str, Set[str]]
    cues: Mapping[str, Set[str]]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    pairs: Mapping[str, int]
    long_places: frozenset[str]

    @classmethod
    def of_lists(cls, lists: Mapping[str, Set[str]], cues: Mapping[str, Set[str]]) -> Table:
        """A table of lists and cues alone, for the builder; it sees what its sets hold at the time."""
        return cls({}, {}, (), lists, cues, {}, {}, frozenset())


@lru_cache(maxsize=1)
def table() -> Table:
    """The shipped table, read once."""
    return read(json.loads(PATH.read_text("utf-8")))


def read(described: Mapping[str, Any]) -> Table:
    """The table out of its JSON form."""
    lists = {name: frozenset(unpack(packed)) for name, packed in described["lists"].items()}
    letters = [first + second for first in _LETTERS for second in _LETTERS]
    return Table(
        patterns={name: _pattern(text) for name, text in described["patterns"].items()},
        least=described["least"],
        shapes=tuple(map(_shape, described["rules"])),
        lists=lists,
        cues={name: frozenset(words.split()) for name, words in described["cues"].items()},
        phrases=_by_first_word(described["phrases"]),
        pairs={pair: ord(weight) - ord("M") for pair, weight in zip(letters, described["pairs"], strict=True)},
        long_places=frozenset(place for place in lists["places"] if len(place) > 7 or not place.isascii()),
    )


def unpack(packed: str) -> list[str]:
    """The words of a packed list (see `lists.build.pack`).

    >>> unpack("0anna\\n3e\\n0bo")
    ['anna', 'anne', 'bo']
    """
    words, before = [], ""
    for line in packed.split("\n"):
        before = before[: int(line[0], 36)] + line[1:]
        words.append(before)
    return words


def _by_first_word(phrases: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        found[words[0]] = (*found.get(words[0], ()), words)
    return found


def _shape(rule: Mapping[str, Any]) -> Shape:
    group = rule.get("group", 0)
    return Shape(
        kind=rule["kind"],
        hard=rule["hard"],
        cased=rule.get("text") == "cased",
        find=_pattern(rule["find"]),
        group=group,
        part=rule.get("part", group),
        word=rule.get("word"),
        needs=tuple(map(_clause, rule.get("needs", ()))),
        unless=tuple(map(_clause, rule.get("unless", ()))),
        anyway=tuple(map(_clause, rule.get("anyway", ()))),
    )


def _pattern(text: str) -> re.Pattern[str]:
    """Compiled so that `$` is the very end, as in JavaScript, and not also before a last newline."""
    return re.compile(_END.sub(r"\\Z", text))


def _clause(described: Mapping[str, str]) -> Clause:
    return Clause(
        *(_pattern(described[name]) if name in described else None for name in ("before", "match", "tail", "after"))
    )
