"""Looks at files once a second in a thread of its own, and wakes the event loop only where one has changed.

A look that the loop makes wakes the program each time, though nothing changes for hours: that was half of what it
took while idle. A disk that hangs holds up this thread and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

PERIOD = 0.9
"""Seconds between two looks: what changes is known within one."""

HURRIED = 0.4
"""The same while values come by a file."""


class Lookout:
    """The looks of one program: say what to look at, then ``run``."""

    def __init__(self, name: str, period: Callable[[], float] = lambda: PERIOD) -> None:
        """``period`` gives the seconds until the next look; it is asked in the thread."""
        self._name = name
        self._period = period
        self._files: list[tuple[str, Callable[[], object]]] = []
        self._looks: list[Callable[[], object]] = []

    def watch(self, path: Path, told: Callable[[], object]) -> None:
        """Call ``told`` on the loop when the file is another one, comes or goes; at the first look in any case."""
        self._files.append((str(path), told))

    def each(self, look: Callable[[], object]) -> None:
        """Call ``look`` at each look, in the thread. What it raises is its own affair."""
        self._looks.append(look)

    async def run(self) -> None:
        """Look until cancelled."""
        loop, stopped = asyncio.get_running_loop(), threading.Event()
        threading.Thread(target=self._look_on, args=(loop, stopped), name=self._name, daemon=True).start()
        try:
            await loop.create_future()
        finally:
            stopped.set()

    def _look_on(self, loop: asyncio.AbstractEventLoop, stopped: threading.Event) -> None:
        seen: list[object] = [NEVER] * len(self._files)
        while True:
            for place, (path, told) in enumerate(self._files):
                stamp = stamp_of(path)
                if stamp != seen[place]:
                    seen[place] = stamp
                    try:
                        loop.call_soon_threadsafe(told)
                    except RuntimeError:
                        # The loop has closed: the program ends.
                        return
            for look in self._looks:
                with contextlib.suppress(Exception):
                    look()
            if stopped.wait(self._period()):
                return


NEVER = object()
"""The stamp of a file that was not looked at yet."""


def stamp_of(path: Path | str) -> tuple[int, int, int] | None:
    """Return what is another one after the file was written or replaced, nearly always; ``None`` without a file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - once a second for each file: a path's own way takes twice as long
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
