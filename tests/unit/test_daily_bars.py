"""Histories that can be told from: wrong last bars, splits, and the close that we have seen ourselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tui_monitor.analysis.history_checks import Flaw
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import DailyBar
from tui_monitor.domain.session import Calendar, SessionDay
from tui_monitor.services.daily_bars import Sound, bar_of, is_final, quoted_close, sound_bars


def weekdays(first: date, count: int) -> list[date]:
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day += timedelta(days=1)
    return found


def session(day: date) -> SessionDay:
    """Hong Kong: 9:30 to 16:00, the closing auction until 16:10, eight hours ahead of UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return SessionDay(
        date=day,
        pre_open=midnight + timedelta(hours=1),
        open=midnight + timedelta(hours=1, minutes=30),
        close=midnight + timedelta(hours=8),
        auction_end=midnight + timedelta(hours=8, minutes=10),
    )


DAYS = weekdays(date(2025, 7, 1), 80)
CALENDAR = Calendar("XHKG", "Asia/Hong_Kong", tuple(session(day) for day in DAYS))
TODAY = date(2025, 9, 17)
YESTERDAY = date(2025, 9, 16)
BEFORE = date(2025, 9, 15)
CLOSES = {day: 6000.0 + 5.0 * number for number, day in enumerate(DAYS)}


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    """A moment by the clock of Hong Kong."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def bars(last: date) -> tuple[DailyBar, ...]:
    return tuple(DailyBar(day, CLOSES[day]) for day in DAYS if day <= last)


def quote(moment: datetime, last: float = 6400.0, before: float | None = CLOSES[YESTERDAY], **more: Any) -> Quote:
    return replace(
        Quote(
            symbol="HSTECH.HK", last=last, previous_close=before, time=moment, received=moment + timedelta(minutes=16),
            source="yahoo", delay=900.0,
        ),
        **more,
    )  # fmt: skip


RUNNING = quote(at(11, 0))
"""Within today's session, an hour and a half in."""

MORNING = at(11, 16)

CLOSED = quote(at(16, 8), received=at(16, 40))
"""The last price of today, received when it was final."""


# The close


@pytest.mark.parametrize(
    ("one", "now", "final"),
    [
        (CLOSED, at(16, 41), True),
        (CLOSED, at(16, 20), False),
        (replace(CLOSED, received=at(16, 26)), at(16, 41), False),
        (replace(CLOSED, received=at(16, 26), delay=None), at(16, 41), True),
        (replace(CLOSED, time=at(15, 45)), at(16, 41), False),
        (replace(CLOSED, time=at(16, 8, YESTERDAY)), at(16, 41), False),
        (replace(CLOSED, time=at(19, 30)), at(20, 0), False),
        (replace(CLOSED, time=None), at(16, 41), False),
        (replace(CLOSED, last=None), at(16, 41), False),
    ],
    ids=[
        "yes",
        "too soon",
        "received too soon",
        "no delay",
        "stopped before",
        "yesterday's",
        "late",
        "no time",
        "none",
    ],
)
def test_what_is_the_close(one: Quote, now: datetime, final: bool) -> None:
    assert is_final(one, session(TODAY), now) is final


def test_bar_of_a_quote() -> None:
    full = replace(CLOSED, open=6300.0, high=6410.0, low=6290.0)
    assert bar_of(full, session(TODAY)) == DailyBar(TODAY, 6400.0, 6300.0, 6410.0, 6290.0)
    stale = replace(full, high=6350.0)
    assert bar_of(stale, session(TODAY)) == DailyBar(TODAY, 6400.0, 6300.0, None, 6290.0)
    assert bar_of(replace(full, last=None), session(TODAY)) is None


@pytest.mark.parametrize(
    ("one", "now", "stated"),
    [
        (RUNNING, at(11, 16), (YESTERDAY, CLOSES[YESTERDAY])),
        (CLOSED, at(16, 41), (TODAY, 6400.0)),
        (CLOSED, at(16, 15), (YESTERDAY, CLOSES[YESTERDAY])),
        (quote(at(9, 20)), at(9, 40), (YESTERDAY, CLOSES[YESTERDAY])),
        (quote(at(16, 8, YESTERDAY), received=at(8, 0)), at(8, 0), (YESTERDAY, 6400.0)),
        (quote(at(3, 0)), at(9, 40), None),
        (quote(at(11, 0), before=None), at(11, 16), None),
        (quote(at(11, 0, date(2025, 6, 2))), at(11, 16), None),
        (replace(RUNNING, time=None), at(11, 16), None),
    ],
    ids=[
        "session",
        "close",
        "not yet final",
        "pre-open",
        "next morning",
        "night",
        "unstated",
        "unknown day",
        "no time",
    ],
)
def test_which_close_a_quote_states(one: Quote, now: datetime, stated: tuple[date, float] | None) -> None:
    assert quoted_close(one, CALENDAR, now) == stated


