"""Keeps how the watchlist's columns are set over restarts, without letting a key wait for the disk."""

from __future__ import annotations

import threading
from pathlib import Path

from tui_monitor.config.columns_file import ColumnSetting, read_columns, write_columns
from tui_monitor.domain.errors import StorageError


class ColumnKeeper:
    """Reads once, writes the newest in a daemon thread."""

    def __init__(self, path: Path) -> None:
        self.problem: str | None = None
        """Why the last writing failed, in a sentence."""
        self._path = path
        self._lock = threading.Lock()
        self._newest: tuple[ColumnSetting, ...] | None = None
        self._dirty = False
        self._thread: threading.Thread | None = None

    def read(self) -> tuple[ColumnSetting, ...] | None:
        """Return what was kept; ``None`` where nothing was set."""
        return read_columns(self._path)

    def keep(self, columns: tuple[ColumnSetting, ...] | None) -> None:
        """Keep ``columns``; returns at once. Of several in a row only the last need be written."""
        with self._lock:
            self._newest, self._dirty = columns, True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="columns-saver", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Return when everything is written or has failed. For the end of the program."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout=2.0)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._dirty:
                    self._thread = None
                    return
                columns, self._dirty = self._newest, False
            try:
                write_columns(self._path, columns)
                self.problem = None
            except StorageError as error:
                self.problem = str(error)
