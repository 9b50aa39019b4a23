"""What is typed, laid in the page as data: when the line drops, the phone takes it along to the offline page."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import streamlit as st

from fieldapp.ui.capture.state import Capture

PLACE = ("lat", "lon", "accuracy_m", "position_source", "district_choice")
CHOICES = ("when", "observed_at", "severity", "group_size", "age_band")


def carry(capture: Capture, *names: str) -> None:
    """These fields of the form, out of sight; each part that can run alone lays out its own."""
    _lay({"id": capture.id} | {name: capture.values.get(name) for name in names})


def carry_note(capture: Capture) -> None:
    """The note, and the words in it that are said to be no person."""
    _lay({"note": capture.note, "spared": sorted(capture.spared)})


def _lay(said: dict[str, Any]) -> None:
    told = {name: value for name, value in said.items() if value not in (None, "", [])}
    st.html(f'<span class="fa-carry" data-carry="{escape(json.dumps(told), quote=True)}"></span>')
