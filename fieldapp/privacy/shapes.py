"""What is found by its shape: numbers, addresses, handles, plates and initials, by the rules of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fieldapp.privacy.letters import fold
from fieldapp.privacy.table import Clause, Shape, Table

Span = tuple[int, int]
_SEEN_BEFORE = 40


def find_shape(shape: Shape, text: str, small: str, table: Table) -> Iterator[Span]:
    """Spans of `text` that `shape` finds; after an excused one the search goes on one character further.

    `text` is the searched text in the size of letters that the shape reads, `small` the same in small letters.
    """
    place = 0
    while match := shape.find.search(text, place):
        good = _stands(shape, match, small, table)
        if good:
            yield match.span(shape.group)
        place = match.end() if good and match.end() > match.start() else match.start() + 1


def without_ids(text: str, table: Table) -> str:
    """The text with the identifiers of records blanked: their digits are nobody's."""
    return table.patterns["record"].sub(lambda found: "x" * len(found[0]), text)


def _stands(shape: Shape, match: re.Match[str], small: str, table: Table) -> bool:
    if shape.word is not None and _is_word(match[shape.word], shape, table):
        return False
    if shape.needs and not any(_holds(clause, shape, match, small) for clause in shape.needs):
        return False
    if any(_holds(clause, shape, match, small) for clause in shape.anyway):
        return True
    return not any(_holds(clause, shape, match, small) for clause in shape.unless)


def _is_word(text: str | None, shape: Shape, table: Table) -> bool:
    key = fold(text or "")
    return key in table.lists["places"] or (not shape.cased and key in table.lists["words"])


def _holds(clause: Clause, shape: Shape, match: re.Match[str], small: str) -> bool:
    start, end = match.span()
    looked_at = (
        (clause.before, small[max(0, start - _SEEN_BEFORE) : start]),
        (clause.match, match[shape.part] or ""),
        (clause.tail, small[max(start, end - 4) : end + _SEEN_BEFORE]),
        (clause.after, small[end : end + _SEEN_BEFORE]),
    )
    return all(pattern.search(text) for pattern, text in looked_at if pattern)
