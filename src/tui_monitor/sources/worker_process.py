"""A library in a process of its own: started with the first question, ended when idle, replaced when it hangs.

What is slow to import, large, or holds the interpreter's lock for long runs there: no key waits for it, and its
memory goes back with it. Questions are answered one after the other.
"""

from __future__ import annotations

import asyncio

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.child_process import IDLE_LIMIT, Child


class WorkerProcess:
    """Runs ``module`` by ``python -m`` and asks it. Belongs to one event loop."""

    def __init__(self, module: str, title: str, *, idle_limit: float = IDLE_LIMIT) -> None:
        """``title`` names it in what is said of its failures."""
        self._title = title
        self._child = Child(module, idle_limit)

    @property
    def pid(self) -> int | None:
        """The process id, ``None`` while there is none."""
        return self._child.pid

    async def ask(self, question: bytes, *, timeout: float) -> bytes:
        """Return the answer to ``question``. Raises ``SourceError``: ``UNAVAILABLE`` where no process can be started,
        ``TIMEOUT`` after ``timeout`` seconds, ``INTERNAL`` where it broke off."""
        async with self._child.turn():
            return await self._ask(question, timeout)

    async def aclose(self) -> None:
        """End the process. May be called twice; a later question would start another."""
        await self._child.aclose()

    async def _ask(self, question: bytes, timeout: float) -> bytes:
        try:
            process = await self._child.started()
        except (OSError, ValueError) as error:
            raise SourceError(FailureKind.UNAVAILABLE, f"No process can be started for {self._title}.") from error
        try:
            async with asyncio.timeout(timeout):
                return await self._child.exchange(process, question)
        except TimeoutError:
            await self._child.end()
            raise SourceError(FailureKind.TIMEOUT, f"{self._title} gave no answer within {timeout:g} s.") from None
        except (OSError, EOFError) as error:
            await self._child.end()
            raise SourceError(FailureKind.INTERNAL, f"{self._title} broke off; it is started anew.") from error
        except asyncio.CancelledError:
            self._child.end_soon()
            raise
