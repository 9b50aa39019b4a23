"""Alerts in words, from templates that cannot say more than the numbers carry: no cause, no rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fieldapp.formats import number
from fieldapp.store.alerts import Kept
from fieldapp.texts import Translator, translator
from fieldapp.usecases.alerts_rules import LIMITS
from fieldapp.usecases.services import Services


@dataclass(frozen=True, slots=True)
class Words:
    """Title, what was registered, and what to do next."""

    title: str
    text: str
    next_step: str


def words(alert: Kept, *, services: Services, language: str) -> Words:
    """The alert in its reader's language."""
    return _SORTS[alert.sort](alert, services, language)


def _week(alert: Kept, services: Services, language: str) -> Words:
    _ = translator(language)
    said = alert.content
    title = _("{category} – {district}, uge {week}").format(
        category=services.catalogue[said["category"]].label(language),
        district=services.district_name(said["district"]),
        week=date.fromisoformat(said["since"]).isocalendar().week,
    )
    text = _comparing(alert, language, _) if said["comparable"] else _counting(alert, language, _)
    return Words(title, text, _("Se dem på kortet, og tag dem op på næste møde."))


def _comparing(alert: Kept, language: str, _: Translator) -> str:
    said = alert.content
    numbers = {
        "n": number(said["weeks"], language=language),
        "count": number(said["situations"], language=language),
        "expected": number(said["expected"], language=language),
    }
    if said["hours"] is None:
        return _(
            "Her er der registreret flere situationer, end vi ville forvente efter de {n} uger før ({count} "
            "situationer; forventet ca. {expected}). Timerne kendes ikke, så det kan også være, at flere har set efter."
            " Tallene siger ikke hvorfor."
        ).format(**numbers)
    return _(
        "Her er der registreret flere situationer pr. time, end vi ville forvente efter de {n} uger før ({count} "
        "situationer på {hours} timer; forventet ca. {expected}). Det er næppe kun tilfældigt. Tallene siger ikke "
        "hvorfor."
    ).format(**numbers, hours=number(said["hours"], language=language))


def _counting(alert: Kept, language: str, _: Translator) -> str:
    """Too few for any comparing word: the count, and the hours where they are known."""
    said = alert.content
    count = number(said["situations"], language=language)
    if said["hours"] is None:
        return _(
            "{count} situationer i ugen. Det er et lille tal, som kan være tilfældigt. Se efter på stedet."
        ).format(count=count)
    return _(
        "{count} situationer på {hours} timer i ugen. Det er et lille tal, som kan være tilfældigt. Se efter på stedet."
    ).format(count=count, hours=number(said["hours"], language=language))


def _parties(alert: Kept, services: Services, language: str) -> Words:
    _ = translator(language)
    said = alert.content
    third = _("en tryghedsvandring") if "walk" in said["parties"] else _("en skole")
    text = _(
        "{place}: gadeplan, boligsociale medarbejdere og {third} har hver for sig registreret noget inden for {near} m "
        "i de sidste {months} måneder ({count} observationer)."
    ).format(
        place=_where(alert, services, _),
        third=third,
        near=LIMITS.near_m,
        months=LIMITS.parties_months,
        count=number(said["rows"], language=language),
    )
    return Words(_("Samme sted, tre parter"), text, _("Gå stedet efter sammen, og aftal, hvem der gør hvad."))


def _burglary(alert: Kept, services: Services, language: str) -> Words:
    _ = translator(language)
    text = _("{place}: {count} indbrud inden for {near} m i de sidste {weeks} uger.").format(
        place=_where(alert, services, _),
        count=number(alert.content["situations"], language=language),
        near=LIMITS.near_m,
        weeks=LIMITS.burglary_weeks,
    )
    return Words(_("Indbrud samme sted"), text, _("Tal med beboerne om Nabohjælp."))


def _where(alert: Kept, services: Services, _: Translator) -> str:
    said = alert.content
    if said["place"]:
        return _("Ved {place}").format(place=said["place"])
    return services.district_name(said["district"]) or _("Uden for kommunen")


_SORTS: dict[str, Callable[[Kept, Services, str], Words]] = {
    "week": _week,
    "parties": _parties,
    "burglary": _burglary,
}
