"""The exchange's holidays, for a command that asks about one date.

The calendars are those of exchange_calendars, which brings pandas along: half a second that is only spent where a
holiday could change the answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tui_monitor.analysis.story import NextSession, next_weekday
from tui_monitor.analysis.streaks import month_number, week_number
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.series import DailyBar

if TYPE_CHECKING:
    from tui_monitor.services.situation import Situation

HOME_MIC = "XHKG"
"""Exchange of an index whose symbol does not tell one."""

LONGEST_WAIT = timedelta(days=30)
"""How far ahead the next session is looked for."""

CLOSED_BESIDES = {"XHKG": frozenset({date(2023, 9, 1), date(2023, 9, 8)})}
"""Closures that exchange_calendars 4.13 does not list, by exchange: a typhoon and a rainstorm, both on a Friday."""

_RECENT = 14
"""Bars at the end of a history that show whether the instrument trades at weekends."""


def next_session_of(
    symbol: str, bars: Sequence[DailyBar], closed: Mapping[str, Collection[date]] | None = None
) -> NextSession:
    """Return what gives the first session after a date for ``symbol``.

    ``closed`` are days of the person's, by exchange, without a session against the calendar. A history with
    weekends in it is of something that trades every day. Where the calendar does not reach, or the exchange is
    not known to it, every weekday is a session.
    """
    mic = mic_of(symbol)
    if mic is None and sum(bar.date.weekday() >= 5 for bar in bars[-_RECENT:]) > 1:
        return _next_day

    def following(day: date) -> date:
        weekday = next_weekday(day)
        if week_number(weekday) != week_number(day) and month_number(weekday) != month_number(day):
            # A holiday could only make it later: week and month are over either way.
            return weekday
        exchange = mic or HOME_MIC
        without = {*CLOSED_BESIDES.get(exchange, ()), *(closed or {}).get(exchange, ())}
        return _by_calendar(exchange, day, without) or weekday

    return following


def next_session_for(symbol: str, told: Situation) -> NextSession:
    """Return the same for ``symbol`` in a situation, whose settings may close days."""
    history = told.store.history(symbol)
    return next_session_of(symbol, history.bars if history is not None else (), told.closed)


def _next_day(day: date) -> date:
    return day + timedelta(days=1)


def _by_calendar(mic: str, day: date, without: Collection[date]) -> date | None:
    with warnings.catch_warnings():
        # It computes holidays with calls that newer releases of pandas warn about.
        warnings.simplefilter("ignore")
        from exchange_calendars import get_calendar
        from exchange_calendars.errors import CalendarError

        try:
            calendar = get_calendar(mic, start=day.isoformat(), end=(day + LONGEST_WAIT).isoformat())
            sessions = [session.date() for session in calendar.sessions]
        except (CalendarError, ValueError, OverflowError):
            return None
    return next((session for session in sessions if session > day and session not in without), None)
