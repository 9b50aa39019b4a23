"""One row of a foreign file → one observation, by the same checks as everything else that comes in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from fieldapp.errors import Problem
from fieldapp.model import AGE_BANDS, GROUP_SIZES, Catalogue, Observation
from fieldapp.privacy import Finding, clean_text
from fieldapp.texts import N_
from fieldapp.usecases import asking
from fieldapp.usecases.imports.columns import Columns, Words
from fieldapp.usecases.imports.tables import Cells

# Ids that are no UUID become UUIDv5 in this namespace of «source, id», so that the same file twice adds nothing.
NAMESPACE = UUID("3f0f7bb2-8f57-5a0e-9c66-7a3b1d2f4e10")
_NOBODY = "00000000-0000-0000-0000-000000000000"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,30}([.,]\d{1,30})?([eE][+-]?\d{1,3})?", re.ASCII)
_DANISH_TIME = re.compile(
    r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:,? +(?:kl\.? *)?|T)(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?", re.ASCII
)
_HAS_CLOCK = re.compile(r"[T ]\d{1,2}")
_SEVERITY_WORDS = {"lidt": "1", "noget": "2", "meget": "3", "lav": "1", "middel": "2", "høj": "3"}
_GROUP_WORDS = {"11 eller flere": "11+", "over 10": "11+"}
_AGE_WORDS = {
    "under 13": "under13",
    "under 13 år": "under13",
    "13-17 år": "13-17",
    "18 år og over": "18+",
    "over 18": "18+",
    "blandet": "mixed",
    "ukendt": "unknown",
    "ved ikke": "unknown",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What every row of one import is read with; `source` tells apart systems that number from 1."""

    columns: Columns
    words: Words
    catalogue: Catalogue
    now: datetime
    source: str = ""

    def observation(self, cells: Cells) -> tuple[Observation, tuple[Finding, ...]]:
        """The checked observation, its id empty where the row has none, and what in its note may be about a person.

        Raises a Problem that names the field.
        """
        if any(cells[len(self.columns.header) :]):
            raise Problem(
                "invalid", field=N_("række"), why="den har flere celler end overskriften; er skilletegnet rigtigt?"
            )
        wire: dict[str, object] = {"position_source": "import"}
        for field, index in self.columns.index.items():
            text = cells[index] if index < len(cells) else ""
            if stripped := text.strip():
                wire[field] = _READ.get(field, _as_is)(field, text if field == "note" else stripped)
        own_id = wire.get("id")
        wire["id"] = self._id(str(own_id)) if own_id else _NOBODY
        wire["category"] = self._category(wire.get("category"))
        _refuse_odd_position(wire.get("lat"), wire.get("lon"))
        seen = Observation.from_wire(wire, catalogue=self.catalogue, now=self.now, origin="import")
        note = clean_text(seen.note or "") or None
        found = asking.stopping(note or "")
        if any(one.hard for one in found):
            raise asking.refusal(found, "note")
        return replace(seen, note=note), found

    def numbered(self, seen: Observation, occurrence: int) -> Observation:
        """The observation with an id made of what it says and how many alike came before it in the file."""
        return replace(seen, id=str(uuid5(NAMESPACE, f"{seen.content_hash.hex()} {occurrence}")))

    def _id(self, text: str) -> str:
        if _UUID.fullmatch(text) and text != _NOBODY:
            return text.lower()
        told = clean_text(text)
        if not told:
            raise Problem("invalid", field="id", why="det er tomt eller består af usynlige tegn")
        return str(uuid5(NAMESPACE, f"{clean_text(self.source)}\n{told}"))

    def _category(self, text: object) -> str:
        if not text:
            raise Problem("missing", field="category")
        key = self.words.find(str(text))
        if key is None:
            raise Problem("invalid", field="category", why="ordet er ikke en kendt kategori; angiv, hvad det betyder")
        return key


def has_own_id(seen: Observation) -> bool:
    """Did the row say who it is?"""
    return seen.id != _NOBODY


def _as_is(field: str, text: str) -> str:
    return text


def _number(field: str, text: str) -> str:
    plain = text.replace("\u2212", "-").replace("\u00a0", "")
    if not _NUMBER.fullmatch(plain):
        raise Problem("invalid", field=field, why="det skal være et tal som 55.6133 eller 55,6133")
    return plain.replace(",", ".")


def _time(field: str, text: str) -> str:
    """ISO 8601 as it stands; `22-11-2026 21.40` and its kin as ISO; a day without a clock is refused."""
    if match := _DANISH_TIME.fullmatch(text):
        day, month, year, hour, minute, second = match.groups()
        return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second or '00'}"
    if not _HAS_CLOCK.search(text):
        why = N_("klokkeslættet mangler; skriv dato og tid som 2026-11-22 21:40 eller 22-11-2026 21.40")
        raise Problem("invalid", field=field, why=why)
    return text


def _choice(choices: tuple[str, ...], words: dict[str, str]) -> Callable[[str, str], str]:
    def read(field: str, text: str) -> str:
        plain = " ".join(text.casefold().replace("–", "-").split())
        plain = words.get(plain, plain)
        return plain if plain in choices else plain.replace(" ", "")

    return read


_READ: dict[str, Callable[[str, str], str]] = {
    "lat": _number,
    "lon": _number,
    "accuracy_m": _number,
    "severity": lambda field, text: _number(field, _SEVERITY_WORDS.get(text.casefold(), text)),
    "observed_at": _time,
    "group_size": _choice(GROUP_SIZES, _GROUP_WORDS),
    "age_band": _choice(AGE_BANDS, _AGE_WORDS),
}


def _refuse_odd_position(lat: object, lon: object) -> None:
    """Nought and nought is what programs write for «no position»; Danish degrees the other way round are a mix-up."""
    if lat is None or lon is None:
        raise Problem("missing", field="lat" if lat is None else "lon")
    north, east = float(str(lat)), float(str(lon))
    if north == 0 and east == 0:
        raise Problem("invalid", field="lat", why="0, 0 er ingen position")
    if 7 <= north <= 16 and 54 <= east <= 58:
        raise Problem("invalid", field="lat", why="bredde og længde ser ud til at være byttet om")
    if 1e8 > max(abs(north), abs(east)) > 1000:
        raise Problem("invalid", field="lat", why="det ligner UTM-meter; brug grader (WGS 84)")
