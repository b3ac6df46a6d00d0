"""What the terminal is sent: at once where it takes it, by a thread where it does not.

Textual hands every piece of a frame (its beginning, the cells, its end) to a thread that writes. Waking it costs more
than writing, on a processor that slept a moment ago several times as much. A terminal is nearly always ready: what is
sent goes to it from the loop, through a description of its own that never waits, so that no key waits either. What it
does not take, because the line is slow or somebody stopped it with ctrl+s, the thread writes in its order.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress
from queue import Queue
from threading import Lock, Thread
from typing import TextIO

FRAME_BEGINS = "\x1b[?2026h"
FRAME_ENDS = "\x1b[?2026l"
"""Synchronised output, as Textual sends it: what is between them the terminal shows at once."""

MAX_QUEUED = 30
"""Pieces that wait for the thread; who writes more waits, as with Textual's own."""


def _never_waiting(fileno: int) -> int | None:
    """Return a descriptor of the terminal behind ``fileno`` that refuses instead of waiting, ``None`` without one.

    ``O_NONBLOCK`` belongs to the open description, which the shell shares: it is set on one of our own.
    """
    try:
        return os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        # No terminal, or another person's after ``su``.
        return None


class TerminalWriter(Thread):
    """Takes the place of Textual's thread that writes."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(daemon=True, name="textual-output")
        self._file = file
        self._fileno = file.fileno()
        self._direct = _never_waiting(self._fileno)
        self._turn = Lock()
        self._held = ""
        self._queue: Queue[bytes | None] = Queue(MAX_QUEUED)
        self._left = 0
        """Pieces given to the thread."""
        self._written = 0
        """Pieces that it wrote."""
        self._gone = False

    @property
    def behind(self) -> bool:
        """Whether the terminal has not yet taken all that it was sent."""
        return self._left != self._written

    def write(self, text: str) -> None:
        """Send ``text``; the pieces of a frame go together."""
        with self._turn:
            self._held += text
            if not self._held.startswith(FRAME_BEGINS) or text.endswith(FRAME_ENDS):
                self._send()

    def _send(self) -> None:
        data = self._held.encode(self._file.encoding, "replace")
        self._held = ""
        rest = data[self._at_once(data) :]
        if rest and not self._gone:
            self._left += 1
            self._queue.put(rest)

    def _at_once(self, data: bytes) -> int:
        """Send what the terminal takes now; return how much that was."""
        if self._direct is None or self.behind or self._gone:
            return 0
        try:
            return os.write(self._direct, data)
        except BlockingIOError:
            return 0
        except OSError:
            self._gone = True
            return 0

    def run(self) -> None:
        """Write what was left to the thread; once the terminal is gone, drop it.

        Textual's thread ends with the first error of a write. Its queue is bounded, so the main thread then waits for
        room in it for ever and the program outlives its closed terminal.
        """
        while (data := self._queue.get()) is not None:
            rest = memoryview(data)
            while rest and not self._gone:
                try:
                    rest = rest[os.write(self._fileno, rest) :]
                except BlockingIOError:
                    # Whoever started the program left the terminal so that it refuses.
                    select.select([], [self._fileno], [], 1.0)
                except OSError:
                    self._gone = True
            self._written += 1

    def stop(self) -> None:
        """Write what is left, and end."""
        with self._turn:
            self._send()
        self._queue.put(None)
        self.join()
        if self._direct is not None:
            with suppress(OSError):
                os.close(self._direct)
            self._direct = None
