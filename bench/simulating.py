"""Made-up maps of which the truth is known, and what the app says of them, for `bench/calibration.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage, special

from fieldapp import hotspots

Array = Any
REPORTERS, DAYS, MONTHS = 5, 365, 12
HOURS = 10.0  # a year in a square, on average


def presence(rng: np.random.Generator, side: int, kind: str) -> Array:
    """Hours a square: everywhere alike, or log-normal with σ = 1 from square to square."""
    hours = np.ones((side, side)) if kind == "uniform" else rng.lognormal(0, 1, (side, side))
    return hours * (HOURS / hours.mean())


def thrown(rng: np.random.Generator, total: int, weights: Array) -> Array:
    """So many situations over the squares by weight."""
    return rng.multinomial(total, (weights / weights.sum()).ravel()).reshape(weights.shape).astype(float)


def in_bunches(rng: np.random.Generator, total: int, weights: Array, size: float, *, spills: bool) -> Array:
    """[months, rows, columns] of situations that come in geometric bunches of that mean size, each in one month.

    Where `spills`, half of a bunch falls in the square east of it (the last column's in the first), as a group that
    moves about does; only for even weights, or squares beside busy ones would truly have more.
    """
    counts = np.zeros((MONTHS, *weights.shape))
    bunches = round(total / size)
    places = rng.choice(weights.size, size=bunches, p=(weights / weights.sum()).ravel())
    months, sizes = rng.integers(0, MONTHS, bunches), rng.geometric(1 / size, bunches)
    aside = rng.binomial(sizes, 0.5) if spills else np.zeros_like(sizes)
    rows, columns = np.unravel_index(places, weights.shape)
    np.add.at(counts, (months, rows, columns), sizes - aside)
    np.add.at(counts, (months, rows, (columns + 1) % weights.shape[1]), aside)
    return counts


@dataclass(frozen=True, slots=True)
class Judged:
    """The squares that stand out, those with q ≤ 5 % before the other guards, and Gi*'s with the same FDR."""

    stands_out: Array
    unguarded: Array
    naive: Array


def judged(
    rng: np.random.Generator, counts: Array, hours: Array, *, dispersion: float = 1.0, widths: tuple[int, ...] = (1, 3)
) -> Judged:
    """What the app says of one layer; who reported which day is drawn for the squares that come so far."""
    test = hotspots.window_test(counts, hours, dispersion=dispersion, widths=widths)
    weights = np.where(test.tested, hours, 0.0)
    smoothed = hotspots.smooth(np.where(test.tested, counts, 0.0), weights, test.q, ranges=False)
    reporters, days = np.zeros(counts.shape), np.zeros(counts.shape)
    for place in zip(*np.nonzero(test.q <= hotspots.PARAMETERS.alpha), strict=True):
        many = int(test.observed[place])
        reporters[place] = np.unique(rng.integers(0, REPORTERS, many)).size
        days[place] = np.unique(rng.integers(0, DAYS, many)).size
    flags = hotspots.stands_out(test.q, smoothed.rate, smoothed.mean, reporters, days)
    return Judged(flags, test.q <= hotspots.PARAMETERS.alpha, naive(counts))


def naive(counts: Array) -> Array:
    """Gi* of 3×3 squares on raw counts, one-sided normal p, Benjamini–Hochberg at 5 %: what most tools show."""
    near, sizes = hotspots.window_sums(counts), hotspots.window_sums(np.ones(counts.shape))
    n, spread = counts.size, counts.std()
    if spread == 0:
        return np.zeros(counts.shape, dtype=bool)
    z = (near - counts.mean() * sizes) / (spread * np.sqrt((n * sizes - sizes**2) / (n - 1)))
    return hotspots.benjamini_hochberg(special.ndtr(-z)) <= hotspots.PARAMETERS.alpha


def planted(
    rng: np.random.Generator, hours: Array, width: int, times: float, usual: float
) -> tuple[Array, tuple[slice, slice]]:
    """Risk 1 everywhere but in one width × width block where hours are at least the usual, and that block."""
    reach = width // 2
    while True:
        row, column = rng.integers(reach, hours.shape[0] - reach, 2)
        block = np.s_[row - reach : row + reach + 1, column - reach : column + reach + 1]
        if hours[block].mean() >= usual and hours[row, column] >= usual:
            risk = np.ones(hours.shape)
            risk[block] = times
            return risk, block


@dataclass(frozen=True, slots=True)
class Town:
    """Situations and hours as points in metres, so that any grid can be laid over them."""

    situations: Array
    stays: Array
    metres: int

    def on_grid(self, offset: float, size: int = 100) -> tuple[Array, Array]:
        """Counts and hours of the squares of a grid that begins `offset` metres outside the south-west corner."""
        edges = np.arange(-offset, self.metres + size + 0.5, size)
        counts = np.histogram2d(*self.situations.T, bins=(edges, edges))[0]
        hours = np.histogram2d(*self.stays.T, bins=(edges, edges))[0]
        return counts, hours * (HOURS * (self.metres / size) ** 2 / len(self.stays))


def town(rng: np.random.Generator, total: int, kind: str, *, metres: int = 4000, spots: int = 8, times: float) -> Town:
    """A town with round hotspots of 50–120 m radius in which the risk per hour is so many times as high."""
    coarse = presence(rng, metres // 250, kind)
    stays = _points(rng, coarse, 400_000, 250)
    centres, radii = rng.uniform(300, metres - 300, (spots, 2)), rng.uniform(50, 120, spots)
    candidates = _points(rng, coarse, total * 6, 250)
    within = (np.hypot(*(candidates[:, None] - centres[None]).transpose(2, 0, 1)) < radii).any(axis=1)
    kept = candidates[rng.random(len(candidates)) < np.where(within, 1.0, 1 / times)]
    return Town(kept[:total], stays, metres)


def _points(rng: np.random.Generator, weights: Array, many: int, size: int) -> Array:
    cells = np.unravel_index(rng.choice(weights.size, many, p=(weights / weights.sum()).ravel()), weights.shape)
    return (np.stack(cells, axis=1) + rng.random((many, 2))) * size


def badges(flags: Array, offset: float, size: int = 100) -> list[Array]:
    """The middles in metres of each group of touching squares."""
    labels, many = ndimage.label(flags, structure=np.ones((3, 3)))
    return [(np.argwhere(labels == one) + 0.5) * size - offset for one in range(1, many + 1)]


def flips(ours: list[Array], theirs: list[Array], near: float = 150.0) -> int:
    """How many groups of one list have no square of the other list within that many metres of one of their own."""
    every = np.concatenate(theirs) if theirs else np.empty((0, 2))
    return sum(not (np.hypot(*(one[:, None] - every[None]).transpose(2, 0, 1)) <= near).any() for one in ours)
