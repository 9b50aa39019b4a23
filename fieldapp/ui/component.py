"""Our own small browser components in `components/`, mounted by name: html, css and js, and a folder of more js."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime import Runtime

FOLDER = Path(__file__).resolve().parent / "components"


def component(name: str) -> Callable[..., Any]:
    """Registered at first use: Streamlit's registry belongs to the running server, which imports come before."""
    return _registered(name, id(Runtime.instance()) if Runtime.exists() else 0)


@cache
def _registered(name: str, _runtime: int) -> Callable[..., Any]:
    html, css, js = (FOLDER.joinpath(f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    js = "\n".join([js, *(path.read_text(encoding="utf-8") for path in sorted((FOLDER / name).glob("*.js")))])
    return st.components.v2.component(f"fieldapp_{name}", html=html, css=css, js=js)
