"""One request to a source: within its host's turn, budget and back-off, within its time, and contained."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.engine.clock import Clock
from tui_monitor.engine.health import SourceHealth, day_of
from tui_monitor.engine.hosts import Host
from tui_monitor.engine.interest import Interest
from tui_monitor.sources.api import Batch, Request, Source

log = logging.getLogger(__name__)

SHORTEST_SLEEP = 0.001
"""Seconds: rounding can leave a target a hair ahead of the clock, and a wait of nothing would spin."""


class Asker:
    """Sends the requests of one source and delivers the answers."""

    def __init__(
        self,
        source: Source,
        host: Host,
        health: SourceHealth,
        *,
        clock: Clock,
        interest: Interest,
        deliver: Callable[[Batch], object],
    ) -> None:
        self.last_attempt = float("-inf")
        """``clock.monotonic()`` at which the last request went out."""
        self._source = source
        self._descriptor = source.descriptor
        self._host = host
        self._health = health
        self._clock = clock
        self._interest = interest
        self._deliver = deliver

    async def ask(self, symbols: tuple[str, ...], *, full: bool) -> Batch | None:
        """Ask once and deliver the answer; ``None`` if the host is in back-off by now. Raises ``SourceError``."""
        while True:
            async with self._host.lock:
                now = self._clock.monotonic()
                if self._host.blocked(now):
                    return None
                wait = self._host.wait(now)
                if wait <= 0:
                    self._host.take(now)
                    return await self._fetch(symbols, full)
            await self._clock.sleep(max(SHORTEST_SLEEP, wait))

    async def _fetch(self, symbols: tuple[str, ...], full: bool) -> Batch:
        topic, name = self._descriptor.topic, self._descriptor.name
        generation = self._interest.generation(topic)
        request = Request(symbols=symbols, generation=generation, full=full)
        begun = self.last_attempt = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._descriptor.timeout):
                batch = await self._source.fetch(request)
            if not isinstance(batch, Batch):
                raise TypeError(f"fetch returned {type(batch).__name__}, not a Batch")
            self._deliver(self._interest.still_wanted(topic, batch, generation))
        except SourceError as error:
            self._failed(error)
            raise
        except TimeoutError as cause:
            late = SourceError(FailureKind.TIMEOUT, f"{name}: no answer within {self._descriptor.timeout:g} s.")
            self._failed(late)
            raise late from cause
        except asyncio.CancelledError as cause:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise self._contained(cause) from cause
        except Exception as cause:  # a plug-in is contained: whatever it raises ends its round only
            raise self._contained(cause) from cause
        now = self._clock.monotonic()
        self._health.latencies.append(now - begun)
        self._health.count(
            day_of(self._clock.now()),
            requests=batch.requests,
            octets=batch.octets,
            saved=batch.unchanged,
            octets_saved=batch.octets_saved,
        )
        self._host.charge(batch.requests - 1, now)
        self._host.answered(name)
        return batch

    def _contained(self, cause: BaseException) -> SourceError:
        name = self._descriptor.name
        log.error("source %s failed in its own code", name, exc_info=cause)
        error = SourceError(
            FailureKind.INTERNAL, f"{name}: an error in the source itself ({type(cause).__name__}); see the log."
        )
        self._failed(error)
        return error

    def _failed(self, error: SourceError) -> None:
        """Take in at once what a failure means for the host, before the next source may ask it."""
        now = self._clock.monotonic()
        self._health.count(day_of(self._clock.now()), requests=1)
        if error.kind is FailureKind.RATE_LIMITED:
            self._host.limited(self._descriptor.name, error.retry_after, now)
        elif error.retry_after is not None:
            self._host.hold(error.retry_after, now)
