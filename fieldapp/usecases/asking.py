"""What the gate asks the writer: which findings stop a text, and which the writer has said are no person.

An answer holds for words, not for places, so that it lasts while the note is written on; what can never be saved is not
asked about. Outside this process an answer travels as places in its note, and nothing is kept of it with the row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from fieldapp.errors import Problem
from fieldapp.privacy import KINDS, Finding, Verdict, check, clean_text, strip
from fieldapp.texts import N_, Translator

UNSURE, REFUSED = "personal_data_unsure", "personal_data"
Words = frozenset[str]
NOBODY: Words = frozenset()
POSSIBLE: dict[str, str] = {
    "name": N_("muligt navn"),
    "plate": N_("mulig nummerplade"),
    "address": N_("mulig adresse"),
    "initials": N_("mulige initialer"),
}
PLACES_MAX = 100


def stopping(text: str, spared: Words = NOBODY) -> tuple[Finding, ...]:
    """What stands between `text` and being stored: the hard findings, and the soft ones that are not `spared`."""
    return tuple(one for one in check(text).findings if one.hard or word_of(one) not in spared)


def word_of(finding: Finding) -> str:
    """The finding's words however they are written; the key by which an answer is found again."""
    return clean_text(finding.text).casefold()


def soft_words(text: str) -> Words:
    """Every word of `text` that is asked about."""
    return frozenset(word_of(one) for one in check(text).findings if not one.hard)


def require_answered(text: str, field: str, *, spared: Words = NOBODY) -> None:
    """Raise Problem `personal_data` for what can never be stored, `personal_data_unsure` for what is not answered."""
    if found := stopping(text, spared):
        raise refusal(found, field)


def refusal(found: Sequence[Finding], field: str) -> Problem:
    """The Problem for these findings: hard ones first; kinds and places (code points), never the words."""
    told = [one for one in found if one.hard] or list(found)
    labels = tuple(KINDS[kind] for kind in Verdict(tuple(told)).kinds)
    places = [{"kind": one.kind, "start": one.start, "end": one.end} for one in told]
    return Problem(REFUSED if told[0].hard else UNSURE, field=field, kinds=labels, findings=places)


def kinds_of(problem: Problem) -> Counter[str]:
    """How often each kind stands in a refusal; nothing for other Problems."""
    return Counter(one["kind"] for one in problem.details.get("findings", []))


def places_of(text: str, spared: Words) -> list[list[int]]:
    """Where the spared words stand in `text`: [start, end] in code points, end exclusive."""
    return [[one.start, one.end] for one in check(text).findings if not one.hard and word_of(one) in spared]


def words_at(text: str, places: object) -> Words:
    """The soft findings that stand exactly at `places`; anything else said there is not heard."""
    said = {tuple(place) for place in _pairs(places)}
    return frozenset(
        word_of(one) for one in check(text).findings if said and not one.hard and (one.start, one.end) in said
    )


def read_places(value: object, field: str) -> list[list[int]]:
    """Places as a client sends them; raises a Problem for anything that is not a list of [start, end]."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > PLACES_MAX or len(list(_pairs(value))) != len(value):
        raise Problem("invalid", field=field, why="det skal være en liste af [start, slut]")
    return [list(place) for place in value]


def _pairs(places: object) -> Iterable[Sequence[int]]:
    for place in places if isinstance(places, list | tuple) else ():
        if isinstance(place, list | tuple) and len(place) == 2 and all(type(end) is int for end in place):
            yield place


def without(text: str, spared: Words = NOBODY) -> str:
    """`text` without what stops it; spaces do not pile up where words went, and spared words stay."""

    def look(left: str) -> Verdict:
        return Verdict(stopping(left, spared))

    return strip(text, look(text), look)


def question_texts(_: Translator) -> dict[str, Any]:
    """The words of the question and its three answers, the same wherever it is drawn."""
    return {
        "question": _("Er det en person?"),
        "refused": _("Persondata kan ikke gemmes"),
        "remove": _("Fjern"),
        "rewrite": _("Skriv om"),
        "not_a_person": _("Det er ikke en person"),
        "rewriting": _("Skriv, hvad der skete, hvor mange og ca. alder – ikke hvem."),
        "possible": {kind: _(POSSIBLE[kind]) for kind in POSSIBLE},
        "kinds": {kind: _(KINDS[kind]) for kind in KINDS},
    }
