"""The screens and who sees them: one table for the pages, their addresses and the navigation."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.model import MAY_RECORD, Role, User
from fieldapp.usecases.accounts import ADMINISTRATORS

EVERYONE = frozenset(Role)
_SEES_OBSERVATIONS = EVERYONE - {Role.ADMIN}


@dataclass(frozen=True, slots=True)
class Screen:
    """One page: its address and file (`key`), its Danish title, its short name in the bar, and its roles."""

    key: str
    title: str
    short: str
    icon: str
    roles: frozenset[Role]


SCREENS = (
    Screen("ny", "Ny observation", "Ny", "plus", MAY_RECORD),
    Screen("kort", "Kort", "Kort", "map", _SEES_OBSERVATIONS),
    Screen("overblik", "Overblik", "Overblik", "chart", _SEES_OBSERVATIONS),
    Screen("opfoelgning", "Opfølgning", "Opfølgning", "check", _SEES_OBSERVATIONS),
    Screen("tryghedsvandringer", "Tryghedsvandringer", "Vandringer", "users", _SEES_OBSERVATIONS),
    Screen("tilstedevaerelse", "Tilstedeværelse", "Til stede", "clock", MAY_RECORD),
    Screen("hotspots", "Hotspots", "Hotspots", "target", _SEES_OBSERVATIONS),
    Screen("indlaes", "Indlæs observationer", "Indlæs", "upload", frozenset({Role.COORDINATOR})),
    Screen("enheder", "Mine enheder", "Enheder", "device", EVERYONE),
    Screen("administration", "Administration", "Administration", "users", ADMINISTRATORS),
    Screen("om_data", "Om data", "Om data", "info", EVERYONE),
    Screen("mere", "Mere", "Mere", "more", EVERYONE),
)
BY_KEY = {screen.key: screen for screen in SCREENS}
_BARS = {
    Role.WORKER: ("ny", "kort", "opfoelgning", "mere"),
    Role.HOUSING: ("ny", "kort", "opfoelgning", "mere"),
    Role.COORDINATOR: ("ny", "kort", "overblik", "mere"),
    Role.SSP: ("overblik", "kort", "hotspots", "mere"),
    Role.ADMIN: ("administration", "mere"),
}


def screens_of(user: User) -> list[Screen]:
    """Every screen the user may open."""
    return [screen for screen in SCREENS if user.role in screen.roles]


def bar_of(user: User) -> list[Screen]:
    """At most four screens for the navigation bar; the first is where the app opens."""
    return [BY_KEY[key] for key in _BARS[user.role]]
