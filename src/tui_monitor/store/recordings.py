"""Recordings: a market day as JSON lines, plain or compressed by gzip.

The first line is the header::

    {"format": "tui-monitor recording", "version": 1, "title": "...", "start": "2025-09-17T01:00:00Z",
     "end": "2025-09-17T08:30:00Z", "kind": "recorded", "zone": "Asia/Hong_Kong", "speed_hint": 60}

Every other line is one batch with the time of its arrival: ``{"t": "...", "batch": {...}}`` (see
``recording_lines``). Lines before ``start`` are what was known when the day began. ``kind`` is ``recorded`` for
what sources answered and ``reconstructed`` for a day that was put together later. ``end`` may be missing: a
recording that was cut off. ``cue`` is the moment at which a showing best begins, where there is one.

A recording holds answers of sources and nothing of the person's: no watchlists, no settings, no secrets.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from io import BufferedIOBase
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, Literal

import msgspec
from msgspec import Meta

from tui_monitor.domain.errors import RecordingError
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.api import Batch
from tui_monitor.store.recording_lines import Entry, decode_line, decode_time, encode_line, holds_something

FORMAT = "tui-monitor recording"
VERSION = 1

MAX_LINE = 16_000_000
"""Bytes of the longest line that is read; a longer one is skipped."""

MAX_OCTETS = 2_000_000_000
"""Bytes, uncompressed, after which reading stops: a day of thousands of symbols is far below."""

FLUSH_EVERY = 5.0
"""Seconds of recorded time after which what was written reaches the file: what a kill can lose."""

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_GZIP_MAGIC = b"\x1f\x8b"


class RecordingKind(StrEnum):
    """How a recording came to be."""

    RECORDED = "recorded"
    RECONSTRUCTED = "reconstructed"


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording says about itself. Times are aware UTC."""

    title: str
    start: datetime
    """Where playing begins; earlier lines are delivered at once."""
    end: datetime | None = None
    """Where it ends; ``None`` when the recording was cut off (see ``Recording.end``)."""
    kind: RecordingKind = RecordingKind.RECORDED
    zone: str = "UTC"
    """IANA zone of the market that it is about."""
    speed_hint: float = 60.0
    """Recorded seconds a second at which it is pleasant to watch."""
    cue: datetime | None = None
    """The moment at which a showing best begins."""


