"""«Overblik» per hour of presence: weekday and hour, where we are, this year against last, districts and limits."""

from __future__ import annotations

from babel.dates import get_day_names

from fieldapp import charts, hotspots
from fieldapp.formats import number
from fieldapp.hotspots.parameters import MEANINGS
from fieldapp.texts import Translator, translator
from fieldapp.usecases.overview import Overview
from fieldapp.usecases.overview_presence import BLOCK_HOURS, Block, Blocks, Dot, Funnel, Presence
from fieldapp.usecases.overview_presence_words import (
    presence_sentence,
    side_of,
    side_text,
    year_sentences,
)
from fieldapp.usecases.overview_sentence import days_text
from fieldapp.usecases.services import Services

PER_HOURS = 10
HOURS = range(0, 24, BLOCK_HOURS)
NO_VISIT, TOO_FEW = "–", "·"


def hours_section(shown: Overview, found: Presence, language: str) -> str:
    """Situations per ten hours by weekday and hour, and the plain counts of the period behind a line."""
    _ = translator(language)
    head = charts.heading(_("Ugedag og klokkeslæt"))
    counts = _count_table(shown, language, _) if shown.enough else ""
    if found.blocks is None:
        none = _("Der er ikke timer nok til at vise situationer pr. time.")
        return head + charts.paragraph(none) + counts
    return (
        head
        + _rate_table(found.blocks, language, _)
        + (charts.folded(_("Vis antal i perioden"), counts) if counts else "")
    )


def _rate_table(found: Blocks, language: str, _: Translator) -> str:
    caption = _(
        "Situationer pr. 10 timers tilstedeværelse, {days}. «–»: ingen besøg. «·»: under 2 timer eller under 5"
        " situationer."
    )
    values = {(row, day): _cell(found.cells[day + 1, hour]) for row, hour in enumerate(HOURS) for day in range(7)}
    return _week_table(values, caption.format(days=days_text(found.days, language)), 1, language, _)


def _cell(block: Block) -> float | str:
    if block.hours == 0:
        return NO_VISIT
    return TOO_FEW if block.rate is None else PER_HOURS * block.rate


def _count_table(shown: Overview, language: str, _: Translator) -> str:
    values: dict[tuple[int, int], float | str] = {
        (row, day): shown.blocks[day + 1, hour] for row, hour in enumerate(HOURS) for day in range(7)
    }
    caption = _("Observationer efter ugedag og tidspunkt, {days}, n = {n}.").format(
        days=days_text(shown.period.now, language), n=number(shown.total[0], language=language)
    )
    return _week_table(values, caption, 0, language, _)


def _week_table(
    values: dict[tuple[int, int], float | str], caption: str, digits: int, language: str, _: Translator
) -> str:
    days = get_day_names("abbreviated", locale=language)
    return charts.heat_table(
        [days[day].rstrip(".") for day in range(7)],
        [f"{hour}–{hour + BLOCK_HOURS}" for hour in HOURS],
        values,
        caption=caption,
        corner=_("Kl."),
        digits=digits,
        language=language,
    )


def presence_section(shown: Overview, found: Presence, language: str) -> str:
    """How much we were there, and where."""
    _ = translator(language)
    head = charts.heading(_("Tilstedeværelse")) + charts.paragraph(presence_sentence(found, language))
    if not found.areas:
        return head
    rows = [(name or _("Andre steder"), _hours(hours, language)) for name, hours in found.areas]
    caption = _("Timer efter nærmeste navngivne sted, {days}").format(days=days_text(shown.period.now, language))
    total = (_("I alt"), _hours(found.hours, language))
    table = charts.table([_("Område"), _("Timer")], rows, caption=caption, total=total)
    return head + charts.folded(_("Vis timerne sted for sted"), table, printed=True)


def _hours(hours: float, language: str) -> str:
    return number(hours, language=language, digits=1 if hours < 10 else 0)


def year_section(found: Presence, language: str) -> str:
    """The period against the same a year before, per hour."""
    _ = translator(language)
    sentences = year_sentences(found.year, language)
    return charts.heading(_("Samme periode året før")) + "".join(charts.paragraph(text) for text in sentences)


def funnel_section(found: Funnel, services: Services, language: str) -> str:
    """The districts over what chance explains, and as a table by name."""
    _ = translator(language)
    names = {dot.district: services.district_name(dot.district) for dot in found.dots}
    points = [
        charts.Point(names[dot.district], dot.hours, PER_HOURS * dot.rate, side_of(dot))
        for dot in found.dots
        if dot.rate is not None and dot.band is not None
    ]
    band = [(hours, PER_HOURS * low, PER_HOURS * high) for hours, low, high in found.band]
    summary = _(
        "Situationer pr. 10 timer (lodret) efter timer (vandret). I det grå bånd er forskellen ikke større end den,"
        " tilfældet giver; båndet er bredest, hvor timerne er få. Stiplet: hele kommunen, {mean}."
    ).format(mean=_rate(found.mean, language))
    rows = [(names[dot.district], *_dot(dot, language, _)) for dot in found.dots]
    heads = [_("Distrikt"), _("Antal"), _("Pr. 10 timer"), _("Båndet")]
    caption = _("Situationer på timer, efter navn; interval i parentes. Tallene siger ikke hvorfor.")
    table = charts.table(heads, rows, caption=caption)
    return (
        charts.heading(_("Distrikterne pr. time"))
        + charts.funnel(points, band, PER_HOURS * found.mean, summary=summary, language=language)
        + charts.folded(_("Vis distrikterne som tabel"), f'<div class="fa-wrap">{table}</div>', printed=True)
    )


def _dot(dot: Dot, language: str, _: Translator) -> tuple[str, str, str]:
    count = _("under 5") if dot.situations is None else number(dot.situations, language=language)
    rate = "·"
    if dot.rate is not None and dot.range is not None:
        low, high = (_rate(end, language) for end in dot.range)
        rate = f"{_rate(dot.rate, language)} ({low}–{high})"
    told = _("{count} på {hours} t").format(count=count, hours=_hours(dot.hours, language))
    return told, rate, side_text(dot, language)


def _rate(rate: float, language: str) -> str:
    return number(PER_HOURS * rate, language=language, digits=1)


def parameters_section(language: str) -> str:
    """Every limit of the method, as the code has it."""
    _ = translator(language)
    rows = [(_(MEANINGS[name]), value) for name, value, _meaning in hotspots.PARAMETERS.table()]
    table = charts.table([_("Regel"), _("Grænse")], rows, caption=_("Grænserne er faste og ens for alle."))
    return charts.folded(_("Sådan regner vi"), table)
