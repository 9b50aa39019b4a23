"""Charts and tables as plain HTML: nothing to download, no script, the same on paper and in the dark.

Every text put in is escaped here; callers pass it as it is. Shades and bars never stand alone: the numbers are in the
same table or in one beside it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldapp.formats import number

_SHADES = 5
STYLE = """
.fa h2 {font-size: 1.25rem; line-height: 1.3; margin: 1.25rem 0 .25rem; padding: 0; font-weight: 650}
.fa p {font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; max-width: 46rem}
.fa .fa-lead {font-size: 1.25rem; line-height: 1.45; font-weight: 600}
.fa .fa-quiet {font-size: 1rem; opacity: .85}
.fa figure {margin: .5rem 0 0}
.fa figcaption {font-size: 1rem; margin-bottom: .75rem; max-width: 46rem}
.fa .fa-plot {display: grid; grid-template-columns: auto 1fr; column-gap: .375rem; max-width: 60rem}
.fa .fa-scale {display: flex; flex-direction: column; justify-content: space-between; font-size: .875rem;
  text-align: right; font-variant-numeric: tabular-nums; line-height: 1}
.fa .fa-bars {position: relative; display: flex; align-items: flex-end; gap: 2px; height: 9rem;
  border-bottom: 1px solid currentColor}
.fa .fa-bars i {position: relative; flex: 1; min-width: 2px}
.fa .fa-dates {grid-column: 2; display: flex; justify-content: space-between; font-size: .875rem; margin-top: .25rem}
.fa .fa-bar {background: #2f7fc4}
.fa .fa-part {background: rgba(47,127,196,.35); box-shadow: inset 0 0 0 1px #2f7fc4}
.fa .fa-none {height: 2px; background: currentColor; opacity: .5}
.fa .fa-bars .fa-band {position: absolute; left: 0; right: 0; min-height: 2px; background: currentColor; opacity: .16}
.fa .fa-bars .fa-mid {position: absolute; left: 0; right: 0; border-top: 2px dashed currentColor; opacity: .7}
.fa .fa-scroll {overflow-x: auto; max-width: 100%}
.fa .fa-scroll:focus-visible, .fa summary:focus-visible {outline: 3px solid #2f7fc4; outline-offset: 2px}
.fa table {border-collapse: collapse; font-size: 1rem; margin: 0; width: 100%; max-width: 46rem;
  font-variant-numeric: tabular-nums}
.fa caption {text-align: left; font-size: 1rem; padding: .25rem 0 .5rem; opacity: .85}
.fa th, .fa td {border: 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  padding: .4375rem 0 .4375rem .75rem; text-align: right; vertical-align: top; font-weight: 400}
.fa thead th {font-weight: 600; vertical-align: bottom}
.fa thead th + th, .fa td {white-space: nowrap}
.fa th:first-child {text-align: left; overflow-wrap: break-word; hyphens: auto; padding-left: 0}
.fa tfoot th, .fa tfoot td {font-weight: 650}
.fa .fa-row-bar {display: block; height: .375rem; margin-top: .25rem}
.fa table.fa-heat {table-layout: fixed; max-width: 40rem}
.fa table.fa-heat th, .fa table.fa-heat td {text-align: center; padding: .5rem 0; border: 1px solid transparent}
.fa table.fa-heat th:first-child {text-align: left; width: 3.5rem; white-space: nowrap}
.fa .fa-s1 {background: rgba(47,127,196,.12)} .fa .fa-s2 {background: rgba(47,127,196,.22)}
.fa .fa-s3 {background: rgba(47,127,196,.32)} .fa .fa-s4 {background: rgba(47,127,196,.42)}
.fa .fa-s5 {background: rgba(47,127,196,.52); font-weight: 650}
.fa summary {min-height: 2.75rem; display: flex; align-items: center; gap: .5rem; cursor: pointer; font-size: 1rem;
  width: fit-content; text-decoration: underline; text-underline-offset: .2em}
.fa summary::before {content: "▸"; display: inline-block} .fa details[open] summary::before {content: "▾"}
.fa ul {margin: 0; padding-left: 1.25rem; max-width: 46rem}
.fa li {font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere}
@media print {
  .fa * {print-color-adjust: exact; -webkit-print-color-adjust: exact}
  .fa figure, .fa tr, .fa li {break-inside: avoid} .fa h2 {break-after: avoid}
  .fa details:not([open]) {display: none} .fa .fa-scroll {overflow: visible}
}
"""


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


def folded(title: str, content: str) -> str:
    """HTML behind a line that opens it; works without any script."""
    return f"<details><summary>{text(title)}</summary>{content}</details>"


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
        f"<table><caption>{text(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>",
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
    values: Mapping[tuple[int, int], int | None],
    *,
    caption: str,
    corner: str,
    hidden: str,
    language: str = "da",
) -> str:
    """Numbers in cells, shaded by size; `values` by (row, column) index, None is told as `hidden` and drawn as «·»."""
    top = max([value for value in values.values() if value] + [1])
    head = "".join(f'<th scope="col">{text(title)}</th>' for title in (corner, *columns))
    body = ""
    for row, title in enumerate(rows):
        cells = "".join(_heat_cell(values.get((row, column)), top, hidden, language) for column in range(len(columns)))
        body += f'<tr><th scope="row">{text(title)}</th>{cells}</tr>'
    return _scrolling(
        f'<table class="fa-heat"><caption>{text(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
        caption,
    )


def _heat_cell(value: int | None, top: int, hidden: str, language: str) -> str:
    if value is None:
        return f'<td title="{text(hidden)}">·</td>'
    shade = -(-value * _SHADES // top)
    return f'<td class="fa-s{shade}">{number(value, language=language)}</td>' if shade else "<td>0</td>"


def _scrolling(content: str, label: str) -> str:
    """A region of its own that a keyboard can reach and scroll, so that the page never scrolls sideways."""
    return f'<div class="fa-scroll" role="region" tabindex="0" aria-label="{text(label)}">{content}</div>'
