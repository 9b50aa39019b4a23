"""User text in Streamlit's Markdown: every mark that means something is escaped, so that the text stays text."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=])")
# Marks that turn the direction of writing would turn what stands beside the text too.
_TURNS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def plain(text: str) -> str:
    """The text as Markdown that shows exactly it, on one line, without marks of direction."""
    return _MARKS.sub(r"\\\1", " ".join(text.translate(_TURNS).split()))