# The last bar


def told(content: tuple[DailyBar, ...], one: Quote | None = RUNNING, now: datetime = MORNING) -> Sound:
    return sound_bars(content, one, CALENDAR, now)


def test_good_bars_stay_as_they_are() -> None:
    content = bars(YESTERDAY)
    sound = told(content)
    assert sound.bars == content
    assert sound.findings == ()


def test_the_running_sessions_bar_is_no_close() -> None:
    sound = told(bars(TODAY))
    assert sound.bars == bars(YESTERDAY)
    assert sound.findings == (), "every provider has one; it is nothing to speak of"


def test_a_last_close_that_the_quote_contradicts_is_set_right() -> None:
    wrong = (*bars(BEFORE), DailyBar(YESTERDAY, 6111.0, 6100.0, 6120.0, 6090.0))
    sound = told(wrong)
    assert sound.bars == (*bars(BEFORE), DailyBar(YESTERDAY, CLOSES[YESTERDAY]))
    (finding,) = sound.findings
    assert (finding.flaw, finding.date, finding.amount) == (Flaw.WRONG_CLOSE, YESTERDAY, CLOSES[YESTERDAY])


def test_a_bar_taken_before_the_close_is_set_right_after_it() -> None:
    early = (*bars(YESTERDAY), DailyBar(TODAY, 6350.0))
    assert told(early, RUNNING, at(15, 0)).bars[-1] == DailyBar(YESTERDAY, CLOSES[YESTERDAY])
    assert told(early, CLOSED, at(16, 41)).bars[-1] == DailyBar(TODAY, 6400.0)


def test_yesterday_once_more_is_dropped() -> None:
    full = DailyBar(BEFORE, 6277.0, 6250.0, 6280.0, 6240.0, 5e9)
    repeated = (*bars(BEFORE)[:-1], full, replace(full, date=YESTERDAY))
    sound = sound_bars(repeated, None, CALENDAR, at(11, 16))
    assert sound.bars == repeated[:-1]
    assert [one.flaw for one in sound.findings] == [Flaw.REPEATED]


def test_without_a_calendar_the_last_bar_stands() -> None:
    content = (*bars(BEFORE), DailyBar(YESTERDAY, 6111.0))
    assert sound_bars(content, RUNNING, None, at(11, 16)).bars == content
    assert sound_bars(content, RUNNING, CALENDAR, datetime(2027, 1, 1, tzinfo=UTC)).bars == content


# Jumps and holes


def test_a_split_is_scaled_away() -> None:
    content = tuple(
        replace(bar, close=bar.close * 5, high=bar.close * 5.1) if bar.date < BEFORE else bar for bar in bars(YESTERDAY)
    )
    sound = told(content)
    assert [bar.close for bar in sound.bars] == pytest.approx([CLOSES[bar.date] for bar in content])
    assert sound.bars[0].high == pytest.approx(CLOSES[DAYS[0]] * 1.02)
    (finding,) = sound.findings
    assert (finding.flaw, finding.date, finding.amount) == (Flaw.SPLIT, BEFORE, 5.0)


def test_one_close_in_another_unit_does_not_rescale_the_rest() -> None:
    bad = DAYS[20]
    content = tuple(replace(bar, close=bar.close * 100) if bar.date == bad else bar for bar in bars(YESTERDAY))
    sound = told(content)
    assert [bar.close for bar in sound.bars] == pytest.approx([CLOSES[bar.date] for bar in content])
    assert [one.flaw for one in sound.findings] == [Flaw.SPLIT, Flaw.SPLIT]


def test_holes_are_found_and_left() -> None:
    content = tuple(bar for bar in bars(YESTERDAY) if bar.date not in DAYS[10:13])
    sound = told(content)
    assert sound.bars == content
    (finding,) = sound.findings
    assert (finding.flaw, finding.date, finding.amount) == (Flaw.HOLE, DAYS[9], 3.0)


def test_bars_older_than_the_calendar_are_held_against_weekdays_alone() -> None:
    older = tuple(DailyBar(day, 5900.0) for day in weekdays(date(2025, 5, 1), 40) if day < DAYS[0])
    without_one = older[:5] + older[6:]
    assert told((*without_one, *bars(YESTERDAY))).findings == ()
