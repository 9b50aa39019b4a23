"""The statistics give the published numbers, hold at the edges, and keep their guards."""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp import hotspots
from fieldapp.evaluation import Measured, displacement_difference
from fieldapp.hotspots import PARAMETERS, Dispersion
from fieldapp.hotspots.checks import upper_binomial, upper_clustered

# Sudden infant deaths and births, 100 counties of North Carolina 1974–78: Cressie & Chan (1989), as libpysal's
# example sids2 has them (BSD 3-clause).
DEATHS = [
    1, 0, 5, 1, 9, 7, 0, 0, 4, 1, 2, 16, 4, 4, 4, 18, 3, 4, 1, 1, 1, 0, 1, 2, 10, 23, 13, 6, 4, 16, 8, 0, 10, 6, 0, 2,
    16, 2, 4, 1, 0, 8, 5, 5, 0, 5, 7, 2, 11, 3, 14, 5, 9, 6, 2, 0, 7, 3, 4, 5, 12, 18, 6, 10, 8, 2, 5, 44, 3, 3, 5, 5,
    0, 10, 3, 11, 1, 0, 4, 1, 2, 38, 1, 4, 15, 7, 0, 4, 4, 0, 13, 8, 29, 31, 5, 8, 4, 15, 12, 5,
]  # fmt: skip
BIRTHS = [
    1091, 487, 3188, 508, 1421, 1452, 286, 420, 968, 1612, 1035, 4449, 1671, 1556, 2180, 3608, 1638, 3146, 1323, 484,
    751, 781, 1269, 1399, 11858, 16184, 4672, 1324, 3164, 7970, 4021, 671, 3657, 3609, 770, 1549, 14484, 765, 4139,
    1207, 1333, 5509, 3573, 990, 248, 1946, 4456, 1646, 3702, 4606, 5094, 5754, 7515, 3999, 2110, 521, 2692, 675, 870,
    2252, 2992, 6638, 3776, 4866, 2216, 1143, 2648, 21588, 4099, 1258, 2356, 2574, 415, 3589, 1173, 9014, 533, 797,
    3025, 542, 1027, 20366, 578, 3915, 1570, 1494, 338, 2483, 2756, 284, 5868, 2255, 11158, 7889, 2414, 1782, 1228,
    3350, 5526, 2181,
]  # fmt: skip


def test_the_smoothed_rates_of_north_carolina_are_the_published_ones() -> None:
    found = hotspots.empirical_bayes(DEATHS, BIRTHS)
    assert found.rate[:5].round(7).tolist() == [0.0016973, 0.0017054, 0.0017731, 0.0020129, 0.0035349]
    assert found.mean == pytest.approx(667 / 329962)
    assert (found.low < found.rate).all() and (found.rate < found.high).all()


def test_garwood_gives_the_tabled_limits() -> None:
    low, high = hotspots.poisson_interval([0, 1, 2, 5, 10])
    assert low.round(3).tolist() == [0.0, 0.025, 0.242, 1.623, 4.795]
    assert high.round(3).tolist() == [3.689, 5.572, 7.225, 11.668, 18.390]
    # R's help of poisson.test: 137 deaths in 24.19893 thousand person-years
    low, high = hotspots.poisson_interval(137, 24.19893)
    assert (round(float(low), 6), round(float(high), 6)) == (4.753125, 6.692709)
    assert [float(end) for end in hotspots.poisson_interval(3, 0)] == [0.0, math.inf]


@pytest.mark.parametrize(
    ("first", "second", "ratio", "low", "high", "p"),
    [
        ((11, 800), (21, 3011), 1.971488, 0.8584264, 4.2772659, 0.07966863),  # R's help of poisson.test
        # Breast cancer after fluoroscopy (Boice & Monson 1977); R 4's poisson.test and SciPy's binomtest agree
        ((41, 28010), (15, 19017), 1.8557587, 1.0056841, 3.6093003, 0.04085203),
        ((2, 1), (10, 1), 0.2, 0.0213070, 0.9385020, 0.03857422),
        ((0, 3), (7, 5), 0.0, 0.0, 1.1563566, 0.05046225),
    ],
)
def test_two_rates_are_compared_as_r_does(
    first: tuple[int, float], second: tuple[int, float], ratio: float, low: float, high: float, p: float
) -> None:
    found = hotspots.compare_rates(*first, *second)
    assert (found.ratio, found.low, found.high, found.p) == pytest.approx((ratio, low, high, p), rel=1e-6, abs=1e-7)


