"""When something gives an alert: pure rules on counts and places, each limit in one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldapp import geo, hotspots
from fieldapp.store.alerts import Spot

PARAMETERS = hotspots.PARAMETERS
# A walk and a school are the same third party: somebody from outside staff.
THIRD = frozenset({"walk", "school"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of the alerts that is not one of `hotspots.PARAMETERS`."""

    baseline_weeks: int = 26
    near_m: int = 100
    parties_months: int = 6
    burglary_weeks: int = 12
    least_burglaries: int = 2


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Week:
    """A week over its limit: situations and hours (None: not known), expected ones, and weeks compared with."""

    situations: int
    hours: float | None
    expected: float
    weeks: int

    @property
    def comparable(self) -> bool:
        """Are there enough for a comparing word?"""
        return self.situations >= PARAMETERS.least_count and self.expected >= PARAMETERS.least_expected


def week_alarm(counts: Sequence[int], hours: Sequence[float] | None = None) -> Week | None:
    """The last of these weeks against those before it; None where it is not over the limit or cannot be judged.

    `hours` are of the same weeks. They are used when the last week and at least eight of those before have ten; then
    only those weeks count. Without them every week weighs the same.
    """
    counts, hours = counts[-LIMITS.baseline_weeks - 1 :], hours and hours[-LIMITS.baseline_weeks - 1 :]
    if counts[-1] < PARAMETERS.least_shown:
        return None
    least = PARAMETERS.least_hours_district
    if hours is not None and hours[-1] >= least:
        used = [place for place, hour in enumerate(hours[:-1]) if hour >= least]
        if len(used) >= PARAMETERS.least_weeks:
            return _alarm([counts[place] for place in used], counts[-1], [hours[place] for place in used], hours[-1])
    return _alarm(counts[:-1], counts[-1], None, None)


def _alarm(history: Sequence[int], current: int, hours: Sequence[float] | None, exposure: float | None) -> Week | None:
    found = hotspots.weekly_alarm(history, current, hours=hours, current_hours=exposure)
    if found is None or not found.raised:
        return None
    return Week(current, exposure, found.expected, len(history))


@dataclass(frozen=True, slots=True)
class Group:
    """Rows at one place; the first is where it is."""

    spots: tuple[Spot, ...]

    @property
    def first(self) -> Spot:
        return self.spots[0]


def repeated(spots: Sequence[Spot]) -> list[Group]:
    """Each spot with the later ones within 100 m that no earlier one has taken, where there are at least two.

    The earliest stays the first when more are added, so that the alert stays the same one.
    """
    free, groups = set(range(len(spots))), []
    east, north = _metres(spots)
    for place in range(len(spots)):
        if place in free:
            near = [other for other in np.flatnonzero(_near(place, east, north)).tolist() if other in free]
            free -= set(near)
            if len(near) >= LIMITS.least_burglaries:
                groups.append(Group(tuple(spots[other] for other in near)))
    return groups


def three_parties(centres: Sequence[Spot], staff_near: Callable[[Spot], Sequence[Spot]]) -> list[Group]:
    """Places where a worker, housing staff and a walk or school have each reported something within 100 m.

    `centres` are rows of walks and schools, oldest first; `staff_near` gives the staff's rows round one. A centre
    within 200 m of a place already found is not told again.
    """
    found: list[Group] = []
    east, north = _metres(centres)
    told: list[int] = []
    for place, centre in enumerate(centres):
        if told and np.hypot(east[told] - east[place], north[told] - north[place]).min() <= 2 * LIMITS.near_m:
            continue
        group = parties_at([centre, *staff_near(centre)])
        if group is not None:
            told.append(place)
            found.append(group)
    return found


def parties_at(spots: Sequence[Spot]) -> Group | None:
    """The spots within 100 m of the first, if all three parties are among them; physical things alone if that does.

    What everybody may see comes first: a place is told to as many readers as possible.
    """
    east, north = _metres(spots)
    near = [spot for spot, close in zip(spots, _near(0, east, north), strict=True) if close]
    physical = [spot for spot in near if spot.kind == near[0].kind == "place"]
    return next((Group(tuple(rows)) for rows in (physical, near) if _all_three(rows)), None)


def _all_three(spots: Sequence[Spot]) -> bool:
    parties = {spot.party for spot in spots}
    return {"worker", "housing"} <= parties and bool(parties & THIRD)


def _metres(spots: Sequence[Spot]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return geo.to_utm32([spot.lat for spot in spots], [spot.lon for spot in spots])


def _near(place: int, east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(np.hypot(east - east[place], north - north[place]) <= LIMITS.near_m)
