"""The legend of the squares: a swatch as the map draws it, and what it means in words."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.charts.base import text

KEYS = ("1", "2", "3", "4", "5", "dots", "stripes", "line", "dash", "plain")


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """(key of KEYS, words) → a list with swatches; the words alone are enough."""
    items = "".join(f'<li><i class="fa-key-{key}" aria-hidden="true"></i>{text(words)}</li>' for key, words in entries)
    return f'<ul class="fa-key">{items}</ul>'
