"""A library in a process of its own: started with the first question, ended when idle, replaced when it hangs.

What is slow to import, large, or holds the interpreter's lock for long runs there: no key waits for it, and its
memory goes back with it. A question and its answer are frames: four bytes of length, most significant first, and
MessagePack. Questions are answered one after the other.
"""

from __future__ import annotations

import asyncio
import struct

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.child_process import end_child, start_child

LENGTH = struct.Struct(">I")
"""How a frame's length is written."""

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer."""

IDLE_LIMIT = 60.0
"""Seconds without a question after which the process is ended."""


class WorkerProcess:
    """Runs ``module`` by ``python -m`` and asks it. Belongs to one event loop."""

    def __init__(self, module: str, title: str, *, idle_limit: float = IDLE_LIMIT) -> None:
        """``title`` names it in what is said of its failures."""
        self._module = module
        self._title = title
        self._idle_limit = idle_limit
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The process id, ``None`` while there is none."""
        return self._process.pid if self._process is not None else None

    async def ask(self, question: bytes, *, timeout: float) -> bytes:
        """Return the answer to ``question``. Raises ``SourceError``: ``UNAVAILABLE`` where no process can be started,
        ``TIMEOUT`` after ``timeout`` seconds, ``INTERNAL`` where it broke off."""
        async with self._turn:
            self._stop_idle_timer()
            try:
                return await self._exchange(question, timeout)
            finally:
                self._start_idle_timer()

    async def aclose(self) -> None:
        """End the process. May be called twice; a later question would start another."""
        self._stop_idle_timer()
        await self._end()
        if self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)

    async def _exchange(self, question: bytes, timeout: float) -> bytes:
        process = self._process
        if process is None or process.returncode is not None:
            process = await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(timeout):
                process.stdin.write(LENGTH.pack(len(question)))
                process.stdin.write(question)
                await process.stdin.drain()
                (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
                if length > MAX_ANSWER:
                    raise EOFError("an answer without measure")
                return await process.stdout.readexactly(length)
        except TimeoutError:
            await self._end()
            raise SourceError(FailureKind.TIMEOUT, f"{self._title} gave no answer within {timeout:g} s.") from None
        except (OSError, EOFError) as error:
            await self._end()
            raise SourceError(FailureKind.INTERNAL, f"{self._title} broke off; it is started anew.") from error
        except asyncio.CancelledError:
            # Its answer would be taken for that of the next question.
            self._end_soon()
            raise

    async def _start(self) -> asyncio.subprocess.Process:
        try:
            self._process = await start_child(self._module)
        except (OSError, ValueError) as error:
            raise SourceError(FailureKind.UNAVAILABLE, f"No process can be started for {self._title}.") from error
        return self._process

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
            self._end_soon()

    def _end_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self._end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        await end_child(process)
