"""Any bytes at all: a parser gives a sound batch or raises ``SourceError``, and is quick about it.

``FUZZ_EXAMPLES`` in the environment sets the number of bodies a parser gets; the gate uses a few hundred.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.source_cases import NOW, WRONG
from tests.servers.loopback import Asked
from tests.servers.market import Market

from tui_monitor.domain.errors import SourceError
from tui_monitor.sources.decoding import decode_json
from tui_monitor.sources.feed_parsing import parse_feed
from tui_monitor.sources.icalendar import parse_icalendar
from tui_monitor.sources.parsed_feed import FeedIdentity
from tui_monitor.sources.tencent import parse_tencent
from tui_monitor.sources.tencent_daily import parse_tencent_daily
from tui_monitor.sources.upgrade_rows import rating_changes
from tui_monitor.sources.yahoo_chart import parse_chart_history, parse_chart_quote
from tui_monitor.sources.yahoo_dividends import parse_dividends
from tui_monitor.sources.yahoo_events import COLUMNS, parse_events
from tui_monitor.sources.yahoo_news import parse_news
from tui_monitor.sources.yahoo_quote import parse_quotes
from tui_monitor.sources.yahoo_research import history_of
from tui_monitor.sources.yahoo_search import parse_search
from tui_monitor.sources.yahoo_spark import parse_spark

SYMBOLS = ("0700.HK", "HSTECH.HK", "BABA")

SLOWEST = 0.05
"""Seconds of processor time for one body."""

PARSERS: dict[str, Callable[[bytes], object]] = {
    "yahoo": lambda body: parse_spark(body, SYMBOLS, NOW),
    "yahoo-chart": lambda body: parse_chart_history(body, "0700.HK", NOW),
    "yahoo-chart-quote": lambda body: parse_chart_quote(body, "0700.HK", NOW),
    "yahoo-quote": lambda body: parse_quotes(body, SYMBOLS, NOW),
    "tencent": lambda body: parse_tencent(body, SYMBOLS, NOW),
    "tencent-daily": lambda body: parse_tencent_daily(body, "HSTECH.HK", NOW),
    "yahoo-search": parse_search,
    "yahoo-research": lambda body: rating_changes(
        history_of(decode_json(body, "yahoo-research")), "BABA", now=NOW, source="yahoo-research"
    ),
    "yahoo-calendar": lambda body: parse_events(decode_json(body, "yahoo-calendar"), NOW),
    "yahoo-dividends": lambda body: parse_dividends(decode_json(body, "yahoo-dividends"), "0700.HK", NOW),
    "yahoo-news": lambda body: parse_news(decode_json(body, "yahoo-news"), "0700.HK", NOW),
    "icalendar": lambda body: parse_icalendar(body, source="bls", received=NOW, region="US"),
    "feeds": lambda body: parse_feed(body, None, FeedIdentity("wire", "https://wire.example/feed", "en"), NOW),
}

MARKET = Market(NOW)


def _asked(path: str) -> Asked:
    return Asked(method="GET", target=path, path=path, query={}, headers={})


GOOD: dict[str, Any] = {
    "yahoo": MARKET.spark_value(["0700.HK", "BABA"]),
    "yahoo-chart": MARKET.chart_value("0700.HK", "10y", daily=True),
    "yahoo-chart-quote": MARKET.chart_value("0700.HK", "1d", daily=False),
    "yahoo-quote": MARKET.quote_value(["0700.HK", "BABA"]),
    "tencent-daily": {"code": 0, "data": {"hkHSTECH": {"day": [["2025-09-16", "1", "2", "3", "1", "5"]] * 3}}},
    "yahoo-search": {"quotes": [{"symbol": "0700.HK", "longname": "Invented", "quoteType": "EQUITY"}]},
    "yahoo-research": json.loads(MARKET.quote_summary(_asked("/v10/finance/quoteSummary/BABA")).body),
    "yahoo-calendar": {
        "finance": {
            "result": [
                {
                    "documents": [
                        {
                            "columns": [{"id": name, "type": "STRING"} for name in COLUMNS],
                            "rows": [["CPI", "US", "2025-09-18T12:30:00.000Z", "Aug", None, 0.3, "0.2", None]] * 2,
                        }
                    ]
                }
            ],
            "error": None,
        }
    },
    "yahoo-dividends": {
        "quoteSummary": {
            "result": [
                {
                    "calendarEvents": {
                        "maxAge": 1,
                        "earnings": {"earningsDate": [1_763_000_000]},
                        "exDividendDate": {"raw": 1_758_758_400, "fmt": "2025-09-25"},
                        "dividendDate": 1_761_782_400,
                    }
                }
            ],
            "error": None,
        }
    },
    "yahoo-news": {
        "data": {
            "tickerStream": {
                "stream": [
                    {
                        "id": str(n),
                        "content": {
                            "id": str(n), "title": f"Story {n}", "summary": "words", "pubDate": "2025-09-17T03:00:00Z",
                            "provider": {"displayName": "A desk"},
                            "canonicalUrl": {"url": f"https://wire.example/{n}"}, "clickThroughUrl": None,
                        },
                    }
                    for n in range(3)
                ]
            }
        }
    },
    "feeds": {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Wire",
        "items": [
            {"id": str(n), "url": f"https://wire.example/{n}", "title": f"Story {n}", "summary": "words",
             "date_published": "2025-09-17T03:00:00Z", "authors": [{"name": "A"}], "tags": ["x"]}
            for n in range(3)
        ],
    },
}  # fmt: skip
"""Good answers of the sources that speak JSON."""

RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Wire</title>'
    + "".join(
        f"<item><title>Story {n} &amp; more</title><link>https://wire.example/{n}</link><guid>{n}</guid>"
        f"<pubDate>Wed, 17 Sep 2025 02:0{n}:00 GMT</pubDate><description><![CDATA[<b>words</b>]]></description></item>"
        for n in range(3)
    )
    + "</channel></rss>"
).encode()

ICS = (
    "BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:US-Eastern\r\n"
    + "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART;TZID=US-Eastern:2025100{n}T083000\r\nSUMMARY:Figure\\, {n}\r\n"
        f"DESCRIPTION:words\r\n  and more\r\nEND:VEVENT\r\n"
        for n in range(1, 4)
    )
    + "END:VCALENDAR\r\n"
).encode()

TENCENT = MARKET.tencent_body(["hk00700", "hkHSTECH"])

FUZZ = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(WRONG),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def survive(name: str, body: bytes) -> None:
    """Parse ``body``; anything but a result or a ``SourceError`` is a failure, and so is slowness."""
    taken: list[float] = []
    while len(taken) < 3:
        started = time.thread_time()
        try:
            PARSERS[name](body)
        except SourceError as error:
            assert len(str(error)) > 10  # noqa: PT017 - a result is right too.
        taken.append(time.thread_time() - started)
        if taken[-1] < SLOWEST:
            return
    # A collection of garbage can fall into one of them, not into three.
    pytest.fail(f"{name} took {min(taken):.3f} s")


def mutated(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """Return ``value`` with one to three of its parts replaced by something else."""
    copy = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = copy
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(min(len(place), 4)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if isinstance(inner, (dict, list)) and inner and draw(st.integers(0, 9)) > 0:
                place = inner
                continue
            place[key] = deepcopy(draw(JSON_VALUES))
            break
    return copy


@pytest.mark.parametrize("name", PARSERS)
def test_any_bytes(name: str) -> None:
    @FUZZ
    @given(st.binary(max_size=2000))
    def check(body: bytes) -> None:
        survive(name, body)

    check()


@pytest.mark.parametrize("name", GOOD)
def test_any_json_in_place_of_a_part(name: str) -> None:
    @FUZZ
    @given(st.data())
    def check(data: st.DataObject) -> None:
        survive(name, json.dumps(mutated(GOOD[name], data.draw)).encode(errors="replace"))

    check()


BODIES = [(name, json.dumps(value).encode()) for name, value in GOOD.items()]
BODIES += [("tencent", TENCENT), ("feeds", RSS), ("icalendar", ICS)]


@pytest.mark.parametrize(("name", "good"), BODIES, ids=[*GOOD, "tencent", "feeds-rss", "icalendar"])
def test_a_good_body_with_other_bytes_in_it(name: str, good: bytes) -> None:

    @FUZZ
    @given(st.integers(0, len(good)), st.integers(0, 40), st.binary(max_size=40))
    def check(start: int, removed: int, put: bytes) -> None:
        survive(name, good[:start] + put + good[start + removed :])

    check()


@FUZZ
@given(st.lists(st.text(alphabet=st.characters(exclude_characters='"~'), max_size=12), max_size=90))
def test_any_fields_of_tencent(fields: list[str]) -> None:
    survive("tencent", f'v_hk00700="{"~".join(fields)}";'.encode("gbk", errors="replace"))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b'{"quoteResponse":{"result":[' + b"{}," * 300_000 + b"{}]}}",
        b'v_hk00700="' + b"~" * 1_000_000,
        b"v_" * 500_000,
        b'{"spark":{"result":[' + b"{}," * 300_000 + b"{}]}}",
        b'{"chart":{"result":[{"meta":{},"timestamp":[' + b"1," * 300_000 + b'1],"indicators":{"quote":[{}]}}]}}',
        b'{"x":NaN,"y":' + b"[" * 1_000_000,
        b'{"x":"' + b"\\u0000" * 200_000 + b'"}',
        b"1" * 1_000_000,
        b'{"a":Infinity,"b":' + b"9" * 500_000 + b"}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_large_and_nasty(body: bytes) -> None:
    for parse in PARSERS.values():
        started = time.thread_time()
        with contextlib.suppress(SourceError):
            parse(body)
        # A megabyte is far more than any of these sources sends; a few of its times the limit will do.
        assert time.thread_time() - started < 10 * SLOWEST


def test_the_fuzz_has_teeth() -> None:
    """Good bodies do give values: the checks above would notice a parser that refuses everything."""
    assert len(parse_spark(json.dumps(GOOD["yahoo"]).encode(), SYMBOLS, NOW).quotes) == 2
    assert parse_chart_history(json.dumps(GOOD["yahoo-chart"]).encode(), "0700.HK", NOW).histories
    assert parse_chart_quote(json.dumps(GOOD["yahoo-chart-quote"]).encode(), "0700.HK", NOW).quotes
    assert len(parse_quotes(json.dumps(GOOD["yahoo-quote"]).encode(), SYMBOLS, NOW).quotes) == 2
    assert len(parse_tencent(TENCENT, SYMBOLS, NOW).quotes) == 2
    assert len(parse_search(json.dumps(GOOD["yahoo-search"]).encode())) == 1
    changes, refused = rating_changes(history_of(GOOD["yahoo-research"]), "BABA", now=NOW, source="x")
    assert (len(changes), refused) == (2, 0)
    assert len(parse_dividends(GOOD["yahoo-dividends"], "0700.HK", NOW)) == 2
    identity = FeedIdentity("wire", "https://wire.example/feed", "en")
    assert len(parse_feed(json.dumps(GOOD["feeds"]).encode(), None, identity, NOW).entries) == 3
    assert len(parse_feed(RSS, None, identity, NOW).entries) == 3
    assert parse_tencent_daily(json.dumps(GOOD["tencent-daily"]).encode(), "HSTECH.HK", NOW)
    assert datetime(2025, 9, 17, 3, 20, tzinfo=UTC) == NOW
