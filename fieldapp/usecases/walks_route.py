"""A walk's route: how long it is and takes, how light it is there, and what was seen along it before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from astral import Observer
from astral.sun import sunrise, sunset

from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, ObservationFilter, User
from fieldapp.model.walks import WalkKind
from fieldapp.model.walks_parsing import THEMES_MOST, Line
from fieldapp.privacy.releasing import point_grants
from fieldapp.store import observations as seen
from fieldapp.store.connection import Database
from fieldapp.texts import N_
from fieldapp.usecases.services import Services

THEMES_SINCE, THEMES_WITHIN_M = timedelta(days=365), 150
# Slow on foot, with a stop to look and talk about every 250 m.
WALKING_KM_H, STOP_EVERY_M, STOP_MINUTES = 4.0, 250, 6


def length_m(route: Line) -> float:
    """Metres along a line of (lon, lat)."""
    return sum(geo.distance_m(one[1], one[0], other[1], other[0]) for one, other in pairwise(route))


def walking_minutes(metres: float) -> int:
    """How long the walk takes at 4 km/h with a stop of six minutes every 250 m, in whole five minutes."""
    minutes = metres / (WALKING_KM_H * 1000 / 60) + metres // STOP_EVERY_M * STOP_MINUTES
    return int(-(-minutes // 5) * 5)


@dataclass(frozen=True, slots=True)
class Light:
    """Sunrise and sunset of a day (Copenhagen's time), and a message id where the plan does not go with them."""

    rises: datetime
    sets: datetime
    warning: str = ""


def light(kind: WalkKind, starts_at: datetime, lat: float, lon: float, *, minutes: int = 60) -> Light:
    """The light of a walk that lasts so many minutes; `warning` is a message id with {rises} and {sets}, or nothing."""
    on, here = starts_at.astimezone(COPENHAGEN).date(), Observer(lat, lon)
    rises, sets = (_sun(moment, here, on) for moment in (sunrise, sunset))
    begins, ends = starts_at, starts_at + timedelta(minutes=minutes)
    warning = ""
    if kind is WalkKind.DARK and rises <= begins < sets:
        warning = N_(
            "Vandringen er «i mørke», men begynder i dagslys: solen går ned kl. {sets}. Vælg et senere tidspunkt."
        )
    elif kind is WalkKind.DAY and not (rises <= begins and ends <= sets):
        warning = N_("Vandringen er «i dagslys», men solen står op kl. {rises} og går ned kl. {sets}.")
    return Light(rises, sets, warning)


def _sun(moment: Any, here: Observer, on: date) -> datetime:
    found: datetime = moment(here, date=on, tzinfo=COPENHAGEN)
    return found.replace(second=0, microsecond=0)


def themes_near(
    positions: Sequence[tuple[float, float]], *, user: User, db: Database, services: Services, now: datetime
) -> list[tuple[str, int]]:
    """(category, how many) of the last year within 150 m of these (lon, lat), as the user may see them; places only.

    Guests read a walk's themes, so that nothing of people kind is ever offered.
    """
    if not positions:
        return []
    wanted = ObservationFilter(
        bbox=_box(positions), kinds=frozenset({Kind.PLACE}), granted=point_grants(user),
        since=(now - THEMES_SINCE).astimezone(COPENHAGEN).date(),
    )  # fmt: skip
    counted = Counter(one.category for one in seen.find(db, wanted, limit=2000))
    return [pair for pair in counted.most_common(THEMES_MOST) if pair[0] in services.catalogue]


def _box(positions: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    boxes = [geo.bounding_box(lat, lon, THEMES_WITHIN_M) for lon, lat in positions]
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
