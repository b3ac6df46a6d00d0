"""Positions: what is held, what it is worth and what it has gained, in one currency. Pure arithmetic.

Everything is converted at live rates, the cost too: the gain is what selling now and paying the cost back now would
leave. Whatever lacks a price or a rate is left out of the sums and makes them partial; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from tui_monitor.domain.instrument import major_currency, mic_of
from tui_monitor.domain.quote import Quote

QuoteOf = Callable[[str], Quote | None]

PIVOT = "USD"
"""The currency that every pair is quoted against; others are converted across it."""

CURRENCY_BY_MIC = {
    "XHKG": "HKD", "XSHG": "CNY", "XSHE": "CNY", "XTKS": "JPY", "XKRX": "KRW", "XTAI": "TWD", "XSES": "SGD",
    "XASX": "AUD", "XNZE": "NZD", "XBOM": "INR", "XBKK": "THB", "XIDX": "IDR", "XKLS": "MYR", "XPHS": "PHP",
    "XLON": "GBP", "XPAR": "EUR", "XAMS": "EUR", "XBRU": "EUR", "XETR": "EUR", "XFRA": "EUR", "XMIL": "EUR",
    "XMAD": "EUR", "XSWX": "CHF", "XSTO": "SEK", "XCSE": "DKK", "XOSL": "NOK", "XHEL": "EUR", "XLIS": "EUR",
    "XWBO": "EUR", "XWAR": "PLN", "XDUB": "EUR", "XTSE": "CAD", "BVMF": "BRL", "XMEX": "MXN", "XJSE": "ZAR",
    "XTAE": "ILS", "XIST": "TRY", "XSAU": "SAR", "XNYS": "USD",
}  # fmt: skip
"""Currency of an exchange's prices, to know which rates to ask for before a quote tells its own."""


def pair_symbols(currency: str) -> tuple[tuple[str, bool], ...]:
    """Return the symbols whose quotes give ``currency`` against the dollar, the usual one first.

    The flag says whether the quote is dollars for one unit (``GBPUSD=X``) and not units for one dollar (``GBP=X``).
    """
    return ((f"{currency}=X", False), (f"USD{currency}=X", False), (f"{currency}USD=X", True))


def rate_symbols(currencies: Iterable[str]) -> tuple[str, ...]:
    """Return the pairs that converting between ``currencies`` needs; none where all are one."""
    majors = sorted({major_currency(one)[0] for one in currencies})
    if len(majors) < 2:
        return ()
    return tuple(pair_symbols(one)[0][0] for one in majors if one != PIVOT)


class Rate(msgspec.Struct, frozen=True):
    """How many units of one currency another's unit is, and since when that is known."""

    value: float
    time: datetime | None = None
    """Moment of the older of the two quotes behind it; ``None`` where no quote was needed."""


def rate(source: str, target: str, quote_of: QuoteOf) -> Rate | None:
    """Return what one ``source`` is in ``target``, both major units; ``None`` where a quote is missing."""
    if source == target:
        return Rate(1.0)
    per_dollar_source = _per_dollar(source, quote_of)
    per_dollar_target = _per_dollar(target, quote_of)
    if per_dollar_source is None or per_dollar_target is None:
        return None
    times = [one.time for one in (per_dollar_source, per_dollar_target) if one.time is not None]
    return Rate(per_dollar_target.value / per_dollar_source.value, min(times, default=None))


def _per_dollar(currency: str, quote_of: QuoteOf) -> Rate | None:
    if currency == PIVOT:
        return Rate(1.0)
    for symbol, inverse in pair_symbols(currency):
        quote = quote_of(symbol)
        if quote is not None and quote.last is not None and quote.last > 0:
            return Rate(1.0 / quote.last if inverse else quote.last, quote.time or quote.received)
    return None


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of one symbol."""

    symbol: str
    quantity: float
    """Units; negative when short."""
    cost: float | None = None
    """Average cost of one unit, in ``cost_currency``'s quoted unit."""
    cost_currency: str | None = None
    """``None``: the currency of the price."""


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """One position in the base currency; ``None`` is what cannot be known now."""

    value: float | None = None
    today: float | None = None
    """Gained since the reference of the price's own change."""
    total: float | None = None
    """Gained since it was bought."""
    rate_time: datetime | None = None
    """Moment of the oldest rate that was used."""


def worth(holding: Holding, quote: Quote | None, base: str, quote_of: QuoteOf) -> Worth:
    """Return what ``holding`` is worth in ``base`` (a major unit)."""
    if quote is None or quote.last is None or quote.currency is None:
        return Worth()
    currency, minor = major_currency(quote.currency)
    conversion = rate(currency, base, quote_of)
    if conversion is None:
        return Worth()
    unit = holding.quantity * conversion.value / minor
    value = unit * quote.last
    today = None if quote.change is None else unit * quote.change
    total, times = None, [conversion.time]
    if holding.cost is not None:
        cost_currency, cost_minor = major_currency(holding.cost_currency or quote.currency)
        cost_conversion = rate(cost_currency, base, quote_of)
        if cost_conversion is not None:
            total = value - holding.quantity * holding.cost * cost_conversion.value / cost_minor
            times.append(cost_conversion.time)
    return Worth(value=value, today=today, total=total, rate_time=min((one for one in times if one), default=None))


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of several positions in ``base``. A sum that lacks a position is marked partial."""

    base: str
    count: int = 0
    """Positions, those that lack something included."""
    value: float | None = None
    today: float | None = None
    total: float | None = None
    value_partial: bool = False
    today_partial: bool = False
    total_partial: bool = False
    rate_time: datetime | None = None

    @property
    def partial(self) -> bool:
        """Whether anything is missing from any of the sums."""
        return self.value_partial or self.today_partial or self.total_partial


def sums(worths: Iterable[Worth], base: str) -> Sums:
    """Add ``worths`` up; a sum of nothing known is ``None``."""
    all_of = list(worths)
    values = [one.value for one in all_of if one.value is not None]
    todays = [one.today for one in all_of if one.today is not None]
    totals = [one.total for one in all_of if one.total is not None]
    return Sums(
        base=base,
        count=len(all_of),
        value=sum(values) if values else None,
        today=sum(todays) if todays else None,
        total=sum(totals) if totals else None,
        value_partial=len(values) < len(all_of),
        today_partial=len(todays) < len(all_of),
        total_partial=len(totals) < len(all_of),
        rate_time=min((one.rate_time for one in all_of if one.rate_time is not None), default=None),
    )


def currency_of_symbol(symbol: str) -> str | None:
    """Return the currency that ``symbol``'s exchange trades in, ``None`` where that is not known."""
    mic = mic_of(symbol)
    return CURRENCY_BY_MIC.get(mic) if mic is not None and not symbol.startswith("^") else None
