"""Builds `table.json`, what the gate looks things up in, from the lists of this folder and two public sources.

    python -m fieldapp.privacy.lists.build FOLDER

`FOLDER` is a checkout of github.com/zxcvbn-ts/zxcvbn at `COMMIT` (MIT). Its Danish package holds the first and last
names borne in Denmark, most common first (Statistics Denmark, 2021, CC BY 4.0), and the most common Danish words
(OpenSubtitles by way of OPUS, ODC-BY); its English package the most common English words (the same). Names kept apart
for measuring are left out, see `bench/privacy`.
"""

from __future__ import annotations

import json
import math
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fieldapp.privacy.letters import fold
from fieldapp.privacy.table import Table
from fieldapp.privacy.words import is_made

COMMIT = "642ef8f0c40d8267e9fc2d4de29ab2691e87a10e"
HERE = Path(__file__).parent
TABLE = HERE.parent / "table.json"
APART = HERE.parents[2] / "bench" / "privacy" / "unseen_names.json"
FIRST_NAMES, LAST_NAMES = 5_000, 5_000  # of each list; rarer ones are known by their letters
LONG = 8  # letters: shorter words are kept also where others make them up
COMMON_LAST = 600
ENGLISH, EVERYDAY, SURE = 3_000, 800, 1_500  # English words; so common that only common names are names before them
SHORT = 2_500  # of three letters only the most common: the rest are abbreviations and slips
BORNE_FIRST, BORNE_LAST = 14_000, 12_000  # as common as this it is a name, also where films use it as a word
_WORD = re.compile(r"[a-zæøå]{2,}")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def main(folder: Path) -> None:
    """Write the table, and say how much it holds."""
    table = build(folder / "packages/languages")
    TABLE.write_text(json.dumps(table, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    sizes = {name: text.count("\n") + 1 for name, text in table["lists"].items()}
    sys.stdout.write(f"{sizes}, {TABLE.stat().st_size} bytes\n")


def build(source: Path) -> dict[str, Any]:
    """The table: rules with their pieces put in, lists packed, letter pairs weighed."""
    lists = choose(source)
    beside = cues(source, lists["either"])
    lists = thinned(lists, beside)
    described = tomllib.loads((HERE / "rules.toml").read_text("utf-8"))
    return {
        "rules": list(rules(described)),
        "patterns": described["patterns"],
        "least": described["least"],
        "lists": {name: pack(words) for name, words in lists.items()},
        "cues": {name: " ".join(sorted(words)) for name, words in beside.items()},
        "phrases": sorted(phrases(HERE / "phrases.txt")),
        "pairs": weigh(lists["first"] | lists["last"], lists["words"]),
    }


def cues(source: Path, either: set[str]) -> dict[str, set[str]]:
    """The words beside names; `last` are the words that are also common last names."""
    common = set(_ranked(source / "da-dk" / "src" / "lastnames.json")[:COMMON_LAST])
    return sections(HERE / "cues.txt") | {"last": either & common}


def choose(source: Path) -> dict[str, set[str]]:
    """The lists, none sharing a word but `first` and `last`: a word stands where staff most likely mean it."""
    danish = source / "da-dk" / "src"
    female, male = _ranked(danish / "femaleFirstnames.json"), _ranked(danish / "maleFirstnames.json")
    last, common = _ranked(danish / "lastnames.json"), _ranked(danish / "commonWords.json")
    english = _ranked(source / "en" / "src" / "commonWords.json")[:ENGLISH]
    either, places = read(HERE / "either.txt"), read(HERE / "places.txt")
    extra_first, extra_last = read(HERE / "names_first.txt"), read(HERE / "names_last.txt")
    borne = extra_first | extra_last | set(female[:BORNE_FIRST]) | set(male[:BORNE_FIRST]) | set(last[:BORNE_LAST])
    of_films = {
        word for word in (*common, *english) if word not in borne and not (word.endswith("s") and word[:-1] in borne)
    }
    everyday = set(english[:EVERYDAY]) - extra_first - extra_last - set(female[:SURE] + male[:SURE] + last[:SURE])
    words = (of_films | everyday | read(HERE / "words_first.txt") | read(HERE / "words.txt")) - either - places
    not_names = words | either | places | apart()
    first = (set(female[:FIRST_NAMES]) | set(male[:FIRST_NAMES]) | extra_first) - not_names
    last_names = (set(last[:LAST_NAMES]) | extra_last) - not_names
    short = {name for name in female[:SHORT] + male[:SHORT] + last[:SHORT] if len(name) == 3}
    return {
        "first": {name for name in first if len(name) > 3 or name in extra_first | short},
        "last": {name for name in last_names if len(name) > 3 or name in extra_last | short},
        "either": either - apart(),
        "words": words,
        "places": places,
    }


def thinned(lists: dict[str, set[str]], cues: dict[str, set[str]]) -> dict[str, set[str]]:
    """The lists without those long words that the rest makes up."""
    kept: set[str] = set()
    rest = Table.of_lists({**lists, "words": kept}, cues)
    for word in sorted(lists["words"], key=lambda each: (len(each), each)):
        if len(word) < LONG or not is_made(word, rest):
            kept.add(word)
    return {**lists, "words": kept}


def apart() -> set[str]:
    """The names that only the measuring set may hold, folded."""
    groups = json.loads(APART.read_text("utf-8")) if APART.exists() else {}
    found: set[str] = set()
    for names in groups.values():
        for name in _flat(names):
            found.update({fold(name), *map(fold, re.split(r"[\s-]+", name))})
    return {name for name in found if len(name) > 2}


def _flat(names: object) -> Iterator[str]:
    if isinstance(names, str):
        yield names
    elif isinstance(names, dict):
        for part in names.values():
            yield from _flat(part)
    elif isinstance(names, list):
        for part in names:
            yield from _flat(part)


def _ranked(path: Path) -> list[str]:
    words = dict.fromkeys(fold(word) for word in json.loads(path.read_text("utf-8")))
    return [word for word in words if _WORD.fullmatch(word)]


def read(path: Path) -> set[str]:
    """The words of a list, folded; what follows «#» is a remark."""
    lines = (line.partition("#")[0] for line in path.read_text("utf-8").splitlines())
    return {fold(word) for line in lines for word in line.split()}


def phrases(path: Path) -> set[str]:
    """One phrase a line, folded word by word."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return {" ".join(map(fold, _LETTERS.findall(line.replace("'", "")))) for line in lines if line}


def sections(path: Path) -> dict[str, set[str]]:
    """`[name]` lines and the words below each."""
    found: dict[str, set[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        told = line.partition("#")[0].strip()
        if told.startswith("["):
            current = found.setdefault(told.strip("[]"), set())
        elif told:
            current.update(fold(word) for word in told.split())
    return found


def rules(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rules with `<piece>` replaced by its pattern, until none is left."""
    pieces = described["pieces"]
    for rule in described["rules"]:
        yield {name: _filled(value, pieces) for name, value in rule.items()}


def _filled(value: Any, pieces: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(part, pieces) for part in value]
    if isinstance(value, dict):
        return {name: _filled(part, pieces) for name, part in value.items()}
    if not isinstance(value, str):
        return value
    while found := re.search(r"<([a-z_]+)>", value):
        value = value.replace(found[0], pieces[found[1]])
    return value


def pack(words: Iterable[str]) -> str:
    """Sorted words, one a line, each beginning with how many letters it shares with the one before (base 36).

    >>> pack(["anna", "anne", "bo"])
    '0anna\\n3e\\n0bo'
    """
    lines, before = [], ""
    for word in sorted(words):
        shared = next(
            (i for i, (a, b) in enumerate(zip(word, before, strict=False)) if a != b), min(len(word), len(before))
        )
        shared = min(shared, 35)
        lines.append(_DIGITS[shared] + word[shared:])
        before = word
    return "\n".join(lines)


def weigh(names: set[str], words: set[str]) -> str:
    """How much more often each pair of letters stands in names than in words: 30 × 30 letters, one of A–Z each.

    «^» stands before and after each word; M is even, each letter further is a quarter of a natural logarithm.
    """
    of_names, of_words = _pairs(names), _pairs(words)
    names_in_all, words_in_all = sum(of_names.values()), sum(of_words.values())
    letters = "^abcdefghijklmnopqrstuvwxyzæøå"
    weights = []
    for first in letters:
        for second in letters:
            pair = first + second
            odds = math.log((of_names[pair] + 0.5) / names_in_all) - math.log((of_words[pair] + 0.5) / words_in_all)
            weights.append(chr(ord("M") + max(-12, min(13, round(odds * 4)))))
    return "".join(weights)


def _pairs(words: set[str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for word in sorted(words):
        counted.update({f"^{word}^"[i : i + 2] for i in range(len(word) + 1)})
    return counted


if __name__ == "__main__":
    main(Path(sys.argv[1]))
