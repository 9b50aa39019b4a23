"""What the browser has told that no part of the form has read.

Streamlit sends what changes within one turn of the browser as one batch and runs only the fragment that changed first,
even where another fragment or the whole screen was meant too: a tap on a choice that leaves the note, a note restored
while the position is found.
"""

from __future__ import annotations

import streamlit as st

from fieldapp.ui.capture.state import Capture
from fieldapp.ui.gps import Fix, parse_fix
from fieldapp.ui.note import said

CHOICES = ("severity", "group_size", "age_band", "when")


def run_for_unread(capture: Capture) -> None:
    """At the end of a part: run the whole screen if this part ran alone and something else waits to be read."""
    if not capture.whole and (capture.asked or any(unread(capture) for unread in (_choice, _category, _note, _place))):
        st.rerun()


def _choice(capture: Capture) -> bool:
    keys = {name: capture.key(name) for name in CHOICES}
    told = {name: st.session_state[key] for name, key in keys.items() if key in st.session_state}
    return any((None if value == "now" else value) != capture.values.get(name) for name, value in told.items())


def _category(capture: Capture) -> bool:
    """The key of the choice says how many it offers."""
    end = capture.key("")
    keys = [key for key in st.session_state if str(key).startswith("category") and str(key).endswith(end)]
    return any(st.session_state[key] not in (None, capture.values.get("category")) for key in keys)


def _note(capture: Capture) -> bool:
    written = said(capture.note, draft=capture.id, rev=capture.note_rev, spared=capture.spared)
    return written.text != capture.note


def _place(capture: Capture) -> bool:
    fix = parse_fix(st.session_state.get("gps", {}).get("fix"))
    return isinstance(fix, Fix) and not capture.by_hand and capture.pin != (fix.lat, fix.lon)
