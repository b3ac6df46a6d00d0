"""The lock that one monitor of many holds while it polls. However the holder ends, the kernel lets the lock go.

A holder that is stopped (SIGSTOP, a debugger, a disk that hangs) keeps it: so it also beats, by the file's time of
change, and the others can tell one that lives from one that merely holds.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)

_TAKEN = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})


class PollingLock:
    """An advisory lock on a file of the state folder (``flock``)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._works = True

    @property
    def held(self) -> bool:
        """Whether this program holds it."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock if it is free; return whether this program may poll.

        Where there can be no lock (a folder that cannot be written, a file system without locks) nobody can be told
        to wait: it may then as well.
        """
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
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        return True

    def beat(self) -> bool:
        """Show that the holder lives; return whether it still is the holder.

        Where the file was deleted the lock on it keeps nobody out: it is taken anew under its name, and where
        another one was first, that one holds it.
        """
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
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _without(self, error: OSError) -> bool:
        if self._works:
            _log.warning("%s cannot be locked (%s); this monitor polls for itself", self.path, error.strerror or error)
            self._works = False
        return True
