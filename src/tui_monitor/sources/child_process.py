"""A module of the program's in a child process that is asked through pipes: how it starts and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

from tui_monitor.sources.frames import LENGTH

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer."""

IDLE_LIMIT = 60.0
"""Seconds without a question after which the process is ended and its memory given back."""

PIECE = 65_536
"""Bytes read at a time of what is thrown away."""


async def start_child(module: str) -> asyncio.subprocess.Process:
    """Start ``python -m module`` with both pipes open.

    Raises ``OSError`` or ``ValueError`` where no process can be started.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        # Not the folder where the program was started: it may hold a ``struct.py`` of somebody's.
        "-P",
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Keys that the terminal turns into signals are for the screen's process alone.
        start_new_session=True,
        limit=1 << 20,
    )


async def end_child(process: asyncio.subprocess.Process) -> None:
    """Kill ``process`` and wait until it is gone, whatever it still has to say.

    ``wait`` alone may wait for ever: asyncio stops reading a pipe whose reader has enough in hand, and only a pipe
    that is read to its end counts as closed.
    """
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(OSError):
        if process.stdout is not None:
            while await process.stdout.read(PIECE):
                pass
        await process.wait()


class Child:
    """The process of one module: started when it is wanted, ended when idle. Belongs to one event loop."""

    def __init__(self, module: str, idle_limit: float = IDLE_LIMIT) -> None:
        self._module = module
        self._idle_limit = idle_limit
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The process id, ``None`` while there is none."""
        return self._process.pid if self._process is not None else None

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Have the process for one question; the time without any begins when it is answered."""
        async with self._turn:
            self._stop_idle_timer()
            try:
                yield
            finally:
                if self._process is not None:
                    self._idle = asyncio.get_running_loop().call_later(self._idle_limit, self._on_idle)

    async def started(self, first: bytes | None = None) -> asyncio.subprocess.Process:
        """Return the process; one that is new is sent the frame ``first``. Raises as ``start_child`` does."""
        if self._process is None or self._process.returncode is not None:
            self._process = await start_child(self._module)
            if first is not None:
                _send(self._process, first)
        return self._process

    @staticmethod
    async def exchange(process: asyncio.subprocess.Process, question: bytes) -> bytes:
        """Return the answer to ``question``. Raises ``OSError`` or ``EOFError`` where the process broke off."""
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process, question)
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        if length > MAX_ANSWER:
            raise EOFError("an answer without measure")
        return await process.stdout.readexactly(length)

    async def end(self) -> None:
        """End the process, if there is one, and wait until it is gone."""
        process, self._process = self._process, None
        if process is not None:
            await end_child(process)

    def end_soon(self) -> None:
        """The same without waiting: for who is cancelled, whose answer would be taken for that of the next question."""
        task = asyncio.get_running_loop().create_task(self.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def aclose(self) -> None:
        """End the process. May be called twice; a later question would start another."""
        self._stop_idle_timer()
        await self.end()
        if self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)

    def _stop_idle_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _on_idle(self) -> None:
        self._idle = None
        if not self._turn.locked():
            self.end_soon()


def _send(process: asyncio.subprocess.Process, frame: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(LENGTH.pack(len(frame)))
    process.stdin.write(frame)
