"""The feeds' reader as the program sees it: a worker process, started when needed and ended when idle.

Why a process and not a thread (``benchmarks/feed_reading.py``, two cores, 100 feeds of 1,000 items, 35 MB): while a
thread reads, the event loop is late by 5 ms at the median and 14 to 16 ms at p99, since both want the interpreter's
lock; with the process it is late by 0.1 and 1.5 to 4 ms, for the same 6 to 8 s that the round takes. The process has
25 MB at its peak, and only while there is something to read.
"""

from __future__ import annotations

import asyncio
import logging
import sys

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.child_process import IDLE_LIMIT, Child
from tui_monitor.sources.daemon_thread import in_daemon_thread
from tui_monitor.sources.feed_worker import Answer, Job, Setup, annotator, answer
from tui_monitor.sources.parsed_feed import ParsedFeed

log = logging.getLogger(__name__)

TIME_LIMIT = 5.0
"""Seconds for one body; the worker is ended when it needs more."""

_ENCODER = msgspec.msgpack.Encoder()
_ANSWERS = msgspec.msgpack.Decoder(Answer)


class FeedReader:
    """Reads bodies one after the other, outside of this process. Belongs to one event loop."""

    def __init__(self, setup: Setup, *, time_limit: float = TIME_LIMIT, idle_limit: float = IDLE_LIMIT) -> None:
        self._setup = setup
        self._time_limit = time_limit
        self._child = Child("tui_monitor.sources.feed_worker", idle_limit)
        self._unable = not sys.executable
        """No process can be started here; a thread reads instead."""

    @property
    def pid(self) -> int | None:
        """The worker's process id, ``None`` while there is none."""
        return self._child.pid

    async def read(self, job: Job) -> ParsedFeed:
        """Return what ``job`` brings. Raises ``SourceError``; a body that takes too long is ``MALFORMED``."""
        async with self._child.turn():
            reply = await self._ask(job)
        if reply.parsed is None:
            raise SourceError(reply.kind or FailureKind.INTERNAL, reply.reason)
        return reply.parsed

    async def aclose(self) -> None:
        """End the worker. May be called twice; a later ``read`` would start another."""
        await self._child.aclose()

    async def _ask(self, job: Job) -> Answer:
        process = await self._started()
        if process is None:
            return await self._in_thread(job)
        try:
            async with asyncio.timeout(self._time_limit):
                return _ANSWERS.decode(await self._child.exchange(process, _ENCODER.encode(job)))
        except TimeoutError:
            await self._child.end()
            raise SourceError(
                FailureKind.MALFORMED, f"refused: the feed could not be read within {self._time_limit:g} s"
            ) from None
        except (OSError, EOFError, msgspec.DecodeError) as error:
            await self._child.end()
            log.warning("the reader of feeds broke off", exc_info=True)
            raise SourceError(FailureKind.INTERNAL, "the reader of feeds broke off; it is started anew") from error
        except asyncio.CancelledError:
            self._child.end_soon()
            raise

    async def _started(self) -> asyncio.subprocess.Process | None:
        if self._unable:
            return None
        try:
            return await self._child.started(_ENCODER.encode(self._setup))
        except OSError:
            log.warning("no process can be started for reading feeds; a thread does it", exc_info=True)
            self._unable = True
            return None

    async def _in_thread(self, job: Job) -> Answer:
        def work() -> Answer:
            return answer(job, annotator(self._setup))

        return await in_daemon_thread(work, name="read feed")
