"""Blocking calls in daemon threads: imports, name look-ups, reading of certificates.

asyncio's default executor is not used: its threads are joined when the loop closes, so one name look-up that
hangs would keep a person from quitting. A daemon thread that hangs is simply left behind.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(call: Callable[[], T], *, name: str) -> T:
    """Run ``call`` in a thread of its own called ``name`` and return what it returns, or raise what it raises.

    When the waiting task is cancelled the thread runs on unobserved; its outcome is dropped.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def give(result: T) -> None:
        if not outcome.done():
            outcome.set_result(result)

    def fail(error: Exception) -> None:
        if not outcome.done():
            outcome.set_exception(error)

    def run() -> None:
        report: Callable[[], object]
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again in the waiting task.
            caught = error
            report = lambda: fail(caught)  # noqa: E731
        else:
            report = lambda: give(result)  # noqa: E731
        try:
            loop.call_soon_threadsafe(report)
        except RuntimeError:
            # The loop was closed meanwhile: nobody waits any more.
            return

    threading.Thread(target=run, name=name, daemon=True).start()
    return await outcome
