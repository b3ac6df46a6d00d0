from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, fail, quotes, running

from tui_monitor.domain.errors import FailureKind
from tui_monitor.engine.health import State
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.sources.api import Batch, Request, Topic


def test_rounds_follow_the_period_within_a_tenth() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", period=15.0), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK"])
            await clock.sleep(3600)
        gaps = [later - earlier for earlier, later in pairwise(source.times)]
        assert min(gaps) >= 13.5 - 1e-6
        assert max(gaps) <= 16.5 + 1e-6
        assert max(gaps) - min(gaps) > 1.0, "no jitter"
        assert 215 <= len(source.asked) <= 266

    run_virtual(scenario())


@pytest.mark.parametrize(("count", "requests"), [(1, 1), (20, 1), (21, 2), (60, 3), (500, 25)])
def test_a_round_takes_no_more_requests_than_batches(count: int, requests: int) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", batch_size=20, spacing=0.5, period=600.0), clock)
        symbols = [f"{code:04d}.HK" for code in range(1, count + 1)]
        async with running(clock, source, requests_per_minute=600) as (scheduler, sink):
            scheduler.set_interest(Topic.QUOTES, symbols)
            await scheduler.wait_idle()
            assert len(source.asked) == requests
            assert sink.symbols == symbols
            assert all(later - earlier >= 0.5 for earlier, later in pairwise(source.times))
            assert scheduler.health["one"].items == count
            assert scheduler.health["one"].requests == requests

    run_virtual(scenario())


def test_new_symbols_are_asked_for_at_once_and_alone() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", period=60.0), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A", "B"])
            await clock.sleep(10)
            scheduler.set_interest(Topic.QUOTES, ["C", "A", "B"])
            await clock.sleep(1)
            scheduler.set_interest(Topic.QUOTES, ["A", "C"])
            await clock.sleep(30)
            assert source.symbols == [("A", "B"), ("C",)]
            assert source.times[1] == pytest.approx(10.0)
            await clock.sleep(30)
            assert source.symbols[2:] == [("A", "C")]

    run_virtual(scenario())


def test_a_late_answer_brings_only_what_is_still_wanted() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", period=60.0), clock, duration=5.0)
        async with running(clock, source) as (scheduler, sink):
            scheduler.set_interest(Topic.QUOTES, ["A", "B"])
            await clock.sleep(1)
            scheduler.set_interest(Topic.QUOTES, ["B", "C"])
            await clock.sleep(5)
            assert sink.symbols == ["B"]
            await clock.sleep(5)
            assert sink.symbols == ["B", "C"]
        assert [request.generation for _, request in source.asked] == [1, 2]

    run_virtual(scenario())


def test_the_same_list_again_is_no_change() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", period=60.0), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A", "A", "B"])
            await scheduler.wait_idle()
            scheduler.set_interest(Topic.QUOTES, ["A", "B"])
            assert not scheduler.busy
            assert len(source.asked) == 1

    run_virtual(scenario())


def test_one_request_in_flight_per_host() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        shared = [
            Scripted(descriptor(name, topic, host="same.test", period=5.0), clock, duration=1.0)
            for name, topic in (("q", Topic.QUOTES), ("f", Topic.HEADLINES), ("g", Topic.HEADLINES))
        ]
        spans: list[tuple[float, float]] = []
        async with running(clock, *shared, requests_per_minute=600) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(60)
        for source in shared:
            assert len(source.asked) > 5
            spans += [(at, at + 1.0) for at in source.times]
        spans.sort()
        assert all(end <= start + 1e-6 for (_, end), (start, _) in pairwise(spans))

    run_virtual(scenario())


def test_a_hung_fetch_is_given_up_in_time() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", timeout=7.0), clock, duration=1e6)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await scheduler.wait_idle()
            assert clock.elapsed() == pytest.approx(7.0)
            health = scheduler.health["one"]
            assert health.state is State.FAILING
            assert health.failure_kind is FailureKind.TIMEOUT
            assert health.failure == "one: no answer within 7 s."
            assert source.in_flight == 0

    run_virtual(scenario())


