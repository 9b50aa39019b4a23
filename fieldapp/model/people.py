"""Who uses the app: roles and users."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who a user is; what each may do stands in `privacy.release` and `usecases`."""

    WORKER = "worker"
    HOUSING = "housing"
    SSP = "ssp"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


ROLE_NAMES = {
    Role.WORKER: "Gadeplansmedarbejder",
    Role.HOUSING: "Boligsocial medarbejder",
    Role.SSP: "SSP-netværksgruppe",
    Role.COORDINATOR: "Koordinator",
    Role.ADMIN: "Systemadministrator",
}
MAY_RECORD = frozenset({Role.WORKER, Role.HOUSING, Role.COORDINATOR})


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in person as re-read from the database; no districts means all (never for SSP)."""

    id: str
    name: str
    role: Role
    districts: frozenset[str] = frozenset()
    active: bool = True
    language: str = "da"

    def covers(self, district: str | None) -> bool:
        """Is this district one of the user's own?"""
        if not self.districts:
            return self.role is not Role.SSP
        return district in self.districts
