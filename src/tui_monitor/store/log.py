"""The log: one line an event in a rotating file of the state folder, never anything on the screen."""

from __future__ import annotations

import logging
import re
from pathlib import Path

MAX_OCTETS = 2_000_000
"""Bytes of one file; three older ones are kept."""

_SECRET = re.compile(
    r"((?:crumb|token|apikey|api_key|key|password|cookie|authorization)\s*[=:]\s*)[^\s&\"']+", re.IGNORECASE
)


class _OneLine(logging.Formatter):
    """Writes an event on one line, its secrets masked; a traceback follows indented."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        text = _SECRET.sub(r"\1***", text)
        return text.replace("\r", " ").replace("\n", "\n    ")


class _Rotating(logging.Handler):
    """Opens the rotating file with the first event; most starts have none, and the module behind it takes 3 ms."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._file is None:
            from logging.handlers import RotatingFileHandler

            self._file = RotatingFileHandler(
                self._path, maxBytes=MAX_OCTETS, backupCount=3, encoding="utf-8", delay=True
            )
            self._file.setFormatter(self.formatter)
        self._file.emit(record)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


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