def test_manual_refresh_asks_now_and_spends_the_budget() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", period=600.0), clock)
        async with running(clock, source, requests_per_minute=30) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await scheduler.wait_idle()
            # A held key: five times a second for a minute.
            for _ in range(300):
                assert scheduler.refresh(Topic.QUOTES) == ("one",)
                await clock.sleep(0.2)
            # 15 at once (half a minute's budget) and 30 in the minute.
            assert 40 <= len(source.asked) <= 46
            left = scheduler.tokens("one.test")
            assert left is not None
            assert left < 1.5

    run_virtual(scenario())


def test_refresh_names_who_will_be_asked() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        one = Scripted(descriptor("one"), clock)
        two = Scripted(descriptor("two", priority=1), clock)
        feed = Scripted(descriptor("feed", Topic.HEADLINES, period=600.0), clock)
        async with running(clock, one, two, feed) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await scheduler.wait_idle()
            assert scheduler.refresh() == ("feed", "one")
            assert scheduler.refresh(Topic.QUOTES) == ("one",)
            assert scheduler.refresh(name="feed") == ("feed",)
            assert scheduler.refresh(name="nobody") == ()
            scheduler.pause("feed")
            assert scheduler.refresh(Topic.HEADLINES) == ()
            await scheduler.wait_idle()
            assert [request.full for _, request in feed.asked] == [False]
            scheduler.resume("feed")
            await scheduler.wait_idle()
            assert scheduler.refresh(name="feed") == ("feed",)
            await scheduler.wait_idle()
            assert feed.asked[-1][1].full

    run_virtual(scenario())


