"""How old a number is, measured against its exchange's session and not against the wall clock alone.

A close is not stale at night. Within a session two things are watched: when we last heard from the source, and
what time the source itself puts on the price: a provider that repeats an old value with every poll is caught by
its own time stamp. The lunch break does not count: the morning's last price stands until the afternoon.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import Kind

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.session import SessionDay, SessionState


class Freshness(IntEnum):
    """How far a number can be trusted to be current."""

    FRESH = 0
    FADING = 1
    """Older than twice its period within a session."""
    STALE = 2
    """Not to be used for claims; still shown, with its age."""


HEARD_STALE = 600.0
"""Seconds without an answer in session after which a number is stale."""

TRADE_FADING = 1_200.0
"""Seconds, beyond the declared delay, that a price may be old in session before it fades: thin shares trade seldom."""

TRADE_STALE = 3_600.0
"""The same for stale."""


def freshness(quote: Quote, state: SessionState | None, now: datetime, *, period: float) -> Freshness:
    """Return how fresh ``quote`` is at ``now``.

    ``state`` is the session of its exchange, ``None`` for what trades around the clock. ``period`` is the number
    of seconds between two polls as they run now.
    """
    delay = quote.delay or 0.0
    if state is not None and not state.phase.live:
        if state.day is None or quote.time is None:
            return Freshness.FRESH
        # Closed: the last session's price is right until the next one begins, an earlier session's is not.
        return Freshness.FRESH if quote.time >= state.day.open - timedelta(minutes=5) else Freshness.STALE
    if state is None and _weekend(quote.kind, now):
        return Freshness.FRESH
    day = state.day if state is not None else None
    heard = _lapsed(quote.received, now, day)
    level = Freshness.FRESH
    if heard > 2 * period + 5:
        level = Freshness.FADING
    if heard > max(HEARD_STALE, 4 * period):
        return Freshness.STALE
    if quote.time is not None:
        started = day.open if day is not None else None
        age = _lapsed(quote.time, now, day) - delay
        if started is not None and quote.time < started:
            # Nothing traded yet today: yesterday's price is what there is until well into the session.
            age = _lapsed(started, now, day) - delay
        if age > TRADE_STALE:
            return Freshness.STALE
        if age > TRADE_FADING:
            level = max(level, Freshness.FADING)
    return level


def _lapsed(since: datetime, now: datetime, day: SessionDay | None) -> float:
    """Return the seconds from ``since`` to ``now`` without the lunch break, in which nothing can trade."""
    seconds = (now - since).total_seconds()
    if day is None or day.break_start is None or day.break_end is None:
        return seconds
    return seconds - max(0.0, (min(now, day.break_end) - max(since, day.break_start)).total_seconds())


def _weekend(kind: Kind, now: datetime) -> bool:
    """Whether currencies and futures rest: from Friday 22:00 to Sunday 22:00 UTC. Crypto never does."""
    if kind is Kind.CRYPTO:
        return False
    day = now.isoweekday()
    return (day == 5 and now.hour >= 22) or day == 6 or (day == 7 and now.hour < 22)
