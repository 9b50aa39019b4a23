"""How often the gate stopped a text or asked about one, for those who look after its lists."""

from __future__ import annotations

import streamlit as st

from fieldapp.formats import number
from fieldapp.model import User
from fieldapp.privacy import KINDS
from fieldapp.texts import Translator
from fieldapp.ui.session import database
from fieldapp.usecases import gate_counts
from fieldapp.usecases.gate_counts import OUTCOMES

_WEEKS = 12


def gate_counts_part(reader: User, _: Translator) -> None:
    """The last weeks as a table: which kinds, what became of them; words are never kept."""
    st.header(_("Persondata i tekst"))
    st.write(
        _(
            "Så ofte er en tekst blevet stoppet, eller der er spurgt, om det er en person. Kun slags og uge tælles, "
            "aldrig ordene. Mange «ikke en person» betyder, at listerne skal rettes."
        )
    )
    with database() as db:
        found = gate_counts.counts(reader=reader, db=db)
    if not found:
        st.caption(_("Der er ikke stoppet eller spurgt om noget endnu."))
        return
    weeks = sorted({one.week for one in found}, reverse=True)[:_WEEKS]
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for one in found:
        if one.week in weeks:
            row = sums.setdefault((one.week, one.kind), dict.fromkeys(OUTCOMES, 0))
            row[one.outcome] += one.count
    with st.expander(_("Vis tallene uge for uge"), key="gate-counts"):
        st.html(_table(sums, reader.language, _))


def _table(sums: dict[tuple[str, str], dict[str, int]], language: str, _: Translator) -> str:
    """Own words and numbers only."""
    heads = [_("Uge"), _("Slags"), *(_(OUTCOMES[key]).capitalize() for key in OUTCOMES)]
    header = "".join(f'<th scope="col">{head}</th>' for head in heads)
    lines = "".join(
        f"<tr><td>{week}</td><td>{_(KINDS.get(kind, ''))}</td>"
        + "".join(f"<td>{number(row[outcome], language=language)}</td>" for outcome in OUTCOMES)
        + "</tr>"
        for (week, kind), row in sorted(sums.items(), key=lambda pair: (pair[0][0], pair[0][1]), reverse=True)
    )
    style = ".fa-gate td, .fa-gate th { text-align: left; padding: .35rem .75rem .35rem 0; white-space: nowrap; }"
    told = _("Persondata i tekst")
    return (
        f'<style>{style}</style><div class="fa-scroll" tabindex="0" role="region" aria-label="{told}"'
        f' style="overflow-x:auto"><table class="fa-gate"><thead><tr>{header}</tr></thead><tbody>{lines}</tbody>'
        "</table></div>"
    )
