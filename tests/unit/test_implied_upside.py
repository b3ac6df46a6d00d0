"""Implied upside against the same number worked out by hand and by exact fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.analysis.implied_upside import implied_upside


def test_a_united_states_line_against_the_home_line() -> None:
    # 179 USD for eight shares at 7.8 HKD a dollar are 174.525 HKD a share: 8 % above 161.6.
    found = implied_upside(
        target=179, target_currency="USD", last=161.6, last_currency="HKD", rate=7.8, ordinary_per_unit=8
    )
    assert found == pytest.approx(7.9981, abs=1e-3)


def test_the_same_currency_needs_no_rate() -> None:
    assert implied_upside(target=110, target_currency="HKD", last=100, last_currency="HKD") == pytest.approx(10)
    assert implied_upside(target=90, target_currency="HKD", last=100, last_currency="HKD", rate=7.8) == pytest.approx(
        -10
    )


def test_pence_and_pounds_are_one_currency() -> None:
    found = implied_upside(target=12.5, target_currency="GBP", last=1000, last_currency="GBp")
    assert found == pytest.approx(25)


@pytest.mark.parametrize(
    "missing",
    [
        {"target": None},
        {"last": None},
        {"target_currency": None},
        {"last_currency": None},
        {"rate": None},
        {"rate": 0.0},
        {"last": 0.0},
        {"target": 0.0},
        {"target": float("nan")},
        {"rate": float("inf")},
        {"ordinary_per_unit": 0.0},
        {"target": -5.0},
    ],
)
def test_what_is_missing_or_wrong_is_never_guessed(missing: dict[str, float | None]) -> None:
    known: dict[str, object] = {
        "target": 179.0,
        "target_currency": "USD",
        "last": 161.6,
        "last_currency": "HKD",
        "rate": 7.8,
        "ordinary_per_unit": 8.0,
    }
    assert implied_upside(**{**known, **missing}) is None  # type: ignore[arg-type]


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 2000), st.sampled_from([0.5, 1.0, 2.0, 3.0, 8.0]))
def test_it_is_the_exact_fraction(target: int, last: int, rate: int, ratio: float) -> None:
    exact = Fraction(target, 100) * Fraction(rate, 100) / Fraction(ratio) / Fraction(last, 100) - 1
    found = implied_upside(
        target=target / 100,
        target_currency="USD",
        last=last / 100,
        last_currency="HKD",
        rate=rate / 100,
        ordinary_per_unit=ratio,
    )
    assert found == pytest.approx(float(exact * 100), rel=1e-9, abs=1e-9)
