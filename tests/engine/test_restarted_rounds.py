"""What an earlier run asked for is not asked again within its round."""

from __future__ import annotations

from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, running

from tui_monitor.sources.api import Batch, Request, Topic


def test_a_restart_asks_only_for_the_tables_that_are_due() -> None:
    async def scenario() -> None:
        clock = FakeClock()

        def answer(request: Request) -> Batch:
            return Batch(source="tables", received=clock.now())

        source = Scripted(
            descriptor("tables", topic=Topic.RATINGS, period=1800.0, batch_size=1, spacing=3.0), clock, answer
        )
        async with running(clock, source) as (scheduler, _):
            scheduler.answered_before(Topic.RATINGS, {"A": 60.0, "B": 7200.0, "C": -50.0, "GONE": 1.0})
            scheduler.set_interest(Topic.RATINGS, ["A", "B", "C", "D"])
            await clock.sleep(120)
            assert sorted(symbol for one in source.symbols for symbol in one) == ["B", "D"]
            await clock.sleep(3600)
        asked = [symbol for one in source.symbols for symbol in one]
        # Within the hour each had its round again, none more often than a round every half hour.
        assert {symbol: asked.count(symbol) for symbol in "ABCD"} == {"A": 2, "B": 3, "C": 2, "D": 3}

    run_virtual(scenario())
