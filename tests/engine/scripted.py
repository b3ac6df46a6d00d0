"""A source for tests: answers by script, notes every question with its time."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tests.engine.fake_clock import FakeClock

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import DailyBar, DailyHistory
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, Topic

RECEIVED = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)

Answer = Callable[[Request], "Batch | BaseException"]


@dataclass
class Scripted:
    """Answers each request by ``answer``, which may be exchanged while the scheduler runs."""

    descriptor: Descriptor
    clock: FakeClock
    answer: Answer | None = None
    duration: float = 0.1
    asked: list[tuple[float, Request]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    closed: int = 0

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.asked]

    @property
    def symbols(self) -> list[tuple[str, ...]]:
        return [request.symbols for _, request in self.asked]

    async def fetch(self, request: Request) -> Batch:
        self.asked.append((self.clock.elapsed(), request))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.duration:
                await asyncio.sleep(self.duration)
        finally:
            self.in_flight -= 1
        answer = (self.answer or self.good)(request)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def good(self, request: Request) -> Batch:
        name, symbols = self.descriptor.name, request.symbols
        if self.descriptor.topic is Topic.QUOTES:
            return quotes(name, symbols)
        if self.descriptor.topic is Topic.HISTORY:
            bars = (DailyBar(date(2025, 9, 16), 10.0),)
            found = tuple(DailyHistory(symbol=symbol, bars=bars, received=RECEIVED, source=name) for symbol in symbols)
            return Batch(source=name, received=RECEIVED, histories=found, requests=1, octets=10)
        if self.descriptor.topic is Topic.HEADLINES:
            item = Headline(id="1", title="One", source=name, received=RECEIVED)
            return Batch(source=name, received=RECEIVED, headlines=(item,), requests=1, octets=10)
        return Batch(source=name, received=RECEIVED, requests=1)

    async def aclose(self) -> None:
        self.closed += 1


def quotes(name: str, symbols: Sequence[str], missing: Sequence[str] = ()) -> Batch:
    found = tuple(
        Quote(symbol=symbol, last=1.0, received=RECEIVED, source=name) for symbol in symbols if symbol not in missing
    )
    return Batch(
        source=name,
        received=RECEIVED,
        quotes=found,
        missing=tuple(symbol for symbol in symbols if symbol in missing),
        requests=1,
        octets=100,
    )


def fail(kind: FailureKind, retry_after: float | None = None) -> Answer:
    return lambda request: SourceError(kind, f"it is {kind.value}.", retry_after=retry_after)


def lacking(source: Scripted, *missing: str) -> Answer:
    return lambda request: quotes(source.descriptor.name, request.symbols, missing)


def descriptor(name: str, topic: Topic = Topic.QUOTES, **more: Any) -> Descriptor:
    settings: dict[str, Any] = {"host": f"{name}.test", "period": 15.0} | more
    return Descriptor(name=name, topic=topic, **settings)


class Sink(list[Batch]):
    """Where batches go."""

    @property
    def symbols(self) -> list[str]:
        return [quote.symbol for batch in self for quote in batch.quotes]


@contextlib.asynccontextmanager
async def running(
    clock: FakeClock, *sources: Source, seed: int = 1, taken: Callable[[Batch], object] | None = None, **settings: Any
) -> AsyncIterator[tuple[Scheduler, Sink]]:
    """Run a scheduler over ``sources`` and cancel it at the end, as the composition root does.

    What comes goes to ``taken``, or into the list that is given back.
    """
    sink = Sink()
    scheduler = Scheduler(sources, clock=clock, sink=taken or sink.append, rng=random.Random(seed), **settings)
    task = asyncio.create_task(scheduler.run())
    try:
        yield scheduler, sink
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await scheduler.aclose()
