"""An observation: one thing seen at one place and time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model.categories import Catalogue, Kind
from fieldapp.model.parsing import CLOCK_SKEW, EARLIEST, PARSERS, parse_clock, put_right, utc_text


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen at one place and time.

    `lat`, `lon` are WGS 84 degrees, `accuracy_m` metres, times are aware UTC to the second.
    `district_choice` is the sender's own pick near a border; it counts only there.
    The fields below `origin` are computed by `usecases.observations.record`; `cell` is the 50 m square as
    (northing, easting) indices in EPSG:25832. `coarse` marks one past its lifetime: only the 100 m square round the
    position and the week of the time are true. `phone_observed_at` is what the sender's clock said, where it was wrong.
    """

    id: str
    category: str
    lat: float
    lon: float
    observed_at: datetime
    accuracy_m: float | None = None
    position_source: str = "map"
    severity: int | None = None
    group_size: str | None = None
    age_band: str | None = None
    note: str | None = None
    repeat_of: str | None = None
    district_choice: str | None = None
    origin: str = "api"
    kind: Kind = Kind.PLACE
    place: str | None = None
    district: str | None = None
    near_border: bool = False
    cell: tuple[int, int] | None = None
    recorded_at: datetime = EARLIEST
    reporter: str = ""
    status: str = "active"
    version: int = 1
    coarse: bool = False
    phone_observed_at: datetime | None = None

    @classmethod
    def from_wire(
        cls,
        wire: object,
        *,
        catalogue: Catalogue,
        now: datetime,
        origin: str = "api",
        skew: timedelta = timedelta(0),
    ) -> Observation:
        """Parse what a phone, a form or a file sent; raises a Problem that names the field and the reason.

        `skew` is how far behind ours the sender's clock is; what it said is kept beside what it should have said.
        """
        if not isinstance(wire, Mapping):
            raise Problem("invalid", field="observation", why="der skal sendes ét objekt")
        unknown = sorted(set(wire) - set(PARSERS))
        if unknown:
            raise Problem("unknown_field", field=str(unknown[0])[:40])
        parsers = {**PARSERS, "observed_at": parse_clock} if skew else PARSERS
        values = {name: parse(name, wire.get(name)) for name, parse in parsers.items()}
        if skew:
            values["phone_observed_at"] = values["observed_at"]
            values["observed_at"] = put_right("observed_at", values["observed_at"], skew)
        category = values["category"]
        if category not in catalogue:
            raise Problem("invalid", field="category", why="kategorien findes ikke")
        values["kind"] = catalogue[category].kind
        if values["kind"] is not Kind.PEOPLE and (values["group_size"] or values["age_band"]):
            raise Problem("invalid", field="group_size", why="gruppe og alder hører kun til adfærd")
        if values["observed_at"] > now + CLOCK_SKEW:
            raise Problem("invalid", field="observed_at", why="tidspunktet ligger i fremtiden")
        return cls(**values, origin=origin)

    def to_wire(self) -> dict[str, Any]:
        """What `from_wire` reads, without the empty fields."""
        wire = {name: getattr(self, name) for name in PARSERS}
        wire["observed_at"] = utc_text(self.observed_at)
        return {name: value for name, value in wire.items() if value is not None}

    @property
    def content_hash(self) -> bytes:
        """SHA-256 of what the sender said: the same id with the same hash is the same observation sent twice."""
        said = {name: value for name, value in self.to_wire().items() if name != "id"}
        said["observed_at"] = utc_text(self.phone_observed_at or self.observed_at)
        return sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).digest()

    @property
    def local_time(self) -> datetime:
        return self.observed_at.astimezone(COPENHAGEN)


def uuid7(moment: datetime, random: Callable[[int], bytes] = os.urandom) -> str:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits; sorts as time does."""
    value = int(moment.timestamp() * 1000) << 80 | int.from_bytes(random(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    return str(UUID(int=value & ~(0x3 << 62) | 2 << 62))


def made_at(identifier: str) -> datetime | None:
    """When a UUIDv7 was made, by its maker's clock and to the second; None for other ids.

    >>> made_at("01a2016b-8ba1-7554-8911-4b5a47878bdc").isoformat()
    '2026-11-22T04:02:35+00:00'
    """
    value = UUID(identifier)
    seconds = value.int >> 80
    return datetime.fromtimestamp(seconds // 1000, UTC) if value.version == 7 else None
