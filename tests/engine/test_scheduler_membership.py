"""Sources that come and go while the scheduler runs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import RECEIVED, Scripted, descriptor, quotes, running

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.engine.health import State
from tui_monitor.sources.api import Batch, Topic


def test_an_added_source_is_asked_at_once_and_then_at_its_pace() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        one = Scripted(descriptor("one", Topic.HEADLINES, period=600.0), clock)
        two = Scripted(descriptor("two", Topic.HEADLINES, period=300.0), clock)
        async with running(clock, one) as (scheduler, sink):
            await clock.sleep(100)
            assert list(scheduler.health) == ["one"]
            scheduler.add(two)
            await clock.sleep(1)
            assert two.times == pytest.approx([100.0])
            assert scheduler.health["two"].last_good is not None
            assert [batch.source for batch in sink] == ["one", "two"]
            await clock.sleep(3000)
            assert 9 <= len(two.asked) <= 12
        assert two.closed == 1

    run_virtual(scenario())


def test_a_name_that_is_taken_is_refused() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        one = Scripted(descriptor("one", Topic.HEADLINES), clock)
        async with running(clock, one) as (scheduler, _):
            with pytest.raises(ValueError, match="called one already"):
                scheduler.add(Scripted(descriptor("one", Topic.HEADLINES), clock))
            with pytest.raises(KeyError):
                await scheduler.remove("two")

    run_virtual(scenario())


def test_a_removed_source_is_asked_no_more_and_closed_also_within_a_request() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        kept = Scripted(descriptor("kept", Topic.HEADLINES, host="h", period=60.0), clock)
        gone = Scripted(descriptor("gone", Topic.HEADLINES, host="h", period=60.0), clock, duration=30.0)
        async with running(clock, kept, gone) as (scheduler, sink):
            await clock.sleep(10)
            assert gone.in_flight == 1
            await scheduler.remove("gone")
            assert (gone.in_flight, gone.closed) == (0, 1)
            assert "gone" not in scheduler.health
            await clock.sleep(600)
            assert len(gone.asked) == 1
            assert len(kept.asked) >= 9, "the host's turn was not given back"
            assert {batch.source for batch in sink} == {"kept"}
            await scheduler.wait_idle()

    run_virtual(scenario())


def test_a_second_of_a_chain_takes_its_place_when_added_and_over_when_the_first_goes() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first = Scripted(descriptor("first", priority=0), clock)
        second = Scripted(descriptor("second", priority=1), clock)
        async with running(clock, first) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(5)
            scheduler.add(second)
            await clock.sleep(60)
            assert not second.asked
            assert scheduler.health["second"].state is State.UNNEEDED
            await scheduler.remove("first")
            await clock.sleep(60)
            assert second.symbols[0] == ("A",)

    run_virtual(scenario())


def test_what_was_not_new_keeps_the_count_of_items_and_is_reckoned_as_saved() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", Topic.HEADLINES, period=60.0, language="zh"), clock)
        async with running(clock, source) as (scheduler, _):
            await clock.sleep(5)
            health = scheduler.health["one"]
            assert (health.items, health.octets_saved, health.language) == (1, 0, "zh")
            source.answer = lambda _: Batch(
                source="one", received=RECEIVED, unchanged=True, requests=1, octets_saved=500
            )
            await clock.sleep(130)
            assert health.saved == 2
            assert (health.items, health.octets_saved) == (1, 1000)
            source.answer = lambda _: replace(quotes("one", ()), headlines=())
            await clock.sleep(70)
            assert health.items == 0
            source.answer = lambda _: SourceError(FailureKind.SERVER, "HTTP 500.")
            await clock.sleep(70)
            assert health.failures == 1

    run_virtual(scenario())
