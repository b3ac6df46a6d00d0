"""Records, spans and distances: what a level is when it is held against the closes before it.

All functions take a ``CloseSeries``: closes of earlier sessions, oldest first. Percentages are in percent units
(4.21 is 4.21 %) and unrounded.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from tui_monitor.domain.series import DailyBar

YEAR_RANGE = timedelta(weeks=52)
"""Reach of the 52-week range."""


class CloseSeries(msgspec.Struct, frozen=True):
    """Dates and closes side by side, dates rising and unique."""

    dates: tuple[date, ...]
    levels: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.dates)


class Since(msgspec.Struct, frozen=True):
    """How far back one has to go for a close at or beyond this one."""

    date: date | None
    """The latest earlier session whose close is at or above (below) this one; ``None``: there is none, a record."""
    level: float | None
    """Its close."""
    sessions: int
    """How many sessions ago that was; for a record the number of all earlier sessions."""

    @property
    def record(self) -> bool:
        """Whether no earlier close is at or beyond this one."""
        return self.date is None


class Peak(msgspec.Struct, frozen=True):
    """A level and the session that set it."""

    date: date
    level: float


class PeriodChange(msgspec.Struct, frozen=True):
    """A change against one earlier close."""

    percent: float
    base_date: date
    base_level: float


class YearRange(msgspec.Struct, frozen=True):
    """Lowest and highest level of the last 52 weeks."""

    low: float
    high: float
    complete: bool
    """The history reaches back that far; otherwise this is the range of what there is."""


def percent_change(level: float, base: float) -> float | None:
    """Return the change from ``base`` to ``level`` in percent; ``None`` where the base is not positive."""
    return (level / base - 1.0) * 100.0 if base > 0.0 else None


def highest_since(earlier: CloseSeries, level: float) -> Since | None:
    """Return the latest earlier close at or above ``level``; ``None`` without any earlier session.

    On a day that fell this is simply the session before. An equal close counts as at or above.
    """
    if not len(earlier):
        return None
    for index in range(len(earlier) - 1, -1, -1):
        if earlier.levels[index] >= level:
            return Since(earlier.dates[index], earlier.levels[index], len(earlier) - index)
    return Since(None, None, len(earlier))


def lowest_since(earlier: CloseSeries, level: float) -> Since | None:
    """Return the latest earlier close at or below ``level``; ``None`` without any earlier session."""
    if not len(earlier):
        return None
    for index in range(len(earlier) - 1, -1, -1):
        if earlier.levels[index] <= level:
            return Since(earlier.dates[index], earlier.levels[index], len(earlier) - index)
    return Since(None, None, len(earlier))


def spans(levels: Sequence[float], *, high: bool) -> list[int]:
    """Return for each close the number of sessions back to one at or above it (or below, if not ``high``).

    A record counts all the sessions before it. One pass with a stack of the closes still standing.
    """
    found: list[int] = []
    standing: list[int] = []
    for index, level in enumerate(levels):
        if high:
            while standing and levels[standing[-1]] < level:
                standing.pop()
        else:
            while standing and levels[standing[-1]] > level:
                standing.pop()
        found.append(index - standing[-1] if standing else index)
        standing.append(index)
    return found


def year_to_date(earlier: CloseSeries, day: date, level: float) -> PeriodChange | None:
    """Return the change against the last close of the calendar year before ``day``'s; ``None`` if it has no close."""
    base = _last_before(earlier, date(day.year, 1, 1))
    if base is None or base.date.year != day.year - 1:
        return None
    return _change(level, base)


def month_to_date(earlier: CloseSeries, day: date, level: float) -> PeriodChange | None:
    """Return the change against the last close before ``day``'s calendar month; ``None`` if there is none.

    A month without any session is stepped over, as the monthly streak does.
    """
    base = _last_before(earlier, day.replace(day=1))
    return None if base is None else _change(level, base)


def since_date(earlier: CloseSeries, start: date, level: float) -> PeriodChange | None:
    """Return the change against the close of ``start`` or of the last session before it; ``None`` if there is none."""
    base = _last_before(earlier, start + timedelta(days=1))
    return None if base is None else _change(level, base)


def record_close(closes: CloseSeries) -> Peak | None:
    """Return the highest close and the first session that closed there; ``None`` without any session."""
    if not len(closes):
        return None
    level = max(closes.levels)
    return Peak(closes.dates[closes.levels.index(level)], level)


def record_high(bars: Sequence[DailyBar], close: Peak | None, known: Peak | None = None) -> Peak | None:
    """Return the highest intraday high and the first session that saw it.

    ``None`` where highs are not known, or known only for a part that misses the record close: an intraday record
    below the highest close would be plainly wrong. ``known`` is one from before the first bar.
    """
    best = known
    for bar in bars:
        if bar.high is not None and (best is None or bar.high > best.level):
            best = Peak(bar.date, bar.high)
    if best is None or close is None or best.level < close.level:
        return None
    return best


def year_range(bars: Sequence[DailyBar]) -> YearRange:
    """Return the range of the 52 weeks up to the last of ``bars`` (at least one); by highs and lows where known."""
    start = bars[-1].date - YEAR_RANGE
    recent = bars[bisect_right(bars, start, key=lambda bar: bar.date) :]
    low = min(bar.close if bar.low is None else min(bar.low, bar.close) for bar in recent)
    high = max(bar.close if bar.high is None else max(bar.high, bar.close) for bar in recent)
    return YearRange(low, high, bars[0].date <= start)


def _last_before(closes: CloseSeries, day: date) -> Peak | None:
    index = bisect_left(closes.dates, day) - 1
    return None if index < 0 else Peak(closes.dates[index], closes.levels[index])


def _change(level: float, base: Peak) -> PeriodChange | None:
    percent = percent_change(level, base.level)
    return None if percent is None else PeriodChange(percent, base.date, base.level)
