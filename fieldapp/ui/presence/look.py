"""The screen's own style, and what is said about how hours are used."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from fieldapp.texts import N_, Translator
from fieldapp.ui.session import database
from fieldapp.usecases import retention

PRESENCE_CSS = Path(__file__).resolve().parent / "presence.css"
_HOW = (
    N_("Timerne bruges til at se, hvor vi er, og hvor ofte noget sker pr. time. De bruges ikke til at måle kolleger."),
    N_("Kun du ser dine egne tider. Holdets timer vises kun, når mindst tre er med, og altid som hele timer."),
    N_("Dit område gemmes som felter på 250 × 250 m. Appen gemmer aldrig en rute."),
    N_("Efter {months} måneder fjernes, hvem der var hvor. Timerne pr. felt og dag bliver stående uden navn."),
)


def how_part(_: Translator) -> None:
    """Folded: who sees what."""
    with st.expander(_("Hvem ser mine timer?")):
        with database() as db:
            months = retention.show(db=db).months["presence"]
        for line in range(len(_HOW)):
            st.write(_(_HOW[line]).format(months=months))
