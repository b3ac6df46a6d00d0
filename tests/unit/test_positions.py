"""Positions: value and gain in one currency, by hand-computed cases and by a second reckoning in exact fractions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.analysis.positions import (
    Holding,
    Rate,
    Worth,
    currency_of_symbol,
    rate,
    rate_symbols,
    sums,
    worth,
)
from tui_monitor.domain.quote import Quote

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)


def quote(
    symbol: str, last: float | None, previous: float | None = None, currency: str | None = None, age: int = 0
) -> Quote:
    moment = NOW - timedelta(seconds=age)
    return Quote(
        symbol=symbol, last=last, previous_close=previous, currency=currency, time=moment, received=NOW, source="test"
    )


def book(*quotes: Quote) -> dict[str, Quote]:
    return {one.symbol: one for one in quotes}


RATES = book(
    quote("HKD=X", 7.8, age=60), quote("GBPUSD=X", 1.25, age=90), quote("USDCNH=X", 7.2), quote("JPY=X", 150.0)
)


def test_rates_go_across_the_dollar_and_know_their_age() -> None:
    assert rate("HKD", "HKD", RATES.get) == Rate(1.0)
    assert rate("USD", "HKD", RATES.get) == Rate(7.8, NOW - timedelta(seconds=60))
    pound = rate("GBP", "HKD", RATES.get)
    assert pound is not None
    assert pound.value == pytest.approx(1.25 * 7.8)
    assert pound.time == NOW - timedelta(seconds=90)
    yen = rate("CNH", "JPY", RATES.get)
    assert yen is not None
    assert yen.value == pytest.approx(150 / 7.2)


@pytest.mark.parametrize("bad", [None, 0.0, -1.0])
def test_a_rate_without_a_positive_quote_is_missing(bad: float | None) -> None:
    assert rate("USD", "HKD", book(quote("HKD=X", bad)).get) is None
    assert rate("CHF", "USD", RATES.get) is None


def test_a_share_in_its_own_currency_needs_no_rate() -> None:
    found = worth(
        Holding(symbol="0700.HK", quantity=100, cost=300.0), quote("0700.HK", 330.0, 320.0, "HKD"), "HKD", book().get
    )
    assert found == Worth(value=33_000.0, today=1_000.0, total=3_000.0)


def test_pence_are_pounds_and_the_cost_may_be_in_another_currency() -> None:
    # 200 shares at 250 p are 500 GBP = 625 USD = 4,875 HKD; paid 2 USD each: 400 USD = 3,120 HKD.
    found = worth(
        Holding(symbol="VOD.L", quantity=200, cost=2.0, cost_currency="USD"),
        quote("VOD.L", 250.0, 240.0, "GBp"),
        "HKD",
        RATES.get,
    )
    assert found.value == pytest.approx(4_875.0)
    assert found.today == pytest.approx(195.0)
    assert found.total == pytest.approx(4_875.0 - 3_120.0)
    assert found.rate_time == NOW - timedelta(seconds=90)


def test_a_short_position_gains_when_the_price_falls() -> None:
    found = worth(
        Holding(symbol="BABA", quantity=-10, cost=150.0), quote("BABA", 140.0, 145.0, "USD"), "USD", book().get
    )
    assert found == Worth(value=-1_400.0, today=50.0, total=100.0)


def test_what_is_missing_stays_missing_and_marks_the_sum() -> None:
    good = worth(Holding(symbol="A", quantity=1, cost=1.0), quote("A", 2.0, 1.5, "HKD"), "HKD", RATES.get)
    no_rate = worth(Holding(symbol="B", quantity=1, cost=1.0), quote("B", 2.0, 1.5, "CHF"), "HKD", RATES.get)
    no_quote = worth(Holding(symbol="C", quantity=1), None, "HKD", RATES.get)
    no_cost = worth(Holding(symbol="D", quantity=1), quote("D", 5.0, 4.0, "HKD"), "HKD", RATES.get)
    no_currency = worth(Holding(symbol="E", quantity=1), quote("E", 5.0, 4.0, None), "HKD", RATES.get)
    assert no_rate == no_quote == no_currency == Worth()
    found = sums((good, no_cost), "HKD")
    assert (found.value, found.today, found.total) == (7.0, 1.5, 1.0)
    assert (found.value_partial, found.today_partial, found.total_partial) == (False, False, True)
    found = sums((good, no_rate), "HKD")
    assert (found.value, found.value_partial, found.partial, found.count) == (2.0, True, True, 2)
    assert sums((no_rate,), "HKD").value is None
    assert sums((), "HKD").partial is False


def test_which_rates_are_needed() -> None:
    assert rate_symbols(["HKD", "HKD"]) == ()
    assert rate_symbols(["HKD", "USD"]) == ("HKD=X",)
    assert rate_symbols(["HKD", "GBp", "USD", "GBP"]) == ("GBP=X", "HKD=X")
    assert currency_of_symbol("0700.HK") == "HKD"
    assert currency_of_symbol("BABA") == "USD"
    assert currency_of_symbol("^HSI") is None
    assert currency_of_symbol("GC=F") is None


@given(
    st.lists(
        st.tuples(
            st.integers(-1000, 1000),
            st.integers(1, 10_000),
            st.integers(1, 10_000),
            st.sampled_from(["HKD", "USD", "JPY"]),
        ),
        max_size=20,
    )
)
def test_sums_agree_with_exact_fractions(positions: list[tuple[int, int, int, str]]) -> None:
    per_dollar = {"HKD": Fraction(39, 5), "USD": Fraction(1), "JPY": Fraction(150)}
    worths = [
        worth(
            Holding(symbol="X", quantity=quantity, cost=cost / 100, cost_currency=currency),
            quote("X", last / 100, 1.0, currency),
            "HKD",
            RATES.get,
        )
        for quantity, cost, last, currency in positions
    ]
    exact = sum(
        (
            Fraction(q) * Fraction(last - cost, 100) / per_dollar[c] * per_dollar["HKD"]
            for q, cost, last, c in positions
        ),
        Fraction(0),
    )
    total = sums(worths, "HKD").total
    assert (total or 0.0) == pytest.approx(float(exact), rel=1e-9, abs=1e-5)
