"""Thousands of symbols in one round: what the round does for each of them does not grow with their number."""

from __future__ import annotations

from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, running

from tui_monitor.sources.api import Topic


class Counted(str):
    """A symbol that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_round_compares_each_symbol_a_few_times_however_many_there_are() -> None:
    """One plan of a tuple was searched for each symbol: with 5,000 the loop stood still for a quarter of a second."""

    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", period=1.0, batch_size=None), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, [Counted(f"{number:04d}.HK") for number in range(400)])
            await clock.sleep(1.5)
            before, rounds = Counted.compared, len(source.asked)
            await clock.sleep(10)
            assert len(source.asked) - rounds >= 5
            assert Counted.compared - before <= 20 * 400 * (len(source.asked) - rounds)

    run_virtual(scenario())


def test_what_is_no_longer_wanted_is_left_out_of_the_round_that_runs() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", period=60.0, batch_size=1), clock, duration=1.0)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A", "B", "C"])
            await clock.sleep(0.5)
            scheduler.set_interest(Topic.QUOTES, ["A", "C"])
            await clock.sleep(10)
        assert source.symbols == [("A",), ("C",)]

    run_virtual(scenario())
