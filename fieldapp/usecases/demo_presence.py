"""Where the demonstration's staff were in two years, and for how long: very uneven from place to place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from fieldapp import geo
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Role, User
from fieldapp.usecases.services import Services

DAYS = 730
# Seen from the place, north and east in metres: where in it staff stand.
_STANDS = ((0, 0), (35, 20), (-30, 40), (20, -45), (-40, -25))
# How much of their time each role spends where; a place that is not named is hardly visited at all.
_WORKERS_GO = {
    "ishoej-station": 20,
    "ishoej-bycenter": 14,
    "vejleaaparken": 10,
    "vildtbanegaard": 7,
    "store-torv": 5,
    "bilka": 4,
    "byhaven": 4,
    "fritidscenteret": 5,
    "brohuset": 3,
    "gildbroskolen": 5,
    "vejlebroskolen": 3,
    "strandgaardskolen": 3,
    "vibeholmskolen": 4,
    "ishoejstien": 4,
    "skyttestien": 3,
    "vildtbanestien": 2,
    "strandparkstien": 8,
    "erhverv-industribuen": 5,
    "ishoejruten": 1,
    "strandparken": 2,
    "ishoej-skole": 1,
    "ishoej-landsby": 0.5,
}
_HOUSING_GOES = {"vejleaaparken": 5, "vildtbanegaard": 4, "skyttestien": 1, "ishoejstien": 1, "brohuset": 1}
_COORDINATOR_GOES = {"raadhuset": 3, "ishoej-bycenter": 2, "fritidscenteret": 1, "gildbroskolen": 1}
_REACHES, _REACH_WEIGHTS = (100, 250, 500), (9, 9, 2)
_ACTIVITIES, _ACTIVITY_WEIGHTS = ("synlighed", "dialog", "mentorstoette", "samtale", "netvaerk"), (10, 8, 1, 2, 1)


@dataclass(frozen=True, slots=True)
class _Habit:
    """How a role works: chance of a day at work (weekdays, weekend), first hours, turns a day, and where."""

    weekdays: float
    weekend: float
    from_hours: tuple[int, ...]
    turns: tuple[int, ...]
    places: Mapping[str, float]


_HABITS = {
    Role.WORKER: _Habit(0.66, 0.5, (12, 14, 15, 16, 17, 18), (1, 2, 2, 3), _WORKERS_GO),
    Role.HOUSING: _Habit(0.3, 0.0, (8, 9, 10, 12, 13), (1, 1, 2), _HOUSING_GOES),
    Role.COORDINATOR: _Habit(0.15, 0.0, (9, 12, 13), (1,), _COORDINATOR_GOES),
}
_WEEKEND_EVENING = (17, 18, 19, 20)
_TOGETHER = 0.4
EVENT_REACH_M, EVENT_STAFF = 250, 4


@dataclass(frozen=True, slots=True)
class Happening:
    """An event: `month_day` is its latest day before today, else it was (or, below 0, will be) `days_ago`."""

    key: str
    title: str
    plan: str
    place: str
    from_hour: int
    hours: int
    days_ago: int = 0
    month_day: tuple[int, int] | None = None

    def on(self, today: date) -> date:
        """The day it is held."""
        if self.month_day is None:
            return today - timedelta(days=self.days_ago)
        this_year = date(today.year, *self.month_day)
        return this_year if this_year < today else date(today.year - 1, *self.month_day)

    def hours_on(self, day: date) -> tuple[datetime, datetime]:
        """From–to in UTC."""
        begun = datetime.combine(day, time(self.from_hour), COPENHAGEN).astimezone(UTC)
        return begun, begun + timedelta(hours=self.hours)


# Fiction in Danish, as observations' notes are; through the gate like them.
HAPPENINGS = (
    Happening(
        "last_school_day",
        "Sidste skoledag",
        "Vi er synlige ved stranden hele aftenen, deler vand ud og følger de sidste til stationen.",
        "strandparken",
        15,
        8,
        month_day=(6, 26),
    ),
    Happening(
        "byhaven", "Åben aften i Byhaven", "Bål, boldspil og snak om klubbens vinterprogram.", "byhaven", 16, 5, 8
    ),
    Happening("christmas_market", "Julemarked på torvet", "Fire kolleger er med hele dagen.", "store-torv", 12, 6, -13),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """One person at one place from–to (UTC); `partner` numbers those who went together, `event` is a Happening's key.

    `east`, `north` are EPSG:25832 metres, `reach_m` is how far round them was covered.
    """

    worker: User
    east: float
    north: float
    reach_m: int
    started_at: datetime
    ended_at: datetime
    activity: str
    place: str
    together: int | None = None
    event: str | None = None


def stays(users: Sequence[User], *, share: float, random: Random, services: Services, now: datetime) -> list[Stay]:
    """Two years of presence in the order of time, or only this share of its days; all of it is over by `now`."""
    spots = _spots(services)
    staff = [user for user in users if user.role in _HABITS]
    today = now.astimezone(COPENHAGEN).date()
    days = {one.on(today): one for one in HAPPENINGS if one.place in spots}
    made: list[Stay] = []
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        if day in days and share == 1:
            made.extend(_at_event(days[day], day, staff, spots, random))
        elif random.random() < share:
            made.extend(_ordinary_day(day, staff, spots, random, back))
    made = [stay for stay in made if stay.ended_at <= now]
    return sorted(made, key=lambda stay: (stay.started_at, stay.worker.id))


def _spots(services: Services) -> dict[str, tuple[float, float]]:
    places = services.gazetteer.places
    eastings, northings = geo.to_utm32([place.lat for place in places], [place.lon for place in places])
    return {
        place.id: (float(east), float(north)) for place, east, north in zip(places, eastings, northings, strict=True)
    }


def _at_event(
    one: Happening, day: date, staff: Sequence[User], spots: dict[str, tuple[float, float]], random: Random
) -> Iterator[Stay]:
    begun, over = one.hours_on(day)
    east, north = spots[one.place]
    for user in [user for user in staff if user.role is Role.WORKER][:EVENT_STAFF]:
        early, late = (timedelta(minutes=random.randint(0, 45)) for _ in range(2))
        yield Stay(
            user, east, north, EVENT_REACH_M, begun + early, over - late, "arrangement", one.place, event=one.key
        )


def _ordinary_day(
    day: date, staff: Sequence[User], spots: dict[str, tuple[float, float]], random: Random, back: int
) -> Iterator[Stay]:
    weekend = day.weekday() >= 5
    here = [
        user
        for user in staff
        if random.random() < (_HABITS[user.role].weekend if weekend else _HABITS[user.role].weekdays)
    ]
    workers = [user for user in here if user.role is Role.WORKER]
    follower = workers[1] if len(workers) > 1 and random.random() < _TOGETHER else None
    for user in here:
        if user is follower:
            continue
        number = back if follower is not None and user is workers[0] else None
        for stay in _one_day(user, day, spots, random, number):
            yield stay
            if number is not None and follower is not None:
                yield replace(stay, worker=follower)


def _one_day(
    user: User, day: date, spots: dict[str, tuple[float, float]], random: Random, together: int | None
) -> Iterator[Stay]:
    habit = _HABITS[user.role]
    late = user.role is Role.WORKER and day.weekday() in (4, 5) and random.random() < 0.7
    hour = random.choice(_WEEKEND_EVENING if late else habit.from_hours)
    moment = datetime.combine(day, time(hour, random.choice((0, 15, 30, 45))), COPENHAGEN).astimezone(UTC)
    places = {place: weight for place, weight in habit.places.items() if place in spots}
    for turn in range(random.choice(habit.turns)):
        place = random.choices(list(places), list(places.values()))[0]
        ended = moment + timedelta(minutes=random.choice((45, 60, 75, 90, 120, 150, 180)))
        stand = random.choice(_STANDS)
        yield Stay(
            user,
            spots[place][0] + stand[1],
            spots[place][1] + stand[0],
            random.choices(_REACHES, _REACH_WEIGHTS)[0],
            moment,
            ended,
            random.choices(_ACTIVITIES, _ACTIVITY_WEIGHTS)[0],
            place,
            None if together is None else together * 10 + turn,
        )
        moment = ended + timedelta(minutes=random.choice((0, 5, 10, 20)))
