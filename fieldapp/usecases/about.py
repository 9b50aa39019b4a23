"""The facts of «Om data», asked of the rules that decide them: who sees what, how long, which categories."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from fieldapp.model import Kind, Observation, Role, User
from fieldapp.model.parsing import EARLIEST
from fieldapp.privacy.releasing import area_grants, sees_point
from fieldapp.store.connection import Database
from fieldapp.usecases import retention
from fieldapp.usecases.services import Services

OWN, ELSEWHERE = "own", "elsewhere"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page tells that is not the same everywhere: lifetimes in months, whether deletion is on, categories."""

    months: dict[str, int]
    deleting: bool
    categories: dict[Kind, tuple[tuple[str, str], ...]]
    contact: str
    report_child_url: str


def facts(*, db: Database, services: Services) -> Facts:
    """Read what the page needs."""
    shown = retention.show(db=db)
    by_kind = {kind: tuple((one.da, one.en) for one in services.catalogue if one.kind is kind) for kind in Kind}
    settings = services.settings
    return Facts(shown.months, shown.leave is not None, by_kind, settings.contact, settings.report_child_url)


@dataclass(frozen=True, slots=True)
class Sees:
    """What a role sees one by one and what only as areas: (kind, own district or elsewhere)."""

    points: frozenset[tuple[Kind, str]]
    areas: frozenset[tuple[Kind, str]]


def sees(role: Role) -> Sees:
    """Asked of the release rules with one made-up observation of each sort, by somebody else."""
    reader = User("reader", "", role, frozenset({OWN}))
    every = {(kind, where): _observation(kind, where) for kind, where in product(Kind, (OWN, ELSEWHERE))}
    points = frozenset(sort for sort, one in every.items() if sees_point(one, reader))
    grants = area_grants(reader)
    areas = frozenset(s for s, one in every.items() if s not in points and any(grant.holds(one) for grant in grants))
    return Sees(points, areas)


def _observation(kind: Kind, district: str) -> Observation:
    return Observation("", "", 0, 0, EARLIEST, kind=kind, district=district, reporter="somebody else")
