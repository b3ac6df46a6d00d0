"""A clock for the real scheduler over real sockets: time stands while anything is asked, and jumps between timers.

The event loop is the ordinary one, so that httpx and the loopback server work; only the program's own clock is
simulated. Sources are wrapped in ``Counted`` so that the clock knows when nothing is on its way any more.
"""

from __future__ import annotations

import asyncio
import heapq
from datetime import datetime, timedelta

from tui_monitor.sources.api import Batch, Descriptor, Request, Source

TURNS = 40
"""Turns of the event loop after which whatever was woken has gone as far as it can without a socket."""


class SteppedClock:
    """The program's clock. ``offset`` moves the wall clock away from the monotonic one."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.offset = 0.0
        self.in_flight = 0
        self._now = 0.0
        self._serial = 0
        self._timers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._landed = asyncio.Event()

    def monotonic(self) -> float:
        return 1000.0 + self._now

    def elapsed(self) -> float:
        return self._now

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self._now + self.offset)

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._serial += 1
        heapq.heappush(self._timers, (self._now + max(0.0, seconds), self._serial, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass, everything that falls due within them included."""
        target = self._now + seconds
        await self._settle()
        while self._timers and self._timers[0][0] <= target:
            at = self._timers[0][0]
            woken = False
            # What falls due at one moment is woken together, in its order.
            while self._timers and self._timers[0][0] <= at:
                _, _, future = heapq.heappop(self._timers)
                if not future.done():
                    self._now = max(self._now, at)
                    future.set_result(None)
                    woken = True
            if woken:
                await self._settle()
        self._now = max(self._now, target)

    def took_off(self) -> None:
        self.in_flight += 1

    def landed(self) -> None:
        self.in_flight -= 1
        self._landed.set()

    async def _settle(self) -> None:
        """Return when nothing is on its way and nobody who was woken has anything left to do."""
        while True:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if not self.in_flight:
                return
            self._landed.clear()
            await self._landed.wait()


class Counted:
    """A source that tells the clock when it asks, and counts."""

    def __init__(self, source: Source, clock: SteppedClock) -> None:
        self._source = source
        self._clock = clock
        self.times: list[float] = []
        """When it was asked, in seconds since the start."""
        self.good: list[float] = []
        """When an answer came of what it was asked, in the same seconds."""

    @property
    def descriptor(self) -> Descriptor:
        return self._source.descriptor

    async def fetch(self, request: Request) -> Batch:
        self.times.append(self._clock.elapsed())
        self._clock.took_off()
        try:
            batch = await self._source.fetch(request)
            self.good.append(self._clock.elapsed())
            return batch
        finally:
            self._clock.landed()

    async def aclose(self) -> None:
        await self._source.aclose()
