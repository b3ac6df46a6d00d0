"""The feeds' reader as the program sees it: a worker process, started when needed and ended when idle.

Why a process and not a thread (``benchmarks/feed_reading.py``, two cores, 100 feeds of 1,000 items, 35 MB): while a
thread reads, the event loop is late by 5 ms at the median and 14 to 16 ms at p99, since both want the interpreter's
lock; with the process it is late by 0.1 and 1.5 to 4 ms, for the same 6 to 8 s that the round takes. The process has
25 MB at its peak, and only while there is something to read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.child_process import end_child, start_child
from tui_monitor.sources.daemon_thread import in_daemon_thread
from tui_monitor.sources.feed_parsing import ParsedFeed
from tui_monitor.sources.feed_worker import LENGTH, Answer, Job, Setup, annotator, answer

log = logging.getLogger(__name__)

TIME_LIMIT = 5.0
"""Seconds for one body; the worker is ended when it needs more."""

IDLE_LIMIT = 60.0
"""Seconds without work after which the worker is ended and its memory given back."""

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer."""

_ENCODER = msgspec.msgpack.Encoder()
_ANSWERS = msgspec.msgpack.Decoder(Answer)


class FeedReader:
    """Reads bodies one after the other, outside of this process. Belongs to one event loop."""

    def __init__(self, setup: Setup, *, time_limit: float = TIME_LIMIT, idle_limit: float = IDLE_LIMIT) -> None:
        self._setup = setup
        self._time_limit = time_limit
        self._idle_limit = idle_limit
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._unable = False
        """No process can be started here; a thread reads instead."""

    @property
    def pid(self) -> int | None:
        """The worker's process id, ``None`` while there is none."""
        return self._process.pid if self._process is not None else None

    async def read(self, job: Job) -> ParsedFeed:
        """Return what ``job`` brings. Raises ``SourceError``; a body that takes too long is ``MALFORMED``."""
        async with self._turn:
            self._stop_idle_timer()
            try:
                reply = await self._ask(job)
            finally:
                self._start_idle_timer()
        if reply.parsed is None:
            raise SourceError(reply.kind or FailureKind.INTERNAL, reply.reason)
        return reply.parsed

    async def aclose(self) -> None:
        """End the worker. May be called twice; a later ``read`` would start another."""
        self._stop_idle_timer()
        await self._end()
        if self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)

    async def _ask(self, job: Job) -> Answer:
        process = self._process
        if process is None or process.returncode is not None:
            process = await self._start()
        if process is None:
            return await self._in_thread(job)
        try:
            async with asyncio.timeout(self._time_limit):
                return await self._exchange(process, job)
        except TimeoutError:
            await self._end()
            raise SourceError(
                FailureKind.MALFORMED, f"refused: the feed could not be read within {self._time_limit:g} s"
            ) from None
        except (OSError, EOFError, msgspec.DecodeError) as error:
            await self._end()
            log.warning("the reader of feeds broke off", exc_info=True)
            raise SourceError(FailureKind.INTERNAL, "the reader of feeds broke off; it is started anew") from error
        except asyncio.CancelledError:
            # Its answer would be taken for that of the next body.
            self._kill()
            raise

    async def _exchange(self, process: asyncio.subprocess.Process, job: Job) -> Answer:
        assert process.stdin is not None
        assert process.stdout is not None
        self._send(process.stdin, _ENCODER.encode(job))
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        if length > MAX_ANSWER:
            raise EOFError("an answer without measure")
        return _ANSWERS.decode(await process.stdout.readexactly(length))

    @staticmethod
    def _send(pipe: asyncio.StreamWriter, frame: bytes) -> None:
        pipe.write(LENGTH.pack(len(frame)))
        pipe.write(frame)

    async def _start(self) -> asyncio.subprocess.Process | None:
        if self._unable or not sys.executable:
            return None
        try:
            process = await start_child("tui_monitor.sources.feed_worker")
        except OSError:
            log.warning("no process can be started for reading feeds; a thread does it", exc_info=True)
            self._unable = True
            return None
        self._process = process
        assert process.stdin is not None
        self._send(process.stdin, _ENCODER.encode(self._setup))
        return process

    async def _in_thread(self, job: Job) -> Answer:
        def work() -> Answer:
            return answer(job, annotator(self._setup))

        return await in_daemon_thread(work, name="read feed")

    # Ending

    def _start_idle_timer(self) -> None:
        self._stop_idle_timer()
        if self._process is not None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_limit, self._on_idle)

    def _stop_idle_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _on_idle(self) -> None:
        self._idle = None
        if not self._turn.locked():
            task = asyncio.get_running_loop().create_task(self._end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            task = asyncio.get_running_loop().create_task(self._end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        await end_child(process)
