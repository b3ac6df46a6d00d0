"""Yahoo's ``meta``: what spark and chart say about one symbol, read into a quote.

The rules are from recorded bodies. ``chartPreviousClose`` is the close before the requested window: it is the
previous session's only when the window is one day. Zeros stand for unknown. Prices were 32-bit floats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NoReturn

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Kind, mic_of
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import Intraday
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.decoding import table
from tui_monitor.sources.numbers import finite, known, moment, percent_of, positive_price, second_until

KINDS = {
    "EQUITY": Kind.EQUITY, "INDEX": Kind.INDEX, "ETF": Kind.ETF, "MUTUALFUND": Kind.FUND, "FUTURE": Kind.FUTURE,
    "CURRENCY": Kind.CURRENCY, "CRYPTOCURRENCY": Kind.CRYPTO, "OPTION": Kind.OPTION,
}  # fmt: skip
"""Kind by ``instrumentType``."""

HONG_KONG_DELAY = 900.0
"""Seconds: Yahoo declares 15 minutes for the lines of Hong Kong (``exchangeDataDelayedBy``)."""

FUTURES_DELAY = 600.0
"""Seconds: ten minutes for futures."""

CLOCK_SKEW = timedelta(minutes=30)
"""How far ahead of our own clock a quote's time may lie; beyond it one of the two is wrong and age is unknown."""

MAX_POINTS = 3_000
"""Points of a path: two days of minutes."""

PERCENT_TOLERANCE = 0.011
"""Percent points by which a reported change may differ from a computed one: it has two decimals at the least."""

_CURRENCY = re.compile(r"[A-Za-z]{3}")


def quote_from_meta(
    meta: Mapping[str, Any], symbol: str, received: datetime, source: str, *, window: str | None = None
) -> Quote | None:
    """Return the quote that ``meta`` holds for ``symbol``, or ``None`` if it has no last price.

    ``window`` is the range that was asked for, used where ``meta`` does not tell its own.
    """
    last = positive_price(meta.get("regularMarketPrice"))
    if last is None:
        return None
    kind_name = meta.get("instrumentType")
    kind = KINDS.get(kind_name, Kind.UNKNOWN) if isinstance(kind_name, str) else Kind.UNKNOWN
    high, low = _day_range(meta, last)
    return Quote(
        symbol=symbol,
        last=last,
        previous_close=previous_close(meta, last, window),
        open=positive_price(meta.get("regularMarketOpen")),
        high=high,
        low=low,
        year_high=positive_price(meta.get("fiftyTwoWeekHigh")),
        year_low=positive_price(meta.get("fiftyTwoWeekLow")),
        volume=known(meta.get("regularMarketVolume")),
        currency=currency_in(meta.get("currency")),
        kind=kind,
        name=_name(meta),
        time=moment(meta.get("regularMarketTime"), received, ahead=CLOCK_SKEW),
        received=received,
        source=source,
        delay=delay_of(symbol, kind),
        reported_percent=percent_of(meta.get("regularMarketChangePercent")),
    )


def previous_close(meta: Mapping[str, Any], last: float, window: str | None) -> float | None:
    """Return the close of the session before, or ``None`` when the answer does not really say it.

    ``previousClose`` where it is positive. Else ``chartPreviousClose``, if the window is one day and it fits the
    reported percent. Else what the reported change makes of ``last``.
    """
    stated = positive_price(meta.get("previousClose"))
    if stated is not None:
        return stated
    percent = percent_of(meta.get("regularMarketChangePercent"))
    before_window = positive_price(meta.get("chartPreviousClose"))
    fits = before_window is not None and (percent is None or _agree(last, before_window, percent, _decimals(meta)))
    if fits and window_of(meta, window) == "1d":
        return before_window
    if percent is None:
        return None
    change = finite(meta.get("fulldayChange"))
    if (
        change is not None
        and 0 < last - change <= 1e12
        and positive_price(meta.get("fulldayPrice")) == last
        and _agree(last, last - change, percent, _decimals(meta))
    ):
        # The full day's change includes trading after hours, but not while its price is the session's own.
        return round(last - change, max(_decimals(meta), 2))
    derived = last / (1.0 + percent / 100.0)
    return round(derived, max(_decimals(meta), 2)) or derived


