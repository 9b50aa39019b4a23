"""How each field of a walk, and of a finding on one, is read from what a form or a phone sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import parsing
from fieldapp.texts import later

Line = tuple[tuple[float, float], ...]
POINTS_MOST, TRACK_MOST = 500, 5_000
THEMES_MOST, THEME_MOST, ITEMS_MOST = 12, 120, 30
REASON_MOST, REASON_LEAST = 300, 3
FEELINGS = range(1, 8)
_ITEM_FIELDS = {"key": 40, "da": 60, "en": 60, "category": 40, "hint_da": 200, "hint_en": 200}


def text(least: int, most: int) -> Callable[[str, object], str]:
    """One line of text, spaces put together; raises a Problem when it is missing or too long."""

    def parse(name: str, value: object) -> str:
        if value is not None and not isinstance(value, str):
            raise Problem("invalid", field=name, why="det skal være tekst")
        said = " ".join((value or "").split())
        if least and not said:
            raise Problem("missing", field=name)
        if not least <= len(said) <= most:
            raise Problem("invalid", field=name, why=later("skriv {least} til {most} tegn", least=least, most=most))
        return said

    return parse


def whole(least: int, most: int) -> Callable[[str, object], int]:
    """A whole number between the two."""

    def parse(name: str, value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            why = later("vælg et tal fra {least} til {most}", least=least, most=most)
            raise Problem("invalid", field=name, why=why)
        return value

    return parse


def optional(parse: Callable[[str, object], Any]) -> Callable[[str, object], Any]:
    """Nothing, or what `parse` reads."""
    return lambda name, value: None if value in (None, "") else parse(name, value)


def choice(*choices: str) -> Callable[[str, object], str]:
    """One of these words."""

    def parse(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Problem("invalid", field=name, why=later("vælg en af: {choices}", choices=", ".join(choices)))
        return value

    return parse


def line(most: int = POINTS_MOST, *, least: int = 2) -> Callable[[str, object], Line]:
    """[[lon, lat], …] in degrees, at least two positions."""

    def parse(name: str, value: object) -> Line:
        if not isinstance(value, list | tuple) or not least <= len(value) <= most:
            why = later("tegn en linje med {least} til {most} punkter", least=least, most=most)
            raise Problem("invalid", field=name, why=why)
        return tuple(_position(name, one) for one in value)

    return parse


def _position(name: str, value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Problem("invalid", field=name, why="et punkt skal være [længde, bredde]")
    lon, lat = (parsing.PARSERS[kind](name, part) for kind, part in zip(("lon", "lat"), value, strict=True))
    return lon, lat


def day(name: str, value: object) -> date:
    """An ISO date."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Problem("invalid", field=name, why="datoen skal skrives som 2026-11-22") from None


def flag(name: str, value: object) -> bool:
    """True or false; nothing is false."""
    if value not in (None, True, False):
        raise Problem("invalid", field=name, why="det skal være ja eller nej")
    return bool(value)


def _invited(name: str, value: object) -> dict[str, int]:
    if not isinstance(value, dict | type(None)) or len(value or {}) > 30:
        raise Problem("invalid", field=name, why="det skal være et antal for hver rolle")
    counted = {str(role): whole(0, 200)(name, count) for role, count in (value or {}).items()}
    return {text(1, 40)(name, role): count for role, count in counted.items() if count}


def _themes(name: str, value: object) -> tuple[str, ...]:
    said = value if isinstance(value, list | tuple) else ()
    if len(said) > THEMES_MOST:
        raise Problem("invalid", field=name, why=later("vælg højst {most}", most=THEMES_MOST))
    return tuple(text(2, THEME_MOST)(name, one) for one in said)


def _checklist(name: str, value: object) -> tuple[dict[str, str], ...]:
    said = value if isinstance(value, list | tuple) else ()
    if len(said) > ITEMS_MOST:
        raise Problem("invalid", field=name, why=later("vælg højst {most}", most=ITEMS_MOST))
    return tuple(_item(name, one) for one in said)


def _item(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) - set(_ITEM_FIELDS):
        raise Problem("invalid", field=name, why="et punkt kendes ikke")
    required = ("key", "da", "category")
    item = {
        part: text(1 if part in required else 0, most)(name, value.get(part)) for part, most in _ITEM_FIELDS.items()
    }
    return item | {"en": item["en"] or item["da"], "hint_en": item["hint_en"] or item["hint_da"]}


PARSERS: dict[str, Callable[[str, object], Any]] = {
    "id": parsing.parse_id,
    "title": text(2, 80),
    "kind": choice("day", "dark"),
    "starts_at": parsing.parse_time,
    "meeting_point": text(2, 120),
    "meeting_lat": parsing.PARSERS["lat"],
    "meeting_lon": parsing.PARSERS["lon"],
    "size": whole(1, 200),
    "company": text(0, 80),
    "area": optional(line(least=4)),
    "route": optional(line()),
    "invited": _invited,
    "themes": _themes,
    "track_on": flag,
    "before": optional(parsing.parse_id),
    "checklist": _checklist,
}
# What a phone says of a finding beside the fields of an observation.
OWN_FIELDS: dict[str, Callable[[str, object], Any]] = {
    "item": text(1, 40),
    "good": flag,
    "feeling_day": optional(whole(1, 7)),
    "feeling_dark": optional(whole(1, 7)),
    "proposal": parsing.PARSERS["note"],
    "checks": optional(parsing.parse_id),
    "checked": optional(choice("better", "same", "worse", "gone")),
}
OBSERVATION_FIELDS = ("id", "lat", "lon", "observed_at", "accuracy_m", "position_source", "note")
