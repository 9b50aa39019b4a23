"""Hotspots in words, from templates that cannot say more than the numbers carry: no cause, no rank, no safety."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
from babel.dates import format_date

from fieldapp import geo
from fieldapp.formats import number
from fieldapp.model import User
from fieldapp.model.levels import ALL, LIMITS, Because, Hotspot, Promise
from fieldapp.privacy.releasing import point_grants
from fieldapp.store.levels import Finding, Week
from fieldapp.texts import N_, Translator, translator
from fieldapp.usecases.hotspots.words import EVERYTHING, LIFECYCLES, hours_text
from fieldapp.usecases.services import Services

STANDS_OUT_BARE = N_(
    "Her er der registreret flere situationer pr. time, end vi ville forvente, hvis alle steder var ens. Det er næppe "
    "kun tilfældigt. Tallene siger ikke hvorfor."
)
FOUND = N_("{situations} situationer på {hours} timer; forventet ca. {expected}. Det er næppe kun tilfældigt.")
WHAT_IS_FOUND = N_(
    "Et hotspot er et sted, hvor der over 12 måneder er registreret flere situationer pr. time, end vi ville forvente, "
    "hvis alle steder var ens. Tallene siger ikke hvorfor."
)
NO_VISIT = N_("Ingen besøg")
_BECAUSE = {
    Because.KNOWN: N_("Kendt: {facts}."),
    Because.SOME: N_("Nogen aktivitet: {facts}."),
    Because.ACTIVE: N_("Aktiv over flere uger: {facts}."),
    Because.KEPT: N_("Ingen besøg i 2 uger, så niveauet sættes ikke ned: {facts}."),
}


def category_text(hotspot: Hotspot, services: Services, language: str, *, lifecycle: str | None = None) -> str:
    """«Knallertkørsel (varigt)», or what all categories together are called."""
    _ = translator(language)
    what = _(EVERYTHING) if hotspot.category == ALL else services.catalogue[hotspot.category].label(language)
    return f"{what} ({_(LIFECYCLES[lifecycle])})" if lifecycle else what


def place_text(hotspot: Hotspot, services: Services, language: str) -> str:
    """The nearest named place, else the district."""
    _ = translator(language)
    return hotspot.place or services.district_name(hotspot.district) or _("Uden for kommunen")


def reason_text(week: Week, language: str = "da") -> str:
    """Why the rule says what it says: what was seen in four weeks, and how often somebody was there."""
    _ = translator(language)
    facts = [_situations(week, language, _), _times(week.visits, _("{n} besøg"), _("ingen besøg"), language)]
    if week.severe:
        one, many = _("1 alvorlig eller konflikt"), _("{n} alvorlige eller konflikter")
        facts.append(one if week.severe == 1 else many.format(n=number(week.severe, language=language)))
    return _(_BECAUSE[week.rule.because]).format(facts=", ".join(facts))


def _situations(week: Week, language: str, _: Translator) -> str:
    if not week.situations:
        return _("ingen registrerede situationer i de sidste {weeks} uger").format(weeks=LIMITS.weeks)
    noun = _("1 situation") if week.situations == 1 else _("{n} situationer")
    count = noun.format(n=number(week.situations, language=language))
    return _("{count} i {active} af de sidste {weeks} uger").format(count=count, active=week.weeks, weeks=LIMITS.weeks)


def _times(count: int, some: str, none: str, language: str) -> str:
    return some.format(n=number(count, language=language)) if count else none


def found_text(found: Finding, *, bare: bool, lifecycle: str | None = None, language: str = "da") -> str:
    """Why it is a hotspot, in short: WHAT_IS_FOUND is said once above.

    Without its numbers where they are not all the reader's (`bare`).
    """
    _ = translator(language)
    if lifecycle == "fading":
        month = format_date(date.fromisoformat(f"{found.month}-01"), "MMMM y", locale=language)
        return _("Sidst fundet i {month}. Nu skiller stedet sig ikke ud.").format(month=month)
    if bare:
        return _(STANDS_OUT_BARE)
    count, expected = number(found.situations, language=language), number(max(1, found.expected), language=language)
    if found.hours is None:
        return _("{count} situationer. Timerne kendes ikke.").format(count=count)
    hours = hours_text(found.hours, language)
    return _(FOUND).format(situations=count, hours=hours, expected=expected)


def promise_text(promise: Promise, language: str = "da") -> str:
    """«Lovet 2 · gjort 1 · mangler 1 inden søndag»."""
    _ = translator(language)
    told = _("Lovet {promised} · gjort {done}").format(promised=promise.promised, done=promise.done)
    if not promise.missing:
        return told + " · " + _("holdt")
    if promise.over:
        return told + " · " + _("manglede {missing}").format(missing=promise.missing)
    return told + " · " + _("mangler {missing} inden søndag").format(missing=promise.missing)


def whole_to(hotspot: Hotspot, reader: User, services: Services, today: date) -> bool:
    """Are all observations in its squares the reader's to see, also where a square crosses a district's border?"""
    grants = [one for one in point_grants(reader) if one.reporter is None and hotspot.kind in one.kinds]
    if any(grant.districts is None for grant in grants):
        return True
    return _within(hotspot.squares, hotspot.district, services, today)


@lru_cache(maxsize=512)
def _within(squares: tuple[tuple[int, int, int], ...], district: str | None, services: Services, today: date) -> bool:
    corners = np.array(
        [
            ((north + up) * size, (east + right) * size)
            for size, north, east in squares
            for up in (0, 0.5, 1)
            for right in (0, 0.5, 1)
        ]
    )
    lats, lons = geo.from_utm32(corners[:, 1], corners[:, 0])
    return all(
        services.districts.locate(float(lat), float(lon), today).district_id == district
        for lat, lon in zip(lats, lons, strict=True)
    )
