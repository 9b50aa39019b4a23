"""The house and its rooms: who may import whom, read from the source. docs/architecture.md says why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Lowest first; a room sees itself and the floors below, never its neighbours on the same floor.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"fieldapp", "failures", "failures_walks", "errors", "texts", "formats", "locales", "db"}),
    frozenset({"model"}),
    frozenset({"geo"}),
    frozenset({"hotspots", "evaluation", "privacy"}),
    frozenset({"settings", "store", "districts", "places", "images", "faces", "maps", "charts", "reports"}),
    frozenset({"usecases"}),
    frozenset({"web", "ui", "cli"}),
    frozenset({"pages", "app", "__main__"}),
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Where a library may be named: rooms, or single files.
LIBRARIES: dict[str, frozenset[str]] = {
    "streamlit": frozenset({"ui", "pages", "app"}),
    "streamlit_folium": frozenset({"fieldapp/ui/mapview.py"}),
    "folium": frozenset({"maps"}),
    "branca": frozenset({"maps"}),
    "sqlite3": frozenset({"store", "db"}),
    "pysqlite3": frozenset({"store", "db"}),
    "sqlite_utils": frozenset({"store", "db"}),
    "starlette": frozenset({"web", "app"}),
    "uvicorn": frozenset({"web", "app"}),
    "geopy": frozenset({"geo", "places"}),
    "PIL": frozenset({"images", "reports"}),
    "weasyprint": frozenset({"reports"}),
    "jinja2": frozenset({"reports"}),
    "cv2": frozenset({"faces"}),
    "argon2": frozenset({"usecases"}),
}

# Below the use cases nothing looks at the clock, the environment or the network; they are passed in.
PASSED_IN = frozenset({"datetime.now", "datetime.utcnow", "date.today", "time.time", "os.environ", "os.getenv"})
PASSED_IN_MODULES = frozenset({"requests", "httpx", "urllib.request", "http.client", "socket"})


def room_of(file: str) -> str:
    """`fieldapp/store/audit.py` → store; `pages/kort.py` → pages; `app.py` → app; `fieldapp/errors.py` → errors."""
    parts = Path(file).with_suffix("").parts
    if parts[0] == "fieldapp" and len(parts) > 1:
        return "fieldapp" if parts[1] == "__init__" else parts[1]
    return parts[0]


def imports(source: str, file: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a file imports, relative imports resolved."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = (
                list(Path(file).parent.parts)[: len(Path(file).parent.parts) - node.level + 1] if node.level else []
            )
            base = ".".join([*package, *([node.module] if node.module else [])])
            if base == "fieldapp":
                yield from ((node.lineno, f"fieldapp.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, base


def faults(source: str, file: str) -> list[str]:
    """One sentence for each import that breaks the rules."""
    return [f"{file}:{line} {why}" for line, name in imports(source, file) if (why := _why_not(file, name))]


def _why_not(file: str, name: str) -> str | None:
    top, _, rest = name.partition(".")
    room = room_of(file)
    if top in LIBRARIES and not LIBRARIES[top] & {room, file}:
        return f"imports {top}, which only {', '.join(sorted(LIBRARIES[top]))} may"
    if top in {"pages", "app"} and room != top:
        return f"imports {top}, which is at the top"
    target = _target(top, rest)
    if target is None or target == room:
        return None
    if target not in FLOOR_OF:
        return f"imports {name}, which has no floor in FLOORS"
    if room == "db" or (FLOOR_OF[target] >= FLOOR_OF[room] and FLOOR_OF[target] > 0):
        return f"imports {name}, which is not below {room}"
    return None


def _target(top: str, rest: str) -> str | None:
    if top == "db":
        return "db"
    if top != "fieldapp":
        return None
    first = rest.partition(".")[0]
    return "fieldapp" if first in {"", "__version__"} else first


def outside_reached(source: str, file: str) -> list[str]:
    """Clock, environment and network in a room below the use cases."""
    if FLOOR_OF[room_of(file)] >= FLOOR_OF["usecases"]:
        return []
    named = [
        f"{file}:{node.lineno} {text}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and (text := ast.unparse(node)) in PASSED_IN
    ]
    return named + [f"{file}:{line} {name}" for line, name in imports(source, file) if name in PASSED_IN_MODULES]


def source_files() -> list[str]:
    found = [*ROOT.glob("fieldapp/**/*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("app.py"), *ROOT.glob("db/*.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def _read(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def test_every_import_goes_down_and_every_library_stays_in_its_room() -> None:
    assert [fault for file in source_files() for fault in faults(_read(file), file)] == []


def test_nothing_below_the_use_cases_looks_at_the_clock_the_environment_or_the_network() -> None:
    assert [fault for file in source_files() for fault in outside_reached(_read(file), file)] == []


def test_every_room_stands_on_a_floor() -> None:
    assert {room_of(file) for file in source_files()} - FLOOR_OF.keys() == set()


def test_there_is_something_to_read() -> None:
    assert {"fieldapp/errors.py", "fieldapp/store/connection.py", "db/migrations.py"} <= set(source_files())


@pytest.mark.parametrize(
    ("file", "source", "word"),
    [
        ("fieldapp/store/audit.py", "from fieldapp.usecases import browse", "not below store"),
        ("fieldapp/store/audit.py", "from fieldapp.places import find", "not below store"),
        ("fieldapp/usecases/browse.py", "import fieldapp.ui.mapview", "not below usecases"),
        ("fieldapp/usecases/browse.py", "from fieldapp import web", "not below usecases"),
        ("fieldapp/web/api.py", "from fieldapp.ui import chrome", "not below web"),
        ("fieldapp/cli/serve.py", "from ..web import gate", "not below cli"),
        ("fieldapp/model.py", "def f():\n    from fieldapp.geo import distance", "not below model"),
        ("fieldapp/errors.py", "from fieldapp.model import Role", "not below errors"),
        ("fieldapp/ui/chrome.py", "import pages.ny", "at the top"),
        ("fieldapp/web/api.py", "import streamlit as st", "imports streamlit"),
        ("fieldapp/web/api.py", "from fieldapp.cellar import wine", "no floor"),
        ("fieldapp/ui/chrome.py", "from streamlit_folium import st_folium", "imports streamlit_folium"),
        ("pages/kort.py", "import folium.plugins", "imports folium"),
        ("pages/kort.py", "import sqlite3", "imports sqlite3"),
        ("fieldapp/usecases/browse.py", "from sqlite_utils import Database", "imports sqlite_utils"),
        ("fieldapp/usecases/browse.py", "from starlette.responses import Response", "imports starlette"),
        ("db/migrations.py", "from fieldapp.errors import Problem", "not below db"),
    ],
)
def test_a_bad_import_is_found(file: str, source: str, word: str) -> None:
    assert [word in fault for fault in faults(source, file)] == [True]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (
            "fieldapp/store/audit.py",
            "import sqlite3\nfrom fieldapp.errors import Problem\nfrom .connection import opened",
        ),
        ("fieldapp/texts.py", "from fieldapp.errors import Problem"),
        ("fieldapp/web/api.py", "from fieldapp.usecases import browse\nfrom starlette.routing import Route"),
        ("fieldapp/ui/mapview.py", "from streamlit_folium import st_folium\nfrom fieldapp import __version__"),
        ("pages/kort.py", "import streamlit as st\nfrom fieldapp.ui import chrome"),
    ],
)
def test_a_good_import_passes(file: str, source: str) -> None:
    assert faults(source, file) == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import os\nos.environ['HOME']",
        "import urllib.request",
        "import socket",
    ],
)
def test_a_look_outside_is_found_below_the_use_cases_only(source: str) -> None:
    assert len(outside_reached(source, "fieldapp/store/audit.py")) == 1
    assert outside_reached(source, "fieldapp/usecases/browse.py") == []
