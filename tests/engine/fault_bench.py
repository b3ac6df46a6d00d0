"""One real source with the real scheduler, intake and store behind it, and what must hold while its server fails."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from tests.contract.source_cases import CASES, NOW, Stand
from tests.engine.stepped_clock import Counted, SteppedClock
from tests.servers.distort import Lie, distort
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer
from tests.servers.market import Market

from tui_monitor.domain.errors import FailureKind
from tui_monitor.domain.freshness import Freshness, freshness
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.text import clean_text
from tui_monitor.engine.backoff import LONGEST_WAIT
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.services.intake import Intake
from tui_monitor.sources.api import SourceContext, Topic
from tui_monitor.sources.registry import build_sources
from tui_monitor.sources.transport import Transport
from tui_monitor.store.latest import LatestStore

HASTE = 1.0
"""Real seconds that a request gets."""

IN_GREAT_HASTE = 0.04
"""The same while every request takes that long: black holes and drips."""

OUTAGE = 1400.0
"""Simulated seconds for which a fault lasts: two periods of the slowest, and beyond what makes a number stale."""

SCREEN_PERIOD = 15.0
"""Seconds between two polls that the screen judges a number's age by."""

SOONER = {
    "yahoo-chart": {"period": 600}, "tencent-daily": {"history_period": 600}, "yahoo-quote": {"period": 600},
    "bls": {"period": 600},
}  # fmt: skip
"""Settings that bring what is asked every few hours into the time of a test."""


class LiveMarket(Market):
    """A market whose time stamps are those of the simulated clock."""

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock
        super().__init__(clock.now())

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @now.setter
    def now(self, value: datetime) -> None:
        pass


@dataclass
class Bench:
    """One source with everything that stands behind it in the program, and its own server."""

    case: Stand
    clock: SteppedClock
    server: LoopbackServer
    source: Counted
    scheduler: Scheduler
    store: LatestStore
    book: SessionBook
    lie: Lie | None = None
    transport: Transport | None = None
    """What it asks through; all benches share one."""

    @property
    def name(self) -> str:
        return self.case.name

    @property
    def health(self) -> SourceHealth:
        return self.scheduler.health[self.name]

    @property
    def period(self) -> float:
        return self.source.descriptor.period

    def asked(self) -> int:
        return len(self.server.asked)

    def values(self) -> dict[str, object]:
        """Return what the screen would read, by name."""
        found: dict[str, object] = {}
        for symbol in self.case.symbols:
            quote, history = self.store.quote(symbol), self.store.history(symbol)
            if quote is not None:
                found[f"quote {symbol}"] = (quote.last, quote.time, quote.previous_close)
            if history is not None:
                found[f"history {symbol}"] = (len(history.bars), history.bars[-1])
        for event in self.store.events():
            found[f"event {event.key}"] = (event.title, event.day, event.moment)
        for headline in self.store.headlines():
            found[f"headline {headline.id}"] = (headline.title, headline.published)
        for rating in self.store.ratings():
            found[f"rating {rating.key}"] = (rating.firm, rating.time, rating.to_grade, rating.target)
        return found

    def assert_sane(self) -> None:
        """Check that nothing absurd has come into the store."""
        for symbol in self.case.symbols:
            quote = self.store.quote(symbol)
            if quote is not None:
                for number in (quote.last, quote.previous_close, quote.high, quote.low, quote.year_high, quote.volume):
                    assert number is None or (math.isfinite(number) and 0 < number < 1e18), (self.name, quote)
                assert quote.time is None or (quote.time - self.clock.now()).total_seconds() <= 1800
                assert quote.currency in {None, "HKD", "CNY", "USD"}
            history = self.store.history(symbol)
            for bar in history.bars if history is not None else ():
                assert math.isfinite(bar.close)
                assert bar.close > 0
        for headline in self.store.headlines():
            assert headline.published is None or headline.published <= self.clock.now()

    def quotes_are_marked(self) -> bool:
        """Whether every quote shows that it has not been heard of for long, where its market trades."""
        for symbol in self.case.symbols:
            quote = self.store.quote(symbol)
            mic = mic_of(symbol)
            state = self.book.state(mic) if mic else None
            if quote is None or state is None or not state.phase.live:
                continue
            if freshness(quote, state, self.clock.now(), period=SCREEN_PERIOD) is Freshness.FRESH:
                return False
        return True

    def install(self) -> None:
        """Put answers on the server that lie while ``lie`` is set."""
        plain = LoopbackServer()
        self.case.install(plain)
        if "/feed" not in plain._routes and "/rss/2.0/headline" not in plain._routes:
            LiveMarket(self.clock).install(plain)
        for path, handler in plain._routes.items():

            def lying(asked: Asked, handler: Callable[[Asked], object] = handler, path: str = path) -> Answer:
                found = handler(asked)
                assert isinstance(found, Answer)
                return found if self.lie is None or path != self.case.path else distort(found, self.lie)

            self.server.route(path, lying)


