"""One heap for all threads, where the C library has a heap for each."""

from __future__ import annotations

import sys

ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's malloc.h: how many heaps threads may take memory from; see mallopt(3)."""


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
