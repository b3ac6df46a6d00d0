"""A program in a pty of its own: what it sends and when, what it costs. Without an emulator, which takes a core."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SIZE = (120, 40)
"""Columns and rows, as in the design's figures."""

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

_CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b.")


class Program:
    """Starts ``argv`` in a pty of 120x40 and reads it."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] = SIZE) -> None:
        self.raw = b""
        self.sent = 0
        """Bytes that it has sent so far."""
        self.exit: int | None = None
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
                os.execve(argv[0], list(argv), dict(environment))
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None and kind is not KeyboardInterrupt:
            sys.stderr.write(f"--- the program's last words: {self.text[-1500:]}\n")
        self.end()

    def end(self) -> None:
        """End the program: gently, then not."""
        if self.exit is not None:
            return
        os.kill(self.pid, signal.SIGTERM)
        until = time.perf_counter() + 5
        while self.exit is None and time.perf_counter() < until:
            self.read(0.02)
            self._reap()
        if self.exit is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.exit = -9
        os.close(self.fd)

    def _reap(self) -> None:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.exit = os.waitstatus_to_exitcode(status)

    # Reading

    def read(self, seconds: float) -> bytes:
        """Return what comes first within ``seconds``."""
        ready, _, _ = select.select([self.fd], [], [], max(0.0, seconds))
        if not ready:
            return b""
        try:
            chunk = os.read(self.fd, 1 << 16)
        except OSError:
            chunk = b""
        if not chunk:
            time.sleep(0.005)
        self.raw += chunk
        self.sent += len(chunk)
        return chunk

    def drain(self, seconds: float) -> bytes:
        """Take in everything for ``seconds``."""
        taken = b""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            taken += self.read(left)
        return taken

    def settle(self, quiet: float, limit: float = 30.0) -> bytes:
        """Take in everything until nothing has come for ``quiet`` seconds."""
        taken = b""
        until = time.perf_counter() + limit
        while time.perf_counter() < until:
            chunk = self.read(quiet)
            if not chunk:
                break
            taken += chunk
        return taken

    def wait(self, condition: Callable[[bytes], bool], limit: float = 30.0) -> float:
        """Wait until what was sent fulfils ``condition``; return the seconds since the start."""
        until = time.perf_counter() + limit
        while time.perf_counter() < until:
            if self.read(0.05) and condition(self.raw):
                return time.perf_counter() - self.started
        raise TimeoutError("what was waited for did not appear")

    def wait_text(self, *words: str, limit: float = 30.0) -> float:
        """Wait until all ``words`` were sent, each in one piece."""
        wanted = [word.encode() for word in words]
        return self.wait(lambda raw: all(word in raw for word in wanted), limit)

    @property
    def text(self) -> str:
        """What was sent without the control sequences."""
        return _CONTROL.sub(b" ", self.raw).decode("utf-8", errors="replace")

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.fd, keys)

    # What it costs

    def family(self) -> list[int]:
        """Return the process ids of the program and its children."""
        parents: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except (OSError, ValueError):
                    continue
        found = [self.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def cpu(self) -> float:
        """Return the seconds of processor time of the program and of its children, living and ended."""
        spent = 0.0
        for pid in self.family():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
            # What ended children took is counted where they were waited for.
            spent += (own + ended) / TICKS
        return spent

    def memory(self) -> float:
        """Return the resident memory of the program itself in MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE / 1e6

    def threads(self) -> int:
        """Return its threads."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def descriptors(self) -> int:
        """Return its open descriptors."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


_ROW = re.compile(rb"\x1b\[(\d+);(\d+)H")


def rows_with(sent: bytes, mark: bytes) -> set[int]:
    """Return the screen rows, from 1, in whose places ``mark`` was sent."""
    pieces = _ROW.split(sent)
    return {int(pieces[at]) for at in range(1, len(pieces) - 2, 3) if mark in pieces[at + 2]}


def places(sent: bytes) -> int:
    """Return how many times the cursor was sent somewhere."""
    return len(_ROW.findall(sent))
