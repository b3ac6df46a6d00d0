"""Every field of the story against a second computation, written the slow and plain way."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.analysis.story import LivePoint, Story, tell
from tui_monitor.cli.index_output import fields
from tui_monitor.domain.series import DailyBar

START = date(2019, 12, 1)

# Few different levels, so that equal closes, flat weeks and shared records are common; dates with gaps of any size.
_levels = st.sampled_from([90.0, 95.5, 100.0, 100.25, 104.0, 120.0]) | st.floats(50.0, 200.0)
_gaps = st.sampled_from([1, 1, 1, 1, 3, 4, 2, 9, 33])
histories = st.lists(st.tuples(_gaps, _levels), min_size=1, max_size=90)


def bars_of(steps: list[tuple[int, float]]) -> tuple[DailyBar, ...]:
    day, bars = START, []
    for gap, level in steps:
        day += timedelta(days=gap)
        bars.append(DailyBar(day, level))
    return tuple(bars)


def told(bars: tuple[DailyBar, ...], **options: Any) -> Story:
    story = tell(bars, **options)
    assert story is not None
    return story


def plain_streak(closes: list[float]) -> int:
    """Count from the end, one step at a time."""
    count = 0
    for index in range(len(closes) - 1, 0, -1):
        step = (closes[index] > closes[index - 1]) - (closes[index] < closes[index - 1])
        if step == 0 or step * count < 0:
            break
        count += step
    return count


def plain_fields(rows: list[tuple[date, float]]) -> dict[str, Any]:
    """Compute the documented fields by dictionaries and full scans."""
    day, level = rows[-1]
    before = rows[:-1]
    weeks: dict[tuple[int, int], float] = {}
    months: dict[tuple[int, int], float] = {}
    for one, close in rows:
        weeks[one.isocalendar()[:2]] = close
        months[one.year, one.month] = close
    last_year = [close for one, close in before if one.year == day.year - 1]
    earlier_months = [close for one, close in before if (one.year, one.month) < (day.year, day.month)]
    above = [one for one, close in before if close >= level]
    below = [one for one, close in before if close <= level]
    best = max(close for _, close in rows)
    friday = day + timedelta(days=4 - day.weekday())
    return {
        "as_of": day.isoformat(),
        "level": level,
        "previous_close": before[-1][1] if before else None,
        "change": level - before[-1][1] if before else None,
        "change_pct": (level - before[-1][1]) / before[-1][1] * 100 if before else None,
        "highest_close_since": (max(above).isoformat() if above else "record") if before else None,
        "lowest_close_since": (max(below).isoformat() if below else "record") if before else None,
        "weekly_streak": plain_streak(list(weeks.values())),
        "weekly_streak_running": day < friday,
        "daily_streak": plain_streak([close for _, close in rows]),
        "monthly_streak": plain_streak(list(months.values())),
        "ytd_pct": (level - last_year[-1]) / last_year[-1] * 100 if last_year else None,
        "mtd_pct": (level - earlier_months[-1]) / earlier_months[-1] * 100 if earlier_months else None,
        "record_close": {"date": min(one for one, close in rows if close == best).isoformat(), "level": best},
        "below_record_pct": (level - best) / best * 100,
        "to_record_pct": (best - level) / level * 100,
    }


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for key, value in expected.items():
        if isinstance(value, float):
            assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-9), key
        else:
            assert found[key] == value, key


@given(histories)
@settings(max_examples=300, deadline=None)
def test_every_field_agrees_with_a_plain_computation(steps: list[tuple[int, float]]) -> None:
    bars = bars_of(steps)
    assert_same(fields(told(bars), "en"), plain_fields([(bar.date, bar.close) for bar in bars]))


@given(histories, st.integers(0, 400))
@settings(max_examples=200, deadline=None)
def test_as_of_is_the_history_cut_off(steps: list[tuple[int, float]], days: int) -> None:
    bars = bars_of(steps)
    as_of = bars[0].date + timedelta(days=days)
    kept = [(bar.date, bar.close) for bar in bars if bar.date <= as_of]
    found = fields(told(bars, as_of=as_of), "en")
    expected = plain_fields(kept)
    # The week is over for whoever asks after it, even if its last days had no session.
    last = kept[-1][0]
    expected["weekly_streak_running"] = as_of < last + timedelta(days=4 - last.weekday())
    assert_same(found, expected)


@given(histories)
@settings(max_examples=200, deadline=None)
def test_a_streak_of_n_means_n_moves_one_way(steps: list[tuple[int, float]]) -> None:
    bars = bars_of(steps)
    count = told(bars).daily.count
    assert abs(count) < len(bars)
    moves = [after.close - before.close for before, after in pairwise(bars[len(bars) - abs(count) - 1 :])]
    assert len(moves) == abs(count)
    assert all(move * count > 0 for move in moves)


@given(histories)
@settings(max_examples=200, deadline=None)
def test_everything_between_since_and_now_is_lower_or_higher(steps: list[tuple[int, float]]) -> None:
    bars = bars_of(steps)
    story = told(bars)
    for since, sign in ((story.highest_close_since, 1.0), (story.lowest_close_since, -1.0)):
        if since is None:
            assert len(bars) == 1
            continue
        between = [bar for bar in bars[:-1] if since.date is None or bar.date > since.date]
        assert all((story.level - bar.close) * sign > 0 for bar in between)
        assert since.sessions == len(between) + (0 if since.date is None else 1)


@given(histories, _levels, _gaps)
@settings(max_examples=200, deadline=None)
def test_a_new_session_changes_only_what_is_defined(steps: list[tuple[int, float]], level: float, gap: int) -> None:
    bars = bars_of(steps)
    old = told(bars)
    longer = (*bars, DailyBar(bars[-1].date + timedelta(days=gap), level))
    assert told(longer, as_of=bars[-1].date) == old
    new = told(longer)
    assert new.previous_close == old.level
    assert old.record_close is not None
    assert new.record_close is not None
    if level > old.record_close.level:
        assert new.record_close.date == longer[-1].date
    else:
        assert new.record_close == old.record_close
    step = (level > old.level) - (level < old.level)
    assert new.daily.count == (old.daily.count + step if step * old.daily.count > 0 else step)


@given(histories, _levels)
@settings(max_examples=150, deadline=None)
def test_a_live_level_tells_the_same_as_its_close(steps: list[tuple[int, float]], level: float) -> None:
    bars = bars_of(steps)
    day = bars[-1].date + timedelta(days=1)
    closed = told((*bars, DailyBar(day, level)))
    assert told(bars, live=LivePoint(day, level)) == closed
    running = told(bars, live=LivePoint(day, level), session_over=False)
    for name in ("change_pct", "highest_close_since", "lowest_close_since", "ytd", "mtd"):
        assert getattr(running, name) == getattr(closed, name), name
    assert running.weekly.count == closed.weekly.count
    assert running.record_close == told(bars).record_close
    assert {claim.id for claim in running.claims} >= {claim.id for claim in closed.claims} - {"record-distance"}


@pytest.mark.parametrize("as_of", ["2015-01-05", "2018-01-02", "2020-12-31", "2021-02-17", "2021-02-18", "2022-04-14"])
def test_the_real_index_history(shared_data: Path, as_of: str) -> None:
    path = shared_data / "hstech" / "hstech_daily_2015_2022.csv"
    with path.open(encoding="utf-8") as file:
        rows = [(date.fromisoformat(row["date"]), float(row["close"])) for row in csv.DictReader(file)]
    bars = tuple(DailyBar(day, close) for day, close in rows)
    found = fields(told(bars, as_of=date.fromisoformat(as_of)), "en")
    assert_same(found, plain_fields([row for row in rows if row[0].isoformat() <= as_of]))
