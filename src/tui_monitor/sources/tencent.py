"""Tencent: quotes for Hong Kong and the mainland, sixty codes a request, and daily bars (see ``tencent_daily``).

``GET https://qt.gtimg.cn/q=hk00700,hkHSTECH,sh600021`` answers in GBK with one line a code::

    v_hk00700="100~腾讯控股~00700~478.800~479.200~…";

Fields lie between tildes: 1 name, 3 last, 4 previous close, 5 open, 6 volume, 30 time, 32 percent, 33 high, 34
low, 37 turnover, 39 P/E, 45 market value in hundred millions; for Hong Kong also 48 and 49, the year's high and
low. Mainland volume counts lots of a hundred, turnover ten thousands. An unknown code is simply absent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Kind, mic_of
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.decoding import refuse_html
from tui_monitor.sources.numbers import known, number_in, percent_of, positive_price
from tui_monitor.sources.options import Address, Options, Seconds, read_options, takes
from tui_monitor.sources.tencent_codes import MARKETS, code_of, is_index
from tui_monitor.sources.transport import Transport, host_of

NAME = "tencent"

BATCH = 60
"""Codes of one request."""

MAX_BYTES = 500_000
"""Bytes of an answer; sixty codes take about 30,000."""

HONG_KONG_DELAY = 900.0
"""Seconds: free prices of Hong Kong are nominally 15 minutes late."""

LOT = 100.0
"""Shares of a mainland lot."""

TEN_THOUSAND = 1e4
HUNDRED_MILLION = 1e8

_AHEAD = timedelta(minutes=30)
"""How far ahead of our own clock a quote's time may lie."""

_LINE = re.compile(r'v_([A-Za-z0-9_.]{1,32})="([^"]{0,8000})"')

_CURRENCY = re.compile(r"[A-Z]{3}")

_TIMES = (
    (re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", re.ASCII), "%Y/%m/%d %H:%M:%S", ZoneInfo("Asia/Hong_Kong")),
    (re.compile(r"\d{14}", re.ASCII), "%Y%m%d%H%M%S", ZoneInfo("Asia/Shanghai")),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII), "%Y-%m-%d %H:%M:%S", ZoneInfo("America/New_York")),
)
"""The three ways in which the time is written: Hong Kong's, the mainland's and New York's, each local."""

_KINDS = {"GP": Kind.EQUITY, "GP-A": Kind.EQUITY, "GP-B": Kind.EQUITY, "ETF": Kind.ETF, "ZS": Kind.INDEX}
"""Kind by the mark that stands somewhere behind field 55."""


class TencentOptions(Options, frozen=True, kw_only=True):
    """``[sources.tencent]``."""

    base_url: Address = "https://qt.gtimg.cn"
    """Where quotes are."""
    history_url: Address = "https://web.ifzq.gtimg.cn"
    """Where daily bars are."""
    period: Seconds = 15.0
    idle_period: Seconds = 300.0
    """Seconds between two rounds while every market concerned is closed."""
    history_period: Seconds = 21_600.0
    """Seconds between two looks at the daily history."""
    history: bool = True
    """Also give daily histories."""


