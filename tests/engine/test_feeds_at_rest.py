"""A source that names no symbols rests between its rounds, whatever is watched."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, running

from tui_monitor.sources.api import Topic


class CountingClock(FakeClock):
    """Counts how often anybody goes to sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps = 0

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        await super().sleep(seconds)


@pytest.mark.parametrize("symbols", [(), ("0700.HK",), ("0700.HK", "9988.HK", "BABA")])
def test_a_feed_sleeps_until_its_next_round(symbols: Sequence[str]) -> None:
    async def scenario() -> None:
        clock = CountingClock()
        source = Scripted(descriptor("feed", topic=Topic.HEADLINES, period=300.0, batch_size=None), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.HEADLINES, symbols)
            await clock.sleep(3600)
            wait = scheduler.health["feed"].countdown(clock.monotonic())
        assert 10 <= len(source.asked) <= 15
        # The scheduler's own look every five seconds and a few a round: it once spun a thousand times a second.
        assert clock.sleeps < 1000
        assert wait is not None
        assert wait > 0.0

    run_virtual(scenario())
