"""Clocks that jump, a machine that sleeps, a network that comes and goes: right session, right ages, no storm.

The real scheduler, session book, intake and store, on simulated time.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Answer, Scripted, descriptor, fail, running

from tui_monitor.domain.errors import FailureKind
from tui_monitor.domain.freshness import Freshness, freshness
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.session import Phase
from tui_monitor.engine.health import State
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.engine.weekly_hours import ordinary_weeks
from tui_monitor.services.intake import Intake
from tui_monitor.sources.api import Batch, Request, Topic
from tui_monitor.store.latest import LatestStore

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def hk(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG).astimezone(UTC)


@dataclass
class Provider:
    """Answers with the last trade of a market that trades all day; its clock is right whatever ours says."""

    clock: FakeClock
    skew: float = 0.0
    """Seconds by which the true time is ahead of our clock."""
    price: float = 100.0

    def answer(self, request: Request) -> Batch:
        received = self.clock.now()
        truth = received + timedelta(seconds=self.skew)
        state = ordinary_weeks("XHKG", truth.date() - timedelta(days=9), truth.date() + timedelta(days=9)).state_at(
            truth
        )
        assert state.day is not None
        traded = truth if state.phase.trading else state.day.end
        if state.phase is Phase.LUNCH:
            assert state.day.break_start is not None
            traded = state.day.break_start
        # As sources do it: a stamp far ahead of our clock is none.
        stamp = traded if traded <= received + timedelta(minutes=30) else None
        self.price += 0.1
        found = tuple(
            Quote(symbol=one, last=self.price, time=stamp, received=received, source="q") for one in request.symbols
        )
        return Batch(source="q", received=received, quotes=found, requests=1)


@dataclass
class World:
    clock: FakeClock
    book: SessionBook
    store: LatestStore
    source: Scripted
    scheduler: Scheduler
    provider: Provider

    def level(self, symbol: str = "0700.HK") -> Freshness:
        quote = self.store.quote(symbol)
        assert quote is not None
        mic = mic_of(symbol)
        return freshness(quote, self.book.state(mic) if mic else None, self.clock.now(), period=15.0)

    def heard(self) -> float:
        """Return the seconds since the last answer, by the wall clock."""
        quote = self.store.quote("0700.HK")
        assert quote is not None
        return (self.clock.now() - quote.received).total_seconds()

    @property
    def phase(self) -> Phase:
        state = self.book.state("XHKG")
        assert state is not None
        return state.phase


@contextlib.asynccontextmanager
async def world(start: datetime) -> AsyncIterator[World]:
    clock = FakeClock(start)
    book = SessionBook(clock)
    store = LatestStore()
    intake = Intake(store, written=lambda applied: None, home_lines={})
    source = Scripted(descriptor("q", idle_period=300.0), clock)
    provider = Provider(clock)
    source.answer = provider.answer
    async with running(
        clock,
        source,
        taken=intake.take,
        is_open=lambda mic: mic is None or (state := book.state(mic)) is None or state.phase.live,
        next_change=lambda: book.next_change({"XHKG"}),
    ) as (scheduler, _):
        scheduler.set_interest(Topic.QUOTES, ["0700.HK", "9988.HK"])
        yield World(clock, book, store, source, scheduler, provider)


@pytest.mark.parametrize(
    ("start", "asleep", "phase", "day", "live"),
    [
        ("2025-09-17T10:00:00", 3600.0, Phase.MORNING, 17, True),
        ("2025-09-17T11:20:00", 3600.0, Phase.LUNCH, 17, True),
        ("2025-09-17T12:30:00", 3600.0, Phase.AFTERNOON, 17, True),
        ("2025-09-17T15:30:00", 3600.0, Phase.CLOSED, 17, False),
        ("2025-09-17T15:30:00", 17.75 * 3600, Phase.PRE_OPEN, 17, False),
        ("2025-09-17T15:30:00", 18.5 * 3600, Phase.MORNING, 18, True),
        ("2025-09-19T15:30:00", 66.5 * 3600, Phase.MORNING, 22, True),
        ("2025-09-17T10:00:00", -3600.0, Phase.PRE_OPEN, 16, False),
        ("2025-09-17T10:30:00", -1800.0, Phase.MORNING, 17, True),
        ("2025-09-17T10:30:00", -86_400.0, Phase.MORNING, 16, True),
        ("2025-09-17T10:30:00", 365 * 86_400.0, Phase.MORNING, 17, True),
    ],
)
def test_after_a_jump_the_session_is_right_and_the_numbers_soon_are(
    start: str, asleep: float, phase: Phase, day: int, live: bool
) -> None:
    async def scenario() -> None:
        async with world(hk(start)) as one:
            await one.clock.sleep(60)
            assert one.level() is Freshness.FRESH
            asked = len(one.source.asked)
            one.clock.offset += asleep
            if asleep < 0:
                # Nobody slept: our clock was set back, and is wrong from now on.
                one.provider.skew = -asleep
            # At once, before anything is asked: the session is right and what is old is not shown as new.
            assert one.phase is phase
            state = one.book.state("XHKG")
            assert state is not None
            assert state.day is not None
            assert state.day.date.day == day
            assert state.next_change is not None
            assert state.next_change > one.clock.now()
            if live and asleep != -1800.0:
                assert one.level() is not Freshness.FRESH
            await one.clock.sleep(5 + 20 + 2)
            # Within one look, its spread and an answer: all is well again.
            assert one.level() is Freshness.FRESH
            quote = one.store.quote("0700.HK")
            assert quote is not None
            assert quote.last == one.provider.price
            assert -1 <= one.heard() <= 27
            assert len(one.source.asked) - asked <= 4
            assert one.scheduler.health["q"].state is State.IDLE
            before = len(one.source.asked)
            await one.clock.sleep(300)
            assert len(one.source.asked) - before <= 300 / 13.5 + 2
            assert one.level() is Freshness.FRESH

    run_virtual(scenario())


@pytest.mark.parametrize("ahead", [3600.0, 86_400.0, 3650 * 86_400.0])
def test_a_clock_that_was_ahead_is_set_right(ahead: float) -> None:
    async def scenario() -> None:
        async with world(hk("2025-09-17T10:00:00")) as one:
            one.clock.offset, one.provider.skew = ahead, -ahead
            await one.clock.sleep(120)
            assert one.store.quote("0700.HK") is not None
            one.clock.offset, one.provider.skew = 0.0, 0.0
            assert one.phase is Phase.MORNING
            await one.clock.sleep(27)
            assert one.level() is Freshness.FRESH
            assert -1 <= one.heard() <= 27
            quote = one.store.quote("0700.HK")
            assert quote is not None
            assert quote.last == one.provider.price, "it is not held back by the receipts of another time"

    run_virtual(scenario())


def test_many_jumps_in_a_row_are_no_storm() -> None:
    async def scenario() -> None:
        async with world(hk("2025-09-17T10:00:00")) as one:
            await one.clock.sleep(30)
            asked = len(one.source.asked)
            for turn in range(60):
                one.clock.offset += 3600.0 if turn % 2 else -3600.0
                await one.clock.sleep(10)
            # Never more often than twice its own pace.
            assert len(one.source.asked) - asked <= 600 / 7.5 + 2

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("mic", "friday", "monday", "shift"),
    [
        # Winter time begins on Sunday 2 November 2025 in New York, on 26 October in London.
        ("XNYS", datetime(2025, 10, 31, 13, 29, tzinfo=UTC), datetime(2025, 11, 3, 13, 29, tzinfo=UTC), 3600),
        ("XLON", datetime(2025, 10, 24, 6, 59, tzinfo=UTC), datetime(2025, 10, 27, 6, 59, tzinfo=UTC), 3600),
        # Summer time begins on Sunday 8 March 2026 in New York; in Hong Kong never.
        ("XNYS", datetime(2026, 3, 6, 14, 29, tzinfo=UTC), datetime(2026, 3, 9, 14, 29, tzinfo=UTC), -3600),
        ("XHKG", datetime(2025, 10, 24, 0, 59, tzinfo=UTC), datetime(2025, 10, 27, 0, 59, tzinfo=UTC), 0),
    ],
)
def test_daylight_saving_moves_the_session_and_not_our_clock(
    mic: str, friday: datetime, monday: datetime, shift: int
) -> None:
    async def scenario() -> None:
        clock = FakeClock(friday)
        book = SessionBook(clock)
        state = book.state(mic)
        assert state is not None
        assert state.next_change == friday + timedelta(minutes=1)
        clock.offset = (monday - friday).total_seconds()
        state = book.state(mic)
        assert state is not None
        if shift >= 0:
            assert not state.phase.live
            assert state.next_change == monday + timedelta(minutes=1, seconds=shift)
            clock.offset += shift + 61
            state = book.state(mic)
            assert state is not None
        # In summer time the market is open already.
        assert state.phase.live or mic == "XHKG"
        assert state.day is not None
        local = state.day.open.astimezone(
            ZoneInfo({"XNYS": "America/New_York", "XLON": "Europe/London"}.get(mic, "Asia/Hong_Kong"))
        )
        assert (local.hour, local.minute) == {"XNYS": (9, 30), "XLON": (8, 0), "XHKG": (9, 30)}[mic]

    run_virtual(scenario())


@pytest.mark.parametrize("kind", [FailureKind.REFUSED, FailureKind.TIMEOUT])
def test_a_network_that_comes_and_goes_for_ten_minutes(kind: FailureKind) -> None:
    async def scenario() -> None:
        async with world(hk("2025-09-17T10:00:00")) as one:
            await one.clock.sleep(30)
            good: Answer | None = one.source.answer
            asked = len(one.source.asked)
            worst = 0.0
            for turn in range(60):
                one.source.answer = fail(kind) if turn % 2 else good
                for _ in range(10):
                    await one.clock.sleep(1)
                    worst = max(worst, one.heard())
                    # The age that is shown is the true one, and what is old is marked.
                    assert (one.level() is Freshness.FRESH) == (one.heard() <= 35)
                    assert one.level() is not Freshness.STALE
                    assert one.phase is Phase.MORNING
            assert len(one.source.asked) - asked <= 600 / 13.5 + 2, "no storm"
            assert worst > 20, "it was felt"
            one.source.answer = good
            await one.clock.sleep(17)
            assert one.level() is Freshness.FRESH
            assert one.heard() <= 17
            assert one.scheduler.health["q"].failure is None

    run_virtual(scenario())


def test_a_day_without_a_network_ends_within_one_period() -> None:
    async def scenario() -> None:
        async with world(hk("2025-09-17T10:00:00")) as one:
            await one.clock.sleep(30)
            good = one.source.answer
            held = one.store.quote("0700.HK")
            one.source.answer = fail(FailureKind.REFUSED)
            await one.clock.sleep(24 * 3600)
            assert one.store.quote("0700.HK") == held, "the last good number stays"
            assert one.level() is Freshness.STALE
            assert len(one.source.asked) <= 24 * 3600 / 13.5 + 2
            one.source.answer = good
            await one.clock.sleep(16.5 + 1)
            assert one.level() is Freshness.FRESH

    run_virtual(scenario())
