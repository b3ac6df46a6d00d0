"""The sources of the contract suite, one row each. To put a source under contract, add a row.

A row says how to build the source against a loopback server, what to ask, where the server answers well, and
two kinds of bodies that are bad in the source's own shape: hostile words and wrong types.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers.loopback import Answer, Fault, LoopbackServer, json_body
from tests.servers.market import Market

from tui_monitor.sources.api import Batch

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)
"""The moment at which every source of the suite is asked."""

HOSTILE = "\x1b[2J\x1b]0;owned\x07Ten\u202ecent\u200b \u0000\r\n<b>& Co"
"""A name that clears the screen, sets the title, reverses the line and hides characters."""

WRONG: tuple[Any, ...] = (None, True, -1, 0, 1e308, 10**400, "", "nan", "1e999", [], [[]], {}, {"raw": 1}, HOSTILE)
"""What stands where something else was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How one source is built against a loopback server, and what it is asked there."""

    name: str
    """Its descriptor's name."""
    plug_in: str
    """The entry point that offers it."""
    settings: Callable[[str], Mapping[str, Any]]
    """The plug-in's table for a server at the given address."""
    symbols: tuple[str, ...]
    install: Callable[[LoopbackServer], None]
    """Puts good answers on the server."""
    path: str
    """The path that it asks, as a pattern of the server."""
    by_symbol: bool = True
    """Whether its answer names each symbol that was asked for, as given or as missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCase(Stand):
    """One source under contract."""

    hostile: Answer
    """A good answer whose words are ``HOSTILE``."""
    wrong: tuple[Answer, ...]
    """Answers of the right shape with wrong types in it."""
    contents: Callable[[Batch], int]
    """How many values of its own kind a batch holds."""
    most_requests: Mapping[Fault, int] = field(default_factory=dict)
    """Requests that one fetch may send out under a fault, where it may send more than others."""


def _market() -> Market:
    return Market(NOW)


def _market_on(server: LoopbackServer) -> None:
    _market().install(server)


def _everywhere(value: Any, replacement: Any) -> Any:
    """Return ``value`` with every text and number in it replaced, names of keys and symbols kept."""
    if isinstance(value, dict):
        return {key: one if key == "symbol" else _everywhere(one, replacement) for key, one in value.items()}
    if isinstance(value, list):
        return [_everywhere(one, replacement) for one in value]
    return replacement


def _names(value: Any) -> Any:
    """Return ``value`` with hostile names in it."""
    if isinstance(value, dict):
        return {
            key: HOSTILE if key in {"longName", "shortName", "currency", "instrumentType"} else _names(one)
            for key, one in value.items()
        }
    return [_names(one) for one in value] if isinstance(value, list) else value


def _wrong_json(good: Any) -> tuple[Answer, ...]:
    bodies = [json.dumps(_everywhere(good, one)).encode() for one in WRONG]
    shapes = [
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b'{"spark":[]}',
        b'{"chart":[]}',
        b'{"spark":{"result":{}}}',
        b'{"quoteResponse":[]}',
        b'{"quoteResponse":{"result":{}}}',
        b"[" * 5000,
    ]
    return tuple(Answer(body=body) for body in (*bodies, *shapes))


_SPARK_SYMBOLS = ("0700.HK", "HSTECH.HK", "BABA", "NOTREAL.HK")

_TENCENT_SYMBOLS = ("0700.HK", "HSTECH.HK", "600021.SS", "BABA")


def _tencent_lines(last: str, name: str = "腾讯") -> bytes:
    fields = ["1", name, "00700", last, last, last, last, *[last] * 80]
    return "\n".join(f'v_{code}="{"~".join(fields)}";' for code in ("hk00700", "hkHSTECH", "sh600021")).encode(
        "gbk", errors="replace"
    )


def _days(row: Any) -> dict[str, Any]:
    return {"code": 0, "msg": "", "data": {"hkHSTECH": {"day": [row]}}}


_WRONG_ROWS: tuple[Any, ...] = (None, "nan", "2025-13-45", "9999-12-31", [], -1, HOSTILE)

_WRONG_DAYS: tuple[Any, ...] = (
    *[_days(one) for one in WRONG[:5]],
    *[_days([one] * 6) for one in _WRONG_ROWS],
    {"code": 0, "data": []},
    {"code": 1, "msg": HOSTILE, "data": None},
    [],
    None,
)


def _feed(*titles: str) -> Answer:
    items = "".join(
        f"<item><title>{title}</title><link>https://news.example.com/{n}</link><guid>{n}</guid>"
        f"<pubDate>Wed, 17 Sep 2025 02:0{n}:00 +0000</pubDate><description>{title}</description></item>"
        for n, title in enumerate(titles)
    )
    xml = (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
    )
    return Answer(body=xml.encode(), content_type="application/rss+xml")


_WRONG_FEEDS = tuple(
    Answer(body=body, content_type="application/rss+xml")
    for body in (
        b"null",
        b"[]",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": 7}',
        b"<rss><channel><item><title/></item><item/></channel></rss>",
        b"<rss><channel><item><pubDate>never</pubDate><title>x</title></item></channel></rss>",
        b"<rss></rss>",
        b"<a>" * 5000,
        b"\x00\x01\x02",
        b"v_hk00700",
    )
)


def _schedule(*titles: str, stamp: str = "20251002T083000") -> Answer:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID=US-Eastern:{stamp}\r\nDTEND;TZID=US-Eastern:20251002T090000\r\n"
        f"SUMMARY:{title}\r\nEND:VEVENT\r\n"
        for number, title in enumerate(titles)
    )
    body = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"
    return Answer(body=body.encode(), content_type="text/calendar")


CASES = (
    SourceCase(
        name="yahoo",
        plug_in="yahoo-spark",
        settings=lambda url: {"base_url": url, "fallback_url": ""},
        symbols=_SPARK_SYMBOLS,
        install=_market_on,
        path="/v7/finance/spark",
        hostile=json_body(_names(_market().spark_value(["0700.HK", "HSTECH.HK", "BABA"]))),
        wrong=_wrong_json(_market().spark_value(["0700.HK"])),
        contents=lambda batch: len(batch.quotes),
    ),
    SourceCase(
        name="yahoo-chart",
        plug_in="yahoo-chart",
        settings=lambda url: {"base_url": url, "fallback_url": ""},
        symbols=("0700.HK",),
        install=_market_on,
        path="/v8/finance/chart/*",
        hostile=json_body(_names(_market().chart_value("0700.HK", "10y", daily=True))),
        wrong=_wrong_json(_market().chart_value("0700.HK", "10y", daily=True)),
        contents=lambda batch: len(batch.histories),
    ),
    SourceCase(
        name="yahoo-chart-quote",
        plug_in="yahoo-chart",
        settings=lambda url: {"base_url": url, "fallback_url": ""},
        symbols=("0700.HK",),
        install=_market_on,
        path="/v8/finance/chart/*",
        hostile=json_body(_names(_market().chart_value("0700.HK", "1d", daily=False))),
        wrong=_wrong_json(_market().chart_value("0700.HK", "1d", daily=False)),
        contents=lambda batch: len(batch.quotes),
    ),
    SourceCase(
        name="yahoo-quote",
        plug_in="yahoo-quote",
        settings=lambda url: {"base_url": url, "cookie_url": f"{url}/fc"},
        symbols=_SPARK_SYMBOLS,
        install=_market_on,
        path="/v7/finance/quote",
        hostile=json_body(_names(_market().quote_value(["0700.HK", "HSTECH.HK", "BABA"]))),
        wrong=_wrong_json(_market().quote_value(["0700.HK"])),
        contents=lambda batch: len(batch.quotes),
        # The crumb may have expired: cookie, crumb and question once more.
        most_requests={Fault.UNAUTHORISED: 4},
    ),
    SourceCase(
        name="tencent",
        plug_in="tencent",
        settings=lambda url: {"base_url": url},
        symbols=_TENCENT_SYMBOLS,
        install=_market_on,
        path="/q=*",
        hostile=Answer(body=_tencent_lines("12.5", HOSTILE)),
        wrong=tuple(
            Answer(body=_tencent_lines(one))
            for one in ("", "nan", "inf", "-1", "0.000", "1e999", "1,000", "９", "x" * 90, "腾")
        ),
        contents=lambda batch: len(batch.quotes),
    ),
    SourceCase(
        name="tencent-daily",
        plug_in="tencent",
        settings=lambda url: {"history_url": url},
        symbols=("HSTECH.HK",),
        install=_market_on,
        path="/appstock/app/*",
        hostile=json_body(_days(["2025-09-16", "1", "2", "3", "1", "5", {HOSTILE: HOSTILE}, HOSTILE])),
        wrong=tuple(json_body(value) for value in _WRONG_DAYS),
        contents=lambda batch: len(batch.histories),
    ),
    SourceCase(
        name="wire",
        plug_in="feeds",
        settings=lambda url: {"entries": [{"name": "wire", "url": url + "/feed"}], "per_symbol": False},
        symbols=(),
        install=lambda server: server.route("/feed", _feed("Invented chips &amp; more", "Second story")),
        path="/feed",
        hostile=_feed(
            "&#27;[2J Ten\u202ecent\u200b &lt;b&gt;bold&lt;/b&gt;", "<![CDATA[<script>x</script>\x9b31m news]]>"
        ),
        wrong=_WRONG_FEEDS,
        contents=lambda batch: len(batch.headlines),
    ),
    SourceCase(
        name="bls",
        plug_in="calendar-files",
        settings=lambda url: {"files": [{"name": "bls", "url": url + "/bls.ics", "region": "US"}]},
        symbols=(),
        install=lambda server: server.route("/bls.ics", _schedule("Consumer Price Index", "Second figure")),
        path="/bls.ics",
        hostile=_schedule(HOSTILE.replace("\r\n", "\\n"), "two"),
        wrong=tuple(
            _schedule("three", stamp=one)
            for one in ("", "nan", "00000000", "99999999T999999Z", "20250917T", "tomorrow", "-1", "٢٠٢٥٠٩١٧", "1e999")
        ),
        contents=lambda batch: len(batch.events),
    ),
    SourceCase(
        name="yahoo-news",
        plug_in="feeds",
        settings=lambda url: {"base_url": url},
        symbols=("0700.HK", "BABA"),
        install=lambda server: server.route("/rss/2.0/headline", _feed("Invented chips", "Second story")),
        path="/rss/2.0/headline",
        hostile=_feed("&#27;[2J Ten\u202ecent\u200b &lt;b&gt;bold&lt;/b&gt;", "two"),
        wrong=_WRONG_FEEDS,
        contents=lambda batch: len(batch.headlines),
        by_symbol=False,
    ),
)
