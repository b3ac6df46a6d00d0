"""How unusual a claim is: counted again by plain means."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.analysis import surprise
from tui_monitor.analysis.records import spans
from tui_monitor.analysis.streaks import running_counts

levels = st.lists(st.sampled_from([90.0, 95.0, 100.0, 105.0]) | st.floats(50.0, 150.0), min_size=1, max_size=80)


def test_bits_are_doublings() -> None:
    assert surprise.bits(0, 0) == 0.0
    assert surprise.bits(0, 63) == 6.0
    assert surprise.bits(63, 63) == 0.0


@given(levels, st.booleans())
@settings(deadline=None)
def test_spans_agree_with_a_full_scan(closes: list[float], high: bool) -> None:
    def plain(index: int) -> int:
        for back in range(1, index + 1):
            other = closes[index - back]
            if other >= closes[index] if high else other <= closes[index]:
                return back
        return index

    assert spans(closes, high=high) == [plain(index) for index in range(len(closes))]


@given(levels, st.integers(1, 100), st.booleans())
@settings(deadline=None)
def test_a_longer_span_is_never_less_surprising(closes: list[float], span: int, high: bool) -> None:
    assert surprise.of_span(closes, span + 1, high=high) >= surprise.of_span(closes, span, high=high) >= 0.0


@given(levels, st.floats(-20.0, 20.0))
@settings(deadline=None)
def test_a_move_is_held_against_the_moves_of_a_year(closes: list[float], percent: float) -> None:
    moves = [abs((after - before) / before) * 100.0 for before, after in pairwise(closes)]
    like = sum(move >= abs(percent) - 1e-9 for move in moves)
    less = sum(move >= abs(percent) + 1e-9 for move in moves)
    low, high = ((len(moves) + 1) / (count + 1) for count in (like, less))
    assert math.log2(low) - 1e-9 <= surprise.of_move(closes, percent) <= math.log2(high) + 1e-9


def test_a_move_beyond_a_year_ago_does_not_count() -> None:
    wild = [100.0, 200.0, 100.0]
    calm = [100.0 + index % 2 for index in range(252)]
    assert surprise.of_move([*wild, *calm], 5.0) == pytest.approx(math.log2(251))


def test_a_streak_counts_the_periods_at_which_it_stood() -> None:
    closes = [1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 5.0]
    assert running_counts(closes) == [0, 1, 2, 3, -1, 1, 2]
    # Two of six earlier changes stood at two gains or more besides the third: 3, 2, 2.
    assert surprise.of_streak(closes, 2) == pytest.approx(math.log2(7 / 4))
    assert surprise.of_streak(closes, -1) == pytest.approx(math.log2(7 / 2))
    assert surprise.of_streak(closes, 4) == pytest.approx(math.log2(7))


def test_to_date_changes_begin_anew_with_each_period() -> None:
    percents = surprise.to_date_percents([1, 1, 2, 2, 3], [10.0, 20.0, 30.0, 10.0, 11.0])
    assert percents == pytest.approx([50.0, -50.0, 10.0])


def test_a_distance_can_be_unusual_either_way() -> None:
    values = [float(value) for value in range(1, 101)]
    assert surprise.of_either_tail(values, 50.0) == pytest.approx(0.0, abs=0.05)
    assert surprise.of_either_tail(values, 100.5) == pytest.approx(math.log2(101) - 1.0)
    assert surprise.of_either_tail(values, 0.5) == pytest.approx(math.log2(101) - 1.0)


def test_percentages_are_held_against_their_own_direction() -> None:
    assert surprise.of_percent([5.0, 1.0, -9.0], 4.0) == pytest.approx(1.0)
    assert surprise.of_percent([5.0, 1.0, -9.0], -4.0) == pytest.approx(1.0)
    assert surprise.of_percent([], 4.0) == 0.0


def test_windows_have_one_length() -> None:
    assert surprise.window_percents([10.0, 20.0, 40.0], 2) == pytest.approx([300.0])
    assert surprise.window_percents([10.0, 20.0, 40.0], 0) == []


def test_distances_below_the_record() -> None:
    assert surprise.below_record_percents([10.0, 8.0, 20.0, 5.0]) == pytest.approx([0.0, -20.0, 0.0, -75.0])
