"""Parts of the day in the statistics, and the tails that need not be worked out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp import hotspots
from fieldapp.hotspots import PARAMETERS
from fieldapp.hotspots.checks import upper_binomial


def test_parts_of_the_day_are_expected_each_by_its_own_hours() -> None:
    counts, hours = np.zeros((2, 1, 3, 3)), np.full((2, 3, 3), 10.0)
    counts[0, 0, 0, 0], counts[1, 0, 0, 0], counts[1, 0, 2, 2] = 2, 6, 6
    hours[1, 0, 0] = 100.0  # the night is watched most where it happens
    found = hotspots.stratified_test(counts, hours, widths=(1,))
    assert found.expected[0, 0, 0] == pytest.approx(2 / 9 + 12 * 100 / 180)
    one = hotspots.stratified_test(counts[:1], hours[:1])
    assert one.p.tolist() == hotspots.window_test(counts[0], hours[0]).p.tolist()
    assert hotspots.parts_known(np.full((3, 4, 4), 7.0)) and not hotspots.parts_known([np.ones((4, 4))] * 3)


def test_a_part_with_too_few_hours_is_left_out_and_an_unknown_time_goes_by_all_hours() -> None:
    counts, hours = np.zeros((3, 2, 2)), np.full((2, 2, 2), 6.0)
    hours[1, 0, 0], hours[:, 1, 1] = 1.9, 0.0
    counts[0] = [[3, 1], [1, 9]]
    counts[1] = [[50, 2], [2, 9]]
    counts[2] = [[5, 1], [0, 9]]
    found = hotspots.stratified(counts, hours)
    assert found.tested.tolist() == [[True, True], [True, False]]
    assert found.judged.tolist() == [[8, 4], [3, 0]] and found.totals.tolist() == [5, 4, 6]
    assert found.hours.tolist() == [[6, 12], [12, 0]]
    unknown = 6 * 7.9 / (7.9 + 24)
    assert found.expected_map()[0, 0] == pytest.approx(5 / 3 + unknown)
    assert found.expected_map().sum() == pytest.approx(15)
    with pytest.raises(ValueError, match="same rows"):
        hotspots.stratified(counts, hours[:1])


def test_parts_are_used_only_where_most_situations_lie_within_their_own_hours() -> None:
    hours = np.full((3, 4, 4), 10.0)
    hours[2, 2:] = 0.0
    hours[2, :2] = 20.0
    counts = np.zeros((3, 4, 4))
    counts[2] = 1.0
    assert hotspots.parts_known(hours) and not hotspots.parts_known(hours, counts)
    counts[0, 0, 0] = 12.0
    assert hotspots.parts_known(hours, counts)


def test_a_night_with_few_hours_goes_with_the_evening_and_a_day_with_few_with_everything() -> None:
    hours, counts = np.full((3, 4, 4), 10.0), np.ones((4, 4, 4))
    assert hotspots.parts_of_day(hours, counts) == 3
    hours[2] = 3.0  # 48 hours in all
    assert hotspots.parts_of_day(hours, counts) == 2
    assert hotspots.divided(hours, 2).tolist() == [hours[0].tolist(), (hours[1] + hours[2]).tolist()]
    assert hotspots.divided(counts, 2)[:, 0, 0].tolist() == [1, 2, 1]  # the unknown stay by themselves
    hours[0] = 3.0
    assert hotspots.parts_of_day(hours, counts) == 1
    assert hotspots.divided(counts, 1)[:, 0, 0].tolist() == [4]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 3, 12, 30]), st.sampled_from([0.05, 1.0, 20.0]), st.integers(0, 3))
def test_what_is_asked_only_for_findings_finds_the_same(seed: int, side: int, mean: float, hot: int) -> None:
    rng = np.random.default_rng(seed)
    hours = rng.lognormal(2, 1, (2, side, side))
    counts = rng.poisson(mean * hours[:, None] / 10, (2, 3, side, side))
    for _ in range(hot):
        counts[:, rng.integers(3), rng.integers(side), rng.integers(side)] += rng.integers(1, 40)
    strata = hotspots.stratified(counts, hours)
    phi = [1.0, 2.0, 1.3]
    whole = hotspots.strata_test(strata, dispersion=phi)
    quick = hotspots.strata_test(strata, dispersion=phi, findings_only=True)
    found = whole.q <= PARAMETERS.alpha
    assert (found == (quick.q <= PARAMETERS.alpha)).all()
    for name in ("q", "p", "width", "observed", "expected"):
        assert (getattr(whole, name)[found] == getattr(quick, name)[found]).all()
    # without bunches nothing more is found than with them left out of account
    assert not (found & ~(hotspots.strata_test(strata, findings_only=True).q <= PARAMETERS.alpha)).any()


@given(st.integers(1, 400), st.floats(0.0001, 0.25), st.integers(0, 400))
def test_the_binomial_tail_is_never_below_the_normal_one(n: int, share: float, k: int) -> None:
    """Slud 1977, on which it rests that far fewer exact tails are needed."""
    if n * share <= k <= n:
        normal = math.erfc((k - n * share) / math.sqrt(2 * n * share * (1 - share))) / 2
        assert float(upper_binomial(k, n, share)) >= normal * (1 - 1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.floats(0.001, 0.999)), min_size=1, max_size=3),
    st.integers(0, 36),
)
def test_one_binomial_never_makes_parts_of_the_day_look_less_likely(parts: list[tuple[int, float]], k: int) -> None:
    total, mean = sum(n for n, _ in parts), sum(n * share for n, share in parts)
    chances = np.array([1.0])
    for n, share in parts:
        chances = np.convolve(chances, [math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(n + 1)])
    if total and k >= mean + 1:
        assert chances[k:].sum() <= float(upper_binomial(k, total, mean / total)) + 1e-12
