"""Documents to print, send and keep: they get what has been released, and hold nothing else."""

from fieldapp.reports.contents import (
    ComparedFinding,
    Feeling,
    MapContent,
    Mark,
    Picture,
    Poster,
    ReportComparison,
    ReportFinding,
    WalkReport,
)
from fieldapp.reports.pages import poster_html, poster_pdf, report_html, report_pdf
from fieldapp.reports.photos import shrunk

__all__ = [
    "ComparedFinding",
    "Feeling",
    "MapContent",
    "Mark",
    "Picture",
    "Poster",
    "ReportComparison",
    "ReportFinding",
    "WalkReport",
    "poster_html",
    "poster_pdf",
    "report_html",
    "report_pdf",
    "shrunk",
]
