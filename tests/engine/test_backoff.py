from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, fail, running

from tui_monitor.domain.errors import FailureKind
from tui_monitor.engine import backoff
from tui_monitor.engine.budget import TokenBucket
from tui_monitor.engine.health import State
from tui_monitor.sources.api import Topic


@given(st.floats(0.1, 86_400), st.integers(0, 2**32))
def test_jitter_stays_within_a_tenth(period: float, seed: int) -> None:
    assert 0.9 * period <= backoff.jittered(period, random.Random(seed)) <= 1.1 * period * (1 + 1e-12)


@pytest.mark.parametrize(
    ("strikes", "retry_after", "seconds"),
    [
        (1, None, 300),
        (2, None, 900),
        (3, None, 3600),
        (9, None, 3600),
        (1, 10.0, 300),
        (1, 1200.0, 1200),
        (3, 7200.0, 7200),
        (1, 1e9, 86_400),
        (1, -5.0, 300),
    ],
)
def test_waits_after_429(strikes: int, retry_after: float | None, seconds: float) -> None:
    assert backoff.limited_wait(strikes, retry_after) == seconds


@given(st.integers(1, 200), st.floats(1, 86_400), st.integers(0, 2**32))
def test_a_failing_source_waits_at_least_its_pace_and_at_most_its_period(
    failures: int, period: float, seed: int
) -> None:
    wait = backoff.failure_wait(failures, period, rng=random.Random(seed))
    assert 0.9 * min(period, 60.0) <= wait <= min(3600.0, period)


def test_the_jitter_of_a_back_off_is_full() -> None:
    rng = random.Random(3)
    waits = [backoff.failure_wait(3, 1800.0, rng=rng) for _ in range(2000)]
    assert min(waits) < 60
    assert 460 < max(waits) <= 480
    # Uniform between nothing and 480, and 57 in the mean for what falls below it.
    assert sum(waits) / len(waits) == pytest.approx((57 * 57 + (480 - 57) * (480 + 57) / 2) / 480, rel=0.05)


def test_in_the_end_it_is_one_try_a_period() -> None:
    rng = random.Random(3)
    for failures, period in ((1, 15.0), (5, 600.0), (40, 600.0), (8, 3600.0)):
        waits = [backoff.failure_wait(failures, period, rng=rng) for _ in range(500)]
        assert 0.9 * period <= min(waits) < 0.91 * period
        assert 0.99 * period < max(waits) <= period


def test_bucket_by_a_second_account() -> None:
    rng = random.Random(5)
    bucket = TokenBucket(rate=0.5, burst=15, now=0.0)
    now, taken = 0.0, []
    for _ in range(5000):
        now += rng.expovariate(2.0)
        if bucket.take(now):
            taken.append(now)
    # In no stretch of time more than the burst and what flowed in.
    for start in range(0, len(taken), 7):
        for end in range(start, min(start + 300, len(taken)), 11):
            assert end - start + 1 <= 15 + 0.5 * (taken[end] - taken[start]) + 1e-6
    assert len(taken) >= 15 + 0.5 * now - 2


def test_bucket_waits_exactly_as_long_as_it_says() -> None:
    bucket = TokenBucket(rate=0.25, burst=2, now=10.0)
    assert bucket.take(10.0)
    assert bucket.take(10.0)
    assert not bucket.take(10.0)
    assert bucket.wait(10.0) == pytest.approx(4.0)
    assert not bucket.take(13.9)
    assert bucket.take(14.0)
    assert bucket.wait(5.0) > 0, "a clock that goes back gives nothing"
    bucket.charge(100, 14.0)
    assert bucket.level(14.0) == -2
    assert bucket.wait(14.0) == pytest.approx(12.0)
    bucket.charge(-100, 14.0)
    assert bucket.level(14.0) == -2
    with pytest.raises(ValueError, match="budget"):
        TokenBucket(rate=0, burst=1, now=0)