def test_the_e_test_gives_krishnamoorthy_and_thomsons_examples() -> None:
    assert round(hotspots.e_test(6, 2), 4) == 0.1749
    assert round(hotspots.e_test(3, 0), 4) == 0.0884
    assert hotspots.e_test(41, 15, 28010, 19017) == pytest.approx(0.02904335854726, rel=1e-9)  # statsmodels 0.14
    assert hotspots.e_test(0, 0) == hotspots.e_test(7, 7) == 1.0
    # 10 million: as near the normal test as it must be
    assert hotspots.e_test(10_000_000, 10_010_000) == pytest.approx(0.0253, abs=1e-3)


def test_benjamini_and_hochbergs_own_example_rejects_four() -> None:
    small = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p = [*small, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (hotspots.benjamini_hochberg(p) <= 0.05).sum() == 4
    assert hotspots.benjamini_hochberg(p)[:4].tolist() == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.floats(0, 1), st.just(1.0)), min_size=1, max_size=30))
def test_adjusted_values_are_the_least_of_all_that_lie_above(p: list[float]) -> None:
    ranked = sorted(p)
    least = [min(1, *(len(p) * later / (place + 1) for place, later in enumerate(ranked) if later >= one)) for one in p]
    assert hotspots.benjamini_hochberg(p).tolist() == pytest.approx(least)


def test_the_weighted_displacement_difference_is_wheeler_and_ratcliffes() -> None:
    control, treated = Measured(308, 318), Measured(207, 110)
    found = displacement_difference(treated, control, Measured(178, 157), Measured(150, 140))
    assert (found.difference, round(found.error, 2), round(found.z, 2)) == (-118, 39.60, -2.98)
    assert (round(found.low), round(found.high)) == (-196, -40)
    # ptools' own test: without a displacement area −10 (8.4)
    alone = displacement_difference(Measured(20, 10), Measured(20, 20))
    assert (alone.difference, round(alone.error, 1)) == (-10, 8.4)


def test_more_staff_is_no_failure_when_hours_are_the_weights() -> None:
    same_risk = Measured(100, 200, before_weight=50, after_weight=100)
    found = displacement_difference(same_risk, Measured(100, 100, 50, 50))
    assert (found.difference, found.z, found.p) == (0, 0, 1)
    with pytest.raises(ValueError, match="above 0"):
        displacement_difference(Measured(1, 1, 0, 1), Measured(1, 1))


def test_prediction_accuracy_and_efficiency() -> None:
    found = hotspots.prediction([6, 3, 0], [3, 2, 1])
    assert (found.pai.tolist(), found.pei.tolist()) == ([2.0, 1.5, 1.0], [1.0, 1.0, 1.0])
    assert hotspots.prediction([6, 3, 0], [1, 1, 1]).pai.tolist() == [1.0, 1.0, 1.0]
    assert hotspots.prediction([0, 9], [2, 1]).pei.tolist() == [0.0, 1.0]


def test_the_smallest_change_that_is_seen_four_times_in_five() -> None:
    assert [round(hotspots.smallest_visible_change(k), 2) for k in (10, 50, 200)] == [2.78, 1.66, 1.31]
    assert hotspots.smallest_visible_change(0) == math.inf
    assert 1.001 < hotspots.smallest_visible_change(10_000_000) < 1.0015
    # twice the hours after: fewer times as many are needed
    assert hotspots.smallest_visible_change(50, hours_ratio=2) < 1.66


def test_von_bortkiewiczs_horse_kicks_are_poisson_and_bunches_are_not() -> None:
    kicks = np.repeat([0, 1, 2, 3, 4], [109, 65, 22, 3, 1])
    found = hotspots.dispersion(kicks, kicks.mean())
    assert (round(found.phi, 4), round(found.p, 2), found.factor) == (1.0016, 0.48, 1.0)
    assert hotspots.dispersion(3 * kicks, 3 * kicks.mean()).factor == pytest.approx(3.0047, abs=1e-4)
    with pytest.raises(ValueError, match="nothing is expected"):
        hotspots.dispersion([1, 2], [0, 2])


