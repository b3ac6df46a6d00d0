"""Market values and price-earnings ratios from Yahoo's ``v7/finance/quote``: many symbols a request, asked rarely.

The endpoint wants a cookie and a crumb (``yahoo_pass``) and takes 99 symbols at the most. What it says beyond the
batched quotes of ``yahoo_spark`` changes slowly, so it is an addition and no stand-in: where it refuses us, quotes go
on and ratios stay what they were. It is asked at Yahoo's second host, so that a limit there does not hold up quotes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec.structs import replace

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Kind, major_currency
from tui_monitor.domain.quote import Quote
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.decoding import decode_json, rows, table
from tui_monitor.sources.numbers import LARGEST_PRICE, finite, known, moment, percent_of, positive_price
from tui_monitor.sources.options import Address, Options, Seconds, read_options, takes
from tui_monitor.sources.transport import Response, Transport, host_of
from tui_monitor.sources.yahoo_meta import CLOCK_SKEW, currency_in, delay_of, quote_from_meta, raise_if_refused
from tui_monitor.sources.yahoo_pass import Cost, YahooPass, is_consent

NAME = "yahoo-quote"

BATCH = 80
"""Symbols of one request; with 100 the whole request fails."""

MAX_BYTES = 2_000_000
"""Bytes of an answer; eighty symbols take about 240,000."""

PATIENCE = 10.0
"""Seconds for the question itself; cookie and crumb have their own."""

MOST_RATIO = 100_000.0
"""A price-earnings ratio beyond it says nothing: earnings are as good as zero."""

FARTHEST_REPORT = timedelta(days=400)
"""A report further ahead is no next one: companies report once a year at the least."""

LONGEST_WINDOW = timedelta(days=45)
"""Days within which a report is expected; a longer time says nothing."""

EarningsIn = Literal["price", "financial"]
"""Which currency the expected earnings of a share are taken to be in: the price's, or that of the accounts."""


class QuoteOptions(Options, frozen=True, kw_only=True):
    """``[sources.yahoo-quote]``."""

    base_url: Address = "https://query2.finance.yahoo.com"
    cookie_url: Address = "https://fc.yahoo.com/"
    """Where the cookie is had; its answer may be a 404."""
    period: Seconds = 900.0
    idle_period: Seconds = 3_600.0
    """Seconds between two rounds while every market concerned is closed."""
    earnings_in: EarningsIn = "price"
    """Currency of ``epsForward`` where a company keeps its accounts in another one than its share trades in. Recorded
    answers show the price's: Alibaba's US line has 9.87, which is dollars, beside an estimate of 73.5 yuan."""