def test_pause_stops_and_resume_asks_at_once() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one"), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await scheduler.wait_idle()
            scheduler.pause("one")
            await clock.sleep(600)
            assert len(source.asked) == 1
            assert scheduler.health["one"].state == "paused"
            assert scheduler.health["one"].countdown(clock.monotonic()) is None
            scheduler.resume("one")
            await scheduler.wait_idle()
            assert len(source.asked) == 2
            assert scheduler.health["one"].state == "idle"

    run_virtual(scenario())


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: RuntimeError("a defect"),
        lambda request: "not a batch",
        lambda request: None,
        lambda request: asyncio.CancelledError(),
        lambda request: ExceptionGroup("several", [ValueError("x")]),
    ],
)
def test_a_plug_in_that_breaks_is_contained(answer: object, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        bad = Scripted(descriptor("bad", Topic.HEADLINES), clock, answer=answer)  # type: ignore[arg-type]
        good = Scripted(descriptor("good"), clock)
        async with running(clock, bad, good) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(300)
            health = scheduler.health["bad"]
            assert health.state == "failing"
            assert health.failure_kind is FailureKind.INTERNAL
            assert health.failure is not None
            assert "see the log" in health.failure
            assert len(good.asked) > 15
            bad.answer = None
            await clock.sleep(3600)
            assert health.state == "idle"
            assert health.failure is None

    run_virtual(scenario())
    assert any(record.exc_info for record in caplog.records)


def test_a_sink_that_refuses_a_batch_is_the_source_s_failure() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one"), clock)

        def refuse(batch: Batch) -> None:
            raise TypeError("nonsense in the batch")

        scheduler = Scheduler([source], clock=clock, sink=refuse)
        task = asyncio.create_task(scheduler.run())
        scheduler.set_interest(Topic.QUOTES, ["A"])
        await scheduler.wait_idle()
        assert scheduler.health["one"].failure_kind is FailureKind.INTERNAL
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    run_virtual(scenario())


def test_cancelling_in_the_middle_of_a_request_leaves_nothing() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", timeout=60.0), clock, duration=30.0)
        feed = Scripted(descriptor("feed", Topic.HEADLINES), clock)
        async with running(clock, source, feed) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(5)
            assert source.in_flight == 1
        assert source.in_flight == 0
        assert (source.closed, feed.closed) == (1, 1)
        assert not scheduler.busy
        # run_virtual itself fails if a task is left.

    run_virtual(scenario())


def test_run_without_sources_waits() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        async with running(clock) as (scheduler, _):
            await clock.sleep(60)
            assert not scheduler.busy
            await scheduler.wait_idle()

    run_virtual(scenario())


def test_idle_is_when_the_first_rounds_are_over() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        sources = [
            Scripted(descriptor("q"), clock, duration=2.0),
            Scripted(descriptor("h", Topic.HISTORY, period=3600.0, batch_size=1), clock),
            Scripted(descriptor("r", Topic.RATINGS, period=1800.0, batch_size=1, spacing=3.0), clock),
            Scripted(descriptor("n", Topic.HEADLINES, period=600.0), clock),
        ]
        async with running(clock, *sources) as (scheduler, _):
            assert scheduler.busy
            scheduler.set_interest(Topic.QUOTES, ["A"])
            scheduler.set_interest(Topic.HISTORY, ["A", "B"])
            scheduler.set_interest(Topic.RATINGS, ["A", "B", "C"])
            await scheduler.wait_idle()
            assert [len(source.asked) for source in sources] == [1, 2, 3, 1]
            assert all(health.state is State.IDLE for health in scheduler.health.values())

    run_virtual(scenario())


def test_close_closes_all_whatever_one_does() -> None:
    class Stubborn(Scripted):
        async def aclose(self) -> None:
            self.closed += 1
            raise RuntimeError("no")

    async def scenario() -> None:
        clock = FakeClock()
        bad, good = Stubborn(descriptor("a"), clock), Scripted(descriptor("b"), clock)
        scheduler = Scheduler([bad, good], clock=clock, sink=lambda batch: None)
        await scheduler.aclose()
        assert (bad.closed, good.closed) == (1, 1)

    run_virtual(scenario())


def test_two_sources_of_one_name_are_refused() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        with pytest.raises(ValueError, match="same name"):
            Scheduler([Scripted(descriptor("a"), clock)] * 2, clock=clock, sink=lambda batch: None)

    run_virtual(scenario())


def test_health_counts_and_rises_in_revision() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one"), clock, duration=0.25)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            before = scheduler.revision
            await clock.sleep(1)
            health = scheduler.health["one"]
            assert scheduler.revision > before
            assert (health.requests, health.octets, health.items) == (1, 100, 1)
            assert health.p50 == pytest.approx(0.25)
            assert health.p99 == pytest.approx(0.25)
            assert health.last_good is not None
            assert (clock.now() - health.last_good).total_seconds() == pytest.approx(0.75)
            countdown = health.countdown(clock.monotonic())
            assert countdown is not None
            assert 12.5 <= countdown <= 15.5
            source.answer = lambda request: Batch(source="one", received=clock.now(), unchanged=True, requests=1)
            await clock.sleep(30)
            assert health.saved >= 1

    run_virtual(scenario())


def test_a_feed_is_asked_without_symbols_and_a_recording_without_budget() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        feed = Scripted(descriptor("feed", Topic.HEADLINES, period=600.0), clock)
        per_symbol = Scripted(descriptor("bysym", Topic.HEADLINES, period=600.0, batch_size=2), clock)
        replay = Scripted(descriptor("replay", Topic.RECORDING, period=0.2, host=""), clock, duration=0.0)
        async with running(clock, feed, per_symbol, replay, requests_per_minute=1) as (scheduler, _):
            scheduler.set_interest(Topic.HEADLINES, ["A", "B"])
            await clock.sleep(10)
        assert feed.symbols == [()]
        assert per_symbol.symbols == [("A", "B")]
        assert len(replay.asked) >= 45

    run_virtual(scenario())


def test_one_bad_batch_does_not_cost_the_others() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("one", batch_size=2), clock)
        second = Scripted(descriptor("two", priority=1), clock)

        def answer(request: Request) -> Batch | BaseException:
            if "B" in request.symbols:
                return fail(FailureKind.MALFORMED)(request)
            return quotes("one", request.symbols)

        source.answer = answer
        async with running(clock, source, second, requests_per_minute=600) as (scheduler, sink):
            scheduler.set_interest(Topic.QUOTES, list("ABCDEF"))
            await scheduler.wait_idle()
            assert sink.symbols[:4] == list("CDEF")
            assert second.symbols == [("A", "B")], "the second stands in for what was lost"
            health = scheduler.health["one"]
            assert health.state is State.IDLE
            assert health.notes == ("2 symbols: it is malformed.",)
            await clock.sleep(60)
            # Behind the others from now on.
            assert source.symbols[3:6] == [("C", "D"), ("E", "F"), ("A", "B")]

    run_virtual(scenario())
