"""The log: one line an event in a rotating file of the state folder, never anything on the screen."""

from __future__ import annotations

import logging
import os
import re
import time
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from tui_monitor.domain.patterns import lazy

MAX_OCTETS = 2_000_000
"""Bytes of one file; three older ones are kept."""

TAIL_OCTETS = 128 * 1024
"""Bytes at the end of the file that ``tail`` looks at."""

LINE_MARK = " ⏎ "
"""Stands between the lines of a traceback."""

_SECRET = lazy(
    r"((?:crumb|token|apikey|api_key|key|secret|password|cookie|authorization)[\"']?\s*[=:]\s*[\"']?(?:bearer\s+|basic\s+)?)"
    r"[^\s&\"',;)}\]]+(?:;\s*[\w.-]+=[^\s;\"']+)*",
    re.IGNORECASE,
)

_UNSAFE = {
    code: f"\\x{code:02x}"
    for code in (
        *range(32),
        *range(127, 160),
        0x200E,
        0x200F,
        0x2028,
        0x2029,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
}
"""What would move the cursor, change colours or the direction of writing of whoever reads the file in a terminal."""


class _OneLine(logging.Formatter):
    """Writes an event on one line, a traceback's lines behind it; secrets masked, control characters spelt out."""

    converter = time.gmtime  # type: ignore[assignment]
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        lines = masked(super().format(record)).splitlines()
        return LINE_MARK.join(one.rstrip() for one in lines).translate(_UNSAFE)


def masked(text: str) -> str:
    """Return ``text`` with the values of crumbs, keys, tokens, cookies and passwords replaced by stars."""
    return _SECRET.sub(r"\1***", text)


def tail(limit: int = 500) -> list[str]:
    """Return the last events of the file that is logged to, oldest first; none if nothing is logged to a file."""
    path = next((one.path for one in logging.getLogger().handlers if isinstance(one, _Rotating)), None)
    if path is None:
        return []
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_OCTETS))
            lines = file.read(TAIL_OCTETS).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    # What begins in the middle of a line is no event.
    return lines[1:][-limit:] if size > TAIL_OCTETS else lines[-limit:]


class _Rotating(logging.Handler):
    """Opens the rotating file with the first event; most starts have none, and the module behind it takes 3 ms."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._file is None:
            self._file = _rotating_file(self.path)
            self._file.setFormatter(self.formatter)
        self._file.emit(record)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


def _rotating_file(path: Path) -> logging.Handler:
    from logging.handlers import RotatingFileHandler

    class OwnFile(RotatingFileHandler):
        def _open(self) -> TextIOWrapper:
            # Each file after a rotation is the owner's alone as well, from its first moment on.
            handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            return open(handle, "a", encoding="utf-8")  # noqa: PTH123 - from a descriptor; the handler closes it

        def handleError(self, record: logging.LogRecord) -> None:
            """Lose the event: a full disk must not be told over the screen."""

    return OwnFile(path, maxBytes=MAX_OCTETS, backupCount=3, encoding="utf-8", delay=True)


def start_log(path: Path, level: str) -> None:
    """Send everything that is logged to ``path`` (mode 0600), or nowhere if it cannot be written."""
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.setLevel(level.upper())
    handler: logging.Handler
    try:
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        handler = _Rotating(path)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    # The network libraries narrate every request at this level.
    for name in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def tell_log(stream: TextIO) -> None:
    """Send what is logged to ``stream`` as well, a line an event: a service manager keeps it."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_OneLine("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
