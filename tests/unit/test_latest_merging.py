"""The latest values: what a thinner, an older or another source's answer adds to the quote that is held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import OWN, DailyBar, DailyHistory
from tui_monitor.sources.api import Batch
from tui_monitor.store.keys import Family
from tui_monitor.store.latest import LatestStore

T = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def price(last: float = 100.0, at: float = 0, source: str = "yahoo", **more: Any) -> Quote:
    quote = Quote(
        symbol="0101.HK", last=last, previous_close=99.0, time=after(at), received=after(at + 1), source=source,
        currency="HKD", name="Wood",
    )  # fmt: skip
    return replace(quote, **more)


def ratios(at: float = 0, **more: Any) -> Quote:
    fields: dict[str, Any] = {
        "market_cap": 5e11, "trailing_pe": 30.0, "forward_pe": 20.0, "forward_eps": 5.0, "earnings_currency": "HKD",
        "name": "Wood Holdings Limited", "year_high": 120.0,
    }  # fmt: skip
    return price(100.0, at, "yahoo-quote", **{**fields, **more})


def put(store: LatestStore, quote: Quote) -> tuple[Quote, bool]:
    """Apply a quote; return the one that is held then, and whether that was a change."""
    before = store.revision
    applied = store.apply(Batch(source=quote.source, received=quote.received, quotes=(quote,)))
    held = store.quote("0101.HK")
    assert held is not None
    assert bool(applied.quotes) == (store.revision > before)
    return held, bool(applied.quotes)


def test_ratios_of_an_older_price_are_added_to_the_newer_one() -> None:
    store = LatestStore()
    put(store, price(101.0, at=60))
    held, changed = put(store, ratios(at=0, received=after(65)))
    assert changed
    assert (held.last, held.time, held.source, held.name) == (101.0, after(60), "yahoo", "Wood")
    assert (held.market_cap, held.trailing_pe, held.forward_pe, held.forward_eps) == (5e11, 30.0, 20.0, 5.0)
    assert (held.earnings_currency, held.year_high) == ("HKD", 120.0)
    assert store.revision_of(Family.QUOTE, "0101.HK") == store.revision == 2


def test_the_same_ratios_again_are_no_change() -> None:
    store = LatestStore()
    put(store, price(101.0, at=60))
    put(store, ratios(received=after(65)))
    for seconds in (70, 75, 80):
        _, changed = put(store, ratios(received=after(seconds)))
        assert not changed
    _, changed = put(store, ratios(received=after(85), market_cap=6e11))
    assert changed


def test_ratios_outlive_the_prices_that_follow() -> None:
    store = LatestStore()
    put(store, ratios())
    held, _ = put(store, price(103.0, at=45))
    assert (held.last, held.source, held.forward_eps, held.earnings_currency) == (103.0, "yahoo", 5.0, "HKD")


def test_what_is_said_is_not_unsaid_by_a_thinner_answer() -> None:
    store = LatestStore()
    put(store, ratios())
    thin = price(100.0, at=-60, source="tencent", trailing_pe=31.0, received=after(30))
    held, changed = put(store, thin)
    assert changed
    assert (held.trailing_pe, held.forward_pe, held.market_cap) == (31.0, 20.0, 5e11)


@pytest.mark.parametrize("newer", [True, False], ids=["newer price", "older price"])
def test_a_loss_ends_the_ratio(newer: bool) -> None:
    store = LatestStore()
    put(store, ratios())
    loss = ratios(at=15 if newer else -15, received=after(900), forward_pe=None, forward_eps=-1.0)
    held, changed = put(store, loss)
    assert changed
    assert (held.forward_pe, held.forward_eps, held.earnings_currency) == (None, -1.0, "HKD")


def test_an_answer_received_before_only_fills_in() -> None:
    store = LatestStore()
    put(store, price(101.0, at=60, trailing_pe=33.0, forward_eps=6.0, earnings_currency="CNY"))
    held, changed = put(store, ratios(at=0))
    assert changed
    assert (held.trailing_pe, held.market_cap) == (33.0, 5e11)
    assert (held.forward_pe, held.forward_eps, held.earnings_currency) == (None, 6.0, "CNY")


def test_amounts_of_another_currency_are_not_mixed_in() -> None:
    store = LatestStore()
    put(store, price(101.0, at=60))
    held, _ = put(store, ratios(received=after(65), currency="USD"))
    assert (held.currency, held.market_cap, held.year_high) == ("HKD", None, None)
    assert (held.forward_eps, held.earnings_currency) == (5.0, "HKD")


def test_currency_and_name_are_filled_in_only() -> None:
    store = LatestStore()
    put(store, price(101.0, at=60, currency=None, name=None))
    held, _ = put(store, ratios(received=after(65)))
    assert (held.currency, held.name, held.market_cap) == ("HKD", "Wood Holdings Limited", 5e11)


def test_a_silent_source_gives_its_place_up() -> None:
    store = LatestStore()
    put(store, ratios(at=0))
    held, _ = put(store, price(100.0, at=0, received=after(30)))
    assert held.source == "yahoo-quote", "sources do not take turns"
    held, _ = put(store, price(100.0, at=0, received=after(90)))
    assert (held.source, held.received, held.forward_eps) == ("yahoo", after(90), 5.0)


@pytest.mark.parametrize(
    ("at", "received", "source"),
    [
        (15, 16, "yahoo-quote"),
        (35, 36, "yahoo-quote"),
        (36, 37, "yahoo"),
        (300, 301, "yahoo"),
        (5, 70, "yahoo"),
        (0, 70, "yahoo"),
        (-1, 70, "yahoo-quote"),
        (-1, 7000, "yahoo-quote"),
    ],
)
def test_another_source_takes_over_once_it_is_well_ahead_or_the_shown_one_is_silent(
    at: float, received: float, source: str
) -> None:
    store = LatestStore()
    put(store, ratios(at=0))
    held, _ = put(store, price(101.0, at=at, received=after(received)))
    assert held.source == source
    assert held.last == (101.0 if source == "yahoo" else 100.0)
    assert set(store.quotes_by_source("0101.HK")) == {"yahoo", "yahoo-quote"}


def test_two_sources_that_both_answer_do_not_take_turns() -> None:
    store = LatestStore()
    shown = []
    for second in range(0, 600, 15):
        for late, source in ((0, "yahoo"), (7, "tencent")):
            held, _ = put(store, price(100.0 + second, at=second + late, source=source))
            shown.append(held.source)
    assert set(shown) == {"yahoo"}


# Histories


def bars(first: int, last: int, scale: float = 1.0) -> tuple[DailyBar, ...]:
    return tuple(DailyBar(date(2025, 9, 1) + timedelta(days=day), (100.0 + day) * scale) for day in range(first, last))


def history(content: tuple[DailyBar, ...], source: str = "tencent") -> DailyHistory:
    return DailyHistory(symbol="^HSI", bars=content, received=T, source=source)


def put_history(store: LatestStore, one: DailyHistory) -> tuple[DailyHistory, ...]:
    return store.apply(Batch(source=one.source, received=T, histories=(one,))).histories


def test_a_shorter_answer_takes_nothing_away() -> None:
    store = LatestStore()
    put_history(store, history(bars(0, 20)))
    assert put_history(store, history(bars(10, 20))) == ()
    shorter = history(bars(15, 22), source="yahoo-chart")
    assert put_history(store, shorter) == (shorter,), "only what came is written"
    held = store.history("^HSI")
    assert held is not None
    assert (held.bars, held.source) == (bars(0, 22), "yahoo-chart")


def test_a_rescaled_answer_takes_the_older_bars_along() -> None:
    store = LatestStore()
    put_history(store, history(bars(0, 20)))
    (written,) = put_history(store, history(bars(5, 20, scale=0.5)))
    assert [bar.close for bar in written.bars] == pytest.approx([bar.close for bar in bars(0, 20, scale=0.5)])


def test_an_own_close_does_not_make_the_history_our_own() -> None:
    store = LatestStore()
    put_history(store, history(bars(0, 20)))
    put_history(store, history(bars(20, 21), source=OWN))
    held = store.history("^HSI")
    assert held is not None
    assert (held.source, len(held.bars)) == ("tencent", 21)
    put_history(store, history((replace(bars(20, 21)[0], close=7.0),)))
    held = store.history("^HSI")
    assert held is not None
    assert held.bars[-1].close == 7.0, "the provider knows better"
