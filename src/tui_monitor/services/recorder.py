"""Records a session without a screen: what the sources answer, in the order in which it came.

Nothing of the person's gets in: the symbols are those of the market of the settings and not of any watchlist, the
feeds are the shipped ones, and what a source says about its own settings is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from tui_monitor.config.seeds import load_instruments, load_universe
from tui_monitor.domain.errors import RecordingError
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.watchlist import Watchlists
from tui_monitor.engine.clock import SystemClock
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.services.interests import wanted
from tui_monitor.services.public_batch import PublicPart
from tui_monitor.services.source_setup import source_tables
from tui_monitor.sources.api import Batch, SourceContext
from tui_monitor.sources.registry import build_sources
from tui_monitor.sources.transport import Transport
from tui_monitor.store.daily_recordings import DailyRecordings
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.recordings import FLUSH_EVERY, Header, RecordingWriter

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings

HOME_ZONE = "Asia/Hong_Kong"
"""Zone of an index whose exchange is not known."""


class Recorder:
    """One recording. Raises ``RecordingError`` where the file cannot be written, ``ConfigError`` for wrong settings."""

    def __init__(
        self, settings: Settings, paths: Paths, file: Path, *, daily: bool = False, keep: int | None = None
    ) -> None:
        """``file`` is a folder when recording ``daily``, a file a day, of which ``keep`` days stay."""
        # The person's own feeds are the person's: their addresses may carry keys.
        self._settings = msgspec.structs.replace(settings, feeds=())
        self._paths = paths
        self._clock = SystemClock()
        self._universe = load_universe(settings.market.universe)
        self._instruments = load_instruments(self._universe)
        self._book = SessionBook(self._clock, overrides=settings.sessions)
        mic = mic_of(settings.market.index)
        calendar = self._book.calendar(mic) if mic else None
        zone = calendar.zone if calendar is not None else HOME_ZONE
        began = datetime.now(UTC)
        self._known: LatestStore | None = None
        self._writer: RecordingWriter | DailyRecordings
        if daily:
            self._known = LatestStore()
            self._writer = DailyRecordings(file, settings.market.index, zone, keep=keep, opening=self._opening)
        else:
            header = Header(title=f"{settings.market.index}, {began:%Y-%m-%d}", start=began, zone=zone)
            self._writer = RecordingWriter(file, header)
        self.warnings: list[str] = []
        """A sentence for each plug-in that could not be built."""
        self.problem: RecordingError | None = None
        """Why writing ended before its time."""
        self._full = asyncio.Event()

    @property
    def lines(self) -> int:
        """Batches written so far."""
        return self._writer.lines

    async def run(self, *, seconds: float | None, stopped: asyncio.Event) -> None:
        """Record for so many seconds, or until ``stopped`` is set; the file is whole when this returns."""
        network = self._settings.network
        transport = Transport(
            user_agent=network.user_agent, now=self._clock.now, allow_private_hosts=network.allow_private_hosts
        )

        def context(name: str, table: Mapping[str, Any]) -> SourceContext:
            return SourceContext(
                settings=table,
                transport=transport,
                now=self._clock.now,
                state_dir=self._paths.state_dir / "sources" / name,
                instruments=self._instruments,
            )

        sources, self.warnings = build_sources(context, source_tables(self._settings))
        scheduler = Scheduler(
            sources,
            clock=self._clock,
            sink=self._take,
            is_open=self._is_open,
            next_change=self._next_change,
            requests_per_minute=network.requests_per_minute,
        )
        symbols = wanted(self._settings, self._universe, self._instruments, Watchlists())
        for topic, names in symbols.items():
            scheduler.set_interest(topic, names)
        running = asyncio.create_task(scheduler.run(), name="scheduler")
        flushing = asyncio.create_task(self._flush(), name="flush")
        ends = [asyncio.create_task(one.wait()) for one in (stopped, self._full)]
        try:
            await asyncio.wait([running, *ends], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (running, flushing, *ends):
                task.cancel()
            await asyncio.gather(running, flushing, *ends, return_exceptions=True)
            await scheduler.aclose()
            await transport.aclose()
            self._close()

    def _take(self, batch: Batch) -> None:
        if self.problem is not None:
            return
        if self._known is not None:
            self._known.apply(batch)
        try:
            self._writer.append(replace(batch, notes=()), at=self._clock.now())
        except RecordingError as error:
            self.problem = error
            self._full.set()

    async def _flush(self) -> None:
        """Bring what came into the file while nothing further comes: a kill in a quiet hour loses no more."""
        while self.problem is None:
            await self._clock.sleep(FLUSH_EVERY)
            try:
                self._writer.flush_new()
            except RecordingError as error:
                self.problem = error
                self._full.set()

    def _opening(self) -> Batch | None:
        """Return what a further day begins with."""
        assert self._known is not None
        if not self._known.revision:
            return None
        public = PublicPart(self._settings, self._universe, self._instruments)
        return public.known(self._known, Batch(source="database", received=self._clock.now()))

    def _close(self) -> None:
        try:
            self._writer.close()
        except RecordingError as error:
            self.problem = self.problem or error
        if not self._writer.lines and self._known is None and self._writer.path is not None:
            with suppress(OSError):
                self._writer.path.unlink()

    def _is_open(self, mic: str | None) -> bool:
        state = self._book.state(mic) if mic is not None else None
        return state is None or state.phase.live

    def _next_change(self) -> datetime | None:
        mic = mic_of(self._settings.market.index)
        state = self._book.state(mic) if mic else None
        return state.next_change if state is not None else None
