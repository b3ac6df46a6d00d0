"""The program without a screen: values, storage, lists and sources, built, run and closed in their order.

``compose`` puts the screen on it. Nothing is asked of any network and nothing heavy is imported before
``run_engine``, which waits for the first paint; nothing here knows Textual.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import load_instruments, load_reference, load_universe
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.instrument import home_lines, mic_of
from tui_monitor.engine.blocking import DaemonWorker
from tui_monitor.engine.clock import Clock, ReplayClock, SystemClock
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.present.appearance import glyphs_for
from tui_monitor.present.view import View
from tui_monitor.present.watchlist_facts import home_currency
from tui_monitor.present.words import Words, language_of
from tui_monitor.services.agenda import Agenda, gathered
from tui_monitor.services.config_watch import ConfigWatch, taken_over
from tui_monitor.services.default_lists import default_lists
from tui_monitor.services.intake import Intake
from tui_monitor.services.newsroom import Newsroom
from tui_monitor.services.recall import recall_histories
from tui_monitor.services.watching import Watching
from tui_monitor.services.watchlists import WatchlistService
from tui_monitor.sources.api import Topic
from tui_monitor.store.database import Database
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.writer import Writer

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.universe import Universe
    from tui_monitor.engine.scheduler import Scheduler
    from tui_monitor.services.polling import Polling
    from tui_monitor.services.rating_reading import RatingReading
    from tui_monitor.services.storyteller import Storyteller
    from tui_monitor.store.recordings import Recording

OUTSIDE_SECONDS = 0.9
"""How often the watchlist file is looked at for edits from outside."""


@dataclass(slots=True, kw_only=True)
class Replay:
    """A recording that takes the sources' place."""

    recording: Recording
    clock: ReplayClock
    demo: bool


