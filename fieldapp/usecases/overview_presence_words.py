"""What «Overblik» says per hour of presence, in words that the numbers carry."""

from __future__ import annotations

from fieldapp import hotspots
from fieldapp.formats import number
from fieldapp.texts import N_, Translator, translator
from fieldapp.usecases.overview_compare import Verdict
from fieldapp.usecases.overview_presence import Compared, Dot, Presence
from fieldapp.usecases.overview_sentence import ALIKE, FEWER_IS_NOT_LESS

TOO_LITTLE = N_("For få registreringer eller for få timer til at sige noget. Det betyder ikke, at der ikke sker noget.")
ONLY_WHERE_WE_ARE = N_("Vi ser kun det, vi er til stede for.")
NO_HOURS = N_("Der er ikke registreret timer nok i perioden til at regne pr. time.")
NO_YEAR = N_("Der er ikke registreret timer nok i begge perioder til at sammenligne pr. time.")
_VERDICTS = {
    Verdict.MORE: N_("Der er registreret flere situationer pr. time end i samme periode året før."),
    Verdict.FEWER: N_("Der er registreret færre situationer pr. time end i samme periode året før."),
    Verdict.ALIKE: ALIKE,
    Verdict.TOO_FEW: TOO_LITTLE,
}
VISIBLE = N_("Vi kunne først have set en ændring til omkring {times} gange så mange.")
SIDES = {1: N_("over båndet"), -1: N_("under båndet"), 0: N_("i båndet")}
MOST_TIMES = 10


def presence_sentence(found: Presence, language: str = "da") -> str:
    """«Vi ser kun det, vi er til stede for. 61 % af timerne lå i to områder.»"""
    _ = translator(language)
    if found.hours < hotspots.PARAMETERS.least_hours_district:
        return f"{_(ONLY_WHERE_WE_ARE)} {_(NO_HOURS)}"
    if found.share_of_two is None:
        return _(ONLY_WHERE_WE_ARE)
    share = number(100 * found.share_of_two, language=language)
    return f"{_(ONLY_WHERE_WE_ARE)} {_('{share} % af timerne lå i to områder.').format(share=share)}"


def year_sentences(found: Compared | None, language: str = "da") -> tuple[str, ...]:
    """Both periods' numbers, what may be said of them, and what would have been seen."""
    _ = translator(language)
    if found is None:
        return (_(NO_YEAR),)
    numbers = _("Nu: {now} situationer på {hours} timer. Samme periode året før: {then} på {then_hours} timer.").format(
        now=_few(found.situations[0], language, _),
        then=_few(found.situations[1], language, _),
        hours=number(found.hours[0], language=language),
        then_hours=number(found.hours[1], language=language),
    )
    said = [numbers, _(_VERDICTS[found.verdict])]
    if found.verdict is Verdict.FEWER:
        said.append(_(FEWER_IS_NOT_LESS))
    if found.verdict is Verdict.ALIKE and found.visible is not None and found.visible < MOST_TIMES:
        times = number(found.visible, language=language, digits=1)
        said.append(_(VISIBLE).format(times=times))
    return tuple(said)


def side_of(dot: Dot) -> int:
    """1 over the band, −1 under it, 0 within it."""
    if dot.rate is None or dot.band is None:
        return 0
    return (dot.rate > dot.band[1]) - (dot.rate < dot.band[0])


def side_text(dot: Dot, language: str = "da") -> str:
    """«i båndet», «for få»."""
    _ = translator(language)
    if dot.rate is None or dot.band is None:
        return _("for få")
    return _(SIDES[side_of(dot)])


def _few(count: int, language: str, _: Translator) -> str:
    return _("under 5") if 0 < count < hotspots.PARAMETERS.least_shown else number(count, language=language)
