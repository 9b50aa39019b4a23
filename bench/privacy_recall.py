"""`fieldapp.privacy.check` over bench/privacy/notes.jsonl: what it finds, what it misses, what it takes by mistake.

A labelled span is **found** when one finding of the same kind overlaps at least half of its characters; for a full name
the finding must also reach from its first word to its last. «any kind» asks the same without the kind. A labelled span
of a hard kind is **blocked** when a finding that overlaps at least half of it cannot be saved, whatever its kind.
A **false alarm** is a clean note with at least one finding; an **extra** is a finding that touches no label. Intervals
are exact (Clopper–Pearson, 95 %) and take notes to be independent, though some come from one line of the source.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldapp.privacy import Finding, check

NOTES = Path(__file__).resolve().parent / "privacy" / "notes.jsonl"
LONG = 500
LONG_NOTES = 200
Span = dict[str, Any]
NAME_CLASSES: dict[str, Callable[[Span], bool]] = {
    "full names": lambda span: span["form"] == "full",
    "full names, unseen": lambda span: span["form"] == "full" and span["unseen"],
    "first names, capital": lambda span: span["form"] == "first" and span["case"] == "capital",
    "first names, capital, seen": lambda span: _first_capital(span) and not span["unseen"],
    "first names, capital, unseen": lambda span: _first_capital(span) and span["unseen"],
    "first names, lower": lambda span: span["form"] == "first" and span["case"] == "lower",
    "surnames alone": lambda span: span["form"] == "last",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled span and what became of it."""

    span: Span
    found: bool
    any_kind: bool
    blocked: bool


def run() -> dict[str, Any]:
    """Tables: a measurement's name → its columns → its rows; shares are in percent."""
    notes = [json.loads(line) for line in NOTES.read_text(encoding="utf-8").splitlines()]
    check(notes[0]["text"])  # tables are read at the first call
    found, milliseconds = _checked(notes)
    outcomes = [
        outcome(span, note["text"], findings)
        for note, findings in zip(notes, found, strict=True)
        for span in note["spans"]
    ]
    clean = [(note, findings) for note, findings in zip(notes, found, strict=True) if not note["spans"]]
    return {
        "notes": {"all": len(notes), "clean": len(clean), "labels": len(outcomes)},
        "recall by kind": recall(outcomes, lambda span: span["kind"]),
        "recall by form": recall(outcomes, _form),
        "recall, hard and soft": recall(outcomes, lambda span: "hard" if span["hard"] else "soft"),
        **{f"{name}, by group": by_group(outcomes, wanted) for name, wanted in NAME_CLASSES.items()},
        "false alarms on clean notes": alarms(clean),
        "extras": extras(notes, found),
        "ms": {"a note": _spread(milliseconds), f"{LONG} signs": _spread(_checked(long_notes(notes))[1])},
    }


def outcome(span: Span, text: str, findings: Iterable[Finding]) -> Outcome:
    """What the findings of a note make of one of its labels."""
    covering = [finding for finding in findings if _covers(finding, span)]
    whole = [finding for finding in covering if _in_full(finding, span, text)]
    return Outcome(
        span,
        found=any(finding.kind == span["kind"] for finding in whole),
        any_kind=bool(whole),
        blocked=any(finding.hard for finding in covering),
    )


def _covers(finding: Finding, span: Span) -> bool:
    shared = min(finding.end, span["end"]) - max(finding.start, span["start"])
    return bool(shared * 2 >= span["end"] - span["start"])


def _in_full(finding: Finding, span: Span, text: str) -> bool:
    if span["kind"] != "name" or span["form"] != "full":
        return True
    words = text[span["start"] : span["end"]].split(" ")
    first_ends, last_starts = span["start"] + len(words[0]), span["end"] - len(words[-1])
    return bool(finding.start < first_ends and finding.end > last_starts)


def recall(outcomes: Iterable[Outcome], key: Callable[[Span], str]) -> dict[str, dict[str, float]]:
    """Recall for every value of `key`, with interval, count, share found as any kind and hard labels let through."""
    grouped: dict[str, list[Outcome]] = {}
    for one in outcomes:
        grouped.setdefault(key(one.span), []).append(one)
    columns: dict[str, dict[str, float]] = {}
    for name in sorted(grouped):
        members = grouped[name]
        row = share(sum(one.found for one in members), len(members))
        row["any kind %"] = share(sum(one.any_kind for one in members), len(members))["%"]
        hard = [one for one in members if one.span["hard"]]
        if hard:
            row["blocked %"] = share(sum(one.blocked for one in hard), len(hard))["%"]
            row["not blocked"] = sum(not one.blocked for one in hard)
        _add(columns, name, row)
    return columns