class Core:
    """Everything behind the screen, built and ready to run. One object a run."""

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        *,
        replay: Replay | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self.paths = paths
        self.replay = replay
        self.environment = os.environ if environment is None else environment
        self.clock: Clock = replay.clock if replay else SystemClock()
        self.universe: Universe = load_universe(settings.market.universe)
        self.instruments: dict[str, Instrument] = load_instruments(self.universe)
        self.store = LatestStore()
        # A replayed day never touches what is stored: it plays in memory.
        self.database = Database.open(None if replay else paths.database, now=_wall_now)
        self.writer = Writer(self.database)
        self.lists = WatchlistService(paths, now=_wall_now, default=default_lists(self.universe))
        self.book = SessionBook(
            self.clock, on_loaded=None if replay else self.writer.put_calendar, overrides=settings.sessions
        )
        self.config_watch = ConfigWatch(paths.config_file)
        self.polling: Polling | None = None
        """What asks the sources, once they are built."""
        self.view = self._view()
        agenda = Agenda(self.store, self._gather_agenda)
        self.view.agenda = lambda: agenda.told(
            self.clock.now(), self.lists.lists, self.book.revision, self.settings.events
        )
        self._storage_told = len(self.database.notices)
        self.watching = Watching(
            settings=lambda: self.settings,
            universe=self.universe,
            instruments=self.instruments,
            lists=lambda: self.lists.lists,
            store=self.store,
            scheduler=lambda: self.scheduler,
            home_currency=lambda: home_currency(self.view),
        )
        # The dictionary of research houses is loaded after the first paint.
        self.view.tape.hold()
        self.intake = Intake(
            self.store,
            written=self.writer.put_applied,
            home_lines=home_lines(self.instruments.values()),
        )
        self.newsroom = Newsroom(
            self.database,
            self.writer,
            self.store,
            self.intake,
            paths,
            scheduler=lambda: self.scheduler,
            live=replay is None,
        )
        self.view.muted = self.newsroom.muted
        if self.newsroom.problem is not None:
            self.view.notices.append(self.newsroom.problem)
        self._recall()

    @property
    def scheduler(self) -> Scheduler | None:
        """What asks the sources in their turn, ``None`` until they are built."""
        return self.polling.scheduler if self.polling is not None else None

    # Building

    def _view(self) -> View:
        display = self.settings.display
        words = Words(language_of(display.language, self.environment))
        mark = None
        if self.replay is not None:
            mark = words("demo.mark" if self.replay.demo else "replay.mark")
        return View(
            store=self.store,
            clock=self.clock,
            settings=self.settings,
            universe=self.universe,
            instruments=self.instruments,
            reference=load_reference(),
            words=words,
            glyphs=glyphs_for(display, self.environment),
            zone=self._zone(),
            session=self._session,
            lists=lambda: self.lists.lists,
            flash=display.flash and not display.slow,
            replaying=mark,
            notices=[*self.database.notices],
        )

    def _zone(self) -> tzinfo:
        name = self.settings.display.timezone
        if name == "exchange":
            mic = mic_of(self.settings.market.index)
            calendar = self.book.calendar(mic) if mic else None
            name = calendar.zone if calendar else "Asia/Hong_Kong"
        return ZoneInfo(name)

    def _session(self, mic: str | None) -> Any:
        return self.book.state(mic) if mic else None

    def _gather_agenda(self) -> tuple[CalendarEvent, ...]:
        return gathered(
            self.store,
            self.settings,
            now=self.clock.now(),
            watched=(*self.lists.lists.symbols, *self.universe.symbols),
            calendar=self.book.calendar,
            provisional=self.book.provisional,
            home_lines=home_lines(self.instruments.values()),
        )

    def _recall(self) -> None:
        """Take in what was stored, before any network."""
        if self.replay is not None:
            return
        snapshot = self.database.read_latest()
        self.book.seed(snapshot.calendars)
        self.store.apply(snapshot.batch(_wall_now()))
        self.view.read.update(snapshot.read)
        self.view.saved.update(snapshot.saved)
        self.view.seen_ratings.update(snapshot.seen_ratings)

    def _build_sources(self) -> None:
        from tui_monitor.services.polling import Polling
        from tui_monitor.services.source_setup import source_tables

        tables = source_tables(self.settings, self.newsroom.added, stored=bool(self.store.headlines()))
        only = None
        if self.replay is not None:
            tables, only = {"replay": {"path": str(self.replay.recording.path)}}, {"replay"}
        self.polling = polling = Polling(
            self.settings.network,
            self.paths,
            self.instruments,
            tables,
            clock=self.clock,
            sink=self.intake.take,
            is_open=self._is_open,
            next_change=self._next_change,
            only=only,
        )
        self.view.notices.extend(polling.warnings)
        self.newsroom.take_sources(polling.sources, lambda: polling.context("feeds"))
        self.view.health = polling.scheduler.health
        now = self.clock.now()
        asked = {table.symbol: (now - table.asked).total_seconds() for table in self.store.rating_tables()}
        polling.scheduler.answered_before(Topic.RATINGS, asked)
        self.watching.retarget()

    def _is_open(self, mic: str | None) -> bool:
        if mic is None:
            return True
        state = self.book.state(mic)
        return state is None or state.phase.live

    def _next_change(self) -> datetime | None:
        return self.book.next_change(self.watching.mics())

    def _read_headlines_with(self) -> RatingReading:
        """Give the intake what it reads headlines with. Off the start-up path: the indices take a moment."""
        from tui_monitor.services.headline_reading import headline_readers
        from tui_monitor.services.rating_reading import RatingReading

        find_symbols, find_topics, read_rating = headline_readers(self.instruments)
        self.intake.find_symbols = find_symbols
        self.intake.find_topics = find_topics
        reading = RatingReading(read_rating, self.intake.take, self.clock.now, on_ready=self.view.tape.release)
        reading.catch_up(self.store.headlines())
        self.intake.read_later = reading.offer
        return reading

    def _storyteller(self) -> Storyteller:
        """Return what tells the board. Its questions are a tenth of the program's modules: after the first paint."""
        from tui_monitor.services.storyteller import Storyteller

        index = self.settings.market.index
        return Storyteller(
            self.view,
            self.book.calendar,
            valuations=lambda: self.database.read_valuations(index),
            keep_valuation=lambda day, ratio, coverage: self.writer.put_valuation(index, day, ratio, coverage),
            keep_bar=self.writer.put_own_bar,
        )

    # Use-cases

    def refresh(self, topic: str | None) -> Sequence[str]:
        """Ask the sources of a topic, or all, again."""
        if self.scheduler is None:
            return ()
        return self.scheduler.refresh(Topic(topic) if topic else None)

    def refresh_source(self, name: str) -> Sequence[str]:
        """Ask one source again, in full."""
        return self.scheduler.refresh(name=name) if self.scheduler is not None else ()

    def toggle_source(self, name: str) -> None:
        """Pause a source, or let it go on."""
        if self.scheduler is not None:
            paused = self.scheduler.health[name].state == "paused"
            (self.scheduler.resume if paused else self.scheduler.pause)(name)

    # Running

    async def run_engine(self) -> None:
        """Build the sources and keep them going until cancelled."""
        problem = recall_histories(self.database, self.store, self.settings.market, _wall_now())
        if problem is not None:
            self.view.notices.append(problem)
        reading = self._read_headlines_with()
        self._build_sources()
        assert self.scheduler is not None
        async with asyncio.TaskGroup() as group:
            group.create_task(self.scheduler.run(), name="scheduler")
            group.create_task(self.newsroom.begin(self.view.read, self._marks_found), name="headlines")
            group.create_task(self.book.run(self.watching.mics), name="sessions")
            group.create_task(self._storyteller().run(), name="storyteller")
            group.create_task(reading.run(), name="rating-reading")
            group.create_task(self._watch_outside(), name="watchlist-file")

    def _marks_found(self) -> None:
        self.view.marks_revision += 1

    async def _watch_outside(self) -> None:
        # One thread for all looks: a new one for each was a tenth of what the idle program took.
        thread = DaemonWorker("watchlist-file")
        while True:
            await asyncio.sleep(OUTSIDE_SECONDS)
            with suppress(Exception):
                # What went wrong with the file is in ``lists.problem``; the next look tries again.
                await thread.call(self.lists.poll_outside, timeout=5.0)
            self._look_at_settings()
            self._look_at_storage()
            self.watching.follow_currencies()

    def _look_at_storage(self) -> None:
        """Say what has happened to the database's file since it was opened."""
        told = self.database.notices[self._storage_told :]
        self._storage_told += len(told)
        self.view.notices.extend(told)

    def _look_at_settings(self) -> None:
        """Take over a changed ``config.toml``; a wrong one changes nothing and is said."""
        try:
            new = self.config_watch.poll()
        except ConfigError as error:
            self.view.notices.append(" ".join(str(error).split()))
            return
        if new is None:
            return
        self.settings, waiting = taken_over(self.settings, new)
        self.view.settings = self.settings
        self.view.zone = self._zone()
        self.view.flash = self.settings.display.flash and not self.settings.display.slow
        self.watching.retarget()
        self.settings_changed()
        if waiting:
            self.view.notices.append(self.view.words("config.waits", keys=", ".join(waiting)))

    def settings_changed(self) -> None:
        """Hear of settings that were taken over while it runs: for what is put on top."""

    async def aclose(self) -> None:
        """Close everything, the database last."""
        self.lists.close()
        if self.polling is not None:
            await self.polling.aclose()
        await self.newsroom.aclose()
        await self.writer.aclose()
        self.database.close()


def _wall_now() -> datetime:
    return datetime.now(UTC)
