"""When and how far off an observation is, told no more exactly than it is known."""

from __future__ import annotations

from datetime import datetime, timedelta

from fieldapp.formats import distance, duration, week, when
from fieldapp.privacy.releasing import ReleasedPoint
from fieldapp.texts import translator

_ABOUT = {"da": "ca.", "en": "about"}
_SQUARE_M = 100


def moment(point: ReleasedPoint, *, now: datetime, language: str) -> str:
    """«i dag kl. 21.40», or «uge 37, 2025» for one past its lifetime."""
    if point.coarse:
        return week(point.observed_at, language=language)
    return when(point.observed_at, now=now, language=language)


def phone_clock(point: ReleasedPoint, *, language: str) -> str | None:
    """«Telefonens ur gik 2 timer foran. Tiden her er rettet.»; None where it was right."""
    if point.phone_observed_at is None:
        return None
    _, wrong = translator(language), point.phone_observed_at - point.observed_at
    told = _("Telefonens ur gik {time} foran.") if wrong > timedelta(0) else _("Telefonens ur gik {time} bagud.")
    return told.format(time=duration(wrong, language=language)) + " " + _("Tiden her er rettet.")


def away(point: ReleasedPoint, metres: float | None, *, language: str) -> str | None:
    """«85 m», or «ca. 300 m» to a square of which only the middle is known; None where no distance is asked."""
    if metres is None:
        return None
    if point.coarse:
        return f"{_ABOUT[language]} {distance(max(round(metres / _SQUARE_M), 1) * _SQUARE_M, language=language)}"
    return distance(metres, language=language)
