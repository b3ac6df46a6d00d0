"""The story's edge cases, one by one, and the model day."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from tui_monitor.analysis.claims import Claim, ClaimId
from tui_monitor.analysis.records import Peak
from tui_monitor.analysis.story import LivePoint, Story, next_weekday, tell
from tui_monitor.analysis.streaks import week_number
from tui_monitor.domain.series import DailyBar


def history(*rows: tuple[str, float]) -> tuple[DailyBar, ...]:
    return tuple(DailyBar(date.fromisoformat(day), close) for day, close in rows)


def told(bars: tuple[DailyBar, ...], **options: object) -> Story:
    story = tell(bars, **options)  # type: ignore[arg-type]
    assert story is not None
    return story


def claims(story: Story) -> dict[ClaimId, Claim]:
    return {claim.id: claim for claim in story.claims}


def weekdays(start: date, closes: list[float]) -> tuple[DailyBar, ...]:
    bars, day = [], start
    for close in closes:
        bars.append(DailyBar(day, close))
        day = next_weekday(day)
    return tuple(bars)


def model_history() -> tuple[DailyBar, ...]:
    """Public facts of the index; between them, levels of our own that no fact contradicts."""
    facts = {
        "2021-02-17": 10_945.22, "2021-11-24": 6_400.0, "2021-11-25": 6_358.54, "2024-12-31": 4_468.0,
        "2025-08-01": 5_397.0, "2025-08-08": 5_460.0, "2025-08-15": 5_543.0, "2025-08-22": 5_647.68,
        "2025-08-29": 5_670.0, "2025-09-05": 5_690.0, "2025-09-12": 5_989.0, "2025-09-16": 6_078.0,
    }  # fmt: skip
    filling: dict[str, float] = {}
    day = date(2021, 11, 26)
    while day < date(2025, 7, 25):
        if day.isoformat() not in facts:
            filling[day.isoformat()] = 4_200.0 + (day.toordinal() % 97) * 8.0
        day += timedelta(days=7)
    filling["2025-07-25"] = 5_600.0
    return history(*sorted((facts | filling).items()))


def test_the_model_day_while_it_runs() -> None:
    live = LivePoint(date(2025, 9, 17), 6_334.0, high=6_350.0, low=6_120.0, open=6_125.0)
    story = told(model_history(), live=live, session_over=False, symbol="HSTECH.HK")
    assert story.provisional
    assert story.change_pct == pytest.approx((6_334 - 6_078) / 60.78)
    assert story.highest_close_since is not None
    assert story.highest_close_since.date == date(2021, 11, 25)
    assert (story.weekly.count, story.weekly.running) == (7, True)
    assert story.ytd is not None
    assert f"{story.ytd.percent:.1f}" == "41.8"
    assert story.to_record_pct is not None
    assert f"{story.to_record_pct:.1f}" == "72.8"
    said = {claim.id: claim.text() for claim in story.claims}
    assert said[ClaimId.HIGHEST_CLOSE] == "Would be the strongest close since 25 November 2021 (6,358.54 that day)."
    assert said[ClaimId.WEEKLY_STREAK] == "On course for a 7th straight weekly gain."
    assert said[ClaimId.YEAR_TO_DATE] == "Up 41.8% for the year (4,468 on 31 December 2024)."
    assert said[ClaimId.MOVE] == "Stands at 6,334, up 4.2% on the day."
    assert said[ClaimId.RECORD_DISTANCE] == (
        "42.1% below the record close of 10,945.22 of 17 February 2021; it would have to rise 72.8% to regain it."
    )
    assert claims(story)[ClaimId.HIGHEST_CLOSE].rank < claims(story)[ClaimId.RECORD_DISTANCE].rank


def test_the_model_day_after_its_close() -> None:
    story = told(model_history(), live=LivePoint(date(2025, 9, 17), 6_334.0), session_over=True)
    found = claims(story)
    assert found[ClaimId.HIGHEST_CLOSE].text() == "The strongest close since 25 November 2021 (6,358.54 that day)."
    assert found[ClaimId.HIGHEST_CLOSE].short() == "strongest close since 2021-11-25"
    # The week still has two sessions to come.
    assert found[ClaimId.WEEKLY_STREAK].text() == "On course for a 7th straight weekly gain."
    assert found[ClaimId.WEEKLY_STREAK].text("zh-Hans") == "势将连涨7周。"
    assert found[ClaimId.HIGHEST_CLOSE].text("zh-Hant") == "創2021年11月25日（當日6,358.54）以來最高收市。"


def test_a_single_row_knows_its_level_only() -> None:
    story = told(history(("2025-03-03", 100.0)))
    assert story.previous_close is None
    assert story.highest_close_since is None
    assert story.lowest_close_since is None
    assert (story.weekly.count, story.daily.count, story.monthly.count) == (0, 0, 0)
    assert story.record_close == Peak(date(2025, 3, 3), 100.0)
    assert story.claims == ()


def test_nothing_to_tell() -> None:
    assert tell(()) is None
    assert tell(history(("2025-03-03", 100.0)), as_of=date(2025, 3, 2)) is None


def test_the_first_session_of_a_year() -> None:
    bars = history(("2024-12-30", 90.0), ("2024-12-31", 100.0), ("2025-01-02", 98.0))
    story = told(bars)
    assert story.ytd is not None
    assert story.ytd.percent == pytest.approx(-2.0)
    assert story.ytd.base_date == date(2024, 12, 31)
    assert story.mtd is not None
    assert story.mtd.percent == pytest.approx(-2.0)


def test_a_year_that_is_missing_is_no_base() -> None:
    story = told(history(("2023-12-29", 90.0), ("2025-01-02", 98.0)))
    assert story.ytd is None
    assert story.mtd is not None


def test_a_month_without_sessions_is_stepped_over() -> None:
    # Athens was closed from 29 June to 2 August 2015.
    story = told(history(("2015-05-29", 80.0), ("2015-06-26", 100.0), ("2015-08-03", 84.0)))
    assert story.mtd is not None
    assert story.mtd.percent == pytest.approx(-16.0)
    assert story.monthly.count == -1


def test_an_equal_close_counts_as_at_or_above() -> None:
    story = told(history(("2025-03-03", 100.0), ("2025-03-04", 100.0), ("2025-03-05", 90.0), ("2025-03-06", 100.0)))
    assert story.highest_close_since is not None
    assert story.highest_close_since.date == date(2025, 3, 4)
    assert story.record_close == Peak(date(2025, 3, 3), 100.0)
    assert story.to_record_pct == 0.0


def test_an_unchanged_close_ends_a_streak() -> None:
    rising = history(("2025-03-03", 1.0), ("2025-03-04", 2.0), ("2025-03-05", 3.0), ("2025-03-06", 3.0))
    assert told(rising).daily.count == 0
    assert told((*rising, DailyBar(date(2025, 3, 7), 4.0))).daily.count == 1


def test_an_unchanged_week_ends_a_streak() -> None:
    fridays = [date(2025, 3, 7) + timedelta(weeks=week) for week in range(4)]
    bars = tuple(DailyBar(day, close) for day, close in zip(fridays, (1.0, 2.0, 3.0, 3.0), strict=True))
    assert told(bars).weekly.count == 0
    assert told(bars[:3]).weekly.count == 2


def test_weeks_run_across_the_turn_of_the_year() -> None:
    # Monday 30 December 2024 and Friday 3 January 2025 are days of one ISO week.
    bars = history(("2024-12-27", 10.0), ("2024-12-30", 8.0), ("2025-01-03", 11.0))
    story = told(bars)
    assert story.weekly.count == 1
    assert not story.weekly.running


def test_the_week_number_changes_on_mondays_only() -> None:
    day = date(2019, 12, 28)
    for _ in range(800):
        following = day + timedelta(days=1)
        assert (week_number(day) == week_number(following)) == (day.isocalendar()[:2] == following.isocalendar()[:2])
        day = following


def test_a_week_without_sessions_is_stepped_over() -> None:
    bars = history(("2024-09-20", 10.0), ("2024-09-30", 12.0), ("2024-10-11", 13.0))
    assert told(bars).weekly.count == 2


@pytest.mark.parametrize(
    ("last", "holidays", "running"),
    [
        ("2025-04-16", (), True),
        ("2025-04-17", (), True),
        ("2025-04-17", ("2025-04-18", "2025-04-21"), False),
        ("2025-04-16", ("2025-04-18", "2025-04-21"), True),
        ("2025-04-25", (), False),
        ("2025-05-24", (), False),
    ],
)
def test_a_week_is_over_after_its_last_session(last: str, holidays: tuple[str, ...], running: bool) -> None:
    def following(day: date) -> date:
        day = next_weekday(day)
        while day.isoformat() in holidays:
            day = next_weekday(day)
        return day

    story = told(history(("2025-03-03", 1.0), (last, 2.0)), next_session=following)
    assert story.weekly.running is running


def test_a_running_session_keeps_its_friday_open() -> None:
    live = LivePoint(date(2025, 4, 25), 2.0)
    assert told(history(("2025-04-17", 1.0)), live=live, session_over=False).weekly.running
    assert not told(history(("2025-04-17", 1.0)), live=live, session_over=True).weekly.running


def test_who_asks_after_the_week_sees_it_over() -> None:
    bars = history(("2025-04-10", 1.0), ("2025-04-16", 2.0))
    assert told(bars, as_of=date(2025, 4, 16)).weekly.running
    assert not told(bars, as_of=date(2025, 4, 20)).weekly.running
    assert told(bars, as_of=date(2025, 4, 20)).as_of == date(2025, 4, 16)


def test_a_live_level_takes_the_place_of_its_own_bar() -> None:
    bars = history(("2025-04-15", 10.0), ("2025-04-16", 11.0))
    story = told(bars, live=LivePoint(date(2025, 4, 16), 12.0), session_over=False)
    assert story.previous_close == 10.0
    assert story.sessions == 2


def test_a_live_level_behind_the_history_is_ignored() -> None:
    bars = history(("2025-04-15", 10.0), ("2025-04-16", 11.0))
    story = told(bars, live=LivePoint(date(2025, 4, 15), 12.0), session_over=False)
    assert story.level == 11.0
    assert not story.provisional


@pytest.mark.parametrize("level", [0.0, -1.0, float("nan")])
def test_a_live_level_that_is_none_is_ignored(level: float) -> None:
    story = told(history(("2025-04-15", 10.0)), live=LivePoint(date(2025, 4, 16), level))
    assert story.as_of == date(2025, 4, 15)


def test_stored_bars_are_closes_even_while_the_market_trades() -> None:
    story = told(history(("2025-04-15", 10.0), ("2025-04-16", 11.0)), session_over=False)
    assert not story.provisional


def test_a_level_above_the_record_is_none_before_the_close() -> None:
    bars = weekdays(date(2025, 1, 2), [100.0 + index for index in range(30)])
    story = told(bars, live=LivePoint(next_weekday(bars[-1].date), 140.0), session_over=False)
    assert story.record_close == Peak(bars[-1].date, 129.0)
    assert (story.below_record_pct, story.to_record_pct) == (0.0, 0.0)
    found = claims(story)
    assert found[ClaimId.HIGHEST_CLOSE].text() == "Would be a record close (daily history from 2 January 2025)."
    assert ClaimId.RECORD_DISTANCE not in found


@pytest.mark.parametrize(("sessions", "shown"), [(19, False), (20, True)])
def test_a_span_is_shown_from_twenty_sessions_on(sessions: int, shown: bool) -> None:
    bars = weekdays(date(2025, 1, 2), [200.0, *[100.0] * (sessions - 1), 150.0])
    story = told(bars)
    assert story.highest_close_since is not None
    assert story.highest_close_since.sessions == sessions
    assert (ClaimId.HIGHEST_CLOSE in claims(story)) is shown


@pytest.mark.parametrize(("rises", "shown"), [(2, False), (3, True)])
def test_a_streak_is_shown_from_three_on(rises: int, shown: bool) -> None:
    story = told(weekdays(date(2025, 1, 6), [10.0, *[11.0 + step for step in range(rises)]]))
    assert (ClaimId.DAILY_STREAK in claims(story)) is shown


def test_a_record_from_before_the_history_is_known_from_elsewhere() -> None:
    bars = weekdays(date(2025, 1, 2), [100.0 + index for index in range(30)])
    record, high = Peak(date(2021, 2, 17), 200.0), Peak(date(2021, 2, 18), 204.0)
    story = told(bars, known_record=record, known_high=high)
    assert story.record_close == record
    assert story.record_high == high
    # Which day it was that closed as high before the history begins cannot be told.
    assert story.highest_close_since is None
    assert ClaimId.HIGHEST_CLOSE not in claims(story)
    # A figure of a day that the history covers is not needed, and not believed against it.
    inside = told(bars, known_record=Peak(date(2025, 1, 8), 200.0))
    assert inside.record_close == Peak(bars[-1].date, 129.0)


def test_an_intraday_record_needs_highs_that_reach_the_record_close() -> None:
    known = (DailyBar(date(2025, 1, 2), 10.0, high=10.5), DailyBar(date(2025, 1, 3), 9.0))
    assert told(known).record_high == Peak(date(2025, 1, 2), 10.5)
    partly = (DailyBar(date(2025, 1, 2), 10.0), DailyBar(date(2025, 1, 3), 9.0, high=9.5))
    assert told(partly).record_high is None
    assert told(history(("2025-01-02", 1.0))).record_high is None


def test_the_year_range_reaches_back_52_weeks() -> None:
    bars = (
        DailyBar(date(2024, 4, 16), 500.0),
        DailyBar(date(2024, 4, 18), 100.0, high=130.0, low=90.0),
        DailyBar(date(2025, 4, 16), 110.0),
    )
    story = told(bars)
    assert (story.year_range.low, story.year_range.high, story.year_range.complete) == (90.0, 130.0, True)
    assert not told(bars[1:]).year_range.complete


def test_since_a_date_of_the_persons() -> None:
    bars = history(("2025-04-10", 8.0), ("2025-04-14", 9.0), ("2025-04-16", 12.0))
    story = told(bars, since=date(2025, 4, 13))
    assert story.since is not None
    assert story.since.base_date == date(2025, 4, 10)
    assert story.since.percent == pytest.approx(50.0)
    assert claims(story)[ClaimId.SINCE_DATE].short() == "up 50.0% since 2025-04-10"
    assert told(bars, since=date(2025, 4, 9)).since is None
    assert told(bars, since=date(2025, 4, 16)).since is None


def test_claims_are_numbered_by_falling_surprise() -> None:
    story = told(model_history(), live=LivePoint(date(2025, 9, 17), 6_334.0))
    assert [claim.rank for claim in story.claims] == list(range(1, len(story.claims) + 1))
    values = [claim.surprise for claim in story.claims]
    assert values == sorted(values, reverse=True)
    assert all(value >= 0.0 for value in values)


def test_twenty_years_are_told_in_twenty_milliseconds() -> None:
    closes = [3_000.0 + (index * 7_919 % 1_013) + index for index in range(5_040)]
    bars = weekdays(date(2005, 1, 3), closes)
    live = LivePoint(next_weekday(bars[-1].date), 8_900.0)
    best = min(_seconds(bars, live) for _ in range(7))
    assert best < 0.020


def _seconds(bars: tuple[DailyBar, ...], live: LivePoint) -> float:
    start = time.perf_counter()
    told(bars, live=live, session_over=False, since=date(2015, 1, 5))
    return time.perf_counter() - start
