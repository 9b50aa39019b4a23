"""What is said of squares and places, from templates that cannot say more than the numbers carry."""

from __future__ import annotations

from datetime import date

from fieldapp.formats import number
from fieldapp.model import Catalogue
from fieldapp.texts import N_, translator
from fieldapp.usecases.hotspots.shapes import HotPlace, Spot, Squares
from fieldapp.usecases.hotspots.summary import Summary, comparable
from fieldapp.usecases.overview_periods import Days
from fieldapp.usecases.overview_sentence import months_text, peak_text
from fieldapp.usecases.services import Services

STANDS_OUT = N_(
    "Her er der registreret flere situationer pr. time, end vi ville forvente, hvis alle steder var ens"
    " ({situations} situationer på {hours} timer; forventet ca. {expected}). Det er næppe kun tilfældigt."
    " Tallene siger ikke hvorfor."
)
ONE_OF_MORE = N_("{what}: {situations} situationer på {hours} timer; forventet ca. {expected}.")
OF_SEVERAL = N_(
    "Det er flere pr. time, end hvis alle steder var ens, og næppe kun tilfældigt. Tallene siger ikke hvorfor."
)
MANY = N_("{what}: mange registreringer ({situations} situationer).")
NO_HOURS = N_(
    "Vi kender ikke timerne på gaden godt nok til at dividere med dem. Tallene viser kun, hvor der er registreret, og"
    " det kan være, hvor vi går mest."
)
UNIT = N_(
    "En situation er en eller flere observationer af samme kategori inden for 50 m og 2 timer, eller «set igen» ved"
    " samme lejlighed. Her tælles situationer, så det samme ikke tæller flere gange."
)
PARTS = {
    2: N_("Dag for sig, aften og nat for sig: et felt sammenlignes kun på de tider af døgnet, hvor der er timer nok."),
    3: N_("Dag, aften og nat hver for sig: et felt sammenlignes kun på de tider af døgnet, hvor der er timer nok."),
}
WHOLE_MONTHS = N_("Her tælles hele måneder: {months}.")
MONTHS_TO_DATE = N_("Her tælles hele måneder: {months}, den sidste til og med i dag.")
PLACES_ONLY = N_("Her tælles kun steder, ikke adfærd: det er det, du ser enkeltvis i alle de viste distrikter.")
NONE_STANDS_OUT = N_(
    "Ingen steder skiller sig ud. Forskellene er ikke større end dem, tilfældet giver, når der tages hensyn til"
    " timerne."
)
WITHIN_CHANCE = N_(
    "Forskellene mellem felterne er ikke større end dem, tilfældet giver, når der tages hensyn til timerne."
)
NONE_OVER_MONTHS = N_("Ingen steder skiller sig ud, set over {months}.")
NOT_VISITED = N_("Ingen besøg i {count} af {all} felter. Det betyder ikke, at der ikke sker noget.")
LIFECYCLES = {"new": N_("nyt"), "lasting": N_("varigt"), "fading": N_("aftager")}
EVERYTHING = N_("Alle kategorier")
# Up to which ratio each is said.
RATIOS = {
    1.75: N_("omkring halvanden gang så mange"),
    2.5: N_("omkring dobbelt så mange"),
    3.5: N_("omkring tre gange så mange"),
}


def months_said(months: tuple[str, str], language: str = "da") -> str:
    """«december 2025–november 2026»."""
    first, last = (date.fromisoformat(f"{month}-01") for month in months)
    return months_text(Days(first, last), language)


def where_text(place: HotPlace | Spot, services: Services, language: str = "da") -> str:
    """«Centerstien», or «i distriktet Strandgårdskolen» where no named place is near."""
    _ = translator(language)
    return place.near or _("i distriktet {district}").format(district=services.district_name(place.district))


def what_text(place: HotPlace, catalogue: Catalogue, language: str = "da") -> str:
    """«Knallertkørsel (varigt)»."""
    _ = translator(language)
    label = catalogue[place.category].label(language) if place.category else _(EVERYTHING)
    return f"{label} ({_(LIFECYCLES[place.lifecycle])})" if place.lifecycle else label


