"""Holes, splits, wrong last bars, and the merging of a source's answer into what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from tui_monitor.analysis.history_checks import (
    Finding,
    Flaw,
    check_last,
    find_flaws,
    merge,
    split_ratio,
    with_own_close,
    without_wrong_last,
)
from tui_monitor.domain.series import DailyBar

MONDAY = date(2025, 4, 7)
HOLIDAYS = {date(2025, 4, 18), date(2025, 4, 21)}


def sessions(start: date, end: date) -> Sequence[date]:
    days = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]


def bar(day: str, close: float = 10.0, low: float | None = None, high: float | None = None) -> DailyBar:
    return DailyBar(date.fromisoformat(day), close, low=low, high=high)


def series(count: int, level: float = 10.0) -> tuple[DailyBar, ...]:
    days = sessions(MONDAY, MONDAY + timedelta(days=2 * count))[:count]
    return tuple(DailyBar(day, level + index / 10) for index, day in enumerate(days))


def test_a_good_history_has_no_flaws() -> None:
    assert find_flaws(series(15), sessions) == ()
    assert find_flaws(series(15)) == ()
    assert find_flaws(()) == ()


def test_missing_sessions_are_a_hole() -> None:
    bars = series(15)
    kept = (*bars[:3], *bars[5:])
    assert find_flaws(kept, sessions) == (Finding(Flaw.HOLE, bars[2].date, bars[5].date, 2.0),)
    # Without a calendar two days could be holidays.
    assert find_flaws(kept) == ()


def test_without_a_calendar_only_a_long_gap_is_a_hole() -> None:
    assert find_flaws((bar("2020-01-23"), bar("2020-02-03"))) == ()
    found = find_flaws((bar("2022-12-30"), bar("2025-02-14")))
    assert found == (Finding(Flaw.HOLE, date(2022, 12, 30), date(2025, 2, 14)),)


def test_a_bar_on_a_day_without_session() -> None:
    assert find_flaws((bar("2025-04-17"), bar("2025-04-18")), sessions) == (
        Finding(Flaw.NO_SESSION, date(2025, 4, 18)),
    )
    assert find_flaws((bar("2025-04-18"), bar("2025-04-19"))) == (Finding(Flaw.NO_SESSION, date(2025, 4, 19)),)


def test_a_close_outside_its_own_range() -> None:
    flaws = find_flaws((bar("2025-04-16", 10.0, 10.5, 11.0), bar("2025-04-17", 10.0, 9.0, 10.0)))
    assert flaws == (Finding(Flaw.OUT_OF_RANGE, date(2025, 4, 16)),)


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [
        (400.0, 82.0, 5.0),
        (100.0, 50.5, 2.0),
        (1.0, 10.2, 0.1),
        (100.0, 66.0, 1.5),
        (100.0, 80.0, None),
        (100.0, 71.0, None),
        (10.0, 11.0, None),
    ],
)
def test_splits_are_recognised_by_their_ratio(before: float, after: float, ratio: float | None) -> None:
    found = split_ratio(before, after)
    assert found == (None if ratio is None else pytest.approx(ratio))


def test_a_split_is_a_flaw_on_its_day() -> None:
    flaws = find_flaws((bar("2025-04-16", 100.0), bar("2025-04-17", 20.1)))
    assert flaws == (Finding(Flaw.SPLIT, date(2025, 4, 17), amount=5.0),)


GOOD = (DailyBar(date(2025, 4, 15), 10.0, 9.9, 10.2, 9.8, 5.0), DailyBar(date(2025, 4, 16), 10.1, 10.0, 10.3, 9.9, 6.0))


def test_a_right_last_bar() -> None:
    closed = date(2025, 4, 16)
    assert check_last(GOOD, last_closed=closed, sessions=sessions, quoted=(closed, 10.1)) is None
    assert without_wrong_last(GOOD, last_closed=closed) == GOOD
    assert without_wrong_last((), last_closed=closed) == ()


@pytest.mark.parametrize(
    ("last", "flaw"),
    [
        (DailyBar(date(2025, 4, 17), 10.2), Flaw.UNFINISHED),
        (DailyBar(date(2025, 4, 16), 10.0, 9.9, 10.2, 9.8, 5.0), Flaw.REPEATED),
        (DailyBar(date(2025, 4, 16), 11.0, 10.0, 10.3, 9.9, 6.0), Flaw.OUT_OF_RANGE),
    ],
)
def test_a_wrong_last_bar_is_taken_off(last: DailyBar, flaw: Flaw) -> None:
    bars = (GOOD[0], last)
    finding = check_last(bars, last_closed=date(2025, 4, 16))
    assert finding is not None
    assert finding.flaw is flaw
    assert without_wrong_last(bars, last_closed=date(2025, 4, 16)) == GOOD[:1]


def test_a_last_bar_on_a_holiday_is_taken_off() -> None:
    bars = (*GOOD, bar("2025-04-18", 10.4))
    assert without_wrong_last(bars, last_closed=date(2025, 4, 18), sessions=sessions) == GOOD


def test_an_equal_close_alone_is_no_repetition() -> None:
    bars = (bar("2025-04-15"), bar("2025-04-16"))
    assert check_last(bars, last_closed=date(2025, 4, 16)) is None


def test_the_exchanges_own_close_wins() -> None:
    quoted = (date(2025, 4, 16), 10.25)
    finding = check_last(GOOD, last_closed=quoted[0], quoted=quoted)
    assert finding == Finding(Flaw.WRONG_CLOSE, quoted[0], amount=10.25)
    assert without_wrong_last(GOOD, last_closed=quoted[0], quoted=quoted) == (GOOD[0], DailyBar(*quoted))
    # The quote of another session says nothing about this one.
    assert check_last(GOOD, last_closed=quoted[0], quoted=(date(2025, 4, 15), 99.0)) is None


def test_two_bars_of_days_to_come_are_both_taken_off() -> None:
    bars = (*GOOD, bar("2025-04-17"), bar("2025-04-22"))
    assert without_wrong_last(bars, last_closed=date(2025, 4, 16)) == GOOD


def test_merging_adds_corrects_and_keeps() -> None:
    stored = (DailyBar(MONDAY, 10.0, high=11.0, low=9.0), DailyBar(MONDAY + timedelta(days=1), 20.0, high=21.0))
    fetched = (
        DailyBar(MONDAY, 10.0, open=9.5),
        DailyBar(MONDAY + timedelta(days=1), 22.5),
        DailyBar(MONDAY + timedelta(days=2), 23.0),
    )
    merged = merge(stored, fetched)
    assert merged.bars == (DailyBar(MONDAY, 10.0, 9.5, 11.0, 9.0), *fetched[1:])
    assert (merged.added, merged.changed, merged.scale) == (1, 2, None)
    assert merge(merged.bars, fetched).changed == 0


def test_stored_prices_follow_a_split_that_the_source_has_worked_in() -> None:
    stored = tuple(DailyBar(one.date, one.close, volume=100.0) for one in series(10, level=100.0))
    fetched = tuple(DailyBar(one.date, one.close / 5.0) for one in stored[3:])
    merged = merge(stored, fetched)
    assert merged.scale == pytest.approx(0.2)
    assert [one.close for one in merged.bars] == pytest.approx([one.close / 5.0 for one in stored])
    assert merged.bars[0].volume == pytest.approx(500.0)


def test_one_corrected_close_is_no_rescaling() -> None:
    stored = series(8)
    fetched = (DailyBar(stored[0].date, 50.0), *stored[1:])
    assert merge(stored, fetched).scale is None
    # Too few shared sessions prove nothing.
    assert merge(stored[:3], [DailyBar(one.date, one.close * 2) for one in stored[:3]]).scale is None


def test_an_own_close_fills_in_until_a_source_has_it() -> None:
    own = DailyBar(date(2025, 4, 17), 10.4)
    assert with_own_close(GOOD, own) == (*GOOD, own)
    assert with_own_close(GOOD, DailyBar(date(2025, 4, 16), 99.0)) == GOOD
