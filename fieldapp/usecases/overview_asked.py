"""What is asked of «Overblik»: district, period and categories, read alike by the page and by its map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fieldapp.errors import Problem
from fieldapp.model import User
from fieldapp.usecases.overview import choices
from fieldapp.usecases.overview_periods import CHOICES, Period, period_of
from fieldapp.usecases.services import Services

ALL_KEY, OWN_PERIOD = "alle", "egen"
EARLIEST = date(1991, 1, 1)
USUAL_DAYS = timedelta(days=27)
Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A district (None: all of those offered), a period, and categories (none: all of them)."""

    district: str | None
    period: Period
    categories: frozenset[str]


def asked_of(query: Query, *, reader: User, services: Services, today: date) -> Asked:
    """The query of the address bar; what cannot be used there is replaced by what the page starts with."""
    given = {name: values[0] for name, values in query.items() if values}
    offered = [key for key, _name in choices(reader=reader, services=services, today=today)]
    if not offered:
        raise Problem("not_found")
    key = district_key(given.get("district"), offered, reader)
    days = [day_of(given.get(name, ""), today) for name in ("from", "to")]
    period = period_of(
        period_key(given.get("period")), today=today, since=days[0] or today - USUAL_DAYS, until=days[1] or today
    )
    category = given.get("category", "")
    return Asked(
        None if key == ALL_KEY else key, period, frozenset({category} if category in services.catalogue else ())
    )


def district_key(given: str | None, offered: Sequence[str | None], reader: User) -> str:
    """The one asked for where it is offered, else the reader's first own, else the first that is offered."""
    keys = [key or ALL_KEY for key in offered]
    own = [key for key in keys if key in reader.districts]
    return given if given in keys else (own or keys)[0]


def period_key(given: str | None) -> str:
    """The period asked for where there is such a one, else the first."""
    return given if given in CHOICES else next(iter(CHOICES))


def day_of(text: str, today: date) -> date | None:
    """A day from 1991 to today; None for a text that is none."""
    try:
        return max(EARLIEST, min(date.fromisoformat(text), today))
    except ValueError:
        return None
