"""Yahoo's chart: daily bars of one symbol, and its quote when spark has none.

``GET v8/finance/chart/SYMBOL``. One symbol a request, no cookie, no key. ``close`` is already adjusted for
splits, not for dividends. Indices like HSTECH.HK have no daily history here: their ``validRanges`` end at five days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from typing import Any, Literal
from urllib.parse import quote as quote_path
from zoneinfo import ZoneInfo

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.series import DailyBar, DailyHistory
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.daemon_thread import in_daemon_thread
from tui_monitor.sources.decoding import decode_json, first, rows, table
from tui_monitor.sources.numbers import finite, known, moment, positive_price
from tui_monitor.sources.options import Address, Options, Seconds, read_options, takes
from tui_monitor.sources.refusals import failure_of_status
from tui_monitor.sources.transport import host_of
from tui_monitor.sources.yahoo_host import YahooHost
from tui_monitor.sources.yahoo_meta import path_from, quote_from_meta, raise_if_refused, window_of

NAME = "yahoo-chart"

QUOTE_NAME = "yahoo-chart-quote"

MAX_BYTES = 6_000_000
"""Bytes of an answer: sixty years of days take about two million."""

MAX_BARS = 25_000
"""Days of a history: about a hundred years."""

_UNKNOWN_SYMBOL = frozenset({404})

_EARLIEST = -2_208_988_800
"""Seconds since the epoch of the year 1900: from here on, when everything is asked for."""


class ChartOptions(Options, frozen=True, kw_only=True):
    """``[sources.yahoo-chart]``."""

    base_url: Address = "https://query2.finance.yahoo.com"
    fallback_url: str = "https://query1.finance.yahoo.com"
    """Asked when ``base_url`` cannot be reached or fails; empty for none."""
    period: Seconds = 21_600.0
    """Seconds between two looks at the daily history."""
    range: Literal["1y", "2y", "5y", "10y", "max"] = "10y"
    """How far back the daily history goes."""
    quotes: bool = True
    """Also give quotes, one symbol at a time, for what spark could not give."""
    quote_period: Seconds = 30.0


class YahooChart:
    """The source of daily histories."""

    def __init__(self, context: SourceContext, options: ChartOptions) -> None:
        self._host = YahooHost(context.transport, options.base_url, options.fallback_url)
        self._now = context.now
        self._range = options.range
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.HISTORY,
            host=host_of(options.base_url),
            title="Yahoo Finance, daily",
            period=options.period,
            timeout=20.0,
            batch_size=1,
            spacing=2.0,
            priority=1,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for the daily bars of one symbol."""
        now = self._now()
        params = {"interval": "1d", "events": "div,split"}
        if self._range == "max":
            # With range=max the bars become months; between two moments they stay days.
            params |= {"period1": str(_EARLIEST), "period2": str(int(now.timestamp()))}
        else:
            params["range"] = self._range
        return await _each(self._host, request, params, now, NAME, parse_chart_history)

    async def aclose(self) -> None:
        """Hold nothing."""


