"""What a page says when it stops on something nobody caught; type and place are in the log by then."""

from __future__ import annotations

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.ui.session import settings_now


def on_script_error(crash: Exception) -> bool:
    """Show it as a sentence instead of Streamlit's own English box."""
    problem = crash if isinstance(crash, Problem) else Problem("unexpected")
    st.error(problem.text(settings_now().language))
    return True
