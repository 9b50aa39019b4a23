"""The demonstration's people: one sign-in per role, and colleagues who cannot sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from fieldapp.formats import COPENHAGEN
from fieldapp.model import Role, User, uuid7
from fieldapp.store import accounts, audit
from fieldapp.store.connection import Database
from fieldapp.usecases import passwords
from fieldapp.usecases.services import Services

SSP_SCHOOL = "Strandgårdskolen"
# Printed by the command and good for nothing but fictional data.
ACCOUNTS = (
    ("Demo Gadeplan", Role.WORKER, "solsort kande trappe regnvejr"),
    ("Demo Boligsocial", Role.HOUSING, "birketræ lampe hylde morgensol"),
    ("Demo SSP", Role.SSP, "muslinger cykel tavle efterårsblad"),
    ("Demo Koordinator", Role.COORDINATOR, "fyrtårn kompas gulerod snefnug"),
    ("Demo Admin", Role.ADMIN, "skovsti magnet teske vinterdæk"),
)
_COLLEAGUES = (
    *((f"Demo Gadeplan {number}", Role.WORKER) for number in range(2, 6)),
    *((f"Demo Boligsocial {number}", Role.HOUSING) for number in range(2, 4)),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one demo user signs in."""

    name: str
    role: Role
    password: str


SIGN_INS = tuple(SignIn(*account) for account in ACCOUNTS)


def hashes() -> dict[str, str]:
    """Name → password hash; each takes a tenth of a second, so they are made before the transaction."""
    return {one.name: passwords.hashed(passwords.require_good(one.password)) for one in SIGN_INS}


def make_users(
    hashed: dict[str, str], *, random: Random, db: Database, services: Services, now: datetime
) -> tuple[User, ...]:
    """The demo users, made where they are missing, inside `writing`; those who sign in first."""
    wanted = (*((one.name, one.role) for one in SIGN_INS), *_COLLEAGUES)
    return tuple(
        _user(name, role, hashed.get(name), random=random, db=db, services=services, now=now) for name, role in wanted
    )


def _user(
    name: str, role: Role, hashed: str | None, *, random: Random, db: Database, services: Services, now: datetime
) -> User:
    found = accounts.find(db, name)
    if found:
        return found[0]
    districts = frozenset({_ssp_district(services, now)}) if role is Role.SSP else frozenset[str]()
    user = User(uuid7(now, random.randbytes), name, role, districts)
    accounts.insert(db, user, at=now)
    if hashed is not None:
        accounts.set_password_hash(db, user.id, hashed)
    audit.append(db, at=now, actor="system", action="user.added", entity="user", entity_id=user.id)
    return user


def _ssp_district(services: Services, now: datetime) -> str:
    current = services.districts.current(now.astimezone(COPENHAGEN).date())
    return next((district.id for district in current if SSP_SCHOOL in (district.school, district.name)), current[0].id)
