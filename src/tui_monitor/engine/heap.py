"""What the C library keeps of freed memory: one heap for all threads, and what is free in it given back."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from tui_monitor.domain.errors import SourceError
from tui_monitor.engine.blocking import in_thread

ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's malloc.h: how many heaps threads may take memory from; see mallopt(3)."""

FIRST, AGAIN = 12.0, 600.0
"""Seconds until what the start freed is given back, and between two times after it: some ms each, off the loop."""


def share_heap() -> bool:
    """Let threads that start from now on take memory from the first heap; return whether that is so.

    What is free in the heap of one thread is of no use to another, and a thread that fetched a module or an answer
    once keeps its own. Threads of Python run one at a time: they do not wait for each other here.
    """
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None).mallopt(ARENA_MAX, 1))
    except (ImportError, OSError, AttributeError):
        # Another C library, such as musl, which has one heap anyway.
        return False


def give_back() -> bool:
    """Give the system back what is free in the heap; return whether the C library can; see malloc_trim(3)."""
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
    except (ImportError, OSError, AttributeError):
        return False
    return True


async def stay_small(first: float = FIRST, again: float = AGAIN) -> None:
    """Give back what is free now and then, until cancelled or where the C library cannot."""
    wait = first
    while True:
        await asyncio.sleep(wait)
        wait = again
        with suppress(SourceError, RuntimeError):  # a thread that had no turn in time, or could not be started
            if not await in_thread(give_back, timeout=10.0, name="give-back"):
                return
