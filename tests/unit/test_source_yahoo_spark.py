"""Reading Yahoo's spark: which close is the previous one, what zero means, whose entry is bad."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.servers.loopback import Fault, LoopbackServer
from tests.servers.market import Market

from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.instrument import Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.sources.api import Request, SourceContext
from tui_monitor.sources.transport import Transport
from tui_monitor.sources.yahoo_spark import BATCH, YahooSpark, build, parse_spark

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)

STAMP = int(NOW.timestamp())


def meta_of(**changes: Any) -> dict[str, Any]:
    """Return the meta of an invented share; ``None`` removes a key."""
    made: dict[str, Any] = {
        "currency": "HKD", "symbol": "1234.HK", "instrumentType": "EQUITY", "regularMarketTime": STAMP - 900,
        "regularMarketPrice": 50.5, "regularMarketChangePercent": 1.0, "fiftyTwoWeekHigh": 60.0,
        "fiftyTwoWeekLow": 30.0, "regularMarketDayHigh": 51.0, "regularMarketDayLow": 49.5,
        "regularMarketVolume": 123_400, "longName": "Invented Holdings Limited", "shortName": "INVENTED",
        "chartPreviousClose": 50.0, "priceHint": 3, "range": "1d", "dataGranularity": "5m",
    }  # fmt: skip
    made.update(changes)
    return {key: value for key, value in made.items() if value is not None}


def body_of(*metas: dict[str, Any], times: Any = None, closes: Any = None) -> bytes:
    """Return an answer of v7 with one entry for each meta."""
    result = [
        {
            "symbol": meta.get("symbol"),
            "response": [{"meta": meta, "timestamp": times, "indicators": {"quote": [{"close": closes}]}}],
        }
        for meta in metas
    ]
    return json.dumps({"spark": {"result": result, "error": None}}).encode()


def quote_of(**changes: Any) -> Quote:
    batch = parse_spark(body_of(meta_of(**changes)), ["1234.HK"], NOW)
    assert batch.missing == ()
    return batch.quotes[0]


def test_a_share() -> None:
    quote = quote_of()
    assert quote == Quote(
        symbol="1234.HK", last=50.5, previous_close=50.0, high=51.0, low=49.5, year_high=60.0, year_low=30.0,
        volume=123_400.0, currency="HKD", kind=Kind.EQUITY, name="Invented Holdings Limited",
        time=datetime(2025, 9, 17, 3, 5, tzinfo=UTC), received=NOW, source="yahoo", delay=900.0, reported_percent=1.0,
    )  # fmt: skip
    assert quote.change == pytest.approx(0.5)
    assert quote.percent == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # What is stated stands, whatever the window.
        ({"previousClose": 49.0, "range": "5d"}, 49.0),
        ({"previousClose": 49.0}, 49.0),
        # Zero is unknown; the close before a window of one day is the previous one.
        ({"previousClose": 0}, 50.0),
        ({"regularMarketChangePercent": None}, 50.0),
        # The close before five days is last week's.
        ({"range": "5d", "chartPreviousClose": 40.0, "regularMarketChangePercent": None}, None),
        ({"range": "5d", "chartPreviousClose": 40.0}, 50.0),
        # One day, but it does not explain the reported change: the report stands.
        ({"chartPreviousClose": 45.0}, 50.0),
        ({"chartPreviousClose": 45.0, "fulldayPrice": 50.5, "fulldayChange": 0.502}, 49.998),
        # The full day's change goes on after hours and is then another price's.
        ({"chartPreviousClose": 45.0, "fulldayPrice": 50.9, "fulldayChange": 0.9}, 50.0),
        ({"chartPreviousClose": 45.0, "fulldayPrice": 50.5, "fulldayChange": 5.0}, 50.0),
        # Nothing to go by.
        ({"chartPreviousClose": None, "regularMarketChangePercent": None}, None),
        ({"chartPreviousClose": 0, "regularMarketChangePercent": None}, None),
        ({"chartPreviousClose": "50", "regularMarketChangePercent": -100.0}, None),
        # The report is rounded to two decimals.
        ({"chartPreviousClose": 49.997, "regularMarketChangePercent": 1.01}, 49.997),
    ],
)
def test_previous_close(changes: dict[str, Any], expected: float | None) -> None:
    assert quote_of(**changes).previous_close == expected


def test_previous_close_follows_the_window_that_was_asked_for_when_none_is_told() -> None:
    meta = meta_of(range=None, regularMarketChangePercent=None)
    for window, expected in (("1d", 50.0), ("5d", None), (None, None)):
        assert parse_spark(body_of(meta), ["1234.HK"], NOW, window=window).quotes[0].previous_close == expected


def test_zero_is_unknown_but_for_the_change() -> None:
    quote = quote_of(
        regularMarketDayHigh=0.0,
        regularMarketDayLow=0.0,
        regularMarketVolume=0,
        fiftyTwoWeekHigh=0.0,
        fiftyTwoWeekLow=0,
        regularMarketChangePercent=0.0,
        chartPreviousClose=50.5,
    )
    assert (quote.high, quote.low, quote.volume, quote.year_high, quote.year_low) == (None,) * 5
    assert quote.percent == 0.0


def test_a_range_that_contradicts_the_price_is_of_another_day() -> None:
    quote = quote_of(regularMarketDayHigh=50.0, regularMarketDayLow=48.0)
    assert (quote.last, quote.high, quote.low) == (50.5, None, None)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("INDEX", Kind.INDEX), ("ETF", Kind.ETF), ("MUTUALFUND", Kind.FUND), ("x", Kind.UNKNOWN), (7, Kind.UNKNOWN)],
)
def test_kind(kind: Any, expected: Kind) -> None:
    assert quote_of(instrumentType=kind).kind is expected


def test_words() -> None:
    assert quote_of(currency="GBp").currency == "GBp"
    assert quote_of(currency="\x1b[31m").currency is None
    assert quote_of(longName="59637", shortName="54688").name is None
    assert quote_of(longName=None).name == "INVENTED"
    assert quote_of(longName="\x1b[2JEvil\u202e").name == "[2JEvil"


@pytest.mark.parametrize(
    ("symbol", "kind", "delay"),
    [
        ("HSTECH.HK", "INDEX", 900.0), ("^HSI", "INDEX", 900.0), ("GC=F", "FUTURE", 600.0), ("BABA", "EQUITY", 0.0),
        ("USDJPY=X", "CURRENCY", None), ("600021.SS", "EQUITY", None),
    ],
)  # fmt: skip
def test_declared_delay(symbol: str, kind: str, delay: float | None) -> None:
    batch = parse_spark(body_of(meta_of(symbol=symbol, instrumentType=kind)), [symbol], NOW)
    assert batch.quotes[0].delay == delay


def test_crypto_is_measured_over_24_hours() -> None:
    meta = meta_of(
        symbol="BTC-USD", instrumentType="CRYPTOCURRENCY", regularMarketChangePercent=-2.0, previousClose=50.4
    )
    quote = parse_spark(body_of(meta), ["BTC-USD"], NOW).quotes[0]
    assert quote.percent == -2.0
    assert quote.change == pytest.approx(50.5 - 50.5 / 0.98)


def test_a_time_far_ahead_is_no_time() -> None:
    assert quote_of(regularMarketTime=STAMP + 20 * 3600).time is None
    assert quote_of(regularMarketTime=STAMP + 60).time == datetime(2025, 9, 17, 3, 21, tzinfo=UTC)
    assert quote_of(regularMarketTime="now").time is None


def test_the_path_has_no_holes_and_rises() -> None:
    times = [STAMP - 600, STAMP - 300, STAMP, STAMP - 900, STAMP - 300, "x", STAMP + 10**9]
    closes = [50.1, None, 50.29999923706055, 50.0, 50.2, 50.4, 50.5]
    path = parse_spark(body_of(meta_of(), times=times, closes=closes), ["1234.HK"], NOW).paths[0]
    assert path.times == (STAMP - 900, STAMP - 600, STAMP - 300, STAMP)
    assert path.closes == (50.0, 50.1, 50.2, 50.3)


def test_no_path_of_several_days() -> None:
    batch = parse_spark(body_of(meta_of(range="5d"), times=[STAMP], closes=[50.5]), ["1234.HK"], NOW)
    assert batch.paths == ()


def test_one_bad_symbol_costs_no_other() -> None:
    bad = [meta_of(symbol=f"000{n}.HK", regularMarketPrice=price) for n, price in enumerate((None, 0, -5, "50", True))]
    body = json.loads(body_of(*bad, meta_of(), meta_of(symbol="1234.HK", regularMarketPrice=1.0)))
    body["spark"]["result"] += [None, 7, {"symbol": "7777.HK"}, {"symbol": "8888.HK", "response": [None]}]
    asked = [*[one.get("symbol", "") for one in bad], "1234.HK", "7777.HK", "8888.HK", "9999.HK"]
    batch = parse_spark(json.dumps(body).encode(), asked, NOW)
    assert [(quote.symbol, quote.last) for quote in batch.quotes] == [("1234.HK", 50.5)]
    assert batch.missing == ("0000.HK", "0001.HK", "0002.HK", "0003.HK", "0004.HK", "7777.HK", "8888.HK", "9999.HK")


def test_what_was_not_asked_for_is_left_out() -> None:
    assert parse_spark(body_of(meta_of()), [], NOW).quotes == ()


def test_v8_is_read_as_well() -> None:
    body = json.dumps(
        {
            "1234.HK": {
                "symbol": "1234.HK", "timestamp": [STAMP - 600, STAMP - 300, STAMP], "close": [50.1, 50.5, None],
                "chartPreviousClose": 50.0, "previousClose": None, "dataGranularity": 300,
            }
        }
    ).encode()  # fmt: skip
    batch = parse_spark(body, ["1234.HK", "9999.HK"], NOW)
    quote = batch.quotes[0]
    assert (quote.last, quote.previous_close) == (50.5, 50.0)
    assert quote.time == datetime(2025, 9, 17, 3, 15, tzinfo=UTC)
    assert batch.paths[0].closes == (50.1, 50.5)
    assert batch.missing == ("9999.HK",)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FailureKind.MALFORMED),
        (b"  \n", FailureKind.MALFORMED),
        (b"<html>", FailureKind.MALFORMED),
        (b'{"spark":{"result":[', FailureKind.MALFORMED),
        (b"[]", FailureKind.MALFORMED),
        (b'{"spark":{"result":null}}', FailureKind.MALFORMED),
        (b'{"spark":{"result":null,"error":{"code":"Bad Request","description":"no"}}}', FailureKind.MALFORMED),
        (b'{"finance":{"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}', FailureKind.UNAUTHORISED),
        (b'{"spark":{"error":{"description":"Too Many Requests"}}}', FailureKind.RATE_LIMITED),
        (b"[" * 100_000, FailureKind.MALFORMED),
        (b'{"a":1,"b":' + b"9" * 5000 + b"}", FailureKind.MALFORMED),
    ],
)
def test_no_answer(body: bytes, kind: FailureKind) -> None:
    with pytest.raises(SourceError) as caught:
        parse_spark(body, ["1234.HK"], NOW)
    assert caught.value.kind is kind


def test_nan_costs_only_itself() -> None:
    body = body_of(meta_of(), meta_of(symbol="5678.HK")).replace(
        b'"regularMarketPrice": 50.5', b'"regularMarketPrice": NaN', 1
    )
    batch = parse_spark(body, ["1234.HK", "5678.HK"], NOW)
    assert batch.missing == ("1234.HK",)
    assert [quote.symbol for quote in batch.quotes] == ["5678.HK"]


# Fetching


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    one = Transport(user_agent="test", now=lambda: NOW, longest=1.0)
    yield one
    await one.aclose()


def source_at(transport: Transport, **settings: Any) -> YahooSpark:
    context = SourceContext(settings=settings, transport=transport, now=lambda: NOW, state_dir=Path())
    (source,) = build(context)
    assert isinstance(source, YahooSpark)
    return source


async def test_asks_for_twenty_in_one_request(transport: Transport) -> None:
    symbols = tuple(f"{n:04d}.HK" for n in range(1, BATCH + 1))
    async with LoopbackServer() as server:
        Market(NOW).install(server)
        batch = await source_at(transport, base_url=server.url, fallback_url="").fetch(Request(symbols=symbols))
    assert len(batch.quotes) == BATCH
    assert [asked.target for asked in server.asked] == [
        f"/v7/finance/spark?symbols={','.join(symbols)}&range=1d&interval=5m"
    ]


async def test_the_other_host_is_asked_when_the_first_fails_and_kept(transport: Transport) -> None:
    async with LoopbackServer() as first, LoopbackServer() as second:
        Market(NOW).install(first)
        Market(NOW).install(second)
        source = source_at(transport, base_url=first.url, fallback_url=second.url)
        first.fail("/v7/*", Fault.SERVER_ERROR)
        batch = await source.fetch(Request(symbols=("0700.HK",)))
        assert (len(batch.quotes), batch.requests) == (1, 2)
        await source.fetch(Request(symbols=("0700.HK",)))
        assert (len(first.asked), len(second.asked)) == (1, 2)
        # Both fail: one sentence names both.
        second.fail("/v7/*", Fault.UNAVAILABLE)
        with pytest.raises(SourceError) as caught:
            await source.fetch(Request(symbols=("0700.HK",)))
        assert caught.value.kind is FailureKind.SERVER
        assert caught.value.retry_after == 12.0
        # A limit holds for both hosts, so the other one is left in peace.
        second.fail("/v7/*", Fault.TOO_MANY)
        before = len(first.asked)
        with pytest.raises(SourceError) as limited:
            await source.fetch(Request(symbols=("0700.HK",)))
        assert limited.value.kind is FailureKind.RATE_LIMITED
        assert len(first.asked) == before


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"perod": 5}, "perod"),
        ({"period": "often"}, "period"),
        ({"period": 0}, "period"),
        ({"base_url": "file:///etc/passwd"}, "base_url"),
        ({"fallback_url": "nonsense"}, "fallback_url"),
    ],
)
def test_wrong_settings(settings: dict[str, Any], words: str) -> None:
    transport = Transport(user_agent="test", now=lambda: NOW)
    with pytest.raises(ConfigError, match=r"\[sources\.yahoo-spark\]") as caught:
        source_at(transport, **settings)
    assert words in str(caught.value)
