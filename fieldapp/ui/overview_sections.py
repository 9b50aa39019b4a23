"""«Overblik» section by section: released figures in, HTML out, each with its period, its number and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from babel.dates import format_date

from fieldapp import charts
from fieldapp.formats import number, when
from fieldapp.model import MAY_RECORD, User
from fieldapp.texts import Translator, translator
from fieldapp.ui.moments import moment
from fieldapp.ui.overview_groups import groups_section
from fieldapp.ui.overview_presence import (
    funnel_section,
    hours_section,
    parameters_section,
    presence_section,
    year_section,
)
from fieldapp.ui.overview_tasks import tasks_section
from fieldapp.usecases.overview import Overview, Row
from fieldapp.usecases.overview_compare import Verdict
from fieldapp.usecases.overview_presence import Presence
from fieldapp.usecases.overview_sentence import (
    SHORT_HISTORY,
    STANDING,
    TOO_FEW,
    days_text,
    sentences,
)
from fieldapp.usecases.overview_tasks import Tasks
from fieldapp.usecases.overview_trend import Week
from fieldapp.usecases.services import Services

# So many rows of a long table stand open; a phone's page is long enough.
FIRST = 6
ONE_BY_ONE = "Tallene rummer kun det, du ser enkeltvis; det øvrige står for sig under «Vist i grupper»."


def sections(
    shown: Overview, found: Presence, tasks: dict[str | None, Tasks], *, user: User, services: Services
) -> list[str]:
    """All sections below the map, in the order of the page."""
    _ = translator(user.language)
    parts = [_trend(shown, user.language, _), hours_section(shown, found, user.language)]
    parts += [_categories(shown, user, services, _)]
    parts += [groups_section(shown, user.language, services)] if shown.groups else []
    parts += [_places(shown, user.language, _)] if shown.enough else []
    parts += [presence_section(shown, found, user.language), _good(shown, user.language, _)]
    parts += [year_section(found, user.language)]
    parts += [funnel_section(found.funnel, services, user.language)] if found.funnel else []
    parts += [_districts(shown, services, user.language, _), tasks_section(tasks, user=user, services=services)]
    return [*parts, parameters_section(user.language)]


def nothing(shown: Overview) -> bool:
    """Is there nothing to show at all, in no period?"""
    return not shown.total[0] and not shown.newest


def empty_sections(shown: Overview, user: User, services: Services) -> list[str]:
    """What stands there instead: the groups, where there are such, and what to do next."""
    groups = [groups_section(shown, user.language, services)] if shown.groups else []
    return [*groups, _empty(user, translator(user.language))]


def words_section(shown: Overview, told: Sequence[str], *, name: str, user: User, services: Services) -> str:
    """The answer in words: how things are, what stands out, and what the numbers cannot say."""
    _ = translator(user.language)
    first, *rest = sentences(shown, name=name, catalogue=services.catalogue, language=user.language)
    quiet = [_(STANDING)]
    if shown.newest:
        newest = when(shown.newest, now=datetime.now(UTC), language=user.language)
        quiet.append(_("Seneste observation: {when}.").format(when=newest))
    if shown.groups:
        quiet.append(_(ONE_BY_ONE))
    return (
        charts.paragraph(first, kind="lead")
        + charts.paragraph(" ".join([*_before(shown, user.language, _), *rest]))
        + (charts.paragraph(told[0]) if told else "")
        + (charts.bullets(told[1:]) if told[1:] else "")
        + charts.paragraph(" ".join(quiet), kind="quiet")
    )


def _before(shown: Overview, language: str, _: Translator) -> list[str]:
    """What the difference is a difference from, where it is told of."""
    if shown.judgement.verdict not in (Verdict.MORE, Verdict.FEWER, Verdict.ALIKE) or shown.judgement.usual:
        return []
    return [_("I perioden før: {n}.").format(n=number(shown.total[1], language=language))]


def _empty(user: User, _: Translator) -> str:
    text = _("Vælg en længere periode eller et andet distrikt.")
    if user.role in MAY_RECORD:
        text = _("Registrér den første under «Ny observation», eller vælg en længere periode.")
    return charts.paragraph(text)


def _trend(shown: Overview, language: str, _: Translator) -> str:
    head = charts.heading(_("Uge for uge"))
    if sum(week.count for week in shown.weeks) < 5:
        return head + charts.paragraph(_(TOO_FEW))
    bars = [_bar(week, _) for week in shown.weeks]
    normal = shown.normal
    band = charts.Band(normal.low, normal.median, normal.high) if normal else None
    summary = _trend_words(shown, language, _)
    rows = [(_week_label(week, language, _), number(week.count, language=language)) for week in reversed(shown.weeks)]
    caption = _("Observationer pr. uge, nyeste øverst")
    table = charts.table([_("Uge"), _("Observationer")], rows, caption=caption)
    return (
        head
        + charts.bar_chart(bars, summary=summary, band=band, language=language)
        + charts.folded(_("Vis ugerne som tabel"), table)
    )


def _bar(week: Week, _: Translator) -> charts.Bar:
    return charts.Bar(_("uge {n}").format(n=week.number), week.count, week.whole)


def _week_label(week: Week, language: str, _: Translator) -> str:
    pattern = _("Uge {n}, fra {day}") if week.whole else _("Uge {n}, fra {day} (ikke slut)")
    day = format_date(week.monday, "d. MMM y" if language == "da" else "d MMM y", locale=language)
    return pattern.format(n=week.number, day=day)


def _trend_words(shown: Overview, language: str, _: Translator) -> str:
    weeks = shown.weeks
    most = max(weeks, key=lambda week: week.count)
    text = _("Observationer pr. uge i {n} uger, flest i uge {week}: {most}.").format(
        n=len(weeks), week=most.number, most=number(most.count, language=language)
    )
    if not weeks[-1].whole:
        text += " " + _("Den sidste uge er ikke slut.")
    if shown.normal is None:
        return f"{text} {_(SHORT_HISTORY)}"
    low, middle, high = (
        number(value, language=language, digits=0 if value >= 10 or value == int(value) else 1)
        for value in (shown.normal.low, shown.normal.median, shown.normal.high)
    )
    band = _("Det grå bånd er det normale: {low}–{high} om ugen (midten {middle}), fra {n} tidligere uger.")
    return f"{text} {band.format(low=low, high=high, middle=middle, n=shown.normal.weeks)}"


def _categories(shown: Overview, user: User, services: Services, _: Translator) -> str:
    columns = columns_of(shown)
    rows = [
        (services.catalogue[str(row.key)].label(user.language), *_cells(row.counts, columns, user.language))
        for row in shown.categories
    ]
    heads = [_("Kategori"), *headings(columns, _)]
    caption = _periods(shown, _("Observationer pr. kategori. {periods}"), user.language, _)
    total = (_("I alt"), *_cells(shown.total, columns, user.language))
    bars = [row.counts[0] for row in shown.categories]
    table = _long_table(heads, rows, caption, bars, _("{n} kategorier mere"), total)
    return charts.heading(_("Kategorier")) + table + _began(shown, user.language, _)


def _places(shown: Overview, language: str, _: Translator) -> str:
    if not shown.places:
        return ""
    rows = [(str(row.key), *_cells(row.counts, [0], language)) for row in shown.places]
    caption = _n(shown, _("Nærmeste navngivne sted, nævnt mindst to gange, {days}"), language)
    bars = [row.counts[0] for row in shown.places]
    table = _long_table([_("Sted"), _("Observationer")], rows, caption, bars, _("{n} steder mere"))
    return charts.heading(_("Steder, der går igen")) + table


def _long_table(
    heads: list[str], rows: list[tuple[str, ...]], caption: str, bars: list[int], more: str, total: tuple[str, ...] = ()
) -> str:
    """The first rows open, the rest behind a line named by `more`; on paper all."""
    if len(rows) <= FIRST + 1:
        return charts.table(heads, rows, caption=caption, total=total, bars=bars)
    first = charts.table(heads, rows[:FIRST], caption=caption, total=total, bars=bars[:FIRST])
    rest = rows[FIRST:]
    title = more.format(n=len(rest))
    return first + charts.folded(title, charts.table(heads, rest, caption=title), printed=True)


def _good(shown: Overview, language: str, _: Translator) -> str:
    head = charts.heading(_("Gode historier"))
    if not shown.good:
        none = _("Ingen registreret i perioden. Har du set en, så registrér den som «God historie».")
        return head + charts.paragraph(none)
    now, notes = datetime.now(UTC), []
    for point in shown.stories:
        where = _(" ved {place}").format(place=point.place) if point.place else ""
        told = moment(point, now=now, language=language)
        notes.append(f"{told[0].upper()}{told[1:]}{where}: {point.note or _('uden tekst')}")
    count = _("{n} i perioden.").format(n=number(shown.good, language=language))
    return head + charts.paragraph(count) + (charts.bullets(notes) if notes else "")


def _districts(shown: Overview, services: Services, language: str, _: Translator) -> str:
    if not shown.districts or not shown.enough:
        return ""
    columns = columns_of(shown)
    rows = [(_district_name(row, services, _), *_cells(row.counts, columns, language)) for row in shown.districts]
    table = charts.table(
        [_("Distrikt"), *headings(columns, _)],
        rows,
        caption=_periods(shown, _("Observationer pr. distrikt. {periods}"), language, _),
    )
    note = _("Tallene siger ikke, hvilket distrikt der sker mest i: de afhænger af, hvor nogen har været til stede.")
    return charts.heading(_("Alle distrikter")) + charts.paragraph(note) + table


def _district_name(row: Row, services: Services, _: Translator) -> str:
    if row.key is None:
        return _("Uden for kommunen")
    district = services.districts.by_id(row.key)
    return district.name if district else row.key


def _cells(counts: Sequence[int], columns: Sequence[int], language: str) -> list[str]:
    return [number(counts[place], language=language) for place in columns]


def columns_of(shown: Overview) -> list[int]:
    """The periods to show: those in which anything was registered at all, and only the chosen one below five."""
    first = shown.registered_since
    if not shown.enough or first is None:
        return [0]
    return [place for place, days in enumerate(shown.period.columns) if place == 0 or days.until >= first]


def headings(columns: Sequence[int], _: Translator) -> list[str]:
    """The names of these period columns."""
    names = (_("Nu"), _("Før"), _("Året før"))
    return [names[place] for place in columns]


def _periods(shown: Overview, template: str, language: str, _: Translator) -> str:
    columns = columns_of(shown)
    parts = [
        f"{name}: {days_text(shown.period.columns[place], language)}"
        for place, name in zip(columns, headings(columns, _), strict=True)
    ]
    return template.format(periods=" · ".join(parts))


def _began(shown: Overview, language: str, _: Translator) -> str:
    first = shown.registered_since
    if first is None or all(days.since >= first for days in shown.period.columns):
        return ""
    day = format_date(first, "d. MMM y" if language == "da" else "d MMM y", locale=language)
    return charts.paragraph(_("Den ældste observation er fra {day}.").format(day=day), kind="quiet")


def _n(shown: Overview, template: str, language: str) -> str:
    count = number(shown.total[0], language=language)
    return template.format(days=days_text(shown.period.now, language), n=count)
