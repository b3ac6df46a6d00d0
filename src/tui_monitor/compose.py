"""The composition root: builds everything, owns the engine's task group and the order of closing.

Nothing is asked of any network and nothing heavy is imported before the first paint; the sources are built after
it. ``launch`` runs what is built here.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import load_instruments, load_reference, load_universe
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.instrument import home_lines, mic_of
from tui_monitor.engine.blocking import in_thread
from tui_monitor.engine.clock import Clock, ReplayClock, SystemClock
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.present.appearance import glyphs_for, theme_for
from tui_monitor.present.view import View
from tui_monitor.present.watchlist_facts import home_currency
from tui_monitor.present.words import Words, language_of
from tui_monitor.services.column_keeper import ColumnKeeper
from tui_monitor.services.config_watch import ConfigWatch, taken_over
from tui_monitor.services.default_lists import default_lists
from tui_monitor.services.intake import Intake
from tui_monitor.services.links import open_link
from tui_monitor.services.newsroom import Newsroom
from tui_monitor.services.recall import recall_histories
from tui_monitor.services.symbol_search import SEARCH, SymbolSearch
from tui_monitor.services.watching import Watching
from tui_monitor.services.watchlists import WatchlistService
from tui_monitor.sources.api import SourceContext, Topic
from tui_monitor.store.database import Database
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.log import tail
from tui_monitor.store.writer import Writer

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.universe import Universe
    from tui_monitor.domain.watchlist_edits import Edit
    from tui_monitor.engine.scheduler import Scheduler
    from tui_monitor.services.finding import Finder
    from tui_monitor.services.rating_reading import RatingReading
    from tui_monitor.services.storyteller import Storyteller
    from tui_monitor.sources.transport import Transport
    from tui_monitor.sources.yahoo_search import YahooSearch
    from tui_monitor.store.recordings import Recording
    from tui_monitor.tui.app import MonitorApp
    from tui_monitor.tui.services import Choice

_log = logging.getLogger(__name__)

OUTSIDE_SECONDS = 0.9
"""How often the watchlist file is looked at for edits from outside."""


@dataclass(slots=True, kw_only=True)
class Replay:
    """A recording that takes the sources' place."""

    recording: Recording
    clock: ReplayClock
    demo: bool


