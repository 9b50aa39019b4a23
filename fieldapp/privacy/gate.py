"""The gate: what the table's rules and lists find in a text, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from fieldapp.errors import Problem
from fieldapp.privacy.characters import Searched, searched
from fieldapp.privacy.names import find_names
from fieldapp.privacy.shapes import find_shape, without_ids
from fieldapp.privacy.table import Table, table
from fieldapp.texts import N_

KINDS: dict[str, str] = {
    "cpr": N_("CPR-nummer"),
    "phone": N_("telefonnummer"),
    "email": N_("e-mailadresse"),
    "plate": N_("nummerplade"),
    "name": N_("navn"),
    "address": N_("adresse"),
    "handle": N_("brugernavn"),
    "initials": N_("initialer"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of likely personal data: `text` stands at `start`–`end` (code points, end exclusive)."""

    kind: str
    start: int
    end: int
    text: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of one text, in the order of the text, never overlapping."""

    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """True where nothing at all was found."""
        return not self.findings

    @property
    def blocked(self) -> bool:
        """True where something was found that cannot be saved."""
        return any(finding.hard for finding in self.findings)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds found, each once, in the order of KINDS."""
        found = {finding.kind for finding in self.findings}
        return tuple(kind for kind in KINDS if kind in found)


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    rank: int
    kind: str
    hard: bool


def check(text: str) -> Verdict:
    """What in `text` looks like personal data; never raises, whatever the text."""
    seen = searched(text)
    hits = [_original(seen, hit) for hit in _hits(seen, table())]
    return Verdict(tuple(Finding(h.kind, h.start, h.end, text[h.start : h.end], h.hard) for h in _united(hits)))


def _original(seen: Searched, hit: _Hit) -> _Hit:
    start, end = seen.original_span(hit.start, hit.end)
    return replace(hit, start=start, end=end)


def _hits(seen: Searched, lists: Table) -> Iterator[_Hit]:
    """What is found, in the searched text; where findings overlap, the rule that stands first names the whole."""
    small = without_ids(seen.small, lists)
    for rank, shape in enumerate(lists.shapes):
        for start, end in find_shape(shape, seen.cased if shape.cased else small, small, lists):
            yield _Hit(start, end, rank, shape.kind, shape.hard)
    for name in find_names(seen, lists):
        yield _Hit(name.start, name.end, len(lists.shapes), "name", name.full)


def _united(hits: Iterable[_Hit]) -> list[_Hit]:
    united: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rank)):
        if united and hit.start < united[-1].end:
            united.append(_both(united.pop(), hit))
        else:
            united.append(hit)
    return united


def _both(one: _Hit, other: _Hit) -> _Hit:
    first = min(one, other, key=lambda hit: hit.rank)
    return _Hit(one.start, max(one.end, other.end), first.rank, first.kind, one.hard or other.hard)


def mark(text: str, verdict: Verdict) -> list[tuple[str, bool]]:
    """`text` cut into segments, each with whether it is a finding; joined they are `text` again."""
    return list(_segments(text, verdict))


def _segments(text: str, verdict: Verdict) -> Iterator[tuple[str, bool]]:
    done = 0
    for finding in verdict.findings:
        if done < finding.start:
            yield text[done : finding.start], False
        yield text[finding.start : finding.end], True
        done = finding.end
    if done < len(text):
        yield text[done:], False


def strip(text: str, verdict: Verdict, look: Callable[[str], Verdict] = check) -> str:
    """`text` without its findings; spaces do not pile up where words went, and `look` finds nothing in what is left."""
    text = _without(text, verdict, "")
    # What stood on both sides of a finding may make a new one together; then a mark goes between.
    while not (verdict := look(text)).ok:
        text = _without(text, verdict, "…")
    return text


def _without(text: str, verdict: Verdict, instead: str) -> str:
    kept, before, gap = [], " ", False
    for segment, is_finding in mark(text, verdict):
        if is_finding:
            kept.append(instead)
        else:
            kept.append(segment[1:] if gap and segment[0] == " " and before.isspace() else segment)
            before = segment[-1]
        gap = is_finding
    return "".join(kept).rstrip(" ") if gap else "".join(kept)


def require_clean(text: str, field: str) -> None:
    """Raise Problem `personal_data` where a hard kind is found; it names `field` and the kinds, never the words."""
    verdict = check(text)
    if verdict.blocked:
        kinds = Verdict(tuple(finding for finding in verdict.findings if finding.hard)).kinds
        raise Problem("personal_data", field=field, kinds=tuple(KINDS[kind] for kind in kinds))


def as_wire(verdict: Verdict) -> dict[str, Any]:
    """The verdict as `privacy check` prints it; places are counted in Unicode code points."""
    return {
        "ok": verdict.ok,
        "findings": [{"kind": f.kind, "start": f.start, "end": f.end, "text": f.text} for f in verdict.findings],
    }
