"""A feature's properties → a district's fields, each fault named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from fieldapp.districts.faults import FaultError, shown
from fieldapp.districts.model import NetworkGroup

LONGEST = {"name": 80, "school": 80, "network_group": 40, "source": 500}
ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ö": "oe", "ä": "ae", "ü": "u"})

Attempt = Callable[..., Any]


def read_properties(
    feature: Mapping[str, Any],
    label: str,
    *,
    mapping: Mapping[str, str],
    name_ids: Callable[[str], str] | None,
    attempt: Attempt,
) -> dict[str, Any]:
    """The keyword arguments of a District but its geometry; a field at fault is noted by `attempt` and left empty."""
    given = feature.get("properties")
    values = _renamed(given if isinstance(given, dict) else {}, mapping)
    if name_ids is None:  # at an import a feature's own id is often only its row number
        values.setdefault("id", feature.get("id"))
    name = attempt(_name, values.get("name"), label)
    shown_as = shown(name or label)
    valid_from = attempt(_date, values, "valid_from", shown_as)
    valid_to = attempt(_date, values, "valid_to", shown_as)
    attempt(_in_order, valid_from, valid_to, shown_as)
    return {
        "id": attempt(_id, values.get("id"), name, shown_as, name_ids),
        "name": name,
        "school": attempt(_text, values, "school", shown_as) or "",
        "network_group": attempt(_text, values, "network_group", shown_as) or None,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source": attempt(_text, values, "source", shown_as) or "",
        "indicative": bool(attempt(_flag, values, shown_as)),
    }


def read_group(group: Any) -> NetworkGroup:
    """One entry of the file's `network_groups`."""
    if not isinstance(group, dict):
        raise FaultError("bad_groups")
    group_id, name, district = group.get("id"), group.get("name"), group.get("district")
    if not isinstance(group_id, str) or not ID.fullmatch(group_id) or not isinstance(name, str) or not _fits(name, 80):
        raise FaultError("bad_groups")
    if district is not None and not (isinstance(district, str) and ID.fullmatch(district)):
        raise FaultError("bad_groups")
    return NetworkGroup(group_id, name, district)


def slug(text: str) -> str:
    """«Strandgårdskolen» → `strandgaardskolen`: an id from a name."""
    plain = text.casefold().translate(_LETTERS)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "distrikt"


def _renamed(given: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Their properties under our names; what is not mapped keeps its own."""
    values = dict(given)
    values.update({ours: given.get(theirs) for ours, theirs in mapping.items()})
    return values


def _name(value: Any, label: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise FaultError("missing_name", name=label)
    name = value.strip()
    if not _fits(name, LONGEST["name"]):
        raise FaultError("bad_text", name=shown(name), property="name", limit=str(LONGEST["name"]))
    return name


def _id(value: Any, name: str | None, label: str, name_ids: Callable[[str], str] | None) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12:
        value = str(value)
    if name_ids is not None:
        text = slug(value) if isinstance(value, str) and not ID.fullmatch(value) else value
        return text if isinstance(text, str) and text else name_ids(name) if name else None
    if value is None or value == "":
        raise FaultError("missing_id", name=label)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise FaultError("bad_id", name=label)
    return value


def _text(values: Mapping[str, Any], key: str, label: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or not _fits(value, LONGEST[key]):
        raise FaultError("bad_text", name=label, property=key, limit=str(LONGEST[key]))
    return value.strip()


def _fits(text: str, limit: int) -> bool:
    return len(text) <= limit and text.isprintable()


def _flag(values: Mapping[str, Any], label: str) -> bool:
    value = values.get("indicative")
    if value is not None and not isinstance(value, bool):
        raise FaultError("bad_flag", name=label)
    return bool(value)


def _date(values: Mapping[str, Any], key: str, label: str) -> date | None:
    value = values.get(key)
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise ValueError(key)
        return date.fromisoformat(value)
    except ValueError as error:
        raise FaultError("bad_date", name=label, property=key) from error


def _in_order(valid_from: date | None, valid_to: date | None, label: str) -> None:
    if valid_from and valid_to and valid_to < valid_from:
        raise FaultError("dates_reversed", name=label)
