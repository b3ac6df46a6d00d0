"""What is remembered of feeds between requests and runs: validators, where they moved, what a body was.

One small JSON file in the state folder. Losing it costs one unconditional round and nothing else, so it is read
forgivingly and written without haste: some seconds after a change, and at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from pathlib import Path

import msgspec

from tui_monitor.config.paths import make_private
from tui_monitor.sources.daemon_thread import in_daemon_thread

log = logging.getLogger(__name__)

FILE_NAME = "feeds.json"
"""Name of the file in the state folder."""

WRITE_DELAY = 5.0
"""Seconds from a change to the file: a round of a hundred feeds is one writing."""

MAX_ENTRIES = 500
"""Addresses remembered; the oldest go first."""

MAX_OCTETS = 4_000_000
"""Size of the largest file that is read."""


class FeedMemory(msgspec.Struct, omit_defaults=True):
    """What is known of one address."""

    etag: str | None = None
    last_modified: str | None = None
    moved: str | None = None
    """Where permanent redirects led."""
    digest: str | None = None
    """Hash of the last body, so that a server without validators costs no parsing either."""
    octets: int = 0
    """Size of the last body as sent: what each 304 saves."""
    saved: int = 0
    """Bytes that conditional requests have saved so far."""


class FeedCache:
    """The memories of all feeds by address. Belongs to one event loop."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._entries: dict[str, FeedMemory] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._dirty = False

    def of(self, url: str) -> FeedMemory:
        """Return what is known of ``url``; changes to it are kept by ``changed``."""
        if self._entries is None:
            self._entries = self._read()
        found = self._entries.pop(url, None) or FeedMemory()
        self._entries[url] = found  # Behind all others: used last.
        while len(self._entries) > MAX_ENTRIES:
            del self._entries[next(iter(self._entries))]
        return found

    def changed(self) -> None:
        """Have the file written soon."""
        self._dirty = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WRITE_DELAY, self._on_timer)

    async def aclose(self) -> None:
        """Write what has changed. Never raises."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is not None:
            await self._writing
        await self._write()

    def _on_timer(self) -> None:
        self._timer = None
        self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        if not self._dirty or self._entries is None:
            return
        self._dirty = False
        content = msgspec.json.encode(self._entries)
        try:
            await in_daemon_thread(lambda: _replace(self._path, content), name="write feeds.json")
        except OSError:
            log.warning("%s could not be written", self._path, exc_info=True)

    def _read(self) -> dict[str, FeedMemory]:
        try:
            if self._path.stat().st_size > MAX_OCTETS:
                return {}
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, FeedMemory])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError):
            log.warning("%s cannot be read; feeds are asked anew", self._path, exc_info=True)
            return {}


def _replace(path: Path, content: bytes) -> None:
    make_private(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
