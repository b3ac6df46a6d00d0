"""The day's story of one index: every number that a reporter's first paragraph holds, and the claims they make.

``tell`` is pure: bars in, story out. A history of 20 years takes a few milliseconds (``benchmarks/index_story.py``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from tui_monitor.analysis import records
from tui_monitor.analysis.claims import Claim, ranked
from tui_monitor.analysis.records import CloseSeries, Peak, PeriodChange, Since, YearRange, percent_change
from tui_monitor.analysis.story_claims import history_claims
from tui_monitor.analysis.streaks import Streak, last_of_each, month_number, running_counts, week_number
from tui_monitor.domain.series import DailyBar

NextSession = Callable[[date], date]
"""Gives the first session after a date, by the exchange's calendar."""


class LivePoint(msgspec.Struct, frozen=True):
    """Where the index stands in the session of ``date``."""

    date: date
    level: float
    high: float | None = None
    low: float | None = None
    open: float | None = None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What is notable about one level. ``None`` is what the history cannot tell; percentages are in percent units."""

    symbol: str
    as_of: date
    """The session that ``level`` belongs to, on the exchange's calendar."""
    level: float
    """The close of that session, or where the index stands in it."""
    provisional: bool
    """The session is running: the level is no close yet."""
    open: float | None
    high: float | None
    low: float | None
    previous_close: float | None
    change: float | None
    change_pct: float | None
    highest_close_since: Since | None
    lowest_close_since: Since | None
    weekly: Streak
    daily: Streak
    monthly: Streak
    ytd: PeriodChange | None
    mtd: PeriodChange | None
    since: PeriodChange | None
    """Change since the person's own date."""
    record_close: Peak | None
    """Highest close, the level itself included once it is a close; ``None`` before the first close."""
    record_high: Peak | None
    """Highest intraday level, where highs are known."""
    below_record_pct: float | None
    """How far the level is from the record close, zero or negative."""
    to_record_pct: float | None
    """How much it would have to rise to regain the record close, zero or positive."""
    year_range: YearRange
    sessions: int
    """Sessions of the history up to and including this one."""
    first_date: date
    """Where the history begins: "a record" is one since then."""
    claims: tuple[Claim, ...] = ()
    """What can be said, the most unusual first."""


def tell(
    history: Sequence[DailyBar],
    live: LivePoint | None = None,
    *,
    session_over: bool = True,
    as_of: date | None = None,
    since: date | None = None,
    next_session: NextSession | None = None,
    known_record: Peak | None = None,
    known_high: Peak | None = None,
    symbol: str = "",
) -> Story | None:
    """Return the story of the last session of ``history``, or of ``live``; ``None`` where there is no session.

    ``history``: bars with rising, unique dates and positive closes, each of a session that is over. ``live`` takes
    the place of a bar of its own date; it is ignored if the history is ahead of it or its level is not positive.
    ``session_over`` tells whether the session of ``live`` has closed; while it has not, its level counts as a
    provisional close. ``as_of`` tells the story as if that date were the last: what is later is ignored, a date
    without a session means the session before it. ``since`` is a date of the person's. ``next_session`` knows the
    exchange's holidays; without it every weekday is a session.
    ``known_record`` and ``known_high`` are the highest close and level as they are known from elsewhere: they
    count where the history begins after them, and keep a short history from calling its best day a record.
    """
    bars = history if as_of is None else history[: bisect_right(history, as_of, key=_date_of)]
    if live is not None and (
        not live.level > 0.0 or (as_of is not None and live.date > as_of) or (bars and bars[-1].date > live.date)
    ):
        live = None
    closed_session = session_over or live is None
    if live is not None:
        before = bars[: bisect_left(bars, live.date, key=_date_of)]
        last = _live_bar(live)
    elif bars:
        before, last = bars[:-1], bars[-1]
    else:
        return None
    told = (*before, last)
    earlier = CloseSeries(tuple(bar.date for bar in before), tuple(bar.close for bar in before))
    day, level = last.date, last.close
    previous = earlier.levels[-1] if earlier.levels else None
    closed = CloseSeries((*earlier.dates, day), (*earlier.levels, level)) if closed_session else earlier
    beyond = known_record if known_record is not None and known_record.date < told[0].date else None
    record = _higher(beyond, records.record_close(closed))
    highest = records.highest_since(earlier, level)
    if beyond is not None and beyond.level >= level and highest is not None and highest.record:
        # The close that it comes up to lies before the history: which one that is cannot be told.
        highest = None
    high_beyond = known_high if known_high is not None and known_high.date < told[0].date else None
    seen_on = day if as_of is None else max(day, as_of)
    following = (next_session or next_weekday)(seen_on)
    levels = (*earlier.levels, level)
    weeks = [week_number(one) for one in earlier.dates]
    months = [month_number(one) for one in earlier.dates]
    story = Story(
        symbol=symbol,
        as_of=day,
        level=level,
        provisional=not closed_session,
        open=last.open,
        high=last.high,
        low=last.low,
        previous_close=previous,
        change=None if previous is None else level - previous,
        change_pct=None if previous is None else percent_change(level, previous),
        highest_close_since=highest,
        lowest_close_since=records.lowest_since(earlier, level),
        weekly=Streak(
            running_counts(last_of_each([*weeks, week_number(day)], levels))[-1],
            not closed_session or week_number(following) == week_number(day),
        ),
        daily=Streak(running_counts(levels)[-1], not closed_session),
        monthly=Streak(
            running_counts(last_of_each([*months, month_number(day)], levels))[-1],
            not closed_session or month_number(following) == month_number(day),
        ),
        ytd=records.year_to_date(earlier, day, level),
        mtd=records.month_to_date(earlier, day, level),
        since=None if since is None or since >= day else records.since_date(earlier, since, level),
        record_close=record,
        record_high=records.record_high(told, record, high_beyond),
        below_record_pct=None if record is None else min(0.0, (level / record.level - 1.0) * 100.0),
        to_record_pct=None if record is None else max(0.0, (record.level / level - 1.0) * 100.0),
        year_range=records.year_range(told),
        sessions=len(told),
        first_date=told[0].date,
    )
    return replace(story, claims=ranked(history_claims(story, earlier)))


def next_weekday(day: date) -> date:
    """Return the first Monday to Friday after ``day``: the calendar of an exchange without holidays."""
    return day + timedelta(days=(1, 1, 1, 1, 3, 2, 1)[day.weekday()])


def _higher(first: Peak | None, second: Peak | None) -> Peak | None:
    """Return the higher of two peaks, the first where they are equal."""
    if first is None or second is None:
        return first or second
    return first if first.level >= second.level else second


def _live_bar(live: LivePoint) -> DailyBar:
    return DailyBar(live.date, live.level, live.open, live.high, live.low)


def _date_of(bar: DailyBar) -> date:
    return bar.date
