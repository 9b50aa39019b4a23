"""Which observations are asked for, and which of them a reader may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fieldapp.model.categories import Kind
from fieldapp.model.observations import Observation


@dataclass(frozen=True, slots=True)
class Grant:
    """A set of observations a reader may see: these kinds, in these districts, by this reporter.

    `districts` None means everywhere, `reporter` None anyone.
    """

    kinds: frozenset[Kind] = frozenset(Kind)
    districts: frozenset[str] | None = None
    reporter: str | None = None

    def holds(self, observation: Observation) -> bool:
        """Is the observation in this set?"""
        return (
            observation.kind in self.kinds
            and (self.districts is None or observation.district in self.districts)
            and self.reporter in (None, observation.reporter)
        )


@dataclass(frozen=True, slots=True)
class ObservationFilter:
    """Which observations are asked for; empty means all. Days are Copenhagen's, both ends included.

    `granted` narrows to what a reader may see: a row must be in one of them (None: no narrowing, empty: nothing).
    `withheld` takes away rows that are in any of its grants.
    `bbox` is west, south, east, north in degrees.
    """

    since: date | None = None
    until: date | None = None
    categories: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    reporter: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    granted: tuple[Grant, ...] | None = None
    withheld: tuple[Grant, ...] = ()

    def only(self, **changes: Any) -> ObservationFilter:
        """The same filter with some fields replaced."""
        return replace(self, **changes)
