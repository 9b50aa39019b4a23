"""«Overblik»: the follow-ups in one line of links, and by district in a table."""

from __future__ import annotations

import streamlit as st

from fieldapp import charts
from fieldapp.formats import number
from fieldapp.model import User
from fieldapp.settings import ROOT
from fieldapp.texts import translator
from fieldapp.usecases.overview import danish
from fieldapp.usecases.overview_tasks import Tasks, together
from fieldapp.usecases.services import Services

PAGE = ROOT / "pages" / "opfoelgning.py"


def tasks_line(found: dict[str | None, Tasks], *, district: str | None, user: User) -> None:
    """«Opfølgning: 12 åbne opgaver», «3 over fristen», «2 skal ses i marken», each leading to those it names."""
    _ = translator(user.language)
    every = together(found)
    where = {"district": district} if district else {}
    counted: tuple[tuple[int, str, str, dict[str, str]], ...] = (
        (every.open, _("Opfølgning: 1 åben opgave"), _("Opfølgning: {n} åbne opgaver"), {}),
        (every.late, _("1 over fristen"), _("{n} over fristen"), {"late": "1"}),
        (every.look, _("1 skal ses i marken"), _("{n} skal ses i marken"), {"show": "look"}),
    )
    with st.container(key="overblik-opgaver", horizontal=True, gap="small"):
        for count, alone, several, asked in counted:
            if count or not asked:
                told = alone if count == 1 else several.format(n=number(count, language=user.language))
                st.page_link(PAGE, label=told, query_params=where | asked, width="content")


def tasks_section(found: dict[str | None, Tasks], *, user: User, services: Services) -> str:
    """The table by district; nothing while no follow-up is open or all are of one district."""
    _ = translator(user.language)
    if len(found) < 2:
        return ""
    keys = sorted(found, key=lambda key: (key is None, danish(services.district_name(key))))
    rows = [(services.district_name(key) or _("Uden distrikt"), *_cells(found[key], user.language)) for key in keys]
    heads = [_("Distrikt"), _("Åbne"), _("Over fristen")]
    caption = _("Åbne opgaver lige nu, uanset periode")
    total = (_("I alt"), *_cells(together(found), user.language))
    return charts.heading(_("Opfølgning")) + charts.table(heads, rows, caption=caption, total=total)


def _cells(one: Tasks, language: str) -> list[str]:
    return [number(count, language=language) for count in (one.open, one.late)]
