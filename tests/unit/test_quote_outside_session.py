"""Prices before and after the session, and the next earnings: read from an answer, kept, and over when they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import SHARED_DATA

from tui_monitor.domain.quote import Quote
from tui_monitor.sources.api import Batch
from tui_monitor.sources.yahoo_quote import parse_quotes
from tui_monitor.store.codec import decode_quote, encode
from tui_monitor.store.latest import LatestStore

NEW_YORK = ZoneInfo("America/New_York")


def york(hour: int, minute: int = 0, day: int = 4) -> datetime:
    """Return a moment of a Wednesday in March, New York's time."""
    return datetime(2026, 3, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


CLOSED_AT = york(16, 0, 3)


def one(received: datetime, **fields: Any) -> Quote:
    row = {
        "symbol": "ALDR", "quoteType": "EQUITY", "currency": "USD", "regularMarketPrice": 150.0,
        "regularMarketPreviousClose": 148.0, "regularMarketTime": int(CLOSED_AT.timestamp()), **fields,
    }  # fmt: skip
    body = json.dumps({"quoteResponse": {"result": [row], "error": None}}).encode()
    (quote,) = parse_quotes(body, ["ALDR"], received).quotes
    return quote


def before(received: datetime, traded: datetime, price: object = 153.0, state: object = "PRE") -> Quote:
    return one(received, marketState=state, preMarketPrice=price, preMarketTime=int(traded.timestamp()))


def after(received: datetime, traded: datetime, price: object = 147.0, state: object = "POST") -> Quote:
    return one(received, marketState=state, postMarketPrice=price, postMarketTime=int(traded.timestamp()))


def test_the_price_before_the_session() -> None:
    now = york(8, 5)
    quote = before(now, york(8, 0))
    found = quote.extended(now)
    assert found is not None
    assert (found.price, found.before, found.time) == (153.0, True, york(8, 0))
    assert found.percent == pytest.approx(2.0)  # 3 of 150
    assert quote.last == 150.0
    assert quote.extended(york(9, 29)) is not None
    assert quote.extended(york(9, 30)) is None
    assert quote.extended(york(8, 0, 5)) is None


def test_the_price_after_the_session() -> None:
    now = york(17, 0, 3)
    quote = after(now, york(16, 58, 3))
    found = quote.extended(now)
    assert found is not None
    assert (found.price, found.before) == (147.0, False)
    assert found.percent == pytest.approx(-2.0)
    assert quote.extended(york(19, 59, 3)) is not None
    assert quote.extended(york(20, 0, 3)) is None
    assert quote.extended(york(7, 0, 4)) is None


@pytest.mark.parametrize("state", ["REGULAR", "CLOSED", "PREPRE", "POSTPOST", "POST", "", None, 5, ["PRE"]])
def test_only_the_running_session_counts(state: object) -> None:
    assert before(york(8, 5), york(8, 0), state=state).pre_market is None


@pytest.mark.parametrize("price", [0, -1, "153", None, float("inf"), 1e30, True])
def test_what_is_no_price_is_none(price: object) -> None:
    assert before(york(8, 5), york(8, 0), price=price).pre_market is None
    assert before(york(8, 5), york(8, 0), price=price).pre_market_time is None


def test_a_price_from_before_the_last_trade_or_from_the_future_is_none() -> None:
    assert after(york(17, 0, 3), CLOSED_AT).post_market is None
    assert after(york(17, 0, 3), york(18, 0, 3)).post_market is None


def test_lines_of_exchanges_without_such_trading_have_none() -> None:
    quote = before(york(8, 5), york(8, 0))
    other = Quote(
        symbol="0101.HK", last=1.0, received=york(8, 5), source="x", pre_market=2.0, pre_market_time=york(8, 0)
    )
    assert quote.extended(york(8, 5)) is not None
    assert other.extended(york(8, 5)) is None


def test_it_is_kept_beside_newer_prices_until_the_session_trades() -> None:
    store = LatestStore()

    def put(quote: Quote) -> Quote:
        store.apply(Batch(source=quote.source, received=quote.received, quotes=(quote,)))
        held = store.quote("ALDR")
        assert held is not None
        return held

    def thin(last: float, traded: datetime, received: datetime, currency: str = "USD") -> Quote:
        return Quote(symbol="ALDR", last=last, time=traded, received=received, source="yahoo", currency=currency)

    put(thin(150.0, CLOSED_AT, york(7)))
    held = put(before(york(8, 5), york(8, 0)))
    assert held.extended(york(8, 6)) is not None
    held = put(thin(150.0, CLOSED_AT, york(8, 10)))
    assert held.extended(york(8, 11)) is not None
    held = put(before(york(8, 20), york(8, 19), price=156.0))
    found = held.extended(york(8, 21))
    assert found is not None
    assert found.percent == pytest.approx(4.0)
    # The first trade of the session is newer: the morning's price is over, whatever the clock says.
    held = put(thin(155.0, york(9, 0), york(9, 1)))
    assert held.extended(york(9, 2)) is None
    store = LatestStore()
    put(before(york(8, 5), york(8, 0)))
    assert put(thin(1000.0, york(8, 6), york(8, 7), "HKD")).pre_market is None


# Earnings

NOW = york(8)


def stamp(days: float) -> int:
    return int((NOW + timedelta(days=days)).timestamp())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"earningsTimestampStart": stamp(9), "earningsTimestampEnd": stamp(9)}, (9, 9, False)),
        ({"earningsTimestampStart": stamp(9), "earningsTimestampEnd": stamp(12)}, (9, 12, True)),
        (
            {"earningsTimestampStart": stamp(9), "earningsTimestampEnd": stamp(9), "isEarningsDateEstimate": True},
            (9, 9, True),
        ),
        # The window has begun: it is still ahead.
        ({"earningsTimestampStart": stamp(-1), "earningsTimestampEnd": stamp(3)}, (-1, 3, True)),
        # The lone time is the last report here, the window the next.
        (
            {"earningsTimestamp": stamp(-80), "earningsTimestampStart": stamp(9), "earningsTimestampEnd": stamp(9)},
            (9, 9, False),
        ),
        ({"earningsTimestamp": stamp(4)}, (4, 4, False)),
        ({"earningsTimestamp": stamp(4), "earningsTimestampStart": stamp(-90), "earningsTimestampEnd": stamp(-90)},
         (4, 4, False)),
        ({"earningsTimestamp": stamp(-4)}, None),
        ({"earningsTimestampStart": stamp(500), "earningsTimestampEnd": stamp(500)}, None),
        ({"earningsTimestampStart": stamp(9), "earningsTimestampEnd": stamp(100)}, None),
        ({"earningsTimestampStart": stamp(9), "earningsTimestampEnd": stamp(8)}, None),
        ({"earningsTimestampStart": stamp(9)}, None),
        ({"earningsTimestamp": "soon"}, None),
        ({"earningsTimestamp": 1e300}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_when_earnings_come_next(fields: dict[str, Any], expected: tuple[int, int, bool] | None) -> None:
    found = one(NOW, **fields).next_report(NOW)
    if expected is None:
        assert found is None
    else:
        first, last, estimated = expected
        assert found is not None
        assert [round((when - NOW) / timedelta(days=1)) for when in (found.first, found.last)] == [first, last]
        assert found.estimated is estimated


def test_a_date_that_has_passed_is_no_next_one() -> None:
    quote = one(NOW, earningsTimestamp=stamp(4))
    assert quote.next_report(NOW + timedelta(days=3.9)) is not None
    assert quote.next_report(NOW + timedelta(days=4.1)) is None


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(stamp(3))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "marketState": st.sampled_from(["PRE", "POST"]) | anything,
            "preMarketPrice": anything, "preMarketTime": anything, "postMarketPrice": anything,
            "postMarketTime": anything, "earningsTimestamp": anything, "earningsTimestampStart": anything,
            "earningsTimestampEnd": anything, "isEarningsDateEstimate": anything,
        },
    )
)  # fmt: skip
def test_any_fields_give_whole_groups_and_come_back_from_the_database(fields: dict[str, Any]) -> None:
    quote = one(NOW, **fields)
    assert (quote.pre_market is None) == (quote.pre_market_time is None)
    assert (quote.post_market is None) == (quote.post_market_time is None)
    assert len({quote.earnings_from is None, quote.earnings_to is None, quote.earnings_estimated is None}) == 1
    quote.extended(NOW)
    report = quote.next_report(NOW)
    assert report is None or report.first <= report.last
    assert decode_quote(encode(quote)) == quote


