"""Charts and tables as HTML: what is drawn is what was given, and text stays text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from fieldapp import charts

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</td></table><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "`${alert(1)}`",
    "{{7*7}}{% raw %}",
    "&lt;b&gt;",
    "a" * 10_000,
]


class Reader(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def having(self, kind: str) -> list[dict[str, str | None]]:
        return [attributes for _tag, attributes in self.tags if kind in (attributes.get("class") or "").split()]


def everything(text: str) -> str:
    """Every drawing there is, with this text in every place for text."""
    return charts.page(
        charts.heading(text),
        charts.paragraph(text, kind="lead"),
        charts.bullets([text]),
        charts.folded(text, ""),
        charts.bar_chart([charts.Bar(text, 1)], summary=text),
        charts.table([text, text], [(text, text)], caption=text, total=(text, text), bars=[1]),
        charts.heat_table([text], [text], {(0, 0): text}, caption=text, corner=text),
        charts.legend([("1", text)]),
        charts.funnel([charts.Point(text, 20, 0.5, 1)], [(10, 0, 1), (20, 0.2, 0.8)], 0.4, summary=text),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_shown_as_it_is_and_adds_no_tag_and_no_attribute(text: str) -> None:
    plain, hostile = Reader(everything("x")), Reader(everything(text))
    assert [(tag, sorted(given)) for tag, given in hostile.tags] == [(tag, sorted(given)) for tag, given in plain.tags]
    assert text in hostile.texts


@pytest.mark.parametrize("sign", ["\x00", "\u202e", "\ud800", "\u2066", "\x1b", "\n"])
def test_signs_that_cannot_be_seen_become_a_space(sign: str) -> None:
    assert charts.text(f"a{sign}b") == "a b"


def test_bars_are_as_tall_as_their_share_of_the_tallest() -> None:
    drawn = Reader(
        charts.bar_chart([charts.Bar("uge 1", 5), charts.Bar("uge 2", 20), charts.Bar("uge 3", 0)], summary="s")
    )
    assert [bar["style"] for bar in drawn.having("fa-bar")] == ["height:25.0%", "height:100.0%", "height:0.0%"]


def test_a_held_back_bar_and_an_unfinished_one_look_like_neither_zero_nor_a_whole_one() -> None:
    drawn = Reader(
        charts.bar_chart([charts.Bar("a", None), charts.Bar("b", 4, whole=False), charts.Bar("c", 4)], summary="s")
    )
    assert [len(drawn.having(kind)) for kind in ("fa-none", "fa-part", "fa-bar")] == [1, 1, 1]


def test_the_normal_band_lies_where_its_quartiles_are_and_stays_inside_the_picture() -> None:
    drawn = Reader(charts.bar_chart([charts.Bar("a", 10)], summary="s", band=charts.Band(5, 10, 20)))
    assert drawn.having("fa-band")[0]["style"] == "bottom:25.0%;height:75.0%"
    assert drawn.having("fa-mid")[0]["style"] == "bottom:50.0%"
    assert drawn.having("fa-bar")[0]["style"] == "height:50.0%"


def test_a_chart_tells_in_words_what_it_shows() -> None:
    drawn = Reader(charts.bar_chart([charts.Bar("uge 1", 5)], summary="Flest i uge 1: 5."))
    pictures = [given for _tag, given in drawn.tags if given.get("role") == "img"]
    assert [picture["aria-label"] for picture in pictures] == ["Flest i uge 1: 5."]


def test_no_bars_make_an_empty_picture() -> None:
    assert Reader(charts.bar_chart([], summary="s")).having("fa-bar") == []


def test_a_table_has_caption_headings_and_a_region_the_keyboard_reaches() -> None:
    drawn = Reader(charts.table(["Sted", "Antal"], [("Arken", "4")], caption="Steder", total=("I alt", "4")))
    scopes = [given["scope"] for tag, given in drawn.tags if tag == "th"]
    assert scopes == ["col", "col", "row", "row"]
    assert [given["tabindex"] for given in drawn.having("fa-scroll")] == ["0"]
    assert "caption" in [tag for tag, _given in drawn.tags]


def test_cells_have_their_number_and_a_shade_from_none_to_five() -> None:
    values = {(0, 0): 0, (0, 1): 1, (0, 2): 10, (0, 3): 50, (0, 4): "·"}
    source = charts.heat_table(list("abcde"), ["r"], values, caption="c", corner="k")
    assert '<td>0</td><td class="fa-s1">1</td><td class="fa-s1">10</td><td class="fa-s5">50</td>' in source
    assert "<td>·</td>" in source
    rates = charts.heat_table(["a"], ["r"], {(0, 0): 0.25}, caption="c", corner="k", digits=1)
    assert '<td class="fa-s5">0,2</td>' in rates


def test_a_point_of_the_funnel_lies_by_hours_and_rate_and_has_a_shape_beside_its_colour() -> None:
    points = [charts.Point("Inde", 50, 0.5, 0), charts.Point("Over", 100, 1.0, 1)]
    source = charts.funnel(points, [(50, 0.2, 0.8), (100, 0.3, 0.7)], 0.5, summary="s")
    assert '<b style="left:47.6%;bottom:45.5%"></b>' in source
    assert '<b class="fa-over" style="left:95.2%;bottom:90.9%"></b>' in source


def test_numbers_are_danish_or_english() -> None:
    values = {(0, 0): 1234}
    given = {"caption": "c", "corner": "k"}
    assert ">1.234<" in charts.heat_table(["a"], ["r"], values, **given)
    assert ">1,234<" in charts.heat_table(["a"], ["r"], values, **given, language="en")


def test_nothing_drawn_asks_another_host_for_anything() -> None:
    source = everything("x") + charts.STYLE
    assert not any(word in source for word in ("http", "//", "url(", "@import", "<script", "src="))
