"""How each field of a follow-up is read from what a form, a walk or a meeting sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import parsing
from fieldapp.model.categories import Kind
from fieldapp.texts import later

TITLE_LEAST, TITLE_MOST, TEXT_MOST = 2, 120, 500
SOURCES = ("finding", "observation", "hotspot", "meeting", "tip", "hand")
KEY_MOST, LATEST = 60, date(2100, 1, 1)


def parse_title(name: str, value: object) -> str:
    """One line of 2 to 120 characters; raises a Problem."""
    text = " ".join(_string(name, value).split())
    if not text:
        raise Problem("missing", field=name)
    if not TITLE_LEAST <= len(text) <= TITLE_MOST:
        why = later("skriv {least} til {most} tegn", least=TITLE_LEAST, most=TITLE_MOST)
        raise Problem("invalid", field=name, why=why)
    return text


def parse_text(name: str, value: object) -> str | None:
    """At most 500 characters, or nothing; raises a Problem."""
    text = _string(name, value).strip()
    if len(text) > TEXT_MOST:
        raise Problem("invalid", field=name, why=later("højst {limit} tegn; gør teksten kortere", limit=TEXT_MOST))
    return text or None


def parse_day(name: str, value: object) -> date | None:
    """A day as `2026-11-22`, or nothing; raises a Problem."""
    if value in (None, "") or type(value) is date:
        return value or None  # type: ignore[return-value]
    try:
        day = date.fromisoformat(_string(name, value))
    except ValueError:
        raise Problem("invalid", field=name, why="skriv datoen som 2026-11-22") from None
    if not parsing.EARLIEST.date() <= day < LATEST:
        raise Problem("invalid", field=name, why="skriv datoen som 2026-11-22")
    return day


def _string(name: str, value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise Problem("invalid", field=name, why="det skal være tekst")
    return value or ""


def _key(name: str, value: object) -> str | None:
    text = _string(name, value)
    if len(text) > KEY_MOST or not text.isprintable():
        raise Problem("invalid", field=name, why=later("højst {most} tegn", most=KEY_MOST))
    return text or None


def _needed(name: str, value: object) -> str:
    key = _key(name, value)
    if key is None:
        raise Problem("missing", field=name)
    return key


def _kind(name: str, value: object) -> Kind:
    if value in (None, ""):
        return Kind.PLACE
    if value not in list(Kind):
        choices = ", ".join(Kind)
        raise Problem("invalid", field=name, why=later("vælg en af: {choices}", choices=choices))
    return Kind(value)  # type: ignore[arg-type]


def _source(name: str, value: object) -> str:
    said = _key(name, value) or "hand"
    if said not in SOURCES:
        raise Problem("invalid", field=name, why=later("vælg en af: {choices}", choices=", ".join(SOURCES)))
    return said


def _degrees(name: str, value: object) -> float | None:
    return None if value in (None, "") else parsing.PARSERS[name](name, value)


PARSERS: dict[str, Callable[[str, object], Any]] = {
    "id": parsing.parse_id,
    "title": parse_title,
    "detail": parse_text,
    "lat": _degrees,
    "lon": _degrees,
    "district": _key,
    "kind": _kind,
    "source": _source,
    "source_id": _key,
    "responsible": _needed,
    "assignee": _key,
    "deadline": parse_day,
    "walk": _key,
    "tip": _key,
}
