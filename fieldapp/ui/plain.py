"""User text in Streamlit's Markdown: every mark that means something is escaped, so that the text stays text."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=])")


def plain(text: str) -> str:
    """The text as Markdown that shows exactly it, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
