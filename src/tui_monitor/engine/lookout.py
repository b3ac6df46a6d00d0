"""Looks at files in a thread of its own, and wakes the event loop only where one has changed.

A look that the loop makes wakes the program each time, though nothing changes for hours: that was half of what it
took while idle. A disk that hangs holds up this thread and nothing else. Where the kernel tells of what is written
(``engine.file_events``) the thread sleeps until then; elsewhere it looks once a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.engine.file_events import FileEvents

PERIOD = 0.9
"""Seconds between two looks: what changes is known within one."""

PAUSE = 0.5
"""Seconds between two looks at the least where the kernel tells."""

SETTLING = 0.1
"""Seconds from the kernel's word to the look: who writes a file empties it first."""

ASSURED = 20.0
"""Seconds between two looks where the kernel tells and nothing was told."""


class Lookout:
    """The looks of one program: say what to look at, then ``run``."""

    def __init__(
        self,
        name: str,
        period: Callable[[], float] = lambda: PERIOD,
        *,
        pause: Callable[[], float] = lambda: PAUSE,
        told_by_kernel: bool = True,
    ) -> None:
        """Both are asked in the thread.

        ``period`` gives the seconds until the next look, ``pause`` those until the next one where the kernel tells
        when to look: a file that is written all the time is not to be looked at all the time.
        """
        self._name = name
        self._period = period
        self._pause = pause
        self._told_by_kernel = told_by_kernel
        self._files: list[tuple[str, Callable[[], object]]] = []
        self._looks: list[tuple[Callable[[], object], Callable[[], object]]] = []
        self._paths: list[str] = []

    def watch(self, path: Path, told: Callable[[], object]) -> None:
        """Call ``told`` on the loop when the file is another one, comes or goes; at the first look in any case."""
        self._files.append((str(path), told))

    def each(self, look: Callable[[], object], told: Callable[[], object], path: Path) -> None:
        """Call ``look`` at each look, in the thread, and ``told`` on the loop where it says yes.

        ``path`` is the file that it looks at. What it raises is its own affair.
        """
        self._looks.append((look, told))
        self._paths.append(str(path))

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        reader, writer = os.pipe()
        threading.Thread(target=self._look_on, args=(loop, reader), name=self._name, daemon=True).start()
        try:
            await loop.create_future()
        finally:
            # The thread reads the end, whenever it comes to it, and closes its own side.
            os.close(writer)

    def _look_on(self, loop: asyncio.AbstractEventLoop, stopped: int) -> None:
        events = self._events() if self._told_by_kernel else None
        seen: list[object] = [NEVER] * len(self._files)
        try:
            while True:
                looked = time.monotonic()
                self._look(seen, loop.call_soon_threadsafe)
                if events is None:
                    if _readable(stopped, self._period()):
                        return
                    continue
                try:
                    if _readable(stopped, ASSURED, events):
                        return
                    events.take()
                except OSError:
                    # A folder was taken away, or the kernel tells no more.
                    events.close()
                    events = None
                    continue
                pause = looked + self._pause() - time.monotonic()
                if _readable(stopped, max(pause, SETTLING)):
                    return
        except RuntimeError:
            # The loop has closed: the program ends.
            return
        finally:
            if events is not None:
                events.close()
            os.close(stopped)

    def _events(self) -> FileEvents | None:
        from tui_monitor.engine.file_events import FileEvents

        try:
            return FileEvents([*self._paths, *(path for path, _ in self._files)])
        except (OSError, ImportError):
            return None

    def _look(self, seen: list[object], tell: Callable[[Callable[[], object]], object]) -> None:
        """Look once. What a file's change is told to does not wait for the looks, one of which may hang."""
        for place, (path, told) in enumerate(self._files):
            stamp = stamp_of(path)
            if stamp != seen[place]:
                seen[place] = stamp
                tell(told)
        for look, told in self._looks:
            yes = False
            with contextlib.suppress(Exception):
                yes = bool(look())
            if yes:
                tell(told)


def _readable(stopped: int, seconds: float, events: FileEvents | None = None) -> bool:
    """Wait until the end, until ``events`` has something to tell, or for ``seconds``; return whether it is the end."""
    poll = select.poll()
    poll.register(stopped)
    if events is not None:
        poll.register(events, select.POLLIN)
    return any(number == stopped for number, _ in poll.poll(max(0.0, seconds) * 1000))


NEVER = object()
"""The stamp of a file that was not looked at yet."""


def stamp_of(path: Path | str) -> tuple[int, int, int] | None:
    """Return what is another one after the file was written or replaced, nearly always; ``None`` without a file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - once a second for each file: a path's own way takes twice as long
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
