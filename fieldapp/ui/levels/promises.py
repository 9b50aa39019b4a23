"""«Lovet og gjort» on «Tilstedeværelse»: this week's visits to each hotspot, as sums of the team, never by name."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp import charts
from fieldapp.model import User
from fieldapp.model.levels import LEVEL_NAMES, SHAPES
from fieldapp.texts import translator
from fieldapp.ui.levels.drawing import STYLE
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import levels
from fieldapp.usecases.levels_words import category_text, place_text, promise_text


def promises(user: User) -> None:
    """What is promised and done this week, place by place; nothing where there are no hotspots."""
    _ = translator(user.language)
    services, now = services_now(), datetime.now(UTC)
    with database() as db:
        cards = levels.board(reader=user, db=db, services=services, now=now)
    shown = [card for card in cards if card.promises and (not user.districts or user.covers(card.hotspot.district))]
    if not shown:
        return
    rows = [
        (
            " · ".join(text(card.hotspot, services, user.language) for text in (place_text, category_text)),
            f"{SHAPES[card.level]} {_(LEVEL_NAMES[card.level])}",
            promise_text(card.promises[0], user.language),
        )
        for card in sorted(shown, key=lambda card: -card.promises[0].missing)
    ]
    table = charts.table(
        [_("Sted"), _("Niveau"), _("Besøg")],
        rows,
        caption=_("Alles besøg på mindst 10 minutter lagt sammen. Flest manglende besøg øverst."),
    )
    st.html(
        f"<style>{STYLE} .fa-promises td {{white-space: normal !important}}</style>"
        + charts.page(
            charts.heading(_("Lovet og gjort i denne uge")),
            f'<div class="fa-promises">{table}</div>',
        )
    )