def test_429_silences_every_source_of_the_host_for_5_15_60_minutes() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        quotes = Scripted(descriptor("q", host="y.test"), clock, answer=fail(FailureKind.RATE_LIMITED))
        feed = Scripted(descriptor("f", Topic.HEADLINES, host="y.test", period=60.0), clock)
        other = Scripted(descriptor("o", Topic.HEADLINES, host="z.test", period=60.0), clock)
        feed.answer = fail(FailureKind.RATE_LIMITED)
        async with running(clock, quotes, feed, other) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(6 * 3600)
            asked = sorted(quotes.times + feed.times)
            gaps = [later - earlier for earlier, later in pairwise(asked)]
            assert 300 <= gaps[0] <= 306
            assert 900 <= gaps[1] <= 906
            assert all(3600 <= gap <= 3606 for gap in gaps[2:])
            assert len(asked) <= 9
            assert len(other.asked) > 300
            assert scheduler.health["q"].state == "limited"
            assert scheduler.health["f"].state == "limited"
            countdown = scheduler.health["f"].countdown(clock.monotonic())
            assert countdown is not None
            assert countdown > 60
            # The person's refresh does not break the silence.
            assert scheduler.refresh() == ("o",)
            assert scheduler.refresh(name="q") == ()
            quotes.answer = feed.answer = None
            await clock.sleep(3700)
            assert scheduler.health["q"].state == "idle"
            assert scheduler.health["f"].state == "idle"
            # Its strikes are forgotten.
            before = len(quotes.asked)
            quotes.answer = fail(FailureKind.RATE_LIMITED)
            await clock.sleep(30)
            limited = quotes.times[before]
            quotes.answer = None
            await clock.sleep(400)
            assert 300 <= quotes.times[before + 1] - limited <= 306

    run_virtual(scenario())


@pytest.mark.parametrize(("retry_after", "least"), [(10.0, 300.0), (1000.0, 1000.0)])
def test_retry_after_is_kept(retry_after: float, least: float) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("q"), clock, answer=fail(FailureKind.RATE_LIMITED, retry_after))
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await scheduler.wait_idle()
            source.answer = None
            await clock.sleep(2000)
            assert least <= source.times[1] - source.times[0] <= least + 6

    run_virtual(scenario())


def test_retry_after_of_a_503_is_kept_by_the_host() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("q", host="y.test"), clock, answer=fail(FailureKind.SERVER, 500.0))
        feed = Scripted(descriptor("f", Topic.HEADLINES, host="y.test", period=60.0), clock)
        async with running(clock, source, feed) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(1)
            assert scheduler.health["q"].state is State.FAILING
            assert scheduler.health["f"].state is State.LIMITED
            assert scheduler.refresh() == ()
            source.answer = None
            await clock.sleep(700)
            assert source.times[1] >= 500
            assert feed.times[0] >= 500

    run_virtual(scenario())


