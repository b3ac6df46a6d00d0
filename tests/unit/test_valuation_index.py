"""The index's forward ratio: harmonic, covered, in one currency."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.analysis.valuation import (
    Average,
    Earnings,
    IndexValuation,
    five_year_average,
    index_valuation,
    ratio,
    valuation_claim,
)
from tui_monitor.domain.reference import Measure, Reference, ReferenceFigure

TODAY = date(2025, 9, 17)
RATES = {("CNY", "HKD"): 1.095, ("USD", "HKD"): 7.78, ("GBP", "HKD"): 10.6}


def rate(source: str, target: str) -> float | None:
    return RATES.get((source, target))


def hong_kong(symbol: str, weight: float | None, pe: float | None, earned: str | None = "HKD") -> Earnings:
    return Earnings(symbol=symbol, weight=weight, price_currency="HKD", earnings_currency=earned, forward_pe=pe)


def test_the_mean_is_harmonic() -> None:
    found = index_valuation([hong_kong("a", 0.5, 10.0), hong_kong("b", 0.5, 30.0)], rate)
    # One unit of money in each: prices 1, earnings 0.5/10 + 0.5/30 = 1/15.
    assert found.forward_pe == pytest.approx(15.0)
    assert found.coverage == pytest.approx(1.0)


def test_losses_and_gaps_lower_the_coverage() -> None:
    found = index_valuation(
        [
            hong_kong("a", 0.4, 20.0),
            hong_kong("b", 0.3, 20.0),
            hong_kong("loss", 0.2, -8.0),
            hong_kong("none", 0.1, None),
        ],
        rate,
    )
    assert found.forward_pe == pytest.approx(20.0)
    assert found.coverage == pytest.approx(0.7)
    assert found.left_out == ("loss", "none")


@pytest.mark.parametrize(("weight", "shown"), [(0.59, False), (0.6, True)])
def test_below_60_percent_it_is_not_shown(weight: float, shown: bool) -> None:
    found = index_valuation([hong_kong("a", weight, 20.0)], rate)
    assert (found.forward_pe is not None) is shown
    assert found.coverage == weight


def test_earnings_in_another_currency_are_converted() -> None:
    # 100 HKD over 5 CNY is 20 on paper; 5 CNY are 5.475 HKD.
    mixed = hong_kong("a", 1.0, 20.0, earned="CNY")
    assert ratio(mixed, rate) == pytest.approx(100.0 / (5.0 * 1.095))
    by_price = Earnings(
        symbol="a", weight=1.0, price=100.0, price_currency="HKD", forward_eps=5.0, earnings_currency="CNY"
    )
    assert ratio(by_price, rate) == pytest.approx(ratio(mixed, rate))


@pytest.mark.parametrize("earned", ["JPY", None])
def test_what_cannot_be_converted_is_left_out(earned: str | None) -> None:
    assert ratio(hong_kong("a", 1.0, 20.0, earned=earned), rate) is None
    assert index_valuation([hong_kong("a", 1.0, 20.0, earned=earned)], rate).left_out == ("a",)


def test_pence_are_made_pounds() -> None:
    one = Earnings(
        symbol="a", weight=1.0, price=2_000.0, price_currency="GBp", forward_eps=1.0, earnings_currency="GBP"
    )
    assert ratio(one, rate) == pytest.approx(20.0)


def test_a_loss_is_not_replaced_by_a_ratio() -> None:
    one = Earnings(
        symbol="a", weight=1.0, price=10.0, price_currency="HKD", forward_eps=-1.0, earnings_currency="HKD",
        forward_pe=12.0,
    )  # fmt: skip
    assert ratio(one, rate) is None


@given(st.lists(st.tuples(st.floats(0.01, 0.08), st.floats(2.0, 200.0)), min_size=12, max_size=30))
@settings(deadline=None)
def test_the_mean_is_price_over_earnings_of_the_basket(members: list[tuple[float, float]]) -> None:
    found = index_valuation([hong_kong(str(i), weight, pe) for i, (weight, pe) in enumerate(members)], rate)
    price = sum(weight for weight, _ in members)
    earnings = sum(weight / pe for weight, pe in members)
    if price < 0.6:
        assert found.forward_pe is None
        return
    assert found.forward_pe == pytest.approx(price / earnings)
    assert min(pe for _, pe in members) - 1e-9 <= (found.forward_pe or 0.0) <= max(pe for _, pe in members) + 1e-9


REFERENCE = Reference(
    (
        ReferenceFigure(
            symbol="HSTECH.HK", measure=Measure.FORWARD_PE_AVERAGE_5Y, value=23.3, date=TODAY, origin="press"
        ),
    )
)


def test_the_reference_figure_serves_until_there_is_enough_of_our_own() -> None:
    def stored(count: int) -> list[tuple[date, float]]:
        return [(TODAY - timedelta(days=count - index), 20.0 + index % 2) for index in range(count)]

    short = five_year_average(stored(999), REFERENCE, "HSTECH.HK", TODAY)
    assert short == Average(23.3, TODAY, "press", None)
    own = five_year_average(stored(1_000), REFERENCE, "HSTECH.HK", TODAY)
    assert own == Average(20.5, TODAY - timedelta(days=1), "own history", 1_000)
    # What is older than five years is no part of the mean.
    old = [(TODAY - timedelta(days=1_900), 500.0), *stored(1_000)]
    assert five_year_average(old, REFERENCE, "HSTECH.HK", TODAY) == own
    assert five_year_average([], REFERENCE, "^OTHER", TODAY) is None


def test_the_model_days_claim() -> None:
    average = five_year_average([], REFERENCE, "HSTECH.HK", TODAY)
    claim = valuation_claim(IndexValuation(21.0, 1.0, (), ()), average, other=27.0)
    assert claim is not None
    assert claim.text() == (
        "Trades at 21.0 times projected earnings, below its five-year average of 23.3 and the Nasdaq 100's 27.0."
    )
    assert claim.inputs["average_as_of"] == "2025-09-17"
    # 0.52 usual deviations away: 60 % of a normal distribution lies farther out.
    assert 2.0**-claim.surprise == pytest.approx(math.erfc(math.log(23.3 / 21.0) / 0.2 / math.sqrt(2.0)))


def test_no_claim_without_a_ratio() -> None:
    assert valuation_claim(IndexValuation(None, 0.4, (), ("a",)), None) is None


def test_own_history_measures_the_surprise() -> None:
    stored = [(TODAY - timedelta(days=1_023 - index), 20.0) for index in range(1_023)]
    average = five_year_average(stored, REFERENCE, "HSTECH.HK", TODAY)
    claim = valuation_claim(IndexValuation(25.0, 1.0, (), ()), average, stored=stored)
    assert claim is not None
    assert claim.surprise == pytest.approx(10.0)
