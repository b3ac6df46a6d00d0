"""The database's file and the two that SQLite keeps beside it: begun by one program at a time, moved together."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

BESIDE = ("-wal", "-shm")
"""What SQLite adds to the name of a file with a log."""

PATIENCE = 1.0
"""Seconds to wait for another program that opens the file: never longer, it may have been stopped within."""


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other monitors from opening a file in ``folder`` meanwhile, where that can be had within a second.

    Two that begin one file at once find it locked, and SQLite does not wait where a file becomes one with a log.
    """
    import fcntl

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, handle)
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(0.002)
        yield


def remove_log(path: Path) -> None:
    """Remove what stands beside a file that is no more."""
    for suffix in BESIDE:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")  # noqa: PTH108 - a name with a suffix


def move_aside(path: Path, aside: Path) -> None:
    """Give the file and what stands beside it another name."""
    for suffix in ("", *BESIDE):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")  # noqa: PTH105 - names with a suffix


def free_name(path: Path, now: datetime) -> Path:
    """Return a name with the time for a broken file, which nobody has yet."""
    stem = f"{path.name}.broken-{now.astimezone(UTC):%Y%m%d-%H%M%S}"
    found = path.with_name(stem)
    number = 1
    while found.exists():
        number += 1
        found = path.with_name(f"{stem}-{number}")
    return found
