"""The program without a screen: values, storage, lists and sources, built, run and closed in their order.

``compose`` puts the screen on it. Nothing is asked of any network and nothing heavy is imported before
``run_engine``, which waits for the first paint; nothing here knows Textual.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import load_instruments, load_universe
from tui_monitor.domain.instrument import home_lines
from tui_monitor.engine.clock import Clock, ReplayClock, SystemClock
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.present.first_view import first_view, zone_of
from tui_monitor.present.view import View
from tui_monitor.present.watchlist_facts import home_currency
from tui_monitor.present.words import language_of
from tui_monitor.services.default_lists import default_lists
from tui_monitor.services.intake import Intake
from tui_monitor.services.network import Network
from tui_monitor.services.newsroom import Newsroom
from tui_monitor.services.recall import HEADLINES_AT_FIRST, recall_histories, recall_paths, seen_first
from tui_monitor.services.source_setup import feeds_to_read, source_tables
from tui_monitor.services.watching import Watching
from tui_monitor.services.watchlists import WatchlistService
from tui_monitor.sources.api import Topic
from tui_monitor.store.database import Database, Limits
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.writer import Writer

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.alert import AlertEvent
    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.universe import Universe
    from tui_monitor.engine.lookout import Lookout
    from tui_monitor.engine.scheduler import Scheduler
    from tui_monitor.present.view import View
    from tui_monitor.services.agenda import Agenda
    from tui_monitor.services.alert_keeper import AlertKeeper
    from tui_monitor.services.asking import Asking
    from tui_monitor.services.outside import Outside
    from tui_monitor.services.polling import Polling
    from tui_monitor.services.rating_reading import RatingReading
    from tui_monitor.services.sharing import Sharing
    from tui_monitor.services.wishes import Target
    from tui_monitor.sources.api import Batch
    from tui_monitor.store.changes import Mark
    from tui_monitor.store.recordings import Recording


class Replay(msgspec.Struct, kw_only=True):
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
        self.network = Network(lambda: self.settings.network, paths, self.instruments, self.clock.now)
        self.store = LatestStore()
        # A replayed day never touches what is stored: it plays in memory.
        self.database = Database.open(None if replay else paths.database, now=_wall_now)
        self.writer = Writer(self.database)
        language = language_of(settings.display.language, self.environment)
        self.lists = WatchlistService(paths, now=_wall_now, default=default_lists(self.universe, language))
        self.book = SessionBook(
            self.clock, on_loaded=None if replay else self.writer.put_calendar, overrides=settings.sessions
        )
        self.polling: Polling | None = None
        """What asks the sources, while this is the monitor that does."""
        self._reading: RatingReading | None = None
        self.taps: list[Callable[[Batch], object]] = []
        """Hear of each answer before it is taken in: of the sources, or of what the monitor that polls has stored."""
        self.view = self._view()
        self._agenda: Agenda | None = None
        self.view.agenda = self._told_agenda
        self.watching = Watching(
            settings=lambda: self.settings,
            universe=self.universe,
            instruments=self.instruments,
            lists=lambda: self.lists.lists,
            store=self.store,
            target=self._target,
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
            health=lambda: self.view.health,
            feeds=lambda added: feeds_to_read(self.settings, added),
            live=replay is None,
        )
        self.view.muted = self.newsroom.muted
        self.view.saved_filters = self.newsroom.named_filters
        self.view.notices.extend(self.newsroom.problems)
        self.sharing: Sharing | None = None
        """Whose turn it is to poll; ``None`` for one that polls for itself alone, and before the engine runs."""
        self.view.followed = lambda: self.sharing.whose() if self.sharing is not None else (False, None)
        self.write_terminal: Callable[[str], object] | None = None
        """Writes to the terminal past the screen, where there is one."""
        # What is stored up to here is recalled, what comes after it is followed.
        self._recalled_to = self.database.last_change()
        self._noticed = len(self.database.notices)
        self._waits: str | None = None
        """What was said to wait for the next start."""
        self._recall()

    @property
    def scheduler(self) -> Scheduler | None:
        """What asks the sources in their turn, ``None`` until they are built."""
        return self.polling.scheduler if self.polling is not None else None

    # What the first paint does not need is made when it is first asked for

    @cached_property
    def alerts(self) -> AlertKeeper:
        """The rules, where they stand and what fired."""
        from tui_monitor.present.alert_lines import alert_wording, sentence
        from tui_monitor.services.alert_keeper import AlertKeeper

        keeper = AlertKeeper(
            self.view, self.paths, alert_wording(self.view), lambda event: sentence(self.view.words, event),
            self.environment, live=self.replay is None,
            leads=lambda: self.sharing is None or self.sharing.polls,
        )  # fmt: skip
        keeper.delivery.terminal = self.write_terminal
        return keeper

    def fired(self) -> AlertEvent | None:
        """Return the last alert that was not asked for yet, once."""
        return self.alerts.news() if "alerts" in self.__dict__ else None

    @cached_property
    def asking(self) -> Asking:
        """What the person asks of the sources."""
        from tui_monitor.services.asking import Asking

        return Asking(lambda: self.scheduler, lambda: self.sharing, lambda: self.view.health)

    @cached_property
    def outside(self) -> Outside:
        """Looks after what others may change."""
        from tui_monitor.services.config_watch import ConfigWatch
        from tui_monitor.services.outside import Outside

        return Outside(
            self.lists,
            self.newsroom,
            ConfigWatch(self.paths.config_file),
            self.database,
            say=self.view.notices.append,
            unsay=self._unsay,
            feeds_changed=self._take_feeds,
            settings_changed=self._take_settings,
            lists_changed=self.lists_changed,
            looked=self.watching.follow_currencies,
            told=self._noticed,
            renewed=self._store_anew,
        )

    # Building

    def _view(self) -> View:
        mark = None if self.replay is None else "demo.mark" if self.replay.demo else "replay.mark"
        return first_view(
            self.settings,
            self.environment,
            store=self.store,
            clock=self.clock,
            universe=self.universe,
            instruments=self.instruments,
            zone=self._zone(),
            session=self._session,
            lists=lambda: self.lists.lists,
            mark=mark,
            notices=self.database.notices,
        )

    def _zone(self) -> tzinfo:
        return zone_of(self.settings, self.book.calendar)

    def _session(self, mic: str | None) -> Any:
        return self.book.state(mic) if mic else None

    def _told_agenda(self) -> tuple[CalendarEvent, ...]:
        """Return what is to come, nothing before the engine runs."""
        if self._agenda is None:
            return ()
        return self._agenda.told(self.clock.now(), self.lists.lists, self.book.revision, self.settings.events)

    def _gathering(self) -> Agenda:
        from tui_monitor.services.agenda import Agenda, gathered

        return Agenda(
            self.store,
            lambda: gathered(
                self.store,
                self.settings,
                now=self.clock.now(),
                watched=(*self.lists.lists.symbols, *self.universe.symbols),
                calendar=self.book.calendar,
                provisional=self.book.provisional,
                home_lines=home_lines(self.instruments.values()),
            ),
        )

    def _recall(self) -> None:
        """Take in what was stored, before any network; paths and headlines that no first paint shows come after it."""
        if self.replay is not None:
            return
        self._recalled = seen_first(self.settings.market, self.universe.symbols, self.lists.lists.symbols)
        snapshot = self.database.read_latest(Limits(headlines=HEADLINES_AT_FIRST, paths=self._recalled))
        self.book.seed(snapshot.calendars)
        self.store.apply(snapshot.batch(_wall_now()))
        self.view.read.update(snapshot.read)
        self.view.saved.update(snapshot.saved)
        self.view.seen_ratings.update(snapshot.seen_ratings)

    def _shared(self) -> Sharing | None:
        """Return whose turn it is to poll, ``None`` for one that polls for itself alone."""
        if self.replay is not None or self.database.in_memory or not self.settings.network.share:
            return None
        from tui_monitor.services.following import Following
        from tui_monitor.services.sharing import Sharing
        from tui_monitor.store.holding import PollingLock

        following = Following(
            self.database,
            self.store,
            self.clock,
            since=self._recalled_to,
            marked=self._take_marks,
            calendars=self.book.seed,
            arrived=self.newsroom.followed,
            tap=self._tap,
        )
        lock = PollingLock(self.paths.polling_lock)
        sharing = Sharing(lock, following, self.database, self.writer, self.clock, self._rest)
        self.view.silence = sharing.silence
        return sharing

    def _take_marks(self, marks: Iterable[Mark]) -> None:
        """Show what was read, saved or looked at in another monitor."""
        from tui_monitor.services.following import set_marks

        view = self.view
        set_marks(marks, read=view.read, saved=view.saved, seen_ratings=view.seen_ratings)
        view.marks_revision += 1

    def _store_anew(self) -> None:
        """Store what is known in the database's new file, and tell the other monitors anew."""
        if self.sharing is not None:
            self.sharing.renewed()
            if not self.sharing.polls:
                return
        view, writer = self.view, self.writer
        writer.put_applied(self.store.everything())
        for calendar in self.book.known():
            writer.put_calendar(calendar)
        writer.mark_read(view.read)
        writer.mark_saved(view.saved)
        writer.mark_seen(view.seen_ratings)

    def _target(self) -> Target | None:
        if self.polling is not None:
            return self.polling.wanted
        return self.sharing.wishing if self.sharing is not None else None

    def _build_sources(self) -> Polling:
        from tui_monitor.services.polling import Polling

        tables = source_tables(self.settings, self.newsroom.added, stored=bool(self.store.headlines()))
        only = None
        if self.replay is not None:
            tables, only = {"replay": {"path": str(self.replay.recording.path)}}, {"replay"}
        self.polling = polling = Polling(
            tables,
            self.network.context,
            clock=self.clock,
            sink=self._take,
            is_open=self._is_open,
            next_change=self._next_change,
            requests_per_minute=self.settings.network.requests_per_minute,
            only=only,
        )
        self.view.notices.extend(polling.warnings)
        self.newsroom.take_sources(polling.sources, lambda: self.network.context("feeds", tables.get("feeds", {})))
        self.view.health = polling.scheduler.health
        now = self.clock.now()
        asked = {table.symbol: (now - table.asked).total_seconds() for table in self.store.rating_tables()}
        polling.scheduler.answered_before(Topic.RATINGS, asked)
        self.watching.retarget()
        return polling

    def _take(self, batch: Batch) -> None:
        self._tap(batch)
        self.intake.take(batch)

    def _tap(self, batch: Batch) -> None:
        for tap in self.taps:
            tap(batch)

    def _is_open(self, mic: str | None) -> bool:
        if mic is None:
            return True
        state = self.book.state(mic)
        return state is None or state.phase.live

    def _next_change(self) -> datetime | None:
        return self.book.next_change(self.watching.mics())

    def lay_down(self) -> None:
        """Save, and let another monitor poll: the program is about to be stopped."""
        self.lists.flush()
        if self.sharing is not None:
            self.sharing.lay_down()

    def came_back(self) -> None:
        """Look whose turn it is after the program was stopped."""
        if self.sharing is not None:
            self.sharing.came_back()

    # Running

    async def run_engine(self) -> None:
        """Poll or follow, and keep everything else going, until cancelled."""
        from tui_monitor.services.headline_reading import reading_for

        problem = recall_histories(self.database, self.store, self.settings.market, _wall_now())
        if problem is not None:
            self.view.notices.append(problem)
        self.newsroom.opened_with(lambda: self.network.context("feeds", self.settings.sources.get("feeds", {})))
        self._agenda = self._gathering()
        self.sharing = self._shared()
        self.watching.retarget()
        self._reading = reading_for(self.intake, self.instruments, self.clock.now, on_ready=self.view.tape.release)
        async with asyncio.TaskGroup() as group:
            if self.replay is None:
                paths = recall_paths(self.database, self.store, self._recalled, _wall_now())
                group.create_task(paths, name="stored-paths")
            if self.sharing is None:
                group.create_task(self._poll(), name="polling")
            else:
                group.create_task(self.sharing.run(self._poll), name="turns")
                group.create_task(self.sharing.following.run(), name="following")
                group.create_task(self.sharing.say(), name="wishes")
            group.create_task(self.newsroom.begin(self.view.read, self._marks_found), name="headlines")
            group.create_task(self._tell(), name="storyteller")
            group.create_task(self._reading.run(), name="rating-reading")
            group.create_task(self.alerts.run(), name="alerts")
            group.create_task(self.outside.run(), name="outside")
            for lookout in self._lookouts():
                group.create_task(lookout.run(), name="lookout")

    def _lookouts(self) -> Iterator[Lookout]:
        """Yield what looks at the files that others may write to."""
        from tui_monitor.engine.lookout import Lookout

        sharing, paths = self.sharing, self.paths
        lookout = Lookout("lookout")
        self.outside.stand(lookout, paths.watchlists_file, (paths.config_file, paths.feeds_file, paths.filters_file))
        self.alerts.stand(lookout)
        yield lookout
        if sharing is not None and (log := self.database.log_file) is not None:
            # Apart: who polls writes there itself all day, and those who follow want to know soon.
            apart = Lookout("log-lookout", sharing.pause, pause=sharing.pause)
            apart.watch(log, sharing.following.stirred.set)
            yield apart

    async def _tell(self) -> None:
        """Keep the board told. Its questions are a tenth of the program's modules: after the first paint."""
        from tui_monitor.services.storyteller import keeping_storyteller

        await keeping_storyteller(self.view, self.book.calendar, self.database, self.writer).run()

    async def _poll(self) -> None:
        """Build the sources and ask them until cancelled."""
        assert self._reading is not None
        polling = self._build_sources()
        # Only who reads the feeds reads their headlines for ratings; the others are told what came of it.
        self._reading.catch_up(self.store.headlines())
        self.intake.read_later = self._reading.offer
        if self.sharing is not None:
            await self.sharing.take_up(polling.scheduler)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(polling.scheduler.run(), name="scheduler")
                group.create_task(self.book.run(self.watching.mics), name="sessions")
                if self.sharing is not None:
                    group.create_task(self.sharing.serve(polling.scheduler, polling.wanted), name="served")
        finally:
            self.intake.read_later = None
            await self._stop_polling()

    async def _stop_polling(self) -> None:
        polling, self.polling = self.polling, None
        if polling is not None:
            await polling.aclose()
            await self.newsroom.leave_sources()

    def _rest(self) -> None:
        """Show how the sources of the monitor that polls fare, and tell it what is wanted here."""
        assert self.sharing is not None
        self.view.health = self.sharing.following.health
        self.watching.retarget()

    def _marks_found(self) -> None:
        self.view.marks_revision += 1

    def _take_feeds(self) -> None:
        self.view.muted = self.newsroom.muted
        self.view.marks_revision += 1

    def _take_settings(self, new: Settings) -> None:
        """Take over changed settings as far as they can be; say what waits for the next start."""
        from tui_monitor.services.config_watch import taken_over

        self.settings, waiting = taken_over(self.settings, new)
        self.view.settings = self.settings
        self.view.zone = self._zone()
        self.view.flash = self.settings.display.flash and not self.settings.display.slow
        self.watching.retarget()
        self.settings_changed()
        if self._waits is not None:
            self._unsay(self._waits)
        self._waits = self.view.words("config.waits", keys=", ".join(waiting)) if waiting else None
        if self._waits is not None:
            self.view.notices.append(self._waits)

    def _unsay(self, notice: str) -> None:
        """Take back a notice that no longer holds, unless the person has put it away."""
        if notice in self.view.notices:
            self.view.notices.remove(notice)

    def settings_changed(self) -> None:
        """Hear of settings that were taken over while it runs: for what is put on top."""

    def lists_changed(self) -> None:
        """Hear that somebody else has written the lists' file: for what is put on top."""

    async def aclose(self) -> None:
        """Close everything, the database last."""
        self.lists.close()
        if "alerts" in self.__dict__:
            self.alerts.close()
        await self._stop_polling()
        await self.network.aclose()
        await self.newsroom.aclose()
        await self.writer.aclose()
        self.database.close()


def _wall_now() -> datetime:
    return datetime.now(UTC)