class _HeaderShape(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["tui-monitor recording"]
    version: Annotated[int, Meta(ge=1)]
    title: str = ""
    start: Annotated[datetime, Meta(tz=True)]
    end: Annotated[datetime, Meta(tz=True)] | None = None
    kind: RecordingKind = RecordingKind.RECORDED
    zone: str = "UTC"
    speed_hint: Annotated[float, Meta(gt=0, le=86_400)] = 60.0
    cue: Annotated[datetime, Meta(tz=True)] | None = None


class Recording:
    """A recording on disk. Reading is lazy: the header at first, a line when it is asked for."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.header = header
        self.skipped = 0
        """Lines that the last pass could not use."""
        self.dropped = 0
        """Items within good lines that the last pass refused."""
        self.damaged = False
        """The last pass ended before the file's end: it is truncated or its compression is broken."""
        self._end: datetime | None = header.end

    @property
    def end(self) -> datetime:
        """Where playing ends: as the header says, else the time of the last line (which reads the whole file)."""
        if self._end is None:
            latest = self.header.start
            for line in self._lines():
                time = decode_time(line)
                if time is not None and time > latest:
                    latest = time
            self._end = latest
        return self._end

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each kind of thing that the last pass could not use."""
        found = []
        if self.skipped:
            found.append(f"{self.skipped} damaged lines of the recording were left out")
        if self.dropped:
            found.append(f"{self.dropped} items of the recording were refused")
        if self.damaged:
            found.append("the recording is cut off or damaged at its end")
        return tuple(found)

    def entries(self) -> Iterator[Entry]:
        """Yield the lines in order, from the first on. A line that goes back in time takes its predecessor's.

        What cannot be read is skipped and counted, never raised, once the file is open. Raises
        ``RecordingError`` when the file has gone.
        """
        self.skipped = self.dropped = 0
        self.damaged = False
        latest: datetime | None = None
        for line in self._lines():
            try:
                entry = decode_line(line)
            except RecordingError:
                self.skipped += 1
                continue
            self.dropped += entry.dropped
            if latest is not None and entry.time < latest:
                entry = Entry(latest, entry.batch, entry.dropped)
            latest = entry.time
            yield entry

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines behind the header, without empty ones."""
        with _open(self.path) as file:
            octets = 0
            first = True
            while octets < MAX_OCTETS:
                try:
                    line = file.readline(MAX_LINE)
                    too_long = len(line) >= MAX_LINE and not line.endswith(b"\n")
                    while too_long and len(line) >= MAX_LINE and not line.endswith(b"\n"):
                        octets += len(line)
                        line = file.readline(MAX_LINE)
                        if octets >= MAX_OCTETS:
                            break
                except (OSError, EOFError, zlib.error):
                    self.damaged = True
                    return
                if not line:
                    return
                octets += len(line)
                if too_long:
                    self.skipped += 1
                elif not first and not line.isspace():
                    yield line
                first = False
            self.damaged = True


def open_recording(path: Path) -> Recording:
    """Open a recording and read its header. Raises ``RecordingError`` with what is wrong."""
    with _open(path) as file:
        try:
            line = file.readline(65_536)
        except (OSError, EOFError, zlib.error) as error:
            raise RecordingError(f"{path}: the file is damaged: {error}") from error
    try:
        shape = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=_HeaderShape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RecordingError(f"{path}: no recording of tui-monitor: {clean_text(str(error), 200)}") from error
    if shape.version > VERSION:
        raise RecordingError(f"{path}: written by a newer tui-monitor (format {shape.version}, known up to {VERSION})")
    start = shape.start.astimezone(UTC)
    end = shape.end.astimezone(UTC) if shape.end is not None else None
    if end is not None and end < start:
        raise RecordingError(f"{path}: ends before it starts")
    return Recording(
        path,
        Header(
            title=clean_text(shape.title),
            start=start,
            end=end,
            kind=shape.kind,
            zone=shape.zone if len(shape.zone) <= 64 and _ZONE.fullmatch(shape.zone) else "UTC",
            speed_hint=shape.speed_hint,
            cue=shape.cue.astimezone(UTC) if shape.cue is not None else None,
        ),
    )


class RecordingWriter:
    """Writes a recording. A path that ends in ``.gz`` is compressed.

    ``append`` returns quickly (a few microseconds a value). The file is readable at any moment: what a kill
    loses is at most ``flush_every`` recorded seconds. Raises ``RecordingError`` when the file cannot be written.
    """

    def __init__(
        self, path: Path, header: Header, *, overwrite: bool = False, flush_every: float | None = FLUSH_EVERY
    ) -> None:
        self.path = path
        self.lines = 0
        """Batches written."""
        self._flush_every = flush_every
        self._flushed_at: datetime | None = None
        self._flushed_lines = 0
        self._closed = False
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_TRUNC if overwrite else os.O_EXCL)
            # What somebody watches is the owner's alone until shared on purpose.
            self._raw: IO[bytes] = os.fdopen(os.open(path, flags, 0o600), "wb")
        except FileExistsError as error:
            raise RecordingError(f"{path}: exists already; it is not overwritten") from error
        except OSError as error:
            raise RecordingError(f"{path}: cannot be written: {error.strerror or error}") from error
        # No name and no time within: the same recording is the same bytes.
        self._zip = (
            gzip.GzipFile(filename="", fileobj=self._raw, mode="wb", compresslevel=9, mtime=0)
            if path.suffix == ".gz"
            else None
        )
        shape = _HeaderShape(
            format="tui-monitor recording",
            version=VERSION,
            title=header.title,
            start=header.start,
            end=header.end,
            kind=header.kind,
            zone=header.zone,
            speed_hint=header.speed_hint,
            cue=header.cue,
        )
        filled = {key: value for key, value in msgspec.structs.asdict(shape).items() if value is not None}
        self._write(msgspec.json.encode(filled))
        self.flush()

    def append(self, batch: Batch, *, at: datetime | None = None) -> None:
        """Write ``batch`` as arrived ``at`` (aware; its receipt if left out). A batch without content is left out."""
        if not holds_something(batch):
            return
        time = at if at is not None else batch.received
        self._write(encode_line(time, batch))
        self.lines += 1
        if self._flushed_at is None:
            self._flushed_at = time
        elif self._flush_every is not None and (time - self._flushed_at).total_seconds() >= self._flush_every:
            self._flushed_at = time
            self.flush()

    def flush_new(self) -> None:
        """Bring what was written since the last time into the file, if anything was: for a caller with a timer."""
        if self.lines > self._flushed_lines and not self._closed:
            self.flush()

    def flush(self) -> None:
        """Bring what was written into the file."""
        self._flushed_lines = self.lines
        try:
            if self._zip is not None and self._flush_every is not None:
                self._zip.flush(zlib.Z_SYNC_FLUSH)
            self._raw.flush()
        except (OSError, ValueError) as error:
            raise RecordingError(f"{self.path}: cannot be written: {error}") from error

    def close(self) -> None:
        """End the file. May be called twice."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._zip is not None:
                self._zip.close()
        except (OSError, ValueError) as error:
            raise RecordingError(f"{self.path}: cannot be written: {error}") from error
        finally:
            self._raw.close()

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, line: bytes) -> None:
        try:
            (self._zip or self._raw).write(line + b"\n")
        except (OSError, ValueError) as error:
            raise RecordingError(f"{self.path}: cannot be written: {error}") from error


def _open(path: Path) -> BufferedIOBase:
    try:
        file = path.open("rb")
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        magic = file.read(2)
        file.seek(0)
        if magic == _GZIP_MAGIC:
            file.close()
            return gzip.open(path, "rb")
    except OSError as error:
        file.close()
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from error
    return file
