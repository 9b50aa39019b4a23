"""The small icon font: 23 kB instead of 375, only where the installed one is the one it was made from.

`python -m data.make_icons` makes it. After an upgrade of Streamlit the installed font is served until that is run.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SMALL = FOLDER / "MaterialSymbols-Rounded.woff2"


def lean(path: Path) -> Path:
    """The small copy of this file where there is one, else the file itself."""
    if not path.name.startswith("MaterialSymbols-Rounded."):
        return path
    known = about()["original_sha256"] == sha256(path.read_bytes()).hexdigest()
    return SMALL if known and SMALL.is_file() else path


@cache
def about() -> dict[str, Any]:
    """What the small font was made from, and the names of its icons."""
    found: dict[str, Any] = json.loads((FOLDER / "icons.json").read_text(encoding="utf-8"))
    return found
