"""Which of Streamlit's scripts a screen asks for after the first ones, so that the browser need not find out late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fieldapp.web.precompress import package_folder

# The elements a screen begins with, by the name of their script; seen in a browser on each screen.
_ALWAYS = ("Html", "PageLink")
_FILTERS = ("Selectbox", "ButtonGroup", "Button")
ELEMENTS: dict[str, tuple[str, ...]] = {
    "ny": ("ButtonGroup", "BidiComponent", "ComponentInstance", "Button"),
    "kort": ("ComponentInstance", *_FILTERS),
    "overblik": ("Selectbox", "BidiComponent"),
    "mere": ("Radio", "Button"),
}
_IMPORT = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")


def late_scripts(screen: str, index: str) -> list[str]:
    """File names of what the screen's elements need and Streamlit's start page `index` does not name, in a fixed order.

    Read from the installed files; an element that an upgrade has renamed is left out.
    """
    wanted = [file for name in (*_ALWAYS, *ELEMENTS.get(screen, ())) for file in _called(name)]
    seen: dict[str, None] = {}
    while wanted:
        file = wanted.pop(0)
        if file not in seen and f"/{file}" not in index:
            seen[file] = None
            wanted.extend(_imported(file))
    return list(seen)


def _called(name: str) -> Iterator[str]:
    return (path.name for path in sorted(_folder().glob(f"{name}.*.js")))


@cache
def _imported(file: str) -> tuple[str, ...]:
    """What a script needs before it can start; what it loads by itself later is not among them."""
    path = _folder() / file
    return tuple(_IMPORT.findall(path.read_text(encoding="utf-8"))) if path.is_file() else ()


def _folder() -> Path:
    return package_folder("streamlit") / "static" / "static" / "js"
