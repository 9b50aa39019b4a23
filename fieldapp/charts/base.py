"""Sentences, tables and bars as plain HTML.

Every text put in is escaped here; callers pass it as it is. Shades and bars never stand alone: the numbers are in the
same table or in one beside it.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldapp.formats import number

_SHADES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value (None: not shown), and whether its span is over."""

    label: str
    value: int | None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """What is normal, in the unit of the bars: lower quartile, median, upper quartile."""

    low: float
    median: float
    high: float


def text(value: str) -> str:
    """HTML that shows `value` and nothing else: markup escaped, control and direction signs gone.

    >>> text("<b>{{7*7}}")
    '&lt;b&gt;{{7*7}}'
    """
    return html.escape("".join(sign if sign.isprintable() else " " for sign in value), quote=True)


def page(*parts: str) -> str:
    """Parts put together so that STYLE reaches them."""
    return f'<div class="fa">{"".join(parts)}</div>'


def heading(title: str) -> str:
    """A section's title."""
    return f"<h2>{text(title)}</h2>"


def paragraph(sentence: str, *, kind: str = "") -> str:
    """A sentence; `kind` is `lead` (the first one), `quiet`, or plain."""
    return f'<p class="fa-{kind}">{text(sentence)}</p>' if kind in ("lead", "quiet") else f"<p>{text(sentence)}</p>"


def bullets(items: Sequence[str]) -> str:
    """A list of texts."""
    return "<ul>" + "".join(f"<li>{text(item)}</li>" for item in items) + "</ul>"


def folded(title: str, content: str, *, printed: bool = False) -> str:
    """HTML behind a line that opens it; works without any script. `printed`: on paper it is open."""
    kind = ' class="fa-printed"' if printed else ""
    return f"<details{kind}><summary>{text(title)}</summary>{content}</details>"


def bar_chart(bars: Sequence[Bar], *, summary: str, band: Band | None = None, language: str = "da") -> str:
    """Bars in time order over a band of what is normal; `summary` is what a reader who cannot see it is told."""
    top = max([bar.value or 0 for bar in bars] + [band.high if band else 0, 1])
    drawn = "".join(_bar(bar, top) for bar in bars)
    labels = [bars[place].label for place in sorted({0, len(bars) // 2, len(bars) - 1})] if bars else []
    return (
        f'<figure><figcaption>{text(summary)}</figcaption><div class="fa-plot">'
        f'<div class="fa-scale" aria-hidden="true"><span>{number(top, language=language)}</span><span>0</span></div>'
        f'<div class="fa-bars" role="img" aria-label="{text(summary)}">{_band(band, top)}{drawn}</div>'
        f'<div class="fa-dates" aria-hidden="true">{"".join(f"<span>{text(label)}</span>" for label in labels)}</div>'
        "</div></figure>"
    )


def _bar(bar: Bar, top: float) -> str:
    if bar.value is None:
        return '<i class="fa-none"></i>'
    kind = "fa-bar" if bar.whole else "fa-part"
    return f'<i class="{kind}" style="height:{100 * bar.value / top:.1f}%"></i>'


def _band(band: Band | None, top: float) -> str:
    if band is None:
        return ""
    low, middle, high = (100 * value / top for value in (band.low, band.median, band.high))
    return (
        f'<i class="fa-band" style="bottom:{low:.1f}%;height:{high - low:.1f}%"></i>'
        f'<i class="fa-mid" style="bottom:{middle:.1f}%"></i>'
    )


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str,
    total: Sequence[str] = (),
    bars: Sequence[int] = (),
) -> str:
    """A table whose first column heads its rows; `bars` draws each row's share of the longest below its name."""
    longest = max([*bars, 1])
    lengths = [*bars, *[None] * (len(rows) - len(bars))]
    head = "".join(f'<th scope="col">{text(title)}</th>' for title in headings)
    body = "".join(_line(row, length, longest) for row, length in zip(rows, lengths, strict=True))
    foot = f"<tfoot>{_line(total, None, longest)}</tfoot>" if total else ""
    return _scrolling(
        f"<table><caption><span>{text(caption)}</span></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>",
        caption,
    )


def _line(cells: Sequence[str], length: int | None, longest: int) -> str:
    drawn = ""
    if length is not None:
        drawn = f'<span class="fa-bar fa-row-bar" style="width:{100 * length / longest:.1f}%"></span>'
    first = f'<th scope="row">{text(cells[0])}{drawn}</th>'
    return f"<tr>{first}{''.join(f'<td>{text(cell)}</td>' for cell in cells[1:])}</tr>"


def heat_table(
    columns: Sequence[str],
    rows: Sequence[str],
    values: Mapping[tuple[int, int], float | str],
    *,
    caption: str,
    corner: str,
    digits: int = 0,
    language: str = "da",
) -> str:
    """Numbers in cells, shaded by size; `values` by (row, column) index, and a text there is shown as it is."""
    top = max([float(value) for value in values.values() if not isinstance(value, str)] + [0.0]) or 1.0
    head = "".join(f'<th scope="col">{text(title)}</th>' for title in (corner, *columns))
    body = ""
    for row, title in enumerate(rows):
        cells = "".join(_heat_cell(values[row, column], top, digits, language) for column in range(len(columns)))
        body += f'<tr><th scope="row">{text(title)}</th>{cells}</tr>'
    return _scrolling(
        f'<table class="fa-heat"><caption><span>{text(caption)}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
        caption,
    )


def _heat_cell(value: float | str, top: float, digits: int, language: str) -> str:
    if isinstance(value, str):
        return f"<td>{text(value)}</td>"
    shade = math.ceil(value * _SHADES / top - 1e-9)
    told = number(value, language=language, digits=digits)
    return f'<td class="fa-s{shade}">{told}</td>' if shade else f"<td>{told}</td>"


def _scrolling(content: str, label: str) -> str:
    """A region of its own that a keyboard can reach and scroll, so that the page never scrolls sideways."""
    return f'<div class="fa-scroll" role="region" tabindex="0" aria-label="{text(label)}">{content}</div>'
