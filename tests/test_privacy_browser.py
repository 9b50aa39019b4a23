"""The gate's second engine: in a real browser it finds what the server finds in hostile texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import browsing
import pytest
import serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from fieldapp.privacy import check

MARKS = [
    "Ring 12345678 eller 010203-1234\nnavn@firma.dk",
    "e\u0301n: ０１０２０３－１２３４ og 👨‍👩‍👧 Mohammed A\u030age Hansen",
    "٠١٠٢٠٣-١٢٣٤ og ०१०२०३१२३४ og ๐๑๐๒๐๓-๑๒๓๔",
    "ﬁre Ædel ß İstanbul ǅ Ⅷ ½ ㎏ 𝐏𝐞𝐭𝐞𝐫 𝐇𝐚𝐧𝐬𝐞𝐧",
    "na\u200bvn@fir\u00adma.dk \u202eMohammed\u202c Ali's bror, Floki og Ali 😀 Peter",
    "https://x.com/navn IMG_20261122.jpg sub.firma.co.uk 0190f5e4-0102-7031-8234-123456789012",
    "jan.\nJan-feb: 3. jan, Jan Hansen",
    "",
    "'",
    "(Ali)\t«Emil» — Bo",
]
ASK = """async (texts) => {
    const gate = await import("/assets/privacy.js");
    await gate.load();
    return texts.map((text) => gate.check(text).map((f) => [f.kind, f.start, f.end, f.hard, text.slice(f.from, f.to)]));
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    running = serving.start_server(tmp_path_factory.mktemp("gate"))
    try:
        with browsing.chromium() as browser:
            opened = browsing.phone(browser).new_page()
            opened.goto(f"{running.url}/login")
            yield opened
    finally:
        running.stop()


def on_the_server(text: str) -> list[list[Any]]:
    return [[f.kind, f.start, f.end, f.hard, f.text] for f in check(text).findings]


def test_both_engines_read_the_same_characters(page: Page) -> None:
    assert page.evaluate(ASK, MARKS) == [on_the_server(text) for text in MARKS]
    assert any(on_the_server(text) for text in MARKS)


PIECES = (
    *("Mohammed", "peter", "Hansen", "Storm", "knallert", "zyrbeq", "Ørsted", "AL-", "ali's", "von", "k.", "HEDDER "),
    *(
        "12",
        "0102",
        "-",
        " ",
        "\n",
        ".",
        ", ",
        "@",
        "firma.dk",
        "(15)",
        " fra 8.b",
        "AB 12 345",
        " 3. tv",
        "vej 12",
        "og ",
    ),
    *("\u0301", "\u030a", "\u200b", "👩", "١", "½", "ﬁ", "–", "«", "\t", "'", "İ", "ß", "Ж", "中"),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=20).map("".join), min_size=30, max_size=30))
def test_both_engines_find_the_same_in_any_text(page: Page, texts: list[str]) -> None:
    assert page.evaluate(ASK, texts) == [on_the_server(text) for text in texts]


def test_the_browser_is_told_only_what_the_list_of_names_holds_and_may_keep_it(page: Page) -> None:
    answer = page.request.get(page.url.replace("/login", "/assets/privacy.json"))
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["etag"]
    assert len(answer.body()) < 250_000
