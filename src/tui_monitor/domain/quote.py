"""A quote: what one source said about one instrument at one time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_monitor.domain.instrument import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
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
        return None if self.volume is None or self.last is None else self.volume * self.last
