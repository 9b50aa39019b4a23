"""One reader's view of the counts: which rows count one by one, and which only in groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fieldapp.model import Grant, Kind, ObservationFilter
from fieldapp.store.connection import Database
from fieldapp.usecases.overview_periods import Days

Counts = tuple[dict[Any, int], dict[Any, int] | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """One reader's view of one database: rows seen as points, and rows seen only in groups."""

    db: Database
    wanted: ObservationFilter
    mine: tuple[Grant, ...]
    theirs: tuple[Grant, ...]

    def both(self, query: Callable[..., dict[Any, Any]], days: Days | None = None, **narrower: Any) -> Counts:
        """The query's counts of both parts; the second is None when everything is seen as points.

        `narrower` may add to the filter, never replace the districts, which decide what is seen.
        """
        wanted = self.wanted.only(**narrower)
        if days:
            wanted = wanted.only(since=days.since, until=days.until)
        seen = query(self.db, self.seen(wanted)) if self.mine else {}
        if self.sees_all:
            return seen, None
        return seen, query(self.db, wanted.only(granted=self.theirs, withheld=self.mine)) if self.theirs else None

    def seen(self, wanted: ObservationFilter) -> ObservationFilter:
        """Narrowed to what is seen as points; not where that is everything, so that an index alone can answer."""
        return wanted if self.sees_all else wanted.only(granted=self.mine)

    @property
    def sees_all(self) -> bool:
        return all(self.sees(kind) for kind in Kind)

    def sees(self, kind: Kind) -> bool:
        """Is every row of this kind in the chosen district seen as a point?"""
        return any(
            kind in grant.kinds
            and grant.reporter is None
            and (grant.districts is None or (bool(self.wanted.districts) and self.wanted.districts <= grant.districts))
            for grant in self.mine
        )