@contextlib.asynccontextmanager
async def benches(
    folder: Path,
    *,
    tls: bool = False,
    name: str | None = None,
    sooner: bool = True,
    cases: Sequence[Stand] = CASES,
) -> AsyncIterator[list[Bench]]:
    """Give a running bench for each source; ``name`` is the host name to ask by.

    ``sooner`` shortens the longest periods.
    """
    clock = SteppedClock(NOW)
    transport = Transport(user_agent="test", now=clock.now, longest=HASTE)
    await transport.prepare()
    async with contextlib.AsyncExitStack() as stack:
        made: list[Bench] = []
        for case in cases:
            server = await stack.enter_async_context(LoopbackServer(tls=tls, ca_dir=folder))
            url = server.url if name is None else f"http://{name}:{server.port}"
            made.append(_bench(case, server, url, transport, clock, folder, sooner))
        try:
            async with running(made):
                yield made
        finally:
            for one in made:
                await one.scheduler.aclose()
            await transport.aclose()


@contextlib.asynccontextmanager
async def running(made: Sequence[Bench]) -> AsyncIterator[None]:
    """Let the schedulers of benches run; closes no source."""
    tasks = [asyncio.create_task(one.scheduler.run()) for one in made]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _bench(
    case: Stand, server: LoopbackServer, url: str, transport: Transport, clock: SteppedClock, folder: Path, sooner: bool
) -> Bench:
    sources, warnings = build_sources(
        lambda plug_in, table: SourceContext(
            settings=table, transport=transport, now=clock.now, state_dir=folder / case.name / plug_in
        ),
        {case.plug_in: {**case.settings(url), **(SOONER.get(case.name, {}) if sooner else {})}},
        only=[case.plug_in],
    )
    assert warnings == []
    source = Counted(next(one for one in sources if one.descriptor.name == case.name), clock)
    bench = bench_of(case, source, server, clock)
    bench.transport = transport
    bench.install()
    return bench


def bench_of(case: Stand, source: Counted, server: LoopbackServer, clock: SteppedClock) -> Bench:
    """Put ``source`` under a scheduler, an intake and a store of its own."""
    store = LatestStore()
    book = SessionBook(clock)
    intake = Intake(store, written=lambda applied: None, home_lines={})
    scheduler = Scheduler(
        [source],
        clock=clock,
        sink=intake.take,
        is_open=lambda mic: mic is None or (state := book.state(mic)) is None or state.phase.live,
        next_change=lambda: book.next_change({"XHKG"}),
        rng=random.Random(7),
    )
    for topic in Topic:
        scheduler.set_interest(topic, case.symbols)
    return Bench(case, clock, server, source, scheduler, store, book)


async def first_round(made: list[Bench]) -> dict[str, dict[str, object]]:
    """Let every source answer well; return what each has by then."""
    await made[0].clock.advance(40)
    for one in made:
        assert one.health.state is State.IDLE, (one.name, one.health.failure)
        assert one.values(), one.name
        assert one.health.last_good is not None
    return {one.name: one.values() for one in made}


def assert_failing(bench: Bench, held: dict[str, object], kinds: set[FailureKind], began: float, asked: int) -> None:
    """Check what holds while a fault lasts."""
    health, name = bench.health, bench.name
    met = [at for at in bench.source.times if at > began]
    if not met:
        # Not asked since: its period is longer than the fault, or its host is left alone.
        return
    assert health.state in {State.FAILING, State.LIMITED}, (name, health.state)
    assert health.failure_kind in kinds, (name, health.failure_kind, health.failure)
    assert health.failure is not None
    assert len(health.failure) > 15, health.failure
    assert health.failure == clean_text(health.failure)
    assert health.countdown(bench.clock.monotonic()) is not None, name
    assert bench.values() == held, name
    bench.assert_sane()
    # No storm: never sooner than the normal pace, and each try sends a handful of requests at the most.
    pace = min(bench.period, 60.0)
    gaps = [later - earlier for earlier, later in pairwise(met)]
    assert min(gaps, default=pace) >= 0.9 * pace - 1e-6, (name, gaps)
    assert bench.asked() - asked <= 7 * len(met), (name, bench.asked() - asked, len(met))