class Tencent:
    """The source of quotes for what Yahoo could not give of Hong Kong and the mainland."""

    def __init__(self, context: SourceContext, options: TencentOptions) -> None:
        self._transport: Transport = context.transport
        self._base = options.base_url.rstrip("/")
        self._now = context.now
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.QUOTES,
            host=host_of(options.base_url),
            title="Tencent",
            period=options.period,
            idle_period=max(options.idle_period, options.period),
            timeout=10.0,
            batch_size=BATCH,
            priority=2,
            markets=MARKETS,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for at most sixty symbols."""
        codes = [code for code in map(code_of, request.symbols) if code is not None]
        if not codes:
            return Batch(source=NAME, received=self._now(), missing=request.symbols)
        answer = await self._transport.get(
            f"{self._base}/q={','.join(dict.fromkeys(codes))}", timeout=self._descriptor.timeout, max_bytes=MAX_BYTES
        )
        return parse_tencent(answer.body, request.symbols, self._now(), requests=answer.requests, octets=answer.octets)

    async def aclose(self) -> None:
        """Hold nothing."""


@takes(TencentOptions)
def build(context: SourceContext) -> list[Source]:
    """Build the sources from ``[sources.tencent]``."""
    from tui_monitor.sources.tencent_daily import TencentDaily

    options = read_options(context.settings, TencentOptions, "tencent")
    sources: list[Source] = [Tencent(context, options)]
    if options.history:
        sources.append(TencentDaily(context, base_url=options.history_url, period=options.history_period))
    return sources


def parse_tencent(
    body: bytes,
    asked: Sequence[str],
    received: datetime,
    *,
    source: str = NAME,
    requests: int = 1,
    octets: int | None = None,
) -> Batch:
    """Read an answer for the symbols that were ``asked``; a symbol without a price is named in ``missing``.

    Raises ``SourceError`` if the body holds no line of the expected form.
    """
    refuse_html(body, source)
    # Decoded before it is taken apart: the second byte of a GBK character can be a tilde.
    text = body.decode("gbk", errors="replace")
    records = {name: fields.split("~") for name, fields in reversed(_LINE.findall(text))}
    if not records:
        reason = "an empty body" if not body.strip() else "something else than quotes"
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with {reason}.")
    quotes: list[Quote] = []
    missing: list[str] = []
    for symbol in dict.fromkeys(asked):
        fields = records.get(code_of(symbol) or "")
        quote = None if fields is None else _quote(symbol, fields, received, source)
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


def _quote(symbol: str, fields: Sequence[str], received: datetime, source: str) -> Quote | None:
    def number(position: int) -> float | None:
        return number_in(fields[position]) if position < len(fields) else None

    last = positive_price(number(3))
    if last is None:
        # "0.000" before the first trade of the day; it must not become a fall of a hundred percent.
        return None
    mic = mic_of(symbol)
    hong_kong = mic == "XHKG"
    index = is_index(symbol)
    volume, turnover = _traded(known(number(6)), known(number(37)), hong_kong=hong_kong, index=index)
    value = known(number(45))
    high, low = positive_price(number(33)), positive_price(number(34))
    return Quote(
        symbol=symbol,
        last=last,
        previous_close=positive_price(number(4)),
        open=positive_price(number(5)),
        high=high if high is not None and high >= last else None,
        low=low if low is not None and low <= last else None,
        year_high=positive_price(number(48)) if hong_kong else None,
        year_low=positive_price(number(49)) if hong_kong else None,
        volume=volume,
        turnover=turnover,
        market_cap=None if index or value is None else value * HUNDRED_MILLION,
        trailing_pe=None if index else known(number(39)),
        currency=next((one for one in fields[70:] if _CURRENCY.fullmatch(one)), None),
        kind=Kind.INDEX if index else next((_KINDS[one] for one in fields[55:] if one in _KINDS), Kind.UNKNOWN),
        name=clean_text(fields[1], 120) or None,
        time=_time(fields[30], received) if len(fields) > 30 else None,
        received=received,
        source=source,
        delay=HONG_KONG_DELAY if hong_kong else None,
        reported_percent=percent_of(number(32)),
    )


def _traded(
    sixth: float | None, turnover: float | None, *, hong_kong: bool, index: bool
) -> tuple[float | None, float | None]:
    """Return volume in shares and turnover in the currency, from field 6 and field 37."""
    if hong_kong and index:
        # Field 6 of an index of Hong Kong is its turnover in thousands; field 37 repeats it, or is in full.
        if turnover is None or (sixth is not None and turnover <= 2 * sixth):
            turnover = None if sixth is None else sixth * 1_000.0
        return None, turnover
    if hong_kong:
        return sixth, turnover
    money = None if turnover is None else turnover * TEN_THOUSAND
    return (None if index or sixth is None else sixth * LOT), money


def _time(text: str, received: datetime) -> datetime | None:
    for pattern, form, zone in _TIMES:
        if pattern.fullmatch(text):
            try:
                found = datetime.strptime(text, form).replace(tzinfo=zone).astimezone(received.tzinfo)
            except (ValueError, OverflowError):
                return None
            return found if found <= received + _AHEAD else None
    return None
