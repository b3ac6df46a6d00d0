"""The replay source: a recording as if it came in now.

Each ``fetch`` delivers what became due since the last one, up to the clock's moment, as one batch: however fast
the day is played, what reaches the store is what playing it through would have left there. When the clock has
gone back, the recording is read from its start again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tui_monitor.domain.errors import FailureKind, RecordingError, SourceError
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import DailyHistory, Intraday
from tui_monitor.sources.api import Batch, Descriptor, Now, Request, Source, SourceContext, Topic
from tui_monitor.sources.options import Options, read_options, takes
from tui_monitor.store.latest import SLOW_FIELDS
from tui_monitor.store.recording_lines import Entry
from tui_monitor.store.recordings import Recording, open_recording

PERIOD = 0.2
"""Seconds between two looks at what is due: the pace of the screen's own frames."""

BREATH = 0.01
"""Seconds of reading after which the event loop gets its turn: the first fetch may read half a day."""


class ReplayOptions(Options, frozen=True, kw_only=True):
    """``[sources.replay]``."""

    path: str = ""
    """The recording; without it there is nothing to replay and no source."""


@takes(ReplayOptions)
def build(context: SourceContext) -> list[Source]:
    """Build the source from ``[sources.replay]``."""
    path = read_options(context.settings, ReplayOptions, "replay").path
    return [ReplaySource(Path(path).expanduser(), context.now)] if path else []


class ReplaySource:
    """Plays one recording by the clock it is given."""

    def __init__(self, path: Path, now: Now) -> None:
        self._path = path
        self._now = now
        self._descriptor = Descriptor(
            name="replay", topic=Topic.RECORDING, host="", title=path.name, period=PERIOD, timeout=60.0
        )
        self._recording: Recording | None = None
        self._entries: Iterator[Entry] | None = None
        self._ahead: Entry | None = None
        """The first line that is not due yet."""
        self._played_to: datetime | None = None

    @property
    def descriptor(self) -> Descriptor:
        """What it is: everything, from a file, five times a second."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Return what became due since the last call; from the start for a full request or an earlier moment.

        Raises ``SourceError`` when the recording cannot be opened.
        """
        moment = self._now()
        if request.full or self._played_to is None or moment < self._played_to:
            self._restart()
        # While it reads, nothing counts as played: a fetch that is given up is asked again from the start.
        self._played_to = None
        merged = Merged()
        began = time.monotonic()
        try:
            while (entry := self._next_due(moment)) is not None:
                merged.add(entry.batch)
                if time.monotonic() - began > BREATH:
                    await asyncio.sleep(0)
                    began = time.monotonic()
        except RecordingError as error:
            raise SourceError(FailureKind.UNAVAILABLE, str(error)) from error
        self._played_to = moment
        return merged.batch(self._descriptor.name, moment, self._notes())

    async def aclose(self) -> None:
        """Close the file."""
        self._close()

    def _restart(self) -> None:
        self._close()
        try:
            self._recording = open_recording(self._path)
        except RecordingError as error:
            raise SourceError(FailureKind.UNAVAILABLE, str(error)) from error
        self._entries = self._recording.entries()

    def _next_due(self, moment: datetime) -> Entry | None:
        if self._ahead is None and self._entries is not None:
            self._ahead = next(self._entries, None)
        if self._ahead is None or self._ahead.time > moment:
            return None
        entry, self._ahead = self._ahead, None
        return entry

    def _notes(self) -> tuple[str, ...]:
        return self._recording.notes if self._recording is not None else ()

    def _close(self) -> None:
        # The generator holds the open file; closing it closes the file.
        close = getattr(self._entries, "close", None)
        if close is not None:
            close()
        self._entries = None
        self._ahead = None
        self._played_to = None


class Merged:
    """Several batches as one that leaves the same values in the store as applying each in turn."""

    def __init__(self) -> None:
        self._quotes: dict[str, list[Quote]] = {}
        self._paths: dict[str, list[Intraday]] = {}
        self._histories: list[DailyHistory] = []
        self._batches: list[Batch] = []

    def add(self, batch: Batch) -> None:
        """Take in the next batch."""
        for quote in batch.quotes:
            held = self._quotes.setdefault(quote.symbol, [])
            while held and _replaces(quote, held[-1]):
                held.pop()
            held.append(quote)
        for path in batch.paths:
            before = self._paths.setdefault(path.symbol, [])
            if before and _extends(path, before[-1]):
                before[-1] = path
            else:
                before.append(path)
        self._histories += batch.histories
        if batch.ratings or batch.headlines or batch.events:
            self._batches.append(batch)

    def batch(self, source: str, received: datetime, notes: tuple[str, ...]) -> Batch:
        """Return everything taken in as one batch; ``unchanged`` when there was nothing."""
        quotes = tuple(quote for held in self._quotes.values() for quote in held)
        paths = tuple(path for held in self._paths.values() for path in held)
        histories = tuple(self._histories)
        ratings = tuple(rating for batch in self._batches for rating in batch.ratings)
        headlines = tuple(headline for batch in self._batches for headline in batch.headlines)
        events = tuple({event.key: event for batch in self._batches for event in batch.events}.values())
        return Batch(
            source=source,
            received=received,
            quotes=quotes,
            paths=paths,
            histories=histories,
            ratings=ratings,
            headlines=headlines,
            events=events,
            unchanged=not (quotes or paths or histories or ratings or headlines or events),
            notes=notes,
        )


def _replaces(new: Quote, old: Quote) -> bool:
    """Whether the store ends up the same when it never sees ``old``: same source, not older, says no less."""
    if new.source != old.source or new.last is None or new.time is None or old.time is None:
        return False
    if new.time < old.time or (new.time == old.time and new.received < old.received):
        return False
    if new.currency != old.currency and old.currency is not None:
        return False
    return all(getattr(new, name) is not None or getattr(old, name) is None for name in SLOW_FIELDS)


def _extends(new: Intraday, old: Intraday) -> bool:
    """Whether the store ends up the same when it never sees ``old``: the new path reaches further."""
    return bool(len(new.times) > 1 and old.times and new.times[-1] > old.times[-1])