def test_a_failing_source_half_opens_with_one_request() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("q", batch_size=1), clock)
        async with running(clock, source, requests_per_minute=600) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, list("ABCDE"))
            await scheduler.wait_idle()
            for kind in (FailureKind.SERVER, FailureKind.MALFORMED):
                source.answer = fail(kind)
                before = len(source.asked)
                await clock.sleep(3600)
                tries = source.times[before:]
                # After the first failed round, single requests a period apart.
                assert len(tries) <= 3600 / 13.5 + 5
                single = tries[-5:]
                assert all(later - earlier >= 13.5 for earlier, later in pairwise(single))
                source.answer = None
                before = len(source.asked)
                await clock.sleep(600)
                first = source.times[before : before + 5]
                assert first[-1] - first[0] < 1, "the probe answered, so the round goes on"
                await scheduler.wait_idle()
                assert scheduler.health["q"].state is State.IDLE

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (FailureKind.REFUSED, 8 * 3600 / 13.5 + 2),
        (FailureKind.TIMEOUT, 8 * 3600 / 13.5 + 2),
        (FailureKind.SERVER, 8 * 3600 / 13.5 + 2),
        (FailureKind.MALFORMED, 8 * 3600 / 13.5 + 2),
        (FailureKind.UNAUTHORISED, 8 * 3600 / 13.5 + 2),
        (FailureKind.NOT_FOUND, 8 * 3600 / 13.5 + 2),
        (FailureKind.TLS, 8 * 3600 / 13.5 + 2),
        (FailureKind.INTERNAL, 8 * 3600 / 13.5 + 2),
        (FailureKind.RATE_LIMITED, 11),
        (FailureKind.UNAVAILABLE, 1),
    ],
)
def test_no_storm_in_eight_hours_of_failure(kind: FailureKind, most: float) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("q", batch_size=20), clock, answer=fail(kind))
        feed = Scripted(descriptor("f", Topic.HEADLINES, period=600.0), clock, answer=fail(kind))
        async with running(clock, source, feed) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, [f"{code:04d}.HK" for code in range(1, 101)])
            await clock.sleep(8 * 3600)
            assert len(source.asked) <= most
            assert len(feed.asked) <= 8 * 3600 / 540 + 6
            if kind is not FailureKind.UNAVAILABLE:
                assert len(source.asked) >= 8
                assert scheduler.health["q"].failures == len(source.asked) or kind in {
                    FailureKind.MALFORMED,
                    FailureKind.NOT_FOUND,
                    FailureKind.INTERNAL,
                }
        gaps = [later - earlier for earlier, later in pairwise(source.times)]
        # Quotes are never left alone for more than a period, unless the host said so.
        assert max(gaps, default=0) <= (3610 if kind is FailureKind.RATE_LIMITED else 15.5)

    run_virtual(scenario())


def test_a_network_that_comes_and_goes_every_ten_seconds() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        sources = [Scripted(descriptor("q"), clock), Scripted(descriptor("t", priority=1), clock)]
        sources += [Scripted(descriptor(f"f{n}", Topic.HEADLINES, period=600.0), clock) for n in range(8)]
        async with running(clock, *sources) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A", "B"])
            for turn in range(60):
                for source in sources:
                    source.answer = fail(FailureKind.REFUSED) if turn % 2 else None
                await clock.sleep(10)
            assert len(sources[0].asked) <= 600 / 13.5 + 2
            assert len(sources[1].asked) <= 600 / 13.5 + 12
            # At most one try each half minute, and none that was answered is asked before its period.
            assert all(len(feed.asked) <= 20 for feed in sources[2:])
            for source in sources:
                source.answer = None
            await clock.sleep(60)
            assert scheduler.health["q"].state is State.IDLE
            await clock.sleep(600)
            assert all(health.failures == 0 for health in scheduler.health.values())

    run_virtual(scenario())


def test_when_one_source_is_reached_again_the_others_do_not_wait_their_time_out() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        quotes = Scripted(descriptor("q"), clock)
        feeds = [Scripted(descriptor(f"f{n}", Topic.HEADLINES, period=600.0), clock) for n in range(6)]
        for source in (quotes, *feeds):
            source.answer = fail(FailureKind.REFUSED)
        async with running(clock, quotes, *feeds) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(2 * 3600)
            for source in (quotes, *feeds):
                source.answer = None
            await clock.sleep(16.5 + 21)
            assert all(health.state is State.IDLE for health in scheduler.health.values())

    run_virtual(scenario())


def test_answers_that_cost_many_requests_are_paid_for() -> None:
    async def scenario() -> None:
        from msgspec.structs import replace

        clock = FakeClock()
        source = Scripted(descriptor("r", Topic.RATINGS, period=1800.0, batch_size=1), clock)
        source.answer = lambda request: replace(source.good(request), requests=3)
        async with running(clock, source, requests_per_minute=30) as (scheduler, _):
            scheduler.set_interest(Topic.RATINGS, [f"S{n}" for n in range(40)])
            await scheduler.wait_idle()
            # 120 requests, of which 15 at once and the others at one in two seconds.
            assert clock.elapsed() >= (120 - 15 - 3) * 2 * 0.95
            assert scheduler.health["r"].requests == 120

    run_virtual(scenario())
