"""«Om data» on the screen."""

from __future__ import annotations

import streamlit as st

from fieldapp.model import User
from fieldapp.texts import Translator
from fieldapp.ui.session import database, services_now
from fieldapp.usecases.about import facts
from fieldapp.usecases.about_html import STYLE, as_html


def about_part(user: User, _: Translator) -> None:
    """What is kept, who sees it, how long, and whom to ask."""
    with database() as db:
        known = facts(db=db, services=services_now())
    st.html(f"<style>{STYLE}</style>{as_html(known, language=user.language, _=_)}")