class Monitor:
    """The program, built and ready to run. One object a run."""

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
        self._app: MonitorApp | None = None
        self.columns = ColumnKeeper(paths.columns_file)
        self._finder: Finder | None = None
        self._search: YahooSearch | None = None
        self.scheduler: Scheduler | None = None
        self.transport: Transport | None = None
        self.view = self._view()
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
        self.view.columns = self.columns.read()
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
        from tui_monitor.engine.scheduler import Scheduler
        from tui_monitor.services.source_setup import source_tables
        from tui_monitor.sources.registry import build_sources
        from tui_monitor.sources.transport import Transport

        network = self.settings.network
        self.transport = Transport(
            user_agent=network.user_agent, now=self.clock.now, allow_private_hosts=network.allow_private_hosts
        )
        tables = source_tables(self.settings, self.newsroom.added, stored=bool(self.store.headlines()))
        only = None
        if self.replay is not None:
            tables, only = {"replay": {"path": str(self.replay.recording.path)}}, {"replay"}
        sources, warnings = build_sources(self._context, tables, only=only)
        self.view.notices.extend(warnings)
        self.newsroom.take_sources(sources, lambda: self._context("feeds", tables.get("feeds", {})))
        self._search = self._build_search()
        self.scheduler = Scheduler(
            sources,
            clock=self.clock,
            sink=self.intake.take,
            is_open=self._is_open,
            next_change=self._next_change,
            requests_per_minute=network.requests_per_minute,
        )
        self.view.health = self.scheduler.health
        now = self.clock.now()
        asked = {table.symbol: (now - table.asked).total_seconds() for table in self.store.rating_tables()}
        self.scheduler.answered_before(Topic.RATINGS, asked)
        self.watching.retarget()

    def _build_search(self) -> YahooSearch | None:
        from tui_monitor.sources.yahoo_search import NAME, YahooSearch

        if self.replay is not None or self.transport is None:
            return None
        try:
            return YahooSearch(self.transport, self.settings.sources.get(NAME, {}))
        except ConfigError as error:
            self.view.notices.append(str(error))
            return None

    def finder(self) -> Finder:
        """Return what turns a person's words into symbols."""
        if self._finder is None:
            from tui_monitor.services.finding import Finder
            from tui_monitor.services.initials import load_initials
            from tui_monitor.services.known_names import KnownNames

            self._finder = Finder(
                self.instruments,
                initials=load_initials(),
                others=KnownNames(self.store, lambda: self.lists.lists, self.clock.monotonic),
                has_quote=lambda symbol: self.store.quote(symbol) is not None,
            )
        return self._finder

    def _context(self, name: str, table: Mapping[str, Any]) -> SourceContext:
        assert self.transport is not None
        folder = self.paths.state_dir / "sources" / name
        return SourceContext(
            settings=table, transport=self.transport, now=self.clock.now, state_dir=folder, instruments=self.instruments
        )

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

    # Use-cases of the screen

    def refresh(self, topic: str | None) -> Sequence[str]:
        """Ask the sources of a topic, or all, again."""
        if self.scheduler is None:
            return ()
        return self.scheduler.refresh(Topic(topic) if topic else None)

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
        while True:
            await asyncio.sleep(OUTSIDE_SECONDS)
            with suppress(Exception):
                # What went wrong with the file is in ``lists.problem``; the next look tries again.
                await in_thread(self.lists.poll_outside, timeout=5.0, name="watchlist-file")
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
        if self._app is not None:
            self._app.take_settings(
                theme_for(self.settings.display, self.environment),
                language_of(self.settings.display.language, self.environment),
            )
        if waiting:
            self.view.notices.append(self.view.words("config.waits", keys=", ".join(waiting)))

    def build_app(self, on_ready: Callable[[], None] | None = None) -> MonitorApp:
        """Return the app over this monitor."""
        from tui_monitor.tui.app import MonitorApp
        from tui_monitor.tui.services import Services

        search = SymbolSearch(lambda: self._search, self.finder)
        asks = self.replay is None and self.settings.sources.get(SEARCH, {}).get("enabled") is not False
        services = Services(
            edit=self._edit,
            undo=lambda: step.inverse if (step := self.lists.undo()) else None,
            redo=lambda: step.edit if (step := self.lists.redo()) else None,
            conflict=lambda: self.lists.conflict,
            settle=self._settle,
            finder=self.finder,
            search=search.find if asks else None,
            glance=self.watching.glance,
            keep_columns=self.columns.keep,
            save=self.lists.flush,
            refresh=self.refresh,
            mark_read=lambda ids, read: self.writer.mark_read(ids, read),
            mark_seen=lambda keys, seen: self.writer.mark_seen(keys, seen),
            open_link=lambda url: open_link(url),
            pause_source=self._toggle_source,
            refresh_source=lambda name: self.scheduler.refresh(name=name) if self.scheduler else (),
            interest_changed=self.watching.retarget,
            log=tail,
            archive=self.newsroom.archive,
            feeds=self.newsroom.desk,
            problem=lambda: self.lists.problem or self.writer.problem or self.columns.problem,
            replay_clock=self.replay.clock if self.replay else None,
        )
        self._app = MonitorApp(
            self.view, services, theme=theme_for(self.settings.display, self.environment), on_ready=on_ready
        )
        return self._app

    def _edit(self, edit: Edit) -> None:
        self.lists.edit(edit)

    def _settle(self, choice: Choice) -> None:
        self.lists.resolve(choice)

    def _toggle_source(self, name: str) -> None:
        if self.scheduler is not None:
            paused = self.scheduler.health[name].state == "paused"
            (self.scheduler.resume if paused else self.scheduler.pause)(name)

    async def aclose(self) -> None:
        """Close everything, the database last."""
        self.lists.close()
        self.columns.flush()
        if self.scheduler is not None:
            await self.scheduler.aclose()
        if self.transport is not None:
            await self.transport.aclose()
        await self.newsroom.aclose()
        await self.writer.aclose()
        self.database.close()


def _wall_now() -> datetime:
    return datetime.now(UTC)
