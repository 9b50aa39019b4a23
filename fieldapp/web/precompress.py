"""Brotli and gzip copies of Streamlit's own files: 22 MB become 5.7. `python -m fieldapp.web.precompress` makes them.

The installed packages are only read; the copies lie in `.cache/static` beside the program, named by content, and a
server that finds none packs in haste and makes them in the background.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import brotli  # type: ignore[import-untyped]

from fieldapp.settings import ROOT
from fieldapp.web.icons import lean

CACHE = ROOT / ".cache" / "static"
PACKED = frozenset({".js", ".css", ".html", ".json", ".svg", ".map", ".ttf", ".txt", ".mjs"})
LEAST_BYTES = 400
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: bytes(brotli.compress(content, quality=11)),
    "gz": lambda content: gzip.compress(content, 9, mtime=0),
}
# For the first minutes of a new machine, while the copies are being made: a tenth larger, thirty times faster.
QUICK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: bytes(brotli.compress(content, quality=5)),
    "gz": lambda content: gzip.compress(content, 6, mtime=0),
}


def package_folder(package: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent


@cache
def sources() -> dict[str, Path]:
    """Address → file for everything of Streamlit and its map component that never changes between upgrades.

    The icon font is our small copy of it wherever that fits the installed one.
    """
    streamlit = package_folder("streamlit") / "static" / "static"
    folium = package_folder("streamlit_folium") / "frontend" / "build"
    found = {f"/static/{path.relative_to(streamlit).as_posix()}": lean(path) for path in _files(streamlit)}
    prefix = "/component/streamlit_folium.st_folium"
    return found | {f"{prefix}/{path.relative_to(folium).as_posix()}": path for path in _files(folium)}


def copy_of(path: Path, kind: str) -> Path:
    """Where the `br` or `gz` copy of a file lies."""
    return CACHE / f"{_fingerprint(path)}.{kind}"


def make(paths: Iterable[Path], *, workers: int = 1) -> int:
    """Make the copies that are missing; returns how many were made. Stopping halfway leaves whole files only."""
    wanted = [(path, kind) for kind in ("gz", "br") for path in paths if path.suffix in PACKED]
    missing = [(path, kind) for path, kind in wanted if not copy_of(path, kind).exists()]
    CACHE.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(lambda item: _make_one(*item), missing))


def first_needed() -> list[Path]:
    """All files, those the first page names itself before the others."""
    index = (package_folder("streamlit") / "static" / "index.html").read_text(encoding="utf-8")
    return sorted(sources().values(), key=lambda path: (path.name not in index, path.stat().st_size))


def _make_one(path: Path, kind: str) -> int:
    content = path.read_bytes()
    if len(content) < LEAST_BYTES:
        return 0
    target = copy_of(path, kind)
    part = target.with_suffix(f".{kind}.{os.getpid()}.part")
    part.write_bytes(PACKERS[kind](content))
    part.replace(target)
    return 1


@cache
def _fingerprint(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:32]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    made = make(first_needed(), workers=os.cpu_count() or 1)
    sys.stdout.write(f"{made} filer pakket i {CACHE}\n")
