"""Charts and tables as plain HTML: nothing to download, no script, the same on paper and in the dark."""

from fieldapp.charts.base import (
    Band,
    Bar,
    bar_chart,
    bullets,
    folded,
    heading,
    heat_table,
    page,
    paragraph,
    table,
    text,
)
from fieldapp.charts.funnel import Point, funnel
from fieldapp.charts.legend import KEYS, legend
from fieldapp.charts.style import STYLE

__all__ = [
    "KEYS",
    "STYLE",
    "Band",
    "Bar",
    "Point",
    "bar_chart",
    "bullets",
    "folded",
    "funnel",
    "heading",
    "heat_table",
    "legend",
    "page",
    "paragraph",
    "table",
    "text",
]
