"""Targets held against prices, computed twice: by the program and by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace
from tests.tui.stage import Stage, quote

from tui_monitor.analysis.implied_upside import implied_upside
from tui_monitor.domain.instrument import Instrument, UsLine
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.present.rating_values import converted, upside, watched_line
from tui_monitor.present.view import View
from tui_monitor.sources.api import Batch

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)


def lists(*symbols: str) -> Watchlists:
    return Watchlists((Watchlist(name="mine", entries=tuple(Entry(symbol=one) for one in symbols)),))


def view(*, rate: float | None = 7.8, watched: tuple[str, ...] = ("9988.HK",), verified: bool = True) -> View:
    stage = Stage(lists=lists(*watched))
    stage.view.instruments["9988.HK"] = Instrument(  # type: ignore[index]
        symbol="9988.HK", currency="HKD", us_line=UsLine("BABA", 8.0, verified=verified)
    )
    quotes = [quote("9988.HK", 161.6, 150.0, NOW), replace(quote("BABA", 165.0, 150.0, NOW), currency="USD")]
    quotes.append(replace(quote("VOD.L", 72.0, 70.0, NOW), currency="GBp"))
    if rate is not None:
        quotes.append(replace(quote("HKD=X", rate, rate, NOW), currency="HKD"))
    stage.store.apply(Batch(source="test", received=NOW, quotes=tuple(quotes)))
    return stage.view


def change(symbol: str, currency: str | None, target: float | None, home: str | None = None) -> RatingChange:
    return RatingChange(
        key="k", time=NOW, symbol=symbol, company=None, firm="Peak", action=Action.RAISE_TARGET, target=target,
        currency=currency, home_symbol=home,
    )  # fmt: skip


def by_hand(target: str, rate: str, ratio: int, last: str) -> float:
    """Percent, in exact fractions: what one share of the line would cost, against what it costs."""
    share = Fraction(target) * Fraction(rate) / ratio
    return float((share - Fraction(last)) / Fraction(last) * 100)


@pytest.mark.parametrize("symbol", ["BABA", "9988.HK"])
def test_a_target_of_the_united_states_line_by_ratio_and_rate(symbol: str) -> None:
    one = change(symbol, "USD", 179.0, "9988.HK" if symbol == "BABA" else None)
    assert upside(view(), one) == pytest.approx(by_hand("179", "7.8", 8, "161.6"))
    found = converted(view(), one)
    assert found is not None
    assert found[0] == pytest.approx(179 * 7.8 / 8)
    assert found[1] == "HKD"


@pytest.mark.parametrize("symbol", ["BABA", "9988.HK"])
def test_a_target_in_the_line_s_own_currency_needs_no_rate(symbol: str) -> None:
    one = change(symbol, "HKD", 200.0, "9988.HK" if symbol == "BABA" else None)
    assert upside(view(rate=None), one) == pytest.approx(by_hand("200", "1", 1, "161.6"))


def test_where_the_rate_is_missing_the_upside_is_left_out() -> None:
    assert upside(view(rate=None), change("BABA", "USD", 179.0, "9988.HK")) is None
    assert converted(view(rate=None), change("BABA", "USD", 179.0, "9988.HK")) is None


def test_only_the_united_states_line_is_watched_so_its_price_counts() -> None:
    one = change("BABA", "USD", 179.0, "9988.HK")
    looking = view(rate=None, watched=("BABA",))
    assert watched_line(looking, one) == "BABA"
    assert upside(looking, one) == pytest.approx(by_hand("179", "1", 1, "165"))
    # A target in Hong Kong dollars is one of the other line: the ratio back is not known here.
    assert upside(looking, change("BABA", "HKD", 179.0, "9988.HK")) is None


@pytest.mark.parametrize(
    "one",
    [
        change("9988.HK", None, 200.0),
        change("9988.HK", "HKD", None),
        # In yuan it may be a price of the mainland line.
        change("9988.HK", "CNY", 150.0),
        change("0000.HK", "HKD", 10.0),
        change("0000.XX", "HKD", 10.0),
    ],
)
def test_what_is_not_known_is_not_guessed(one: RatingChange) -> None:
    assert upside(view(), one) is None


def test_an_unverified_ratio_is_not_used() -> None:
    assert upside(view(verified=False), change("BABA", "USD", 179.0, "9988.HK")) is None


@pytest.mark.parametrize(("currency", "target"), [("GBp", 90.0), ("GBX", 90.0), ("GBP", 0.9)])
def test_pence_and_pounds_are_one_currency(currency: str, target: float) -> None:
    assert upside(view(), change("VOD.L", currency, target)) == pytest.approx(25.0)


def test_the_formula_against_fractions() -> None:
    for target, rate, ratio, last in (("0.37", "7.7913", 20, "41.05"), ("1234.5", "0.1284", 1, "99.9")):
        found = implied_upside(
            target=float(target), target_currency="USD", last=float(last), last_currency="HKD", rate=float(rate),
            ordinary_per_unit=float(ratio),
        )  # fmt: skip
        assert found == pytest.approx(by_hand(target, rate, ratio, last))
    for odd in (0.0, -1.0, float("nan"), float("inf")):
        assert implied_upside(target=odd, target_currency="HKD", last=1.0, last_currency="HKD") is None
        assert implied_upside(target=1.0, target_currency="HKD", last=odd, last_currency="HKD") is None