def test_a_stored_quote_without_a_zone_is_refused() -> None:
    stored = encode(one(NOW, earningsTimestamp=stamp(4))).replace(b'Z","earnings_to', b'","earnings_to')
    assert b'earnings_from":"2026-03-08T13:00:00","' in stored
    assert decode_quote(stored) is None


RECORDED = sorted((SHARED_DATA / "yahoo" / "v7_quote").glob("*"))


@pytest.mark.parametrize(
    "path",
    RECORDED or [pytest.param(None, marks=pytest.mark.skip("no recorded bodies here"))],
    ids=lambda path: path.name[:60] if path else "none",
)
def test_recorded(path: Path) -> None:
    """Hold each row against what the body itself reports: its percent after hours, its times ahead."""
    content = path.read_bytes()
    entries = {entry["symbol"]: entry for entry in json.loads(content)["quoteResponse"]["result"] if "symbol" in entry}
    for symbol, entry in entries.items():
        if not entry.get("regularMarketPrice"):
            continue
        traded = max(entry.get(name) or 0 for name in ("regularMarketTime", "preMarketTime", "postMarketTime"))
        if not traded:
            continue
        now = datetime.fromtimestamp(traded + 60, UTC)
        (quote,) = parse_quotes(content, [symbol], now).quotes
        shown = {"PRE": "preMarket", "POST": "postMarket"}.get(entry.get("marketState", ""))
        found = quote.extended(now)
        if shown is not None and entry.get(f"{shown}Price"):
            assert found is not None
            assert found.percent == pytest.approx(entry[f"{shown}ChangePercent"], abs=0.005)
        else:
            assert found is None
        stamps = [entry.get(f"earningsTimestamp{end}") or 0 for end in ("", "Start", "End")]
        report = quote.next_report(now)
        assert (report is not None) == (max(stamps) > traded + 60)
        if report is not None:
            assert report.first.timestamp() in stamps
