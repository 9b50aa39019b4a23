"""The look that several screens share."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitInvalidLayoutContextError

SCREENS_CSS = Path(__file__).resolve().parent / "screens.css"


def rerun_part() -> None:
    """Run the surrounding fragment again, or the whole screen when it is the screen that runs."""
    try:
        st.rerun(scope="fragment")
    except StreamlitInvalidLayoutContextError:
        st.rerun()
