"""On made-up maps the whole judgement is silent where nothing is, and finds what is there; more in the bench."""

from __future__ import annotations

import numpy as np

from fieldapp import hotspots

SIDE = 40


def shown(counts: np.ndarray, hours: np.ndarray, dispersion: float = 1.0) -> np.ndarray:
    """The squares that stand out when enough people on enough days are behind every one."""
    test = hotspots.window_test(counts, hours, dispersion=dispersion)
    weights = np.where(test.tested, hours, 0.0)
    smoothed = hotspots.smooth(np.where(test.tested, counts, 0.0), weights, test.q, ranges=False)
    return hotspots.stands_out(test.q, smoothed.rate, smoothed.mean, counts + 9, counts + 9)


def thrown(rng: np.random.Generator, total: int, weights: np.ndarray) -> np.ndarray:
    return rng.multinomial(total, (weights / weights.sum()).ravel()).reshape(weights.shape)


def test_presence_alone_makes_no_hotspots() -> None:
    rng, maps_with_any = np.random.default_rng(1), 0
    for total in (100, 1_000, 10_000) * 20:
        hours = 10 * rng.lognormal(0, 1, (SIDE, SIDE))
        maps_with_any += bool(shown(thrown(rng, total, hours), hours).any())
    assert maps_with_any <= 6  # 5 % of 60 and two standard errors


def test_rows_in_place_of_situations_would_make_hotspots_of_nothing() -> None:
    rng = np.random.default_rng(2)
    hours = 10 * rng.lognormal(0, 1, (SIDE, SIDE))
    situations = [thrown(rng, 10_000, hours) for _ in range(10)]
    assert sum(bool(shown(3 * one, hours).any()) for one in situations) >= 9
    assert sum(bool(shown(one, hours).any()) for one in situations) <= 2


def test_bunches_in_time_make_no_hotspots_when_their_size_is_measured() -> None:
    rng, blind, aware = np.random.default_rng(3), 0, 0
    for _ in range(10):
        hours = 10 * rng.lognormal(0, 1, (SIDE, SIDE))
        months = np.stack([3 * thrown(rng, 280, hours) for _ in range(12)])
        blind += bool(shown(months.sum(axis=0), hours).any())
        aware += bool(shown(months.sum(axis=0), hours, hotspots.clustering(months).factor).any())
    assert blind == 10 and aware <= 1


def test_a_square_with_five_times_the_risk_is_found_and_little_else() -> None:
    rng, found, elsewhere = np.random.default_rng(4), 0, 0
    for _ in range(20):
        hours = 10 * rng.uniform(0.7, 1.3, (SIDE, SIDE))
        risk = np.ones((SIDE, SIDE))
        risk[12, 25] = 5
        flags = shown(thrown(rng, 10_000, hours * risk), hours)
        found += bool(flags[12, 25])
        elsewhere += int(flags.sum() - flags[11:14, 24:27].sum())
    assert found >= 18 and elsewhere <= 3


def test_hours_written_down_up_to_thirty_per_cent_wrong_make_few_hotspots() -> None:
    rng, squares = np.random.default_rng(5), 0
    for _ in range(10):
        hours = 10 * rng.lognormal(0, 1, (SIDE, SIDE))
        counts = thrown(rng, 50_000, hours)
        squares += int(shown(counts, hours * rng.uniform(0.7, 1.3, hours.shape)).sum())
    assert squares <= 4
