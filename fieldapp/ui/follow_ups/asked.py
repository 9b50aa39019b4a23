"""The gate's question beside a form of tasks."""

from __future__ import annotations

import streamlit as st

from fieldapp.texts import Translator
from fieldapp.ui.note import listed
from fieldapp.ui.plain import plain
from fieldapp.usecases import asking


def answered(text: str, key: str, _: Translator) -> bool:
    """Draw what the gate stops in the text, if anything; True in the run in which it is said to be no person."""
    found = asking.stopping(text)
    if not found:
        return False
    told = "; ".join(f"{label}: {words}" for label, words in listed(found, _))
    texts, hard = asking.question_texts(_), any(one.hard for one in found)
    st.warning(f"{texts['refused' if hard else 'question']} {plain(told)}")
    return not hard and st.button(texts["not_a_person"], key=key, width="stretch")
