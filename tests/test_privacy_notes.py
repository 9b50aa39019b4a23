"""The frozen evaluation set of the personal-data gate: what it promises about itself (bench/privacy/README.md)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.privacy.make_notes import as_files
from bench.privacy.people import PARTICLES, folded, parts

FOLDER = Path(__file__).resolve().parents[1] / "bench" / "privacy"
KINDS = {"cpr", "phone", "email", "plate", "name", "address", "handle", "initials"}
HARD = {"cpr", "phone", "email", "handle"}
GROUPS = {
    "danish",
    "arabic",
    "turkish_kurdish",
    "persian_afghan",
    "urdu_punjabi",
    "somali",
    "tamil_vietnamese_chinese",
    "polish_romanian_exyugoslav",
}


@pytest.fixture(scope="module")
def notes() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / "notes.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def names(notes: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Every labelled name as it stands in its note, and its label."""
    return [
        (note["text"][span["start"] : span["end"]], span)
        for note in notes
        for span in note["spans"]
        if span["kind"] == "name"
    ]


def name_parts(status: str) -> set[str]:
    listed = json.loads((FOLDER / f"{status}_names.json").read_text(encoding="utf-8"))
    assert set(listed) == GROUPS
    return {part for entries in listed.values() for entry in entries for part in parts(entry)}


def test_made_again_the_files_are_the_same_to_the_byte() -> None:
    assert {name: (FOLDER / name).read_bytes() == text.encode() for name, text in as_files().items()} == {
        "seen_names.json": True,
        "unseen_names.json": True,
        "notes.jsonl": True,
    }


def test_the_set_is_the_frozen_one() -> None:
    frozen = hashlib.sha256((FOLDER / "notes.jsonl").read_bytes()).hexdigest()
    assert f"`{frozen}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_there_are_enough_notes_and_half_of_them_are_clean(notes: list[dict[str, Any]]) -> None:
    clean = sum(not note["spans"] for note in notes)
    assert len(notes) == len({note["id"] for note in notes}) >= 2400
    assert 0.48 <= clean / len(notes) <= 0.55
    assert max(len(note["text"]) for note in notes) <= 500


def test_labels_stand_inside_their_notes_apart_and_without_spaces_round_them(notes: list[dict[str, Any]]) -> None:
    wrong = []
    for note in notes:
        edges = [0, *(edge for span in note["spans"] for edge in (span["start"], span["end"])), len(note["text"])]
        texts = [note["text"][span["start"] : span["end"]] for span in note["spans"]]
        if edges != sorted(edges) or any(not text or text != text.strip() for text in texts):
            wrong.append(note["id"])
        if any(one["end"] > other["start"] for one, other in pairwise(note["spans"])):
            wrong.append(note["id"])
    assert wrong == []


def test_kinds_forms_groups_and_hardness_are_the_known_ones(notes: list[dict[str, Any]]) -> None:
    spans = [span for note in notes for span in note["spans"]]
    assert {span["kind"] for span in spans} == KINDS
    assert {span["form"] for span in spans if span["kind"] == "name"} == {"full", "first", "last"}
    assert {span["case"] for span in spans} == {"capital", "lower", "upper"}
    assert {span["group"] for span in spans if span["kind"] == "name"} == GROUPS
    assert {span["group"] for span in spans if span["kind"] != "name"} == {""}
    assert all(span["hard"] == (span["kind"] in HARD or span["form"] == "full") for span in spans)
    assert min(Counter(span["kind"] for span in spans).values()) >= 100


def test_the_groups_have_the_same_number_of_names_of_each_form_case_and_status(names: list[Any]) -> None:
    counts = {group: Counter[Any]() for group in GROUPS}
    for _text, span in names:
        counts[span["group"]][span["form"], span["case"], span["unseen"]] += 1
    assert len({frozenset(count.items()) for count in counts.values()}) == 1
    assert counts["danish"].total() >= 110


def test_no_part_of_an_unseen_name_is_a_seen_one() -> None:
    assert name_parts("seen") & name_parts("unseen") == set()


def test_what_is_labelled_unseen_is_made_of_unseen_parts_only(names: list[Any]) -> None:
    unseen, short = name_parts("unseen"), {"a", "b", "h", "k", "m", "s"}
    rightly_spelt = [(text, span) for text, span in names if span["unseen"] and "typo" not in span]
    strange = [
        text
        for text, _span in rightly_spelt
        if not {part.rstrip(".") for part in parts(text)} <= unseen | short | PARTICLES
    ]
    assert strange == []


def test_a_third_of_the_names_and_of_the_notes_with_persons_are_unseen(
    notes: list[dict[str, Any]], names: list[Any]
) -> None:
    personal = [note for note in notes if note["spans"]]
    assert sum(span["unseen"] for _text, span in names) / len(names) >= 0.4
    assert sum(any(span["unseen"] for span in note["spans"]) for note in personal) / len(personal) >= 1 / 3


def test_no_clean_note_holds_an_unseen_name(notes: list[dict[str, Any]]) -> None:
    unseen = name_parts("unseen")
    words = {
        word
        for note in notes
        if not note["spans"]
        for word in "".join(sign if sign.isalpha() else " " for sign in folded(note["text"])).split()
    }
    assert words & unseen == set()


def test_every_trap_has_clean_notes(notes: list[dict[str, Any]]) -> None:
    traps = Counter(trap for note in notes if not note["spans"] for trap in note["traps"])
    assert {"word-name", "place", "road", "school", "shop", "bus", "date", "time", "block", "count", "money"} <= set(
        traps
    )
    assert min(traps.values()) >= 30
    assert all(not note["traps"] for note in notes if note["spans"])
