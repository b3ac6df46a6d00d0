"""The lock that one monitor of many holds while it polls. However the holder ends, the kernel lets the lock go.

A holder that is stopped (SIGSTOP, a debugger, a disk that hangs) keeps its lock: so it also beats, by the file's time
of change, and the others can tell one that lives from one that merely holds. What counts is the file that stands under
the name: the lock of one that stands still is taken by putting another file there, locked already, and when it goes on
it finds that the file is not its own.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import threading
from contextlib import suppress
from pathlib import Path

from tui_monitor.store.database_file import alone_in

_log = logging.getLogger(__name__)

_TAKEN = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})


class PollingLock:
    """An advisory lock on a file of the state folder (``flock``)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._works = True
        # Beats come from a thread, the end of a turn from the event loop.
        self._alone = threading.RLock()

    @property
    def held(self) -> bool:
        """Whether this program holds it."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock if it is free; return whether this program may poll.

        Where there can be no lock (a folder that cannot be written, a file system without locks) nobody can be told
        to wait: it may then as well.
        """
        with self._alone:
            if self._descriptor is not None:
                return True
            try:
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                return self._without(error)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(descriptor)
                return False if error.errno in _TAKEN else self._without(error)
            self._descriptor = descriptor
            _sign(descriptor)
            return True

    def take_over(self, beaten: int) -> bool:
        """Take the lock of a holder that stands still since the beat ``beaten``; return whether it is held now.

        Of several that try it one succeeds: the file that it puts under the name has another time, and while it does
        so the folder is its own.
        """
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with self._alone, alone_in(self.path.parent):
            if self._descriptor is not None or self.beaten() != beaten:
                return self._descriptor is not None
            try:
                descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:
                return False
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _sign(descriptor)
                fresh.replace(self.path)
            except OSError:
                os.close(descriptor)
                with suppress(OSError):
                    fresh.unlink()
                return False
            self._descriptor = descriptor
            return True

    def lost(self) -> bool:
        """Whether another one has taken the lock of this holder meanwhile."""
        with self._alone:
            if self._descriptor is None:
                return False
            try:
                return self.path.stat().st_ino != os.fstat(self._descriptor).st_ino
            except OSError:
                return False

    def beat(self) -> bool:
        """Show that the holder lives; return whether it still is the holder.

        Where the file was deleted the lock on it keeps nobody out: it is taken anew under its name, and where
        another one was first, that one holds it.
        """
        with self._alone:
            if self._descriptor is None:
                return not self._works
            try:
                with suppress(FileNotFoundError):
                    if self.path.stat().st_ino == os.fstat(self._descriptor).st_ino:
                        os.utime(self._descriptor)
                        return True
            except OSError:
                # The folder cannot be looked at just now: nothing says that another one holds it.
                return True
            self.release()
            return self.acquire()

    def beaten(self) -> int | None:
        """Return what is another number after each beat of the holder, ``None`` if there is no file."""
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return None

    def holder(self) -> int | None:
        """Return the process that wrote itself into the file last, ``None`` if it cannot be told."""
        try:
            words = self.path.read_bytes()[:20].strip()
        except OSError:
            return None
        return int(words) if words.isdigit() else None

    def release(self) -> None:
        """Let the lock go; may be called twice."""
        with self._alone:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _without(self, error: OSError) -> bool:
        if self._works:
            _log.warning("%s cannot be locked (%s); this monitor polls for itself", self.path, error.strerror or error)
            self._works = False
        return True


def _sign(descriptor: int) -> None:
    """Write this process into the lock's file, for those who ask whose it is."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