def window_of(meta: Mapping[str, Any], asked: str | None) -> str | None:
    """Return the range that an answer covers: its own word, else what was ``asked``."""
    told = meta.get("range")
    return told if isinstance(told, str) and told else asked


def _agree(last: float, reference: float, percent: float, decimals: int) -> bool:
    """Whether ``reference`` explains the reported ``percent``, both prices being rounded to ``decimals``."""
    rounding = 100.0 * 10.0**-decimals / reference
    return abs((last / reference - 1.0) * 100.0 - percent) <= PERCENT_TOLERANCE + rounding


def _decimals(meta: Mapping[str, Any]) -> int:
    hint = finite(meta.get("priceHint"))
    return 2 if hint is None else int(min(max(hint, 2), 6))


def _day_range(meta: Mapping[str, Any], last: float) -> tuple[float | None, float | None]:
    """Return the day's high and low; neither where they contradict ``last``, being of another day then."""
    high = positive_price(meta.get("regularMarketDayHigh"))
    low = positive_price(meta.get("regularMarketDayLow"))
    if (high is not None and last > high * 1.000001) or (low is not None and last < low * 0.999999):
        return None, None
    return high, low


def _name(meta: Mapping[str, Any]) -> str | None:
    for key in ("longName", "shortName"):
        name = clean_text(meta.get(key), 120)
        # Delisted lines carry an internal number for a name.
        if name and not name.isdecimal():
            return name
    return None


def currency_in(value: object) -> str | None:
    """Return a currency code as written: ``GBp`` is not ``GBP``."""
    return value if isinstance(value, str) and _CURRENCY.fullmatch(value) else None


def delay_of(symbol: str, kind: Kind) -> float | None:
    """Return the seconds by which Yahoo declares ``symbol``'s prices to lag, ``None`` where it does not say."""
    mic = mic_of(symbol)
    if mic == "XHKG":
        return HONG_KONG_DELAY
    if kind is Kind.FUTURE or symbol.endswith("=F"):
        return FUTURES_DELAY
    return 0.0 if mic == "XNYS" and kind is not Kind.UNKNOWN else None


def path_from(
    times: Sequence[Any], closes: Sequence[Any], symbol: str, received: datetime, source: str
) -> Intraday | None:
    """Return the path of one session, without its holes; ``None`` if no point is left."""
    latest = (received + CLOCK_SKEW).timestamp()
    points: dict[int, float] = {}
    # Prices go by ticks: a day has a few dozen of them, and hundreds of paths go by the same minutes.
    prices: dict[float, float | None] = {}
    for stamp, close in zip(times[:MAX_POINTS], closes[:MAX_POINTS], strict=False):
        price = prices.get(close) if type(close) is float else positive_price(close)
        if price is None and type(close) is float:
            price = prices[close] = positive_price(close)
        second = second_until(stamp, latest)
        if price is not None and second is not None:
            points[_one_object(second)] = price
    if not points:
        return None
    ordered = sorted(points)
    return Intraday(
        symbol=symbol,
        times=tuple(ordered),
        closes=tuple(points[stamp] for stamp in ordered),
        received=received,
        source=source,
    )


@lru_cache(1024)
def _one_object(second: int) -> int:
    """Return one object for equal seconds."""
    return second


def raise_if_refused(answer: object, source: str) -> None:
    """Raise ``SourceError`` if ``answer`` is Yahoo's way of saying no: an ``error`` object with or without result."""
    for envelope in ("spark", "chart", "finance", "quoteResponse", "quoteSummary"):
        inner = table(answer).get(envelope)
        if isinstance(inner, dict) and inner.get("error"):
            _refuse(table(inner["error"]), source)


def _refuse(error: Mapping[str, Any], source: str) -> NoReturn:
    code = clean_text(error.get("code"), 60)
    words = clean_text(error.get("description"), 160) or code or "no reason given"
    lowered = f"{code} {words}".lower()
    kind = FailureKind.MALFORMED
    if "unauthorized" in lowered or "crumb" in lowered:
        kind = FailureKind.UNAUTHORISED
    elif "too many" in lowered:
        kind = FailureKind.RATE_LIMITED
    elif "not found" in lowered:
        kind = FailureKind.NOT_FOUND
    raise SourceError(kind, f"{source} refuses the question: {words}.")
