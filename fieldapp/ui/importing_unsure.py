"""Notes of a file that may be about persons: shown with the words marked, and one answer for them all."""

from __future__ import annotations

from html import escape

import streamlit as st

from fieldapp.model import Observation
from fieldapp.texts import Translator
from fieldapp.ui.note import listed, marked
from fieldapp.usecases import asking, imports

_SHOWN = 50
_STYLE = (
    "<style>.fa-unsure { padding-left: 1.2rem; } .fa-unsure li { margin-bottom: .6rem; overflow-wrap: anywhere; }"
    " .fa-unsure mark { color: #3b2400; background: #ffd27a; text-decoration: underline 2px #8a4b00; }</style>"
)


def unsure_part(plan: imports.ImportPlan, _: Translator) -> imports.Soft:
    """The rows, and what becomes of their notes; they are left out unless somebody says otherwise."""
    st.header(_("Noter, der kan handle om personer"))
    st.write(_("Se dem efter. Det, der handler om en person, må ikke gemmes."))
    rows = _shown(plan)
    items = "".join(_item(number, seen, _) for number, seen in rows)
    st.html(f'{_STYLE}<ul class="fa-unsure">{items}</ul>')
    if len(plan.unsure) > len(rows):
        more = _("De første {count} vises. Alle de andre står med rækkenummer i filen, når du henter rapporten.")
        st.caption(more.format(count=len(rows)))
        st.download_button(
            _("Hent rapport over noterne"),
            imports.report_csv(plan.unsure),
            "noter.csv",
            "text/csv",
            on_click="ignore",
            key="import_unsure_report",
        )
    choices: dict[imports.Soft, str] = {
        "blank": _("Udelad noterne i disse rækker"),
        "keep": _("Det er ikke personer – gem noterne"),
    }
    chosen: imports.Soft = st.radio(
        _("Hvad skal der ske med noterne?"), list(choices), format_func=lambda one: choices[one], key="import_soft"
    )
    return chosen


def _shown(plan: imports.ImportPlan) -> list[tuple[int, Observation]]:
    found: list[tuple[int, Observation]] = []
    for batch in plan.kept.batches():
        found += [(number, seen) for number, seen in batch if number in plan.unsure_kinds]
        if len(found) >= _SHOWN:
            break
    return found[:_SHOWN]


def _item(number: int, seen: Observation, _: Translator) -> str:
    """«Række 4 · muligt navn: Ali», and the note with it marked; every word of the file is escaped."""
    found = asking.stopping(seen.note or "")
    kinds = "; ".join(f"{label}: {words}" for label, words in listed(found, _))
    parts = (f"<mark>{escape(text)}</mark>" if kind else escape(text) for text, kind in marked(seen.note or "", found))
    return f"<li><b>{escape(_('Række'))} {number}</b> · {escape(kinds)}<br>{''.join(parts)}</li>"
