"""How presence is told: how long, what, where, and from when to when."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime

from fieldapp.formats import COPENHAGEN, when
from fieldapp.model.presence import ACTIVITIES, REACH_NAMES, Presence
from fieldapp.texts import N_, Translator
from fieldapp.ui.session import services_now

_CLOCK = {"da": "HH.mm", "en": "HH:mm"}
_BY = {
    100: N_("Her ved {place}"),
    250: N_("Kvarteret ved {place}"),
    500: N_("Området ved {place}"),
}


def duration(seconds: float, _: Translator) -> str:
    """«2 t 10 min», «3 t», «8 min»."""
    hours, minutes = divmod(int(seconds // 60), 60)
    if not hours:
        return _("{minutes} min").format(minutes=minutes)
    if not minutes:
        return _("{hours} t").format(hours=hours)
    return _("{hours} t {minutes} min").format(hours=hours, minutes=minutes)


def where(place: str | None, district: str | None, reach_m: int, _: Translator) -> str:
    """«Kvarteret ved Vejleåparken», «Hele Strandgårdskolens distrikt»; without a named place the district's name."""
    name = services_now().district_name(district) or _("uden for distrikterne")
    if reach_m == 0:
        return _("Hele distriktet {district}").format(district=name)
    if place is None:
        return f"{_(REACH_NAMES[reach_m])}, {name}"
    return _(_BY[reach_m]).format(place=place)


def what_and_where(entry: Presence, _: Translator) -> str:
    """«Synlighed · Kvarteret ved Vejleåparken»."""
    return f"{_(ACTIVITIES[entry.activity])} · {where(entry.place, entry.district, entry.reach_m, _)}"


def clock(moment: datetime, language: str) -> str:
    """«19.05»."""
    return str(format_datetime(moment.astimezone(COPENHAGEN), _CLOCK[language], locale=language))


def span(start: datetime, end: datetime, *, now: datetime, language: str) -> str:
    """«i går kl. 19.00–22.00»."""
    return f"{when(start, now=now, language=language)}–{clock(end, language)}"
