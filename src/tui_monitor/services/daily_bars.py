"""Daily bars that can be told from: our own close where no provider has the day yet, and no bar that is wrong.

A provider's daily line lags, repeats yesterday, or carries the running session as if it were over; the exchange's own
quote knows better. What the quote contradicts is set right or dropped, a jump of the size of a split is scaled away,
and whatever else looks wrong is found and logged, since it may be so.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.analysis.history_checks import Finding, Flaw, check_last, find_flaws, without_wrong_last
from tui_monitor.domain.series import DailyBar

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.session import Calendar, SessionDay

SETTLED = timedelta(seconds=120)
"""After a session's end and the source's delay, when a quote that is received shows the official close."""

LAST_PRICE = timedelta(minutes=10)
"""How long before the end of trading an index's last price may be stamped; an older one has stopped on the way."""

AFTERMATH = timedelta(hours=3)
"""How long after a session's end a provider may stamp its close: Yahoo stamps New York's an hour later."""

_log = logging.getLogger(__name__)


class Sound(msgspec.Struct, frozen=True):
    """A history as far as it can be believed."""

    bars: tuple[DailyBar, ...]
    findings: tuple[Finding, ...] = ()
    """What was set right, and what was found and left."""


def is_final(quote: Quote, day: SessionDay, now: datetime) -> bool:
    """Whether ``quote`` shows the close of ``day``: of its very end, and received when that was out."""
    settled = day.end + timedelta(seconds=quote.delay or 0.0) + SETTLED
    return (
        quote.last is not None
        and quote.last > 0.0
        and quote.time is not None
        and now >= settled
        and quote.received >= settled
        and day.close - LAST_PRICE <= quote.time <= day.end + AFTERMATH
    )


def bar_of(quote: Quote, day: SessionDay) -> DailyBar | None:
    """Return the bar of ``day`` out of its last quote; a range that the close contradicts is left out."""
    close = quote.last
    if close is None:
        return None
    high = quote.high if quote.high is not None and quote.high >= close else None
    low = quote.low if quote.low is not None and quote.low <= close else None
    return DailyBar(day.date, close, quote.open, high, low)


def sound_bars(bars: tuple[DailyBar, ...], quote: Quote | None, calendar: Calendar | None, now: datetime) -> Sound:
    """Return ``bars`` without a wrong last one and without splits, and what was found on the way.

    Without a calendar that knows ``now`` nothing can be said about the last bar, only about the others.
    """
    found: list[Finding] = []
    kept = bars
    if calendar is not None and calendar.covers(now):
        last_closed = _last_closed(calendar, now)
        if last_closed is not None:
            quoted = quoted_close(quote, calendar, now) if quote is not None else None
            sessions = _Sessions(calendar)
            wrong = check_last(bars, last_closed=last_closed, sessions=sessions, quoted=quoted)
            if wrong is not None:
                kept = without_wrong_last(bars, last_closed=last_closed, sessions=sessions, quoted=quoted)
                if wrong.flaw is not Flaw.UNFINISHED:
                    found.append(wrong)
    known = calendar is not None and bool(kept) and bool(calendar.days) and calendar.days[0].date <= kept[0].date
    flaws = find_flaws(kept, _Sessions(calendar) if known and calendar is not None else None)
    found.extend(flaws)
    return Sound(without_splits(kept, flaws), tuple(found))


def quoted_close(quote: Quote, calendar: Calendar, now: datetime) -> tuple[date, float] | None:
    """Return the session whose close ``quote`` states, with that close.

    Once its own session is over that is its last price, before it is the previous close, of the session before.
    ``None`` where its time lies in no session.
    """
    if quote.time is None:
        return None
    at = bisect_right(calendar.days, quote.time, key=_begins) - 1
    if at < 0 or quote.time > calendar.days[at].end + AFTERMATH:
        return None
    day = calendar.days[at]
    if quote.last is not None and is_final(quote, day, now):
        return day.date, quote.last
    if at == 0 or quote.previous_close is None or quote.previous_close <= 0.0:
        return None
    return calendar.days[at - 1].date, quote.previous_close


def without_splits(bars: tuple[DailyBar, ...], flaws: Sequence[Finding]) -> tuple[DailyBar, ...]:
    """Return ``bars`` in the scale of the last one: what is older than a split is divided by its ratio."""
    ratios = {one.date: one.amount for one in flaws if one.flaw is Flaw.SPLIT and one.amount}
    if not ratios:
        return bars
    factor = 1.0
    scaled: list[DailyBar] = []
    for bar in reversed(bars):
        scaled.append(_times(bar, factor))
        factor /= ratios.get(bar.date, 1.0)
    return tuple(reversed(scaled))


def log_findings(symbol: str, findings: Sequence[Finding]) -> None:
    """Write what was found to the log: what was set right as a warning, the rest for the curious."""
    for one in findings:
        until = f" until {one.until}" if one.until else ""
        amount = f" ({one.amount:g})" if one.amount is not None else ""
        level = logging.INFO if one.flaw in {Flaw.HOLE, Flaw.NO_SESSION} else logging.WARNING
        _log.log(level, "history of %s: %s at %s%s%s", symbol, one.flaw.value, one.date, until, amount)


class _Sessions:
    """The sessions between two dates: the calendar's where it reaches, every weekday before and after."""

    def __init__(self, calendar: Calendar) -> None:
        self._days = [day.date for day in calendar.days]
        self._known = frozenset(self._days)

    def __call__(self, first: date, last: date) -> list[date]:
        found: list[date] = []
        day = first
        while day <= last:
            inside = self._days[0] <= day <= self._days[-1]
            if day in self._known if inside else day.weekday() < 5:
                found.append(day)
            day += timedelta(days=1)
        return found


def _last_closed(calendar: Calendar, now: datetime) -> date | None:
    ended = [
        day for day in calendar.days[max(0, bisect_right(calendar.days, now, key=_begins) - 2) :] if day.end <= now
    ]
    return ended[-1].date if ended else None


def _begins(day: SessionDay) -> datetime:
    return day.pre_open or day.open


def _times(bar: DailyBar, factor: float) -> DailyBar:
    if factor == 1.0:
        return bar

    def scaled(value: float | None) -> float | None:
        return None if value is None else value * factor

    volume = None if bar.volume is None else bar.volume / factor
    return DailyBar(bar.date, bar.close * factor, scaled(bar.open), scaled(bar.high), scaled(bar.low), volume)
