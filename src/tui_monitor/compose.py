"""The composition root: builds everything, owns the task group, the signals and the order of closing.

Nothing is asked of any network and nothing heavy is imported before the first paint; the sources are built after
it. The engine's tasks are siblings of the app, not its workers: Textual cancels its workers without awaiting them.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tui_monitor.analysis.positions import currency_of_symbol
from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import load_instruments, load_reference, load_universe
from tui_monitor.domain.errors import ConfigError, HistoryError
from tui_monitor.domain.instrument import home_lines, mic_of
from tui_monitor.domain.series import DailyHistory
from tui_monitor.engine.blocking import in_thread
from tui_monitor.engine.clock import Clock, ReplayClock, SystemClock
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.present.glyphs import ASCII, UNICODE
from tui_monitor.present.view import View
from tui_monitor.present.watchlist_facts import home_currency
from tui_monitor.present.words import Words, language_of
from tui_monitor.services.column_keeper import ColumnKeeper
from tui_monitor.services.config_watch import ConfigWatch, taken_over
from tui_monitor.services.default_lists import default_lists
from tui_monitor.services.intake import Intake
from tui_monitor.services.interests import rates, wanted
from tui_monitor.services.links import open_link
from tui_monitor.services.newsroom import Newsroom
from tui_monitor.services.symbol_search import SymbolSearch
from tui_monitor.services.watchlists import WatchlistService
from tui_monitor.sources.api import SourceContext, Topic
from tui_monitor.sources.yahoo_search import NAME as SEARCH
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

OUTSIDE_SECONDS = 0.5
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
        self._glances: tuple[str, ...] = ()
        self._rates: tuple[str, ...] = ()
        self.scheduler: Scheduler | None = None
        self.transport: Transport | None = None
        self.view = self._view()
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
        ascii_only = display.glyphs == "ascii" or (display.glyphs == "auto" and not _speaks_utf8(self.environment))
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
            glyphs=ASCII if ascii_only else UNICODE,
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

    def _recall_histories(self) -> None:
        """Take in the stored daily bars: after the first paint, since twenty years take some milliseconds."""
        from tui_monitor.sources.api import Batch

        market = self.settings.market
        found = [self.database.read_history(symbol) for symbol in dict.fromkeys((market.index, *market.peers))]
        histories = [one for one in found if one is not None]
        if market.history is not None and self.replay is None:
            histories = [one for one in histories if one.symbol != market.index]
            histories.extend(self._own_history(market.history))
        if histories:
            self.store.apply(Batch(source="database", received=_wall_now(), histories=tuple(histories)))

    def _own_history(self, path: str) -> list[DailyHistory]:
        """Read the person's own file of the index's closes; a bad one gets a sentence and changes nothing."""
        from tui_monitor.config.history_file import read_history_file

        now = _wall_now()
        try:
            bars = read_history_file(Path(path).expanduser(), today=now.date())
        except HistoryError as error:
            self.view.notices.append(str(error))
            return []
        return [DailyHistory(symbol=self.settings.market.index, bars=bars, received=now, source="file")]

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
        self.newsroom.take_sources(sources)
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
        self.retarget()

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
        return self.book.next_change(self.mics())

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

    def retarget(self) -> None:
        """Tell the scheduler what is wanted now."""
        if self.scheduler is not None:
            self._rates = self._needed_rates()
            also = (*self._rates, *self._glances)
            lists = self.lists.lists
            self.scheduler.set_watched((self.settings.market.index, *lists.symbols, *self._glances))
            for topic, symbols in wanted(self.settings, self.universe, self.instruments, lists, also=also).items():
                self.scheduler.set_interest(topic, symbols)

    def glance(self, symbols: Sequence[str]) -> None:
        """Ask for the prices of symbols that are only looked at, in the place of the last ones."""
        self._glances = tuple(symbols)
        self.retarget()

    def _needed_rates(self) -> tuple[str, ...]:
        return rates(self.lists.lists, self._currency_of, home_currency(self.view))

    def _currency_of(self, symbol: str) -> str | None:
        quote, instrument = self.store.quote(symbol), self.instruments.get(symbol)
        known = (quote.currency if quote else None) or (instrument.currency if instrument else None)
        return known or currency_of_symbol(symbol)

    def refresh(self, topic: str | None) -> Sequence[str]:
        """Ask the sources of a topic, or all, again."""
        if self.scheduler is None:
            return ()
        return self.scheduler.refresh(Topic(topic) if topic else None)

    def mics(self) -> set[str]:
        """Return the exchanges of everything that is watched."""
        topics = wanted(self.settings, self.universe, self.instruments, self.lists.lists)
        return {mic for symbol in topics[Topic.QUOTES] if (mic := mic_of(symbol)) is not None}

    # Running

    async def run_engine(self) -> None:
        """Build the sources and keep them going until cancelled."""
        self._recall_histories()
        reading = self._read_headlines_with()
        self._build_sources()
        assert self.scheduler is not None
        async with asyncio.TaskGroup() as group:
            group.create_task(self.scheduler.run(), name="scheduler")
            group.create_task(self.newsroom.begin(self.view.read, self._marks_found), name="headlines")
            group.create_task(self.book.run(self.mics), name="sessions")
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
            if self._needed_rates() != self._rates:
                # A quote told its currency: another pair is needed for the sums.
                self.retarget()

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
        self.retarget()
        if self._app is not None:
            self._app.take_settings(self._theme(), language_of(self.settings.display.language, self.environment))
        if waiting:
            self.view.notices.append(self.view.words("config.waits", keys=", ".join(waiting)))

    async def run_screen(self) -> int:
        """Run the terminal front end with the engine beside it; return the exit code."""
        from tui_monitor.tui.commands import load_actions
        from tui_monitor.tui.textual_private import crash_of

        ready = asyncio.Event()
        app = self.build_app(ready.set)

        async def engine() -> None:
            await ready.wait()
            # What stands now stays: the collector need not look through it again, nor a key wait for that.
            gc.collect()
            gc.freeze()
            gc.enable()
            threading.Thread(target=load_actions, name="load-actions", daemon=True).start()
            await self.run_engine()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, _leave, app, self.lists, number)
        try:
            async with asyncio.TaskGroup() as group:
                running = group.create_task(engine(), name="engine")
                await app.run_async(mouse=self.settings.display.mouse and not self.settings.display.slow)
                running.cancel()
        finally:
            await self.aclose()
        if (defect := crash_of(app)) is not None:
            raise defect
        return app.return_code or 0

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
            glance=self.glance,
            keep_columns=self.columns.keep,
            refresh=self.refresh,
            mark_read=lambda ids, read: self.writer.mark_read(ids, read),
            mark_seen=lambda keys, seen: self.writer.mark_seen(keys, seen),
            open_link=lambda url: open_link(url),
            pause_source=self._toggle_source,
            refresh_source=lambda name: self.scheduler.refresh(name=name) if self.scheduler else (),
            interest_changed=self.retarget,
            log=tail,
            archive=self.newsroom.archive,
            feeds=self.newsroom.desk,
            problem=lambda: self.lists.problem or self.writer.problem or self.columns.problem,
            replay_clock=self.replay.clock if self.replay else None,
        )
        self._app = MonitorApp(self.view, services, theme=self._theme(), on_ready=on_ready)
        return self._app

    def _edit(self, edit: Edit) -> None:
        self.lists.edit(edit)

    def _settle(self, choice: Choice) -> None:
        self.lists.resolve(choice)

    def _toggle_source(self, name: str) -> None:
        if self.scheduler is not None:
            paused = self.scheduler.health[name].state == "paused"
            (self.scheduler.resume if paused else self.scheduler.pause)(name)

    def _theme(self) -> str:
        """Return the theme: the terminal's own colours where no others can be shown."""
        plain = "NO_COLOR" in self.environment
        few = self.environment.get("TERM", "") in {"linux", "screen", "xterm-color", "vt100", "vt220"}
        return "terminal" if plain or (few and not self.environment.get("COLORTERM")) else self.settings.display.theme

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


