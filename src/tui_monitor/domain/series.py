"""Series of prices: within a session, and one bar a session."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

OWN = "own"
"""Source of what the program has seen itself, as against what a provider delivered."""


class Intraday(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The path of one session. ``times`` and ``closes`` have the same length, times rising."""

    symbol: str
    times: tuple[int, ...]
    """Seconds since the epoch."""
    closes: tuple[float, ...]
    volumes: tuple[float, ...] = ()
    """Shares traded within each step, or empty where the source gives none."""
    received: datetime
    source: str


class DailyBar(msgspec.Struct, frozen=True, gc=False):
    """One session of one instrument. Only the close is always known."""

    date: date
    """The session's date on the exchange's own calendar."""
    close: float
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None


class DailyHistory(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Daily bars of one instrument, dates rising and unique."""

    symbol: str
    bars: tuple[DailyBar, ...]
    received: datetime
    source: str
