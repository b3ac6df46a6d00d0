"""What stands open in the program's folders is closed: folders 0700, files 0600. POSIX only; elsewhere nothing is done.

What the program makes is private from the first moment. This is for what was there before: a folder made by hand, a
file that an editor, a backup or another umask left readable. What is touched, and what is not:

- only what belongs to the person who runs the program, and no symbolic link is followed: a link that leads out of
  the folder says that somebody arranged it so, and so does a second hard link;
- a folder only where it can be nobody else's: it bears the program's name, or holds nothing that the program does not
  know. ``TUI_MONITOR_STATE_DIR=~`` must not lock others out of a home, nor ``=/tmp`` out of that;
- a folder with a set-group-id or sticky bit is shared on purpose: it stays as it is, with all that it holds;
- never ``config.toml``: it is the person's. The folder around it is closed, and a secret in it is refused unless
  its mode is 0600;
- never a folder that a command was given (``record --daily DIR``): only the two that the platform or the environment
  name are the program's.

Bits are only ever taken away, and what cannot be closed is left: ``doctor`` says so.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

APP_NAME = "tui-monitor"
"""Name of the program's folders."""

PERSONS_OWN = "config.toml"

OURS = (
    "watchlists.toml", "feeds.toml", "filters.toml", "alerts.toml", "monitor.db", "monitor.log", "polling.lock",
    "undo.jsonl", "columns.json", "alerts.json", "crash-",
)  # fmt: skip
"""How the names of the program's files begin, after a dot where they are temporary."""

OUR_FOLDERS = ("recordings", "sources")
"""Folders within the state folder; what is in them is the program's, however deep."""

MOST = 5_000
"""Files that are looked at in one folder."""

DEEPEST = 8
"""Folders within folders that are looked into."""

_OTHERS = 0o077
_SHARED = stat.S_ISGID | stat.S_ISVTX


def close_to_others(folder: Path) -> None:
    """Take the rights of others from ``folder`` and the program's files in it, by the rules above. Never raises."""
    if not hasattr(os, "geteuid"):
        return
    with suppress(OSError):
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & _SHARED:
            return
        with os.scandir(folder) as found:
            entries = [entry for entry, _ in zip(found, range(MOST), strict=False)]
        whole = folder.name == APP_NAME or all(_known(entry.name) for entry in entries)
        if whole:
            _close(folder, status)
        for entry in entries:
            if entry.name in OUR_FOLDERS:
                if whole:
                    _close_all(entry)
            elif entry.name != PERSONS_OWN and _known(entry.name):
                _close_entry(entry)


def _known(name: str) -> bool:
    return name == PERSONS_OWN or name in OUR_FOLDERS or name.removeprefix(".").startswith(OURS)


def _close_all(entry: os.DirEntry[str], depth: int = 0) -> None:
    _close_entry(entry)
    with suppress(OSError):
        if depth >= DEEPEST or not entry.is_dir(follow_symlinks=False):
            return
        with os.scandir(entry.path) as found:
            for inner, _ in zip(found, range(MOST), strict=False):
                _close_all(inner, depth + 1)


def _close_entry(entry: os.DirEntry[str]) -> None:
    with suppress(OSError):
        _close(Path(entry.path), entry.stat(follow_symlinks=False))


def _close(path: Path, status: os.stat_result) -> None:
    """Take the rights of others from a file or folder of ours that was found to be as ``status`` says."""
    if not status.st_mode & _OTHERS or not _is_ours(status):
        return
    # By its handle: what a name stands for may change between a look and a change.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        now = os.fstat(handle)
        if _is_ours(now):
            os.fchmod(handle, stat.S_IMODE(now.st_mode) & ~_OTHERS)
    finally:
        os.close(handle)


def _is_ours(status: os.stat_result) -> bool:
    if status.st_uid != os.geteuid():
        return False
    return stat.S_ISDIR(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink == 1)
