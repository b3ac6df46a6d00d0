"""A quote: what one source said about one instrument at one time."""

from __future__ import annotations

from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tui_monitor.domain.instrument import Kind, major_currency, mic_of

EXTENDED_HOURS = {"XNYS": ("America/New_York", time(9, 30), time(20, 0))}
"""Exchanges whose lines trade before and after the session: the zone, and the local times at which the trading before
it and the trading after it end (NYSE and Nasdaq: 4:00 to 9:30, 16:00 to 20:00)."""


class Extended(NamedTuple):
    """A price from outside the session while that trading goes on."""

    price: float
    """In the quote's currency."""
    percent: float | None
    """Against the session's last price."""
    time: datetime
    """When it was traded, aware UTC."""
    before: bool
    """Before the session; else after it."""


class Report(NamedTuple):
    """When a company reports next, as far as it is known. Times are aware UTC."""

    first: datetime
    last: datetime
    """The same as ``first`` where it is one moment, else the end of the days that it is expected in."""
    estimated: bool
    """The source expects it; the company has not said it."""


class Quote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One instrument's numbers from one source. ``None`` is unknown; zero never stands for unknown.

    Prices are in ``currency`` as the source quotes them (``GBp`` stays pence). Times are aware UTC.
    """

    symbol: str
    last: float | None = None
    """Last traded price, or the level of an index."""
    previous_close: float | None = None
    """Close of the session before the one that ``last`` belongs to."""
    open: float | None = None
    high: float | None = None
    low: float | None = None
    year_high: float | None = None
    """Highest price of the last 52 weeks as the source states it."""
    year_low: float | None = None
    volume: float | None = None
    """Shares or contracts traded in the session."""
    turnover: float | None = None
    """Money traded in the session, in ``currency``'s major unit."""
    market_cap: float | None = None
    """In ``currency``'s major unit."""
    trailing_pe: float | None = None
    forward_pe: float | None = None
    """Price over the earnings expected for the next twelve months, as the source states it."""
    forward_eps: float | None = None
    """Earnings expected for the next twelve months, for one share of this line, in ``earnings_currency``; negative
    for an expected loss."""
    earnings_currency: str | None = None
    """Currency of the earnings behind the ratios; a ratio without it is not used in sums."""
    currency: str | None = None
    kind: Kind = Kind.UNKNOWN
    name: str | None = None
    """The source's own name of the instrument, sanitised."""
    time: datetime | None = None
    """When the source says that ``last`` was current."""
    received: datetime
    """When we had it."""
    source: str
    delay: float | None = None
    """Seconds by which the source declares its prices to lag; ``None`` when it does not say."""
    reported_percent: float | None = None
    """Percent change as the source reports it: authoritative where it rolls (crypto: 24 hours)."""
    pre_market: float | None = None
    """Price traded before the session, in ``currency``. Whether it is still the newest tells ``extended``."""
    pre_market_time: datetime | None = None
    """When it was traded; set with ``pre_market``."""
    post_market: float | None = None
    """Price traded after the session, in ``currency``."""
    post_market_time: datetime | None = None
    """When it was traded; set with ``post_market``."""
    earnings_from: datetime | None = None
    """When the next earnings are reported, or the first moment that they are expected at. Aware UTC."""
    earnings_to: datetime | None = None
    """The last moment that they are expected at; set with ``earnings_from``."""
    earnings_estimated: bool | None = None
    """Whether the date is the source's guess; set with ``earnings_from``."""

    @property
    def change(self) -> float | None:
        """``last`` less its reference: the previous close, or 24 hours ago for crypto."""
        reference = self.reference
        return None if self.last is None or reference is None else self.last - reference

    @property
    def percent(self) -> float | None:
        """Change in percent of its reference; ``None`` where the reference is unknown or not positive."""
        if self.kind is Kind.CRYPTO and self.reported_percent is not None:
            return self.reported_percent
        reference = self.reference
        if self.last is None or reference is None or reference <= 0:
            return None
        return (self.last / reference - 1.0) * 100.0

    @property
    def reference(self) -> float | None:
        """The price that the change is measured from."""
        if self.kind is Kind.CRYPTO and self.reported_percent is not None and self.last is not None:
            if self.reported_percent <= -100.0:
                return None
            return self.last / (1.0 + self.reported_percent / 100.0)
        return self.previous_close

    @property
    def estimated_turnover(self) -> float | None:
        """Turnover as the source states it, or volume times last where it states none."""
        if self.turnover is not None:
            return self.turnover
        if self.volume is None or self.last is None:
            return None
        # A price in pence makes a turnover in pounds, as every other amount.
        minor = major_currency(self.currency)[1] if self.currency is not None else 1.0
        return self.volume * self.last / minor

    def extended(self, now: datetime) -> Extended | None:
        """Return the price from outside the session, only while it is newer than the session's and its trading goes on.

        ``now`` is aware. The trading before the session ends with its opening, the one after it in the evening, both
        by the exchange's clock on the day of the price (``EXTENDED_HOURS``).
        """
        if self.pre_market is None and self.post_market is None:
            return None
        hours = EXTENDED_HOURS.get(mic_of(self.symbol) or "")
        if hours is None or self.last is None:
            return None
        zone = ZoneInfo(hours[0])
        here = now.astimezone(zone)
        found: Extended | None = None
        for price, traded, end, before in (
            (self.pre_market, self.pre_market_time, hours[1], True),
            (self.post_market, self.post_market_time, hours[2], False),
        ):
            if price is None or traded is None or (self.time is not None and traded <= self.time):
                continue
            if here.date() != traded.astimezone(zone).date() or here.time() >= end:
                continue
            percent = (price / self.last - 1.0) * 100.0 if self.last > 0 else None
            found = Extended(price, percent, traded, before)
        return found

    def next_report(self, now: datetime) -> Report | None:
        """Return when earnings are reported next, ``None`` where it is unknown or over at ``now`` (aware)."""
        if self.earnings_from is None:
            return None
        last = self.earnings_to or self.earnings_from
        return Report(self.earnings_from, last, bool(self.earnings_estimated)) if last >= now else None
