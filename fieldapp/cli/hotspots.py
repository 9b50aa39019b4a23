"""The command that shows what stands out: the same figures as the map of «Overblik»."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

from fieldapp.cli.context import Context, say, say_json
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, number
from fieldapp.model import Role, User
from fieldapp.texts import later
from fieldapp.usecases.hotspots import HotPlace, Squares, squares
from fieldapp.usecases.hotspots.wire import squares_json
from fieldapp.usecases.hotspots.words import (
    NONE_STANDS_OUT,
    NOT_VISITED,
    explained,
    hours_text,
    ratio_text,
    what_text,
    where_text,
)
from fieldapp.usecases.overview_periods import Period, months_earlier, period_of
from fieldapp.usecases.services import Services

# Whoever runs this reads the whole file anyway.
_READER = User("system", "system", Role.COORDINATOR)


def show(arguments: Namespace, context: Context) -> int:
    """Places that stand out, with situations, hours and what was to be expected."""
    services, today = context.services(), context.now.astimezone(COPENHAGEN).date()
    names = services.districts.names(today)
    if arguments.district and arguments.district not in names:
        raise Problem("invalid", field="district", why=later("vælg en af: {choices}", choices=", ".join(names)))
    for category in arguments.category:
        if category not in services.catalogue:
            keys = ", ".join(one.key for one in services.catalogue)
            raise Problem("invalid", field="category", why=later("vælg en af: {choices}", choices=keys))
    with context.database() as db:
        found = squares(
            district=arguments.district,
            period=_period(arguments.since, arguments.until, today),
            categories=frozenset(arguments.category),
            reader=_READER,
            db=db,
            services=services,
            now=context.now,
        )
    if arguments.json:
        say_json(squares_json(found, services))
    else:
        _say(found, services)
    return 0


def _period(since: date | None, until: date | None, today: date) -> Period:
    last = until or today
    return period_of("egen", today=today, since=since or months_earlier(last, 11).replace(day=1), until=last)


def _say(found: Squares, services: Services) -> None:
    for place in found.places:
        say(_line(place, services))
    if not any(place.stands_out for place in found.places) and found.known:
        say(NONE_STANDS_OUT)
    empty = sum(not one.visited for one in found.squares)
    if empty:
        say(NOT_VISITED.format(count=number(empty), all=number(len(found.squares))))
    for sentence in explained(found):
        say(sentence)


def _line(place: HotPlace, services: Services) -> str:
    where, what = where_text(place, services), what_text(place, services.catalogue)
    if not place.situations:
        return f"{where}: {what}."
    told = f"{where}: {what}. {number(place.situations)} situationer"
    if not place.stands_out:
        return f"{told}."
    ratio = ratio_text(place)
    expected = f"{told} på {hours_text(place.hours)} timer, forventet ca. {number(place.expected)}"
    return f"{expected}: {ratio}." if ratio else f"{expected}."
