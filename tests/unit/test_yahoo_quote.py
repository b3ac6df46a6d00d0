"""Ratios and market values: what a row means, how the pass is had, and what really was sent."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SHARED_DATA
from tests.servers.loopback import Answer, Asked, LoopbackServer, json_body
from tests.servers.market import COOKIE, CRUMB, Market

from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.instrument import Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.sources.api import Request, SourceContext, Topic
from tui_monitor.sources.transport import Transport
from tui_monitor.sources.yahoo_pass import cookie_header
from tui_monitor.sources.yahoo_quote import YahooQuote, build, parse_quotes

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def row(symbol: str = "0101.HK", **fields: Any) -> dict[str, Any]:
    good: dict[str, Any] = {
        "symbol": symbol, "quoteType": "EQUITY", "currency": "HKD", "financialCurrency": "CNY",
        "regularMarketPrice": 210.0, "regularMarketPreviousClose": 200.0, "regularMarketTime": 1758078000,
        "regularMarketChangePercent": 5.0, "regularMarketVolume": 1000, "marketCap": 2.1e12, "trailingPE": 25.0,
        "forwardPE": 21.0, "epsForward": 10.0, "longName": "Invented Wood", "shortName": "WOOD",
        "exchangeDataDelayedBy": 15, "quoteSourceName": "Delayed Quote",
    }  # fmt: skip
    return {key: value for key, value in {**good, **fields}.items() if value is not ...}


def body(*rows: Mapping[str, Any]) -> bytes:
    return json.dumps({"quoteResponse": {"result": list(rows), "error": None}}).encode()


def one(**fields: Any) -> Quote:
    found = row(**fields)
    (quote,) = parse_quotes(body(found), [found["symbol"]], NOW).quotes
    return quote


def test_a_row() -> None:
    quote = one()
    assert (quote.last, quote.previous_close, quote.change) == (210.0, 200.0, 10.0)
    assert quote.percent == pytest.approx(5.0)
    assert (quote.market_cap, quote.trailing_pe, quote.forward_pe, quote.forward_eps) == (2.1e12, 25.0, 21.0, 10.0)
    assert (quote.name, quote.currency, quote.kind, quote.delay) == ("Invented Wood", "HKD", Kind.EQUITY, 900.0)
    assert quote.time == datetime(2025, 9, 17, 3, 0, tzinfo=UTC)
    assert quote.source == "yahoo-quote"


def test_earnings_are_in_the_currency_of_the_price_unless_the_person_knows_better() -> None:
    assert one().earnings_currency == "HKD"
    assert one(currency="GBp", financialCurrency="USD").earnings_currency == "GBP"
    quote = parse_quotes(body(row()), ["0101.HK"], NOW, earnings_in="financial").quotes[0]
    assert quote.earnings_currency == "CNY"
    assert one(epsForward=..., forwardPE=...).earnings_currency is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"forwardPE": -8.6, "epsForward": -0.3}, {"forward_pe": None, "forward_eps": -0.3}),
        ({"forwardPE": 0, "epsForward": 0}, {"forward_pe": None, "forward_eps": None, "earnings_currency": None}),
        ({"trailingPE": -3.0}, {"trailing_pe": None}),
        ({"trailingPE": "Infinity", "forwardPE": 1e9}, {"trailing_pe": None, "forward_pe": None}),
        ({"marketCap": 0, "regularMarketVolume": 0}, {"market_cap": None, "volume": None}),
        ({"fiftyTwoWeekHigh": 0, "fiftyTwoWeekLow": 0}, {"year_high": None, "year_low": None}),
        ({"longName": "59637", "shortName": "54688"}, {"name": None}),
        ({"longName": ..., "shortName": "Wood & Co"}, {"name": "Wood & Co"}),
        ({"currency": "GBp"}, {"currency": "GBp", "market_cap": 2.1e12}),
        ({"exchangeDataDelayedBy": 20}, {"delay": 1200.0}),
        ({"exchangeDataDelayedBy": 0}, {"delay": 900.0}),
        ({"regularMarketPreviousClose": 0}, {"previous_close": None, "percent": None, "change": None}),
        ({"regularMarketPreviousClose": ...}, {"previous_close": None, "percent": None, "reported_percent": None}),
        ({"regularMarketDayHigh": 205.0, "regularMarketDayLow": 190.0}, {"high": None, "low": None}),
    ],
)
def test_oddities(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    quote = one(**fields)
    assert {name: getattr(quote, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("name", "delay"), [("Nasdaq Real Time Price", 0.0), ("Free Realtime Quote", 0.0), (..., None)]
)
def test_delay_where_none_is_usual(name: object, delay: float | None) -> None:
    assert one(symbol="WOOD.VI", exchangeDataDelayedBy=0, quoteSourceName=name).delay == delay


def test_crypto_rolls_over_24_hours() -> None:
    quote = one(
        symbol="BTC-USD", quoteType="CRYPTOCURRENCY", regularMarketPrice=84_000.0,
        regularMarketPreviousClose=83_900.0, regularMarketChangePercent=-1.6,
    )  # fmt: skip
    assert quote.percent == -1.6
    assert quote.change == pytest.approx(84_000.0 - 84_000.0 / 0.984)


def test_missing_and_broken_rows_cost_nobody_else() -> None:
    rows: list[Any] = [
        {"symbol": "GONE.HK", "quoteType": "NONE"},
        row("PRICELESS.HK", regularMarketPrice=...),
        row("ODD.HK", regularMarketPrice={"raw": 5}),
        None,
        7,
        {"symbol": 5},
        row("0102.HK"),
        row("0102.HK", regularMarketPrice=1.0),
        row("UNASKED.HK"),
    ]
    asked = ["GONE.HK", "PRICELESS.HK", "ODD.HK", "0102.HK", "NEVER.HK", "0102.HK"]
    batch = parse_quotes(body(*rows), asked, NOW)
    assert [(quote.symbol, quote.last) for quote in batch.quotes] == [("0102.HK", 210.0)]
    assert batch.missing == ("GONE.HK", "PRICELESS.HK", "ODD.HK", "NEVER.HK")


@pytest.mark.parametrize("value", [None, [], {}, {"quoteResponse": None}, {"quoteResponse": {"result": {}}}])
def test_what_is_no_answer(value: object) -> None:
    with pytest.raises(SourceError) as caught:
        parse_quotes(json.dumps(value).encode(), ["A"], NOW)
    assert caught.value.kind is FailureKind.MALFORMED


# The pass


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as started:
        Market(NOW).install(started)
        yield started


@pytest.fixture
async def source(server: LoopbackServer, tmp_path: Path) -> AsyncIterator[YahooQuote]:
    transport = Transport(user_agent="test", now=lambda: NOW)
    yield made(server, transport, tmp_path)
    await transport.aclose()


def made(server: LoopbackServer, transport: Transport, folder: Path, **more: Any) -> YahooQuote:
    settings = {"base_url": server.url, "cookie_url": f"{server.url}/fc", **more}
    (found,) = build(SourceContext(settings=settings, transport=transport, now=lambda: NOW, state_dir=folder))
    assert isinstance(found, YahooQuote)
    return found


def paths(server: LoopbackServer) -> list[str]:
    return [asked.path for asked in server.asked]


async def ask(source: YahooQuote, *symbols: str) -> tuple[Quote, ...]:
    return (await source.fetch(Request(symbols=symbols or ("0700.HK",)))).quotes


async def refused(source: YahooQuote) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await ask(source)
    assert CRUMB not in str(caught.value)
    assert COOKIE not in str(caught.value)
    return caught.value


async def test_one_pass_for_many_questions(server: LoopbackServer, source: YahooQuote) -> None:
    first = await source.fetch(Request(symbols=("0700.HK", "BABA", "NOTREAL.HK")))
    assert [quote.symbol for quote in first.quotes] == ["0700.HK", "BABA"]
    assert (first.missing, first.requests) == (("NOTREAL.HK",), 3)
    second = await source.fetch(Request(symbols=("0700.HK",)))
    assert second.requests == 1
    question = "/v7/finance/quote"
    assert paths(server) == ["/fc", "/v1/test/getcrumb", question, question]
    assert server.asked[1].headers["cookie"] == server.asked[2].headers["cookie"] == f"A3={COOKIE}"
    assert "cookie" not in server.asked[0].headers
    assert server.asked[2].query["crumb"] == CRUMB


async def test_nothing_is_asked_for_nothing(server: LoopbackServer, source: YahooQuote) -> None:
    batch = await source.fetch(Request())
    assert (batch.quotes, batch.requests, server.asked) == ((), 0, [])


async def test_an_expired_crumb_is_replaced_once(server: LoopbackServer, source: YahooQuote) -> None:
    await ask(source)
    server.route("/v1/test/getcrumb", Answer(body=b"/new.Crumb-2"))

    def renewed(asked: Asked) -> Answer:
        if asked.query.get("crumb") != "/new.Crumb-2":
            return Answer(status=401, body=b'{"finance":{"error":{"description":"Invalid Crumb"}}}')
        return json_body(Market(NOW).quote_value(["0700.HK"]))

    server.route("/v7/finance/quote", renewed)
    server.asked.clear()
    assert [quote.symbol for quote in await ask(source)] == ["0700.HK"]
    assert paths(server) == ["/v7/finance/quote", "/fc", "/v1/test/getcrumb", "/v7/finance/quote"]
    assert "crumb=%2Fnew.Crumb-2" in server.asked[-1].target


async def test_a_body_that_says_invalid_crumb_counts_as_401(server: LoopbackServer, source: YahooQuote) -> None:
    answer = {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}
    server.route("/v7/finance/quote", json_body(answer))
    error = await refused(source)
    assert (error.kind, error.status) == (FailureKind.UNAUTHORISED, 401)


async def test_a_new_crumb_that_is_refused_is_not_fetched_again(server: LoopbackServer, source: YahooQuote) -> None:
    server.route("/v7/finance/quote", Answer(status=401, body=b"{}"))
    error = await refused(source)
    assert error.kind is FailureKind.UNAUTHORISED
    assert "takes no crumb of ours" in str(error)
    assert paths(server) == ["/fc", "/v1/test/getcrumb", "/v7/finance/quote"]
    await refused(source)
    assert len(server.asked) == 6, "the next round tries with a new pass"


@pytest.mark.parametrize(
    "text",
    [
        b"Too Many Requests\r\n",
        b"<html>sad panda</html>",
        b'{"finance":{}}',
        b"",
        b"abc",
        b"x" * 33,
        b"a b c d e f",
        "crümb1234".encode(),
        b"Unauthorized",
        b'"aBcDeFgHiJ1"',
    ],
    ids=repr,
)
async def test_what_is_no_crumb_is_never_used(server: LoopbackServer, source: YahooQuote, text: bytes) -> None:
    server.route("/v1/test/getcrumb", Answer(body=text, content_type="text/plain"))
    error = await refused(source)
    limited = text.startswith(b"Too")
    assert error.kind is (FailureKind.RATE_LIMITED if limited else FailureKind.UNAUTHORISED)
    assert server.count("/v7/finance/quote") == 0
    server.route("/v1/test/getcrumb", Answer(body=b"haT3oyInv.1\n", content_type="text/plain"))
    server.route("/v7/finance/quote", json_body(Market(NOW).quote_value(["0700.HK"])))
    assert await ask(source)
    assert server.asked[-1].query["crumb"] == "haT3oyInv.1"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=404), "gave no cookie (HTTP 404)"),
        (Answer(status=502, headers={"Set-Cookie": "bad name=1"}), "gave no cookie (HTTP 502)"),
        (Answer(headers={"Set-Cookie": "A3=x\x01y; Path=/"}), "gave no cookie (HTTP 200)"),
        (Answer(status=302, headers={"Location": "/v2/collectConsent?sessionId=1"}), "asks for consent"),
        (Answer(status=429), "too many requests"),
    ],
    ids=["none", "bad name", "control character", "consent", "limited"],
)
async def test_without_a_cookie(server: LoopbackServer, source: YahooQuote, answer: Answer, words: str) -> None:
    server.route("/v2/collectConsent", Answer(body=b"<html>agree?</html>", headers={"Set-Cookie": "A3=x"}))
    server.route("/fc", answer)
    error = await refused(source)
    assert words in str(error)
    assert str(error).endswith(".")
    assert server.count("/v1/test/getcrumb") == 0


async def test_secrets_stay_secret(
    server: LoopbackServer, source: YahooQuote, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    await ask(source)
    for answer in (Answer(status=500), Answer(body=b"nonsense"), Answer(status=401), Answer(status=429)):
        server.route("/v7/finance/quote", answer)
        await refused(source)
    held, _ = await source._pass.get()
    assert held.crumb == CRUMB
    said = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("tui_monitor"))
    for secret in (CRUMB, COOKIE):
        assert secret not in said
        assert secret not in repr(held)
    await source.aclose()
    assert source._pass._held is None


@pytest.mark.parametrize(
    ("header", "from_host", "to_host", "expected"),
    [
        ("A3=d=1&S=x; Domain=.yahoo.com; Path=/", "fc.yahoo.com", "query2.finance.yahoo.com", "A3=d=1&S=x"),
        ("A3=1; Domain=yahoo.com", "fc.yahoo.com", "query2.finance.yahoo.com", "A3=1"),
        ("A3=1", "fc.yahoo.com", "query2.finance.yahoo.com", ""),
        ("A3=1; Domain=.com", "fc.yahoo.com", "other.com", ""),
        ("A3=1; Domain=.yahoo.com", "fc.yahoo.com", "notyahoo.com", ""),
        ("A3=1; Domain=.yahoo.com", "evil.example", "query2.finance.yahoo.com", ""),
        ("A3=1; Domain=.yahoo.com", "proxy.lan", "proxy.lan", "A3=1"),
        ("A3=1\r\nX-Evil: 1", "h.test", "h.test", ""),
        ('A3="q"; Path=/', "h.test", "h.test", "A3=q"),
        ("no pair", "h.test", "h.test", ""),
        ("=1", "h.test", "h.test", ""),
        ("A3=" + "x" * 5000, "h.test", "h.test", ""),
    ],
)
def test_where_a_cookie_goes(header: str, from_host: str, to_host: str, expected: str) -> None:
    assert cookie_header([header], from_host, to_host) == expected


def test_cookies_are_joined_and_bounded() -> None:
    headers = [f"c{number}={number}" for number in range(40)]
    assert cookie_header(["A=1", "B=2; Path=/", "A=3"], "h", "h") == "A=3; B=2"
    assert len(cookie_header(headers, "h", "h").split("; ")) == 12


async def test_settings(server: LoopbackServer, tmp_path: Path) -> None:
    transport = Transport(user_agent="test", now=lambda: NOW)
    source = made(server, transport, tmp_path)
    descriptor = source.descriptor
    assert (descriptor.topic, descriptor.period, descriptor.idle_period) == (Topic.FUNDAMENTALS, 900.0, 3600.0)
    assert descriptor.batch_size is not None
    assert descriptor.batch_size <= 99
    for bad in (
        {"period": 0},
        {"base_url": "ftp://x.test/"},
        {"cookie_url": "nonsense!"},
        {"crumb": "x"},
        {"earnings_in": "x"},
    ):
        with pytest.raises(ConfigError, match=r"\[sources.yahoo-quote\]"):
            made(server, transport, tmp_path, **bad)
    accounts = made(server, transport, tmp_path, earnings_in="financial")
    assert {quote.earnings_currency for quote in await ask(accounts, "0700.HK", "BABA")} == {"CNY", "USD"}
    await transport.aclose()


# What really was sent

RECORDED = [
    path for folder in ("v7_quote", "v7_quote_old") for path in sorted((SHARED_DATA / "yahoo" / folder).glob("*"))
]


def recorded() -> pytest.MarkDecorator:
    if not RECORDED:
        return pytest.mark.parametrize("path", [pytest.param(None, marks=pytest.mark.skip("no recorded bodies here"))])
    return pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name[:60])


def written(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@recorded()
def test_recorded(path: Path) -> None:
    """Hold each row against a reading of its own: in decimals, by the words of the body alone."""
    content = path.read_bytes()
    entries = {entry["symbol"]: entry for entry in json.loads(content)["quoteResponse"]["result"] if "symbol" in entry}
    batch = parse_quotes(content, [*entries, "NOT-IN-IT"], LATER)
    quotes = {quote.symbol: quote for quote in batch.quotes}
    assert "NOT-IN-IT" in batch.missing
    for symbol, entry in entries.items():
        price = entry.get("regularMarketPrice")
        assert (symbol in quotes) == bool(price)
        if not price:
            assert symbol in batch.missing
            continue
        quote = quotes[symbol]
        level, before = Decimal(str(price)), Decimal(str(entry.get("regularMarketPreviousClose") or 0))
        assert quote.last == pytest.approx(float(level), rel=1e-6)
        if entry["quoteType"] == "CRYPTOCURRENCY":
            assert quote.percent == entry["regularMarketChangePercent"]
            assert quote.change == pytest.approx(entry["regularMarketChange"], rel=1e-4)
        elif before:
            assert quote.change == pytest.approx(float(level - before), abs=max(2e-6 * price, 1e-7))
            assert quote.percent == pytest.approx(float((level - before) / before * 100), abs=1e-3)
            assert quote.percent == pytest.approx(entry["regularMarketChangePercent"], abs=2e-3)
        else:
            assert (quote.change, quote.percent) == (None, None)
        assert quote.market_cap == (entry.get("marketCap") or None)
        stated = entry.get("forwardPE") or 0
        assert quote.forward_pe == (stated if stated > 0 else None)
        assert written(quote.forward_eps) == (written(entry.get("epsForward")) or None)
        if quote.forward_pe is not None and quote.forward_eps is not None:
            # Price and expected earnings are in one currency, whatever the accounts are kept in.
            assert quote.last is not None
            assert quote.last / quote.forward_eps == pytest.approx(quote.forward_pe, rel=1e-4)
            assert quote.earnings_currency == entry["currency"]
        if "regularMarketTime" in entry:
            assert quote.time == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=entry["regularMarketTime"])
        for number in (
            quote.open,
            quote.high,
            quote.low,
            quote.year_high,
            quote.year_low,
            quote.volume,
            quote.trailing_pe,
        ):
            assert number is None or number > 0


@pytest.mark.parametrize("folder", ["yahoo/errors", "yahoo/cookie_crumb", "yahoo/v10_quoteSummary", "yahoo/spark"])
def test_other_recorded_bodies_are_refused(folder: str, shared_data: Path) -> None:
    for path in sorted((shared_data / folder).glob("*")):
        try:
            batch = parse_quotes(path.read_bytes(), ["NOT-IN-IT"], LATER)
        except SourceError as error:
            assert str(error).endswith(".")  # noqa: PT017 - nothing of it is right too.
        else:
            assert batch.quotes == ()