def by_group(outcomes: Iterable[Outcome], wanted: Callable[[Span], bool]) -> dict[str, dict[str, float]]:
    """Recall of these names by group, and how many points each is behind the best."""
    columns = recall(
        [one for one in outcomes if one.span["kind"] == "name" and wanted(one.span)], lambda span: span["group"]
    )
    best = max(columns["%"].values())
    columns["behind"] = {group: round(best - value, 2) for group, value in columns["%"].items()}
    return columns


def alarms(clean: list[tuple[dict[str, Any], tuple[Finding, ...]]]) -> dict[str, dict[str, float]]:
    """Share of clean notes with a finding: all, those that could not be saved, by kind found, by trap."""
    columns: dict[str, dict[str, float]] = {}
    _add(columns, "all", share(sum(bool(findings) for _note, findings in clean), len(clean)))
    blocked = sum(any(finding.hard for finding in findings) for _note, findings in clean)
    _add(columns, "blocked", share(blocked, len(clean)))
    kinds = Counter(kind for _note, findings in clean for kind in {finding.kind for finding in findings})
    for kind, count in sorted(kinds.items()):
        _add(columns, f"found: {kind}", share(count, len(clean)))
    for trap in sorted({trap for note, _findings in clean for trap in note["traps"]}):
        with_it = [bool(findings) for note, findings in clean if trap in note["traps"]]
        _add(columns, f"trap: {trap}", share(sum(with_it), len(with_it)))
    without = [bool(findings) for note, findings in clean if not note["traps"]]
    _add(columns, "no trap", share(sum(without), len(without)))
    return columns


def extras(notes: list[dict[str, Any]], found: list[tuple[Finding, ...]]) -> dict[str, Any]:
    """Findings in positive notes that touch no label, by kind."""
    personal = [(note, findings) for note, findings in zip(notes, found, strict=True) if note["spans"]]
    kinds = [
        [finding.kind for finding in findings if not any(_touches(finding, span) for span in note["spans"])]
        for note, findings in personal
    ]
    count = Counter(kind for of_note in kinds for kind in of_note)
    return {"notes": len(personal), "notes with extras": sum(bool(of_note) for of_note in kinds), **count}


def _touches(finding: Finding, span: Span) -> bool:
    return bool(finding.start < span["end"] and span["start"] < finding.end)


def long_notes(notes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts of LONG code points, put together from the notes in turn."""
    whole = " ".join(note["text"] for note in notes)
    starts = range(0, LONG * LONG_NOTES, LONG)
    return [{"text": whole[start : start + LONG]} for start in starts if start + LONG <= len(whole)]


def share(count: int, total: int) -> dict[str, float]:
    """Percent with its exact 95 % interval, and of how many."""
    low, high = exact_interval(count, total)
    percent = 100 * count / total if total else 0.0
    return {"%": round(percent, 2), "low": round(100 * low, 2), "high": round(100 * high, 2), "n": total}


def exact_interval(count: int, total: int) -> tuple[float, float]:
    """Clopper–Pearson limits of a share, 95 %; (0, 1) of nothing."""
    return _lower(count, total), 1 - _lower(total - count, total)


def _lower(count: int, total: int) -> float:
    """The share at which `count` or more of `total` would come about 2.5 times in a hundred."""
    if count == 0:
        return 0.0
    low, high = 0.0, count / total
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _tail(count, total, middle) < 0.025 else (low, middle)
    return low


def _tail(count: int, total: int, share_of: float) -> float:
    """Probability of `count` or more of `total`."""
    if not 0 < share_of < 1:
        return float(share_of >= 1)
    whole = math.lgamma(total + 1)
    wins, losses = math.log(share_of), math.log1p(-share_of)
    return math.fsum(
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(total - k + 1) + k * wins + (total - k) * losses)
        for k in range(count, total + 1)
    )


def _checked(notes: list[dict[str, Any]]) -> tuple[list[tuple[Finding, ...]], list[float]]:
    found, milliseconds = [], []
    for note in notes:
        begun = time.perf_counter()
        verdict = check(note["text"])
        milliseconds.append((time.perf_counter() - begun) * 1000)
        found.append(verdict.findings)
    return found, milliseconds


def _spread(milliseconds: list[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "median": round(statistics.median(ordered), 3),
        "p99": round(ordered[int(len(ordered) * 0.99)], 3),
        "most": round(ordered[-1], 3),
    }


def _first_capital(span: Span) -> bool:
    return bool(span["form"] == "first" and span["case"] == "capital")


def _form(span: Span) -> str:
    case = f" {span['case']}" if span["kind"] == "name" else ""
    return f"{span['kind']} {span['form']}{case}"


def _add(columns: dict[str, dict[str, float]], name: str, row: dict[str, float]) -> None:
    for column, value in row.items():
        columns.setdefault(column, {})[name] = value