def test_clustering_sees_bunches_but_neither_season_nor_lasting_hotspot_nor_hours() -> None:
    rng = np.random.default_rng(4)
    season = np.array([1, 1, 2, 4, 6, 6, 5, 4, 2, 1, 1, 1])[:, None, None]
    risk = rng.lognormal(0, 1, (1, 30, 30))
    hours = rng.integers(0, 6, (12, 30, 30)) * 2.0
    calm = rng.poisson(0.05 * season * risk)
    assert hotspots.clustering(calm).phi == pytest.approx(1, abs=0.1)
    assert hotspots.clustering(rng.poisson(0.05 * season * risk * hours), hours, block=1).phi == pytest.approx(
        1, abs=0.1
    )
    assert hotspots.clustering(3 * calm).factor == pytest.approx(3 * hotspots.clustering(calm).phi, rel=0.01)
    assert hotspots.clustering(np.zeros((12, 3, 3))) == Dispersion(1.0, 1.0)


def test_ranges_are_widened_only_where_bunches_are_beyond_chance() -> None:
    low, high = hotspots.widened([2.0, 0.0], [4.0, 0.0], [8.0, 3.0], Dispersion(4.0, 0.01))
    assert (low.tolist(), high.tolist()) == ([1.0, 0.0], [pytest.approx(16.0), 12.0])
    unsure = hotspots.widened(2.0, 4.0, 8.0, Dispersion(4.0, 0.2))
    assert [float(end) for end in unsure] == pytest.approx([2.0, 8.0])


def test_p_is_the_exact_binomial_chance() -> None:
    # 18 situations where a window has 22 of 26 000 hours and there are 10 000 in all: SciPy's binom.sf(17, …)
    assert float(upper_binomial(18, 10_000, 22 / 26_000)) == pytest.approx(0.0028536007660766, rel=1e-10)
    assert [float(upper_binomial(k, 3, 0.5)) for k in (0, 1, 2, 3, 4)] == pytest.approx([1, 0.875, 0.5, 0.125, 0])
    assert [float(upper_binomial(2, 2, share)) for share in (0, 1)] == [0.0, 1.0]
    # nbinom.sf(11, 4, 0.4): mean 6, variance 15
    assert float(upper_clustered(12, 6, 2.5)) == pytest.approx(0.090501902401536, rel=1e-10)


def test_a_window_holds_the_squares_round_it_and_nothing_beyond_the_edge() -> None:
    assert hotspots.window_sums(np.arange(9).reshape(3, 3)).tolist() == [[8, 15, 12], [21, 36, 27], [20, 33, 24]]
    values = np.random.default_rng(1).integers(0, 9, (2, 6, 7))
    padded = np.pad(values, ((0, 0), (2, 2), (2, 2)))
    slow = [[[padded[i, r : r + 5, c : c + 5].sum() for c in range(7)] for r in range(6)] for i in range(2)]
    assert hotspots.window_sums(values, 5).tolist() == slow


def test_the_window_test_by_hand() -> None:
    counts = np.zeros((1, 5, 5))
    counts[0, 2, 2], counts[0, 0, 4] = 6, 4
    found = hotspots.window_test(counts, np.full((5, 5), 4.0), hours_error=0, widths=(3,))
    assert (found.observed[0, 1, 1], found.expected[0, 1, 1], found.hours[0, 1, 1]) == (6, pytest.approx(3.6), 36)
    exact = sum(math.comb(10, k) * 0.36**k * 0.64 ** (10 - k) for k in range(6, 11))
    assert found.p[0, 1, 1] == pytest.approx(exact)
    assert found.q[0, 1, 1] >= found.p[0, 1, 1]
    both = hotspots.window_test(counts, np.full((5, 5), 4.0))
    assert both.width[0, 2, 2] == 1 and both.observed[0, 2, 2] == 6


def test_squares_outside_or_with_few_hours_are_in_no_sum() -> None:
    counts, hours = np.full((2, 4, 4), 3.0), np.full((4, 4), 10.0)
    inside = np.ones((4, 4), dtype=bool)
    hours[0, 0], inside[3, 3] = 1.9, False
    counts[:, 0, 0] = counts[:, 3, 3] = 1000
    found = hotspots.window_test(counts, hours, inside)
    assert not found.tested[0, 0] and not found.tested[3, 3] and found.tested.sum() == 14
    assert found.q.min() == 1.0 and found.expected[0, 1, 1] in (3.0, 24.0)
    # without hours every square inside weighs one
    assert hotspots.window_test(counts, None, inside).tested.sum() == 15


