"""The documents as HTML, from templates that escape every text; what a user typed is never a template."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fieldapp.formats import number
from fieldapp.reports.contents import Poster, WalkReport
from fieldapp.reports.drawing import map_svg, small_map_svg
from fieldapp.reports.pdf import PICTURE, write_pdf
from fieldapp.reports.words import poster_words, reading_notes, report_words

FOLDER = Path(__file__).resolve().parent / "templates"
QR_BORDER = 4  # the quiet zone a reader needs, in modules
MAP_HEIGHTS = (350, 310, 270, 220, 170, 120)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def report_html(report: WalkReport) -> str:
    """The report as one HTML file: pictures are inside, nothing is fetched, no script."""
    pictures = _pictures(report)
    inside = {key: "data:image/jpeg;base64," + base64.b64encode(jpeg).decode() for key, jpeg in pictures.items()}
    return _report(report, inside)


def report_pdf(report: WalkReport) -> bytes:
    """The report as tagged PDF, A4; raises Problem `pdf_missing`."""
    pictures = _pictures(report)
    return write_pdf([_report(report, {key: key for key in pictures})], pictures)


def poster_html(poster: Poster, map_height: int = MAP_HEIGHTS[0]) -> str:
    """The poster as HTML, for `poster_pdf`; the map is 700 units wide and so high."""
    words = poster_words(poster.language)
    alt = words["map_alt"].format(place=poster.meeting_point)
    return _templates().get_template("poster.html").render(
        poster=poster, words=words, style=_style("poster.css"), qr=qr_svg(poster.address, words["qr_alt"]),
        map=small_map_svg(poster.map, words, alt, height=map_height),
    )  # fmt: skip


def poster_pdf(poster: Poster) -> bytes:
    """The poster as tagged PDF, one page A4: the longer its texts, the lower its map; raises Problem `pdf_missing`."""
    return write_pdf([poster_html(poster, height) for height in MAP_HEIGHTS], {}, pages_most=1)


def qr_svg(address: str, alt: str) -> str:
    """The address as a QR code of error level M or better, with its quiet zone; `alt` may hold {address}."""
    code = segno.make(address, error="m", micro=False)
    title = alt.format(address=address)
    return str(code.svg_inline(border=QR_BORDER, title=title, dark="#000", light="#fff", omitsize=True))


def _report(report: WalkReport, sources: dict[str, str]) -> str:
    words = report_words(report.language)
    alt = words["map_alt"].format(n=len(report.map.marks))
    return _templates().get_template("report.html").render(
        report=report, words=words, style=_style("report.css"), notes=reading_notes(report.language),
        map=map_svg(report.map, words, alt), sources=sources, picture=PICTURE,
        one_decimal=lambda value: number(value, language=report.language, digits=1),
    )  # fmt: skip


def _pictures(report: WalkReport) -> dict[str, bytes]:
    """Address in the document → JPEG: «billede:7-1» is the first of finding 7."""
    return {
        f"{PICTURE}{found.number}-{place}": picture.jpeg
        for found in report.findings
        for place, picture in enumerate(found.pictures, 1)
    }


@cache
def _style(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
