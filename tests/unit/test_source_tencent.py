"""Reading Tencent: spelling of codes, fields and their units, three clocks, daily pages."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer
from tests.servers.market import Market

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import DailyBar
from tui_monitor.sources.api import Request, Source, SourceContext
from tui_monitor.sources.tencent import build, parse_tencent
from tui_monitor.sources.tencent_codes import code_of, is_index
from tui_monitor.sources.tencent_daily import MAX_PAGES, parse_tencent_daily
from tui_monitor.sources.transport import Transport

NOW = datetime(2025, 9, 17, 8, 30, tzinfo=UTC)


def line(code: str, **fields: str) -> str:
    """Return one line with the fields given by number: ``f3="1.0"``."""
    values = ["0"] * 88
    for name, value in fields.items():
        values[int(name[1:])] = value
    return f'v_{code}="{"~".join(values)}";'


def one(symbol: str, text: str) -> Quote:
    (quote,) = parse_tencent(text.encode("gbk"), [symbol], NOW).quotes
    return quote


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("0700.HK", "hk00700"), ("9988.HK", "hk09988"), ("80700.HK", "hk80700"), ("HSTECH.HK", "hkHSTECH"),
        ("^HSI", "hkHSI"), ("^HSCE", "hkHSCEI"), ("600021.SS", "sh600021"), ("000300.SS", "sh000300"),
        ("399006.SZ", "sz399006"), ("300750.SZ", "sz300750"), ("BABA", None), ("^N225", None), ("GC=F", None),
        ("700.HK", None), ("0700.HK~x", None), ("٠٧٠٠.HK", None), ("", None),
    ],
)  # fmt: skip
def test_codes(symbol: str, code: str | None) -> None:
    assert code_of(symbol) == code


def test_indices() -> None:
    assert all(map(is_index, ("HSTECH.HK", "^HSI", "000300.SS", "399006.SZ")))
    assert not any(map(is_index, ("000001.SZ", "0700.HK", "600021.SS", "BABA")))


def test_a_share_of_hong_kong() -> None:
    text = line(
        "hk01234", f1="虚构控股", f3="50.500", f4="50.000", f5="50.100", f6="123400.0", f30="2025/09/17 16:08:23",
        f32="1.00", f33="51.000", f34="49.500", f37="6231700.000", f39="17.47", f44="500.5", f45="500.5",
        f46="INVENTED", f48="60.000", f49="30.000", f63="GP", f75="HKD",
    )  # fmt: skip
    assert one("1234.HK", text) == Quote(
        symbol="1234.HK", last=50.5, previous_close=50.0, open=50.1, high=51.0, low=49.5, year_high=60.0, year_low=30.0,
        volume=123_400.0, turnover=6_231_700.0, market_cap=50_050_000_000.0, trailing_pe=17.47, currency="HKD",
        kind=Kind.EQUITY, name="虚构控股", time=datetime(2025, 9, 17, 8, 8, 23, tzinfo=UTC), received=NOW,
        source="tencent", delay=900.0, reported_percent=1.0,
    )  # fmt: skip


def test_a_share_of_shanghai_counts_lots_and_ten_thousands() -> None:
    quote = one(
        "601234.SS",
        line("sh601234", f3="14.60", f4="15.34", f6="406482", f30="20250917150000", f37="60183", f45="411.99",
             f48="13.81", f49="1.14", f61="GP-A", f82="CNY"),
    )  # fmt: skip
    assert (quote.volume, quote.turnover, quote.market_cap) == (40_648_200.0, 601_830_000.0, 41_199_000_000.0)
    # Fields 48 and 49 are something else in the mainland.
    assert (quote.year_high, quote.year_low, quote.delay) == (None, None, None)
    assert (quote.currency, quote.kind) == ("CNY", Kind.EQUITY)
    assert quote.time == datetime(2025, 9, 17, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sixth", "thirty_seventh", "turnover"),
    [
        ("5995512", "0", 5_995_512_000.0),
        ("5995512", "5995512", 5_995_512_000.0),
        ("5995512", "5995512000.5", 5_995_512_000.5),
        ("0", "0", None),
    ],
)
def test_an_index_of_hong_kong_has_turnover_for_volume(sixth: str, thirty_seventh: str, turnover: float | None) -> None:
    quote = one("^HSI", line("hkHSI", f3="25092.740", f4="24963.230", f6=sixth, f37=thirty_seventh, f39="12", f45="9"))
    assert (quote.volume, quote.turnover, quote.market_cap, quote.trailing_pe) == (None, turnover, None, None)
    assert quote.kind is Kind.INDEX


def test_a_short_line_is_read_as_far_as_it_goes() -> None:
    quote = one("^HSI", 'v_hkHSI="100~恒生指数~HSI~25092.740~24963.230";')
    assert (quote.last, quote.previous_close, quote.time, quote.currency) == (25092.74, 24963.23, None, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025/09/17 16:08:23", datetime(2025, 9, 17, 8, 8, 23, tzinfo=UTC)),
        ("20250917160823", datetime(2025, 9, 17, 8, 8, 23, tzinfo=UTC)),
        ("2025-09-16 16:00:01", datetime(2025, 9, 16, 20, 0, 1, tzinfo=UTC)),
        ("2025-01-16 16:00:01", datetime(2025, 1, 16, 21, 0, 1, tzinfo=UTC)),
        ("2025/09/18 16:08:23", None),
        ("2025/13/17 16:08:23", None),
        ("20250917", None),
        ("", None),
    ],
)
def test_three_clocks(text: str, moment: datetime | None) -> None:
    assert one("1234.HK", line("hk01234", f3="1.0", f30=text)).time == moment


def test_not_traded_yet_is_missing_not_a_crash_of_prices() -> None:
    text = "\n".join([line("hk01234", f3="0.000", f4="50.0"), line("hk05678", f3="2.0", f4="1.9")])
    batch = parse_tencent(text.encode(), ["1234.HK", "5678.HK", "9999.HK", "BABA"], NOW)
    assert [quote.symbol for quote in batch.quotes] == ["5678.HK"]
    assert batch.missing == ("1234.HK", "9999.HK", "BABA")


def test_unknown_code() -> None:
    assert parse_tencent(b'v_pv_none_match="1";', ["1234.HK"], NOW).missing == ("1234.HK",)


@pytest.mark.parametrize("body", [b"", b"\n", b"<html></html>", b"v_hk01234=", b"{}", b"\xff" * 1000, b"v_x=" * 1000])
def test_no_answer(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        parse_tencent(body, ["1234.HK"], NOW)
    assert caught.value.kind is FailureKind.MALFORMED


def test_a_tilde_within_a_character_is_no_border() -> None:
    # 亊 is 0x81 0x7E in GBK: its second byte is a tilde.
    assert "亊".encode("gbk")[1:] == b"~"
    quote = one("1234.HK", line("hk01234", f1="亊業", f3="1.5"))
    assert (quote.name, quote.last) == ("亊業", 1.5)


def test_broken_characters_cost_only_the_name() -> None:
    body = line("hk01234", f1="NAME", f3="1.5").encode().replace(b"NAME", b"\x1b[2J\xff\xff")
    (quote,) = parse_tencent(body, ["1234.HK"], NOW).quotes
    assert quote.last == 1.5
    assert quote.name is not None
    assert "\x1b" not in quote.name


# Daily bars


def page(code: str, rows: Any, key: str = "day") -> bytes:
    return json.dumps({"code": 0, "msg": "", "data": {code: {key: rows}}}).encode()


def test_a_page_of_an_index() -> None:
    rows = [
        ["2025-09-17", "6100.0", "6334.2", "6340.1", "6090.0", "123456.0", {"nd": "2025"}, "x"],
        ["2025-09-16", "6000.0", "6077.6", "6080", "5990", "1"],
        ["2025-09-15", "6000.0", "0.0", "6080", "5990", "1"],
        ["2025-09-12", 5990, 5995.5, None, "nan"],
        ["2026-01-01", "1", "1", "1", "1", "1"],
        ["soon", "1", "1"], [], None, "x",
    ]  # fmt: skip
    assert parse_tencent_daily(page("hkHSTECH", rows), "HSTECH.HK", NOW) == (
        DailyBar(date=date(2025, 9, 12), close=5995.5, open=5990.0),
        DailyBar(date=date(2025, 9, 16), close=6077.6, open=6000.0, high=6080.0, low=5990.0),
        DailyBar(date=date(2025, 9, 17), close=6334.2, open=6100.0, high=6340.1, low=6090.0),
    )


def test_volume_of_shares() -> None:
    row = [["2025-09-17", "1", "2", "3", "1", "500.0"]]
    (hong_kong,) = parse_tencent_daily(page("hk01234", row, "qfqday"), "1234.HK", NOW)
    (shanghai,) = parse_tencent_daily(page("sh601234", row, "qfqday"), "601234.SS", NOW)
    assert (hong_kong.volume, shanghai.volume) == (500.0, 50_000.0)


def test_an_unknown_code_has_no_days() -> None:
    assert parse_tencent_daily(b'{"code":1,"msg":"bad params","data":[]}', "1234.HK", NOW) == ()
    assert parse_tencent_daily(b'{"code":0,"msg":"","data":[]}', "1234.HK", NOW) == ()


def sources_at(transport: Transport, url: str) -> list[Source]:
    settings = {"base_url": url, "history_url": url}
    return build(SourceContext(settings=settings, transport=transport, now=lambda: NOW, state_dir=Path()))


async def test_quotes_are_asked_in_one_request_for_what_has_a_code() -> None:
    async with LoopbackServer() as server:
        Market(NOW).install(server)
        transport = Transport(user_agent="test", now=lambda: NOW)
        quotes, _ = sources_at(transport, server.url)
        batch = await quotes.fetch(Request(symbols=("0700.HK", "BABA", "HSTECH.HK")))
        assert batch.missing == ("BABA",)
        assert [asked.target for asked in server.asked] == ["/q=hk00700,hkHSTECH"]
        # Nothing to ask for: nothing is asked.
        assert (await quotes.fetch(Request(symbols=("BABA",)))).missing == ("BABA",)
        assert len(server.asked) == 1
        await transport.aclose()


async def test_pages_go_backwards_until_nothing_older_comes() -> None:
    async with LoopbackServer() as server:
        market = Market(NOW)
        market.install(server)
        transport = Transport(user_agent="test", now=lambda: NOW)
        _, daily = sources_at(transport, server.url)
        batch = await daily.fetch(Request(symbols=("HSTECH.HK",)))
        expected = market.days("HSTECH.HK", 700)
        assert [(bar.date, bar.close) for bar in batch.histories[0].bars] == expected
        # Three pages of at most 300, and one that is empty.
        assert batch.requests == len(server.asked) == 4
        first, second = server.asked[0].query["param"], server.asked[1].query["param"]
        assert first == "hkHSTECH,day,,,2000"
        oldest_of_first = expected[-300][0]
        assert second == f"hkHSTECH,day,1980-01-01,{oldest_of_first - timedelta(days=1)},2000"
        await daily.fetch(Request(symbols=("0700.HK",)))
        assert server.asked[4].target.startswith("/appstock/app/hkfqkline/get?param=hk00700,day,,,2000,qfq")
        await transport.aclose()


async def test_a_server_that_repeats_itself_is_not_asked_for_ever() -> None:
    async with LoopbackServer() as server:
        transport = Transport(user_agent="test", now=lambda: NOW)
        _, daily = sources_at(transport, server.url)
        same = page("hkHSTECH", [["2025-09-17", "1", "2", "3", "1", "5"]])
        server.route("/appstock/*", Answer(body=same))
        assert (await daily.fetch(Request(symbols=("HSTECH.HK",)))).requests == 2

        def older_and_older(asked: Asked) -> Answer:
            end = asked.query["param"].split(",")[3] or "2025-09-17"
            return Answer(body=page("hkHSTECH", [[end, "1", "2", "3", "1", "5"]]))

        server.route("/appstock/*", older_and_older)
        batch = await daily.fetch(Request(symbols=("HSTECH.HK",)))
        assert batch.requests == len(batch.histories[0].bars) == MAX_PAGES
        await transport.aclose()


async def test_a_failure_further_back_keeps_what_came_before() -> None:
    async with LoopbackServer() as server:
        Market(NOW).install(server)
        transport = Transport(user_agent="test", now=lambda: NOW)
        _, daily = sources_at(transport, server.url)
        good = Market(NOW).kline

        def then_fail(asked: Asked) -> Answer:
            if len(server.asked) > 1:
                server.fail("/appstock/app/*", Fault.SERVER_ERROR)
            return good(asked)

        server.route("/appstock/app/*", then_fail)
        batch = await daily.fetch(Request(symbols=("HSTECH.HK",)))
        assert len(batch.histories[0].bars) == 300
        assert "older part" in batch.notes[0]
        await transport.aclose()
