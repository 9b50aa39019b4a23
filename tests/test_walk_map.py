"""The report's map: names of places make room for the route."""

from __future__ import annotations

import re

from fieldapp.reports import MapContent
from fieldapp.reports.drawing import map_svg
from fieldapp.reports.words import report_words

ROUTE = ((12.3580, 55.6110), (12.3580, 55.6150))


def names(*places: tuple[str, float, float]) -> list[tuple[str, str]]:
    """(anchor, name) of every name that is drawn along a route from south to north; «end» stands left of its place."""
    svg = map_svg(MapContent((55.6110, 12.3580), ROUTE, places=places), report_words("da"), "Kort")
    return re.findall(r'text-anchor="(\w+)" font-size="12.5" fill="#222">([^<]+)<', svg)


def test_a_name_stands_on_the_side_where_it_covers_no_route_and_is_left_out_where_there_is_none() -> None:
    assert names(("Torvet", 55.6130, 12.3590)) == [("start", "Torvet")]
    assert names(("Torvet", 55.6130, 12.3577)) == [("end", "Torvet")]
    assert names(("Torvet", 55.6130, 12.3580)) == []
