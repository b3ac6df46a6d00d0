"""Bytes of a terminal as they come: whole, in pieces, meaningless; and a program that sleeps between them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.pty.terminal import Terminal
from tests.pty.test_program import NO_NETWORK


def typed(terminal: Terminal, data: bytes) -> None:
    os.write(terminal.fd, data)


def test_keys_in_pieces_a_lone_escape_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    with Terminal("demo", "--at", "11:18", home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("DEMO", "Baidu")
        typed(terminal, b"?")
        terminal.wait("panel.zoom")
        # No byte follows: the program has to find out by itself that this was the key.
        typed(terminal, b"\x1b")
        terminal.wait_until(lambda text: "panel.zoom" not in text, "the help has closed")
        typed(terminal, b"\xff\xfe\x80\xe9")
        typed(terminal, b"i")
        terminal.wait("Sources")
        typed(terminal, b"\x1b")
        terminal.wait("Watchlist", "Headlines", "Rating changes", "KOSPI")
        typed(terminal, b"a")
        terminal.wait("Enter adds")
        # One character whose bytes come one at a time, as over a slow line.
        for byte in "騰".encode():
            typed(terminal, bytes([byte]))
            terminal.read(0.05)
        terminal.wait("Tencent Music", "Enter adds")
        typed(terminal, b"\x1b")
        terminal.wait_until(lambda text: "Enter adds" not in text, "the line has closed")
        typed(terminal, b"q")
        assert terminal.ended(5) == 0


def test_no_thread_looks_for_input_that_is_not_there(tmp_path: Path) -> None:
    with Terminal("demo", "--at", "11:18", home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("DEMO", "Baidu")
        typed(terminal, b" ")
        terminal.wait("Paused")
        terminal.read(2.0)
        before = _waits(terminal.pid)
        started = time.monotonic()
        terminal.read(4.0)
        after, seconds = _waits(terminal.pid), time.monotonic() - started
        # Textual's own thread waits ten times a second; whose thread it is cannot be told from outside.
        paces = {thread: (after[thread] - before[thread]) / seconds for thread in after if thread in before}
        assert not [pace for thread, pace in paces.items() if thread != terminal.pid and 6.0 < pace < 12.0], paces
        typed(terminal, b"q")
        assert terminal.ended(5) == 0


def _waits(pid: int) -> dict[int, int]:
    """Return how often each thread went to wait."""
    found = {}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        line = next(
            one for one in (thread / "status").read_text().splitlines() if one.startswith("voluntary_ctxt_switches")
        )
        found[int(thread.name)] = int(line.split()[1])
    return found
