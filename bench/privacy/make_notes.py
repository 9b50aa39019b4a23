"""Writes the evaluation set: `python -m bench.privacy.make_notes` makes notes.jsonl and the two lists of names again.

Everything follows from SEED and the files in `source/`. The set is frozen: the README holds its SHA-256.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.privacy.dice import Deck, Dice
from bench.privacy.people import People, entries
from bench.privacy.shapes import MAKERS, weighted
from bench.privacy.words import EMOJI, LISTS, MADE, TRAP_OF_SLOT, fill, slip

HERE = Path(__file__).resolve().parent
SEED = "fieldapp/notes/1"
LONGEST = 500  # code points of a note in the app
COPIES = {"first": 2}  # lines of with_names.txt are written once for each group, those with single names twice
NUMBER_COPIES = 7  # how often a line of with_numbers.txt is written
CASES = ("capital",) * 6 + ("lower",) * 3 + ("upper",)
PLAIN_CASES = ("capital",) * 17 + ("lower",) * 6 + ("upper",) * 2  # notes without names, and clean ones
FULL_STATUS = ("unseen",) * 9 + ("seen",) * 8 + ("mixed",) * 3
SINGLE_STATUS = ("unseen",) * 9 + ("seen",) * 10
HARD = frozenset({"cpr", "phone", "email", "handle"})
SENTENCES = (0,) * 26 + (1,) * 11 + (3, 4, 6)  # how many ordinary sentences stand around the one of the note
NAME_FORMS = frozenset({"full", "first", "last", "nick"})
SLOT = re.compile(r"\{([a-z]+)(?:\.([mf]))?(:s)?\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a note; `label` says what it is when it is personal."""

    text: str
    label: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """How a note is written; `names_only` leaves the rest of it as it stands in the source."""

    case: str
    names_only: bool = False

    def of(self, piece: Piece) -> Piece:
        """The piece in this style."""
        if self.case == "capital" or (self.names_only and not (piece.label and piece.label["kind"] == "name")):
            return piece
        text = piece.text.replace("İ", "I")
        return replace(piece, text=text.lower() if self.case == "lower" else text.upper())


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided for a line before any group: style, and one status for each of its names."""

    line: str
    style: Style
    statuses: tuple[str, ...]
    key: str


def lines(file: str) -> list[tuple[str, str]]:
    """(heading, line) of a source file."""
    heading, found = "", []
    for line in (HERE / "source" / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            heading = line[2:]
        elif line:
            found.append((heading, line.replace("\\n", "\n")))
    return found


class Maker:
    """Makes notes; holds the decks that keep names and forms even."""

    def __init__(self) -> None:
        self.people = People(SEED)
        self.forms = {kind: Deck(weighted(kind), Dice(f"{SEED}/{kind}")) for kind in MAKERS}
        self.clean = lines("clean.txt")

    def pieces(self, plan: Plan, group: str, dice: Dice) -> list[Piece]:
        """A line with its slots filled."""
        made, at, statuses = [], 0, iter(plan.statuses)
        for slot in SLOT.finditer(plan.line):
            made.append(Piece(plan.line[at : slot.start()]))
            kind, gender, genitive = slot.groups()
            if kind in NAME_FORMS:
                made += self._name(group, kind, gender or "", next(statuses), plan.style, dice)
            elif kind in MAKERS:
                made += self._number(kind, plan.style, dice)
            else:
                made.append(Piece(fill(kind, dice)))
            if genitive:
                made.append(Piece(_genitive(made[-1].text, dice)))
            at = slot.end()
        return [*made, Piece(plan.line[at:])]

    def _name(self, group: str, form: str, gender: str, status: str, style: Style, dice: Dice) -> Iterator[Piece]:
        name = self.people.name(group, form, gender, status, dice)
        label = _label("name", name.form, style, hard=name.form == "full", group=group, unseen=name.unseen)
        yield Piece(name.text, label | ({"typo": True} if name.typo else {}))

    def _number(self, kind: str, style: Style, dice: Dice) -> Iterator[Piece]:
        form = self.forms[kind].deal()
        before, text = MAKERS[kind][0](form, dice)
        yield Piece(before)
        yield Piece(text, _label(kind, form, style, hard=kind in HARD))

    def in_context(self, pieces: list[Piece], dice: Dice) -> list[Piece]:
        """Now and then with ordinary sentences before or after, as notes have."""
        for _ in range(dice.pick(SENTENCES)):
            crumb, between = self.crumb(dice), Piece(dice.pick((". ", ".\n", "\n", ", ", " - ", ". ", " / ")))
            pieces = [*crumb, between, *pieces] if dice.hit(0.45) else [*pieces, between, *crumb]
        return pieces

    def crumb(self, dice: Dice) -> list[Piece]:
        """A clean line, filled."""
        _trap, line = dice.pick(self.clean)
        return self.pieces(Plan(line, Style("capital"), (), ""), "", dice)


def _label(kind: str, form: str, style: Style, *, hard: bool, group: str = "", unseen: bool = False) -> dict[str, Any]:
    return {"kind": kind, "hard": hard, "form": form, "group": group, "case": style.case, "unseen": unseen}


def _genitive(name: str, dice: Dice) -> str:
    if name[-1].lower() in "sxz":
        return dice.pick(("'", "es", "'s", ""))
    return dice.pick(("s", "s", "s", "s", "'s"))


def plans(file: str, cases: tuple[str, ...], copies: int) -> Iterator[Plan]:
    """The lines of a file with their styles, dealt evenly within each heading."""
    decks: dict[str, Deck] = {}
    status = {
        form: Deck(FULL_STATUS if form == "full" else SINGLE_STATUS, Dice(f"{SEED}/{form}"))
        for form in sorted(NAME_FORMS)
    }
    for copy in range(copies):
        for number, (heading, line) in enumerate(lines(file)):
            if file == "with_names.txt" and copy >= COPIES.get(heading, 1):
                continue
            key = f"{SEED}/{file}/{number}/{copy}"
            deck = decks.setdefault(heading, Deck(cases, Dice(f"{SEED}/{file}/{heading}")))
            forms = [slot[1] for slot in SLOT.finditer(line) if slot[1] in NAME_FORMS]
            style = Style(deck.deal(), names_only=bool(forms) and Dice(key).hit(0.25))
            yield Plan(line, style, tuple(status[form].deal() for form in forms), key)


def finished(pieces: list[Piece], style: Style, dice: Dice) -> dict[str, Any]:
    """Typing errors, an end, the style, and the labels' places."""
    pieces = _with_slips(pieces, dice) if dice.hit(0.16) else pieces
    if pieces[-1].text[-1:].isalnum() or pieces[-1].label:
        pieces = [*pieces, Piece(dice.pick((".", ".", "!", "..", "", "", "", "", "", "")))]
    if dice.hit(0.06):
        pieces = [*pieces, Piece(" " + dice.pick(EMOJI))]
    text, spans = "", []
    for piece in map(style.of, pieces):
        if piece.label:
            place = {"kind": piece.label["kind"], "start": len(text), "end": len(text) + len(piece.text)}
            spans.append(place | piece.label)
        text += piece.text
    return {"text": text, "spans": spans, "traps": []}