def fading_text(place: HotPlace, services: Services, language: str = "da") -> str:
    """«Ishøjstien: Graffiti skilte sig ud indtil for nylig.»"""
    _ = translator(language)
    label = services.catalogue[place.category].label(language) if place.category else _(EVERYTHING)
    where = where_text(place, services, language)
    return _("{where}: {what} skilte sig ud indtil for nylig, men gør det ikke længere.").format(
        where=where, what=label
    )


def ratio_text(place: HotPlace, language: str = "da") -> str:
    """«omkring dobbelt så mange»: situations over what was expected; nothing where they are too few to compare."""
    if not comparable(place):
        return ""
    _ = translator(language)
    ratio = place.situations / place.expected
    limit = next((limit for limit in RATIOS if ratio < limit), None)
    if limit is not None:
        return _(RATIOS[limit])
    return _("omkring {n} gange så mange").format(n=number(round(ratio), language=language))


def spot_lines(spot: Spot, catalogue: Catalogue, language: str = "da") -> tuple[str, ...]:
    """Everything found at one spot, a sentence each."""
    _ = translator(language)
    if not all(found.stands_out for found in spot.findings):
        lines = [_filled(_(MANY), found, catalogue, language) for found in spot.findings]
        return (*lines, _(NO_HOURS))
    if len(spot.findings) == 1:
        what = what_text(spot.findings[0], catalogue, language)
        return (f"{what}.", _filled(_(STANDS_OUT), spot.findings[0], catalogue, language))
    lines = [_filled(_(ONE_OF_MORE), found, catalogue, language) for found in spot.findings]
    return (*lines, _(OF_SEVERAL))


def told_sentences(summary: Summary, services: Services, language: str = "da") -> tuple[str, ...]:
    """Its months, then «Knallertkørsel skiller sig ud ved Centerstien, oftest registreret fre.–lør. kl. 21–24.»

    One sentence where nothing does, and none where hours are not known.
    """
    _ = translator(language)
    said = []
    for told in summary.told:
        place = told.place
        what = services.catalogue[place.category].label(language) if place.category else _("Alle kategorier tilsammen")
        where = _("ved {place}").format(place=place.near) if place.near else where_text(place, services, language)
        peak = told.peak if comparable(place) else None
        when = _(", oftest registreret {when}").format(when=peak_text(peak, language)) if peak else ""
        said.append(_("{what} skiller sig ud {where}{when}.").format(what=what, where=where, when=when))
    more = sum(all(found.stands_out for found in spot.findings) for spot in summary.spots) - len(summary.told)
    if more > 0:
        said.append(
            (_("1 sted mere skiller sig ud.") if more == 1 else _("{n} steder mere skiller sig ud.")).format(n=more)
        )
    if not said:
        none = _(NONE_OVER_MONTHS).format(months=months_said(summary.months, language))
        return (none,) if summary.known and not summary.spots else ()
    return (_("Set over {months}:").format(months=months_said(summary.months, language)), *said)


def explained(shown: Squares | Summary, language: str = "da") -> tuple[str, ...]:
    """What the map counts, and what it cannot say."""
    _ = translator(language)
    said = [
        _(MONTHS_TO_DATE if shown.running else WHOLE_MONTHS).format(months=months_said(shown.months, language)),
        _(UNIT),
    ]
    if shown.kinds and "people" not in shown.kinds:
        said.append(_(PLACES_ONLY))
    if shown.parts in PARTS:
        said.append(_(PARTS[shown.parts]))
    return (*said, *(() if shown.known else (_(NO_HOURS),)))


def _filled(template: str, place: HotPlace, catalogue: Catalogue, language: str) -> str:
    return template.format(
        what=what_text(place, catalogue, language),
        situations=number(place.situations, language=language),
        hours=hours_text(place.hours, language),
        expected=number(place.expected, language=language),
    )


def hours_text(hours: float | None, language: str = "da") -> str:
    """«0,5», «22», «1.204»; empty where they are not known."""
    if hours is None:
        return ""
    return number(hours, language=language, digits=1 if 0 < hours < 10 else 0)
