"""How old a number is, measured against its exchange's session and not against the wall clock alone.

A close is not stale at night. Within a session two things are watched: when we last heard from the source, and
what time the source itself puts on the price: a provider that repeats an old value with every poll is caught by
its own time stamp. The lunch break does not count: the morning's last price stands until the afternoon.

At night the same two things are asked of the moment at which the session ended: a price that stopped an hour before
the close is no close, and neither is one that was last heard of before it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

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


SKEW = 60.0
"""Seconds by which a receipt may lie ahead of the clock; beyond it the clock was set back and its age is not known."""

EARLY = timedelta(minutes=5)
"""How long before the opening the opening price may be dated."""

_NEW_YORK = ZoneInfo("America/New_York")

_RESTS = time(17)
"""When currencies and futures end on Friday and begin on Sunday, in New York."""


def freshness(quote: Quote, state: SessionState | None, now: datetime, *, period: float) -> Freshness:
    """Return how fresh ``quote`` is at ``now``.

    ``state`` is the session of its exchange, ``None`` for what trades around the clock. ``period`` is the number
    of seconds between two polls as they run now.
    """
    if state is not None and not state.phase.live:
        return _after_session(quote, state, now, period)
    if state is None and (rest := _rest_began(quote.kind, now)) is not None:
        # The weekend: Friday's last price is right, an earlier one is not.
        return Freshness.FRESH if quote.time is None else _by_age(_seconds(quote.time, rest) - (quote.delay or 0.0))
    day = state.day if state is not None else None
    level = _by_receipt(quote, now, day, period)
    return level if quote.time is None else max(level, _by_stamp(quote, quote.time, state, now))


def _by_receipt(quote: Quote, now: datetime, day: SessionDay | None, period: float) -> Freshness:
    heard = _lapsed(quote.received, now, day)
    if heard > max(HEARD_STALE, 4 * period):
        return Freshness.STALE
    return Freshness.FADING if heard > 2 * period + 5 or heard < -SKEW else Freshness.FRESH


def _by_stamp(quote: Quote, stamp: datetime, state: SessionState | None, now: datetime) -> Freshness:
    """Judge by the source's own time while the market trades."""
    delay = quote.delay or 0.0
    day = state.day if state is not None else None
    if state is None or day is None or stamp >= day.open:
        return _by_age(_lapsed(stamp, now, day) - delay)
    if state.previous is not None and stamp < state.previous.open - EARLY:
        # Not even of the session before: frozen, however often it is sent.
        return Freshness.STALE
    # Nothing traded yet today: the last session's price is what there is until well into this one.
    return _by_age(_lapsed(day.open, now, day) - delay)


def _after_session(quote: Quote, state: SessionState, now: datetime, period: float) -> Freshness:
    """Judge the price of a session that is over: right until the next one begins, if it is its last."""
    day, stamp = state.day, quote.time
    if day is None:
        return Freshness.FRESH
    if stamp is None:
        return Freshness.FRESH if quote.received >= day.end else Freshness.FADING
    if stamp < day.open - EARLY:
        return Freshness.STALE
    if stamp >= day.close:
        return Freshness.FRESH
    delay = quote.delay or 0.0
    coming = _seconds(day.end, now) <= delay + max(HEARD_STALE, 2 * period)
    # What lags is not complete at the bell: its own end comes its delay later.
    level = _by_age(_lapsed(stamp, day.end, day) - (delay if coming else 0.0))
    unheard = not coming and quote.received < day.end
    return max(level, Freshness.FADING) if unheard else level


def _by_age(age: float) -> Freshness:
    if age > TRADE_STALE:
        return Freshness.STALE
    return Freshness.FADING if age > TRADE_FADING else Freshness.FRESH


def _seconds(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds()


def _lapsed(since: datetime, now: datetime, day: SessionDay | None) -> float:
    """Return the seconds from ``since`` to ``now`` without the lunch break, in which nothing can trade."""
    seconds = _seconds(since, now)
    if day is None or day.break_start is None or day.break_end is None:
        return seconds
    return seconds - max(0.0, _seconds(max(since, day.break_start), min(now, day.break_end)))


def _rest_began(kind: Kind, now: datetime) -> datetime | None:
    """Return when the weekend of currencies and futures began, ``None`` while they trade. Crypto never rests."""
    if kind is Kind.CRYPTO:
        return None
    local = now.astimezone(_NEW_YORK)
    since_friday = (local.isoweekday() - 5) % 7
    if since_friday > 2:
        return None
    began = datetime.combine(local.date() - timedelta(days=since_friday), _RESTS, _NEW_YORK)
    resting = local >= began and not (since_friday == 2 and local.time() >= _RESTS)
    return began.astimezone(now.tzinfo) if resting else None