HELD = 3600.0 + 5.0
"""Seconds for which a host is left alone at the most after 429, and over which its sources then spread."""


def assert_no_long_wait(bench: Bench, most: float | None = None) -> None:
    """Check at the end of a fault that a failing source asks again within its period, or within ``most`` seconds."""
    if bench.health.failure is not None:
        wait = bench.health.countdown(bench.clock.monotonic())
        assert wait is not None, bench.name
        assert wait <= (bench.period if most is None else most), (bench.name, wait)


def assert_recovers(bench: Bench, ended: float, most: float | None = None) -> None:
    """Check that it is well again by now, with new data since one period after the fault ended."""
    health = bench.health
    assert health.state is State.IDLE, (bench.name, health.state, health.failure)
    assert health.failure is None
    assert health.failures == 0
    assert health.last_good is not None
    since = [at for at in bench.source.good if at >= ended]
    # A source that never met the fault goes on at its pace, give or take a tenth.
    assert since, bench.name
    assert since[0] - ended <= (1.1 * bench.period if most is None else most), (bench.name, since[0] - ended)
    bench.assert_sane()


WIRE: dict[Fault, set[FailureKind]] = {
    Fault.EMPTY: {FailureKind.MALFORMED},
    Fault.TRUNCATED: {FailureKind.MALFORMED},
    Fault.CUT: {FailureKind.REFUSED},
    Fault.HTML: {FailureKind.MALFORMED},
    Fault.UNAUTHORISED: {FailureKind.UNAUTHORISED},
    Fault.FORBIDDEN: {FailureKind.UNAUTHORISED},
    Fault.NOT_FOUND: {FailureKind.NOT_FOUND},
    Fault.TOO_MANY: {FailureKind.RATE_LIMITED},
    Fault.TOO_MANY_RETRY: {FailureKind.RATE_LIMITED},
    Fault.SERVER_ERROR: {FailureKind.SERVER},
    Fault.UNAVAILABLE: {FailureKind.SERVER},
    Fault.BLACK_HOLE: {FailureKind.TIMEOUT},
    Fault.SLOW_DRIP: {FailureKind.TIMEOUT},
    Fault.RESET: {FailureKind.REFUSED},
    Fault.ENDLESS: {FailureKind.TOO_LARGE, FailureKind.TIMEOUT},
    Fault.GZIP_BOMB: {FailureKind.TOO_LARGE, FailureKind.TIMEOUT},
    Fault.REDIRECT_LOOP: {FailureKind.REDIRECT},
}


KEEPS_WHAT_IT_HAS = {Lie.WRONG_TYPES, Lie.NAN, Lie.INFINITY, Lie.HUGE, Lie.NEGATIVE, Lie.ZERO, Lie.MISSING, Lie.OTHERS}
"""Lies with which an answer of numbers holds nothing that can be used."""


def no_traceback(caplog: pytest.LogCaptureFixture) -> bool:
    return not [one for one in caplog.records if one.exc_info or one.levelno >= logging.ERROR]


async def outlast(made: list[Bench], kinds: set[FailureKind]) -> None:
    """Let a fault that has just begun last until each met it at the pace that the program has; check, and end it."""
    held, clock = {one.name: one.values() for one in made}, made[0].clock
    began = clock.elapsed()
    before = {one.name: one.asked() for one in made}
    assert all(one.period > 3600 for one in made), "what this test is about"
    await clock.advance(1.2 * max(one.period for one in made))
    for one in made:
        assert_failing(one, held[one.name], kinds, began, before[one.name])
        met = [at for at in one.source.times if at > began]
        assert met, one.name
        # Once every ten minutes or so at first, then once an hour: not one try a minute for half a day.
        assert len(met) <= 12 + (clock.elapsed() - met[0]) / (0.9 * min(one.period, LONGEST_WAIT)), (one.name, len(met))


async def come_back(made: list[Bench], ended: float, most: float | None = None) -> None:
    """Check that each is well within its period, and within an hour where that is longer."""
    for one in made:
        assert_no_long_wait(one, min(one.period, LONGEST_WAIT) if most is None else most)
    waits = [one.health.countdown(one.clock.monotonic()) or 0.0 for one in made if one.health.failures]
    assert waits
    await made[0].clock.advance(max(waits) + 10)
    for one in made:
        assert_recovers(one, ended, max(waits) + 10)
    tries = {one.name: len(one.source.times) for one in made}
    await made[0].clock.advance(1700)
    for one in made:
        assert len(one.source.times) - tries[one.name] <= 1, (one.name, "it goes on at its own pace")
