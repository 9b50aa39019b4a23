"""What makes the first load and every answer quick, held without a clock: sockets, icons, early scripts, first asks."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import browsing
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from playwright.sync_api import Browser
from serving import Server, make_user, signed_in_cookie

from data.make_icons import installed, ligatures
from fieldapp.ui.warm import imports_below
from fieldapp.usecases.screens import SCREENS
from fieldapp.web import icons
from fieldapp.web.chunks import ELEMENTS, late_scripts
from fieldapp.web.nodelay import send_at_once
from fieldapp.web.precompress import package_folder

ROOT = Path(__file__).resolve().parents[1]
# An icon is one square, of its letters' size; a name that is no icon is as wide as its letters.
WIDTHS = """async (names) => {
    await document.fonts.load("24px 'Material Symbols Rounded'");
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.cssText = "font: 24px 'Material Symbols Rounded'; white-space: nowrap; position: absolute";
    return names.filter((name) => { probe.textContent = name; return Math.abs(probe.offsetWidth - 24) > 1; });
}"""


@pytest.fixture(scope="module")
def cookie(server: Server) -> str:
    return signed_in_cookie(server.database, make_user(server.database, "coordinator"))


def waits(end: socket.socket) -> bool:
    return not end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_connection_accepted_by_a_socket_made_as_streamlit_makes_its_own_sends_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        assert listening.proto == 0 and waits(listening)
        assert send_at_once() >= 1
        listening.listen()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert not waits(accepted)


def test_sockets_of_other_kinds_and_closed_ones_are_left_alone() -> None:
    left, right = socket.socketpair()
    with left, right, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, socket.socket() as unbound:
        datagrams.bind(("127.0.0.1", 0))
        send_at_once()
        assert waits(unbound)
        left.sendall(b"still open")
        assert right.recv(20) == b"still open"


def test_the_small_font_is_what_the_list_says_and_holds_every_icon_it_names() -> None:
    about = icons.about()
    assert about["sha256"] == sha256(icons.SMALL.read_bytes()).hexdigest()
    assert about["icons"] == sorted(ligatures(TTFont(icons.SMALL)))
    assert icons.SMALL.stat().st_size < 30_000
    assert (icons.FOLDER / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("Apache License")


def test_every_icon_that_streamlit_or_a_page_names_is_in_the_small_font() -> None:
    """When this fails: `python -m data.make_icons`, with the new name in its list."""
    original, named = installed()
    ours = [path for folder in ("pages", "fieldapp") for path in (ROOT / folder).rglob("*.py")]
    named |= {name for path in ours for name in re.findall(r":material/(\w+)", path.read_text(encoding="utf-8"))}
    assert (named & ligatures(TTFont(original)).keys()) - set(icons.about()["icons"]) == set()


def test_another_font_than_the_one_it_was_made_from_is_served_as_it_is(tmp_path: Path) -> None:
    original, _ = installed()
    upgraded = tmp_path / "MaterialSymbols-Rounded.new.woff2"
    upgraded.write_bytes(original.read_bytes() + b"\0")
    assert icons.lean(upgraded) == upgraded
    assert icons.lean(original) == icons.SMALL
    assert icons.lean(tmp_path / "KaTeX.woff2") == tmp_path / "KaTeX.woff2"


def test_the_icon_font_is_small_on_the_wire_and_asked_for_anew_only_when_it_has_changed(
    server: Server, cookie: str
) -> None:
    path = f"/static/media/{installed()[0].name}"
    answer = server.get(path, cookie=cookie)
    assert (answer.status, answer.headers["content-type"]) == (200, "font/woff2")
    assert answer.body == icons.SMALL.read_bytes()
    again = server.get(path, cookie=cookie, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("screen", [screen.key for screen in SCREENS])
def test_each_page_names_early_the_scripts_of_its_elements_that_are_installed(
    server: Server, cookie: str, screen: str
) -> None:
    named = re.findall(
        r'rel="modulepreload" crossorigin href="(/static/js/[^"]+)"', server.get(f"/{screen}", cookie=cookie).text
    )
    folder = package_folder("streamlit") / "static" / "static" / "js"
    assert [path for path in named if not (folder / path.rpartition("/")[2]).is_file()] == []
    assert len(named) == len(set(named))
    for element in ("Html", "PageLink", *ELEMENTS.get(screen, ())):
        assert any(path.startswith(f"/static/js/{element}.") for path in named), element


def test_what_the_start_page_names_already_is_not_named_twice_and_no_screen_is_forgotten() -> None:
    index = (package_folder("streamlit") / "static" / "index.html").read_text(encoding="utf-8")
    assert [file for file in late_scripts("ny", index) if file in index] == []
    assert ELEMENTS.keys() <= {screen.key for screen in SCREENS}


@pytest.mark.browser
@pytest.mark.parametrize("screen", ["ny", "kort", "overblik"])
def test_a_screen_opened_by_its_address_asks_for_nothing_that_is_not_there_and_for_no_script_late(
    server: Server, browser: Browser, cookie: str, screen: str
) -> None:
    with browsing.phone(browser) as context:
        browsing.sign_in(context, server.url, cookie)
        page = context.new_page()
        missing: list[str] = []
        page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
        seen = browsing.requests_of(page)
        page.goto(f"{server.url}/{screen}")
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning] h1", timeout=20_000)
        early = page.evaluate(
            "[...document.querySelectorAll('link[rel=modulepreload], script[src]')].map((e) => e.href || e.src)"
        )
        assert missing == []
        assert [url for url in seen if "/static/js/" in url and "/component/" not in url and url not in early] == []


@pytest.mark.browser
def test_every_promised_icon_is_drawn_as_one_square(server: Server, browser: Browser, cookie: str) -> None:
    with browsing.laptop(browser) as context:
        browsing.sign_in(context, server.url, cookie)
        page = context.new_page()
        page.goto(f"{server.url}/mere")
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning] h1", timeout=20_000)
        assert page.evaluate(WIDTHS, icons.about()["icons"]) == []
        assert page.evaluate(WIDTHS, ["no_such_icon"]) == ["no_such_icon"]


def test_loading_ahead_takes_the_maps_and_never_a_component_of_streamlit() -> None:
    """In a process of its own: what this one has loaded says nothing."""
    code = "import sys; from fieldapp.ui.warm import warm; warm(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert {"folium", "shapely", "numpy", "fieldapp.maps", "fieldapp.usecases.overview"} <= set(loaded.split())
    assert "streamlit_folium" not in loaded
    assert not [name for name in imports_below() if name.startswith("fieldapp.ui")]
