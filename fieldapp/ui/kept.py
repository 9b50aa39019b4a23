"""Half-written text of plain fields: kept in the browser's tab alone, until it is saved or its user signs out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256

import streamlit as st

from fieldapp.model import uuid7
from fieldapp.ui.component import component


def keep_text(name: str, fields: Mapping[str, str]) -> None:
    """Keep what is written in these fields (a lasting name → the widget's key now), and bring it back after a reload.

    Draw it in the same run as the fields, or without fields where there are none: it also forgets what was saved.
    """
    saved, done = st.session_state.get(_key(name), ("", []))
    owner = sha256(str(st.user.get("session")).encode()).hexdigest()[:16]
    data = {"name": name, "owner": owner, "fields": dict(fields), "saved": saved, "done": done}
    component("kept")(key=f"{_key(name)}-part", data=data)


def text_saved(name: str, fields: Iterable[str]) -> None:
    """What was written in these is saved: the next `keep_text` of this name lets the browser forget it."""
    st.session_state[_key(name)] = (uuid7(datetime.now(UTC)), list(fields))


def _key(name: str) -> str:
    return f"kept-{name}"
