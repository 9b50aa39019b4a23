"""«Vist i grupper»: the part of «Overblik» about what the reader does not see one by one."""

from __future__ import annotations

from fieldapp import charts
from fieldapp.formats import number
from fieldapp.model import Kind
from fieldapp.texts import Translator, translator
from fieldapp.usecases.overview import Overview
from fieldapp.usecases.overview_groups import Group
from fieldapp.usecases.overview_sentence import GROUPS_ONLY, group_sentences, months_text
from fieldapp.usecases.services import Services

UNTOLD = {
    Kind.PLACE: "Steder, flere kategorier",
    Kind.PEOPLE: "Adfærd, flere kategorier",
    Kind.GOOD: "Gode historier, flere kategorier",
}
COLUMNS = ("Nu", "Før", "Året før")


def groups_section(shown: Overview, language: str, services: Services) -> str:
    """Whole months of it as a table, at least so many each; the rule and what is left out beside it."""
    _ = translator(language)
    head = charts.heading(_("Vist i grupper")) + charts.paragraph(_(GROUPS_ONLY))
    groups = shown.groups
    if groups is None or not groups.rows:
        return head + "".join(charts.paragraph(sentence) for sentence in group_sentences(groups, language))
    places = [(place, days) for place, days in enumerate(groups.months) if days]
    rows = [
        (_label(row, services, language, _), *(_cell(row.counts[place], language, _) for place, _d in places))
        for row in groups.rows
    ]
    periods = " · ".join(f"{_(COLUMNS[place])}: {months_text(days, language)}" for place, days in places)
    table = charts.table(
        [_("Kategori"), *(_(COLUMNS[place]) for place, _d in places)],
        rows,
        caption=_("Mindst så mange. {periods}").format(periods=periods),
    )
    return head + table


def _label(row: Group, services: Services, language: str, _: Translator) -> str:
    return services.catalogue[row.category].label(language) if row.category else _(UNTOLD[row.kind])


def _cell(count: int, language: str, _: Translator) -> str:
    return f"{number(count, language=language)}+" if count else _("for få")
