"""What is sent arrives whole and in its order, whatever the terminal does; nobody waits for one that takes nothing."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from tui_monitor.tui.terminal_output import FRAME_BEGINS, FRAME_ENDS, MAX_QUEUED, TerminalWriter

MUCH = 400_000
"""Bytes that no terminal takes at once."""


class Line:
    """A terminal and who sits before it."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.file: TextIO = os.fdopen(self.slave, "w", encoding="utf-8", closefd=False)

    def read(self, seconds: float = 0.3) -> bytes:
        """Return all that comes until nothing comes for ``seconds``."""
        taken = b""
        while select.select([self.master], [], [], seconds)[0]:
            taken += os.read(self.master, 65536)
        return taken

    def hang_up(self) -> None:
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        for one in (self.master, self.slave):
            with contextlib.suppress(OSError):
                os.close(one)


@pytest.fixture
def line() -> Iterator[Line]:
    one = Line()
    yield one
    one.close()


@pytest.fixture
def writer(line: Line) -> Iterator[TerminalWriter]:
    one = TerminalWriter(line.file)
    one.start()
    yield one
    if one.is_alive():
        if line.master >= 0:
            line.read()
        one.stop()


def test_a_terminal_that_is_ready_gets_it_at_once(line: Line, writer: TerminalWriter) -> None:
    for number in range(3 * MAX_QUEUED):
        writer.write(f"{number} 百度,")
        assert not writer.behind
    assert line.read().decode() == "".join(f"{number} 百度," for number in range(3 * MAX_QUEUED))


def test_the_pieces_of_a_frame_go_together(line: Line, writer: TerminalWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    write = os.write

    def noted(descriptor: int, data: bytes) -> int:
        sent.append(bytes(data))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", noted)
    writer.write("before")
    writer.write(FRAME_BEGINS)
    writer.write("cells")
    writer.write("cursor")
    writer.write(FRAME_ENDS)
    monkeypatch.undo()
    assert sent == [b"before", f"{FRAME_BEGINS}cellscursor{FRAME_ENDS}".encode()]
    assert line.read() == b"".join(sent)


def test_nobody_waits_for_a_terminal_that_takes_nothing(line: Line, writer: TerminalWriter) -> None:
    texts = [f"{number}:" + "木" * (MUCH // 3) for number in range(4)]
    started = time.monotonic()
    for text in texts:
        writer.write(text)
    assert time.monotonic() - started < 1
    assert writer.behind
    assert line.read(1.0).decode() == "".join(texts)
    assert not writer.behind
    writer.write("and on")
    assert line.read() == b"and on"


def test_what_is_left_at_the_end_is_written(line: Line, writer: TerminalWriter) -> None:
    writer.write(FRAME_BEGINS)
    writer.write("half a frame")
    writer.stop()
    assert line.read() == f"{FRAME_BEGINS}half a frame".encode()
    assert not writer.is_alive()


def test_the_shells_own_description_still_waits(line: Line, writer: TerminalWriter) -> None:
    writer.write("x")
    assert not fcntl.fcntl(line.slave, fcntl.F_GETFL) & os.O_NONBLOCK


def test_a_description_that_refuses_loses_nothing(line: Line) -> None:
    os.set_blocking(line.slave, False)
    writer = TerminalWriter(line.file)
    writer.start()
    text = "z" * MUCH
    writer.write(text)
    assert line.read(1.5).decode() == text
    writer.stop()


def test_no_terminal_at_all_gets_everything_too() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as file:
        writer = TerminalWriter(file)
        writer.start()
        for number in range(3 * MAX_QUEUED):
            writer.write(f"{number},")
        writer.stop()
    with os.fdopen(reading) as file:
        assert file.read() == "".join(f"{number}," for number in range(3 * MAX_QUEUED))


@pytest.mark.parametrize("behind", [False, True])
def test_a_terminal_that_is_gone_is_told_nothing_more(line: Line, writer: TerminalWriter, behind: bool) -> None:
    writer.write("x" * MUCH if behind else "x")
    line.hang_up()
    started = time.monotonic()
    for number in range(3 * MAX_QUEUED):
        writer.write(f"{number}")
    writer.stop()
    assert time.monotonic() - started < 5
    assert not writer.is_alive()
    assert not writer.behind


def test_it_leaves_no_descriptor_behind(line: Line) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        writer = TerminalWriter(line.file)
        writer.start()
        writer.write("x")
        writer.stop()
    assert len(list(Path("/dev/fd").iterdir())) == before
