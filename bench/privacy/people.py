"""Names for the notes, dealt evenly from `source/names.txt`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bench.privacy.dice import Deck, Dice
from bench.privacy.words import slip

NAMES = Path(__file__).resolve().parent / "source" / "names.txt"
# Little words that belong to many names; they make nobody known or unknown.
PARTICLES = frozenset("al el abu abou bin ul von de van thi".split())
# Which kin a group's notes deal from, in turn.
SHARES = {
    "urdu_punjabi": ("pakistani", "pakistani", "pakistani", "punjabi"),
    "tamil_vietnamese_chinese": ("vietnamese", "tamil", "vietnamese", "tamil", "chinese"),
    "polish_romanian_exyugoslav": ("polish", "romanian", "exyugoslav", "exyugoslav"),
}
# F first name, L surname, M the Vietnamese middle word, X an initial with a dot.
ORDERS = {
    "somali": ("F L L",) * 6 + ("F L",) * 3 + ("F F L",),
    "vietnamese": ("L M F",) * 4 + ("L F",) * 2 + ("F L",) * 4 + ("F M L",),
    "chinese": ("L F",) * 4 + ("F L",) * 6,
}
COMMON_ORDERS = ("F L",) * 7 + ("F F L", "F X. L", "F L L")
FOLDED = str.maketrans({"ł": "l", "đ": "d", "ı": "i", "ø": "o", "æ": "ae"})
PLAIN = str.maketrans({"ł": "l", "Ł": "L", "đ": "dj", "Đ": "Dj", "ı": "i"})  # as people do without the right keys


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, and whether all of it is from the unseen parts."""

    text: str
    form: str
    unseen: bool
    typo: bool = False


def folded(text: str) -> str:
    """Without case and diacritics, for comparing."""
    bare = unicodedata.normalize("NFD", text.replace("İ", "I").lower().translate(FOLDED))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def parts(entry: str) -> list[str]:
    """The folded words of a name, without particles."""
    return [part for part in re.split(r"[ -]", folded(entry)) if part and part not in PARTICLES]


def read_names(path: Path = NAMES) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """(group, kin) → «seen male», «unseen last» and so on → entries."""
    kins: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group, _, kin = line[1:-1].partition("/")
            lists = kins[group, kin] = {}
        elif line and not line.startswith("#"):
            key, _, entries = line.partition(": ")
            lists[key] = tuple(entry.strip() for entry in entries.split(","))
    return kins


def entries(status: str) -> dict[str, list[str]]:
    """All «seen» or «unseen» names by group, sorted."""
    found: dict[str, set[str]] = {}
    for (group, _kin), lists in read_names().items():
        for key, names in lists.items():
            if key.startswith(f"{status} "):
                found.setdefault(group, set()).update(names)
    return {group: sorted(names) for group, names in found.items()}


class People:
    """Deals names; every list is used up before it begins again."""

    def __init__(self, seed: str) -> None:
        names = read_names()
        self.groups = list(dict.fromkeys(group for group, _kin in names))
        self._decks = {
            (group, kin, *key.split()): Deck(entries, Dice(f"{seed}/{group}/{kin}/{key}"))
            for (group, kin), lists in names.items()
            for key, entries in lists.items()
        }
        self._kins = {group: Deck(SHARES.get(group, (group,)), Dice(f"{seed}/{group}")) for group in self.groups}
        self._kins["arabic"] = Deck(("arabic",), Dice(seed))

    def name(self, group: str, form: str, gender: str, status: str, dice: Dice) -> Name:
        """A name of this group and form; `status` is seen, unseen or mixed (a full name of both)."""
        kin = self._kins[group].deal()
        sex = {"m": "male", "f": "female"}.get(gender) or dice.pick(("male", "female"))
        if form == "full":
            text = self._full(group, kin, sex, status, dice)
        else:
            text = self._decks[group, kin, status, {"first": sex}.get(form, form)].deal()
        if group != "danish" and dice.hit(0.4):
            text = _without_marks(text, kin)
        typo = dice.hit(0.025)
        if typo:
            text = _misspelt(text, dice)
        return Name(text, {"nick": "first"}.get(form, form), status == "unseen", typo)

    def _full(self, group: str, kin: str, sex: str, status: str, dice: Dice) -> str:
        first = last = status
        if status == "mixed":
            first, last = dice.pick((("seen", "unseen"), ("unseen", "seen")))
        words = []
        for sign in dice.pick(ORDERS.get(kin, COMMON_ORDERS)).split():
            if sign == "F":
                words.append(self._decks[group, kin, first, sex].deal())
            elif sign == "L":
                words.append(self._decks[group, kin, last, "last"].deal())
            else:
                words.append({"male": "Van", "female": "Thi"}[sex] if sign == "M" else dice.pick("ABHKMS") + ".")
        return " ".join(words)


def _without_marks(text: str, kin: str) -> str:
    if kin == "vietnamese":
        text = text.replace("Đ", "D")
    bare = unicodedata.normalize("NFD", text.translate(PLAIN))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _misspelt(text: str, dice: Dice) -> str:
    words = text.split(" ")
    at = dice.pick([number for number, word in enumerate(words) if len(word) == max(map(len, words))])
    words[at] = slip(words[at], dice) if len(words[at]) > 4 else words[at]
    return " ".join(words)
