"""Runs every `bench_*` module here: prints its table and writes `bench/results/<name>.json`.

`python -m bench` runs all, `python -m bench districts pages` only those. A module has `run() -> dict`, from the name
of a measurement to its figures (numbers, texts or one more level of them).
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bench

RESULTS = Path(__file__).resolve().parent / "results"
PREFIX = "bench_"


def names() -> list[str]:
    """The benches there are, without their prefix."""
    found = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return sorted(name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX))


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def table(title: str, figures: Mapping[str, Any]) -> str:
    """The figures as aligned text; measurements of the same things stand side by side."""
    lines = [title, "-" * len(title)]
    for name, value in figures.items():
        nested = isinstance(value, Mapping) and any(isinstance(inner, Mapping) for inner in value.values())
        lines += ["", f"{name}:", *_grid(value)] if nested else [f"{name}: {_cell(value)}"]
    return "\n".join([*lines, ""])


def _grid(columns: Mapping[str, Any]) -> list[str]:
    """One column an entry, one row a measurement."""
    as_maps = {str(name): value if isinstance(value, Mapping) else {"": value} for name, value in columns.items()}
    rows = list(dict.fromkeys(str(row) for column in as_maps.values() for row in column))
    left = max(len(row) for row in rows)
    lines = [" " * left + "".join(f"{name:>14}" for name in as_maps)]
    for row in rows:
        cells = ({str(key): value for key, value in column.items()}.get(row, "") for column in as_maps.values())
        lines.append(f"{row:<{left}}" + "".join(f"{_cell(cell):>14}" for cell in cells))
    return lines


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return "   ".join(f"{name} {_cell(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_cell(inner) for inner in value)
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def main(wanted: list[str]) -> int:
    """Run the benches named, or all; 2 where a name is unknown."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"No such bench: {', '.join(unknown)}. There are: {', '.join(names())}", file=sys.stderr)
        return 2
    RESULTS.mkdir(exist_ok=True)
    for name in wanted or names():
        surroundings = machine()
        figures = importlib.import_module(f"bench.{PREFIX}{name}").run()
        print(table(name, figures), flush=True)
        text = json.dumps({"machine": surroundings, "figures": figures}, indent=2, ensure_ascii=False, default=float)
        (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