def test_the_numbers_hold_at_the_edges() -> None:
    for shape in [(0, 0), (1, 1), (1, 7), (3, 0)]:
        found = hotspots.window_test(np.ones((2, *shape)), np.full(shape, 5.0))
        assert found.q.shape == (2, *shape) and (found.q == 1).all()
    assert (hotspots.window_test(np.zeros((3, 3)), np.zeros((3, 3))).q == 1).all()
    rng = np.random.default_rng(0)
    counts, hours = rng.poisson(700.0, (1, 120, 120)), np.full((120, 120), 1e7)
    counts[0, 50, 50] = 40_000
    found = hotspots.window_test(counts, hours)  # ten million situations
    assert found.q[0, 50, 50] < 1e-12 and np.isfinite(found.q).all() and found.q[0, 10, 10] == 1
    for rates in (hotspots.empirical_bayes([0, 0], [0, 0]), hotspots.empirical_bayes([0], [3.0])):
        assert (rates.rate == 0).all() and rates.variance == 0
    assert hotspots.empirical_bayes([10**7, 3], [1e9, 0]).rate.tolist() == [0.01, 0.01]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1.0])
def test_what_is_no_amount_is_refused(wrong: float) -> None:
    good, bad = np.ones((2, 2)), np.array([[1, 1], [1, wrong]])
    for work in (
        lambda: hotspots.window_test(bad, good),
        lambda: hotspots.window_test(good, bad),
        lambda: hotspots.empirical_bayes(bad, good),
        lambda: hotspots.benjamini_hochberg(bad),
        lambda: hotspots.compare_rates(1, wrong, 1, 1),
        lambda: hotspots.scan(bad, good, rng=np.random.default_rng(0)),
    ):
        with pytest.raises(ValueError, match=r"finite|between|above"):
            work()


def test_no_difference_beyond_chance_puts_everybody_at_the_mean() -> None:
    found = hotspots.empirical_bayes([4, 5, 6, 5], [10, 10, 10, 10])
    assert found.variance == 0 and found.rate.tolist() == [0.5] * 4
    assert float(found.high[0]) == pytest.approx(float(hotspots.poisson_interval(20, 40)[1]))


def test_a_lone_hotspot_is_not_smoothed_away_once_it_is_found() -> None:
    counts, hours = np.full((60, 60), 4.0), np.full((60, 60), 10.0)
    counts[30, 30] = 20
    test = hotspots.window_test(counts, hours)
    assert hotspots.empirical_bayes(counts, hours).variance == 0
    smoothed = hotspots.smooth(counts, hours, test.q)
    flags = hotspots.stands_out(test.q, smoothed.rate, smoothed.mean, np.full((60, 60), 2), np.full((60, 60), 3))
    assert np.argwhere(flags).tolist() == [[30, 30]]
    assert smoothed.low[30, 30] < smoothed.rate[30, 30] < smoothed.high[30, 30]


def test_all_four_guards_must_be_passed() -> None:
    q, rates = [0.05, 0.051, 0.01, 0.01, 0.01], [1.5, 9, 1.49, 9, 9]
    flags = hotspots.stands_out(q, rates, 1.0, [2, 9, 9, 1, 9], [3, 9, 9, 9, 2])
    assert flags.tolist() == [True, False, False, False, False]
    assert not hotspots.stands_out([0.0], [0.0], 0.0, [9], [9]).any()


def test_hours_are_known_when_there_are_enough_where_things_happen() -> None:
    assert hotspots.hours_known([7, 3], [100, 1.9])
    assert not hotspots.hours_known([6, 4], [100, 1.9])
    assert not hotspots.hours_known([7, 3], [50, 49])


