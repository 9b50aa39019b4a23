"""The overview in words, from templates that cannot say more than the numbers carry."""

from __future__ import annotations

from babel.dates import format_date, get_day_names

from fieldapp.formats import number
from fieldapp.model import Catalogue
from fieldapp.texts import translator
from fieldapp.usecases.overview import Overview
from fieldapp.usecases.overview_changes import Change, Peak
from fieldapp.usecases.overview_compare import Verdict
from fieldapp.usecases.overview_groups import Grouped
from fieldapp.usecases.overview_periods import Days, Period

BLOCK_HOURS = 3
TOO_FEW = "For få registreringer til at sige noget. Det betyder ikke, at der ikke sker noget."
NO_COMPARISON = "For få til at sammenligne med perioden før."
NO_HISTORY = "Der er registreret i for kort tid til at sammenligne med perioden før."
ALIKE = "Forskellen er ikke større end den, vi ser fra kvartal til kvartal, uden at noget har ændret sig."
STANDING = "Tallene viser, hvad der er registreret – ikke alt, hvad der sker."
FEWER_IS_NOT_LESS = "Færre registreringer kan også betyde, at færre har set efter."
NO_WHOLE_MONTH = "Perioden rummer ingen hel måned, så det, du ikke ser enkeltvis, kan ikke vises."
GROUPS_ONLY = (
    "Det, du ikke ser enkeltvis (især adfærd), vises kun for hele måneder og mindst 5 ad gangen. Tallene er rundet "
    "ned til hele femmere, og det, der er for lidt til en gruppe, er ikke talt med."
)
SHORT_HISTORY = "For kort tid til at sige, hvad der er normalt."
_TOTALS = {
    Verdict.MORE: "Der er registreret mere end i perioden før.",
    Verdict.FEWER: "Der er registreret mindre end i perioden før.",
    Verdict.ALIKE: ALIKE,
    Verdict.TOO_FEW: NO_COMPARISON,
    Verdict.NO_HISTORY: NO_HISTORY,
}
_CHANGES = {
    Verdict.MORE: "{category} er registreret mere end i perioden før{where}.",
    Verdict.FEWER: "{category} er registreret mindre end i perioden før{where}.",
}
_PERIODS = {"4uger": "sidste 4 uger", "3mdr": "sidste 3 måneder", "12mdr": "sidste 12 måneder", "iaar": "i år"}
# Every word by which these texts may compare; a test looks for them where the rules forbid comparing.
COMPARING_WORDS = ("mere end", "mindre end", "som normalt", "oftest")


def sentences(overview: Overview, *, name: str, catalogue: Catalogue, language: str = "da") -> tuple[str, ...]:
    """The overview in a few sentences, the first of them with the place's `name`, the period and the count."""
    _ = translator(language)
    opening = _("{name}, {period}: {count}").format(
        name=name,
        period=period_text(overview.period, language),
        count=count_text(overview.total[0], language, alone=overview.groups is None),
    )
    groups = group_sentences(overview.groups, language)
    if not overview.enough:
        return (f"{opening}.", _(TOO_FEW), *groups)
    if overview.judgement.usual:
        return (f"{opening}, {_('som normalt')}.", *_rest(overview, catalogue, language), *groups)
    return (f"{opening}.", _(_TOTALS[overview.judgement.verdict]), *_rest(overview, catalogue, language), *groups)


def _rest(overview: Overview, catalogue: Catalogue, language: str) -> list[str]:
    _ = translator(language)
    told = [_change(change, catalogue, language) for change in overview.changes]
    if Verdict.FEWER in (overview.judgement.verdict, *(change.verdict for change in overview.changes)):
        told.append(_(FEWER_IS_NOT_LESS))
    if overview.good:
        text = _("{n} god historie.") if overview.good == 1 else _("{n} gode historier.")
        told.append(text.format(n=number(overview.good, language=language)))
    return told


def _change(change: Change, catalogue: Catalogue, language: str) -> str:
    _ = translator(language)
    parts = []
    if change.place:
        parts.append(_("ved {place}").format(place=change.place))
    if change.peak:
        parts.append(peak_text(change.peak, language))
    where = _(", oftest {where}").format(where=_(" og ").join(parts)) if parts else ""
    return _(_CHANGES[change.verdict]).format(category=catalogue[change.category].label(language), where=where)


def count_text(count: int, language: str = "da", *, alone: bool = True) -> str:
    """«23 observationer», «ingen observationer registreret»; not `alone`, where others are told of in groups."""
    _ = translator(language)
    if count == 0:
        return _("ingen observationer registreret") if alone else _("ingen observationer, som du ser enkeltvis")
    noun = _("{n} observation") if count == 1 else _("{n} observationer")
    return noun.format(n=number(count, language=language))


def group_sentences(groups: Grouped | None, language: str = "da") -> tuple[str, ...]:
    """What is told of the observations that the reader does not see one by one; nothing where there are none such."""
    _ = translator(language)
    if groups is None:
        return ()
    if groups.months[0] is None:
        return (_(NO_WHOLE_MONTH),)
    months = months_text(groups.months[0], language)
    if not groups.total[0]:
        return (_("Andre observationer, {months}: for få til at vise i grupper.").format(months=months),)
    count = number(groups.total[0], language=language)
    return (_("Dertil i grupper, {months}: mindst {n} observationer.").format(months=months, n=count),)


def months_text(days: Days, language: str = "da") -> str:
    """«oktober 2026», «august–oktober 2026»; both years where they differ."""
    first, last = (format_date(day, "MMMM y", locale=language) for day in (days.since, days.until))
    if first == last:
        return last
    return f"{format_date(days.since, 'MMMM', locale=language) if days.since.year == days.until.year else first}–{last}"


def peak_text(peak: Peak, language: str = "da") -> str:
    """«fre.–lør. kl. 21–24»."""
    _ = translator(language)
    days = get_day_names("abbreviated", locale=language)
    span = "–".join(days[day - 1] for day in peak.weekdays)
    return _("{days} kl. {first}–{last}").format(days=span, first=peak.hour, last=peak.hour + BLOCK_HOURS)


def period_text(period: Period, language: str = "da") -> str:
    """«sidste 4 uger», or the days of a period of one's own."""
    if period.choice in _PERIODS:
        return translator(language)(_PERIODS[period.choice])
    return days_text(period.now, language)


def days_text(days: Days, language: str = "da") -> str:
    """«26. okt.–22. nov. 2026»; the first year too where it is another one."""
    pattern = "d. MMM" if language == "da" else "d MMM"
    first = format_date(days.since, pattern if days.since.year == days.until.year else f"{pattern} y", locale=language)
    return f"{first}–{format_date(days.until, f'{pattern} y', locale=language)}"
