"""What is told of a session since which others have ended says so: a monitor that was without a network for days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.test_daily_bars import TODAY
from tests.unit.test_storyteller_keeping import Desk, closed

from tui_monitor.present import index_panel
from tui_monitor.present.story_lines import story_lines


def said(desk: Desk) -> str:
    lines = [*index_panel.lines(desk.view, 78, 20), *story_lines(desk.view, 78)]
    return "\n".join("".join(span.text for span in line) for line in lines)


async def told(desk: Desk, days: int) -> str:
    desk.clock.moment += timedelta(days=days)
    desk.clock.seconds += 1_000.0
    assert await desk.teller.tell() is not None
    return said(desk)


async def test_a_story_of_an_earlier_session_is_told_as_such() -> None:
    desk = closed()
    assert "as of" not in (await told(desk, 0)).lower()
    later = await told(desk, 1)
    assert f"as of {TODAY.isoformat()}" in later
    assert f"As of the session of {TODAY.isoformat()}; none since is known." in later


@pytest.mark.parametrize("hours", [7, 15])
async def test_until_the_next_session_has_ended_it_is_the_newest_there_is(hours: int) -> None:
    desk = closed()
    desk.clock.moment += timedelta(hours=hours)
    assert "as of" not in (await told(desk, 0)).lower()
