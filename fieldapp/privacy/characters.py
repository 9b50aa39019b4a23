"""Characters: the form a text is stored in, and the plainer form it is searched in."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fieldapp.privacy.letters import plain_letter

_MARKS_IN_A_ROW = 8  # more than any living script stacks; also keeps the normalisation linear
_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls except tab and newline
    "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"  # writing-direction marks
    "\u00ad\u115f\u1160\u180e\u200b\u200c\u2060-\u2064\u206a-\u206f\u3164\uffa0\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_EMOJI = "[\u2190-\u2bff\u3030\u303d\ufe0f\U0001f000-\U0001faff]"
_STRAY_JOINER = re.compile(f"(?<!{_EMOJI})\u200d|\u200d(?!{_EMOJI})")

_SEEN_AS = {"−": "-", "⁃": "-", "˗": "-", "·": ".", "•": ".", "∙": ".", "。": ".", "⁄": "/", "∕": "/", "\u2800": " "}
_SEEN_AS |= (
    dict.fromkeys("\n\r\u2028\u2029", "\n") | {"\t": " "} | dict.fromkeys("\u115f\u1160\u3164\uffa0\ufffe\uffff", "")
)
_SEEN_BY_CATEGORY = {"Pd": "-", "Zs": " "} | dict.fromkeys(("Cc", "Cf", "Cs", "Mn", "Me"), "")


def clean_text(text: str) -> str:
    """The text as it is stored: NFC, trimmed, without controls, lone surrogates, direction marks and hidden characters.

    Tabs, newlines and the joiners inside emoji stay. Never raises; the length limit is the caller's.
    """
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = _UNWANTED.sub("", _LINE_BREAKS.sub("\n", text))
    text = _STRAY_JOINER.sub("", text)
    # Twice, since the normalisation may split one character into a letter and a mark.
    return _calm(unicodedata.normalize("NFC", _calm(text))).strip()


def _calm(text: str) -> str:
    return text if text.isascii() else "".join(_few_marks(text))


def _few_marks(text: str) -> Iterator[str]:
    row = 0
    for character in text:
        row = row + 1 if unicodedata.combining(character) else 0
        if row <= _MARKS_IN_A_ROW:
            yield character


@dataclass(frozen=True, slots=True)
class Searched:
    """A text made plain for searching: one character of ours for each, and where in the original each came from.

    `cased` holds letters A–Z, Æ, Ø, Å in both sizes, `small` the same in small letters; both are equally long.
    """

    cased: str
    small: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original (code points, end exclusive) that the non-empty searched span came from."""
        return self.starts[start], self.ends[end - 1]


def searched(text: str) -> Searched:
    """Any digit as 0–9, dash as `-`, space as ` `, letter as one of ours; hidden characters are left out."""
    seen: list[str] = []
    starts, ends = array("I"), array("I")
    for place, character in enumerate(text):
        if seen and ends[-1] == place and unicodedata.category(character) == "Mn" and _joined(seen[-1], character):
            seen[-1], ends[-1] = unicodedata.normalize("NFC", seen[-1] + character), place + 1
            continue
        for part in _seen(character):
            seen.append(part)
            starts.append(place)
            ends.append(place + 1)
    small = "".join(map(_small, seen))
    cased = "".join(one.upper() if part.isupper() else one for one, part in zip(small, seen, strict=True))
    return Searched(cased, small, tuple(starts), tuple(ends))


def _joined(base: str, mark: str) -> bool:
    return len(unicodedata.normalize("NFC", base + mark)) == 1


def _small(part: str) -> str:
    return plain_letter(part) if part <= "\uffff" or part.isalpha() else "\ufffd"


@lru_cache(maxsize=4096)
def _seen(character: str) -> str:
    return "".join(_seen_part(part) for part in unicodedata.normalize("NFKC", character))


def _seen_part(part: str) -> str:
    if part in _SEEN_AS:
        return _SEEN_AS[part]
    if part.isdecimal():
        return str(unicodedata.decimal(part))
    return _SEEN_BY_CATEGORY.get(unicodedata.category(part), part)
