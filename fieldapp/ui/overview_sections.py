"""«Overblik» section by section: released figures in, HTML out, each with its period, its number and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from babel.dates import format_date, get_day_names

from fieldapp import charts
from fieldapp.formats import number, when
from fieldapp.model import MAY_RECORD, User
from fieldapp.store.summaries import BLOCK_HOURS
from fieldapp.texts import Translator, translator
from fieldapp.usecases.overview import Overview, Row
from fieldapp.usecases.overview_release import Shown
from fieldapp.usecases.overview_sentence import (
    NO_PRESENCE,
    SHORT_HISTORY,
    STANDING,
    TOO_FEW,
    days_text,
    sentences,
)
from fieldapp.usecases.overview_trend import Week
from fieldapp.usecases.services import Services

HIDDEN = "Skjult: under 5, eller holdt tilbage, så et lille tal ikke kan regnes ud. «7+» betyder mindst 7."
HIDDEN_CELL = "· betyder skjult."
HIDDEN_WEEKS = "Uger med få observationer er vist lavere, end de er, så det normale kan ikke vises."


def sections(shown: Overview, *, name: str, user: User, services: Services) -> list[str]:
    """All sections in the order of the page."""
    _ = translator(user.language)
    parts = [_words(shown, name, user, services, _)]
    if shown.total[0] == Shown(0) and not shown.newest:
        return [*parts, _empty(user, _)]
    parts += [_trend(shown, user.language, _)]
    if shown.enough:
        parts += [_hours(shown, user.language, _)]
    parts += [_categories(shown, user, services, _)]
    if shown.enough:
        parts += [_places(shown, user.language, _)]
    return [*parts, _good(shown, user.language, _), _districts(shown, services, user.language, _), _not_yet(_)]


def _words(shown: Overview, name: str, user: User, services: Services, _: Translator) -> str:
    first, *rest = sentences(shown, name=name, catalogue=services.catalogue, language=user.language)
    quiet = [_(STANDING)]
    if shown.newest:
        moment = when(shown.newest, now=datetime.now(UTC), language=user.language)
        quiet.append(_("Seneste observation: {when}.").format(when=moment))
    if shown.held_back:
        quiet.append(_(HIDDEN))
    return (
        charts.paragraph(first, kind="lead")
        + (charts.paragraph(" ".join(rest)) if rest else "")
        + charts.paragraph(" ".join(quiet), kind="quiet")
    )


def _empty(user: User, _: Translator) -> str:
    text = _("Vælg en længere periode eller et andet distrikt.")
    if user.role in MAY_RECORD:
        text = _("Registrér den første under «Ny observation», eller vælg en længere periode.")
    return charts.paragraph(text) + charts.paragraph(_(NO_PRESENCE), kind="quiet")


def _trend(shown: Overview, language: str, _: Translator) -> str:
    head = charts.heading(_("Uge for uge"))
    if sum(week.shown.count for week in shown.weeks) < 5:
        return head + charts.paragraph(_(TOO_FEW))
    bars = [_bar(week, _) for week in shown.weeks]
    normal = shown.normal
    band = charts.Band(normal.low, normal.median, normal.high) if normal else None
    summary = _trend_words(shown, language, _)
    rows = [(_week_label(week, language, _), cell(week.shown, language, _)) for week in reversed(shown.weeks)]
    caption = _("Observationer pr. uge, nyeste øverst")
    table = charts.table([_("Uge"), _("Observationer")], rows, caption=caption)
    return (
        head
        + charts.bar_chart(bars, summary=summary, band=band, language=language)
        + charts.folded(_("Vis ugerne som tabel"), table)
    )


def _bar(week: Week, _: Translator) -> charts.Bar:
    value = week.shown.count if week.shown.exact or week.shown.count else None
    return charts.Bar(_("uge {n}").format(n=week.number), value, week.whole)


def _week_label(week: Week, language: str, _: Translator) -> str:
    pattern = _("Uge {n}, fra {day}") if week.whole else _("Uge {n}, fra {day} (ikke slut)")
    day = format_date(week.monday, "d. MMM y" if language == "da" else "d MMM y", locale=language)
    return pattern.format(n=week.number, day=day)


def _trend_words(shown: Overview, language: str, _: Translator) -> str:
    weeks = shown.weeks
    most = max(weeks, key=lambda week: week.shown.count)
    text = _("Observationer pr. uge i {n} uger, flest i uge {week}: {most}.").format(
        n=len(weeks), week=most.number, most=number(most.shown.count, language=language)
    )
    if not weeks[-1].whole:
        text += " " + _("Den sidste uge er ikke slut.")
    if shown.normal is None:
        return f"{text} {_(SHORT_HISTORY) if all(week.shown.exact for week in weeks) else _(HIDDEN_WEEKS)}"
    low, middle, high = (
        number(value, language=language, digits=0 if value >= 10 or value == int(value) else 1)
        for value in (shown.normal.low, shown.normal.median, shown.normal.high)
    )
    band = _("Det grå bånd er det normale: {low}–{high} om ugen (midten {middle}), fra {n} tidligere uger.")
    return f"{text} {band.format(low=low, high=high, middle=middle, n=shown.normal.weeks)}"


def _hours(shown: Overview, language: str, _: Translator) -> str:
    days = get_day_names("abbreviated", locale=language)
    hours = sorted({hour for _day, hour in shown.blocks})
    values = {
        (row, column): shown.blocks[column + 1, hour].count or (0 if shown.blocks[column + 1, hour].exact else None)
        for row, hour in enumerate(hours)
        for column in range(7)
    }
    caption = _n(shown, _("Observationer efter ugedag og tidspunkt, {days}, n = {n}."), language)
    if None in values.values():
        caption += " " + _(HIDDEN_CELL)
    return charts.heading(_("Ugedag og klokkeslæt")) + charts.heat_table(
        [days[day].rstrip(".") for day in range(7)],
        [f"{hour}–{hour + BLOCK_HOURS}" for hour in hours],
        values,
        caption=caption,
        corner=_("Kl."),
        hidden=_(HIDDEN),
        language=language,
    )


def _categories(shown: Overview, user: User, services: Services, _: Translator) -> str:
    columns = _columns(shown)
    seen = [row for row in shown.categories if any(one.count or one.exact for one in row.counts)]
    rows = [
        (services.catalogue[str(row.key)].label(user.language), *_cells(row, columns, user.language, _)) for row in seen
    ]
    if any(group != Shown(0) for group in shown.others):
        rows.append((_("Øvrige kategorier"), *[cell(shown.others[place], user.language, _) for place in columns]))
    total = (_("I alt vist"), *[cell(shown.total[place], user.language, _) for place in columns])
    bars = [row.counts[0].count for row in seen]
    table = charts.table(
        [_("Kategori"), *_headings(columns, _)],
        rows,
        caption=_periods(shown, _("Observationer pr. kategori. {periods}"), user.language, _),
        total=total,
        bars=bars,
    )
    return charts.heading(_("Kategorier")) + table + _began(shown, user.language, _)


def _places(shown: Overview, language: str, _: Translator) -> str:
    if not shown.places:
        return ""
    rows = [(str(row.key), cell(row.counts[0], language, _)) for row in shown.places]
    caption = _n(shown, _("Nærmeste navngivne sted, nævnt mindst to gange, {days}"), language)
    return charts.heading(_("Steder, der går igen")) + charts.table(
        [_("Sted"), _("Observationer")], rows, caption=caption, bars=[row.counts[0].count for row in shown.places]
    )


def _good(shown: Overview, language: str, _: Translator) -> str:
    head = charts.heading(_("Gode historier"))
    if not shown.good.count:
        none = _("Ingen registreret i perioden. Har du set en, så registrér den som «God historie».")
        return head + charts.paragraph(none)
    now, notes = datetime.now(UTC), []
    for point in shown.stories:
        where = _(" ved {place}").format(place=point.place) if point.place else ""
        told = when(point.observed_at, now=now, language=language)
        notes.append(f"{told[0].upper()}{told[1:]}{where}: {point.note or _('uden tekst')}")
    count = _("{n} i perioden.").format(n=cell(shown.good, language, _))
    return head + charts.paragraph(count) + (charts.bullets(notes) if notes else "")


def _districts(shown: Overview, services: Services, language: str, _: Translator) -> str:
    if not shown.districts or not shown.enough:
        return ""
    columns = _columns(shown)
    rows = [(_district_name(row, services, _), *_cells(row, columns, language, _)) for row in shown.districts]
    table = charts.table(
        [_("Distrikt"), *_headings(columns, _)],
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


def _not_yet(_: Translator) -> str:
    return charts.heading(_("Det ved vi ikke endnu")) + charts.bullets(
        [
            _(NO_PRESENCE),
            _("Steder, der skiller sig ud, og deres niveau (grøn, gul, rød) er ikke beregnet endnu."),
            _("Opfølgninger vises her, når de registreres i appen."),
        ]
    )


def cell(shown: Shown, language: str, _: Translator) -> str:
    """«23», «23+» when some are held back, «skjult» when all are."""
    if shown.exact:
        return number(shown.count, language=language)
    return f"{number(shown.count, language=language)}+" if shown.count else _("skjult")


def _cells(row: Row, columns: Sequence[int], language: str, _: Translator) -> list[str]:
    return [cell(row.counts[place], language, _) for place in columns]


def _columns(shown: Overview) -> list[int]:
    """The periods to show: those in which anything was registered at all, and only the chosen one below five."""
    first = shown.registered_since
    if not shown.enough or first is None:
        return [0]
    return [place for place, days in enumerate(shown.period.columns) if place == 0 or days.until >= first]


def _headings(columns: Sequence[int], _: Translator) -> list[str]:
    names = (_("Nu"), _("Før"), _("Året før"))
    return [names[place] for place in columns]


def _periods(shown: Overview, template: str, language: str, _: Translator) -> str:
    columns = _columns(shown)
    parts = [
        f"{name}: {days_text(shown.period.columns[place], language)}"
        for place, name in zip(columns, _headings(columns, _), strict=True)
    ]
    return template.format(periods=" · ".join(parts))


def _began(shown: Overview, language: str, _: Translator) -> str:
    first = shown.registered_since
    if first is None or all(days.since >= first for days in shown.period.columns):
        return ""
    day = format_date(first, "d. MMM y" if language == "da" else "d MMM y", locale=language)
    return charts.paragraph(_("Den ældste observation er fra {day}.").format(day=day), kind="quiet")


def _n(shown: Overview, template: str, language: str) -> str:
    count = number(shown.total[0].count, language=language)
    return template.format(days=days_text(shown.period.now, language), n=count)
