"""The kernel's word that something was written in a folder, where there is one: Linux, on a disk of this machine.

What others write to a network's disk no kernel tells; there, and where it refuses, who wants to know has to look.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

LOCAL = frozenset(
    {"bcachefs", "btrfs", "erofs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs", "tmpfs",
     "xfs", "zfs"}
)  # fmt: skip
"""Kinds of file systems that nobody writes to but by this kernel."""

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where; proc(5) describes it."""


class FileEvents:
    """Tells when files may have been written, replaced, made or taken away, their links followed.

    Raises ``OSError`` or ``ImportError`` where the kernel does not tell. Not to be shared between threads.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        from inotify_simple import INotify, flags

        self._paths = tuple(paths)
        self._written = flags.MODIFY
        self._mask = (
            flags.MODIFY | flags.CREATE | flags.DELETE | flags.MOVED_FROM | flags.MOVED_TO | flags.ONLYDIR
            | flags.DELETE_SELF | flags.MOVE_SELF
        )  # fmt: skip
        self._over = flags.DELETE_SELF | flags.MOVE_SELF | flags.IGNORED | flags.UNMOUNT
        self._queue = INotify()
        self._folders: set[str] = set()
        try:
            self._follow()
        except OSError:
            self._queue.close()
            raise

    def fileno(self) -> int:
        """Return what is readable when something was written."""
        number: int = self._queue.fileno()
        return number

    def take(self) -> None:
        """Take what was told so far; raise ``OSError`` when a folder is gone and nothing will be told of it again."""
        seen = 0
        for event in self._queue.read(timeout=0):
            seen |= event.mask
        if seen & self._over:
            raise OSError("a folder is gone")
        if seen & ~self._written:
            # A file may be a link now, or one to elsewhere.
            self._follow()

    def close(self) -> None:
        """Hear nothing more; may be called twice."""
        self._queue.close()

    def _follow(self) -> None:
        folders = {str(Path(one).parent) for path in self._paths for one in (path, os.path.realpath(path))}
        for folder in folders - self._folders:
            if not is_local(folder):
                raise OSError(f"{folder} is on no disk of this machine")
            self._queue.add_watch(folder, self._mask)
        self._folders |= folders


def is_local(folder: str) -> bool:
    """Whether only this kernel writes to ``folder``, by the kind of its file system; raises ``OSError``."""
    real = os.path.realpath(folder)
    best, kind = "", ""
    for line in MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        fields = line.split()
        if "-" not in fields[6:]:
            continue
        point = fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        within = real == point or real.startswith(point.rstrip("/") + "/")
        # Of two in one place the later one lies on top.
        if within and len(point) >= len(best):
            best, kind = point, fields[fields.index("-", 6) + 1]
    return kind in LOCAL
