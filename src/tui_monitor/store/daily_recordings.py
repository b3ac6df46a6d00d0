"""Recordings by the day: one compressed file a day of an exchange in a folder, old ones removed if that is wanted.

Each file stands for itself: it begins with what was known when its day began.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_monitor.domain.errors import RecordingError
from tui_monitor.store.recordings import Header, RecordingWriter

if TYPE_CHECKING:
    from tui_monitor.sources.api import Batch

_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:-\d{1,4})?\.jsonl\.gz")
"""A file of ours: the day, and a number where the program was begun again on it."""

MAX_A_DAY = 1_000
"""Files of one day: the program is begun again now and then, not without end."""

_log = logging.getLogger(__name__)


class DailyRecordings:
    """Writes to the file of the day. Raises ``RecordingError`` where that is not possible."""

    def __init__(
        self, folder: Path, title: str, zone: str, *, keep: int | None = None, opening: Callable[[], Batch | None]
    ) -> None:
        """``zone`` tells when a day begins. ``keep`` is how many days stay, today's not counted; ``None``: all.

        ``opening`` gives what is known by now; it is asked whenever a file begins.
        """
        self.folder = folder
        self.lines = 0
        """Batches written, in all files."""
        self.path: Path | None = None
        """The file that is written now."""
        self._title = title
        self._zone = ZoneInfo(zone)
        self._keep = keep
        self._opening = opening
        self._day: date | None = None
        self._writer: RecordingWriter | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RecordingError(f"{folder}: cannot be made: {error.strerror or error}") from error

    def append(self, batch: Batch, *, at: datetime) -> None:
        """Write ``batch`` as arrived ``at`` (aware), in the file of that day."""
        day = at.astimezone(self._zone).date()
        if self._writer is None or self._day is None or day > self._day:
            self._turn(day, at)
        assert self._writer is not None
        before = self._writer.lines
        self._writer.append(batch, at=at)
        self.lines += self._writer.lines - before

    def flush_new(self) -> None:
        """Bring what was written since the last time into the file."""
        if self._writer is not None:
            self._writer.flush_new()

    def close(self) -> None:
        """End the file. May be called twice."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
            if not writer.lines:
                with suppress(OSError):
                    writer.path.unlink()

    def _turn(self, day: date, at: datetime) -> None:
        """End the file of the day before and begin the one of ``day``."""
        self.close()
        self._day = day
        header = Header(title=f"{self._title}, {day.isoformat()}", start=at.astimezone(UTC), zone=self._zone.key)
        for number in range(1, MAX_A_DAY + 1):
            ending = "" if number == 1 else f"-{number}"
            path = self.folder / f"{day.isoformat()}{ending}.jsonl.gz"
            if not path.exists():
                break
        self._writer = RecordingWriter(path, header)
        self.path = path
        _log.info("recording to %s", path)
        known = self._opening()
        if known is not None:
            self._writer.append(known, at=at)
        if self._keep is not None:
            self._remove_before(day - timedelta(days=self._keep))

    def _remove_before(self, first: date) -> None:
        try:
            files = sorted(self.folder.iterdir())
        except OSError:
            return
        for path in files:
            found = _NAME.fullmatch(path.name)
            with suppress(OSError, ValueError):
                if found is not None and date.fromisoformat(found[1]) < first and path.is_file():
                    path.unlink()
                    _log.info("removed the recording %s", path)