def _with_slips(pieces: list[Piece], dice: Dice) -> list[Piece]:
    """One or two words outside the labels typed wrong."""
    for _ in range(dice.between(1, 2)):
        words = [
            (number, word)
            for number, piece in enumerate(pieces)
            if not piece.label
            for word in re.finditer(r"[^\W\d_]{5,}", piece.text)
        ]
        if words:
            number, word = dice.pick(words)
            text = pieces[number].text
            wrong = text[: word.start()] + slip(word[0], dice) + text[word.end() :]
            pieces = [*pieces[:number], Piece(wrong), *pieces[number + 1 :]]
    return pieces


def personal(maker: Maker) -> Iterator[dict[str, Any]]:
    """Every line with names for each group (COPIES), every other line NUMBER_COPIES times."""
    for plan in plans("with_names.txt", CASES, max(COPIES.values())):
        in_groups = [maker.pieces(plan, group, Dice(f"{plan.key}/{group}")) for group in maker.people.groups]
        for group, pieces in zip(maker.people.groups, in_groups, strict=True):
            dice = Dice(f"{plan.key}/{group}/end")
            yield finished(maker.in_context(pieces, dice), plan.style, dice)
    for plan in plans("with_numbers.txt", PLAIN_CASES, NUMBER_COPIES):
        dice = Dice(plan.key)
        yield finished(maker.in_context(maker.pieces(plan, "", dice), dice), plan.style, dice)


def clean(maker: Maker, count: int) -> Iterator[dict[str, Any]]:
    """That many different notes without persons; some are several lines put together."""
    seen: set[str] = set()
    styles, source = Deck(PLAIN_CASES, Dice(f"{SEED}/clean")), lines("clean.txt")
    number = 0
    while len(seen) < count:
        trap, line = source[number % len(source)]
        dice, traps = Dice(f"{SEED}/clean/{number}"), [(trap, line)]
        style = Style(styles.deal())
        traps += [dice.pick(source) for _ in range(dice.pick(SENTENCES))]
        note = _clean_note(maker, traps, style, dice)
        number += 1
        if note["text"] not in seen:
            seen.add(note["text"])
            yield note


def _clean_note(maker: Maker, chosen: list[tuple[str, str]], style: Style, dice: Dice) -> dict[str, Any]:
    pieces: list[Piece] = []
    for _trap, line in chosen:
        pieces += [Piece(dice.pick((". ", "\n", ", ", ". ")))] if pieces else []
        pieces += maker.pieces(Plan(line, style, (), ""), "", dice)
    slots = [slot[1] for _trap, line in chosen for slot in SLOT.finditer(line)]
    traps = {trap for trap, _line in chosen if trap != "none"} | {TRAP_OF_SLOT.get(slot, slot) for slot in slots}
    return finished(pieces, style, dice) | {"traps": sorted(traps)}


def notes() -> list[dict[str, Any]]:
    """The whole set in its order."""
    maker = Maker()
    found = [*personal(maker)]
    found += clean(maker, round(len(found) * 51 / 49))
    mixed = Dice(f"{SEED}/order").shuffled(found)
    return [{"id": f"n{number:04}", **note} for number, note in enumerate(mixed, 1)]


def as_files() -> dict[str, str]:
    """File name → text of all that is written."""
    files = {
        f"{status}_names.json": json.dumps(entries(status), ensure_ascii=False, indent=1) + "\n"
        for status in ("seen", "unseen")
    }
    files["notes.jsonl"] = "".join(json.dumps(note, ensure_ascii=False) + "\n" for note in notes())
    return files


def main() -> None:
    """Write the three files beside this one."""
    assert not {slot[1] for _, line in lines("clean.txt") for slot in SLOT.finditer(line)} - {*LISTS, *MADE}
    for name, text in as_files().items():
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
