"""Breadth and contribution, with sums done by hand and again by other means."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.analysis.breadth import ConstituentMove, breadth, breadth_claims
from tui_monitor.analysis.claims import ClaimId

moves = st.lists(
    st.builds(
        ConstituentMove,
        symbol=st.uuids().map(str),
        name=st.just("name"),
        percent=st.none() | st.just(0.0) | st.floats(-30, 30),
        weight=st.none() | st.floats(0.0, 0.08),
        estimated=st.booleans(),
    ),
    max_size=40,
)


def move(symbol: str, percent: float | None, weight: float | None = 0.1, estimated: bool = False) -> ConstituentMove:
    return ConstituentMove(symbol, symbol.title(), percent, weight, estimated)


def test_points_by_hand() -> None:
    found = breadth(
        [
            move("baidu", 16.0, 0.04, True),
            move("smic", 7.0, 0.08),
            move("jd", -2.0, 0.08),
            move("flat", 0.0, 0.5),
            move("halted", None, 0.2),
            move("unweighted", 3.0, None),
        ],
        6_000.0,
        6_120.0,
    )
    assert (found.advancers, found.decliners, found.unchanged, found.unknown) == (3, 1, 1, 1)
    # 0.04 x 16 % x 6,000; 0.08 x 7 % x 6,000; 0.08 x -2 % x 6,000.
    assert {one.symbol: one.points for one in found.contributions} == pytest.approx(
        {"baidu": 38.4, "smic": 33.6, "flat": 0.0, "jd": -9.6}
    )
    assert found.explained_points == pytest.approx(62.4)
    assert found.index_points == pytest.approx(120.0)
    assert found.residual_points == pytest.approx(57.6)
    assert found.covered_weight == pytest.approx(0.7)
    assert [one.symbol for one in found.top_three] == ["baidu", "smic"]
    assert found.top_three_share == pytest.approx(72.0 / 120.0)
    assert found.points_of("jd") == pytest.approx(-9.6)
    assert found.points_of("halted") is None
    assert found.estimated


def test_on_a_falling_day_the_leaders_are_those_that_fell() -> None:
    found = breadth([move("a", -5.0), move("b", -1.0), move("c", 2.0), move("d", -3.0), move("e", -2.0)], 100.0, 99.0)
    assert [one.symbol for one in found.top_three] == ["a", "d", "e"]
    assert found.top_three_share == pytest.approx(1.0)


def test_no_share_of_a_move_of_nearly_nothing() -> None:
    assert breadth([move("a", 5.0)], 1_000.0, 1_000.9).top_three_share is None
    assert breadth([move("a", 5.0)], 1_000.0, 1_001.1).top_three_share is not None
    assert breadth([move("a", 5.0)], 1_000.0, None).top_three_share is None


def test_without_a_previous_level_there_are_no_points() -> None:
    found = breadth([move("a", 5.0)], None, 1_000.0)
    assert found.advancers == 1
    assert found.contributions == ()
    assert found.index_points is None
    assert found.residual_points is None


@given(moves, st.floats(100, 50_000), st.floats(0.8, 1.2))
@settings(deadline=None)
def test_sums_agree_with_exact_fractions(members: list[ConstituentMove], previous: float, ratio: float) -> None:
    found = breadth(members, previous, previous * ratio)
    known = [one for one in members if one.percent is not None]
    assert found.advancers + found.decliners + found.unchanged + found.unknown == len(members)
    assert found.unknown == len(members) - len(known)
    exact = sum(
        Fraction(one.weight) * Fraction(one.percent) / 100 * Fraction(previous)
        for one in known
        if one.weight is not None and one.percent is not None
    )
    assert found.explained_points == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
    assert found.residual_points is not None
    assert found.index_points is not None
    assert found.explained_points + found.residual_points == pytest.approx(found.index_points, rel=1e-9, abs=1e-6)
    points = [one.points for one in found.contributions]
    assert points == sorted(points, reverse=True)


def test_the_claims() -> None:
    members = [move(f"up{index}", 2.0, 0.03) for index in range(26)]
    members += [move(f"down{index}", -1.0, 0.03) for index in range(3)] + [move("flat", 0.0, 0.03)]
    members[0] = move("baidu", 16.0, 0.03, True)
    found = breadth(members, 6_078.0, 6_334.0)
    claims = {claim.id: claim for claim in breadth_claims(found, provisional=True)}
    assert claims[ClaimId.BREADTH].text() == "26 are up, 3 down, 1 unchanged."
    assert claims[ClaimId.BREADTH].surprise == pytest.approx(1.7844, abs=1e-3)
    top = claims[ClaimId.TOP_THREE]
    # 0.03 x (16 + 2 + 2) % of 6,078 are 36.5 of 256 points.
    assert top.text().startswith("Baidu, Up1 and Up2 make 14% of the move (+36.5 of +256.0 points, by estimated")
    assert top.surprise == pytest.approx(0.6629, abs=1e-3)


def test_no_claims_without_prices() -> None:
    assert breadth_claims(breadth([move("a", None), move("b", None)], 100.0, 101.0), provisional=False) == ()
    assert breadth_claims(breadth([], 100.0, 101.0), provisional=False) == ()
