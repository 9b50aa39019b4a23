"""Two years of fictional observations and one sign-in per role: for showing and trying, never beside real data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from fieldapp import geo
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Catalogue, Kind, Observation, ObservationFilter, Role, User, uuid7
from fieldapp.privacy import require_clean
from fieldapp.store import accounts, audit, bulk, meta
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database, writing
from fieldapp.texts import later
from fieldapp.usecases import passwords
from fieldapp.usecases.demo_texts import NOTES, PATTERNS, Pattern
from fieldapp.usecases.imports.locating import locate_all
from fieldapp.usecases.services import Services

OBSERVATIONS, SEED, OBSERVATIONS_MAX = 6000, 20261122, 100_000
DAYS = 730
SSP_SCHOOL = "Strandgårdskolen"
_SPREAD_M = 70.0
_NOTED = 0.45
# Printed by the command and good for nothing but fictional data.
_ACCOUNTS = (
    ("Demo Gadeplan", Role.WORKER, "solsort kande trappe regnvejr"),
    ("Demo Boligsocial", Role.HOUSING, "birketræ lampe hylde morgensol"),
    ("Demo SSP", Role.SSP, "muslinger cykel tavle efterårsblad"),
    ("Demo Koordinator", Role.COORDINATOR, "fyrtårn kompas gulerod snefnug"),
    ("Demo Admin", Role.ADMIN, "skovsti magnet teske vinterdæk"),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one demo user signs in."""

    name: str
    role: Role
    password: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What was filled in (0: it was filled before), and how to sign in."""

    added: int
    sign_ins: tuple[SignIn, ...]


def fill_demo(
    *, db: Database, services: Services, now: datetime, observations: int = OBSERVATIONS, seed: int = SEED
) -> Demo:
    """Fill a fresh database; the same seed and `now` make the same rows. Problem `not_demo` beside real data."""
    if not 0 <= observations <= OBSERVATIONS_MAX:
        raise Problem(
            "invalid",
            field="observations",
            why=later("vælg et tal fra {least} til {most}", least=0, most=OBSERVATIONS_MAX),
        )
    filled = rows.count(db, ObservationFilter())
    if not meta.is_fictional(db) and (filled or accounts.count(db)):
        raise Problem("not_demo")
    random = Random(seed)  # noqa: S311  (fiction, not secrets)
    hashes = {name: passwords.hashed(passwords.require_good(password)) for name, _, password in _ACCOUNTS}
    made: Sequence[bulk.Ready] = ()
    with writing(db):
        meta.mark_fictional(db)
        users = _users(hashes, random=random, db=db, services=services, now=now)
        if not filled:
            made = [bulk.ready(seen) for seen in _invent(observations, users, random, services, now)]
            bulk.insert_within(db, made, actor="system", at=now, action="demo")
            meta.touch(db)
    return Demo(len(made), tuple(SignIn(*account) for account in _ACCOUNTS))


def _users(
    hashes: dict[str, str], *, random: Random, db: Database, services: Services, now: datetime
) -> dict[Role, User]:
    """The demo users, made where they are missing."""
    users = {}
    for name, role, _ in _ACCOUNTS:
        districts = frozenset({_ssp_district(services, now)}) if role is Role.SSP else frozenset[str]()
        found = accounts.find(db, name)
        users[role] = found[0] if found else User(uuid7(now, random.randbytes), name, role, districts)
        if found is None:
            accounts.insert(db, users[role], at=now)
            accounts.set_password_hash(db, users[role].id, hashes[name])
            user_id = users[role].id
            audit.append(db, at=now, actor="system", action="user.added", entity="user", entity_id=user_id)
    return users


def _ssp_district(services: Services, now: datetime) -> str:
    current = services.districts.current(now.astimezone(COPENHAGEN).date())
    return next((district.id for district in current if SSP_SCHOOL in (district.school, district.name)), current[0].id)


def _invent(
    count: int, users: dict[Role, User], random: Random, services: Services, now: datetime
) -> list[Observation]:
    """Fictional observations in the order of time, located as real ones are."""
    spots = _spots(services, random)
    patterns = [pattern for pattern in PATTERNS if pattern.category in services.catalogue]
    weights = [pattern.weight for pattern in patterns]
    seen = [
        _one(random.choices(patterns, weights)[0], random, spots, users, services.catalogue, now) for _ in range(count)
    ]
    seen.sort(key=lambda observation: observation.observed_at)
    return locate_all(seen, services)


def _spots(services: Services, random: Random) -> list[tuple[float, float, float]]:
    """(easting, northing, weight): the named places, a few of them far busier than the others."""
    places = services.gazetteer.places
    eastings, northings = geo.to_utm32([place.lat for place in places], [place.lon for place in places])
    return [
        (float(east), float(north), random.paretovariate(1.8)) for east, north in zip(eastings, northings, strict=True)
    ]


def _one(
    pattern: Pattern,
    random: Random,
    spots: list[tuple[float, float, float]],
    users: dict[Role, User],
    catalogue: Catalogue,
    now: datetime,
) -> Observation:
    east, north, _ = random.choices(spots, [weight for _, _, weight in spots])[0]
    lats, lons = geo.from_utm32([random.gauss(east, _SPREAD_M)], [random.gauss(north, _SPREAD_M)])
    observed_at = _moment(pattern, random, now)
    kind = catalogue[pattern.category].kind
    people = kind is Kind.PEOPLE
    gps = random.random() < 0.8
    note = random.choice(NOTES[pattern.category]) if random.random() < _NOTED and NOTES.get(pattern.category) else None
    require_clean(note or "", "note")
    seen = Observation(
        id=uuid7(observed_at, random.randbytes),
        category=pattern.category,
        lat=round(float(lats[0]), 7),
        lon=round(float(lons[0]), 7),
        observed_at=observed_at,
        accuracy_m=float(random.randint(4, 40)) if gps else None,
        position_source="gps" if gps else "map",
        severity=random.choices((None, 1, 2, 3), (5, 3, 2, 1))[0],
        group_size=random.choice(("1-2", "3-5", "3-5", "6-10", None)) if people else None,
        age_band=random.choice(("under13", "13-17", "13-17", "mixed", "unknown", None)) if people else None,
        note=note,
        origin="demo",
        kind=kind,
    )
    reporter = users[_reporter(kind, random)].id
    written = observed_at + timedelta(minutes=random.randint(0, 40))
    return replace(seen, reporter=reporter, recorded_at=min(now.replace(microsecond=0), written))


def _reporter(kind: Kind, random: Random) -> Role:
    if kind is Kind.PEOPLE:
        return Role.WORKER
    return random.choices((Role.WORKER, Role.HOUSING, Role.COORDINATOR), (6, 3, 1))[0]


def _moment(pattern: Pattern, random: Random, now: datetime) -> datetime:
    """A moment of the last two years at the pattern's months, weekdays and hours; whole minutes."""
    today = now.astimezone(COPENHAGEN)
    while True:
        day = today.date() - timedelta(days=random.randrange(DAYS))
        if random.random() >= pattern.months[day.month - 1] * (1.0 if day.weekday() >= 4 else pattern.weekday):
            continue
        hour = random.choices(range(24), pattern.hours)[0]
        moment = datetime(day.year, day.month, day.day, hour, random.randrange(60), tzinfo=COPENHAGEN).astimezone(UTC)
        if moment <= now:
            return moment
