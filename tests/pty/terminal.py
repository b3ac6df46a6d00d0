"""A terminal for tests: the real program in a pty, its output read through a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

PATIENCE = 25.0
"""Seconds to wait for something to appear before a test fails."""


def trade_all_day(home: Path) -> None:
    """Let Hong Kong trade around the clock, so that a test sees the same whenever it runs."""
    today = datetime.now(UTC).date()
    days = [f'"{today + timedelta(days=one)}" = "00:00-23:59"' for one in (-1, 0, 1)]
    folder = home / "config"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["[sessions.XHKG]", *days, ""]))


class Terminal:
    """Runs ``tui-monitor`` with arguments in a pty of a size; ``screen`` is what a person would see."""

    def __init__(
        self,
        *arguments: str,
        home: Path,
        size: tuple[int, int] = (120, 40),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.columns, self.rows = size
        self.screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.config = home / "config"
        self.state = home / "state"
        variables = {
            "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color",
            "COLORTERM": "truecolor", "PYTHONDONTWRITEBYTECODE": "1",
            "TUI_MONITOR_CONFIG_DIR": str(self.config), "TUI_MONITOR_STATE_DIR": str(self.state),
            **(environment or {}),
        }  # fmt: skip
        self.status: int | None = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execve(sys.executable, [sys.executable, "-m", "tui_monitor", *arguments], variables)
            finally:
                os._exit(127)
        self.resize(self.columns, self.rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        if self.fd >= 0:
            os.close(self.fd)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def send(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self.fd)
        self.fd = -1

    def read(self, seconds: float) -> bytes:
        """Take in what comes within ``seconds``, at least until nothing comes for a moment."""
        taken = b""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self.fd], [], [], min(left, 0.05))
            if not ready:
                continue
            try:
                chunk = os.read(self.fd, 65536)
            except OSError:
                break
            if not chunk:
                break
            taken += chunk
            self._stream.feed(chunk)
        self.raw += taken
        return taken

    @property
    def lines(self) -> list[str]:
        # A read may end between the two halves of a wide character that is being written over; pyte's own ``display``
        # fails there, where a terminal shows a blank.
        columns = range(self.columns)
        rows = (self.screen.buffer[row] for row in range(self.rows))
        return ["".join(row[column].data for column in columns).rstrip() for row in rows]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait(self, *words: str, seconds: float = PATIENCE) -> str:
        """Wait until all ``words`` are on the screen."""
        return self.wait_until(lambda text: all(word in text for word in words), f"{words}", seconds)

    def wait_until(self, condition: Callable[[str], bool], what: str, seconds: float = PATIENCE) -> str:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.1)
            if condition(self.text):
                return self.text
        raise AssertionError(f"{what} did not appear in {seconds} s:\n{self.text}\n--- raw end: {self.raw[-400:]!r}")

    def ended(self, seconds: float) -> int:
        """Wait for the end of the program; return its exit code, negative for a signal."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
            if self.fd >= 0:
                self.read(0.05)
            else:
                time.sleep(0.02)
        raise AssertionError(f"the program still runs after {seconds} s")
