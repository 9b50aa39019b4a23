"""Swap in a new districts file from a day on, keeping the earlier districts for the observations that have them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fieldapp.districts.checking import between, check_file, load_districts, refuse
from fieldapp.districts.faults import Fault
from fieldapp.districts.model import District, DistrictSet, NetworkGroup, feature, group_to_wire
from fieldapp.districts.properties import slug
from fieldapp.districts.reading import Reading, read_file
from fieldapp.errors import Problem
from fieldapp.texts import later

_DAY = timedelta(days=1)
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: district ids added, closed the day before, replaced; and the repairs, one sentence each."""

    valid_from: date
    added: tuple[str, ...]
    closed: tuple[str, ...]
    replaced: tuple[str, ...]
    repairs: tuple[str, ...]


def import_file(
    source: Path, target: Path, *, valid_from: date, mapping: Mapping[str, str] | None = None
) -> ImportReport:
    """Check `source`, merge it into `target` from that day on and write it atomically.

    `mapping` is our property name → theirs. Problem `bad_file` (details `faults`) leaves the target as it was.
    """
    if valid_from.year < _FIRST_YEAR:
        raise Problem("invalid", field="valid_from", why=later("vælg en dag efter {year}", year=_FIRST_YEAR))
    old = load_districts(target) if target.exists() else DistrictSet(())
    known = {slug(district.name): district.id for district in old.districts}
    incoming = read_file(source, mapping=mapping, name_ids=lambda name: known.get(slug(name), slug(name)))
    incoming.districts = [district for district in incoming.districts if district.valid(valid_from)]
    refuse(source, incoming.faults or _nothing_valid(incoming) or between(incoming))
    kept, replaced = _closed(old.districts, valid_from)
    added = _opened(incoming.districts, old.districts, valid_from)
    groups = _groups(old, incoming, added)
    tied = {group.district: group.id for group in groups}
    added = [replace(area, network_group=area.network_group or tied.get(area.id)) for area in added]
    merged = DistrictSet((*kept, *added), groups, incoming.attribution or old.attribution)
    write(merged, target)
    closed = tuple(new.id for new in kept if new not in old.districts)
    return ImportReport(
        valid_from, tuple(new.id for new in added), closed, tuple(gone.id for gone in replaced), _repairs(incoming)
    )


def write(districts: DistrictSet, target: Path) -> None:
    """Write the file whole or not at all, and only if it can be read back without a fault."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(to_text(districts))
            file.flush()
            os.fsync(file.fileno())
        refuse(target, check_file(temporary))
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def to_text(districts: DistrictSet) -> str:
    """The file's text: one line a district, so that a version control shows which one changed."""
    head = {"type": "FeatureCollection", "attribution": districts.attribution}
    groups = _lines(group_to_wire(group) for group in districts.network_groups)
    features = _lines(feature(district) for district in districts.districts)
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{opening},\n"network_groups": [{groups}],\n"features": [{features}]}}\n'


def _lines(items: Iterable[dict[str, Any]]) -> str:
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, allow_nan=False) for item in items)
    return f"\n{lines}\n" if lines else ""


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _nothing_valid(incoming: Reading) -> list[Fault]:
    return [] if incoming.districts else [Fault("none_valid")]


def _closed(old: Iterable[District], valid_from: date) -> tuple[list[District], list[District]]:
    """The earlier districts, ended the day before; and those of the very same day, which the import replaces."""
    old = tuple(old)
    replaced = [district for district in old if district.valid_from == valid_from]
    kept = [district for district in old if district.valid_from != valid_from]
    return [
        replace(district, valid_to=valid_from - _DAY) if district.valid(valid_from) else district for district in kept
    ], replaced


def _opened(incoming: Iterable[District], old: Iterable[District], valid_from: date) -> list[District]:
    """The new districts, from the day on until the next file that was already imported for a later day."""
    later = [district.valid_from - _DAY for district in old if district.valid_from and district.valid_from > valid_from]
    ends = min(later, default=None)
    return [
        replace(
            district,
            valid_from=valid_from,
            valid_to=min((end for end in (district.valid_to, ends) if end), default=None),
        )
        for district in incoming
    ]


def _groups(old: DistrictSet, incoming: Reading, added: Iterable[District]) -> tuple[NetworkGroup, ...]:
    """The file's own groups, else the earlier ones tied to the new district of the same name or school."""
    if incoming.network_groups:
        return tuple(incoming.network_groups)
    added = tuple(added)
    ids = {district.id for district in added}
    by_name = {slug(text): district.id for district in added for text in (district.school, district.name) if text}
    groups = []
    for group in old.network_groups:
        before = old.by_id(group.district) if group.district else None
        names = [slug(text) for text in (before.name, before.school) if text] if before else []
        found = next((by_name[name] for name in names if name in by_name), group.district)
        groups.append(group if group.district in ids else replace(group, district=found))
    return tuple(groups)


def _repairs(incoming: Reading) -> tuple[str, ...]:
    repairs = []
    if incoming.double_points:
        repairs.append(f"{incoming.double_points} gentagne punkter er udeladt.")
    if incoming.converted:
        repairs.append("Koordinaterne er omregnet fra EPSG:25832 til WGS 84.")
    return tuple(repairs)
