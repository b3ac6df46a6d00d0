from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.domain.session import Calendar, Phase, SessionDay
from tui_monitor.engine.weekly_hours import WEEKLY, day_with_hours, ordinary_weeks


def hong_kong(text: str) -> datetime:
    """Return a moment of Hong Kong's clock, eight hours ahead of UTC all year."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


SEPTEMBER = ordinary_weeks("XHKG", date(2025, 9, 8), date(2025, 9, 30))


@pytest.mark.parametrize(
    ("at", "phase", "belongs", "next_phase", "next_change"),
    [
        ("2025-09-17 08:59:59", "closed", "2025-09-16", "pre-open", "2025-09-17 09:00"),
        ("2025-09-17 09:00:00", "pre-open", "2025-09-16", "morning", "2025-09-17 09:30"),
        ("2025-09-17 09:29:59", "pre-open", "2025-09-16", "morning", "2025-09-17 09:30"),
        ("2025-09-17 09:30:00", "morning", "2025-09-17", "lunch", "2025-09-17 12:00"),
        ("2025-09-17 11:18:00", "morning", "2025-09-17", "lunch", "2025-09-17 12:00"),
        ("2025-09-17 12:00:00", "lunch", "2025-09-17", "afternoon", "2025-09-17 13:00"),
        ("2025-09-17 12:59:59", "lunch", "2025-09-17", "afternoon", "2025-09-17 13:00"),
        ("2025-09-17 13:00:00", "afternoon", "2025-09-17", "closing-auction", "2025-09-17 16:00"),
        ("2025-09-17 16:00:00", "closing-auction", "2025-09-17", "closed", "2025-09-17 16:10"),
        ("2025-09-17 16:10:00", "closed", "2025-09-17", "pre-open", "2025-09-18 09:00"),
        ("2025-09-19 20:00:00", "closed", "2025-09-19", "pre-open", "2025-09-22 09:00"),
        ("2025-09-21 12:30:00", "closed", "2025-09-19", "pre-open", "2025-09-22 09:00"),
    ],
)
def test_the_phases_of_hong_kong_on_the_model_day(
    at: str, phase: str, belongs: str, next_phase: str, next_change: str
) -> None:
    state = SEPTEMBER.state_at(hong_kong(at))
    assert state.phase == phase
    assert state.day is not None
    assert state.day.date == date.fromisoformat(belongs)
    assert state.next_phase == next_phase
    assert state.next_change == hong_kong(next_change)


def test_a_half_day_has_no_afternoon_and_its_auction_at_noon() -> None:
    open_, close = (datetime(2025, 12, 24, hour, minute).time() for hour, minute in ((9, 30), (12, 0)))  # noqa: DTZ001
    day = day_with_hours("XHKG", date(2025, 12, 24), open_, close)
    assert day.boundaries() == [
        (hong_kong("2025-12-24 09:00"), Phase.PRE_OPEN),
        (hong_kong("2025-12-24 09:30"), Phase.OPEN),
        (hong_kong("2025-12-24 12:00"), Phase.CLOSING_AUCTION),
        (hong_kong("2025-12-24 12:10"), Phase.CLOSED),
    ]


def test_new_york_opens_an_hour_later_by_utc_in_winter() -> None:
    weeks = ordinary_weeks("XNYS", date(2025, 10, 27), date(2025, 11, 7))
    opens = {day.date: day.open for day in weeks.days}
    assert opens[date(2025, 10, 31)] == datetime(2025, 10, 31, 13, 30, tzinfo=UTC)
    assert opens[date(2025, 11, 3)] == datetime(2025, 11, 3, 14, 30, tzinfo=UTC)
    # Over the change of clocks the countdown is in real hours.
    state = weeks.state_at(datetime(2025, 11, 2, 0, 0, tzinfo=UTC))
    assert state.next_change == datetime(2025, 11, 3, 14, 30, tzinfo=UTC)


def test_before_the_first_day_and_after_the_last() -> None:
    day = SessionDay(date(2025, 9, 17), hong_kong("2025-09-17 09:30"), hong_kong("2025-09-17 16:00"))
    calendar = Calendar("XXXX", "Asia/Hong_Kong", (day,))
    before = calendar.state_at(hong_kong("2025-09-17 01:00"))
    assert (before.phase, before.day, before.next_phase, before.next_change) == (
        Phase.CLOSED,
        None,
        Phase.OPEN,
        day.open,
    )
    after = calendar.state_at(hong_kong("2025-09-17 17:00"))
    assert (after.phase, after.day, after.next_phase, after.next_change) == (Phase.CLOSED, day, None, None)
    assert not calendar.covers(hong_kong("2025-09-17 01:00"))
    assert calendar.covers(hong_kong("2025-09-17 16:00"))
    assert not calendar.covers(hong_kong("2025-09-17 16:01"))
    nothing = Calendar("XXXX", "Asia/Hong_Kong", ()).state_at(day.open)
    assert (nothing.phase, nothing.day, nothing.next_change) == (Phase.CLOSED, None, None)


@given(st.sampled_from(sorted(WEEKLY)), st.integers(0, 27 * 86_400))
def test_every_moment_has_one_phase_and_the_next_change_is_the_next_boundary(mic: str, seconds: int) -> None:
    calendar = ordinary_weeks(mic, date(2025, 10, 13), date(2025, 11, 9))
    moment = datetime(2025, 10, 13, tzinfo=UTC) + timedelta(seconds=seconds)
    state = calendar.state_at(moment)
    steps = [step for day in calendar.days for step in day.boundaries()]
    assert all(later[0] > earlier[0] for earlier, later in pairwise(steps))
    passed = [step for step in steps if step[0] <= moment]
    ahead = [step for step in steps if step[0] > moment]
    assert state.phase is (passed[-1][1] if passed else Phase.CLOSED)
    assert (state.next_change, state.next_phase) == (ahead[0] if ahead else (None, None))


def test_phases_say_whether_prices_move() -> None:
    assert {phase for phase in Phase if phase.trading} == {Phase.OPEN, Phase.MORNING, Phase.AFTERNOON}
    assert {phase for phase in Phase if phase.live} == {
        Phase.OPEN,
        Phase.MORNING,
        Phase.LUNCH,
        Phase.AFTERNOON,
        Phase.CLOSING_AUCTION,
    }
