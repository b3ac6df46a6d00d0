"""Numbers of a replayed day fade by the recording's own pace, not by that of live polls."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.tui.stage import Stage, at

from tui_monitor.domain.freshness import Freshness
from tui_monitor.engine.clock import ReplayClock
from tui_monitor.present.view import REPLAYED_PERIOD
from tui_monitor.services import replayed


def fresh_after(seconds: float, speed: float, *, replaying: bool = True) -> bool:
    stage = Stage().fill()
    began: datetime = at(11, 0)
    passed = 0.0
    stage.view.clock = ReplayClock(began, began + timedelta(hours=3), speed=speed, pace=lambda: passed)
    stage.view.replaying = "DEMO" if replaying else None
    passed = seconds / speed
    quote = stage.store.quote("WOOD.HK")
    assert quote is not None
    return stage.view.freshness(quote) is Freshness.FRESH


@pytest.mark.parametrize(("seconds", "speed"), [(59.0, 1.0), (72.0, 60.0), (300.0, 600.0)])
def test_between_two_polls_of_the_recording_nothing_fades(seconds: float, speed: float) -> None:
    assert fresh_after(seconds, speed)
    assert not fresh_after(seconds, speed, replaying=False)


def test_what_the_recording_stopped_telling_fades_all_the_same() -> None:
    assert not fresh_after(200.0, 1.0)


def test_it_is_judged_as_without_a_screen() -> None:
    assert REPLAYED_PERIOD == replayed.PERIOD