class YahooChartQuotes:
    """The source of quotes that is asked for what spark could not give."""

    def __init__(self, context: SourceContext, options: ChartOptions) -> None:
        self._host = YahooHost(context.transport, options.base_url, options.fallback_url)
        self._now = context.now
        self._descriptor = Descriptor(
            name=QUOTE_NAME,
            topic=Topic.QUOTES,
            host=host_of(options.base_url),
            title="Yahoo Finance, one by one",
            period=options.quote_period,
            idle_period=max(600.0, options.quote_period),
            timeout=15.0,
            batch_size=1,
            spacing=1.0,
            priority=1,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for the quote and the path of one symbol."""
        params = {"range": "1d", "interval": "5m"}
        return await _each(self._host, request, params, self._now(), QUOTE_NAME, parse_chart_quote)

    async def aclose(self) -> None:
        """Hold nothing."""


@takes(ChartOptions)
def build(context: SourceContext) -> list[Source]:
    """Build the sources from ``[sources.yahoo-chart]``."""
    options = read_options(context.settings, ChartOptions, "yahoo-chart")
    sources: list[Source] = [YahooChart(context, options)]
    return [*sources, YahooChartQuotes(context, options)] if options.quotes else sources


async def _each(
    host: YahooHost,
    request: Request,
    params: Mapping[str, str],
    now: datetime,
    source: str,
    parse: Callable[..., Batch],
) -> Batch:
    """Ask for each symbol (the scheduler sends one at a time) and put the answers together."""
    parts: list[Batch] = []
    for symbol in request.symbols:
        answer, spent = await host.get(
            f"/v8/finance/chart/{quote_path(symbol, safe='')}",
            params,
            max_bytes=MAX_BYTES,
            allow_status=_UNKNOWN_SYMBOL,
        )
        try:
            # Ten years of days take tens of milliseconds, too long between two keys.
            part = await in_daemon_thread(
                partial(parse, answer.body, symbol, now, requests=spent, octets=answer.octets), name="read chart"
            )
        except SourceError as error:
            # 404 with Yahoo's own words is an unknown symbol; without them it is a wrong address.
            if answer.status in _UNKNOWN_SYMBOL and error.kind is FailureKind.MALFORMED:
                raise failure_of_status(answer.status, host_of(answer.url), b"", None) from error
            raise
        parts.append(part)
    return Batch(
        source=source,
        received=now,
        quotes=tuple(one for part in parts for one in part.quotes),
        paths=tuple(one for part in parts for one in part.paths),
        histories=tuple(one for part in parts for one in part.histories),
        missing=tuple(one for part in parts for one in part.missing),
        notes=tuple(one for part in parts for one in part.notes),
        requests=sum(part.requests for part in parts),
        octets=sum(part.octets for part in parts),
    )


def parse_chart_history(
    body: bytes, symbol: str, received: datetime, *, requests: int = 1, octets: int | None = None
) -> Batch:
    """Read daily bars. A symbol that Yahoo does not know or has no days for is named in ``missing``, with a note.

    Raises ``SourceError`` if the body is no answer at all.
    """
    result, note = _result(body, NAME)
    meta = table(result.get("meta"))
    bars: tuple[DailyBar, ...] = ()
    if not note:
        ranges = rows(meta.get("validRanges"))
        granularity = meta.get("dataGranularity")
        if ranges and not set(map(str, ranges)) - {"1d", "5d"}:
            note = "has no daily history at Yahoo"
        elif isinstance(granularity, str) and granularity != "1d":
            note = f"came in steps of {granularity[:8]!r} instead of days"
        else:
            bars = _bars(result, meta, received)
            note = "" if bars else "came without a single day"
    return Batch(
        source=NAME,
        received=received,
        histories=(DailyHistory(symbol=symbol, bars=bars, received=received, source=NAME),) if bars else (),
        missing=() if bars else (symbol,),
        notes=(f"{symbol} {note}.",) if note else (),
        requests=requests,
        octets=len(body) if octets is None else octets,
    )


def parse_chart_quote(
    body: bytes,
    symbol: str,
    received: datetime,
    *,
    requests: int = 1,
    octets: int | None = None,
    window: str | None = "1d",
) -> Batch:
    """Read the quote of ``meta`` and the path of a chart. ``window`` is the range that was asked for.

    Raises ``SourceError`` if the body is no answer at all.
    """
    result, note = _result(body, QUOTE_NAME)
    meta = table(result.get("meta"))
    quote = None if note else quote_from_meta(meta, symbol, received, QUOTE_NAME, window=window)
    path = None
    if quote is not None and window_of(meta, window) == "1d":
        closes = rows(table(first(table(result.get("indicators")).get("quote"))).get("close"))
        path = path_from(rows(result.get("timestamp")), closes, symbol, received, QUOTE_NAME)
    return Batch(
        source=QUOTE_NAME,
        received=received,
        quotes=(quote,) if quote else (),
        paths=(path,) if path else (),
        missing=() if quote else (symbol,),
        notes=() if quote else (f"{symbol} {note or 'came without a price'}.",),
        requests=requests,
        octets=len(body) if octets is None else octets,
    )


def _result(body: bytes, source: str) -> tuple[Mapping[str, Any], str]:
    """Return the one result of an answer and, where the symbol is unknown, a note instead."""
    answer = decode_json(body, source)
    try:
        raise_if_refused(answer, source)
    except SourceError as error:
        if error.kind is FailureKind.NOT_FOUND:
            return {}, "is not known to Yahoo"
        raise
    chart = table(answer).get("chart")
    if not isinstance(chart, dict) or "result" not in chart:
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with JSON of another shape.")
    result = first(chart["result"])
    return (result, "") if isinstance(result, dict) else ({}, "is not known to Yahoo")


def _bars(result: Mapping[str, Any], meta: Mapping[str, Any], received: datetime) -> tuple[DailyBar, ...]:
    """Return the days with a close, rising and unique: today's live bar joins the one of its date."""
    zone = _zone(meta)
    quote = table(first(table(result.get("indicators")).get("quote")))
    columns = {name: rows(quote.get(name)) for name in ("open", "high", "low", "close", "volume")}
    days: dict[date, DailyBar] = {}
    for position, stamp in enumerate(rows(result.get("timestamp"))[:MAX_BARS]):
        row = {name: column[position] if position < len(column) else None for name, column in columns.items()}
        close = positive_price(row["close"])
        when = moment(stamp, received)
        if close is None or when is None:
            continue
        day = when.astimezone(zone).date()
        bar = DailyBar(
            date=day,
            close=close,
            open=positive_price(row["open"]),
            high=positive_price(row["high"]),
            low=positive_price(row["low"]),
            volume=known(row["volume"]),
        )
        days[day] = _joined(days[day], bar) if day in days else bar
    return tuple(days[day] for day in sorted(days))


def _joined(earlier: DailyBar, later: DailyBar) -> DailyBar:
    highs = [one for one in (earlier.high, later.high) if one is not None]
    lows = [one for one in (earlier.low, later.low) if one is not None]
    volumes = [one for one in (earlier.volume, later.volume) if one is not None]
    return DailyBar(
        date=later.date,
        close=later.close,
        open=earlier.open if earlier.open is not None else later.open,
        high=max(highs, default=None),
        low=min(lows, default=None),
        volume=max(volumes, default=None),
    )


def _zone(meta: Mapping[str, Any]) -> tzinfo:
    """Return the exchange's time zone: by name, else by its present offset, else UTC."""
    name = meta.get("exchangeTimezoneName")
    if isinstance(name, str) and len(name) <= 64:
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            pass
    offset = finite(meta.get("gmtoffset"))
    if offset is not None and abs(offset) < 86_400:
        return timezone(timedelta(seconds=int(offset)))
    return UTC