def run_live(settings: Settings, paths: Paths) -> int:
    """Run the live monitor in the terminal."""
    return asyncio.run(Monitor(settings, paths).run_screen())


def run_replay(settings: Settings, path: Path, *, speed: float | None, at: datetime | None, demo: bool) -> int:
    """Play a recording in the terminal. The person's own lists and database are not touched."""
    from tui_monitor.store.recordings import open_recording

    recording = open_recording(path)
    header = recording.header
    start = at or header.cue or header.start
    clock = ReplayClock(start, recording.end, speed=speed or header.speed_hint)
    with tempfile.TemporaryDirectory(prefix="tui-monitor-") as folder:
        paths = Paths(Path(folder) / "config", Path(folder) / "state")
        paths.ensure()
        replay = Replay(recording=recording, clock=clock, demo=demo)
        return asyncio.run(Monitor(settings, paths, replay=replay).run_screen())


def _leave(app: MonitorApp, lists: WatchlistService, number: signal.Signals) -> None:
    """End on a signal: the lists are saved first, then Textual gives the terminal back."""
    lists.flush()
    app.exit(return_code=128 + number)


def _wall_now() -> datetime:
    return datetime.now(UTC)


def _speaks_utf8(environment: Mapping[str, str]) -> bool:
    """Whether the locale is UTF-8; one that says nothing (``C.UTF-8`` is common, plain ``C`` is not) counts as not."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    if not locale:
        return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return "utf8" in locale.lower().replace("-", "")
