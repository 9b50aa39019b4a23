"""One reader's view of the counts: the rows they see one by one, and no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fieldapp.model import Grant, Kind, ObservationFilter
from fieldapp.store.connection import Database
from fieldapp.store.rollups import Unit
from fieldapp.usecases.overview_periods import Days


@dataclass(frozen=True, slots=True)
class Scope:
    """One reader's view of one database: the rows seen as points."""

    db: Database
    wanted: ObservationFilter
    mine: tuple[Grant, ...]

    def count(
        self,
        query: Callable[[Database, ObservationFilter, Unit], dict[Any, int]],
        days: Days,
        unit: Unit = "rows",
        **narrower: Any,
    ) -> dict[Any, int]:
        """The query's counts of what is seen; `narrower` may add to the filter, never replace the districts."""
        wanted = self.wanted.only(since=days.since, until=days.until, **narrower)
        return query(self.db, self.seen(wanted), unit) if self.mine else {}

    def seen(self, wanted: ObservationFilter) -> ObservationFilter:
        """Narrowed to what is seen as points; not where that is everything, so that an index alone can answer."""
        return wanted if self.sees_all else wanted.only(granted=self.mine)

    @property
    def sees_all(self) -> bool:
        return all(self._sees(kind) for kind in Kind)

    def _sees(self, kind: Kind) -> bool:
        """Is every row of this kind in the chosen district seen as a point?"""
        return any(
            kind in grant.kinds
            and grant.reporter is None
            and (grant.districts is None or (bool(self.wanted.districts) and self.wanted.districts <= grant.districts))
            for grant in self.mine
        )
