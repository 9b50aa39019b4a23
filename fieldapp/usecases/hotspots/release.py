"""Squares and places as one reader may see them: nothing but what they see as points, and no number below five."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Kind, User
from fieldapp.privacy.releasing import point_grants
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.analysis import PROBLEMS, Analysis, Floats, Layer, analysed, counted_in
from fieldapp.usecases.hotspots.drawing import drawn
from fieldapp.usecases.hotspots.grouping import Cell, cells_of, district_at, fullest, index_of, place_near, touching
from fieldapp.usecases.hotspots.history import faded, flags_before, lifecycle_of
from fieldapp.usecases.hotspots.keeping import Kept
from fieldapp.usecases.hotspots.months import month_of, months_of
from fieldapp.usecases.hotspots.shapes import ALL, HotPlace, Squares
from fieldapp.usecases.hotspots.spots import spots_of
from fieldapp.usecases.overview import danish
from fieldapp.usecases.overview_periods import Period
from fieldapp.usecases.services import Services

Bools = NDArray[np.bool_]
NEARLY_ALL = 0.8
# Kind → the districts whose every row of it is seen as a point; None for all.
Sights = dict[str, frozenset[str] | None]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one reader sees of an analysis: which squares, of which kinds, and the counts of their rows by layer.

    `judged` are those of them that the analysis judged.
    """

    analysis: Analysis
    shown: Bools
    kinds: frozenset[str]
    categories: frozenset[str]
    counts: Floats
    judged: Floats

    @property
    def layers(self) -> list[tuple[int, Layer]]:
        """The layers in which places are looked for: the chosen categories, or all of them and their sum."""
        return [(place, layer) for place, layer in enumerate(self.analysis.layers) if self._looks_at(layer)]

    def _looks_at(self, layer: Layer) -> bool:
        if layer.category == ALL:
            return not self.categories and layer.kinds == self.kinds
        return layer.kinds <= self.kinds and (not self.categories or layer.category in self.categories)

    @property
    def single(self) -> list[int]:
        """The layers of the chosen categories, without the sum."""
        return [place for place, layer in self.layers if layer.category != ALL]


def squares(
    *,
    district: str | None,
    period: Period,
    categories: frozenset[str],
    reader: User,
    db: Database,
    services: Services,
    now: datetime,
) -> Squares:
    """The squares of one district (None: all) over whole months, for the chosen categories (none: all problems)."""
    today = now.astimezone(COPENHAGEN).date()
    months = months_of(period, today=today)
    running = months.last == month_of(today)
    analysis = analysed(months, today=today, db=db, services=services)
    if analysis is None:
        return Squares(500, (months.first, months.last), running, False, frozenset(), (), (), (), ())
    sights = {kind: _districts(reader, kind) for kind in sorted(PROBLEMS)}
    key = (analysis, running, district, categories, tuple(sights.values()))

    def make() -> Squares:
        view = _view(analysis, district, categories, sights, db)
        return _released(analysis, view, running, today, db, services)

    return _shown.get(key, make)


_shown = Kept(most=24)


def _released(
    analysis: Analysis, view: View | None, running: bool, today: date, db: Database, services: Services
) -> Squares:
    months, size_m = (analysis.months.first, analysis.months.last), analysis.grid.frame.size_m
    if view is None:
        return Squares(size_m, months, running, False, frozenset(), (), (), (), ())
    places = _places(view, today=today, db=db, services=services)
    counts, judged = (every[view.single].sum(axis=0) for every in (view.counts, view.judged))
    found, breaks = drawn(analysis, view.shown, counts, judged, view.single, places)
    return Squares(
        size_m=size_m,
        months=months,
        running=running,
        known=analysis.known,
        kinds=view.kinds,
        breaks=breaks,
        squares=found,
        places=places,
        spots=spots_of(places),
        parts=analysis.parts,
    )


