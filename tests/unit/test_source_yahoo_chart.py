"""Reading Yahoo's chart: days on the exchange's calendar, holes, the live bar, symbols without a history."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.servers.loopback import LoopbackServer, json_body
from tests.servers.market import ERROR_404, Market

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.series import DailyBar
from tui_monitor.sources.api import Request, SourceContext, Topic
from tui_monitor.sources.transport import Transport
from tui_monitor.sources.yahoo_chart import build, parse_chart_history, parse_chart_quote

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)


def stamp(year: int, month: int, day: int, hour: int, minute: int) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def chart(times: list[Any], meta: dict[str, Any] | None = None, **columns: list[Any]) -> bytes:
    told = {"symbol": "1234.HK", "exchangeTimezoneName": "Asia/Hong_Kong", "dataGranularity": "1d", "range": "10y"}
    result = {"meta": told | (meta or {}), "timestamp": times, "indicators": {"quote": [columns]}}
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


def bars_of(body: bytes) -> tuple[DailyBar, ...]:
    (history,) = parse_chart_history(body, "1234.HK", NOW).histories
    return history.bars


def test_days_are_the_exchange_s_own() -> None:
    # 01:30 UTC is the morning of the same day in Hong Kong, 22:00 UTC the next day's.
    times = [stamp(2025, 9, 15, 1, 30), stamp(2025, 9, 15, 22, 0)]
    assert [bar.date for bar in bars_of(chart(times, close=[10, 11]))] == [date(2025, 9, 15), date(2025, 9, 16)]
    new_york = {"exchangeTimezoneName": "America/New_York"}
    assert [bar.date for bar in bars_of(chart(times, new_york, close=[10, 11]))] == [
        date(2025, 9, 14),
        date(2025, 9, 15),
    ]
    offset = {"exchangeTimezoneName": "../../etc/passwd", "gmtoffset": 7200}
    assert [bar.date for bar in bars_of(chart(times, offset, close=[10, 11]))] == [date(2025, 9, 15), date(2025, 9, 16)]


def test_daylight_saving_follows_the_zone_not_the_present_offset() -> None:
    # London's midnight: 23:00 UTC in summer, 00:00 in winter. The offset of today would put one of them a day off.
    london = {"exchangeTimezoneName": "Europe/London", "gmtoffset": 0}
    times = [stamp(2025, 7, 1, 23, 0), stamp(2025, 1, 2, 0, 0)]
    assert [bar.date for bar in bars_of(chart(times, london, close=[1.1, 1.2]))] == [date(2025, 1, 2), date(2025, 7, 2)]


def test_holes_are_left_out_and_noise_is_gone() -> None:
    body = chart(
        [stamp(2025, 9, 15, 1, 30), stamp(2025, 9, 16, 1, 30), stamp(2025, 9, 17, 1, 30)],
        open=[482.0, None, 0.0],
        high=[491.0, None],
        low=[480.6000061035156, None, None],
        close=[490.3999938964844, None, 479.20001220703125],
        volume=[38_649_910, None, 0],
    )
    assert bars_of(body) == (
        DailyBar(date=date(2025, 9, 15), close=490.4, open=482.0, high=491.0, low=480.6, volume=38_649_910.0),
        DailyBar(date=date(2025, 9, 17), close=479.2),
    )


def test_the_live_bar_joins_its_day() -> None:
    body = chart(
        [stamp(2025, 9, 17, 1, 30), stamp(2025, 9, 17, 3, 19)],
        open=[10.0, 10.6], high=[10.5, 10.8], low=[9.5, 10.4], close=[10.2, 10.7], volume=[1000, 900],
    )  # fmt: skip
    assert bars_of(body) == (
        DailyBar(date=date(2025, 9, 17), close=10.7, open=10.0, high=10.8, low=9.5, volume=1000.0),
    )


def test_before_1970() -> None:
    bars = bars_of(chart([-252_322_200], {"exchangeTimezoneName": "America/New_York"}, close=[7.291]))
    assert bars[0].date == date(1962, 1, 2)


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (chart([stamp(2025, 9, 17, 1, 30)], {"validRanges": ["1d", "5d"]}, close=[6334.2]), "no daily history"),
        (chart([stamp(2025, 9, 17, 1, 30)], {"dataGranularity": "3mo"}, close=[6334.2]), "instead of days"),
        (chart([], close=[]), "without a single day"),
        (chart([1], close=[None]), "without a single day"),
        (json.dumps(ERROR_404).encode(), "not known"),
        (b'{"chart":{"result":[],"error":null}}', "not known"),
        (b'{"chart":{"result":[{"meta":null,"indicators":{"quote":[{}]}}]}}', "without a single day"),
    ],
)
def test_no_history_is_no_failure(body: bytes, note: str) -> None:
    batch = parse_chart_history(body, "HSTECH.HK", NOW)
    assert batch.histories == ()
    assert batch.missing == ("HSTECH.HK",)
    assert note in batch.notes[0]


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"chart":{}}', b'{"chart":[]}', b"null", b'{"chart":{"resu'])
def test_no_answer(body: bytes) -> None:
    for parse in (parse_chart_history, parse_chart_quote):
        with pytest.raises(SourceError) as caught:
            parse(body, "1234.HK", NOW)
        assert caught.value.kind is FailureKind.MALFORMED


def test_quote_of_a_day_and_of_five() -> None:
    meta = {
        "regularMarketPrice": 478.8,
        "chartPreviousClose": 475.2,
        "regularMarketTime": stamp(2025, 9, 17, 3, 5),
        "range": "1d",
        "instrumentType": "EQUITY",
    }
    times = [stamp(2025, 9, 17, 1, 30), stamp(2025, 9, 17, 1, 35)]
    day = parse_chart_quote(chart(times, meta, close=[476.0, 478.79998779296875]), "0700.HK", NOW)
    assert (day.quotes[0].last, day.quotes[0].previous_close, day.quotes[0].source) == (
        478.8,
        475.2,
        "yahoo-chart-quote",
    )
    assert day.paths[0].closes == (476.0, 478.8)
    week = parse_chart_quote(chart(times, meta | {"range": "5d"}, close=[476.0, 478.8]), "0700.HK", NOW)
    assert (week.quotes[0].previous_close, week.paths) == (None, ())
    nothing = parse_chart_quote(chart(times, {"range": "1d"}, close=[476.0, 478.8]), "0700.HK", NOW)
    assert (nothing.quotes, nothing.missing) == ((), ("0700.HK",))


async def test_what_is_asked() -> None:
    async with LoopbackServer() as server:
        Market(NOW).install(server)
        transport = Transport(user_agent="test", now=lambda: NOW)

        def sources(**settings: Any) -> list[Any]:
            context = SourceContext(
                settings={"base_url": server.url, "fallback_url": "", **settings},
                transport=transport,
                now=lambda: NOW,
                state_dir=Path(),
            )
            return list(build(context))

        history, quotes = sources()
        assert (history.descriptor.topic, quotes.descriptor.topic) == (Topic.HISTORY, Topic.QUOTES)
        batch = await history.fetch(Request(symbols=("^N225",)))
        assert batch.histories[0].bars[-1].close == Market(NOW).previous_close("^N225")
        await quotes.fetch(Request(symbols=("0700.HK",)))
        (longest,) = sources(range="max", quotes=False)
        await longest.fetch(Request(symbols=("BABA",)))
        assert [asked.target for asked in server.asked] == [
            "/v8/finance/chart/%5EN225?interval=1d&events=div,split&range=10y",
            "/v8/finance/chart/0700.HK?range=1d&interval=5m",
            f"/v8/finance/chart/BABA?interval=1d&events=div,split&period1=-2208988800&period2={int(NOW.timestamp())}",
        ]
        # An unknown symbol is missing; an address without Yahoo behind it is a failure.
        batch = await history.fetch(Request(symbols=("NOTREAL",)))
        assert batch.missing == ("NOTREAL",)
        server.route("/v8/finance/chart/*", json_body({"detail": "Not Found"}, status=404))
        with pytest.raises(SourceError) as caught:
            await history.fetch(Request(symbols=("BABA",)))
        assert caught.value.kind is FailureKind.NOT_FOUND
        await transport.aclose()
