"""A terminal that is gone takes no writes: they are dropped, and nobody waits for them."""

from __future__ import annotations

import io
import threading

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from tui_monitor.tui import textual_private


class Gone(io.StringIO):
    """A terminal that was closed after ``left`` writes."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise OSError(5, "Input/output error")
        return super().write(text)


def _write_all(file: io.StringIO, count: int) -> bool:
    """Write ``count`` texts and stop, in a thread; return whether that came to an end."""
    textual_private.install()
    writer = WriterThread(file)
    writer.start()

    def main() -> None:
        for number in range(count):
            writer.write(f"{number},")
        writer.stop()

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    thread.join(5)
    return not thread.is_alive() and not writer.is_alive()


def test_everything_is_written_while_the_terminal_is_there() -> None:
    file = io.StringIO()
    assert _write_all(file, 3 * MAX_QUEUED_WRITES)
    assert file.getvalue() == "".join(f"{number}," for number in range(3 * MAX_QUEUED_WRITES))


def test_more_than_the_queue_holds_is_dropped_once_the_terminal_is_gone() -> None:
    file = Gone(2)
    assert _write_all(file, 3 * MAX_QUEUED_WRITES)
    assert file.getvalue() == "0,1,"
