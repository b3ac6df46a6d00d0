from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.engine.fake_clock import EPOCH, FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, fail, running

from tui_monitor.domain.errors import FailureKind
from tui_monitor.sources.api import Topic

OPENS = EPOCH + timedelta(hours=3)
CLOSES = EPOCH + timedelta(hours=5)


class Exchange:
    """One exchange that opens three hours from the start, for two hours."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    def is_open(self, mic: str | None) -> bool:
        return mic is None or OPENS <= self.clock.now() < CLOSES

    def next_change(self) -> datetime | None:
        now = self.clock.now()
        return OPENS if now < OPENS else CLOSES if now < CLOSES else None


def test_while_markets_are_closed_the_pace_is_idle_and_the_opening_is_met() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        exchange = Exchange(clock)
        source = Scripted(descriptor("q", idle_period=900.0), clock)
        async with running(clock, source, is_open=exchange.is_open, next_change=exchange.next_change) as (
            scheduler,
            _,
        ):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK"])
            await clock.sleep(3 * 3600)
            closed = len(source.asked)
            assert 11 <= closed <= 15
            assert scheduler.health["q"].period == 900.0
            await clock.sleep(5)
            assert len(source.asked) == closed + 1, "a round right after the opening"
            assert source.times[-1] == pytest.approx(3 * 3600 + 1.5, abs=1.01)
            await clock.sleep(3600)
            assert scheduler.health["q"].period == 15.0
            assert 215 <= len(source.asked) - closed <= 270
            await clock.sleep(3600)
            open_rounds = len(source.asked)
            assert any(2 <= at - 5 * 3600 <= 3 or 0.5 <= at - 5 * 3600 <= 2.5 for at in source.times)
            await clock.sleep(3 * 3600)
            assert len(source.asked) - open_rounds <= 15

    run_virtual(scenario())


def test_what_trades_around_the_clock_keeps_the_pace() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        exchange = Exchange(clock)
        source = Scripted(descriptor("q", idle_period=900.0), clock)
        async with running(clock, source, is_open=exchange.is_open, next_change=exchange.next_change) as (
            scheduler,
            _,
        ):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK", "BTC-USD"])
            await clock.sleep(3600)
            assert len(source.asked) > 200

    run_virtual(scenario())


def test_daily_bars_are_asked_for_after_the_session() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        exchange = Exchange(clock)
        source = Scripted(descriptor("h", Topic.HISTORY, period=12 * 3600.0, batch_size=1), clock)
        async with running(clock, source, is_open=exchange.is_open, next_change=exchange.next_change) as (
            scheduler,
            _,
        ):
            scheduler.set_interest(Topic.HISTORY, ["0700.HK", "BTC-USD"])
            await clock.sleep(8 * 3600)
            assert source.symbols == [("0700.HK",), ("BTC-USD",), ("0700.HK",)]
            assert 5 * 3600 + 60 <= source.times[-1] <= 5 * 3600 + 190

    run_virtual(scenario())


@pytest.mark.parametrize("jump", [3600.0, 12 * 3600.0, -3600.0, 86_400.0])
def test_after_a_sleep_or_a_set_clock_everything_asks_again_once(jump: float) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        sources = [Scripted(descriptor("q"), clock)]
        sources += [Scripted(descriptor(f"f{n}", Topic.HEADLINES, period=600.0), clock) for n in range(10)]
        async with running(clock, *sources) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK"])
            await clock.sleep(100)
            before = [len(source.asked) for source in sources]
            clock.offset += jump
            slept_at = clock.elapsed()
            await clock.sleep(5 + 20 + 1)
            after = [len(source.asked) for source in sources]
            assert all(b - a == 1 for a, b in zip(before[1:], after[1:], strict=True)), "each once"
            assert 1 <= after[0] - before[0] <= 3
            first = [next(at for at in source.times if at > slept_at) for source in sources[1:]]
            assert max(first) - min(first) > 5, "spread, not all at one moment"
            await clock.sleep(300)
            assert all(len(source.asked) == b for source, b in zip(sources[1:], after[1:], strict=True))

    run_virtual(scenario())


def test_small_corrections_of_the_clock_change_nothing() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        feed = Scripted(descriptor("f", Topic.HEADLINES, period=600.0), clock)
        async with running(clock, feed):
            await clock.sleep(10)
            for _ in range(30):
                clock.offset += 2.0
                await clock.sleep(10)
            assert len(feed.asked) == 1

    run_virtual(scenario())


def test_a_sleep_counts_towards_the_silence_after_a_429() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("q"), clock, answer=fail(FailureKind.RATE_LIMITED))
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(10)
            source.answer = None
            clock.offset += 3600
            await clock.sleep(5 + 20 + 1)
            assert len(source.asked) == 2
            assert scheduler.health["q"].state == "idle"

    run_virtual(scenario())


def test_a_clock_set_back_does_not_lengthen_the_silence() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("q"), clock, answer=fail(FailureKind.RATE_LIMITED))
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(10)
            source.answer = None
            clock.offset -= 86_400
            await clock.sleep(300)
            assert len(source.asked) == 2
            assert 300 <= source.times[1] - source.times[0] <= 306
            assert scheduler.health["q"].state == "idle"

    run_virtual(scenario())


def test_after_a_long_sleep_histories_count_as_old() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("h", Topic.HISTORY, period=12 * 3600.0, batch_size=1), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.HISTORY, ["A", "B"])
            await clock.sleep(3600)
            clock.offset += 600
            await clock.sleep(60)
            assert len(source.asked) == 2, "ten minutes end no session"
            clock.offset += 9 * 3600
            await clock.sleep(60)
            assert source.symbols[2:] == [("A",), ("B",)]

    run_virtual(scenario())


def test_a_replay_at_high_speed_is_no_jump(caplog: pytest.LogCaptureFixture) -> None:
    class Fast(FakeClock):
        def now(self) -> datetime:
            return self.start + timedelta(seconds=60 * self.elapsed())

    async def scenario() -> None:
        clock = Fast()
        source = Scripted(descriptor("replay", Topic.RECORDING, period=1.0, host=""), clock, duration=0.0)
        async with running(clock, source):
            await clock.sleep(60)
        assert 54 <= len(source.asked) <= 68

    with caplog.at_level("INFO"):
        run_virtual(scenario())
    assert caplog.records == []


def test_a_source_that_claims_no_period_does_not_spin() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        local = Scripted(descriptor("local", Topic.RECORDING, period=0.0, host=""), clock, duration=0.0)
        remote = Scripted(descriptor("remote", period=0.0), clock, duration=0.0)
        async with running(clock, local, remote, requests_per_minute=30) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(60)
        assert len(local.asked) <= 60 / 0.05 + 1
        assert len(remote.asked) <= 15 + 30 + 1

    run_virtual(scenario())
