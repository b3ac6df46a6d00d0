"""``watchlists.toml`` on the disk: read whole, written atomically, one writer at a time among all processes.

Writing goes to a temporary file in the same folder, which is forced to the disk before it takes the file's name:
at every moment the name stands for one complete state. The state before is kept as ``watchlists.toml.bak``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tui_monitor.config.digest import sha256
from tui_monitor.config.watchlist_text import MAX_FILE
from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.told import Told, told

LOCK_SECONDS = 2.0
"""How long another process may hold the lock before a save is put off."""

KEPT = told("lists.fate.kept")
LOST = told("lists.fate.lost")
"""What becomes of edits that cannot be saved: while the program runs, and once it ends."""

Trace = tuple[int, int, int]
"""What tells at a glance that a file changed: time of change in nanoseconds, size, inode."""

_REASONS = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "quota",
    errno.EROFS: "read-only",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.ENOENT: "no-folder",
    errno.ENOTDIR: "no-folder",
}


class Content(msgspec.Struct, frozen=True):
    """The bytes of the file, and what tells them from others."""

    data: bytes
    fingerprint: str
    trace: Trace


def fingerprint_of(data: bytes) -> str:
    """Return a digest of the file's bytes."""
    return sha256(data).hexdigest()


class WatchlistFile:
    """One file of lists. All failures are ``WatchlistError`` with one sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fate = KEPT
        """What a refused save says of the edits."""

    @property
    def backup(self) -> Path:
        """The state before the last write."""
        return self.path.with_name(f"{self.path.name}.bak")

    def trace(self) -> Trace | None:
        """Return the file's trace, ``None`` if there is no file or it cannot be looked at."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read(self, path: Path | None = None) -> Content | None:
        """Return the file's content, ``None`` if there is no file; raise ``WatchlistError`` if it cannot be read."""
        wanted = path or self.path
        try:
            with wanted.open("rb") as file:
                found = os.fstat(file.fileno())
                # One byte more than is taken, so that a larger file is refused and not cut.
                data = file.read(MAX_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = told("lists.why.unreadable") if isinstance(error, PermissionError) else reason_of(error)
            raise WatchlistError(told("lists.not-read", path=wanted, reason=reason)) from error
        return Content(data, fingerprint_of(data), (found.st_mtime_ns, found.st_size, found.st_ino))

    @contextlib.contextmanager
    def locked(self, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the lock that all processes take before they read and write."""
        import fcntl

        target = self._target()
        with self._told():
            if not target.parent.is_dir():
                # Its last part only: a missing parent is a disk that is not mounted, not a fresh install.
                target.parent.mkdir(mode=0o700)
            lock = os.open(target.with_name(f".{target.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + seconds
            pause = threading.Event()
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise self._not_saved(told("lists.why.locked")) from None
                    pause.wait(0.005)
            yield
        finally:
            os.close(lock)

    def write(self, data: bytes) -> Content:
        """Make ``data`` the file's content; hold the lock meanwhile. The content before becomes the backup."""
        target = self._target()
        with self._told():
            self._check_owner(target)
            for left in target.parent.glob(f".{target.name}.*.tmp"):
                # Under the lock nobody else writes: this is what a killed process left.
                left.unlink(missing_ok=True)
            temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
            try:
                trace = _write_through(temporary, data)
                self._keep_backup(target)
                temporary.replace(target)
            except BaseException:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)
        return Content(data, fingerprint_of(data), trace)

    def _target(self) -> Path:
        """Return the file behind links: a link into a folder of dotfiles stays one."""
        try:
            return self.path.resolve()
        except (OSError, RuntimeError) as error:
            raise self._not_saved(told("lists.why.dead-link")) from error

    def _check_owner(self, target: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            if target.stat().st_uid != os.geteuid():
                raise self._not_saved(told("lists.why.owner"))

    def _keep_backup(self, target: Path) -> None:
        backup = target.with_name(f"{target.name}.bak")
        link = target.with_name(f".{target.name}.bak.tmp")
        with contextlib.suppress(FileNotFoundError):
            link.unlink(missing_ok=True)
            try:
                os.link(target, link)
            except FileNotFoundError:
                return
            except OSError:
                # No hard links on this file system.
                _write_through(link, target.read_bytes())
            link.replace(backup)

    def _not_saved(self, reason: Told | str) -> WatchlistError:
        return WatchlistError(told("lists.not-saved", path=self.path, reason=reason, fate=self.fate))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._not_saved(reason_of(error)) from error


def _write_through(path: Path, data: bytes) -> Trace:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
        found = os.fstat(handle)
        return found.st_mtime_ns, found.st_size, found.st_ino
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Some network file systems refuse to sync a folder; the file itself is on the disk.
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def reason_of(error: OSError) -> Told | str:
    """Return why the system refused; what is rare in the system's own words."""
    known = _REASONS.get(error.errno or 0)
    return told(f"lists.why.{known}") if known is not None else (error.strerror or str(error)).lower()
