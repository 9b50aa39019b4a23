"""From what was read to what stands out: parts of the day, the test, smoothing, and the guards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldapp import hotspots
from fieldapp.hotspots import PARAMETERS, Strata, WindowTest
from fieldapp.store.connection import Database
from fieldapp.usecases.hotspots.grid import Grid
from fieldapp.usecases.hotspots.guards import Unit, own_merit, passed
from fieldapp.usecases.hotspots.months import Months
from fieldapp.usecases.hotspots.reading import SUMS, Floats, Layer, Read, category_keys
from fieldapp.usecases.hotspots.shapes import ALL

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Counts of shape (layers, rows, columns), and hours, rates and flags of the whole municipality.

    Each of the `parts` of the day (`hotspots.divided`) was set against its own hours. `enough` (parts and, where there
    are any, unknown; rows; columns) tells which parts of a square could be judged, `judged` are the situations in
    those, `expected` what equal risk per hour would give there, and `weights` the hours in them, or 1 a square where
    hours are not `known`. `flagged` has passed all four guards.
    """

    grid: Grid
    months: Months
    known: bool
    parts: int
    layers: tuple[Layer, ...]
    counts: Floats
    hours: Floats
    enough: Bools
    judged: Floats
    expected: Floats
    weights: Floats
    flagged: Bools
    q: Floats

    @property
    def categories(self) -> dict[str, str]:
        """Category → kind of the layers that are one category."""
        return {layer.category: next(iter(layer.kinds)) for layer in self.layers if layer.category != ALL}

    def exposure(self, layers: list[int]) -> Floats:
        """The hours of each square, more or fewer by how much these layers belong to its parts of the day.

        Situations over these are rates that parts of the day do not distort (indirect standardisation).
        """
        expected = self.expected[layers].sum(axis=0)
        whole = float(expected.sum())
        return expected * (float(self.weights.sum()) / whole) if self.parts > 1 and whole else self.weights


def judged(months: Months, found: Read, db: Database) -> Analysis:
    """The analysis of what was read of these months."""
    by_part, hours, whole = found.counts, found.hours, found.layers.index(SUMS[0])
    known = hotspots.hours_known(by_part[:, whole].sum(axis=0), hours.sum(axis=0))
    parts = hotspots.parts_of_day(hours, by_part[:, whole]) if known else 1
    compared, against = hotspots.divided(by_part, parts), hotspots.divided(hours, parts) if known else None
    strata = hotspots.stratified(compared, against, found.grid.inside)
    test = _test(strata, found, known=known, parts=parts)
    analysis = Analysis(
        grid=found.grid,
        months=months,
        known=known,
        parts=parts,
        layers=found.layers,
        counts=by_part.sum(axis=0),
        hours=hours.sum(axis=0),
        enough=strata.enough,
        judged=strata.judged,
        expected=strata.expected_map(),
        weights=strata.hours,
        flagged=np.zeros(strata.judged.shape, dtype=bool),
        q=test.q,
    )
    for number in _with_findings(test):
        found_there = _passed(analysis, number, test, db)
        analysis.flagged[number] = own_merit(
            found_there, test.width[number], strata.judged[number], compared[:, number], against, found.grid.inside
        )
    return analysis


def _test(strata: Strata, found: Read, *, known: bool, parts: int) -> WindowTest:
    """The test of all layers; φ only makes p larger, so it is asked for where something is found without it."""
    test = hotspots.strata_test(strata, findings_only=True)
    factors = np.ones(len(found.layers))
    for number in _with_findings(test):
        factors[number] = found.factor(found.layers[number], known=known, parts=parts)
    return hotspots.strata_test(strata, dispersion=factors, findings_only=True) if (factors > 1).any() else test


def _with_findings(test: WindowTest) -> list[int]:
    """The layers in which any q is small enough."""
    return [int(number) for number in np.flatnonzero((test.q <= PARAMETERS.alpha).any(axis=(-2, -1)))]


def _passed(analysis: Analysis, number: int, test: WindowTest, db: Database) -> Bools:
    """Which squares of one layer pass all four guards."""
    smoothed = hotspots.smooth(analysis.judged[number], analysis.exposure([number]), test.q[number], ranges=False)
    keys = category_keys(analysis.layers, analysis.layers[number])
    unit = Unit(test.q[number], test.width[number], smoothed, keys, analysis.parts, analysis.enough)
    return test.tested & passed(unit, frame=analysis.grid.frame, months=analysis.months, db=db)
