"""Quotes from Yahoo's spark: twenty symbols a request, no cookie, no key, and the session's path with them.

``GET v7/finance/spark?symbols=A,B&range=1d&interval=5m`` answers with a full ``meta`` for each symbol that it
knows; the others are simply absent. Prices of Hong Kong are 15 minutes late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import Intraday
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.decoding import decode_json, first, rows, table
from tui_monitor.sources.options import Address, Options, Seconds, read_options, takes
from tui_monitor.sources.transport import host_of
from tui_monitor.sources.yahoo_host import YahooHost
from tui_monitor.sources.yahoo_meta import path_from, quote_from_meta, raise_if_refused, window_of

NAME = "yahoo"

BATCH = 20
"""Symbols of one request; with 21 the whole request is refused."""

WINDOW = "1d"
"""The range that is asked for: with one day, and only with it, the close before the window is the previous one."""

MAX_BYTES = 2_000_000
"""Bytes of an answer; twenty symbols with a day of five-minute closes take about 100,000."""


class SparkOptions(Options, frozen=True, kw_only=True):
    """``[sources.yahoo-spark]``."""

    base_url: Address = "https://query1.finance.yahoo.com"
    fallback_url: str = "https://query2.finance.yahoo.com"
    """Asked when ``base_url`` cannot be reached or fails; empty for none."""
    period: Seconds = 15.0
    idle_period: Seconds = 600.0
    """Seconds between two rounds while every market that the person watches is closed."""


class YahooSpark:
    """The source of quotes that is asked first."""

    def __init__(self, context: SourceContext, options: SparkOptions) -> None:
        self._host = YahooHost(context.transport, options.base_url, options.fallback_url)
        self._now = context.now
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.QUOTES,
            host=host_of(options.base_url),
            title="Yahoo Finance",
            period=options.period,
            idle_period=max(options.idle_period, options.period),
            timeout=15.0,
            batch_size=BATCH,
            priority=0,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for at most twenty symbols."""
        answer, spent = await self._host.get(
            "/v7/finance/spark",
            {"symbols": ",".join(request.symbols), "range": WINDOW, "interval": "5m"},
            max_bytes=MAX_BYTES,
        )
        return parse_spark(
            answer.body, request.symbols, self._now(), requests=spent, octets=answer.octets, window=WINDOW
        )

    async def aclose(self) -> None:
        """Hold nothing."""


@takes(SparkOptions)
def build(context: SourceContext) -> list[Source]:
    """Build the source from ``[sources.yahoo-spark]``."""
    return [YahooSpark(context, read_options(context.settings, SparkOptions, "yahoo-spark"))]


def parse_spark(
    body: bytes,
    asked: Sequence[str],
    received: datetime,
    *,
    source: str = NAME,
    window: str | None = WINDOW,
    requests: int = 1,
    octets: int | None = None,
) -> Batch:
    """Read an answer of spark, in the shape of v7 or v8, for the symbols that were ``asked``.

    ``window`` is the range that was asked for. A symbol whose entry is absent or has no sound price is named in
    ``missing``; it never costs another one its quote. Raises ``SourceError`` if the body as a whole is no answer.
    """
    answer = decode_json(body, source)
    raise_if_refused(answer, source)
    entries = _entries(answer, source)
    quotes: list[Quote] = []
    paths: list[Intraday] = []
    missing: list[str] = []
    for symbol in dict.fromkeys(asked):
        meta, times, closes = entries.get(symbol.upper(), ({}, (), ()))
        quote = quote_from_meta(meta, symbol, received, source, window=window)
        if quote is None:
            missing.append(symbol)
            continue
        quotes.append(quote)
        path = path_from(times, closes, symbol, received, source) if window_of(meta, window) == "1d" else None
        if path is not None:
            paths.append(path)
    return Batch(
        source=source,
        received=received,
        quotes=tuple(quotes),
        paths=tuple(paths),
        missing=tuple(missing),
        requests=requests,
        octets=len(body) if octets is None else octets,
    )


Entry = tuple[dict[str, Any], Sequence[Any], Sequence[Any]]
"""What an answer says about one symbol: meta, times, closes."""


def _entries(answer: object, source: str) -> dict[str, Entry]:
    """Return the entries of an answer by symbol in upper case; of two with one symbol the first stands."""
    found: dict[str, Entry] = {}
    if isinstance(answer, dict) and isinstance(answer.get("spark"), dict):
        result = answer["spark"].get("result")
        if not isinstance(result, list):
            raise SourceError(FailureKind.MALFORMED, f"{source} answered without a list of results.")
        for item in result:
            response = table(first(table(item).get("response")))
            meta = dict(table(response.get("meta")))
            quote = table(first(table(response.get("indicators")).get("quote")))
            for name in (table(item).get("symbol"), meta.get("symbol")):
                if isinstance(name, str):
                    found.setdefault(name.upper(), (meta, rows(response.get("timestamp")), rows(quote.get("close"))))
        return found
    if isinstance(answer, dict) and all(isinstance(item, dict) for item in answer.values()):
        for name, item in answer.items():
            found.setdefault(str(name).upper(), _entry_of_v8(item))
        return found
    raise SourceError(FailureKind.MALFORMED, f"{source} answered with JSON of another shape.")


def _entry_of_v8(item: dict[str, Any]) -> Entry:
    """Turn the flat object of v8 into the shape of v7: its last close is the price, its stamp the time."""
    times, closes = rows(item.get("timestamp")), rows(item.get("close"))
    meta = {"previousClose": item.get("previousClose"), "chartPreviousClose": item.get("chartPreviousClose")}
    for stamp, close in zip(reversed(times), reversed(closes), strict=False):
        if close is not None:
            meta |= {"regularMarketPrice": close, "regularMarketTime": stamp}
            break
    return meta, times, closes
