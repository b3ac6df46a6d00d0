"""Follows what other monitors of the person write to the database: values, marks, how the sources fare.

It looks when the database's log has changed, which a lookout tells. Reading happens in a thread; what is read
enters by the same ``apply`` as an answer of a source, so that a screen which does not poll shows what the polling one
shows, about a second later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import SourceError
from tui_monitor.engine.blocking import DaemonWorker
from tui_monitor.engine.clock import until_beat
from tui_monitor.services.shared_health import SOURCE, understood
from tui_monitor.sources.api import Batch
from tui_monitor.store.rows import RATING_MARK

if TYPE_CHECKING:
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.session import Calendar
    from tui_monitor.engine.clock import Clock
    from tui_monitor.engine.health import SourceHealth
    from tui_monitor.store.changes import Changes, Mark
    from tui_monitor.store.database import Database
    from tui_monitor.store.latest import LatestStore
    from tui_monitor.store.reading import Snapshot

CERTAIN = 5.0
"""Seconds after which the database itself is asked: a file's times are coarse, two writings can bear the same one."""

TIMEOUT = 15.0
"""Seconds that a reading may take."""

SLICE = 100
"""Headlines taken in between two turns of the loop."""

_log = logging.getLogger(__name__)


class Following:
    """Follows one database. Belongs to the event loop."""

    def __init__(
        self,
        database: Database,
        store: LatestStore,
        clock: Clock,
        *,
        since: int,
        marked: Callable[[Iterable[Mark]], object],
        calendars: Callable[[Iterable[Calendar]], object],
        arrived: Callable[[Iterable[Headline]], object],
        tap: Callable[[Batch], object],
    ) -> None:
        """What is written after change number ``since`` is followed.

        ``marked`` hears of marks that others set, ``calendars`` of trading days, ``arrived`` of headlines, ``tap`` of
        every batch before it is applied.
        """
        self.health: dict[str, SourceHealth] = {}
        """How the sources of the monitor that polls fare; kept up to date in place."""
        self.wished: Callable[[], object] = bool
        """Hears that another monitor has a wish."""
        self.stirred = asyncio.Event()
        """To be set when somebody has written to the file."""
        self._database = database
        self._store = store
        self._clock = clock
        self._number = since
        self._marked = marked
        self._calendars = calendars
        self._arrived = arrived
        self._tap = tap
        self._version = -1
        self._generation = database.generation
        self._heard = 0.0
        self._worker = DaemonWorker("following")

    async def run(self) -> None:
        """Follow until cancelled."""
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(until_beat(CERTAIN)):
                        await self.stirred.wait()
                self.stirred.clear()
                await self.look()
        finally:
            self._worker.close()

    async def look(self) -> None:
        """Take in what others have written since the last look."""
        more = True
        while more:
            try:
                changes = await self._worker.call(self._read, timeout=TIMEOUT)
            except SourceError as error:
                # The disk hangs: the next look tries again, on another thread.
                _log.warning("the database could not be followed: %s", error)
                return
            if changes is None:
                return
            more = changes.more
            self._number = changes.number
            if changes.lost:
                await self._anew()
            await self._take(changes)

    async def read_health(self) -> dict[str, bytes]:
        """Read how all sources and hosts fare; ``health`` holds the sources from then on."""
        words = await self._worker.call(self._database.read_polling, timeout=TIMEOUT)
        self.health.clear()
        self._take_health(words)
        return words

    # In the thread

    def _read(self) -> Changes | None:
        self._database.renew()
        if self._generation != self._database.generation:
            # Another file: all that it notes is news.
            self._generation, self._number, self._version, self._heard = self._database.generation, 0, -1, 0.0
        version = self._database.version()
        if version == self._version:
            return None
        heard = min(self._heard, self._clock.now().timestamp())
        changes = self._database.read_changes(self._number, heard)
        if not changes.more:
            self._version = version
        return changes

    # On the loop

    async def _take(self, changes: Changes) -> None:
        now = self._clock.now()
        batch = Batch(
            source="database",
            received=now,
            quotes=changes.quotes,
            paths=changes.paths,
            histories=changes.histories,
            ratings=changes.ratings,
            tables=changes.tables,
            events=changes.events,
        )
        self._apply(batch)
        if changes.heard:
            self._heard = max(one.timestamp() for one in changes.heard.values())
            self._store.hear(changes.heard.items())
        await self._take_headlines(changes.headlines, now)
        if changes.calendars:
            self._calendars(changes.calendars)
        if changes.marks:
            self._marked(changes.marks)
        self._take_health(changes.polling)
        if changes.wished:
            self.wished()

    def _apply(self, batch: Batch) -> None:
        self._tap(batch)
        self._store.apply(batch)

    async def _take_headlines(self, headlines: tuple[Headline, ...], now: datetime) -> None:
        for start in range(0, len(headlines), SLICE):
            part = headlines[start : start + SLICE]
            self._apply(Batch(source="database", received=now, headlines=part))
            self._arrived(part)
            await asyncio.sleep(0)

    def _take_health(self, words: dict[str, bytes] | dict[str, bytes | None]) -> None:
        for name, data in words.items():
            if not name.startswith(SOURCE):
                continue
            own = name.removeprefix(SOURCE)
            health = understood(data, self._clock) if data is not None else None
            if health is None:
                self.health.pop(own, None)
                continue
            before = self.health.get(own)
            health.revision = before.revision + 1 if before is not None else 0
            self.health[own] = health

    async def _anew(self) -> None:
        """Read everything again: this program was away for longer than the log reaches back."""
        snapshot: Snapshot = await self._worker.call(self._database.read_latest, timeout=TIMEOUT)
        now = self._clock.now()
        self._store.apply(snapshot.batch(now))
        self._calendars(snapshot.calendars)
        await self.read_health()
        self.wished()


def set_marks(marks: Iterable[Mark], *, read: set[str], saved: set[str], seen_ratings: set[str]) -> None:
    """Set what was read, saved or looked at elsewhere, in the three sets that the screen goes by."""
    for mark in marks:
        if mark.identity.startswith(RATING_MARK):
            _set(seen_ratings, mark.identity.removeprefix(RATING_MARK), mark.read)
        else:
            _set(read, mark.identity, mark.read)
            _set(saved, mark.identity, mark.saved)


def _set(marks: set[str], identity: str, value: bool) -> None:
    (marks.add if value else marks.discard)(identity)