def test_a_week_alarms_at_three_sigma_and_never_on_a_handful() -> None:
    steady = [5] * 52
    assert [hotspots.weekly_alarm(steady, now).raised for now in (13, 14)] == [False, True]  # type: ignore[union-attr]
    assert hotspots.weekly_alarm([0] * 52, 4) == hotspots.Alarm(0.0, 5, False)
    assert hotspots.weekly_alarm([5] * 7, 50) is None
    # three times the hours explain three times as many
    busy = hotspots.weekly_alarm(steady, 15, hours=[10.0] * 52, current_hours=30.0)
    assert busy is not None and busy.expected == 15.0 and not busy.raised
    bunched = hotspots.weekly_alarm([0, 15, 0, 0, 10, 0, 20, 0] * 6, 18)
    assert bunched is not None and not bunched.raised


def test_a_funnel_narrows_with_hours_and_has_spiegelhalters_limits() -> None:
    low, high = hotspots.funnel_limits(0.5, [0, 10, 100, 10_000])
    # Poisson mean 5: P(X ≤ 0) = .0067, P(X ≤ 1) = .0404, so the lower limit is 1 − (.0404 − .025)/.0337
    assert low[1] == pytest.approx((1 - (0.0404277 - 0.025) / 0.0336897) / 10, rel=1e-4)
    assert (low[0], high[0]) == (0, math.inf)
    assert (np.diff(low) > 0).all() and (np.diff(high[1:]) < 0).all()
    wide = hotspots.funnel_limits(0.5, [100], phi=4)
    assert wide[1][0] - 0.5 == pytest.approx(2 * (high[2] - 0.5))


def test_repeat_places_are_set_beside_what_chance_would_give() -> None:
    found = hotspots.repeat_share([10, 3, 2, 1, 0])
    assert (found.places, found.situations, found.share, found.half) == (2, 13, 13 / 16, 1)
    assert found.chance == pytest.approx(sum(math.comb(15, k) * 0.2**k * 0.8 ** (15 - k) for k in range(2, 16)))
    assert hotspots.repeat_share([0, 0]).share == 0


@pytest.mark.parametrize(
    ("months", "state"),
    [("000001", "new"), ("111001", "lasting"), ("110001", "new"), ("001100", "fading"), ("110000", None), ("", None)],
)
def test_a_place_is_new_lasting_or_fading(months: str, state: str | None) -> None:
    assert hotspots.lifecycle([month == "1" for month in months]) == state


def test_the_scan_finds_the_planted_rectangle_and_is_calm_on_a_random_map() -> None:
    rng = np.random.default_rng(9)
    hours = rng.lognormal(2, 1, (24, 24))
    counts = rng.poisson(0.2 * hours)
    calm = hotspots.scan(counts, hours, rng=rng, permutations=99)
    assert calm.p > 0.05
    counts[5:8, 10:14] += rng.poisson(0.6 * hours[5:8, 10:14])
    found = hotspots.scan(counts, hours, rng=rng, permutations=99)
    assert found.p == 0.01 and found.box is not None and found.ratio > 2
    row, column, last_row, last_column = found.box
    assert row <= 6 <= last_row and column <= 12 <= last_column
    assert found.observed == counts[row : last_row + 1, column : last_column + 1].sum()
    assert hotspots.scan(np.zeros((4, 4)), np.ones((4, 4)), rng=rng).box is None


def test_square_sizes_follow_the_amount_of_data() -> None:
    assert [hotspots.square_size(n) for n in (0, 1999, 2000, 9999, 10_000, 10**7)] == [500, 500, 250, 250, 100, 100]
    with pytest.raises(ValueError, match="negative"):
        hotspots.square_size(-1)


def test_every_limit_is_in_the_table_with_its_meaning() -> None:
    rows = PARAMETERS.table()
    assert [name for name, _, _ in rows] == [field.name for field in fields(PARAMETERS)]
    values = {name: value for name, value, _ in rows}
    assert (values["alpha"], values["sizes"], values["power"]) == ("0,05", "10.000: 100; 2.000: 250; 0: 500", "0,8")
    assert len({meaning for _, _, meaning in rows}) == len(rows)


def test_the_heavy_part_of_scipy_is_not_loaded() -> None:
    folder = Path(hotspots.__file__).parent
    sources = [*folder.glob("*.py"), folder.parent / "evaluation.py"]
    imported = {line for source in sources for line in source.read_text("utf-8").splitlines() if "import" in line}
    assert {line.split("#")[0].strip() for line in imported if "scipy" in line} == {"from scipy import special"}
