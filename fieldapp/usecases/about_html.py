"""«Om data» as HTML: the same for the screen, for the public page, and on paper."""

from __future__ import annotations

from collections.abc import Iterable

from fieldapp import charts
from fieldapp.texts import Translator
from fieldapp.usecases.about import Facts
from fieldapp.usecases.about_text import Section, Table, lead, sections

STYLE = (
    charts.STYLE
    + """
.fa table.fa-words td {white-space: normal; text-align: left; hyphens: auto; overflow-wrap: break-word}
.fa table.fa-words {table-layout: fixed}
.fa table.fa-words thead th {text-align: left; white-space: normal}
.fa table.fa-words th:first-child {width: 32%}
.fa table.fa-months td, .fa table.fa-months thead th {white-space: normal}
.fa .fa-links a {display: inline-flex; align-items: center; min-height: 44px; color: inherit;
  text-underline-offset: .2em}
.fa section {margin-bottom: 1.5rem}
@media print {
  .fa section {break-inside: avoid}
  .fa .fa-links a::after {content: " (" attr(href) ")"; padding-left: .25rem}
}
"""
)
# Where a long role name may be divided: no browser hyphenates Danish everywhere.
_SOFT = {"medarbejder": "\u00admedarbejder", "administrator": "\u00adadministrator", "gruppe": "\u00adgruppe"}


def as_html(known: Facts, *, language: str, _: Translator) -> str:
    """All but the page's own heading; every text in it is escaped."""
    parts = (_section(one) for one in sections(known, language=language, _=_))
    return charts.page(charts.paragraph(lead(_), kind="lead"), *parts).replace("§ ", "§&nbsp;")


def _section(one: Section) -> str:
    inside = [charts.paragraph(line) for line in one.lines]
    inside += [charts.bullets(one.bullets)] if one.bullets else []
    inside += [_table(table) for table in one.tables]
    inside += [_links(one.links)] if one.links else []
    name = f"fa-about-{one.key}"
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{charts.text(one.title)}</h2>{"".join(inside)}</section>'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{charts.text(title)}</th>' for title in table.headings)
    body = "".join(_row(row) for row in table.rows)
    kind = "fa-months" if table.rows[0][1].isdecimal() else "fa-words"
    caption = charts.text(table.caption)
    return (
        f'<table class="{kind}"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _row(cells: tuple[str, ...]) -> str:
    first, *rest = (charts.text(cell) for cell in cells)
    for word, divided in _SOFT.items():
        first = first.replace(word, divided)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'


def _links(links: Iterable[tuple[str, str]]) -> str:
    drawn = (
        f'<a href="{charts.text(address)}" target="_blank" rel="noopener noreferrer">{charts.text(said)}</a>'
        for said, address in links
    )
    return f'<p class="fa-links">{" ".join(drawn)}</p>'