def _view(
    analysis: Analysis, district: str | None, categories: frozenset[str], seen: Sights, db: Database
) -> View | None:
    """What these sights show of it; None where that is nothing."""
    asked = {district} if district else set(analysis.grid.districts)
    own = [asked if allowed is None else asked & allowed for allowed in seen.values()]
    districts = set().union(*own)
    kinds = frozenset(kind for kind, allowed in seen.items() if allowed is None or districts <= allowed)
    numbers = [number for number, name in enumerate(analysis.grid.districts) if name in districts]
    if not numbers or not kinds:
        return None
    released = analysis.counts.copy(), analysis.judged.copy()
    for limit in {allowed for kind, allowed in seen.items() if kind in kinds and allowed is not None}:
        limited = counted_in(analysis, limit, db=db)
        for place, layer in enumerate(analysis.layers):
            if any(seen[kind] == limit for kind in layer.kinds):
                for counts, fewer in zip(released, limited, strict=True):
                    counts[place] = np.minimum(counts[place], fewer[place])
    return View(analysis, np.isin(analysis.grid.owner, numbers), kinds, categories, *released)


def _districts(reader: User, kind: str) -> frozenset[str] | None:
    """In which districts the reader sees every row of a kind as a point; None for all."""
    found: set[str] = set()
    for grant in point_grants(reader):
        if Kind(kind) in grant.kinds and grant.reporter is None:
            if grant.districts is None:
                return None
            found |= grant.districts
    return frozenset(found)


def _places(view: View, *, today: date, db: Database, services: Services) -> tuple[HotPlace, ...]:
    """Every place the reader may be told of, those that stand out and those that are fading, by name."""
    before = flags_before(view.analysis, today=today, db=db, services=services)
    standing = list(_standing(view, before, services))
    found = [*(place for place in standing if not _said_already(place, standing)), *_fading(view, before, services)]
    return tuple(sorted(found, key=lambda place: (danish(place.near or "\uffff"), place.category or "", place.squares)))


def _said_already(place: HotPlace, others: list[HotPlace]) -> bool:
    """All categories together where a single one is nearly all of it."""
    return place.category is None and any(
        other.category is not None
        and set(other.squares) & set(place.squares)
        and other.situations >= NEARLY_ALL * place.situations
        for other in others
    )


def _standing(view: View, before: tuple[dict[Layer, Bools], ...], services: Services) -> Iterator[HotPlace]:
    analysis = view.analysis
    for number, layer in view.layers:
        counts, judged = view.counts[number], view.judged[number]
        for cells in touching(cells_of(analysis.flagged[number] & view.shown)):
            where = index_of(cells)
            place = _named(view, layer, cells, counts, lifecycle_of(cells, layer, before), services)
            if judged[where].sum() >= hotspots.PARAMETERS.least_shown:
                yield replace(
                    place,
                    situations=int(judged[where].sum()),
                    hours=float(analysis.weights[where].sum()) if analysis.known else None,
                    expected=float(max(1, round(float(analysis.expected[number][where].sum())))),
                    stands_out=analysis.known,
                )


def _fading(view: View, before: tuple[dict[Layer, Bools], ...], services: Services) -> Iterator[HotPlace]:
    for number, layer in view.layers:
        for cells in touching(cells_of(faded(layer, view.analysis.flagged[number], before) & view.shown)):
            yield _named(view, layer, cells, view.counts[number], "fading", services)


def _named(
    view: View, layer: Layer, cells: tuple[Cell, ...], counts: Floats, lifecycle: str | None, services: Services
) -> HotPlace:
    """A place without any numbers yet."""
    grid = view.analysis.grid
    return HotPlace(
        near=place_near(cells, counts, grid, services),
        category=None if layer.category == ALL else layer.category,
        district=district_at(fullest(cells, counts), grid),
        lifecycle=lifecycle,
        squares=tuple((grid.frame.north + row, grid.frame.east + column) for row, column in cells),
    )
