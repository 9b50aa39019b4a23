"""What the first visitor would otherwise wait for: the modules below the pages, loaded when the server starts."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from importlib import import_module

from fieldapp.formats import when
from fieldapp.settings import LANGUAGES, ROOT
from fieldapp.texts import translator

# What streamlit_folium imports itself.
_ITS_OWN = {"folium.plugins"}


def warm() -> None:
    """Load what pages and their parts import, and the words and dates of each language; takes a second or two."""
    for name in sorted(imports_below() | _ITS_OWN):
        import_module(name)
    for language in LANGUAGES:
        translator(language)
        when(datetime(2000, 1, 1, tzinfo=UTC), now=datetime(2001, 1, 1, tzinfo=UTC), language=language)


def imports_below() -> set[str]:
    """The modules that pages and `fieldapp.ui` name, without those of Streamlit and `fieldapp.ui` themselves.

    streamlit_folium has to wait for a visitor: a component imported outside a run is unknown to Streamlit for good.
    """
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "fieldapp" / "ui").rglob("*.py")]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name for name in named if not name.startswith(("streamlit", "fieldapp.ui"))}