class YahooQuote:
    """The source of market values and ratios."""

    def __init__(self, context: SourceContext, options: QuoteOptions) -> None:
        self._transport: Transport = context.transport
        self._options = options
        self._base_url = options.base_url.rstrip("/")
        self._pass = YahooPass(context.transport, options.base_url, options.cookie_url)
        self._now = context.now
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.FUNDAMENTALS,
            host=host_of(options.base_url),
            title="Yahoo Finance ratios",
            period=options.period,
            idle_period=max(options.idle_period, options.period),
            timeout=45.0,
            batch_size=BATCH,
            spacing=1.0,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for at most eighty symbols. A crumb that has expired is replaced once."""
        if not request.symbols:
            return Batch(source=NAME, received=self._now())
        answer, spent = await self._ask(request.symbols)
        return parse_quotes(
            answer.body,
            request.symbols,
            self._now(),
            earnings_in=self._options.earnings_in,
            requests=spent.requests,
            octets=spent.octets,
        )

    async def aclose(self) -> None:
        """Forget cookie and crumb."""
        self._pass.forget()

    async def _ask(self, symbols: Sequence[str]) -> tuple[Response, Cost]:
        spent = Cost()
        for attempt in (1, 2):
            granted, cost = await self._pass.get()
            spent = Cost(spent.requests + cost.requests, spent.octets + cost.octets)
            answer = await self._transport.get(
                self._base_url + "/v7/finance/quote",
                params={"symbols": ",".join(symbols), "crumb": granted.crumb},
                headers={"Cookie": granted.cookie},
                timeout=PATIENCE,
                max_bytes=MAX_BYTES,
                accept="application/json",
                allow_status=frozenset({401}),
            )
            spent = Cost(spent.requests + answer.requests, spent.octets + answer.octets)
            if not _is_refused(answer):
                return answer, spent
            self._pass.forget()
            if attempt == 1 and cost.requests:
                # It was got a moment ago: another one would be refused as well.
                break
        raise SourceError(
            FailureKind.UNAUTHORISED,
            f"{host_of(self._base_url)} takes no crumb of ours (HTTP 401); ratios and market values stay as they were.",
            status=401,
        )


@takes(QuoteOptions)
def build(context: SourceContext) -> list[Source]:
    """Build the source from ``[sources.yahoo-quote]``."""
    return [YahooQuote(context, read_options(context.settings, QuoteOptions, NAME))]


def parse_quotes(
    body: bytes,
    asked: Sequence[str],
    received: datetime,
    *,
    source: str = NAME,
    earnings_in: EarningsIn = "price",
    requests: int = 1,
    octets: int | None = None,
) -> Batch:
    """Read an answer of ``v7/finance/quote`` for the symbols that were ``asked``.

    A symbol whose row is absent, or has no price (type ``NONE``: delisted or renamed), is named in ``missing``; it
    never costs another one its quote. Raises ``SourceError`` if the body as a whole is no answer.
    """
    answer = decode_json(body, source)
    raise_if_refused(answer, source)
    result = table(table(answer).get("quoteResponse")).get("result")
    if not isinstance(result, list):
        raise SourceError(FailureKind.MALFORMED, f"{source} answered without a list of results.")
    found: dict[str, Mapping[str, Any]] = {}
    for item in rows(result):
        symbol = table(item).get("symbol")
        if isinstance(symbol, str):
            found.setdefault(symbol.upper(), item)
    quotes: list[Quote] = []
    missing: list[str] = []
    for symbol in dict.fromkeys(asked):
        quote = quote_from_row(found.get(symbol.upper(), {}), symbol, received, source, earnings_in=earnings_in)
        if quote is None:
            missing.append(symbol)
        else:
            quotes.append(quote)
    return Batch(
        source=source,
        received=received,
        quotes=tuple(quotes),
        missing=tuple(missing),
        requests=requests,
        octets=len(body) if octets is None else octets,
    )


def quote_from_row(
    row: Mapping[str, Any], symbol: str, received: datetime, source: str, *, earnings_in: EarningsIn = "price"
) -> Quote | None:
    """Return the quote that one row of the answer holds, ``None`` if it has no price.

    Zeros stand for unknown. A previous close of zero gives no change, whatever percent is reported beside it; with
    crypto the reported one rolls over 24 hours and stands by itself. The market value is in the major unit (pounds
    where the price is in pence). A negative ratio is none; the loss behind it is kept in ``forward_eps``.
    """
    before = positive_price(row.get("regularMarketPreviousClose"))
    meta = {
        **row,
        "instrumentType": row.get("quoteType"),
        "previousClose": before,
        "chartPreviousClose": None,
        "regularMarketChangePercent": None,
    }
    quote = quote_from_meta(meta, symbol, received, source)
    if quote is None:
        return None
    comparable = before is not None or quote.kind is Kind.CRYPTO
    eps = _earnings_of(row.get("epsForward"))
    forward = _ratio(row.get("forwardPE"))
    return replace(
        quote,
        delay=_delay(row, symbol, quote.kind),
        reported_percent=percent_of(row.get("regularMarketChangePercent")) if comparable else None,
        market_cap=known(row.get("marketCap")),
        trailing_pe=_ratio(row.get("trailingPE")),
        forward_pe=forward,
        forward_eps=eps,
        earnings_currency=None if eps is None and forward is None else _earnings_currency(row, quote, earnings_in),
        **_outside(row, quote),
        **_next_report(row, received),
    )


def _outside(row: Mapping[str, Any], quote: Quote) -> dict[str, Any]:
    """Return the price from before or after the session, only while the answer says that this is what goes on.

    Yahoo goes on showing the evening's price through the night and the morning's through the day; ``marketState``
    says which is the running one.
    """
    state = row.get("marketState")
    name = {"PRE": "pre_market", "POST": "post_market"}.get(state) if isinstance(state, str) else None
    if name is None:
        return {}
    words = name.replace("_m", "M")
    price = positive_price(row.get(f"{words}Price"))
    traded = moment(row.get(f"{words}Time"), quote.received, ahead=CLOCK_SKEW)
    if price is None or traded is None or (quote.time is not None and traded <= quote.time):
        return {}
    return {name: price, f"{name}_time": traded}


def _next_report(row: Mapping[str, Any], received: datetime) -> dict[str, Any]:
    """Return when earnings come next. ``earningsTimestamp`` alone is often the last report: it must be ahead too."""
    ahead = FARTHEST_REPORT
    first = moment(row.get("earningsTimestampStart"), received, ahead=ahead)
    last = moment(row.get("earningsTimestampEnd"), received, ahead=ahead)
    stated = moment(row.get("earningsTimestamp"), received, ahead=ahead)
    if first is None or last is None or not received <= last or not first <= last <= first + LONGEST_WINDOW:
        first = last = stated
    if first is None or last is None or last < received:
        return {}
    estimated = row.get("isEarningsDateEstimate")
    # Older answers do not say it: a time that is a stretch of days is a guess.
    guess = estimated if isinstance(estimated, bool) else first != last
    return {"earnings_from": first, "earnings_to": last, "earnings_estimated": guess}


def _ratio(value: object) -> float | None:
    number = known(value)
    return number if number is not None and number <= MOST_RATIO else None


def _earnings_of(value: object) -> float | None:
    number = finite(value)
    return number if number is not None and number != 0.0 and abs(number) <= LARGEST_PRICE else None


def _earnings_currency(row: Mapping[str, Any], quote: Quote, earnings_in: EarningsIn) -> str | None:
    """Return the currency of the figures a share: of the price's major unit, or of the accounts."""
    if earnings_in == "financial":
        return currency_in(row.get("financialCurrency"))
    return None if quote.currency is None else major_currency(quote.currency)[0]


def _delay(row: Mapping[str, Any], symbol: str, kind: Kind) -> float | None:
    """Return the declared delay in seconds. Zero minutes are believed of a source that says it is real time."""
    minutes = known(row.get("exchangeDataDelayedBy"))
    if minutes is not None and minutes <= 1_440:
        return minutes * 60.0
    usual = delay_of(symbol, kind)
    if usual:
        return usual
    name = row.get("quoteSourceName")
    return 0.0 if isinstance(name, str) and "realtime" in name.lower().replace(" ", "") else None


def _is_refused(answer: Response) -> bool:
    """Whether the crumb was not taken: by its status, or in a body with status 200."""
    if answer.status == 401:
        return True
    if is_consent(answer):
        return True
    return len(answer.body) < 1_000 and b"Invalid Crumb" in answer.body
