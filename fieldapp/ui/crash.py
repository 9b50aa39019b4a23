"""What a page says when it stops on something nobody caught: a sentence for the user, type and place for the log."""

from __future__ import annotations

import logging

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.ui.session import settings_now

log = logging.getLogger("fieldapp.ui")


def on_script_error(crash: Exception) -> bool:
    """Show it in Danish; the exception's own words stay out of the log, for they can hold what a user typed."""
    problem = crash if isinstance(crash, Problem) else Problem("unexpected")
    if problem is not crash:
        log.error("%s at %s", type(crash).__name__, _place(crash))
    st.error(problem.text(settings_now().language))
    return True


def _place(crash: Exception) -> str:
    place = crash.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
